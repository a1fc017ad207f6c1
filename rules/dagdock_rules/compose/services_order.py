from __future__ import annotations

from dagdock.api import Bad, ComposeFile, Entry, Mapping, Problem, Problems, rule

from ._order import first_out_of_order, in_order


@rule(
    "DC801",
    severity="info",
    since="0.1",
    default=False,
    precision="very-high",
    fix="safe",
    aliases=["dclint:services-alphabetical-order"],
    tags=["style"],
    bad=[
        Bad(
            "services:\n  web:\n    image: web:1\n\n  # data\n  «db»:\n    image: postgres:16\n",
            fixed="services:\n  # data\n  db:\n    image: postgres:16\n\n  web:\n    image: web:1\n",
        ),
    ],
    good=[
        "services:\n  db:\n    image: postgres:16\n  web:\n    image: web:1\n",
        "x-a:\n  web: {}\n  db: {}\nservices:\n  web:\n    image: web:1\n",
    ],
)
def services_order(file: ComposeFile) -> Problems:
    """Services do not stand in the order of the alphabet.

    In a long file a service is found faster where the alphabet puts it, and two people who add one each do not meet at
    the end of the file. The fix moves each service with the comment above it.

    https://docs.docker.com/reference/compose-file/services/
    """
    entry = file.keys.get("services")
    body = entry.value if entry else None
    if isinstance(body, Mapping) and (part := first_out_of_order(body.entries, _key)):
        assert isinstance(part, Entry)
        yield Problem(
            part.name,
            f"`{part.name}` comes before the service above it in the alphabet. Move it up",
            fix=in_order("Put the services in order", body, _key),
        )


def _key(entry: Entry) -> tuple[bool, str, str]:
    return (not entry.is_merge, entry.name.lower(), str(entry.name))
