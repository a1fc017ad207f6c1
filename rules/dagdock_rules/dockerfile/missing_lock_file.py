from __future__ import annotations

from dagdock.api import Bad, BuildContext, Problem, Problems, Project, Run, rule

from ..packages import installs
from ._copies import absolute, contexts_that_fit, origin

INSTALL = ("", "install", "i")
# The lock files of each manager, and what makes one.
LOCKS = {
    "npm": ("package-lock.json", "npm-shrinkwrap.json"),
    "yarn": ("yarn.lock",),
    "pnpm": ("pnpm-lock.yaml",),
    "bun": ("bun.lock", "bun.lockb"),
}
EVERY = tuple(lock for locks in LOCKS.values() for lock in locks)


@rule(
    "DF333",
    severity="info",
    since="0.1",
    lessons=["L16"],
    tags=["reproducible"],
    words=["npm", "yarn", "bun"],
    words_near=True,
    bad=[
        Bad(
            {
                "Dockerfile": "FROM node:22-slim\nWORKDIR /app\nCOPY package.json ./\nRUN «npm install» --omit=dev\n",
                "package.json": '{"dependencies": {"express": "^4.21.0"}}',
            }
        ),
    ],
    good=[
        {
            "Dockerfile": "FROM node:22-slim\nWORKDIR /app\nCOPY package*.json ./\nRUN npm ci\n",
            "package.json": '{"dependencies": {"express": "^4.21.0"}}',
            "package-lock.json": "{}",
        },
        {
            "Dockerfile": "FROM node:22-slim\nWORKDIR /app\nCOPY package.json ./\nRUN npm install\n",
            "package.json": '{"scripts": {"start": "node server.js"}}',
        },
    ],
)
def missing_lock_file(run: Run, project: Project) -> Problems:
    """Node packages are installed, and no lock file says which versions.

    `package.json` allows ranges of versions, and the packages below yours are not in it at all. Without a lock file
    each build takes the newest of the day. `npm install` on your own machine writes `package-lock.json`: keep it in
    the repository, copy it beside `package.json`, and use `npm ci`.

    https://docs.npmjs.com/cli/configuring-npm/package-lock-json
    """
    stage = run.stage
    contexts = contexts_that_fit(run.dockerfile, project) if stage else []
    if stage is None or run.onbuild is not None or len(contexts) != 1:
        return
    for install in installs(run.script):
        if install.manager not in LOCKS or install.verb not in INSTALL or install.packages or install.command.context:
            continue
        if install.options.has("-g", "--global", "--no-package-lock", "--no-lockfile", "--prefix") is not False:
            continue
        path = absolute(run, "package.json")
        manifest = origin(path, stage, run, contexts[0]) if path and "cd " not in run.body.text else None
        if manifest and _has_packages(manifest, contexts[0], project) and not _is_locked(manifest, contexts[0]):
            yield Problem(
                install.head,
                f"no lock file stands beside `{manifest}`, so each build may install other versions. Commit "
                f"`{LOCKS[install.manager][0]}` and copy it, too",
            )


def _is_locked(manifest: str, context: BuildContext) -> bool:
    """Whether a lock file is there or may be: beside the manifest, or above it in a workspace."""
    folder = manifest.rpartition("/")[0]
    while True:
        if any(context.exists(f"{folder}/{name}".lstrip("/")) is not False for name in EVERY):
            return True
        if not folder:
            return False
        folder = folder.rpartition("/")[0]


def _has_packages(manifest: str, context: BuildContext, project: Project) -> bool:
    import json

    source = project.text(context.path(manifest))
    try:
        content = json.loads(source.text.lstrip("\ufeff")) if source else None
    except (ValueError, RecursionError):
        return False
    return isinstance(content, dict) and bool(content.get("dependencies")) and "workspaces" not in content
