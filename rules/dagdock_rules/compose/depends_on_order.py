from __future__ import annotations

from typing import Any

from dagdock.api import Bad, Entry, Mapping, Problem, Problems, Sequence, Service, rule

from ._order import first_out_of_order, in_order, text_of


@rule(
    "DC804",
    severity="info",
    since="0.1",
    default=False,
    precision="very-high",
    fix="safe",
    aliases=["dclint:service-dependencies-alphabetical-order"],
    tags=["style"],
    bad=[
        Bad(
            "services:\n  web:\n    image: web:1\n    depends_on:\n      - queue\n      - «db»\n"
            "  db: {image: 'a:1'}\n  queue: {image: 'b:1'}\n",
            fixed="services:\n  web:\n    image: web:1\n    depends_on:\n      - db\n      - queue\n"
            "  db: {image: 'a:1'}\n  queue: {image: 'b:1'}\n",
        ),
        Bad(
            "services:\n  web:\n    image: web:1\n    depends_on: [queue, «db»]\n"
            "  db: {image: 'a:1'}\n  queue: {image: 'b:1'}\n",
            fixed="services:\n  web:\n    image: web:1\n    depends_on: [db, queue]\n"
            "  db: {image: 'a:1'}\n  queue: {image: 'b:1'}\n",
        ),
    ],
    good=[
        "services:\n  web:\n    image: web:1\n    depends_on:\n      db: {condition: service_started}\n"
        "      queue: {condition: service_started}\n  db: {image: 'a:1'}\n  queue: {image: 'b:1'}\n",
    ],
)
def depends_on_order(service: Service) -> Problems:
    """What a service depends on does not stand in the order of the alphabet.

    The order means nothing to Compose; in order a reader sees at once what is there and what is not.

    https://docs.docker.com/reference/compose-file/services/#depends_on
    """
    body = service.get("depends_on")
    if not isinstance(body, (Mapping, Sequence)) or body.source is not service.file.source:
        return
    parts: list[Any] = list(body.entries if isinstance(body, Mapping) else body.items)
    if any(not body.span.holds(part.span) or not _key(part)[1] for part in parts):
        return
    part: Any = first_out_of_order(parts, _key)
    if part is not None:
        where = part.name if isinstance(part, Entry) else part.inner
        yield Problem(
            where,
            f"`{text_of(part)}` comes before the one above it in the alphabet. Move it up",
            fix=in_order("Put them in order", body, _key),
        )


def _key(part: Any) -> tuple[bool, str]:
    return (not (isinstance(part, Entry) and part.is_merge), text_of(part).lower())
