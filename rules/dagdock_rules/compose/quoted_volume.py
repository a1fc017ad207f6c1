from __future__ import annotations

import re

from dagdock.api import Bad, Edit, Fix, Mapping, Node, Problem, Problems, Scalar, Service, rule

from ._edits import is_plain_name


@rule(
    "DC806",
    severity="info",
    since="0.1",
    default=False,
    precision="very-high",
    fix="safe",
    aliases=["dclint:no-quotes-in-volumes"],
    tags=["style"],
    bad=[
        Bad(
            'services:\n  web:\n    image: web:1\n    volumes:\n      - «"./html:/srv:ro"» # pages\n',
            fixed="services:\n  web:\n    image: web:1\n    volumes:\n      - ./html:/srv:ro # pages\n",
        ),
    ],
    good=[
        "services:\n  web:\n    image: web:1\n    volumes:\n      - ./html:/srv\n      - './a #1:/b'\n      - '*:/c'\n"
    ],
)
def quoted_volume(service: Service) -> Problems:
    """Quotes around a mount that needs none.

    Paths are texts with and without quotes. Where one needs them, because of a blank, a `#` or a `*`, they stay.

    https://docs.docker.com/reference/compose-file/services/#volumes
    """
    for mount in service.volumes:
        parts: list[Node | None] = [mount.node]
        if isinstance(mount.node, Mapping):
            parts = [mount.node.get("source"), mount.node.get("target")]
        for node in parts:
            if isinstance(node, Scalar) and node.style in ("single", "double") and _stays_text(node):
                yield Problem(
                    node,
                    "these quotes change nothing. Leave them out",
                    fix=Fix("Leave the quotes out", [Edit(node, node.value)]),
                )


def _stays_text(node: Scalar) -> bool:
    """Whether the text is written letter by letter, and is still one without quotes: a path, or a name and a path."""
    text = node.value
    if node.raw[1:-1] != text:
        return False
    is_path = re.fullmatch(r"[./$\w][\w./:$@~+-]*[\w./]", text, re.ASCII) and "/" in text
    return bool(is_path) or is_plain_name(text)
