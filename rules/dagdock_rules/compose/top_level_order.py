from __future__ import annotations

from dagdock.api import Bad, ComposeFile, Entry, Mapping, Problem, Problems, rule

from ._order import first_out_of_order, in_order

ORDER = ("version", "name", "include", "services", "networks", "volumes", "secrets", "configs", "models")


@rule(
    "DC803",
    severity="info",
    since="0.1",
    default=False,
    precision="very-high",
    fix="safe",
    aliases=["dclint:top-level-properties-order"],
    tags=["style"],
    bad=[
        Bad(
            "volumes:\n  data:\n\n«services»:\n  web:\n    image: web:1\n    volumes: ['data:/x']\n",
            fixed="services:\n  web:\n    image: web:1\n    volumes: ['data:/x']\n\nvolumes:\n  data:\n",
        ),
    ],
    good=["x-a: &a {tty: true}\nname: shop\nservices:\n  web:\n    image: web:1\nvolumes:\n  data:\n"],
)
def top_level_order(file: ComposeFile) -> Problems:
    """The sections of a file do not stand in the usual order.

    First `x-` keys, whose anchors the rest uses, then `name`, `include` and `services`, then what the services use:
    `networks`, `volumes`, `secrets`, `configs`, `models`.

    https://docs.docker.com/reference/compose-file/
    """
    documents = file.tree.documents
    body = documents[0].root if len(documents) == 1 else None
    if isinstance(body, Mapping) and (part := first_out_of_order(body.entries, _key)):
        assert isinstance(part, Entry)
        yield Problem(
            part.name,
            f"`{part.name}` usually comes before the section above it. Move it up",
            fix=in_order("Put the sections in order", body, _key),
        )


def _key(entry: Entry) -> int:
    name = str(entry.name)
    if name.startswith("x-"):
        return -1
    return ORDER.index(name) if name in ORDER else len(ORDER)
