from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Stage, rule

from ._users import is_root


@rule(
    "DF610",
    severity="info",
    since="0.1",
    default=False,
    lessons=["L13"],
    aliases=["hadolint:DL3002"],
    bad=[Bad("FROM golang:1.23 AS build\n«USER root»\nFROM alpine:3.20\nUSER app\nCOPY --from=build /app /app\n")],
    good=["FROM golang:1.23 AS build\nUSER root\nRUN true\nUSER build\nFROM alpine:3.20\nUSER app\n"],
)
def root_user_in_build_stage(stage: Stage) -> Problems:
    """The last USER of a stage that is not the final one is root.

    Such a stage never runs as a container unless somebody builds it with `--target`, so this is for teams that want
    every stage to end as an ordinary user. `root-user` judges the final image.

    https://docs.docker.com/build/building/best-practices/#user
    """
    user = stage.user_at()
    if not stage.is_final and user and user.stage is stage and is_root(user, stage):
        yield Problem(user, "this stage ends as root. End it with a `USER` line that names an ordinary user")
