from __future__ import annotations

from dagdock.api import Bad, Dockerfile, Problems, rule

from ._faults import faults


@rule(
    "DF011",
    severity="error",
    since="0.1",
    precision="very-high",
    fix="unsafe",
    aliases=["dockerfile-utils:SHELL_JSON_FORM"],
    tags=["syntax"],
    bad=[
        Bad("FROM debian:12\nSHELL «/bin/bash -c»\n", fixed='FROM debian:12\nSHELL ["/bin/bash", "-c"]\n'),
    ],
    good=[
        'FROM debian:12\nSHELL ["/bin/bash", "-c"]\n',
    ],
)
def invalid_shell_form(file: Dockerfile) -> Problems:
    """SHELL is not written as a JSON array.

    SHELL takes the exec form only, a list of words in double quotes: `SHELL ["/bin/bash", "-c"]`. Docker refuses
    anything else.

    https://docs.docker.com/reference/dockerfile/#shell
    """
    yield from faults(file, "invalid-shell-form", mend="Write `{}`")
