from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Stage, rule


@rule(
    "DF112",
    severity="warning",
    since="0.1",
    precision="very-high",
    aliases=["hadolint:DL3063", "buildkit:ReservedStageName"],
    bad=[Bad("FROM alpine:3.20 AS «scratch»\nFROM scratch\n")],
    good=["FROM scratch AS empty\n", "FROM alpine:3.20 AS build-context\n"],
)
def reserved_stage_name(stage: Stage) -> Problems:
    """A stage is called `scratch` or `context`, which mean something else to Docker.

    `FROM scratch` is the empty image and `context` the files that are sent to the build, so a stage of that name
    cannot be reached, or is taken for what it is not.

    https://docs.docker.com/reference/build-checks/reserved-stage-name/
    """
    if stage.name and stage.name.lower() in ("scratch", "context"):
        yield Problem(
            stage.name,
            f"`{stage.name}` is a word that Docker keeps for itself, so this stage may be taken for something else. "
            "Give it another name",
        )
