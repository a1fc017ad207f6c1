from __future__ import annotations

from dagdock.api import Bad, Healthcheck, Problems, Stage, rule

from ._overridden import overridden


@rule(
    "DF607",
    severity="warning",
    since="0.1",
    precision="very-high",
    fix="safe",
    lessons=["L11"],
    aliases=[
        "hadolint:DL3012",
        "buildkit:MultipleInstructionsDisallowed",
        "trivy:DS-0023",
        "sonar:S6589",
        "dockerfile-utils:MULTIPLE_INSTRUCTIONS",
    ],
    bad=[
        Bad(
            "FROM alpine:3.20\n«HEALTHCHECK CMD /check-db»\nHEALTHCHECK CMD /check-web\n",
            fixed="FROM alpine:3.20\nHEALTHCHECK CMD /check-web\n",
        ),
    ],
    good=["FROM alpine:3.20 AS a\nHEALTHCHECK CMD /check-db\nFROM a\nHEALTHCHECK CMD /check-web\n"],
)
def multiple_healthcheck(stage: Stage) -> Problems:
    """A stage has more than one HEALTHCHECK.

    HEALTHCHECK says how Docker asks whether the container works. There can be only one, so Docker
    takes the last of a stage and forgets the others without a word.

    https://docs.docker.com/reference/build-checks/multiple-instructions-disallowed/
    """
    yield from overridden(stage, Healthcheck)
