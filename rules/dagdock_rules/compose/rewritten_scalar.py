from __future__ import annotations

import re

from dagdock.api import Bad, Edit, Fix, Problem, Problems, Scalar, Section, Service, Setting, rule

from ..secrets import without_secrets


@rule(
    "DC408",
    severity="warning",
    since="0.1",
    precision="very-high",
    fix="unsafe",
    bad=[
        Bad(
            "services:\n  web:\n    image: web:1\n    environment:\n      RELEASE: «1.10»\n      ZIP: «01067»\n",
            fixed='services:\n  web:\n    image: web:1\n    environment:\n      RELEASE: "1.10"\n      ZIP: "01067"\n',
        ),
        Bad(
            "services:\n  web:\n    build:\n      args:\n        PYTHON: «3.10»\n",
            fixed='services:\n  web:\n    build:\n      args:\n        PYTHON: "3.10"\n',
        ),
    ],
    good=[
        "services:\n  web:\n    image: web:1\n    environment:\n      RELEASE: '1.10'\n      PORT: 8000\n"
        "      DEBUG: true\n      RATIO: 0.25\n      LIMIT: 20_000_000\n",
        "services:\n  web:\n    image: web:1\n    environment:\n      - RELEASE=1.10\n",
    ],
)
def rewritten_scalar(service: Service) -> Problems:
    """A value without quotes that Compose reads as a number and writes back otherwise.

    In a mapping `1.10` becomes `1.1`, `010` becomes `8`, `1e3` becomes `1000`: the program gets another text than the
    one in the file. With quotes, or in a list (`- RELEASE=1.10`), it stays as it is.

    https://docs.docker.com/reference/compose-file/services/#environment
    """
    build = service.build
    groups: list[list[Setting]] = [service.environment, service.labels]
    if build:
        groups += [build.args, Section(build.node, service.env).settings("labels")]
    for setting in [setting for group in groups for setting in group]:
        value = setting.value
        if value is None or setting.in_list or value.node.style != "plain" or not isinstance(value.node, Scalar):
            continue
        if value.type in ("int", "float") and value.resolved is not None and value.resolved != value.raw:
            if str(value.resolved) == value.raw.replace("_", ""):
                continue  # `20_000_000`: the number is meant, and quotes would hand on the signs between
            if _means_the_same(setting.name, value.raw, str(value.resolved)):
                continue
            shown = without_secrets(str(value.resolved), setting.name)
            yield Problem(
                value,
                f"Compose reads a number here and hands on `{shown}`. Put quotes around it",
                fix=Fix("Put quotes around it", [Edit(value.node, f'"{value.raw}"')], "unsafe"),
            )


def _means_the_same(name: str, written: str, handed_on: str) -> bool:
    """Whether the program takes both for one: a measure with `.0`, and `002` for a umask, which is octal either way."""
    lower = name.lower()
    if written == f"{handed_on}.0":
        return bool(re.search(r"time|interval|second|size|rat(?:e|io)|limit|delay|factor|memory|threshold", lower))
    return bool(re.search(r"umask|mode|perm", lower)) and written.lstrip("0") == handed_on
