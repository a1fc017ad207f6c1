from __future__ import annotations

import re

from dagdock.api import Bad, ComposeFile, Fix, Problem, Problems, Span, rule


@rule(
    "DC017",
    severity="error",
    since="0.1",
    precision="very-high",
    fix="unsafe",
    lessons=["L24"],
    tags=["syntax"],
    bad=[
        Bad(
            "services:\n  web:\n    image: nginx:1.27\n    user: «${UID:1000}»\n",
            fixed="services:\n  web:\n    image: nginx:1.27\n    user: ${UID:-1000}\n",
        ),
        Bad("services:\n  web:\n    image: nginx:1.27\n    command: basename «${FILE%.txt}»\n"),
    ],
    good=[
        "services:\n  web:\n    image: nginx:${TAG:-1.27}\n    user: ${USER_ID:?set it in .env}\n"
        "    command: basename $${FILE%.txt}\n",
        "services:\n  web:\n    image: nginx:1.27 # not ${UID:1000}\n",
    ],
)
def invalid_interpolation(file: ComposeFile) -> Problems:
    """A `${…}` is written in a way that Compose cannot fill in.

    Compose refuses the whole file. It knows `${NAME}`, a default `${NAME:-default}`, a message for a missing value
    `${NAME:?message}`, and `${NAME:+other}`. A dollar that is meant for the shell in the container is written twice:
    `$${NAME%.txt}`.

    https://docs.docker.com/reference/compose-file/interpolation/
    """
    for fault in file.faults:
        if fault.kind == "interpolation":
            yield Problem(fault.span, fault.message, related=fault.related, fix=_as_default(fault.span))


def _as_default(span: Span) -> Fix | None:
    """`${NAME:x}` was most likely meant as `${NAME:-x}`."""
    match = re.fullmatch(r"(\$\{[A-Za-z_]\w*:)([^-?+}][^{}\n]*\})", span.text, re.ASCII)
    return Fix.replace("Write it as a default", span, f"{match[1]}-{match[2]}", "unsafe") if match else None
