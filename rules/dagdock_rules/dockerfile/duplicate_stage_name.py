from __future__ import annotations

from dagdock.api import Bad, Dockerfile, Problem, Problems, Related, Text, rule


@rule(
    "DF111",
    severity="error",
    since="0.1",
    precision="very-high",
    aliases=[
        "hadolint:DL3024",
        "buildkit:DuplicateStageName",
        "trivy:DS-0012",
        "checkov:CKV_DOCKER_11",
        "kics:same-alias-in-different-froms",
        "dockerfile-utils:DUPLICATE_BUILD_STAGE_NAME",
    ],
    bad=[Bad("FROM node:22 AS build\nRUN npm ci\nFROM golang:1.23 AS «Build»\nRUN go build\n")],
    good=["FROM node:22 AS web\nRUN npm ci\nFROM golang:1.23 AS build\nRUN go build\n"],
)
def duplicate_stage_name(file: Dockerfile) -> Problems:
    """Two stages have the same name.

    Docker compares names without regard to case, and what stands below takes the stage that was named last: a
    `COPY --from` may silently get the files of the wrong one, and the first stage can no longer be built by name.

    https://docs.docker.com/reference/build-checks/duplicate-stage-name/
    """
    first: dict[str, Text] = {}
    for stage in file.stages:
        name = stage.name
        if not name:
            continue
        earlier = first.setdefault(name.lower(), name)
        if earlier is not name:
            yield Problem(
                name,
                f"the stage in line {earlier.span.line} is called `{earlier}` as well, so nothing below can name that "
                "one any more. Give each stage a name of its own",
                related=[Related(earlier, "the name is used here first")],
            )
