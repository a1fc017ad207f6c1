"""The command line: arguments in, exit status out. Each command is loaded when it is asked for."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, TextIO

from dagdock import __version__

if TYPE_CHECKING:
    from dagdock.adoption import Adoption
    from dagdock.config import Threshold
    from dagdock.engine import Linter, Target, Workspace
    from dagdock.fix import Safety
    from dagdock.result import Failure, Result

FORMATS = ("text", "concise", "json", "sarif", "github", "gitlab", "junit", "checkstyle", "markdown")
CLEAN, FOUND, BROKEN = 0, 1, 2


class _Help(argparse.HelpFormatter):
    """Help as wide as the terminal. argparse makes a formatter for every option; asked for a width, it loads `shutil`
    with all the archive formats, which costs more than everything else here."""

    def __init__(self, prog: str) -> None:
        try:
            width = os.get_terminal_size().columns
        except OSError:
            width = 100
        super().__init__(prog, width=max(40, min(width, 120)) - 2)


def parser() -> argparse.ArgumentParser:
    # Each word of argparse's own is looked for in the translations of the system, where there are none: that takes
    # three times as long as all the rest here.
    vars(argparse)["_"] = str
    top = argparse.ArgumentParser(
        prog="dagdock",
        description="Lint Dockerfiles, Compose files and Airflow DAGs, and what stands between them.",
        formatter_class=_Help,
    )
    top.add_argument("--version", action="version", version=f"dagdock {__version__}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)

    def command(name: str, about: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=about, description=about, formatter_class=_Help, allow_abbrev=False)

    _check_options(command("check", "lint files and folders"))

    rules = command("rules", "list every rule")
    rules.add_argument("--format", choices=("text", "json"), default="text")
    rules.set_defaults(run=_lazy("docs", "rules_command"))

    explain = command("explain", "a rule's page: what, why, examples, fix, options")
    explain.add_argument("rule", metavar="RULE", help="code, name, or a peer's code")
    explain.set_defaults(run=_lazy("docs", "explain_command"))

    layers = command("layers", "which layers of an image a change rebuilds, and why")
    layers.add_argument("dockerfile", metavar="DOCKERFILE")
    layers.add_argument(
        "--changed",
        metavar="PATH",
        action="extend",
        nargs="+",
        default=[],
        help="what has changed: files, or an image or URL that the Dockerfile names",
    )
    layers.add_argument(
        "--changed-arg",
        metavar="NAME",
        action="extend",
        nargs="+",
        default=[],
        help="build arguments that have another value",
    )
    layers.add_argument("--target", metavar="STAGE", help="the stage that is built (default: the last)")
    layers.add_argument("--context", metavar="FOLDER", help="the folder it is built from (default: worked out)")
    layers.add_argument("--format", choices=("text", "json", "svg"), default="text")
    layers.set_defaults(run=_lazy("views.layers", "layers_command"))

    graph = command("graph", "draw DAGs and the services of Compose files, without running anything")
    graph.add_argument("paths", metavar="PATH", nargs="*", help="files and folders (default: .)")
    graph.add_argument("--files-from", metavar="FILE", help="read paths from a file, one a line; - for standard input")
    graph.add_argument("--format", choices=("text", "json", "mermaid", "dot", "svg"), default="text")
    graph.add_argument("--airflow-version", metavar="X.Y", help="the Airflow that DAGs are for")
    graph.set_defaults(run=_lazy("graph", "graph_command"))

    new_rule = command("new-rule", "scaffold a rule")
    new_rule.add_argument("name", metavar="NAME")
    new_rule.add_argument("--kind", choices=("dockerfile", "compose", "dag", "project"), required=True)
    new_rule.add_argument("--code", metavar="CODE", help="a whole code, or the family whose next free one to take")
    new_rule.add_argument("--into", metavar="PACKAGE", help="the folder of a plugin's package (default: this checkout)")
    new_rule.set_defaults(run=_lazy("scaffold", "new_rule_command"))

    lsp = command("lsp", "serve an editor (language server on standard input and output)")
    lsp.add_argument("--stdio", action="store_true", help="no effect: some editors add it")
    lsp.set_defaults(run=_lazy("lsp", "lsp_command"))

    init = command("init", "write a starter configuration, or take over hadolint's and dclint's")
    init.add_argument("folder", metavar="FOLDER", nargs="?", default=".", help="where (default: .)")
    init.set_defaults(run=_lazy("starter", "init_command"))
    return top


def _check_options(check: argparse.ArgumentParser) -> None:
    check.set_defaults(run=check_command)
    check.add_argument("paths", metavar="PATH", nargs="*", help="files and folders (default: .); - for standard input")
    check.add_argument("--stdin-filename", metavar="NAME", help="what the file on standard input is called")

    rules = check.add_argument_group(
        "rules", "RULES are codes, prefixes, names, tags, peers' codes or ALL, with commas"
    )
    rules.add_argument("--select", metavar="RULES", type=_names, action="append", help="only these rules")
    rules.add_argument("--extend-select", metavar="RULES", type=_names, action="append", help="these rules too")
    rules.add_argument("--ignore", metavar="RULES", type=_names, action="append", help="not these rules")
    rules.add_argument("--airflow-version", metavar="X.Y", help="the Airflow that DAGs are for")

    output = check.add_argument_group("output")
    output.add_argument("--format", choices=FORMATS, default="text", help="what to print (default: text)")
    output.add_argument(
        "--output",
        metavar="FORMAT:FILE",
        type=_output,
        action="append",
        default=[],
        help="write a report to a file too",
    )
    output.add_argument("--sarif-category", metavar="NAME", help="what tells this run from others in code scanning")
    output.add_argument("--statistics", action="store_true", help="how often each rule fired, in place of the findings")
    output.add_argument("--show-files", action="store_true", help="list the files that would be checked")
    output.add_argument("--color", choices=("auto", "always", "never"), default="auto", help="whether to use colours")
    output.add_argument("--quiet", "-q", action="store_true", help="findings and errors only")
    output.add_argument("--verbose", "-v", action="store_true", help="also what was checked, with what, in what time")

    fixes = check.add_argument_group("fixes")
    fixes.add_argument("--fix", action="store_true", help="mend what can be mended safely")
    fixes.add_argument("--unsafe-fixes", action="store_true", help="mend also where the meaning may change")
    fixes.add_argument("--diff", action="store_true", help="show what fixes would change, and write nothing")

    legacy = check.add_argument_group("a project with many findings")
    known = legacy.add_mutually_exclusive_group()
    known.add_argument("--baseline", metavar="FILE", help="leave out the findings that this file lists")
    known.add_argument("--no-baseline", action="store_true", help="leave out nothing, whatever the configuration says")
    known.add_argument("--write-baseline", metavar="FILE", help="write all findings to a file that lists them")
    legacy.add_argument("--prune", action="store_true", help="take out of the baseline what is found no more")
    legacy.add_argument("--changed-since", metavar="REV", help="only what changes since a git revision have caused")
    legacy.add_argument("--add-ignores", metavar="REASON", help="silence each finding with a comment that says why")

    status = check.add_argument_group("exit status")
    status.add_argument(
        "--fail-on",
        choices=("error", "warning", "info", "never"),
        help="what makes the exit status 1 (default: warning)",
    )
    status.add_argument("--exit-zero", action="store_true", help="exit status 0 for findings of any severity")

    config = check.add_argument_group("configuration")
    which = config.add_mutually_exclusive_group()
    which.add_argument("--config", metavar="FILE", help="use this configuration file and no other")
    which.add_argument("--isolated", action="store_true", help="use no configuration file")
    config.add_argument(
        "--force-exclude", action="store_true", help="leave out named files that a folder would be searched without"
    )
    config.add_argument(
        "--jobs", metavar="N", type=int, default=0, help="processes at most (default: as many as cores)"
    )
    config.add_argument("--no-cache", action="store_true", help="no effect yet: everything is always checked anew")
    config.add_argument("--cache-dir", metavar="DIR", help="no effect yet: no results are remembered")


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _output(text: str) -> tuple[str, str]:
    form, colon, path = text.partition(":")
    if form not in FORMATS or not colon or not path:
        raise argparse.ArgumentTypeError(f"write FORMAT:FILE, with one of {', '.join(FORMATS)}; {text!r} is not that")
    if path == "-":
        raise argparse.ArgumentTypeError(f"--format {form} writes to standard output; --output is for files")
    return form, path


def _lazy(module: str, function: str) -> Callable[[argparse.Namespace], int]:
    """A command of another module, imported when it runs; it takes the arguments and gives the exit status."""

    def run(arguments: argparse.Namespace) -> int:
        command: Callable[[argparse.Namespace], int] = getattr(import_module(f"dagdock.{module}"), function)
        return command(arguments)

    return run


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command. Gives the exit status: 0 clean, 1 findings, 2 wrong usage or something could not be checked."""
    import warnings

    warnings.simplefilter("ignore")  # what Python thinks of a file that is read is nobody's business here
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # closed by the caller (`>&-`)
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", encoding="utf-8"))
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        parsed = parser().parse_args(arguments)
        status: int = parsed.run(parsed)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader has gone (`| head`)
        _write_no_more()
        status = FOUND
    except OSError as problem:
        _write_no_more()
        print(f"dagdock: stopped by the system: {problem.strerror or problem}", file=sys.stderr)
        status = BROKEN
    except KeyboardInterrupt:
        print("dagdock: interrupted", file=sys.stderr)
        status = 130
    return status


