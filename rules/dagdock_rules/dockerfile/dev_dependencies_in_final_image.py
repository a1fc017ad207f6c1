from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from posixpath import dirname, join, normpath

from dagdock.api import (
    Bad,
    BuildContext,
    Cmd,
    Copy,
    Entrypoint,
    Fix,
    Problem,
    Problems,
    Project,
    Related,
    Run,
    Stage,
    container_path,
    remembered,
    rule,
)

from ..packages import PackageCommand, package_commands
from ._copies import contexts_that_fit, from_context, local_sources
from ._layers import add_option
from ._manifests import text_of
from ._node_start import runs_built

PRODUCTION = ("--production", "--prod", "-P", "--omit", "--only", "--omit=dev")
INSTALLS = ("", "install", "i", "ci", "clean-install")
NODE = ("npm", "yarn", "pnpm")
SCRIPTS = frozenset(("scripts", "script", "bin", "tools", "ci"))
DEV_NAMES = ("dev", "develop", "development", "test", "tests", "debug", "ci", "lint", "local", "watch", "sandbox")


# Where groups for the work on the project are written, the options that choose groups, and the one to add.
GROUPED = {
    "poetry": (
        "pyproject.toml",
        r"\[tool\.poetry\.(?:group\.dev\.|dev-dependencies\])",
        ("--only", "--without", "--no-dev", "--only-root"),
        "--only main",
    ),
    "uv": (
        "pyproject.toml",
        r"\[dependency-groups\]\s+dev\b|\[tool\.uv\]\s+dev-dependencies\b",
        ("--no-dev", "--no-default-groups", "--only-group", "--no-group", "--only-dev"),
        "--no-dev",
    ),
    "composer": ("composer.json", r'"require-dev"\s*:\s*\{\s*"', ("--no-dev",), "--no-dev"),
}

# Programs that run tests, and images that bring them.
TESTERS = ("cypress", "playwright", "jest", "mocha", "vitest", "dredd", "karma", "newman", "nightwatch", "webdriverio")


@rule(
    "DF515",
    severity="info",
    since="0.1",
    fix="unsafe",
    lessons=["L06", "L07"],
    tags=["size"],
    bad=[
        Bad(
            {
                "Dockerfile": "FROM node:22-slim\nCOPY package*.json ./\nRUN «npm ci»\nCOPY . .\n"
                'CMD ["node", "server.js"]\n',
                "package.json": '{"devDependencies": {"jest": "29"}}',
                "package-lock.json": "{}",
            },
            fixed={
                "Dockerfile": "FROM node:22-slim\nCOPY package*.json ./\nRUN npm ci --omit=dev\nCOPY . .\n"
                'CMD ["node", "server.js"]\n'
            },
        ),
        Bad(
            {
                "Dockerfile": "FROM node:22 AS build\nWORKDIR /app\nCOPY package*.json ./\nRUN npm ci\nCOPY . .\n"
                "RUN npm run build\nFROM node:22-slim\nCOPY --from=build «/app» /app\n"
                'CMD ["node", "/app/dist/main.js"]\n',
                "package.json": '{"devDependencies": {"typescript": "5"}}',
                "package-lock.json": "{}",
            },
        ),
        Bad(
            {
                "Dockerfile": "FROM node:22-slim\nWORKDIR /app\nCOPY package*.json ./\nRUN «npm ci»\nCOPY . .\n"
                'RUN npm run build\nCMD ["node", "dist/main.js"]\n',
                "package.json": '{"scripts": {"build": "tsc"}, "devDependencies": {"typescript": "5"}}',
                "package-lock.json": "{}",
            },
        ),
        Bad("FROM python:3.12-slim\nCOPY requirements-dev.txt .\nRUN «pip install» -r requirements-dev.txt\n"),
    ],
    good=[
        {
            "Dockerfile": "FROM node:22-slim\nCOPY package*.json ./\nRUN npm ci --omit=dev\n",
            "package.json": '{"devDependencies": {"jest": "29"}}',
        },
        {
            "Dockerfile": "FROM node:22-slim\nCOPY . .\nRUN npm ci && npm run build\n",
            "package.json": '{"devDependencies": {"vite": "5"}}',
        },
        "FROM python:3.12-slim AS test\nRUN pip install -r requirements-dev.txt\nFROM python:3.12-slim\n",
    ],
)
def dev_dependencies_in_final_image(stage: Stage, project: Project) -> Problems:
    """Test and build tools of the project are installed into the final image.

    What `devDependencies` or `requirements-dev.txt` list is for people who work on the project. In the image that
    runs it they take room, and each of them is one more package that may have a hole. Leave them out, or build and
    test in a stage of its own. Nothing is said where scripts of the project run its tests in that very image.

    https://docs.docker.com/build/building/best-practices/#dont-install-unnecessary-packages
    """
    if not stage.is_final or _is_for_work(stage):
        return
    contexts = contexts_that_fit(stage.dockerfile, project)
    context = contexts[0] if len(contexts) == 1 else None
    for run in stage.all_of(Run):
        for call in _installs(run):
            node = _node(call, run, context, project) if _starts(stage) else ""
            if node and _builds(stage):
                node = _after_build(call, run, context, project)
            advice = node or _pip(call) or _grouped(call, stage, context, project)
            if advice and not _is_tested_inside(run, context, project):
                yield Problem(
                    call.head,
                    "this installs packages for development (tests, linters, build tools) into the final image. "
                    f"{advice}",
                    fix=None if _builds(stage) else _fix(run, call),
                )
    if context is not None:
        yield from _copied(stage, context, project)


