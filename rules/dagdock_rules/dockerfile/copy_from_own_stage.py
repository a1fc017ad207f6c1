from __future__ import annotations

from dagdock.api import Bad, Instruction, Problem, Problems, rule

from ._stage_names import is_number, named_in


@rule(
    "DF118",
    severity="error",
    since="0.1",
    precision="very-high",
    aliases=[
        "hadolint:DL3023",
        "trivy:DS-0006",
        "kics:copy-from-references-current-from-alias",
    ],
    bad=[Bad("FROM alpine:3.20 AS app\nRUN make\nCOPY --from=«app» /src/app /usr/bin/\n")],
    good=["FROM alpine:3.20 AS build\nRUN make\nFROM alpine:3.20 AS app\nCOPY --from=build /src/app /usr/bin/\n"],
    words=["from", "FROM", "From"],
    words_near=True,
)
def copy_from_own_stage(instruction: Instruction) -> Problems:
    """A stage copies from itself.

    A stage can take files only from stages that are finished, so Docker stops here. What the stage holds already is
    copied with `RUN cp`; what another stage made needs that stage's name.

    https://docs.docker.com/build/building/multi-stage/
    """
    stage = instruction.stage
    if stage is None:
        return
    for name, by_index in named_in(instruction):
        if by_index and is_number(name):
            own = name == str(stage.index)
        else:
            own = bool(stage.name) and name.lower() == str(stage.name).lower()
            own = own and stage.dockerfile.stage_named(name, before=stage, by_index=False) is None
        if own:
            yield Problem(
                name,
                f"this is the stage `{name}` itself, which is not finished yet, so Docker stops here. Name the stage "
                "that makes the files, or write `RUN cp`",
            )
