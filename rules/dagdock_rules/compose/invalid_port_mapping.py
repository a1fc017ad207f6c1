from __future__ import annotations

from dagdock.api import Bad, ComposeFile, Problem, Problems, rule

from ._entries import broken_in


@rule(
    "DC024",
    severity="error",
    since="0.1",
    precision="very-high",
    tags=["syntax"],
    bad=[
        Bad("services:\n  web:\n    image: nginx:1.27\n    ports:\n      - '«8080:http»'\n"),
        Bad("services:\n  web:\n    image: nginx:1.27\n    ports: ['«localhost:8080:80»', '«8000-8002:80-81»']\n"),
    ],
    good=[
        "services:\n  web:\n    image: nginx:1.27\n    ports: [80, '80:80/udp', '127.0.0.1:8081:81', '90-99:82']\n",
        "services:\n  web:\n    image: nginx:1.27\n    ports: ['${PORT}:80', '${ADDRESS}:81:81', '${ALL}']\n",
    ],
)
def invalid_port_mapping(file: ComposeFile) -> Problems:
    """An entry of `ports` that Compose cannot read.

    Compose refuses the whole file. The short form is `[[address:]host port:]container port[/protocol]`, with numbers
    up to 65535 or ranges of equal length, an IP address (no name) and `tcp`, `udp` or `sctp`.

    https://docs.docker.com/reference/compose-file/services/#ports
    """
    for port in broken_in(file, lambda service: service.ports):
        yield Problem(port, f"Compose refuses this port: {port.error}")
