from __future__ import annotations

import re
from collections.abc import Iterator

from dagdock.api import (
    Alias,
    Bad,
    ComposeFile,
    Fix,
    Mapping,
    Node,
    Problem,
    Problems,
    Scalar,
    Sequence,
    Span,
    Value,
    rule,
)

from ..secrets import is_example_host, passwords_in_urls

# In a container that is the service itself or its host, with a password that works.
LOCAL = ("localhost", "127.0.0.1", "0.0.0.0", "host.docker.internal")
PLACES = ("services", "networks", "volumes", "secrets", "configs", "models")


@rule(
    "DC402",
    severity="warning",
    since="0.1",
    security=7.0,
    fix="unsafe",
    lessons=["L24", "L29"],
    aliases=["compose-lint:CL-0021"],
    tags=["security"],
    bad=[
        Bad(
            "services:\n  api:\n    image: api:1.4\n    environment:\n"
            "      DATABASE_URL: postgres://shop:«hunter2»@db:5432/shop\n",
            fixed="services:\n  api:\n    image: api:1.4\n    environment:\n"
            "      DATABASE_URL: postgres://shop:${DB_PASSWORD:?}@db:5432/shop\n",
        ),
        Bad(
            "services:\n  api:\n    image: api:1.4\n    command: run --broker amqp://shop:${MQ_PASSWORD:-«s3cr3t»}@mq//\n"
        ),
    ],
    good=[
        "services:\n  api:\n    image: api:1.4\n    environment:\n"
        "      DATABASE_URL: postgres://shop:${DB_PASSWORD:?}@db:5432/shop\n",
        "services:\n  api:\n    image: api:1.4\n    environment:\n      - DATABASE_URL=postgres://<user>:<password>@db/shop\n",
    ],
)
def credential_in_url(file: ComposeFile) -> Problems:
    """A URL in the file holds a password.

    Everyone who can read the repository, now or ever, has it, and programs like to print such URLs to their logs.
    Put the password in `.env`, keep that file out of git, and let Compose fill it in: `//user:${DB_PASSWORD:?}@host`.

    https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/
    """
    if "@" not in file.source.text:
        return
    for node in _scalars(file):
        if "://" in node.value and "@" in node.value:
            value = Value(node, {})
            filled = value.filled
            for found in passwords_in_urls(filled.text):
                if "\0" in found.password or (is_example_host(found.host) and found.host not in LOCAL):
                    continue
                span = filled.span(found.start, found.end)
                whose = f"the password of `{found.user}`" if found.user and "\0" not in found.user else "the password"
                yield Problem(
                    span,
                    f"{whose} in this URL is known to everyone who can read this file. Put it in `.env`, keep that "
                    "out of git, and name the variable here",
                    fix=_from_outside(value, span, found.host),
                )


def _scalars(file: ComposeFile) -> Iterator[Scalar]:
    """Every text of the model that is written in this file; `x-` keys count where an alias uses them."""
    waiting: list[Node] = [entry.value for key in reversed(PLACES) if (entry := file.keys.get(key))]
    seen: set[int] = set()
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Alias):
            waiting += [node.target] if node.target else []
        elif isinstance(node, Mapping):
            waiting += [entry.value for entry in reversed(node.entries)]
        elif isinstance(node, Sequence):
            waiting += reversed(node.items)
        elif isinstance(node, Scalar):
            yield node


def _from_outside(value: Value, span: Span, host: str) -> Fix | None:
    """A variable in its place, named after the host; none where it stands inside a variable's default already."""
    name = re.fullmatch(r"[A-Za-z][\w-]*", host, re.ASCII)
    if any(variable.span.holds(span) for variable in value.variables) or not name:
        return None
    variable = host.upper().replace("-", "_") + "_PASSWORD"
    return Fix.replace(f"Take it from the variable `{variable}`", span, f"${{{variable}:?}}", "unsafe")
