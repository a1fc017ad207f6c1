from __future__ import annotations

import re
from functools import cache, lru_cache

from dagdock.api import (
    Bad,
    Command,
    CopyLike,
    Dockerfile,
    Instruction,
    Problem,
    Problems,
    Project,
    Run,
    Script,
    Word,
    rule,
)

from ._comments import said_above
from ._users import is_workplace

# Folders that everybody may write to on purpose.
SHARED = ("/tmp", "/var/tmp", "/dev/null", "/dev/shm", "/var/lock", "/run/lock")
WRITABLE = "lets everybody write there"
SETUID = "makes it run as its owner, whoever starts it. Let the container run as the user that is needed instead"


@rule(
    "DF412",
    severity="warning",
    since="0.1",
    security=5.0,
    aliases=["sonar:S2612"],
    tags=["security"],
    words=["chmod"],
    words_near=True,
    bad=[
        Bad("FROM debian:12\nCOPY app /app\nRUN «chmod -R 777 /app»\n"),
        Bad("FROM debian:12\nCOPY «--chmod=0666» app.conf /etc/\n"),
        Bad("FROM debian:12\nRUN «chmod u+s /usr/bin/find»\n"),
    ],
    good=[
        "FROM debian:12\nRUN mkfifo /run/trigger && chmod 622 /run/trigger\n",
        "FROM debian:12\nRUN chmod -R 755 /app && chmod +x /entry.sh && chmod 1777 /var/scratch\n",
        "FROM debian:12\nCOPY --chmod=0644 app.conf /etc/\n",
    ],
)
def world_writable_mode(instruction: Instruction, project: Project) -> Problems:
    """A file is made writable for everybody, or runs as its owner whoever starts it.

    With mode 777 any process of the container, a broken one too, may replace the file: a program or a setting that is
    used later. A program with the setuid bit runs as its owner, mostly root, whoever starts it. Give the file to the
    user who needs it: `COPY --chown`, `chmod 755`, `chmod u+w`. Where a Compose file runs the image as any user
    (`user: ${UID}`), there is no owner to give it to, and nothing is said; nor where the comment
    above says that every user is to write there. What is usual for users nobody knows yet is the group 0: `chgrp -R 0`
    and `chmod -R g=u`.

    https://docs.docker.com/reference/dockerfile/#copy---chown---chmod
    """
    if isinstance(instruction, Run):
        for command in instruction.script.commands:
            effective = command.effective
            if effective.name != "chmod":
                continue
            operands = [word for word in effective.arguments if not word.prefix.startswith("--") and word.text != "-R"]
            harm = _harm(operands[0].value or "") if operands else ""
            if harm and not all((word.value or "").rstrip("/") in SHARED for word in operands[1:]):
                if _is_for_anybody(instruction.dockerfile, project) or (harm == WRITABLE and _is_wanted(instruction)):
                    return
                if harm == WRITABLE and _is_taken_back(effective, operands[1:], instruction.script):
                    continue
                if harm == WRITABLE and _is_pipe(operands, instruction.script):
                    continue  # a pipe that others write to is there for that
                remedy = _remedy(harm, operands[0].text, _is_given(operands, instruction), _is_recursive(effective))
                yield Problem(
                    effective,
                    f"`chmod {operands[0].text}` {harm}{remedy}",
                    severity="info" if harm == SETUID else None,
                )
    elif isinstance(instruction, CopyLike):
        flag = instruction.flag("chmod")
        harm = _harm(flag.word.literal or "") if flag and flag.word else ""
        if flag and harm and not (harm == WRITABLE and _is_wanted(instruction)):
            given = instruction.flag("chown") is not None
            yield Problem(
                flag,
                f"`--chmod={flag.value}` {harm}{_remedy(harm, flag.value or '', given)}",
                severity="info" if harm == SETUID else None,
            )


