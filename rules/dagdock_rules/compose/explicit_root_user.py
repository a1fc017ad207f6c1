from __future__ import annotations

import re

from dagdock.api import Bad, Problem, Problems, Service, rule


@rule(
    "DC712",
    severity="info",
    since="0.1",
    default=False,
    security=4.0,
    precision="very-high",
    lessons=["L13", "L25"],
    aliases=["compose-lint:CL-0018"],
    tags=["hardening", "security"],
    bad=[
        Bad("services:\n  web:\n    image: web:1\n    user: «root»\n"),
        Bad('services:\n  web:\n    image: web:1\n    user: "«0:0»"\n'),
    ],
    good=["services:\n  web:\n    image: web:1\n    user: '1000:0'\n  b:\n    image: b:1\n    user: ${U}\n"],
)
def explicit_root_user(service: Service) -> Problems:
    """A container is told to run as root.

    The image may have a user of its own, and this takes it away: whoever breaks into the program is root in the
    container, and often has what it takes to get out. For a task that sets owners of folders once, root is right.

    https://docs.docker.com/reference/compose-file/services/#user
    """
    user = service.user
    if user and user.resolved and re.fullmatch(r"(?:root|0)(?::.*)?", user.resolved):
        yield Problem(user, "this runs as root, whatever user the image has. Name an ordinary user, or leave it out")
