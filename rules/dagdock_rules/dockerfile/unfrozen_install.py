from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from posixpath import basename, dirname, join
from typing import NamedTuple

from dagdock.api import Bad, Fix, Problem, Problems, Project, Run, Stage, remembered, rule

from ..packages import PackageCommand, installs, package_commands
from ._copies import absolute, contexts_that_fit, from_context, origin
from ._layers import add_option

# Instructions of a stage; nobody writes more.
LONGEST = 2_000


class Tool(NamedTuple):
    """A tool that may change its lock file on the way."""

    locks: tuple[str, ...]
    verbs: tuple[str, ...]
    frozen: tuple[str, ...]
    """Options with which it does not."""
    remedy: str
    settings: tuple[str, ...] = ()
    """What says the same in the environment or a configuration."""


NODE = ("", "install", "i", "in", "ins", "inst", "isntall", "add")
TOOLS = {
    "npm": Tool(
        ("package-lock.json", "npm-shrinkwrap.json"), NODE[1:], ("--package-lock-only", "--no-package-lock"), "npm ci"
    ),
    "yarn": Tool(
        ("yarn.lock",),
        ("", "install"),
        ("--frozen-lockfile", "--immutable", "--pure-lockfile", "--no-lockfile", "--version"),
        "yarn install --frozen-lockfile",
        ("YARN_ENABLE_IMMUTABLE_INSTALLS", "CI"),
    ),
    "pnpm": Tool(
        ("pnpm-lock.yaml",),
        ("install", "i"),
        ("--frozen-lockfile", "--no-lockfile", "--no-frozen-lockfile"),
        "pnpm install --frozen-lockfile",
        ("CI",),
    ),
    "bun": Tool(("bun.lock", "bun.lockb"), ("install", "i"), ("--frozen-lockfile",), "bun install --frozen-lockfile"),
    "bundle": Tool(
        ("Gemfile.lock",),
        ("", "install"),
        ("--frozen", "--deployment", "--local"),
        "bundle config set frozen true",
        ("BUNDLE_FROZEN", "BUNDLE_DEPLOYMENT", "frozen", "deployment"),
    ),
    "uv": Tool(("uv.lock",), ("sync",), ("--frozen", "--locked"), "uv sync --locked", ("UV_FROZEN", "UV_LOCKED")),
    "pipenv": Tool(
        ("Pipfile.lock",),
        ("install",),
        ("--deploy", "--ignore-pipfile", "--skip-lock"),
        "pipenv install --deploy",
        ("PIPENV_IGNORE_PIPFILE",),
    ),
}


# What says which packages are wanted, for those that write a lock file of their own where there is none.
MANIFESTS = {
    "npm": "package.json",
    "yarn": "package.json",
    "pnpm": "package.json",
    "bun": "package.json",
    "bundle": "Gemfile",
    "uv": "pyproject.toml",
    "pipenv": "Pipfile",
}

# Commands that write the lock file anew, and what installs what it says.
UPDATES = {
    "composer": (("composer.lock",), "composer install"),
    "npm": (("package-lock.json", "npm-shrinkwrap.json"), "npm ci"),
    "pnpm": (("pnpm-lock.yaml",), "pnpm install --frozen-lockfile"),
    "bundle": (("Gemfile.lock",), "bundle install"),
    "poetry": (("poetry.lock",), "poetry install"),
    "pipenv": (("Pipfile.lock",), "pipenv sync"),
}


@rule(
    "DF328",
    severity="info",
    since="0.1",
    fix="unsafe",
    lessons=["L16"],
    tags=["reproducible"],
    bad=[
        Bad(
            {
                "Dockerfile": (
                    "FROM node:22-slim\nWORKDIR /app\nCOPY package.json package-lock.json ./\nRUN «npm install»\n"
                )
            },
            fixed={
                "Dockerfile": "FROM node:22-slim\nWORKDIR /app\nCOPY package.json package-lock.json ./\nRUN npm ci\n"
            },
        ),
        Bad(
            {
                "Dockerfile": "FROM node:22-slim\nWORKDIR /app\nCOPY package.json ./\nRUN «npm install»\n",
                "package.json": "{}\n",
                "package-lock.json": "{}\n",
            }
        ),
        Bad("FROM php:8.3-cli\nWORKDIR /app\nCOPY composer.json composer.lock ./\nRUN «composer update» --no-dev\n"),
        Bad(
            {"Dockerfile": "FROM node:22-slim\nWORKDIR /app\nCOPY package.json yarn.lock ./\nRUN «yarn install»\n"},
            fixed={
                "Dockerfile": (
                    "FROM node:22-slim\n"
                    "WORKDIR /app\n"
                    "COPY package.json yarn.lock ./\n"
                    "RUN yarn install --frozen-lockfile\n"
                )
            },
        ),
    ],
    good=[
        "FROM node:22-slim\nWORKDIR /app\nCOPY package.json package-lock.json ./\nRUN npm ci\n",
        "FROM node:22-slim\nWORKDIR /app\nCOPY package.json ./\nRUN npm install\n",
        ("FROM ruby:3.3\nWORKDIR /app\nCOPY Gemfile Gemfile.lock ./\nENV BUNDLE_FROZEN=true\nRUN bundle install\n"),
    ],
)
def unfrozen_install(run: Run, project: Project) -> Problems:
    """Packages are installed without holding to the lock file that is there.

    The lock file says the exact version of everything, and this command may change it on its way: the image then has
    other versions than the ones you tested. The frozen form installs what the lock file says, or fails. A lock file
    that no COPY brings along says nothing at all.

    https://docs.npmjs.com/cli/commands/npm-ci
    """
    for install in installs(run.script):
        tool = TOOLS.get(install.manager)
        if (
            tool is None
            or install.verb not in tool.verbs
            or install.packages
            or install.options.has("-g", "--global", *tool.frozen) is not False
            or _is_elsewhere(run, install)
        ):
            continue
        if _is_set(run, tool):
            continue
        if lock := next((lock for lock in tool.locks if _is_there(lock, run, project)), None):
            yield Problem(
                install.head,
                f"`{install.head.text}` may install other versions than `{lock}` says. Use `{tool.remedy}`",
                fix=_fix(run, install),
            )
        elif lock := _left_behind(tool, install, run, project):
            yield Problem(
                install.head,
                f"`{lock}` lies beside `{MANIFESTS[install.manager]}` and is not copied, so `{install.head.text}` "
                f"takes the newest versions of the day. Copy it, too, and use `{tool.remedy}`",
            )
    yield from _updates(run, project)


