from __future__ import annotations

from dagdock.api import Bad, Cmd, Entrypoint, Problem, Problems, Related, Stage, rule

from ..secrets import without_secrets


@rule(
    "DF625",
    severity="info",
    since="0.1",
    lessons=["L10"],
    bad=[
        Bad('FROM python:3.12-slim AS base\nCMD ["gunicorn", "app:app"]\nFROM base\n«ENTRYPOINT ["/entrypoint.sh"]»\n'),
    ],
    good=[
        'FROM python:3.12-slim AS base\nCMD ["gunicorn", "app:app"]\n'
        'FROM base\nENTRYPOINT ["/entrypoint.sh"]\nCMD ["gunicorn", "app:app"]\n',
        'FROM python:3.12-slim\nCMD ["gunicorn", "app:app"]\nENTRYPOINT ["/entrypoint.sh"]\n',
    ],
)
def cmd_lost_by_entrypoint(stage: Stage) -> Problems:
    """An ENTRYPOINT takes back the CMD of the stage that this one is built on.

    A new ENTRYPOINT makes Docker forget the CMD that came with the base: the container starts the ENTRYPOINT alone, and
    a script that ends with `exec "$@"` has nothing to run. Repeat the CMD below the ENTRYPOINT.

    https://docs.docker.com/reference/dockerfile/#understand-how-cmd-and-entrypoint-interact
    """
    own = stage.all_of(Entrypoint)
    cmd = stage.last(Cmd)
    if not own or own[-1].exec_form == [] or cmd is None or cmd.stage is stage or cmd.exec_form == []:
        return
    if not cmd.command.text or _is_lost_before(stage, cmd):
        return
    yield Problem(
        own[-1],
        f"this ENTRYPOINT makes Docker forget the CMD that the stage is built on, `{_short(cmd)}`. Repeat it below "
        "if it is still to be run",
        related=[Related(cmd, "the CMD that is forgotten")],
    )


def _is_lost_before(stage: Stage, cmd: Cmd) -> bool:
    """Whether an ENTRYPOINT of a stage between the two has taken the CMD back already."""
    between = [part for part in stage.chain() if part is not stage and cmd.stage and part.index > cmd.stage.index]
    return any(part.all_of(Entrypoint) for part in between)


def _short(cmd: Cmd) -> str:
    text = without_secrets(" ".join(cmd.span.text.split()))
    return text if len(text) <= 50 else text[:49] + "…"
