from __future__ import annotations

from dagdock.api import Bad, Expose, Problem, Problems, rule

from ._ports import fault, is_mapping, read


@rule(
    "DF614",
    severity="error",
    since="0.1",
    precision="very-high",
    lessons=["L12"],
    aliases=[
        "hadolint:DL3011",
        "trivy:DS-0008",
        "kics:unix-ports-out-of-range",
        "semgrep:invalid-port",
        "dockerfile-utils:INVALID_PORT",
        "dockerfile-utils:INVALID_PROTO",
    ],
    bad=[
        Bad("FROM nginx:1.27\nEXPOSE «80800»\n"),
        Bad("FROM nginx:1.27\nEXPOSE 80/tcp «443/https»\n"),
        Bad("FROM nginx:1.27\nEXPOSE «8010-8000»\n"),
    ],
    good=["FROM nginx:1.27\nARG PORT\nEXPOSE 80 443/udp 8000-8010 $PORT\n"],
)
def invalid_port(expose: Expose) -> Problems:
    """EXPOSE names a port or protocol that does not exist.

    A port is a number up to 65535, or a range `8000-8010`, with `/tcp`, `/udp` or `/sctp` behind it where needed.
    Docker refuses anything else; comments cannot stand behind an instruction, so their words count as ports too.

    https://docs.docker.com/reference/dockerfile/#expose
    """
    for word in expose.words:
        text = word.literal
        if text is None or is_mapping(text) or "{{" in expose.body.text:
            continue
        if reason := fault(read(text)):
            if text.startswith("#"):
                reason = "a comment needs a line of its own"
            yield Problem(word, f"`{text}` is no port, so Docker stops here: {reason}")
            if text.startswith("#"):
                return
