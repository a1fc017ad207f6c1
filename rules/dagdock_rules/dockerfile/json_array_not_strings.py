from __future__ import annotations

from dagdock.api import Bad, Dockerfile, Problems, rule

from ._faults import faults


@rule(
    "DF012",
    severity="error",
    since="0.1",
    precision="very-high",
    fix="unsafe",
    tags=["syntax"],
    bad=[
        Bad('FROM alpine:3.20\nCMD ["sleep", «30»]\n', fixed='FROM alpine:3.20\nCMD ["sleep", "30"]\n'),
    ],
    good=[
        'FROM alpine:3.20\nCMD ["sleep", "30"]\n',
    ],
)
def json_array_not_strings(file: Dockerfile) -> Problems:
    """The exec form holds something that is no text.

    Every element of an exec form is text in double quotes. Docker refuses a number, `null` or a list inside a list.

    https://docs.docker.com/reference/dockerfile/#shell-and-exec-form
    """
    yield from faults(file, "json-array-not-strings", mend="Write `{}`")
