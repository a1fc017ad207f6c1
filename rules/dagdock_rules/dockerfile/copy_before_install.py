from __future__ import annotations

from posixpath import relpath

from dagdock.api import (
    Bad,
    BuildContext,
    CopyLike,
    Edit,
    Fix,
    Problem,
    Problems,
    Project,
    Related,
    Run,
    Span,
    Stage,
    rule,
)

from ._copies import absolute, contexts_that_fit, copies_whole_context, from_context, inside_container
from ._manifests import Manifest, manifest_of


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
    """The whole project is copied before its dependencies are installed.

    Docker keeps the result of each step and uses it again as long as nothing the step depends on has changed. When
    `COPY . .` stands above `pip install`, every change to any file makes Docker run everything below it again, so a
    one-line change downloads and installs all packages once more. The installation needs only the list of packages:
    copy that first, install, and copy the rest afterwards.

    https://docs.docker.com/build/cache/optimize/#order-your-layers
    """
    whole: CopyLike | None = None
    for instruction in stage.instructions:
        copy = from_context(instruction)
        if copy and copies_whole_context(copy):
            whole = whole or copy
        elif isinstance(instruction, Run) and instruction.onbuild is None:
            manifest = manifest_of(instruction)
            if manifest and whole is None:
                return  # what changes seldom is installed before the rest comes in
            if manifest and whole and _comes_with(manifest, whole):
                yield _problem(manifest, whole, stage, project)
                return


def _comes_with(manifest: Manifest, whole: CopyLike) -> bool:
    """Whether the manifest is among what the COPY brings, not bound or made by something else."""
    if manifest.run.mounts and any(mount.type == "bind" for mount in manifest.run.mounts):
        return False
    if not manifest.path:
        return True
    path, folder = absolute(manifest.run, manifest.path), inside_container(whole)
    return path is None or folder is None or path.startswith(folder.rstrip("/") + "/")


def _problem(manifest: Manifest, whole: CopyLike, stage: Stage, project: Project) -> Problem:
    what = (manifest.path or manifest.files[0]).rpartition("/")[2]
    return Problem(
        whole,
        f"any change to the project makes `{manifest.command}` in line {manifest.place.span.line} run again, with "
        f"all its downloads. COPY {what} first, install, then COPY the rest",
        related=[Related(manifest.place, "this installs again at each change")],
        fix=_fix(manifest, whole, stage, project),
    )


def _fix(manifest: Manifest, whole: CopyLike, stage: Stage, project: Project) -> Fix | None:
    """Copy the manifests and install above the COPY, where the two stand together and the RUN does nothing else."""
    if not manifest.alone or len(whole.sources) != 1 or whole.flags or whole.destination is None:
        return None
    contexts = contexts_that_fit(stage.dockerfile, project)
    names = _in_context(manifest, whole, contexts[0]) if len(contexts) == 1 else []
    between = stage.instructions[stage.instructions.index(whole) + 1 : stage.instructions.index(manifest.run)]
    if not names or between:
        return None
    destination = whole.destination.raw
    folder = destination if destination.endswith("/") else destination + "/"
    source = whole.span.source
    copies = "".join(f"COPY {name} {folder}{source.newline}" for name in [" ".join(names)])
    start = source.full_line_span(whole.span.line).start
    end = source.position(max(manifest.run.span.start, manifest.run.span.end - 1)).line
    run = Span(source, source.full_line_span(manifest.run.span.line).start, source.full_line_span(end).end)
    text = run.text if run.text.endswith("\n") else run.text + source.newline
    return Fix(
        f"Copy {names[0]} and install before the rest is copied",
        [Edit(Span(source, start, start), copies + text), Edit(run, "")],
        "unsafe",
    )


def _in_context(manifest: Manifest, whole: CopyLike, context: BuildContext) -> list[str]:
    """The manifests that are there, as COPY names them; empty unless they lie at the root of what is copied."""
    if manifest.path:
        path, folder = absolute(manifest.run, manifest.path), inside_container(whole)
        if path is None or folder is None:
            return []
        names = [relpath(path, folder)]
    else:
        names = [name for name in manifest.files if context.exists(name)]
    return names if names and all("/" not in name and context.exists(name) for name in names) else []
