from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Related, Run, Stage, rule

from ._base_image import known_image
from ._started import place_in_root_home
from ._users import is_root


@rule(
    "DF648",
    severity="error",
    since="0.1",
    bad=[
        Bad(
            "FROM python:3.13-slim\nWORKDIR /root\nCOPY app.py .\nRUN useradd app\n«USER app»\n"
            'CMD ["python", "app.py"]\n'
        ),
        Bad('FROM alpine:3.22\nCOPY server /root/server\n«USER 1000»\nENTRYPOINT ["/root/server"]\n'),
    ],
    good=[
        'FROM python:3.13-slim\nWORKDIR /app\nCOPY app.py .\nUSER 1000\nCMD ["python", "app.py"]\n',
        'FROM alpine:3.22\nCOPY server /root/server\nENTRYPOINT ["/root/server"]\n',
        'FROM alpine:3.22\nCOPY server /root/server\nRUN chmod 755 /root\nUSER 1000\nENTRYPOINT ["/root/server"]\n',
    ],
)
def program_in_root_home(stage: Stage) -> Problems:
    """The container starts as an ordinary user, and what it starts lies in `/root`.

    Only root may enter `/root`: its mode is 700 in the images of Debian, Ubuntu, Alpine and those built on them. The
    program is not found, or refused with "Permission denied", and the container ends at once. Put the program
    elsewhere, as in `/app`. Nothing is said where a step changes the mode or the owner of `/root`.

    https://docs.docker.com/reference/dockerfile/#user
    """
    user = stage.user_at()
    known = known_image(stage.root_image)
    if not stage.is_final or user is None or user.user is None or user.user.literal is None or is_root(user, stage):
        return
    if not known or known.get("user") != "root" or _opens_home(stage):
        return
    if place := place_in_root_home(stage):
        yield Problem(
            user,
            f"`{user.user.value}` may not enter `/root`, which only root can, so `{place}` cannot be started. Put it "
            "elsewhere, for example in `/app`",
            related=[
                Related(starter, "started here")
                for starter in stage.instructions
                if starter.name in ("CMD", "ENTRYPOINT")
            ],
        )


def _opens_home(stage: Stage) -> bool:
    """Whether a step changes who may enter `/root`."""
    return any(
        command.effective.name in ("chmod", "chown", "setfacl", "usermod", "useradd", "adduser", "rm", "mv", "ln")
        and any(
            "/root" in word.text or "$HOME" in word.text or "~" in word.text for word in command.effective.arguments
        )
        for part in stage.chain()
        for run in part.all_of(Run)
        for command in run.script.commands
    )
