from __future__ import annotations

import re

from dagdock.api import Bad, Fix, Problem, Problems, Project, Service, rule


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
    names: dict[str, str] = {}
    for name, other in project.merged(service.file).services.items():
        for network in other.networks:
            address = network.value("ipv4_address")
            if address and address.resolved and name != service.name:
                names[address.resolved] = name
    if not names:
        return
    pattern = rf"(?<![\w.])(?:{'|'.join(map(re.escape, names))})(?![\w.])"
    command = service.command
    # A resolver is given as an address: its name would have to be resolved first.
    values = [setting.value for setting in service.environment if setting.value and "DNS" not in setting.name.upper()]
    for value in [*values, *(command.words if command else ())]:
        for match in re.finditer(pattern, value.filled.text):
            place, name = value.filled.piece(match.start(), match.end()), names[match.group()]
            yield Problem(
                place,
                f"`{place}` is the address of `{name}` only as long as nobody changes the network. Write `{name}`: "
                "services reach each other by name",
                fix=Fix.replace(f"Write `{name}`", place, name, "unsafe") if place.span.text == place else None,
            )