def _write_no_more() -> None:
    """Python flushes standard output again at exit: let it flush into nothing."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


# dagdock check


def check_command(arguments: argparse.Namespace) -> int:
    from dagdock.config import ConfigError
    from dagdock.selection import UsageError

    try:
        return _check(arguments)
    except (ConfigError, UsageError) as problem:
        print(f"dagdock: {problem}", file=sys.stderr)
    except Exception as problem:
        if isinstance(problem, OSError) and problem.filename is None:
            raise  # of no file: a full disk behind standard output, a limit on processes
        from dagdock.engine import describe

        print(f"dagdock: internal error: {describe(problem)}", file=sys.stderr)
        print("This is a fault of dagdock. Please report it with the file that it happens on.", file=sys.stderr)
    return BROKEN


def _check(arguments: argparse.Namespace) -> int:
    import atexit
    import gc

    # What a run makes it keeps to its end: looking for garbage among all those nodes only costs a quarter of the time.
    # Python looks once more when it ends: a tenth of the time of one small file.
    gc.disable()
    atexit.register(gc.freeze)
    from dagdock.config import Finder
    from dagdock.engine import Linter, Workspace
    from dagdock.selection import Choice, check_asked

    choice = Choice(
        None if arguments.select is None else _flat(arguments.select),
        _flat(arguments.extend_select),
        _flat(arguments.ignore),
    )
    _check_adoption(arguments)
    mending = arguments.fix or arguments.unsafe_fixes or (arguments.diff and arguments.add_ignores is None)
    # What is edited are documents, and those stay in the process that parsed them.
    jobs = 1 if mending or arguments.add_ignores is not None else max(arguments.jobs, 0)
    finder = Finder(isolated=arguments.isolated, explicit=arguments.config)
    linter = Linter(finder=finder, choice=choice, jobs=jobs)
    check_asked(choice, linter.vocabulary)
    workspace = Workspace(airflow_version=_airflow_version(arguments.airflow_version))
    failures: list[Failure] = []
    if "-" in arguments.paths:
        workspace, targets = _standard_input(arguments, workspace)
    else:
        targets = list(_targets(arguments, linter, workspace, failures))
    if arguments.output:
        from dagdock.outputs import check_outputs

        check_outputs(arguments.output, {target.full for target in targets})
    if arguments.show_files:
        return _show_files(targets, workspace, failures)

    adoption = _adoption(arguments, linter, workspace, targets)
    progress = Progress(sys.stderr)
    if mending:
        return _mend(arguments, linter, workspace, targets, failures, progress, adoption)
    if arguments.add_ignores is not None:
        return _add_ignores(arguments, linter, workspace, targets, failures, progress, adoption)
    result = linter.check(workspace, targets, progress.tell)
    progress.clear()
    result.errors[:0] = failures
    if adoption:
        adoption.set_apart(result)
    return _report(arguments, result, sys.stdout, _fail_on(arguments, linter, targets))


def _adoption(
    arguments: argparse.Namespace, linter: Linter, workspace: Workspace, targets: Sequence[Target]
) -> Adoption | None:
    """What sets known findings apart; None where nothing asks for it."""
    from dagdock.selection import UsageError

    asked = arguments.baseline, arguments.write_baseline, arguments.changed_since, arguments.add_ignores
    configured = not arguments.no_baseline and any(
        linter.config(folder).baseline for folder in {os.path.dirname(target.full) for target in targets}
    )
    if arguments.prune and arguments.baseline is None and not configured:
        raise UsageError("--prune: there is no baseline; name one with --baseline, or in the configuration")
    if not configured and all(each is None for each in asked):
        return None
    from dagdock.adoption import Adoption

    return Adoption(
        linter,
        workspace,
        targets,
        arguments.paths or ["."],
        explicit=arguments.baseline,
        configured=configured,
        write_to=arguments.write_baseline,
        prune=arguments.prune,
        revision=arguments.changed_since,
    )


# Pairs of options that cannot be meant together.
_CLASHES = [
    ("write_baseline", "changed_since"),
    ("write_baseline", "prune"),
    ("write_baseline", "add_ignores"),
    ("write_baseline", "diff"),
    ("prune", "add_ignores"),
    ("prune", "diff"),
    ("add_ignores", "fix"),
    ("add_ignores", "unsafe_fixes"),
]


def _check_adoption(arguments: argparse.Namespace) -> None:
    from dagdock.selection import UsageError

    for pair in _CLASHES:
        if all(getattr(arguments, name) not in (None, False) for name in pair):
            one, other = (f"--{name.replace('_', '-')}" for name in pair)
            raise UsageError(f"{one} and {other} cannot be used together")
    if arguments.add_ignores is not None and not arguments.add_ignores.strip():
        raise UsageError("--add-ignores: say why, for whoever reads the comments")
    if arguments.add_ignores is not None and "-" in arguments.paths:
        raise UsageError("--add-ignores writes to files, and standard input is none")


def _flat(lists: list[list[str]] | None) -> list[str]:
    return [name for names in lists or () for name in names]


def _airflow_version(text: str | None) -> str | None:
    from dagdock.project import AirflowVersion
    from dagdock.selection import UsageError

    if text is not None and AirflowVersion.parse(text) is None:
        raise UsageError(f"--airflow-version: `{text}` is no version; write one such as 2.10")
    return text


def _targets(
    arguments: argparse.Namespace, linter: Linter, workspace: Workspace, failures: list[Failure]
) -> Iterator[Target]:
    from dagdock.files import Gathering
    from dagdock.selection import UsageError

    if arguments.stdin_filename is not None:
        raise UsageError("--stdin-filename says what standard input is; give - as the path to read that")
    if "" in arguments.paths:
        raise UsageError("a path is empty; an unset variable in a script, perhaps")
    gathering = Gathering(linter.config, force_exclude=arguments.force_exclude)
    for found in gathering.gather(arguments.paths or ["."]):
        yield workspace.target(found.path, found.start)
    failures += gathering.failures


def _standard_input(arguments: argparse.Namespace, workspace: Workspace) -> tuple[Workspace, list[Target]]:
    from dagdock.facts import Disk
    from dagdock.files import may_be_ours
    from dagdock.selection import UsageError

    name = arguments.stdin_filename
    if arguments.paths != ["-"]:
        raise UsageError("- (standard input) cannot be checked together with other paths")
    if not name or not may_be_ours(os.path.basename(name)):
        raise UsageError("say what standard input is: --stdin-filename Dockerfile, compose.yaml or dags/example.py")
    if sys.stdin is None:
        raise UsageError("there is no standard input")
    target = workspace.target(os.path.abspath(name))
    content = sys.stdin.buffer.read(Disk.MAX_BYTES + 1)
    if len(content) > Disk.MAX_BYTES:
        raise UsageError(f"standard input is too large to check: {Disk.MAX_BYTES // 1_000_000} MB is the limit")
    return workspace.with_files({target.root: {target.path: content}}), [target]


def _show_files(targets: Sequence[Target], workspace: Workspace, failures: Sequence[Failure]) -> int:
    from dagdock.project import classify

    for target in targets:
        content = workspace.facts(target.root).read(target.path)
        if content is not None and classify(target.path, content):
            print(workspace.shown(target))
    _tell(failures)
    return BROKEN if failures else CLEAN


def _mend(
    arguments: argparse.Namespace,
    linter: Linter,
    workspace: Workspace,
    targets: Sequence[Target],
    failures: Sequence[Failure],
    progress: Progress,
    adoption: Adoption | None,
) -> int:
    from dagdock.mend import Mending, diff

    safeties: list[Safety] = ["safe", "unsafe"] if arguments.unsafe_fixes else ["safe"]
    among = adoption.caused if adoption else None
    mending = Mending(linter, workspace, targets, safeties, among=among, progress=progress.tell)
    progress.clear()
    changes = mending.changes
    result = mending.result
    result.errors[:0] = failures
    if arguments.diff:
        for line in diff(changes):
            _print_bytes(line)
        _tell(result.errors)
        for note in mending.notes:
            print(f"dagdock: {note}", file=sys.stderr)
        return BROKEN if result.errors else FOUND if changes else CLEAN
    stream = sys.stdout
    if "-" in arguments.paths:
        # What was standard input goes out again, mended; the report makes room for it.
        sys.stdout.buffer.write(mending.content(targets[0]) or b"")
        sys.stdout.buffer.flush()
        stream = sys.stderr
    else:
        mending.write()
    if adoption:
        adoption.set_apart(result)
    return _report(arguments, result, stream, _fail_on(arguments, linter, targets))


def _add_ignores(
    arguments: argparse.Namespace,
    linter: Linter,
    workspace: Workspace,
    targets: Sequence[Target],
    failures: Sequence[Failure],
    progress: Progress,
    adoption: Adoption | None,
) -> int:
    from dagdock.ignores import Ignoring
    from dagdock.mend import diff, write_changes

    assert adoption, "the option asks for it"
    ignoring = Ignoring(linter, workspace, targets, arguments.add_ignores, adoption.set_apart, progress.tell)
    progress.clear()
    result = ignoring.result
    result.errors[:0] = failures
    if arguments.diff:
        for line in diff(ignoring.changes):
            _print_bytes(line)
        _tell(result.errors)
        for note in result.notes:
            print(f"dagdock: {note}", file=sys.stderr)
        return BROKEN if result.errors else FOUND if ignoring.changes else CLEAN
    write_changes(ignoring.changes, result)
    return _report(arguments, result, sys.stdout, _fail_on(arguments, linter, targets))


def _print_bytes(line: bytes) -> None:
    """A line of somebody's file: byte for byte, on a terminal with what could command that written out."""
    if sys.stdout.isatty():
        from dagdock.report.terminal import printable

        print(printable(line.decode("utf-8", "surrogateescape")))
    else:
        sys.stdout.buffer.write(line + b"\n")


