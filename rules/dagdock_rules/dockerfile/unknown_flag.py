from __future__ import annotations

from dagdock.api import Bad, Dockerfile, Problems, rule

from ._faults import faults


@rule(
    "DF004",
    severity="error",
    since="0.1",
    precision="very-high",
    fix="unsafe",
    aliases=["hadolint:DL1000", "dockerfile-utils:UNKNOWN_FLAG"],
    tags=["syntax"],
    bad=[
        Bad(
            "FROM alpine:3.20\nCOPY «--chwon»=app app.py /srv/\n",
            fixed="FROM alpine:3.20\nCOPY --chown=app app.py /srv/\n",
        ),
    ],
    good=[
        "FROM alpine:3.20\nCOPY --chown=app --link app.py /srv/\nRUN --mount=type=cache,target=/root/.cache true\n",
    ],
)
def unknown_flag(file: Dockerfile) -> Problems:
    """An instruction is given a flag that it does not have.

    Docker refuses flags that it does not know, and each instruction has its own: `--chown` belongs to `COPY` and `ADD`,
    `--mount` to `RUN`, `--platform` to `FROM`.

    https://docs.docker.com/reference/dockerfile/
    """
    yield from faults(file, "unknown-flag", mend="Write `{}`")
