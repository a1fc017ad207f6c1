from __future__ import annotations

from dagdock.api import (
    Bad,
    Command,
    Healthcheck,
    Mapped,
    Problem,
    Problems,
    Project,
    Related,
    Span,
    parse_shell,
    rule,
)

from ._entry_scripts import script_of
from ._shells import shell_behind

# Programs that end with 0 whatever they are given to read.
TAKES_ALL = frozenset("tee cat head tail wc sort logger tr cut uniq".split())
# Programs that a check asks with, and whose status says how it went.
ASKS = frozenset("curl wget nc pg_isready redis-cli mysqladmin grep pgrep test [ python python3 node".split())
URLS = ("http://", "https://", "localhost", "127.0.0.1", "0.0.0.0", "[::1]")


@rule(
    "DF628",
    severity="warning",
    since="0.1",
    lessons=["L11"],
    bad=[
        Bad("FROM nginx:1.27\nHEALTHCHECK CMD curl -f http://localhost/ «|| true»\n"),
        Bad("FROM nginx:1.27\nHEALTHCHECK --interval=30s CMD curl -f http://localhost/; «exit 0»\n"),
        Bad("FROM nginx:1.27\nHEALTHCHECK CMD «curl http://localhost/» || exit 1\n"),
        Bad("FROM nginx:1.27\nHEALTHCHECK CMD curl -f http://localhost/ | «tee /tmp/health»\n"),
        Bad("FROM debian:12\nHEALTHCHECK CMD ps aux | «grep worker.py» || exit 1\n"),
    ],
    good=[
        "FROM nginx:1.27\nHEALTHCHECK CMD curl -fsS http://localhost/ || exit 1\n",
        "FROM nginx:1.27\nHEALTHCHECK CMD curl -s http://localhost/ | grep -q ready\n",
        'FROM nginx:1.27\nHEALTHCHECK CMD ["wget", "-qO-", "http://localhost/"]\n',
    ],
)
def healthcheck_always_ok(check: Healthcheck, project: Project) -> Problems:
    """A HEALTHCHECK says that all is well when it is not.

    Docker goes by the exit status of the check: 0 is healthy, 1 is not. `|| true`, `|| exit 0` and `; exit 0` turn
    every failure into success, so nothing is ever restarted; so does a pipe into a program such as `tee`, whose status
    counts then. `curl` without `-f` ends with 0 for any answer, the error pages of a broken service included. And
    `ps aux | grep NAME` always finds something, as the check's own command line holds the name as well.

    https://docs.docker.com/reference/dockerfile/#healthcheck
    """
    script = check.script
    if not script.understood or script.broken:
        return
    commands = [each for each in script.commands if not set(each.context) - {"script"}]
    commands = [each for each in commands if not _starts_shell(each)]
    if not commands:
        return
    last = commands[-1]
    if len(commands) == 1 and _succeeds(last) and not last.redirects:
        yield Problem(
            last,
            f"`{last.span.text}` looks at nothing, so the container is never unhealthy. Ask the program itself, or "
            "write `HEALTHCHECK NONE`",
        )
        return
    if len(commands) > 1 and last.joined in ("||", ";", "\n") and _succeeds(last) and not last.pipeline:
        where = last.span
        start = where.source.text.rfind("||", commands[-2].span.end, where.start) if last.joined == "||" else -1
        place = where if start < 0 else where.source.span(start, where.end)
        yield Problem(
            place,
            f"with `{last.span.text}` at its end this check succeeds whatever happens, so the container is never "
            "unhealthy. Leave it out" + (", or write `|| exit 1`" if last.joined == "||" else ""),
        )
        return
    if piped := _pipe_that_succeeds(commands, check):
        first = piped.pipeline[0].effective.name
        yield Problem(
            piped,
            f"the status of a pipe is that of its last command, so this check succeeds whatever `{first}` says. "
            f"Leave `{piped.effective.name}` out",
        )
        return
    if seeking := _finds_itself(commands, check):
        yield Problem(
            seeking,
            f"`{seeking.span.text}` always finds something: the command line of this very check. Write the pattern as "
            f"`{_bracketed(seeking)}`, which does not match itself, or ask the program itself",
        )
        return
    if end := _script_that_succeeds(commands, check, project):
        yield Problem(
            commands[0],
            f"`{end.source.path}` ends with `{end.text}`, so this check succeeds whatever happened before. "
            "Leave that out, or begin the script with `set -e`",
            related=[Related(end, "the script's status is that of this command")],
        )
        return
    for command in commands:
        if command.effective.name == "curl" and _ignores_status(command) and _only_judges(commands, command):
            yield Problem(
                command,
                "without `-f` curl succeeds for every answer, error pages included, so a broken service counts as "
                "healthy. Add `-f`",
            )
            return


