from __future__ import annotations

import re

from dagdock.api import Bad, ComposeFile, Fix, Problem, Problems, Project, Service, remembered, rule


@rule(
    "DC204",
    severity="info",
    since="0.1",
    fix="unsafe",
    lessons=["L20"],
    bad=[
        Bad(
            "services:\n  api:\n    image: api:1.4\n    environment:\n      DB_HOST: «172.28.0.5»\n"
            "  db:\n    image: postgres:16\n    networks: {back: {ipv4_address: 172.28.0.5}}\n"
            "networks:\n  back:\n    ipam: {config: [{subnet: 172.28.0.0/16}]}\n",
            fixed="services:\n  api:\n    image: api:1.4\n    environment:\n      DB_HOST: db\n"
            "  db:\n    image: postgres:16\n    networks: {back: {ipv4_address: 172.28.0.5}}\n"
            "networks:\n  back:\n    ipam: {config: [{subnet: 172.28.0.0/16}]}\n",
        ),
    ],
    good=[
        "services:\n  api:\n    image: api:1.4\n    environment:\n      DB_HOST: db\n"
        "  db:\n    image: postgres:16\n    networks: {back: {ipv4_address: 172.28.0.5}}\n"
        "networks:\n  back:\n    ipam: {config: [{subnet: 172.28.0.0/16}]}\n",
        "services:\n  dns:\n    image: dns:1.2\n    environment:\n      OWN_ADDRESS: 172.28.0.5\n"
        "    networks: {back: {ipv4_address: 172.28.0.5}}\n"
        "networks:\n  back:\n    ipam: {config: [{subnet: 172.28.0.0/16}]}\n",
    ],
)
def service_by_fixed_ip(service: Service, project: Project) -> Problems:
    """A service looks for another one at an IP address.

    The address holds only as long as nobody changes the network: another subnet, a copy of the project on the same
    machine or a second container of the service, and the connection fails. Compose answers for the name of a service
    wherever its container is.

    https://docs.docker.com/compose/how-tos/networking/
    """
    names = _addresses(project.merged(service.file))
    if not names:
        return
    command = service.command
    pairs = [(str(setting.name), setting.value) for setting in service.environment if setting.value]
    pairs += [(word.filled.text, word) for word in (command.words if command else ())]
    for what, value in pairs:
        if re.search(_WANTS_ADDRESS, what, re.IGNORECASE):
            continue
        for match in re.finditer(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])", value.filled.text):
            place, name = value.filled.piece(match.start(), match.end()), names.get(match.group())
            if name is None or name == service.name:
                continue
            yield Problem(
                place,
                f"`{place}` is the address of `{name}` only as long as nobody changes the network. Write `{name}`: "
                "services reach each other by name",
                fix=Fix.replace(f"Write `{name}`", place, name, "unsafe") if place.span.text == place else None,
            )


# What is given as an address: a resolver, whose name would have to be resolved first, who is trusted, where to listen.
_WANTS_ADDRESS = (
    r"dns|resolv|name_?server|upstream|forward|^--?server\b|listen|bind|trust|allow|permit|external|public|advertis|announce|white|prox(?:y|ies)|cluster"
    r"|(?:^|_)ips?(?:_|$)|subnet|cidr|range|gateway|#\d"
)


@remembered
def _addresses(model: ComposeFile) -> dict[str, str]:
    """The services that have an address of their own, by address."""
    found = {}
    for name, service in model.services.items():
        for network in service.networks:
            address = network.value("ipv4_address")
            if address and address.resolved:
                found[str(address.resolved)] = name
    return found
