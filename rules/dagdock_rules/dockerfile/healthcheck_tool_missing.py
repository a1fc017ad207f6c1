from __future__ import annotations

from dagdock.api import Bad, Healthcheck, Problem, Problems, Stage, rule

from ._tools import SHELLS, lacks


@rule(
    "DF627",
    severity="warning",
    since="0.1",
    lessons=["L11"],
    bad=[
        Bad("FROM python:3.12-slim\nCOPY . /app\nHEALTHCHECK CMD «curl» -f http://localhost:8000/ || exit 1\n"),
        Bad('FROM node:22-alpine\nHEALTHCHECK CMD ["«curl»", "-f", "http://localhost:3000/"]\n'),
        Bad("FROM gcr.io/distroless/static-debian12\nCOPY app /app\n«HEALTHCHECK CMD /app --check || exit 1»\n"),
    ],
    good=[
        "FROM python:3.12-slim\nRUN apt-get update && apt-get install -y curl\n"
        "HEALTHCHECK CMD curl -f http://localhost:8000/ || exit 1\n",
        "FROM node:22-alpine\nHEALTHCHECK CMD wget -qO- http://localhost:3000/ || exit 1\n",
        "FROM python:3.12\nHEALTHCHECK CMD curl -f http://localhost:8000/ || exit 1\n",
        'FROM gcr.io/distroless/static-debian12\nCOPY app /app\nHEALTHCHECK CMD ["/app", "--check"]\n',
    ],
)
def healthcheck_tool_missing(stage: Stage) -> Problems:
    """A HEALTHCHECK calls a program that the image does not have.

    Slim and Alpine images lack `curl`, slim ones `wget` and `ps` too, and distroless images have not even a shell. The
    check then fails each time, and a program that works counts as unhealthy. Install the tool in the image, or ask
    with what is there: `python -c`, `node -e`, BusyBox's `wget` on Alpine.

    https://docs.docker.com/reference/dockerfile/#healthcheck
    """
    check = stage.last(Healthcheck)
    if check is None or not stage.is_final or not check.script.understood:
        return
    base = _base(stage)
    if check.shell_text is not None and check.command.text and stage.shell_at() is None and lacks(stage, "sh"):
        yield Problem(
            check,
            f"this check needs a shell, and {base} has none, so it always fails. Write it as a JSON list of words",
        )
        return
    told: set[str] = set()
    for command in check.script.commands:
        name = command.effective.name
        words = command.effective.words
        if not name or name in told or not words or "/" in (words[0].value or ""):
            continue
        if name not in SHELLS and lacks(stage, name) and not _is_asked_for(check):
            told.add(name)
            yield Problem(
                words[0],
                f"{base} has no `{name}`, and nothing here installs it, so this check always fails. Install it, or ask "
                "with a program that is there",
            )


def _base(stage: Stage) -> str:
    *_, root = stage.chain()
    return f"`{root.base}`"


def _is_asked_for(check: Healthcheck) -> bool:
    """Whether the check itself looks what is there: `command -v curl && …`."""
    return any(each.name in ("command", "which", "type", "hash") for each in check.script.commands)
