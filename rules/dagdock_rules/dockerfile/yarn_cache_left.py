from __future__ import annotations

from dagdock.api import Bad, CopyLike, Problems, Run, Stage, remembered, rule

from ._caches import cache_problems


@rule(
    "DF321",
    severity="info",
    since="0.1",
    fix="safe",
    lessons=["L07"],
    aliases=["hadolint:DL3060"],
    tags=["size"],
    words=["yarn"],
    words_near=True,
    bad=[
        Bad(
            "FROM node:22\nRUN «yarn install» --frozen-lockfile\n",
            fixed="FROM node:22\nRUN yarn install --frozen-lockfile && yarn cache clean\n",
        ),
    ],
    good=[
        "FROM node:22\nRUN yarn install --frozen-lockfile && yarn cache clean\n",
        ("FROM node:22\nRUN --mount=type=cache,target=/root/.cache/yarn yarn install --frozen-lockfile\n"),
        "FROM node:22 AS build\nRUN yarn\nFROM nginx:1.27\nCOPY --from=build /dist /srv\n",
    ],
)
def yarn_cache_left(run: Run) -> Problems:
    """yarn keeps what it downloaded, and the layer keeps it too.

    yarn stores every archive so that the next installation is quicker. In an image there is no next one. Delete it in
    the same RUN: a later RUN cannot make an earlier layer smaller. A cache mount keeps it outside of the image and
    speeds up the builds.

    https://classic.yarnpkg.com/lang/en/docs/cli/cache/
    https://docs.docker.com/build/cache/optimize/#use-cache-mounts
    """
    for problem in cache_problems(run, ("yarn",)):
        if not _is_elsewhere(run):
            yield problem


def _is_elsewhere(run: Run) -> bool:
    """Whether the cache is in a mount of another folder, deleted by hand, or a part of the project (Yarn 2 and up)."""
    if any(mount.type in ("cache", "tmpfs") and "yarn" in (mount.target or "") for mount in run.mounts):
        return True
    if any(
        command.effective.name == "rm" and any("yarn" in word.text for word in command.words)
        for command in run.script.commands
    ):
        return True
    return run.stage is not None and any(_copies_yarn(part) for part in run.stage.chain())


@remembered
def _copies_yarn(stage: Stage) -> bool:
    return any(".yarn" in copy.body.text for copy in stage.all_of(CopyLike))