def _fail_on(arguments: argparse.Namespace, linter: Linter, targets: Sequence[Target]) -> Threshold:
    """The least severity that matters: from the command line, else from the configuration of the first file."""
    if arguments.fail_on:
        threshold: Threshold = arguments.fail_on
        return threshold
    folder = os.path.dirname(targets[0].full) if targets else os.getcwd()
    return linter.config(folder).fail_on or "warning"


def _report(arguments: argparse.Namespace, result: Result, stream: TextIO, fail_on: Threshold) -> int:
    from dagdock.report import writer
    from dagdock.report.terminal import wants_color
    from dagdock.result import Failure

    result.fail_on = fail_on
    if arguments.sarif_category:
        result.category = arguments.sarif_category
    if arguments.output:
        from dagdock.outputs import write_output

        for output in arguments.output:
            if reason := write_output(result, output):
                result.errors.append(Failure(reason, output[1]))
    color = wants_color(stream, arguments.color)
    if arguments.statistics and arguments.format in ("text", "concise"):
        _statistics(result, stream)
    else:
        writer(arguments.format)(result, stream, color=color, quiet=arguments.quiet)
    if arguments.format not in ("text", "concise", "github") or arguments.statistics:
        _tell(result.errors)
    if arguments.verbose:
        kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(result.files.items()))
        plugins = "".join(f", plugin {name} {version}".rstrip() for name, version in result.plugins.items())
        print(
            f"dagdock {__version__}: files: {result.checked} ({kinds or 'none'}), rules: {len(result.rules)}{plugins}, "
            f"silenced: {len(result.silenced)}, known: {len(result.known) + len(result.older)}, {result.seconds:.2f} s",
            file=sys.stderr,
        )
    if result.errors:
        return BROKEN
    return FOUND if not arguments.exit_zero and any(map(result.matters, result.findings)) else CLEAN


