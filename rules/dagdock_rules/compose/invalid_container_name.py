from __future__ import annotations

import re

from dagdock.api import Bad, Problem, Problems, Service, rule


@rule(
    "DC103",
    severity="error",
    since="0.1",
    precision="very-high",
    aliases=["dclint:service-container-name-regex"],
    bad=[
        Bad("services:\n  web:\n    image: web:1\n    container_name: «my-app@123»\n"),
        Bad("services:\n  web:\n    image: web:1\n    container_name: '«shop web»'\n"),
    ],
    good=[
        "services:\n  web:\n    image: web:1\n    container_name: shop-web_1.0\n",
        "services:\n  web:\n    image: web:1\n    container_name: ${PROJECT}-web\n",
    ],
)
def invalid_container_name(service: Service) -> Problems:
    """A container's name that Docker does not take.

    Names have letters, digits, `_`, `.` and `-`, two characters at least, and begin with a letter or a digit. With any
    other the container is not created.

    https://docs.docker.com/reference/compose-file/services/#container_name
    """
    name = service.container_name
    if name and name.resolved is not None and not re.fullmatch(r"[a-zA-Z0-9][a-zA-Z0-9_.-]+", name.resolved):
        yield Problem(
            name,
            f"Docker takes no container name `{name.resolved}`: letters, digits, `_`, `.` and `-` are allowed, two "
            "characters at least, the first one a letter or a digit",
        )
