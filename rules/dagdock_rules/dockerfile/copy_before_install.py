from __future__ import annotations

import re
from collections.abc import Iterator
from posixpath import dirname, join, normpath

from dagdock.api import (
    Bad,
    BuildContext,
    CopyLike,
    Fix,
    Instruction,
    Problem,
    Problems,
    Project,
    Related,
    Run,
    Stage,
    remembered,
    rule,
)

from ._copies import (
    absolute,
    contexts_that_fit,
    copied_from,
    copies_whole_context,
    from_context,
    inside_container,
    is_whole,
    local_sources,
    program_sources,
)
from ._layers import named, rebuilt_lines
from ._manifests import Manifest, has_no_package, includes_others, manifests_of, needs_project, text_of
from ._moves import move_above

# Files that say what to install.
LISTS = (".txt", ".in", ".lock", ".toml", ".cfg", ".yml", ".yaml", ".pip")
# Folders with Python in them that an installation may need.
HELPERS = frozenset("scripts requirements packages vendor libs lib build tools ci docker setup config".split())
# With these an installation stops where there is no lock file.
LOCKED = frozenset(("--frozen-lockfile", "--immutable", "--locked", "--frozen"))
# Files that make a folder a workspace of several packages.
WORKSPACES = ("pnpm-workspace.yaml", "lerna.json", "go.work", "nx.json", "turbo.json", "rush.json")


@rule(
    "DF203",
    severity="warning",
    since="0.1",
    fix="unsafe",
    lessons=["L01", "L02"],
    tags=["cache"],
    bad=[
        Bad(
            {
                "Dockerfile": "FROM python:3.12-slim\nWORKDIR /app\n«COPY . .»\n"
                "RUN pip install --no-cache-dir -r requirements.txt\n",
                "requirements.txt": "flask==3.0.3\n",
                "app.py": "",
            },
            fixed={
                "Dockerfile": "FROM python:3.12-slim\nWORKDIR /app\nCOPY requirements.txt ./\n"
                "RUN pip install --no-cache-dir -r requirements.txt\nCOPY . .\n"
            },
        ),
        Bad(
            {
                "Dockerfile": "FROM node:22-slim\n«COPY . /srv»\nWORKDIR /srv\nRUN npm ci\nRUN npm run build\n",
                "package.json": "{}",
                "package-lock.json": "{}",
            }
        ),
        Bad(
            {
                "Dockerfile": "FROM python:3.12-slim\nWORKDIR /app\n«COPY app.py requirements.txt ./»\n"
                "RUN pip install --no-cache-dir -r requirements.txt\n",
                "requirements.txt": "flask==3.0.3\n",
                "app.py": "",
            }
        ),
    ],
    good=[
        "FROM python:3.12-slim\nWORKDIR /app\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\nCOPY . .\n",
        "FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\nRUN pip install .\n",
        "FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\nRUN --mount=type=bind,source=requirements.txt,target=/r.txt "
        "pip install -r /r.txt\n",
        "FROM node:22-slim\nCOPY . /srv\nRUN npm install -g pm2@5\n",
    ],
)
def copy_before_install(stage: Stage, project: Project) -> Problems:
    """The project is copied before its dependencies are installed.

    Docker keeps the result of each step and uses it again as long as nothing the step depends on has changed. When
    `COPY . .` stands above `pip install`, every change to any file makes Docker run everything below it again, so a
    one-line change downloads and installs all packages once more. The installation needs only the list of packages:
    copy that first, install, and copy the rest afterwards.

    https://docs.docker.com/build/cache/optimize/#order-your-layers
    """
    below = [part for part in stage.chain() if part is not stage]
    if all(any(family in _families(part) for part in below) for family in _families(stage)):
        return  # what it installs was installed before
    contexts = contexts_that_fit(stage.dockerfile, project)
    context = contexts[0] if len(contexts) == 1 else None
    copies: list[CopyLike] = []
    installed: set[str] = set()
    for instruction in _from_the_bottom(stage):
        copy = from_context(instruction)
        if copy:
            copies.append(copy)
        elif isinstance(instruction, Run) and instruction.onbuild is None:
            for manifest in manifests_of(instruction):
                if manifest.family in installed:
                    continue  # what changes seldom was installed before the rest came in
                installed.add(manifest.family)
                early = next((copy for copy in copies if _is_early(copy, manifest, copies, context)), None)
                if early and instruction.stage is stage and not _is_needed(early, manifest, context, project):
                    yield _problem(manifest, early, context, project)