def _tell(failures: Sequence[Failure]) -> None:
    """What could not be checked, on standard error; a line each, whatever the files are called."""
    from dagdock.report.terminal import printable

    for failure in failures:
        print(f"dagdock: {printable(': '.join(filter(None, (failure.path, failure.message))))}", file=sys.stderr)


def _statistics(result: Result, stream: TextIO) -> None:
    counts: dict[str, int] = {}
    rules = {finding.rule.code: finding.rule for finding in result.findings}
    for finding in result.findings:
        counts[finding.rule.code] = counts.get(finding.rule.code, 0) + 1
    width = len(str(max(counts.values(), default=0)))
    for code, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        fix = "" if rules[code].fix == "none" else f" [{rules[code].fix} fix]"
        stream.write(f"{count:>{width}}  {code}  {rules[code].name}{fix}\n")


class Progress:
    """A line on the terminal that says how far a long run has come, gone when the run is over."""

    def __init__(self, stream: TextIO) -> None:
        from time import monotonic

        self._stream = stream if stream.isatty() else None
        self._now = monotonic
        self._next = monotonic() + 1.0
        self._shown = False

    def tell(self, done: int, steps: int) -> None:
        if self._stream and self._now() >= self._next:
            self._next = self._now() + 0.1
            self._shown = True
            self._stream.write(f"\r\x1b[Kchecking… {100 * done // max(steps, 1)} %")
            self._stream.flush()

    def clear(self) -> None:
        if self._stream and self._shown:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
