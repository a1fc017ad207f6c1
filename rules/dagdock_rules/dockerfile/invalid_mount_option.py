from __future__ import annotations

from dagdock.api import Bad, Dockerfile, Problems, rule

from ._faults import faults


@rule(
    "DF007",
    severity="error",
    since="0.1",
    precision="very-high",
    fix="unsafe",
    aliases=["hadolint:DL1000"],
    tags=["syntax"],
    bad=[
        Bad(
            "FROM alpine:3.20\nRUN --mount=type=cache,«taget»=/root/.cache true\n",
            fixed="FROM alpine:3.20\nRUN --mount=type=cache,target=/root/.cache true\n",
        ),
        Bad(
            "FROM alpine:3.20\nRUN --mount=type=«cahce»,target=/root/.cache true\n",
            fixed="FROM alpine:3.20\nRUN --mount=type=cache,target=/root/.cache true\n",
        ),
    ],
    good=[
        "FROM alpine:3.20\nRUN --mount=type=cache,target=/root/.cache,sharing=locked true\n",
        "FROM alpine:3.20\nRUN --mount=type=bind,source=requirements.txt true\n",
    ],
)
def invalid_mount_option(file: Dockerfile) -> Problems:
    """An option of `--mount` does not exist or does not fit the type of the mount.

    Each mount type has options of its own: `sharing` belongs to cache mounts, `from` to bind and cache mounts,
    `required` to secret and ssh mounts. Docker refuses the file when one is misspelled or stands with the wrong type.

    https://docs.docker.com/reference/dockerfile/#run---mount
    """
    yield from faults(file, "invalid-mount-option", mend="Write `{}`")
