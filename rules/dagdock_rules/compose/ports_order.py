from __future__ import annotations

from typing import Any

from dagdock.api import Bad, Port, Problem, Problems, Sequence, Service, rule

from ._order import first_out_of_order, in_order


@rule(
    "DC805",
    severity="info",
    since="0.1",
    default=False,
    precision="very-high",
    fix="unsafe",
    aliases=["dclint:service-ports-alphabetical-order"],
    tags=["style"],
    bad=[
        Bad(
            "services:\n  web:\n    image: web:1\n    ports:\n      - '443:443' # tls\n      - '«80:80»'\n",
            fixed="services:\n  web:\n    image: web:1\n    ports:\n      - '80:80'\n      - '443:443' # tls\n",
        ),
    ],
    good=["services:\n  web:\n    image: web:1\n    ports: ['${PORT}:1', '80:80', 443:443, 127.0.0.1:1000:1000]\n"],
)
def ports_order(service: Service) -> Problems:
    """Ports do not stand in the order of their numbers on the host.

    In order a reader sees at once which numbers are taken. Ports whose number is not known come first.

    https://docs.docker.com/reference/compose-file/services/#ports
    """
    body = service.get("ports")
    if not isinstance(body, Sequence) or body.source is not service.file.source:
        return
    by_node = {id(port.node): port for port in service.ports}
    if any(id(item) not in by_node or not body.span.holds(item.span) for item in body.items):
        return

    def key(item: Any) -> int:
        return _number(by_node[id(item)])

    part: Any = first_out_of_order(body.items, key)
    if part is not None:
        yield Problem(
            by_node[id(part)],
            "this port comes before the one above it. Move it up",
            fix=in_order("Put the ports in order", body, key, "unsafe"),
        )


def _number(port: Port) -> int:
    if port.published is not None:
        return port.published.first
    return port.target.first if port.publishes is False and port.target is not None else 0
