from __future__ import annotations

from functools import lru_cache

from dagdock.api import Bad, Problem, Problems, Related, Run, Stage, rule

from ..packages import Action, PackageCommand, package_commands
from ._users import is_root

SYSTEM = frozenset("apt apk dnf yum microdnf tdnf zypper pacman".split())
CHANGES: tuple[Action, ...] = ("install", "update", "upgrade", "remove")
FOR_ROOT = frozenset(
    "useradd adduser groupadd addgroup usermod groupmod userdel deluser update-ca-certificates ldconfig locale-gen "
    "dpkg-reconfigure update-alternatives visudo chpasswd".split()
)
RAISERS = frozenset(("sudo", "doas", "gosu", "su-exec", "fakeroot", "su"))


@rule(
    "DF425",
    severity="error",
    since="0.1",
    lessons=["L13"],
    bad=[
        Bad("FROM debian:12\nRUN useradd app\nUSER app\nRUN «apt-get update» && apt-get install -y curl\n"),
    ],
    good=[
        (
            "FROM debian:12\n"
            "RUN useradd app\n"
            "USER app\n"
            "RUN make\n"
            "USER root\n"
            "RUN apt-get update && apt-get install -y curl\n"
        ),
        "FROM debian:12\nUSER app\nRUN sudo apt-get update\n",
        "FROM python:3.12\nUSER app\nRUN pip install --user flask==3.0.3\n",
    ],
)
def privileged_step_after_user(run: Run) -> Problems:
    """A step that needs root comes after USER.

    USER holds for the RUNs below it as well, and an ordinary user may install no packages and make no users: the step
    fails. Put it above the USER, or go back with `USER root` and forth again.

    https://docs.docker.com/reference/dockerfile/#user
    """
    stage = run.stage
    if stage is None or run.onbuild is not None or run.script.broken:
        return
    user = stage.user_at(run)
    if user is None or user.user is None or user.stage is None:
        return
    name = user.user.resolve(user.stage.scope_at(user))
    if not name or is_root(user, user.stage):
        return
    calls = {id(call.command): call for call in package_commands(run.script, *CHANGES) if call.family in SYSTEM}
    for command in run.script.commands:
        effective = command.effective
        call = calls.get(id(effective))
        if any(wrapper in RAISERS for wrapper in effective.wrappers) or "script" in command.context:
            continue
        if (call and not _is_harmless(call)) or effective.name in FOR_ROOT:
            if _is_root_by_number(stage, name):
                return
            what = f"{call.manager} {call.verb}" if call else effective.name
            yield Problem(
                call.head if call else effective.words[0],
                f"`{what}` needs root, and since line {user.span.line} the build runs as `{name}`. Put it above that "
                "USER, or `USER root` before it",
                related=[Related(user, "from here on the build runs as this user")],
            )
            return


@lru_cache(maxsize=64)
def _is_root_by_number(stage: Stage, name: str) -> bool:
    """Whether the user was made with root's number: `useradd -o -u 0`."""
    return any(
        command.effective.name in ("useradd", "usermod", "adduser")
        and any(word.value == name for word in command.effective.arguments)
        and command.effective.options(("-u", "--uid")).values("-u", "--uid") == ["0"]
        for part in stage.chain()
        for other in part.all_of(Run)
        for command in other.script.commands
    )


def _is_harmless(call: PackageCommand) -> bool:
    """Whether the call changes nothing of the system: it only shows, or works on another root."""
    options = (
        "-s",
        "--simulate",
        "--dry-run",
        "--print-uris",
        "-d",
        "--download-only",
        "--root",
        "--installroot",
        "-p",
    )
    return call.options.has(*options) is not False
