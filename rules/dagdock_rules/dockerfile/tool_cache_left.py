from __future__ import annotations

from typing import NamedTuple

from dagdock.api import Bad, Problem, Problems, Run, Stage, rule

from ..packages import PackageCommand, package_commands
from ._layers import append_command, lost_flag, ships
from ._made_for import is_for_development


class Tool(NamedTuple):
    """A package manager that keeps its downloads below the home folder."""

    verbs: tuple[str, ...]
    folder: str
    """A part of the cache's path that a command which deletes it, or a mount over it, names."""
    off: tuple[str, ...]
    """Options with which it keeps nothing."""
    settings: tuple[str, ...]
    """Variables that move the cache or switch it off."""
    advice: str
    clean: str = ""
    """What empties it at the end of the RUN."""


NPM = Tool(
    ("install", "i", "ci", "clean-install"),
    "npm",
    ("--cache", "--prefer-offline", "--offline"),
    ("NPM_CONFIG_CACHE", "npm_config_cache"),
    "End the RUN with `npm cache clean --force`, or use a cache mount",
    "npm cache clean --force",
)
TOOLS = {
    "npm": NPM,
    "poetry": Tool(
        ("install", "sync"),
        "pypoetry",
        ("--no-cache",),
        ("POETRY_CACHE_DIR", "POETRY_NO_CACHE"),
        "Add `--no-cache`, or use a cache mount",
    ),
    "uv": Tool(
        ("sync", "pip install", "pip sync", "tool install"),
        "uv",
        ("--no-cache", "--no-cache-dir", "-n", "--cache-dir"),
        ("UV_NO_CACHE", "UV_CACHE_DIR"),
        "Add `--no-cache`, or use a cache mount",
    ),
}


@rule(
    "DF347",
    severity="info",
    since="0.1",
    default=False,
    fix="safe",
    lessons=["L07"],
    tags=["size"],
    words=["npm", "poetry", "uv"],
    bad=[
        Bad(
            "FROM node:24-slim\nRUN «npm ci» --omit=dev\n",
            fixed="FROM node:24-slim\nRUN npm ci --omit=dev && npm cache clean --force\n",
        ),
        Bad("FROM python:3.12-slim\nRUN «poetry install» --only main\n"),
    ],
    good=[
        "FROM node:24-slim\nRUN npm ci --omit=dev && npm cache clean --force\n",
        "FROM python:3.12-slim\nRUN uv sync --locked --no-cache\n",
        "FROM python:3.12-slim\nRUN --mount=type=cache,target=/root/.cache poetry install --only main\n",
        "FROM node:24 AS build\nRUN npm ci\nFROM nginx:1.28\nCOPY --from=build /dist /srv\n",
    ],
)
def tool_cache_left(stage: Stage) -> Problems:
    """npm, Poetry or uv keeps what it downloaded, and the layer keeps it too.

    The archive of every package is stored so that the next installation is quicker. In an image there is no next one.
    Keep none, or empty the cache in the same RUN: a later RUN cannot make an earlier layer smaller. A cache mount keeps
    it outside of the image and speeds up the builds. Many people let it be, so this is for teams that count megabytes.

    https://docs.docker.com/build/cache/optimize/#use-cache-mounts
    """
    if is_for_development(stage):
        return
    for run in stage.all_of(Run):
        call = _that_keeps(run) if ships(run) else None
        if call:
            tool = TOOLS[call.manager]
            yield Problem(
                call.head,
                f"{call.manager} keeps what it downloaded in this layer. {tool.advice}",
                fix=append_command(run, f"End this RUN with `{tool.clean}`", tool.clean) if tool.clean else None,
            )
            return


def _that_keeps(run: Run) -> PackageCommand | None:
    """The last call that fills a cache which nothing in the RUN empties."""
    if run.onbuild is not None or run.script.broken or lost_flag(run):
        return None
    found = [call for call in package_commands(run.script, "install") if _keeps(call, run)]
    return found[-1] if found and not _is_emptied(run, TOOLS[found[-1].manager]) else None


def _keeps(call: PackageCommand, run: Run) -> bool:
    tool = TOOLS.get(call.manager)
    if tool is None or call.verb not in tool.verbs or call.command.context:
        return False
    scope = run.stage.scope_at(run) if run.stage else None
    if scope is None or any(name in scope for name in tool.settings):
        return False
    text = run.body.text
    return call.options.has(*tool.off) is False and not any(name in text for name in tool.settings)


def _is_emptied(run: Run, tool: Tool) -> bool:
    """Whether the RUN deletes the cache, or a mount keeps it out of the layer."""
    if any(mount.type in ("cache", "tmpfs") for mount in run.mounts):
        return True
    for command in run.script.commands:
        texts = [word.text for word in command.effective.words]
        if "cache" in texts and ("clean" in texts or "clear" in texts or "prune" in texts or "verify" in texts):
            return True
        if texts[:1] in (["rm"], ["find"]) and any(
            tool.folder in t or ".cache" in t or "$" in t or "/tmp" in t for t in texts
        ):
            return True
    return False