def _updates(run: Run, project: Project) -> Problems:
    for call in package_commands(run.script, "upgrade"):
        locks, remedy = UPDATES.get(call.manager, ((), ""))
        if call.packages or call.options.has("-g", "--global", "--lock") is not False or _is_elsewhere(run, call):
            continue
        lock = next((lock for lock in locks if _is_there(lock, run, project)), None)
        if lock:
            yield Problem(
                call.head,
                f"`{call.head.text}` goes past `{lock}` to the newest versions of the day. Use `{remedy}`",
            )


def _left_behind(tool: Tool, install: PackageCommand, run: Run, project: Project) -> str:
    """The lock file that stays in the build context, where the manifest beside it is copied; empty for none.

    It is told where a stage first installs with that tool.
    """
    path = absolute(run, MANIFESTS[install.manager])
    if path is None or run.stage is None or len(run.stage.instructions) > LONGEST or "lock" in run.body.text:
        return ""
    if _first_with(run.stage).get(install.manager, run.index) < run.index:
        return ""
    for context in contexts_that_fit(run.dockerfile, project) if not run.mounts else ():
        manifest = origin(path, run.stage, run, context)
        if manifest is not None:
            beside = [join(dirname(manifest), lock) for lock in tool.locks]
            return next((basename(lock) for lock in beside if context.matches(lock) and not context.ignored(lock)), "")
    return ""


@remembered
def _first_with(stage: Stage) -> dict[str, int]:
    """The index of the first RUN of a stage that installs with each tool."""
    found: dict[str, int] = {}
    for run in stage.all_of(Run):
        for install in installs(run.script):
            found.setdefault(install.manager, run.index)
    return found


def _is_there(lock: str, run: Run, project: Project) -> bool:
    """Whether the lock file surely lies in the working directory: a COPY names it, or brings it with a folder."""
    path, stage = absolute(run, lock), run.stage
    if path is None or stage is None or len(stage.instructions) > LONGEST:
        return False
    own, inherited = _first_copy_of(lock, stage)
    if inherited or (own is not None and own < run.index):
        return True
    return any(origin(path, stage, run, context) for context in contexts_that_fit(run.dockerfile, project))


@lru_cache(maxsize=64)
def _first_copy_of(lock: str, stage: Stage) -> tuple[int | None, bool]:
    """The index of a stage's first COPY that names a file, and whether one of the stages below has any."""

    def places(part: Stage) -> Iterator[int]:
        for instruction in part.instructions:
            copy = from_context(instruction)
            if copy and any((source.literal or "").rpartition("/")[2] == lock for source in copy.sources):
                yield copy.index

    own, *inherited = stage.chain()
    return next(places(own), None), any(True for part in inherited for _ in places(part))


def _is_set(run: Run, tool: Tool) -> bool:
    """Whether the environment or a configuration says so already."""
    scope = run.stage.scope_at(run) if run.stage else None
    if scope is not None and any(name in scope for name in tool.settings):
        return True
    return tool is TOOLS["bundle"] and run.stage is not None and _bundle_is_frozen(run.stage)


@lru_cache(maxsize=64)
def _bundle_is_frozen(stage: Stage) -> bool:
    """`bundle config set frozen true`, `--deployment` …, anywhere in the stage."""
    return any(
        command.effective.name == "bundle"
        and any(word.text.strip("\"'") in TOOLS["bundle"].settings for word in command.words)
        for part in stage.chain()
        for run in part.all_of(Run)
        for command in run.script.commands
    )


def _is_elsewhere(run: Run, install: PackageCommand) -> bool:
    """Whether the installation may run in another folder, or not at all."""
    options = ("--prefix", "-C", "--cwd", "--dir", "--project", "--directory", "--gemfile", "--script")
    commands = run.script.commands
    moved = any(command.name in ("cd", "pushd") and command.start < install.command.start for command in commands)
    deleted = any(command.effective.name == "rm" and "lock" in command.span.text for command in commands)
    return moved or deleted or install.options.has(*options) is not False or bool(install.command.context)


def _fix(run: Run, install: PackageCommand) -> Fix | None:
    if install.manager == "npm" and run.exec_form is None:
        return Fix.replace("Use `npm ci`", install.verb_word, "ci", "unsafe")
    if install.manager in ("yarn", "pnpm", "bun") and install.verb:
        option = "--frozen-lockfile"
        return Fix(f"Add `{option}`", [add_option(run, install.verb_word, option)], "unsafe")
    return None