def _starts(stage: Stage) -> bool:
    """Whether the file says what the image starts; else it may be a set of tools, which the project works with."""
    return stage.last(Cmd) is not None or stage.last(Entrypoint) is not None


def _installs(run: Run) -> list[PackageCommand]:
    """The installations that are made in each build: in a branch they are for those who ask for them."""
    if run.onbuild is not None or run.script.broken:
        return []
    calls = package_commands(run.script, "install")
    return [call for call in calls if not {"if", "case"} & set(call.command.context)]


def _copied(stage: Stage, context: BuildContext, project: Project) -> Problems:
    """The `node_modules` of a build stage, copied as they were needed there."""
    if _builds(stage):
        return
    for copy in stage.all_of(Copy):
        build = copy.from_stage
        install = _last_for_node(build, context, project) if build else None
        if build is None or install is None:
            continue
        run, call = install
        folder = container_path(run, "node_modules")
        for source in copy.sources:
            path = source.resolve(stage.scope_at(copy))
            path = container_path(build.instructions[-1], path) if path else None
            if folder and path and (folder == path or folder.startswith(path.rstrip("/") + "/")):
                yield Problem(
                    source,
                    "this brings the packages for development (tests, linters, build tools) into the final image, as "
                    f"`{build.name or 'the stage'}` installs them. Throw them out there after the build: "
                    f"`{_prune(call)}`",
                    related=[Related(call.head, "they are installed here")],
                )
                break


def _last_for_node(stage: Stage, context: BuildContext, project: Project) -> tuple[Run, PackageCommand] | None:
    """The installation of a stage that leaves `devDependencies` there; none where something throws them out again."""
    found: tuple[Run, PackageCommand] | None = None
    for part in reversed(list(stage.chain())):
        for run in part.all_of(Run):
            for call in _installs(run):
                if call.manager in NODE:
                    found = (run, call) if _node(call, run, context, project) else None
            if _throws_out().search(run.body.text):
                found = None
    return found


def _prune(call: PackageCommand) -> str:
    return {
        "yarn": "yarn install --production --ignore-scripts --prefer-offline",
        "pnpm": "pnpm prune --prod",
    }.get(call.manager, "npm prune --omit=dev")


def _is_tested_inside(run: Run, context: BuildContext | None, project: Project) -> bool:
    """Whether somebody runs the project's tests in this image: a script that it takes in, or one that starts it."""
    file = run.dockerfile
    if context is not None:
        copied = {
            source.strip("./") for each in file.instructions if (c := from_context(each)) for source in local_sources(c)
        }
        for folder in copied & SCRIPTS:
            if any(_tests().search(text) for text in _texts(context.path(folder), project)):
                return True
    if not project.services_building(file):
        return False
    own = dirname(project.path_of(file) or "") or "."
    places = dict.fromkeys((".", own, *(join(own, name) for name in SCRIPTS), *SCRIPTS, ".github/workflows"))
    return project.once(
        ("tests in containers", own),
        lambda: any(_tests_in_container().search(text) for place in places for text in _texts(place, project)),
    )


def _texts(folder: str, project: Project) -> Iterator[str]:
    """The scripts, workflows and READMEs of a folder."""
    for name in project.facts.names(folder):
        if name.lower() in ("makefile", "justfile", "readme.md") or name.endswith((".sh", ".yml", ".yaml", ".mk")):
            source = project.text(normpath(join(folder, name)))
            if source is not None:
                yield source.text


@cache
def _tests() -> re.Pattern[str]:
    return re.compile(r"\b(?:pytest|coverage run|mypy|ruff|flake8|pylint|jest|vitest|eslint|phpunit|phpstan)\b")


@cache
def _tests_in_container() -> re.Pattern[str]:
    return re.compile(
        r"docker[- ](?:compose\b[^\n]*\s)?(?:exec|run)\b[^\n]*\b"
        r"(?:pytest|tests?\b|tests?[-_.]|coverage|mypy|ruff|flake8|pylint|jest|vitest|eslint|lint|phpunit|phpstan)"
    )


def _node(call: PackageCommand, run: Run, context: BuildContext | None, project: Project) -> str:
    if call.manager not in NODE or call.verb not in INSTALLS or call.packages:
        return ""
    if call.options.has(*PRODUCTION, "-g", "--global") is not False or context is None:
        return ""
    scope = run.stage.scope_at(run) if run.stage else None
    if scope is None or (scope.value("NODE_ENV") or "production" if "NODE_ENV" in scope else "") == "production":
        return ""
    if any(word.text.startswith("NODE_ENV=") for word in call.command.assignments):
        return ""
    if '"devDependencies"' not in text_of("package.json", context, project):
        return ""
    return "Add `--omit=dev`" if call.manager == "npm" else f"Add `{_flag(call)}`"