def _remedy(harm: str, mode: str, given: bool, recursive: bool = False) -> str:
    """The mode that is enough; `given` where the file has an owner already."""
    if harm == SETUID:
        return ""
    if not mode.isdigit():
        return "" if given else ". Make the user who needs that the owner, with `--chown` or `chown`"
    runs = any(int(digit) & 1 for digit in mode)
    enough = "755" if runs else "u=rwX,go=rX" if recursive else "644"
    if given:
        return f". It has an owner, who may write: for the others `{enough}` is enough"
    use = "read and run" if runs else "read"
    return f". `{enough}` is enough to {use} it; make the user who needs to write the owner, with `--chown` or `chown`"


def _is_recursive(command: Command) -> bool:
    return any(word.text == "--recursive" or re.match(r"-\w*R", word.text) for word in command.arguments)


def _is_taken_back(command: Command, files: list[Word], script: Script) -> bool:
    """Whether a later `chmod` of the RUN gives the files another mode, so that they were writable for a moment only."""
    last = _last_modes(script)
    found = [last.get(word.text, (0, "")) for word in files]
    return bool(found) and all(start > command.start and mode.isdigit() and not _harm(mode) for start, mode in found)


@lru_cache(maxsize=4)  # each `chmod` of a RUN asks
def _last_modes(script: Script) -> dict[str, tuple[int, str]]:
    """Where the last `chmod` of a file stands, and the mode that it sets."""
    found: dict[str, tuple[int, str]] = {}
    for command in script.commands:
        if command.effective.name == "chmod":
            mode, *files = [word.text for word in command.effective.arguments if not word.text.startswith("-")] or [""]
            found.update((file, (command.start, mode)) for file in files)
    return found


def _is_given(operands: list[Word], run: Run) -> bool:
    """Whether a `chown` of the RUN makes somebody the owner of these files."""
    return {word.text for word in operands[1:]} <= _named_by("chown", run.script)


def _is_pipe(operands: list[Word], script: Script) -> bool:
    """Whether the RUN makes these files with `mkfifo`."""
    return {word.text for word in operands[1:]} <= _named_by("mkfifo", script)


@lru_cache(maxsize=4)
def _named_by(program: str, script: Script) -> set[str]:
    """What the calls of a program in a script name."""
    calls = (each.effective for each in script.commands if each.effective.name == program)
    return {word.text for call in calls for word in call.arguments}


def _is_wanted(instruction: Instruction) -> bool:
    """Whether everybody is to write there: in a dev container, or as the comment right above says."""
    if instruction.stage and is_workplace(instruction.stage):
        return True
    return _anybody().search(said_above(instruction)) is not None


@cache
def _anybody() -> re.Pattern[str]:
    return re.compile(
        r"\b(?:world|everybody|everyone)\b"
        r"|\b(?:any|all|every|other|arbitrary|random|different)[ -](?:other )?(?:user|uid)"
        r"|non-?root|openshift|\b0?777\b|\b0?666\b|writ(?:e?able|e) (?:by|for|to) (?:all|any)"
    )


@lru_cache(maxsize=4)  # each RUN of a file asks
def _is_for_anybody(file: Dockerfile, project: Project) -> bool:
    """Whether a Compose file starts the image as whichever user it is told, so that nobody can be its owner."""
    users = [service.user for service in project.services_building(file)]
    return any(user is not None and "$" in user.raw for user in users)


def _harm(mode: str) -> str:
    """What a mode allows that it should not; empty for a harmless or unknown one."""
    if mode.isdigit():
        if len(mode) > 4 or len(mode) < 3 or set(mode) & set("89"):
            return ""
        special = int(mode[0]) if len(mode) == 4 else 0
        if special & 4:
            return SETUID
        return WRITABLE if int(mode[-1]) & 2 and not special & 1 else ""
    for part in mode.split(","):
        sign = next((sign for sign in "+=" if sign in part), "")
        who, _, what = part.partition(sign) if sign else ("", "", "")
        if not sign or set(who) - set("ugoa") or set(what) - set("rwxXst"):
            continue
        if "s" in what and ("u" in who or not who):
            return SETUID
        if "w" in what and set(who) & set("oa") and "t" not in what:
            return WRITABLE
    return ""
