from __future__ import annotations

from dagdock.api import Bad, Dockerfile, Problems, rule

from ._faults import faults


@rule(
    "DF001",
    severity="error",
    since="0.1",
    precision="very-high",
    fix="unsafe",
    aliases=["hadolint:DL1000", "dockerfile-utils:UNKNOWN_INSTRUCTION", "sonar:S2260"],
    tags=["syntax"],
    bad=[
        Bad("FROM alpine:3.20\n«RUNN» apk add curl\n", fixed="FROM alpine:3.20\nRUN apk add curl\n"),
        Bad("FROM debian:12\nRUN apt-get update\n    «apt-get» install -y curl\n"),
    ],
    good=[
        "FROM debian:12\nRUN apt-get update && \\\n    apt-get install -y curl\n",
        "FROM alpine:3.20\nRUN <<EOF\napk add curl\nEOF\n",
    ],
)
def unknown_instruction(file: Dockerfile) -> Problems:
    r"""A line begins with a word that is no Dockerfile instruction.

    Docker stops here: every line of a Dockerfile, or the first line of one that is continued with `\`, begins with an
    instruction such as `RUN` or `COPY`. Usual causes are a typing error, a `\` missing at the end of the line above,
    and the text of a script that was meant to stand in a heredoc.

    https://docs.docker.com/reference/dockerfile/#overview
    """
    yield from faults(file, "unknown-instruction", mend="Write `{}`")