def _after_build(call: PackageCommand, run: Run, context: BuildContext | None, project: Project) -> str:
    """What to do where the stage builds the project with these packages, and then runs what it has built.

    Nothing where they are thrown out again, or where somebody works on the project in that image.
    """
    stage = run.stage
    if stage is None or context is None or not runs_built(stage, text_of("package.json", context, project)):
        return ""
    if any(_throws_out().search(each.body.text) for each in stage.all_of(Run)):
        return ""
    services = project.services_building(stage.dockerfile)
    if any(
        service.command or service.entrypoint or any(m.is_bind is not False for m in service.volumes)
        for service in services
    ):
        return ""
    frozen = "ci" if call.manager == "npm" else "install"
    return f"Build in a stage of its own, and only run `{call.manager} {frozen} {_flag(call)}` in this one"


def _pip(call: PackageCommand) -> str:
    if call.family != "pip":
        return ""
    for value in call.options.values("-r", "--requirement"):
        if value and _dev_file().search(value):
            return f"Keep `{value}` for a stage of its own"
    return ""


def _grouped(call: PackageCommand, stage: Stage, context: BuildContext | None, project: Project) -> str:
    """Poetry and uv install the group `dev` unless they are told not to; Composer what `require-dev` lists."""
    tool = GROUPED.get(call.manager)
    if tool is None or context is None or call.verb not in ("install", "sync") or call.packages:
        return ""
    manifest, listed, without, flag = tool
    if _is_replaced(manifest, stage):
        return ""
    settings = ("POETRY_WITHOUT", "UV_NO_DEV", "UV_NO_DEFAULT_GROUPS", "COMPOSER_NO_DEV")
    if any(name in stage.scope_at() for name in settings):
        return ""
    if not re.search(listed, text_of(manifest, context, project)) or call.options.has(*without) is not False:
        return ""
    return f"Add `{flag}`"


def _is_replaced(manifest: str, stage: Stage) -> bool:
    """Whether another file of the context is copied in under the manifest's name."""
    for copy in filter(None, map(from_context, stage.instructions)):
        target = (copy.destination.value if copy.destination else "").rstrip("/").rpartition("/")[2]
        if target == manifest and all(source.rpartition("/")[2] != manifest for source in local_sources(copy)):
            return True
    return False


@remembered
def _builds(stage: Stage) -> bool:
    """Whether the stage needs the tools: it builds with them, runs them, or throws them out again."""
    steps = [step for step in stage.instructions if isinstance(step, (Run, Cmd, Entrypoint))]
    texts = (" ".join(step.exec_form) if step.exec_form is not None else step.span.text for step in steps)
    return any(_tools().search(text) for text in texts)


def _is_for_work(stage: Stage) -> bool:
    """Whether the image is there for the work on the project, by the names of stage and file."""
    path = stage.span.source.path.lower()
    words = re.split(r"[^a-z]+", f"{stage.name or ''} {path}".lower())
    if any(tester in str(stage.base) for tester in TESTERS) or any(
        "node_modules/" in word.text or (word.value or "").rpartition("/")[2] in TESTERS
        for starter in (stage.last(Entrypoint), stage.last(Cmd))
        for command in (starter.script.commands if starter else ())
        for word in command.effective.words[:1]
    ):
        return True  # it runs tests, or a tool that is among those packages
    return any(word in DEV_NAMES or "devcontainer" in word for word in words)


def _flag(call: PackageCommand) -> str:
    return {"yarn": "--production", "pnpm": "--prod"}.get(call.manager, "--omit=dev")


def _fix(run: Run, call: PackageCommand) -> Fix | None:
    if call.family == "pip" or call.verb == "" or call.manager in GROUPED:
        return None
    return Fix(f"Add `{_flag(call)}`", [add_option(run, call.verb_word, _flag(call))], "unsafe")


@cache
def _tools() -> re.Pattern[str]:
    return re.compile(
        r"\b(?:npm|yarn|pnpm|bun)(?:\s+-\S+)*\s+(?:run\b|build|test|start|dev|prune|exec|dlx|lint)|\bnpx\b|\btsc\b|\bvite\b"
        r"|\bwebpack\b|\bng\b|\bnodemon\b|\bts-node|\btsx\b|\bprune\b|\bnext\b|\bgulp\b|\bgrunt\b|\bjest\b|\bturbo\b|\bnx\b"
        r"|\bnest\b|\bnode_modules/\.bin|\bproduction\b"
    )


@cache
def _throws_out() -> re.Pattern[str]:
    return re.compile(r"\bprune\b|--prod|--omit|--only[= ]prod|--no-dev|NODE_ENV=prod|\brm\b.*node_modules|\bdeploy\b")


@cache
def _dev_file() -> re.Pattern[str]:
    return re.compile(r"(?:^|[/_.-])(?:dev|develop|development|test|tests|testing|lint)(?:[_.-]?req\w*)?\.(?:txt|in)$")
