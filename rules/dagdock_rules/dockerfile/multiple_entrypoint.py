from __future__ import annotations

from dagdock.api import Bad, Entrypoint, Problems, Stage, rule

from ._overridden import overridden


@rule(
    "DF606",
    severity="warning",
    since="0.1",
    precision="very-high",
    fix="safe",
    lessons=["L10"],
    aliases=[
        "hadolint:DL4004",
        "buildkit:MultipleInstructionsDisallowed",
        "trivy:DS-0007",
        "kics:multiple-entrypoint-instructions-listed",
        "sonar:S6589",
        "dockerfile-utils:MULTIPLE_INSTRUCTIONS",
        "semgrep:multiple-entrypoint-instructions",
    ],
    bad=[
        Bad(
            'FROM alpine:3.20\n«ENTRYPOINT ["/old.sh"]»\nENTRYPOINT ["/start.sh"]\n',
            fixed='FROM alpine:3.20\nENTRYPOINT ["/start.sh"]\n',
        ),
    ],
    good=['FROM alpine:3.20 AS a\nENTRYPOINT ["/old.sh"]\nFROM a\nENTRYPOINT ["/start.sh"]\n'],
)
def multiple_entrypoint(stage: Stage) -> Problems:
    """A stage has more than one ENTRYPOINT.

    ENTRYPOINT says the program a container starts. There can be only one, so Docker
    takes the last of a stage and forgets the others without a word.

    https://docs.docker.com/reference/build-checks/multiple-instructions-disallowed/
    """
    yield from overridden(stage, Entrypoint)
