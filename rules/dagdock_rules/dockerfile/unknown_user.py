from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from dagdock.api import Bad, CopyLike, Problem, Problems, Run, Span, Stage, User, Word, load_data, nearest, rule

from ..packages import installs

# Instructions of a stage; nobody writes more.
LONGEST = 2_000
# Programs that may make users without naming them here.
OPAQUE = frozenset("source . make ansible-playbook ansible puppet chef-client".split())
SHELLS = frozenset("sh bash ash dash zsh".split())
SYSTEM = frozenset("apt apk dnf yum microdnf tdnf zypper pacman".split())


@rule(
    "DF426",
    severity="warning",
    since="0.1",
    lessons=["L13"],
    bad=[
        Bad('FROM node:22-slim\nUSER «nodejs»\nCMD ["node", "server.js"]\n'),
        Bad("FROM python:3.12-slim\nCOPY . /app\nUSER «app»\n"),
    ],
    good=[
        "FROM node:22-slim\nUSER node\n",
        "FROM python:3.12-slim\nRUN useradd --create-home app\nUSER app\n",
        "FROM python:3.12-slim\nUSER 1000\n",
        "FROM ghcr.io/example/base:1\nUSER app\n",
        "FROM debian:12\nCOPY passwd /etc/passwd\nUSER app\n",
    ],
)
def unknown_user(user: User) -> Problems:
    """USER names a user that the image does not have.

    A name that is not in `/etc/passwd` makes the next RUN, or the start of the container, fail with `unable to find
    user`. Make the user first (`RUN useradd --create-home app`), or give a number, which needs no user.

    https://docs.docker.com/reference/dockerfile/#user
    """
    stage = user.stage
    if stage is None or user.user is None or user.onbuild is not None or len(stage.instructions) > LONGEST:
        return
    value = user.user.resolve(stage.scope_at(user))
    name = (value or "").partition(":")[0]
    if not name or name.isdigit() or not _is_name().fullmatch(name):
        return
    *_, root = stage.chain()
    about = load_data("dagdock_rules", "base-users")
    known = about["images"].get(root.image.familiar) if root.image else None
    if known is None or name in known or name in about["system"] or _may_be_made(name, user, stage):
        return
    meant = nearest(name, [*known, *about["system"]])
    place = user.user.span
    yield Problem(
        Span(place.source, place.start, place.start + len(name)) if user.user.literal else place,
        f"neither this file nor `{root.image}` has a user `{name}`. Make it before (`RUN useradd {name}`), or give a "
        "number" + (f"; did you mean `{meant}`?" if meant else ""),
    )


def _may_be_made(name: str, user: User, stage: Stage) -> bool:
    """Whether something above may make the user: a command or a file that names it, a package, a script."""
    for part in stage.chain():
        for instruction in part.instructions:
            if part is stage and instruction.index >= user.index:
                break
            if isinstance(instruction, CopyLike):
                text = instruction.body.text
                destination = instruction.destination.literal if instruction.destination else None
                if "passwd" in text or (destination or "/").rstrip("/") in ("", "/etc"):
                    return True
            elif isinstance(instruction, Run) and _makes_users(instruction, name):
                return True
    return False


def _makes_users(run: Run, name: str) -> bool:
    script = run.script
    if name in run.span.text or script.broken or not script.understood or run.mounts:
        return True
    if any(call.family in SYSTEM and _brings_users(call.packages) for call in installs(script)):
        return True
    for command in script.commands:
        effective = command.effective
        program = effective.words[0].value if effective.words else ""
        if program is None or effective.name in OPAQUE or effective.name in ("useradd", "adduser", "usermod"):
            return True
        if program.startswith((".", "/")) and "/bin/" not in program:
            return True
        if effective.name in SHELLS and effective.arguments:
            return True
    return False


def _brings_users(packages: Sequence[Word]) -> bool:
    """Whether packages may bring users along: any may, but tools and libraries do not."""
    return any(word.value is None or not _tool().fullmatch(word.value) for word in packages)


@cache
def _tool() -> re.Pattern[str]:
    names = "ca-certificates curl wget git gcc make build-base build-essential bash tzdata unzip zip jq vim nano less"
    names += " openssl gnupg gnupg2 procps dumb-init tini python3"
    known = "|".join(re.escape(name) for name in names.split())
    return re.compile(rf"(?:{known}|.*-dev|lib.*|python3-.*|py3-.*|netcat-.*|iputils-.*|g\+\+)(?:[=~<>].*)?")


@cache
def _is_name() -> re.Pattern[str]:
    return re.compile(r"[A-Za-z_][\w.-]*\$?")
