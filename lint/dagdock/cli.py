"""The command line: arguments in, exit status out. Each command is loaded when it is asked for."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from importlib import import_module

from dagdock import __version__

FORMATS = ("text", "concise", "json", "sarif")


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="dagdock", description="Lint Dockerfiles, Compose files and Airflow DAGs, and what stands between them."
    )
    top.add_argument("--version", action="version", version=f"dagdock {__version__}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)

    rules = commands.add_parser("rules", help="list every rule")
    rules.add_argument("--format", choices=("text", "json"), default="text")
    rules.set_defaults(run=lazy("docs", "rules_command"))

    explain = commands.add_parser("explain", help="a rule's page: what, why, examples, fix, options")
    explain.add_argument("rule", metavar="RULE", help="code, name, or a peer's code")
    explain.set_defaults(run=lazy("docs", "explain_command"))

    new_rule = commands.add_parser("new-rule", help="scaffold a rule")
    new_rule.add_argument("name", metavar="NAME")
    new_rule.add_argument("--kind", choices=("dockerfile", "compose", "dag", "project"), required=True)
    new_rule.set_defaults(run=lazy("starter", "new_rule_command"))

    init = commands.add_parser("init", help="write a starter configuration")
    init.add_argument("folder", metavar="FOLDER", nargs="?", default=".")
    init.set_defaults(run=lazy("starter", "init_command"))
    return top


def lazy(module: str, function: str) -> Callable[[argparse.Namespace], int]:
    """A command of another module, imported when it runs; it takes the arguments and gives the exit status."""

    def run(arguments: argparse.Namespace) -> int:
        command: Callable[[argparse.Namespace], int] = getattr(import_module(f"dagdock.{module}"), function)
        return command(arguments)

    return run


def main(arguments: Sequence[str] | None = None) -> int:
    parsed = parser().parse_args(arguments)
    status: int = parsed.run(parsed)
    return status


if __name__ == "__main__":
    sys.exit(main())
