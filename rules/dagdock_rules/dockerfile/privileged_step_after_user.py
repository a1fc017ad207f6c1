from __future__ import annotations

from dagdock.api import (
    Bad,
    Command,
    CopyLike,
    Problem,
    Problems,
    Project,
    Related,
    Run,
    Span,
    Stage,
    User,
    remembered,
    rule,
)

from ..packages import Action, PackageCommand, package_commands
from ._base_image import known_image
from ._root_files import belongs_to_root
from ._users import is_root

SYSTEM = frozenset("apt apk dnf yum microdnf tdnf zypper pacman".split())
CHANGES: tuple[Action, ...] = ("install", "update", "upgrade", "remove")
FOR_ROOT = frozenset(
    "useradd adduser groupadd addgroup usermod groupmod userdel deluser update-ca-certificates ldconfig locale-gen "
    "dpkg-reconfigure update-alternatives visudo chpasswd".split()
)
WRITERS = frozenset(("mkdir", "touch", "cp", "mv", "ln", "install", "tee"))
# Folders that belong to root in every image.
ROOTS = ("/etc/", "/usr/bin/", "/usr/sbin/", "/usr/lib/", "/usr/local/bin/", "/bin/", "/sbin/", "/lib/", "/root/")
# Folders that only root may make others in.
PARENTS = ("/", "/opt", "/srv", "/var", "/var/lib", "/var/log", "/usr", "/usr/share", "/usr/local", "/mnt")
SYSTEM_FOLDERS = frozenset("home tmp run dev proc sys root etc usr bin lib sbin media boot".split())
# Instructions of a stage; nobody writes more.
LONGEST = 2_000
RAISERS = frozenset(("sudo", "doas", "gosu", "su-exec", "fakeroot", "su"))


@rule(
    "DF425",
    severity="error",
    since="0.1",
    lessons=["L13"],
    bad=[
        Bad("FROM apache/airflow:2.9.1\nRUN «apt-get update» && apt-get install -y gcc\n"),
        Bad("FROM debian:12\nRUN useradd app\nUSER app\nRUN «apt-get update» && apt-get install -y curl\n"),
        Bad("FROM node:24-slim\nCOPY app /app\nUSER node\nRUN «chown -R node /app»\n"),
        Bad("FROM node:24-slim\nUSER node\nRUN «npm install» -g pm2@5.4.0\n"),
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
        "FROM node:24-slim\nCOPY --chown=node app /app\nUSER node\nRUN chmod +x /app/start.sh\n",
    ],
)
def privileged_step_after_user(run: Run, project: Project) -> Problems:
    """A step that needs root comes after USER, or in an image that has an ordinary user from the start.

    USER holds for the RUNs below it as well, and an ordinary user may install no packages and make no users: the step
    fails. Put it above the USER, or go back with `USER root` and forth again. Some images, Airflow's among them, name
    an ordinary user themselves. What COPY and ADD bring is root's whoever USER names, so that `chown` and `chmod` of
    it need root, too: `COPY --chown=app --chmod=755` sets both on the way.

    https://docs.docker.com/reference/dockerfile/#user
    """
    stage = run.stage
    who = None if stage is None or run.onbuild is not None or run.script.broken else _who(run, stage)
    if stage is None or who is None:
        return
    name, user = who
    calls = {id(call.command): call for call in package_commands(run.script, *CHANGES) if call.family in SYSTEM}
    for command in run.script.commands:
        effective = command.effective
        if any(wrapper in RAISERS for wrapper in effective.wrappers) or "script" in command.context:
            continue
        what, place = _privileged(command, calls.get(id(effective)), name)
        if place is None and effective.name == "mkdir":
            what, place = _new_folder(effective, run, stage, name)
        if place is None and user and effective.name in ("chown", "chgrp", "chmod") and not _is_optional(command, run):
            what, place = _of_root(command, run, user, project)
        if place is None and effective.name == "npm":
            what, place = _global_package(effective, run, stage)
        if place and not _is_root_by_number(stage, name) and not _is_opened(stage, run, what):
            since = (
                f"since line {user.span.line} the build runs as `{name}`" if user else f"`{name}` runs as another user"
            )
            yield Problem(
                place,
                f"{what} needs root, and {since}. "
                + ("Put it above that USER, or `USER root` before it" if user else "Put `USER root` before it"),
                related=[Related(user, "from here on the build runs as this user")] if user else (),
            )
            return


def _who(run: Run, stage: Stage) -> tuple[str, User | None] | None:
    """The ordinary user that a RUN runs as: the name and the USER that says so, or the image that brings one.

    None where it is root, or unknown.
    """
    user = stage.user_at(run)
    if user is None:
        known = known_image(stage.root_image)
        return (str(stage.root_image), None) if known and known["user"] == "other" else None
    name = user.user.resolve(user.stage.scope_at(user)) if user.user and user.stage else None
    return None if not name or user.stage is None or is_root(user, user.stage) else (name, user)