@remembered
def _families(stage: Stage) -> frozenset[str]:
    """What a stage installs from manifests."""
    runs = (run for run in stage.all_of(Run) if run.onbuild is None)
    return frozenset(manifest.family for run in runs for manifest in manifests_of(run))


def _from_the_bottom(stage: Stage) -> Iterator[Instruction]:
    """The instructions of the stages it is built on, then its own."""
    for part in reversed(list(stage.chain())):
        yield from part.instructions


def _is_early(copy: CopyLike, manifest: Manifest, copies: list[CopyLike], context: BuildContext | None) -> bool:
    """Whether a COPY brings in more than the manifest, which comes with it or by a COPY of its own."""
    if any(mount.type == "bind" for mount in manifest.run.mounts):
        return False
    if copies_whole_context(copy):
        return _may_bring(copy, manifest)
    if context is None:
        return False
    if any(context.is_folder(source) for source in local_sources(copy)):
        # A folder with the manifest at its root is the project itself, if there is more in it than lists of packages.
        paths = [copied_from(path, copy, context) for path in _paths(manifest)]
        folders = [normpath(source) for source in local_sources(copy) if not _holds_lists(source, context)]
        if any(path and dirname(path) in folders for path in paths):
            return True
    return bool(_programs(copy, context)) and any(
        _may_bring(other, manifest) if copies_whole_context(other) else copied_from(path, other, context)
        for other in copies
        for path in _paths(manifest)
    )


def _programs(copy: CopyLike, context: BuildContext) -> list[str]:
    """The sources that are the project's own programs, by their names or by the Python files that are in them."""
    return program_sources(copy) or [
        source
        for source in local_sources(copy)
        if context.is_folder(source)
        and source.strip("./").rpartition("/")[2] not in HELPERS
        and any(path.endswith(".py") for path in context.matches(f"{source.rstrip('/')}/*"))
    ]


def _holds_lists(source: str, context: BuildContext) -> bool:
    """Whether a folder holds nothing but files that say what to install: `requirements/`."""
    inside = context.matches(f"{source.rstrip('/')}/*") if context.is_folder(source) else []
    return bool(inside) and all(path.endswith(LISTS) for path in inside)


def _may_bring(copy: CopyLike, manifest: Manifest) -> bool:
    """Whether the manifest lies where a COPY of the whole context writes to, or may lie there."""
    folder = inside_container(copy)
    found = _paths(manifest)
    return folder is None or not found or any(path.startswith(folder.rstrip("/") + "/") for path in found)


def _paths(manifest: Manifest) -> list[str]:
    """Where in the container the installation looks for its manifest."""
    names = [manifest.path] if manifest.path else manifest.files
    return [path for name in names if (path := _absolute(name, manifest))]


def _absolute(name: str, manifest: Manifest) -> str | None:
    """A manifest's path in the container; None where a variable in it is unknown."""
    scope = manifest.run.stage.scope_at(manifest.run) if manifest.run.stage else None
    while found := re.search(r"\$(?:\{(\w+)\}|(\w+))", name):
        value = scope.value(found[1] or found[2]) if scope else None
        if value is None or "$" in value:
            return None
        name = name[: found.start()] + value + name[found.end() :]
    return None if "*" in name else absolute(manifest.run, join(_folder(manifest), name))


def _folder(manifest: Manifest) -> str:
    """The folder that the RUN goes to before it installs."""
    for command in manifest.run.script.commands:
        if command.span.start >= manifest.place.span.start:
            break
        if command.name == "cd" and len(command.arguments) == 1 and command.arguments[0].value:
            return command.arguments[0].value
    return ""


