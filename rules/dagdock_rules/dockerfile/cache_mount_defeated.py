from __future__ import annotations

from dagdock.api import Bad, Edit, Fix, Mount, Problem, Problems, Related, Run, Span, User, Word, rule

from ..packages import PackageCommand, package_commands
from ._caches import deletes
from ._layers import built_on
from ._users import is_root

# An option that keeps the tool from using its cache, by family, and where that cache lies.
CONTRARY = {
    "pip": (("--no-cache-dir",), (".cache/pip",)),
    "apk": (("--no-cache",), ("/var/cache/apk", "/etc/apk/cache")),
    "uv": (("--no-cache", "-n"), (".cache/uv",)),
    "poetry": (("--no-cache",), (".cache/pypoetry",)),
}
# Official images that are Debian or Ubuntu unless their tag says Alpine; these empty apt's cache after each install.
DEBIAN = frozenset(
    "debian ubuntu python node ruby rust golang php openjdk eclipse-temurin postgres buildpack-deps".split()
)


@rule(
    "DF207",
    severity="warning",
    since="0.1",
    fix="safe",
    lessons=["L01"],
    tags=["cache"],
    bad=[
        Bad(
            "FROM python:3.12-slim\nRUN --mount=type=cache,target=/root/.cache/pip "
            "pip install «--no-cache-dir» -r requirements.txt\n",
            fixed="FROM python:3.12-slim\nRUN --mount=type=cache,target=/root/.cache/pip "
            "pip install -r requirements.txt\n",
        ),
        Bad(
            "FROM node:22-slim\nRUN --mount=type=cache,target=/root/.npm npm ci && «npm cache clean --force»\n",
        ),
        Bad(
            "FROM node:22-slim\nUSER node\nRUN --mount=type=cache,target=«/root/.npm» npm ci\n",
        ),
    ],
    good=[
        "FROM python:3.12-slim\nRUN --mount=type=cache,target=/root/.cache/pip pip install -r requirements.txt\n",
        "FROM python:3.12-slim\nRUN pip install --no-cache-dir -r requirements.txt\n",
        "FROM debian:12\nRUN rm -f /etc/apt/apt.conf.d/docker-clean\nRUN --mount=type=cache,target=/var/cache/apt "
        "apt-get update && apt-get install -y curl\n",
    ],
    words=["--mount"],
    words_near=True,
)
def cache_mount_defeated(run: Run) -> Problems:
    """A cache mount is there, and something else in the step keeps it empty.

    A cache mount (`RUN --mount=type=cache`) keeps what a tool downloads for the next build, outside of the image. An
    option such as `--no-cache-dir`, or a command that empties the folder at the end, takes that away again: every
    build downloads everything. Drop what works against the mount.

    https://docs.docker.com/build/cache/optimize/#use-cache-mounts
    """
    mounts = [mount for mount in run.mounts if mount.type == "cache" and mount.target]
    if not mounts or run.script.broken:
        return
    for call in package_commands(run.script):
        yield from _contrary_option(call, mounts)
    yield from _emptied(run, mounts)
    yield from _docker_clean(run, mounts)
    user = run.stage.user_at(run) if run.stage else None
    for mount in mounts:
        if user is not None and mount.target and mount.target.startswith("/root/") and _is_ordinary(user, run):
            yield Problem(
                mount.target,
                f"`{user.user.value if user.user else ''}` runs this RUN and has no cache in `/root`, so the mount "
                "stays empty. Mount the cache folder of that user, with its `uid=`",
                related=[Related(user, "the user is set here")],
            )


def _contrary_option(call: PackageCommand, mounts: list[Mount]) -> Problems:
    options, folders = CONTRARY.get(call.family, ((), ()))
    for option in call.options.options:
        if option.name in options:
            mount = next((each for each in mounts if any(folder in str(each.target) for folder in folders)), None)
            if mount is not None:
                yield Problem(
                    option.word,
                    f"`{option.name}` keeps {call.manager} from using the cache mount on `{mount.target}`. Drop it",
                    related=[Related(mount, "the mount")],
                    fix=_without(option.word) if option.word.value == option.name else None,
                )


def _emptied(run: Run, mounts: list[Mount]) -> Problems:
    """Commands that delete what a mount holds."""
    calls = {call.span.start: call for call in package_commands(run.script, "clean")}
    for command in run.script.commands:
        target = next((str(mount.target) for mount in mounts if deletes(command, (str(mount.target),))), None)
        call = calls.get(command.effective.span.start)
        if target is None and call is not None:
            words = {"apt": "/var/cache/apt", "node": "npm", "npm": "npm", "yarn": "yarn", "pip": "pip"}
            word = words.get(call.family)
            target = next((str(mount.target) for mount in mounts if word and word in str(mount.target)), None)
        if target is not None and not command.context:
            yield Problem(
                command,
                f"this empties the cache mount on `{target}`, so the next build downloads everything again. Drop it: a "
                "mount is no part of the image",
            )


def _docker_clean(run: Run, mounts: list[Mount]) -> Problems:
    """apt's archives in an image that is told to delete them after each installation."""
    mount = next((each for each in mounts if str(each.target).rstrip("/").startswith("/var/cache/apt")), None)
    image = built_on(run.stage).image if run.stage else None
    if mount is None or image is None or run.stage is None:
        return
    if image.familiar not in DEBIAN or "alpine" in (image.tag or ""):
        return
    install = next((call for call in package_commands(run.script, "install") if call.family == "apt"), None)
    for part in run.stage.chain():
        for step in part.instructions:
            if step.index <= run.index and ("docker-clean" in step.span.text or "Keep-Downloaded" in step.span.text):
                return
    if install is not None and mount.target is not None:
        yield Problem(
            mount.target,
            "this cache stays empty: `/etc/apt/apt.conf.d/docker-clean` of the base image deletes the packages after "
            "each installation. Delete that file in a RUN before",
            severity="info",
        )


def _is_ordinary(user: User, run: Run) -> bool:
    """Whether USER surely names somebody else than root."""
    value = user.user.literal if user.user else None
    return bool(value) and run.stage is not None and not is_root(user, run.stage)


def _without(word: Word) -> Fix:
    span = word.span
    text = span.source.text
    start = span.start
    while start and text[start - 1] == " ":
        start -= 1
    return Fix(f"Drop `{word.value}`", [Edit(Span(span.source, start, span.end), "")])
