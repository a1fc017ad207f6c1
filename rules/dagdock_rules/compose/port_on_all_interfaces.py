from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Service, rule


@rule(
    "DC208",
    severity="info",
    since="0.1",
    default=False,
    lessons=["L23"],
    aliases=[
        "dclint:no-unbound-port-interfaces",
        "compose-lint:CL-0005",
        "kics:container-traffic-not-bound-to-host-interface",
    ],
    tags=["security"],
    bad=[
        Bad('services:\n  web:\n    image: nginx:1.27\n    ports:\n      - "«8080:80»"\n      - "«9000»"\n'),
        Bad("services:\n  web:\n    image: nginx:1.27\n    ports:\n      - «target: 80\n        published: 8080»\n"),
    ],
    good=[
        "services:\n  web:\n    image: nginx:1.27\n    ports:\n      - 127.0.0.1:8080:80\n      - 0.0.0.0:8443:443\n"
        "      - '${ADDRESS}:9000:9000'\n      - {target: 81, published: 81, host_ip: 127.0.0.1}\n",
    ],
)
def port_on_all_interfaces(service: Service) -> Problems:
    """A port is published without an address in front.

    Docker opens it on every network card, past most firewalls. `127.0.0.1:` in front opens it for this machine only;
    `0.0.0.0:` says that everybody is meant. For databases `published-database-port` asks the same by default.

    https://docs.docker.com/engine/network/port-publishing/
    """
    if service.has("network_mode"):
        return
    for port in service.ports:
        if port.host_ip == "" and port.publishes is not None and not port.error:
            yield Problem(
                port,
                "everyone who reaches this machine reaches this port. Write `127.0.0.1:` in front where only this "
                "machine needs it, `0.0.0.0:` where everybody is meant",
            )
