from __future__ import annotations

from dagdock.api import Bad, Command, Healthcheck, Problem, Problems, rule

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
    ],
    good=[
        "FROM nginx:1.27\nHEALTHCHECK CMD curl -fsS http://localhost/ || exit 1\n",
        "FROM nginx:1.27\nHEALTHCHECK CMD curl -s http://localhost/ | grep -q ready\n",
        'FROM nginx:1.27\nHEALTHCHECK CMD ["wget", "-qO-", "http://localhost/"]\n',
    ],
)
def healthcheck_always_ok(check: Healthcheck) -> Problems:
    """A HEALTHCHECK says that all is well when it is not.

    Docker goes by the exit status of the check: 0 is healthy, 1 is not. `|| true`, `|| exit 0` and `; exit 0` turn
    every failure into success, so nothing is ever restarted. And `curl` without `-f` ends with 0 for any answer, the
    error pages of a broken service included.

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
    for command in commands:
        if command.effective.name == "curl" and _ignores_status(command) and _only_judges(commands, command):
            yield Problem(
                command,
                "without `-f` curl succeeds for every answer, error pages included, so a broken service counts as "
                "healthy. Add `-f`",
            )
            return


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