def _is_needed(early: CopyLike, manifest: Manifest, context: BuildContext | None, project: Project) -> bool:
    """Whether the installation cannot do without the project: its manifest names local parts, a workspace."""
    if context is None:
        return manifest.builds
    lock = {"go": "go.sum", "java": "pom.xml"}.get(manifest.family, "Cargo.toml")
    if manifest.builds and (not context.exists(lock) or context.exists("vendor") or _is_cached(manifest)):
        return True
    if copies_whole_context(early) and any(context.exists(name) for name in WORKSPACES):
        return True
    return any(needs_project(text_of(path, context, project)) for path in _manifests(manifest, early, context))


def _is_cached(manifest: Manifest) -> bool:
    return any(mount.type == "cache" for mount in manifest.run.mounts)


def _manifests(manifest: Manifest, early: CopyLike, context: BuildContext) -> list[str]:
    """The manifests in the context that a COPY brings along."""
    return [found for path in _paths(manifest) if (found := copied_from(path, early, context))]


def _problem(manifest: Manifest, early: CopyLike, context: BuildContext | None, project: Project) -> Problem:
    found = _manifests(manifest, early, context) if context else []
    there = [path.rpartition("/")[2] for path in found[:3]]
    names = there if manifest.files and manifest.files[0] in there else manifest.names
    # What only exists where the image is built is needed all the same.
    lacks_lock = _demands_lock(manifest) and len(names) < 2
    if lacks_lock:
        names = [*names, manifest.files[1]]
    how = manifest.how
    if context and found and has_no_package(text_of(found[0], context, project), how):
        how = "install"
    # What was left out of the first installation is made up for behind the COPY.
    again = f" and run `{' '.join(manifest.command.split()[:2])}` again" if how.startswith("install with") else ""
    step = "RUN `go mod download`" if how == "install" and manifest.family == "go" else how
    what = "the project"
    if not copies_whole_context(early):
        what = f"`{((context and _programs(early, context)) or local_sources(early))[0]}`"
    return Problem(
        early,
        f"any change to {what} rebuilds {named(rebuilt_lines(early))}, and so runs `{manifest.command}` again"
        f"{'' if _is_cached(manifest) else ', with all its downloads'}. COPY {' and '.join(names)} first, {step}, then "
        f"COPY the rest{again}",
        related=[Related(manifest.place, "this runs again at each change")],
        fix=_fix(manifest, early, found, context, project)
        if context and found and how == "install" and not lacks_lock
        else None,
    )


def _demands_lock(manifest: Manifest) -> bool:
    """Whether the command does nothing without the lock file that belongs to the list of packages."""
    words = manifest.place.span.text.split()
    return len(manifest.files) > 1 and (words[:2] == ["npm", "ci"] or not LOCKED.isdisjoint(words))


def _fix(manifest: Manifest, early: CopyLike, found: list[str], context: BuildContext, project: Project) -> Fix | None:
    """Copy the manifests and install above the COPY, where the two stand together and the RUN does nothing else."""
    stage, sources = early.stage, local_sources(early)
    if not manifest.alone or stage is None or manifest.run.stage is not stage:
        return None
    if len(sources) != 1 or not is_whole(sources[0]) or early.flags or early.destination is None:
        return None
    between = stage.instructions[stage.instructions.index(early) + 1 : stage.instructions.index(manifest.run)]
    if between or any("/" in path for path in found) or context.exists(".yarn"):
        return None
    if any(includes_others(text_of(path, context, project)) for path in found):
        return None
    destination = early.destination.raw
    folder = destination if destination.endswith("/") else destination + "/"
    copy = f"{early.keyword if early.name == 'COPY' else 'COPY'} {' '.join(found)} {folder}{early.span.source.newline}"
    title = f"Copy {found[0]} and install before the rest is copied"
    return Fix(title, move_above(manifest.run, early, copy), "unsafe")