def _pipe_that_succeeds(commands: list[Command], check: Healthcheck) -> Command | None:
    """The last command of a pipe, and of the check, that ends with 0 whatever it reads."""
    last = commands[-1]
    if last.joined in ("||", "&&", ";", "\n") and last.effective.name in ("exit", "false") and len(commands) > 1:
        last = commands[-2]
    shell = check.stage.shell_at(check) if check.stage else None
    if len(last.pipeline) < 2 or last.pipeline[-1] is not last or "pipefail" in check.span.text:
        return None
    if shell is not None and "pipefail" in shell.span.text:
        return None
    return last if last.effective.name in TAKES_ALL else None


def _finds_itself(commands: list[Command], check: Healthcheck) -> Command | None:
    """The `grep` behind `ps`, or the `pgrep -f`, that sees the shell line which it stands in."""
    if check.shell_text is None and not any(_starts_shell(command) for command in check.script.commands):
        return None
    for command in commands:
        name = command.effective.name
        seeks = name == "pgrep" and command.effective.has_flag("-f", "--full") is True and len(commands) > 1
        if name in ("grep", "egrep") and len(command.pipeline) == 2:
            ps = command.pipeline[0].effective
            seeks = ps.name == "ps" and command.pipeline[1] is command and _shows_arguments(ps, check)
            seeks = seeks and command.effective.has_flag("-v", "--invert-match", "-x", "-w", "-c") is False
        pattern = _pattern(command)
        if seeks and pattern and not command.negated and set("[^\\$|(").isdisjoint(pattern):
            return command
    return None


def _shows_arguments(ps: Command, check: Healthcheck) -> bool:
    """Whether `ps` lists the whole command lines of all processes; BusyBox's always does."""
    words = [word.value or "" for word in ps.arguments]
    if not words:
        return shell_behind(check.stage) == "ash"
    return len(words) == 1 and words[0].lstrip("-") in ("aux", "auxw", "auxww", "ef", "aef", "ax", "efww")


def _pattern(command: Command) -> str | None:
    operands = command.effective.options(("-m", "-A", "-B", "-C", "-u", "-U", "-P", "-g", "-s", "-t")).operands
    return operands[0].value if len(operands) == 1 else None


def _bracketed(command: Command) -> str:
    pattern = _pattern(command) or ""
    return f"[{pattern[:1]}]{pattern[1:]}"


def _script_that_succeeds(commands: list[Command], check: Healthcheck, project: Project) -> Span | None:
    """The last command of the script of the context that the check runs, where that succeeds in any case."""
    only = commands[0].effective if len(commands) == 1 or commands[-1].name == "exit" else None
    words = [word.value for word in only.words] if only else []
    path = words[1] if len(words) > 1 and words[0] in ("sh", "bash", "/bin/sh", "/bin/bash") else (words or [None])[0]
    source = script_of(path, check, project) if path else None
    if source is None or not source.text.lstrip("\ufeff").startswith(
        ("#!/bin/sh", "#!/bin/bash", "#!/usr/bin/env bash")
    ):
        return None
    script = parse_shell(Mapped.of(source.whole), "bash")
    if script.broken or not script.understood or len(script.commands) < 2:
        return None
    *before, last = script.commands
    if last.context or last.joined in ("&&", "||") or not _succeeds(last):
        return None
    if any(each.name in ("exit", "set", "trap", "return", "exec") or each.context for each in before):
        return None
    return last.span if any(each.effective.name in ASKS for each in before) else None


def _starts_shell(command: Command) -> bool:
    """`sh -c '…'`, whose script stands among the commands as well."""
    return command.effective.name in ("sh", "bash", "ash", "dash") and command.has_flag("-c") is True


def _succeeds(command: Command) -> bool:
    words = [word.value for word in command.words]
    return words in (["true"], [":"], ["exit", "0"], ["/bin/true"]) or words[:1] == ["echo"]


def _ignores_status(command: Command) -> bool:
    effective = command.effective
    options = effective.options(("-o", "-X", "-H", "-d", "-m", "-u", "-w", "--max-time", "--output", "--write-out"))
    if options.has("-f", "--fail", "--fail-with-body", "-w", "--write-out", "-I", "-K", "--config") is not False:
        return False
    return any((word.prefix or word.text).startswith(URLS) for word in options.operands)


def _only_judges(commands: list[Command], curl: Command) -> bool:
    """Whether nobody looks at what curl prints, and only its status counts."""
    if (
        curl.pipeline
        or curl.negated
        or any(">" in each.operator and each.target and _is_file(each.target.value) for each in curl.redirects)
    ):
        return False
    return all(each is curl or each.name in ("exit", "true", "echo", "kill", "curl") for each in commands)


def _is_file(target: str | None) -> bool:
    return target is None or not target.startswith("/dev/")
