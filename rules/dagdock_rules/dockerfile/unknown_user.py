from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Literal, NamedTuple

from dagdock.api import (
    Bad,
    Command,
    CopyLike,
    ImageRef,
    Problem,
    Problems,
    Run,
    Span,
    Stage,
    User,
    Word,
    load_data,
    nearest,
    rule,
)

from ..packages import installs

# Instructions of a stage; nobody writes more.
LONGEST = 200
MAKERS = frozenset(("useradd", "adduser", "usermod", "newusers", "useradd.local"))
GROUP_MAKERS = frozenset(("groupadd", "addgroup", "groupmod"))
# Options of these whose value is the next word.
VALUED = (
    *("-b", "--base-dir", "-c", "--comment", "-d", "--home-dir", "--home", "-e", "--expiredate", "-f", "--inactive"),
    *("-g", "--gid", "-G", "--groups", "-h", "-k", "--skel", "-K", "--key", "-p", "--password", "-s", "--shell", "-u"),
    *("--uid", "--ingroup", "--gecos", "--conf", "--firstuid", "--lastuid", "--firstgid", "--lastgid", "-l", "--login"),
)
# Programs that may make users without naming them here.
OPAQUE = frozenset("source . eval make ansible-playbook ansible puppet chef-client".split())
SHELLS = frozenset("sh bash ash dash zsh ksh".split())
SYSTEM = frozenset("apt apk dnf yum microdnf tdnf zypper pacman".split())
# Commands that may name a user and make none.
HARMLESS = frozenset(
    "chown chgrp chmod mkdir rmdir touch cd cp mv ln rm ls install groupadd addgroup groupmod gpasswd id test [ true "
    ": export npm yarn pnpm pip pip3 uv poetry python python3 node go cargo mvn curl wget tar unzip git".split()
)


@rule(
    "DF426",
    severity="warning",
    since="0.1",
    lessons=["L13"],
    bad=[
        Bad('FROM node:22-slim\nUSER «nodejs»\nCMD ["node", "server.js"]\n'),
        Bad("FROM python:3.12-slim\nCOPY . /app\nUSER «app»\n"),
        Bad("FROM debian:12-slim\nRUN useradd --create-home appuser\nUSER «appusr»\n"),
        Bad("FROM alpine:3.22\nRUN addgroup -S app\nUSER «app»\n"),
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
    """USER names a user, or a group, that the image does not have.

    A name that is not in `/etc/passwd` makes the next RUN, or the start of the container, fail with `unable to find
    user`; a group behind the `:` must be in `/etc/group`. Make the user first (`RUN useradd --create-home app`; on
    Alpine `RUN adduser -D app`), or give a number, which needs no user. `groupadd` and `addgroup` make groups only.

    https://docs.docker.com/reference/dockerfile/#user
    """
    stage = user.stage
    if stage is None or user.user is None or user.onbuild is not None or len(stage.instructions) > LONGEST:
        return
    value = user.user.resolve(stage.scope_at(user)) or ""
    name, colon, group = value.partition(":")
    image = stage.root_image
    about = load_data("dagdock_rules", "base-users")
    brought = about["images"].get(image.familiar) if image else None
    if image is None or brought is None:
        return
    known = {*brought, *about["system"]}
    place = user.user.span
    whole = not user.user.literal
    if _is_name().fullmatch(name) and name not in known:
        made = _made_above(name, user, stage)
        if made is not None and name not in made.users:
            span = place if whole else Span(place.source, place.start, place.start + len(name))
            advice = _advice("user", name, image, sorted(made.users | known), name in made.groups)
            yield Problem(span, advice)
            return
    groups = {*known, *about["groups"]}
    if colon and _is_name().fullmatch(group) and group not in groups:
        made = _made_above(group, user, stage)
        if made is not None and group not in made.users | made.groups:
            span = place if whole else Span(place.source, place.end - len(group), place.end)
            advice = _advice("group", group, image, sorted(made.users | made.groups | groups), False)
            yield Problem(span, advice)


class _Made(NamedTuple):
    """The names that commands above make users and groups of; a user brings a group of its name along."""

    users: set[str]
    groups: set[str]


def _advice(what: Literal["user", "group"], name: str, image: ImageRef, known: Sequence[str], is_group: bool) -> str:
    small = image.familiar in ("alpine", "busybox")
    tool = "adduser -D" if small and what == "user" else "addgroup" if small else f"{what}add"
    make = f"Make it before (`RUN {tool} {name}`)"
    if is_group:
        return f"`{name}` is a group, and there is no user of that name. {make}, or give a number"
    meant = nearest(name, known)
    hint = f"; did you mean `{meant}`?" if meant else ""
    return f"neither this file nor `{image}` has a {what} `{name}`. {make}, or give a number{hint}"


def _made_above(name: str, user: User, stage: Stage) -> _Made | None:
    """What is made above USER; None where a file, a package, a script or a variable may make others."""
    made = _Made(set(), set())
    for part in stage.chain():
        for instruction in part.instructions:
            if part is stage and instruction.index >= user.index:
                break
            if isinstance(instruction, CopyLike):
                if _may_bring(instruction, part):
                    return None
            elif isinstance(instruction, Run) and not _read(instruction, name, made):
                return None
    return made


def _may_bring(copy: CopyLike, stage: Stage) -> bool:
    """Whether COPY may bring `/etc/passwd` along: by its name, or in a folder that is copied to `/` or `/etc`."""
    if "passwd" in copy.body.text:
        return True
    destination = copy.destination.resolve(stage.scope_at(copy)) if copy.destination else None
    if (destination or "/").rstrip("/") not in ("", "/etc"):
        return False
    files = _plain_file()
    return not copy.sources or any(not files.fullmatch(source.literal or "") for source in copy.sources)


def _read(run: Run, name: str, made: _Made) -> bool:
    """Adds the users and groups that a RUN makes; False where it may make others."""
    script = run.script
    if script.broken or not script.understood or any(mount.type == "bind" for mount in run.mounts):
        return False
    if "passwd" in run.span.text or "/etc/group" in run.span.text:
        return False
    calls = {call.command.span: call for call in installs(script)}
    if any(call.family in SYSTEM and _brings_users(call.packages) for call in calls.values()):
        return False
    return all(
        _read_command(command.effective, name, made, command.effective.span in calls) for command in script.commands
    )


def _read_command(command: Command, name: str, made: _Made, installing: bool) -> bool:
    program = command.words[0].value if command.words else ""
    if program is None or command.name in OPAQUE:
        return False
    if command.name in MAKERS | GROUP_MAKERS:
        words = [word.value for word in command.options(VALUED).operands]
        if not words or None in words:
            return False
        (made.users if command.name in MAKERS and not _makes_group(command) else made.groups).update(
            value.partition("=")[2] or value for word in command.arguments if (value := word.value)
        )
        return True
    if program.startswith((".", "/")) and "/bin/" not in program:
        return False
    if command.name in SHELLS and (command.arguments or command.pipeline):
        return False
    return installing or command.name in HARMLESS or not any(name in word.text for word in command.words)


def _makes_group(command: Command) -> bool:
    """Whether it is Debian's `adduser --group app`, which makes a group only."""
    return command.name == "adduser" and command.has_flag("--group") is True and not command.has_flag("--system")


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


@cache
def _plain_file() -> re.Pattern[str]:
    """A single file by its ending, neither an archive, which ADD unpacks, nor a folder such as `conf.d`."""
    return re.compile(r"[^*?\[]*[\w-]\.(?!d$|tar$|t?[gx]z$|bz2$|zst$|tbz2?$)[A-Za-z]\w{0,4}")
