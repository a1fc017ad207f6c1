from __future__ import annotations

from dagdock.api import Bad, Fix, Problem, Problems, Service, rule


@rule(
    "DC207",
    severity="warning",
    since="0.1",
    precision="very-high",
    fix="unsafe",
    lessons=["L23", "L25"],
    bad=[
        Bad(
            'services:\n  web:\n    image: nginx:1.27\n    network_mode: host\n    «ports»:\n      - "8080:80"\n'
            "    tty: true\n",
            fixed="services:\n  web:\n    image: nginx:1.27\n    network_mode: host\n    tty: true\n",
        ),
    ],
    good=['services:\n  web:\n    image: nginx:1.27\n    network_mode: bridge\n    ports: ["8080:80"]\n'],
)
def ports_with_host_network(service: Service) -> Problems:
    """Ports are published for a container that has no network of its own.

    With `network_mode: host` the container's ports are those of the host already, and with `none` or the network of
    another service there is nothing to publish: `ports` does nothing, or is refused. `"8080:80"` in particular does
    not make port 80 answer on 8080. Publish them at the service whose network it is.

    https://docs.docker.com/engine/network/drivers/host/
    """
    mode, entry = service.network_mode, service.entries.get("ports")
    if mode is None or mode.resolved is None or entry is None or not service.ports:
        return
    text = str(mode.resolved)
    if text in ("host", "none") or text.startswith(("service:", "container:")):
        own = service.entry.span.holds(entry.span) and not service.entry.value.anchor
        column = entry.span.source.line_span(entry.span.line).text
        remedy = "Publish them at the service whose network it is" if ":" in text else "Leave `ports` out"
        yield Problem(
            entry.name,
            f"beside `network_mode: {text}` nothing is published: "
            + ("the program's own ports are open on the host" if text == "host" else "there is no network for it")
            + f". {remedy}",
            fix=Fix.delete_lines("Delete `ports`", entry, "unsafe")
            if own and column.lstrip().startswith("ports")
            else None,
        )
