from __future__ import annotations

from dagdock.api import Bad, Cmd, Problems, Stage, rule

from ._overridden import overridden


@rule(
    "DF605",
    severity="warning",
    since="0.1",
    precision="very-high",
    fix="safe",
    lessons=["L10"],
    aliases=[
        "hadolint:DL4003",
        "buildkit:MultipleInstructionsDisallowed",
        "trivy:DS-0016",
        "kics:multiple-cmd-instructions-listed",
        "sonar:S6589",
        "dockerfile-utils:MULTIPLE_INSTRUCTIONS",
    ],
    bad=[
        Bad(
            'FROM alpine:3.20\n«CMD ["python", "old.py"]»\nCMD ["python", "app.py"]\n',
            fixed='FROM alpine:3.20\nCMD ["python", "app.py"]\n',
        ),
    ],
    good=['FROM alpine:3.20 AS a\nCMD ["python", "old.py"]\nFROM a\nCMD ["python", "app.py"]\n'],
)
def multiple_cmd(stage: Stage) -> Problems:
    """A stage has more than one CMD.

    CMD says the command a container starts with. There can be only one, so Docker
    takes the last of a stage and forgets the others without a word.

    https://docs.docker.com/reference/build-checks/multiple-instructions-disallowed/
    """
    yield from overridden(stage, Cmd)
