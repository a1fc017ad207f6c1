from __future__ import annotations

import re

from dagdock.api import Bad, Fix, Problem, Problems, Project, Related, Service, rule

from ._hosts import by_host_name, hosts_in
from ._listens import listens_on, published_as
from ._stores import store_of


@rule(
    "DC211",
    severity="warning",
    since="0.1",
    fix="unsafe",
    lessons=["L20"],
    bad=[
        Bad(
            "services:\n  web:\n    image: web:1.4\n    environment:\n      API_URL: http://«api:8080»/v1\n"
            '  api:\n    image: nginx:1.27\n    ports: ["8080:80"]\n',
            fixed="services:\n  web:\n    image: web:1.4\n    environment:\n      API_URL: http://api:80/v1\n"
            '  api:\n    image: nginx:1.27\n    ports: ["8080:80"]\n',
        ),
        Bad(
            "services:\n  web:\n    image: web:1.4\n    command: [serve, --db, 'postgres://shop@«db:5433»/shop']\n"
            '  db:\n    image: postgres:16\n    ports: ["127.0.0.1:5433:5432"]\n',
            fixed="services:\n  web:\n    image: web:1.4\n    command: [serve, --db, 'postgres://shop@db:5432/shop']\n"
            '  db:\n    image: postgres:16\n    ports: ["127.0.0.1:5433:5432"]\n',
        ),
    ],
    good=[
        "services:\n  web:\n    image: web:1.4\n    environment:\n      API_URL: http://api:80/v1\n"
        '  api:\n    image: nginx:1.27\n    ports: ["8080:80"]\n',
        "services:\n  web:\n    image: web:1.4\n    environment:\n      BROKER: kafka:9092\n"
        "  kafka:\n    image: apache/kafka:3.9.0\n"
        '    ports: ["9092:29092"]\n    environment:\n      KAFKA_LISTENERS: IN://:9092,OUT://:29092\n',
    ],
)
def service_url_host_port(service: Service, project: Project) -> Problems:
    """A service looks for another one on the port that only the host has.

    `ports: ["8080:80"]` opens 8080 on the host and leads it to 80 in the container. Between services nothing is
    mapped: there the container answers on 80, and a connection to 8080 is refused. Write the right number of the pair.

    https://docs.docker.com/compose/how-tos/networking/
    """
    if service.has("network_mode"):
        return
    hosts = [host for host in hosts_in(service) if host.port]
    others = by_host_name(project.merged(service.file)) if hosts else {}
    for host in hosts:
        other = others.get(host.name)
        if other is None or other.name == service.name or host.port is None or other.has("network_mode"):
            continue
        inside = published_as(other, host.port)
        if inside is None or inside == host.port or listens_on(other, host.port, project) or _names(other, host.port):
            continue
        exact = host.place.span.text == host.place
        address = f"{host.name}:{inside}" if ":" in host.place else str(inside)
        yield Problem(
            host.place,
            f"port {host.port} is that of the host; between services `{host.name}` answers on {inside}. "
            f"Write `{address}`",
            related=[Related(port, "published here") for port in other.ports if _publishes(port.span.text, host.port)],
            fix=Fix.replace(f"Write `{address}`", host.place, address, "unsafe") if exact else None,
        )


def _publishes(text: str, number: int) -> bool:
    return bool(re.search(rf"(?<!\d){number}(?!\d)", text))


def _names(service: Service, number: int) -> bool:
    """Whether a service is told of the number anywhere beside its ports: it may listen there, too."""
    if (service.env_files or service.configs or service.secrets) and store_of(service) is None:
        return True  # settings that are not seen
    texts = [setting.value.raw for setting in service.environment if setting.value]
    for command in (service.command, service.entrypoint):
        texts += [word.raw for word in command.words] if command else []
    return any(re.search(rf"(?<![\d.]){number}(?!\d)", text) for text in texts)