def _privileged(command: Command, call: PackageCommand | None, user: str) -> tuple[str, Span | None]:
    """What a command does that only root may, in words, and where; no place where an ordinary user may do it."""
    effective = command.effective
    if call:
        return f"`{call.manager} {call.verb}`", None if _is_harmless(call) else call.head
    name = effective.name or ""
    operands = [word for word in effective.arguments if not word.prefix.startswith("-")]
    if name in FOR_ROOT:
        return f"`{name}`", effective.words[0].span
    if name in ("chown", "chgrp") and len(operands) > 1:
        owner = (operands[0].value or user).partition(":")[0].partition(".")[0]
        by_file = any(word.prefix.startswith("--reference") for word in effective.arguments)
        away = name == "chown" and owner not in ("", user) and not by_file
        return "`chown` to somebody else", effective.words[0].span if away else None
    targets = [redirect.target for redirect in effective.redirects if redirect.operator in (">", ">>")]
    if name in WRITERS and len(operands) > (name in ("cp", "mv", "ln", "install")):
        targets.append(operands[-1])
    for target in targets:
        if target and f"{target.value}/".startswith(ROOTS):
            return f"writing to `{target.value}`", target.span
    return "", None


def _new_folder(command: Command, run: Run, stage: Stage, user: str) -> tuple[str, Span | None]:
    """The folder that `mkdir` would make among those of the system, where nothing speaks of it before.

    A user that the file does not make comes with the image, and so may folders of its own.
    """
    known = known_image(stage.root_image)
    if known is None or known["user"] != "root" or len(stage.instructions) > LONGEST:
        return "", None
    above = [
        step.span.text
        for part in stage.chain()
        for step in part.instructions
        if part is not stage or step.index < run.index
    ]
    if not user.partition(":")[0].isdigit() and not any("user" in text and user in text for text in above[1:]):
        return "", None
    deep = command.options().has("-p", "--parents") is True
    for word in command.arguments:
        parts = (word.value or "").rstrip("/").split("/")
        made = next((n for n in range(2, len(parts) + 1) if ("/".join(parts[: n - 1]) or "/") in PARENTS), 0)
        while made and made < len(parts) and "/".join(parts[:made]) in PARENTS:
            made += 1
        folder = "/".join(parts[:made])
        if not made or parts[0] or folder in PARENTS or folder[1:] in SYSTEM_FOLDERS:
            continue
        if (deep or made == len(parts)) and not any(folder in text or "chmod" in text for text in above):
            return f"`mkdir {word.value}`", word.span
    return "", None


def _of_root(command: Command, run: Run, user: User, project: Project) -> tuple[str, Span | None]:
    """The file or folder of root's whose owner or mode would be changed."""
    effective = command.effective
    options = effective.options(("--from",))
    if options.unknown or options.has("--reference") or any("+s" in word.text for word in options.operands[:1]):
        return "", None
    below = options.has("-R", "--recursive") is True
    for word in options.operands[1:]:
        if word.value is None or word.glob or "~" in word.text:
            continue
        maker = belongs_to_root(word.value, command, run, user, project, below=below)
        if maker is not None:
            since = f"since line {maker.span.line}" if maker is not user else "in every image"
            way = f" (`{maker.name} --chown=…` gives it away)" if isinstance(maker, CopyLike) else ""
            return f"`{effective.name} {word.value}`, which is root's {since}{way},", effective.words[0].span.to(word)
    return "", None


def _global_package(command: Command, run: Run, stage: Stage) -> tuple[str, Span | None]:
    """`npm install -g` with the folder of Node.js's image, which is root's."""
    image = stage.root_image
    call = next((call for call in package_commands(run.script, "install") if call.command.span == command.span), None)
    if image is None or image.familiar != "node" or call is None or len(stage.instructions) > LONGEST:
        return "", None
    if call.options.has("-g", "--global") is not True and "global" not in call.options.values("--location"):
        return "", None
    said = "\n".join(step.span.text for part in stage.chain() for step in part.instructions).lower()
    if any(word in said for word in ("prefix", "npmrc", "chown", "chmod", "nvm", "volta", "fnm", "node_modules")):
        return "", None
    return f"`{call.manager} {call.verb} -g`", call.head


def _is_optional(command: Command, run: Run) -> bool:
    """Whether the step may fail: `|| true` stands behind it."""
    commands = run.script.commands
    after = commands[commands.index(command) + 1 :]
    return bool(command.context) or (bool(after) and after[0].joined == "||")


def _is_opened(stage: Stage, run: Run, what: str) -> bool:
    """Whether something above may have given the folder to others: then an ordinary user may write there."""
    folder = next((root for root in ROOTS if f"`{root}" in what), None)
    return folder is not None and any(
        folder.rstrip("/") in text and any(word in text for word in ("chown", "chmod", "setfacl"))
        for part in stage.chain()
        for text in (
            instruction.body.text + (" chown" if instruction.flag("chown") else "")
            for instruction in part.instructions
            if part is not stage or instruction.index < run.index
        )
    )


def _is_root_by_number(stage: Stage, name: str) -> bool:
    """Whether the user was made with root's number: `useradd -o -u 0`."""
    return any(name in _roots_by_number(part) for part in stage.chain())


@remembered
def _roots_by_number(stage: Stage) -> set[str | None]:
    """All words of the commands in a stage that make a user with root's number."""
    return {
        word.value
        for run in stage.all_of(Run)
        for command in run.script.commands
        if command.effective.name in ("useradd", "usermod", "adduser")
        and command.effective.options(("-u", "--uid")).values("-u", "--uid") == ["0"]
        for word in command.effective.arguments
    }


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
