from __future__ import annotations

from collections.abc import Sequence

from dagdock.api import Bad, Command, Edit, Fix, Problem, Problems, Run, Span, rule

from ..packages import package_commands
from ._base_image import known_image
from ._users import is_root

SUDO = ("sudo", "/usr/bin/sudo", "/bin/sudo")

SYSTEM = frozenset("apt apk dnf yum microdnf tdnf zypper pacman".split())


@rule(
    "DF405",
    severity="warning",
    since="0.1",
    fix="unsafe",
    lessons=["L13"],
    aliases=[
        "hadolint:DL3004",
        "trivy:DS-0010",
        "checkov:CKV2_DOCKER_1",
        "kics:run-using-sudo",
        "semgrep:no-sudo-in-dockerfile",
    ],
    tags=["security"],
    words=["sudo"],
    words_near=True,
    bad=[
        Bad(
            "FROM debian:12\nRUN «sudo» apt-get update\n",
            fixed="FROM debian:12\nRUN apt-get update\n",
        ),
    ],
    good=[
        "FROM debian:12\nRUN sudo --version\n",
        "FROM debian:12\nRUN apt-get update && apt-get install -y sudo\n",
        "FROM debian:12\nRUN echo 'app ALL=NOPASSWD: ALL' > /etc/sudoers.d/app\n",
    ],
)
def sudo_in_run(run: Run) -> Problems:
    """sudo is used in a build, which runs as root already.

    A build runs as root unless USER says otherwise, so sudo changes nothing, has to be installed for it, and makes a
    hole in the finished image: whoever gets in may become root by it. Where another user is in force, go back with
    `USER root` for the steps that need it.

    https://docs.docker.com/build/building/best-practices/#user
    """
    words = [
        (command, command.words[0])
        for command in run.script.commands
        if command.words and command.words[0].value in SUDO and not _only_asks(command)
    ]
    words += [
        (command, word)
        for command in run.script.commands
        for word in command.words[1:]
        if word.value == "sudo" and "sudo" in command.effective.wrappers and command.words[0].value not in SUDO
    ]
    if words and not _is_made_for_sudo(run):
        root = _is_root(run)
        yield Problem(
            words[0][1],
            "this step runs as root already, so sudo changes nothing. Leave it out"
            if root
            else "sudo makes a way to root in the image that everybody who gets in can take. Set `USER root` for this "
            "step, and go back after it",
            fix=None if root is False else _fix(run, [command for command, _ in words]),
        )


def _is_made_for_sudo(run: Run) -> bool:
    """Whether the base image is a workplace whose user has sudo anyway, as those of CircleCI and Gitpod are."""
    image = run.stage.root_image if run.stage else None
    return image is not None and image.familiar.startswith(("circleci/", "cimg/", "gitpod/"))


def _only_asks(command: Command) -> bool:
    """Whether nothing is started: `sudo --version` shows that it is there."""
    return all(word.value in ("-V", "--version", "-h", "--help", "-l", "-v") for word in command.words[1:])


def _is_root(run: Run) -> bool | None:
    """Whether the step runs as root anyway: by USER, or as the base image is known to do; None where unknown."""
    user = run.stage.user_at(run) if run.stage else None
    if user is not None:
        return is_root(user, user.stage) if user.stage else None
    if any(
        call.family in SYSTEM and "sudo" not in call.command.wrappers and not call.command.context
        for call in package_commands(run.script, "install", "update")
    ):
        return True  # or it would fail
    known = known_image(run.stage.root_image) if run.stage else None
    return None if known is None else known["user"] != "other"


def _fix(run: Run, commands: Sequence[Command]) -> Fix | None:
    """Leave the word out, where nothing but the command stands behind it."""
    edits: list[Edit] = []
    for command in commands:
        if len(command.words) < 2 or command.words[0].value not in SUDO or run.exec_form is not None:
            return None
        following = command.words[1]
        if following.prefix.startswith("-") or "=" in following.text or "/" in following.prefix[:1]:
            return None
        edits.append(Edit(Span(run.span.source, command.words[0].span.start, following.span.start), ""))
    return Fix("Leave out `sudo`", edits, "unsafe")
