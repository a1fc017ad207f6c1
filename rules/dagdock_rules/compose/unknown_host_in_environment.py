from __future__ import annotations

import re

from dagdock.api import Bad, ComposeFile, Fix, Problem, Problems, Project, Related, Service, nearest, remembered, rule

from ._hosts import Host, by_host_name, hosts_in
from ._model import is_extended, is_included, whole_model
from ._stores import store_of

# What a scheme or a word in a variable's name says about the server that is meant, by the beginning of its name.
KINDS = {
    "postgres": ("PostgreSQL",), "postgresql": ("PostgreSQL",), "pg": ("PostgreSQL",),
    "mysql": ("MySQL", "MariaDB", "Percona"), "mariadb": ("MariaDB", "MySQL"),
    "mongo": ("MongoDB",), "mongodb": ("MongoDB",),
    "redis": ("Redis", "Valkey"), "rediss": ("Redis", "Valkey"), "valkey": ("Valkey", "Redis"),
    "amqp": ("RabbitMQ",), "rabbitmq": ("RabbitMQ",), "rabbit": ("RabbitMQ",),
    "db": ("PostgreSQL", "MySQL", "MariaDB", "Percona", "MongoDB", "SQL Server", "Oracle"),
    "database": ("PostgreSQL", "MySQL", "MariaDB", "Percona", "MongoDB", "SQL Server", "Oracle"),
}  # fmt: skip
# Names that are hosts everywhere.
USUAL = ("localhost", "host.docker.internal", "gateway.docker.internal", "example", "hostname", "server", "host")


@rule(
    "DC212",
    severity="warning",
    since="0.1",
    fix="unsafe",
    lessons=["L20"],
    bad=[
        Bad(
            "services:\n  web:\n    image: web:1.4\n    environment:\n      CACHE_URL: redis://«reddis»:6379/0\n"
            "  redis:\n    image: redis:7\n",
            fixed="services:\n  web:\n    image: web:1.4\n    environment:\n      CACHE_URL: redis://redis:6379/0\n"
            "  redis:\n    image: redis:7\n",
        ),
        Bad(
            "services:\n  web:\n    image: web:1.4\n    environment:\n      DB_HOST: «mysql»\n"
            "  db:\n    image: mysql:8.4\n",
            fixed="services:\n  web:\n    image: web:1.4\n    environment:\n      DB_HOST: db\n"
            "  db:\n    image: mysql:8.4\n",
        ),
        Bad(
            "services:\n  web:\n    image: web:1.4\n    environment:\n      - DB_HOST=«my_database»\n"
            "  my-database:\n    image: postgres:16\n",
            fixed="services:\n  web:\n    image: web:1.4\n    environment:\n      - DB_HOST=my-database\n"
            "  my-database:\n    image: postgres:16\n",
        ),
    ],
    good=[
        "services:\n  web:\n    image: web:1.4\n    environment:\n      CACHE_URL: redis://cache:6379/0\n"
        "  redis:\n    image: redis:7\n    networks: {default: {aliases: [cache]}}\n",
        "services:\n  web:\n    image: web:1.4\n    environment:\n      CACHE_URL: redis://redis2:6379/0\n"
        "  redis1:\n    image: redis:7\n",
    ],
)
def unknown_host_in_environment(service: Service, project: Project) -> Problems:
    """A host that no service has, though one is called nearly alike, or is the one server of that kind.

    Services find each other by their names, letter by letter: `my_db` does not lead to `my-db`, and `mysql` is nobody
    where the service with that image is called `db`. The connection fails with "could not translate host name" or "name
    or service not known".

    https://docs.docker.com/compose/how-tos/networking/
    """
    if service.has("network_mode") or service.has("external_links") or service.has("dns"):
        return
    hosts = [host for host in hosts_in(service) if host.surely and "." not in host.name and host.name not in USUAL]
    model = whole_model(service.file, project) if hosts else None
    if model is None or _reaches_others(service, model) or is_included(service.file, project):
        return
    known = by_host_name(model)
    links = {str(link.alias or link.service) for link in service.links}
    extra = {setting.name.partition(":")[0] for setting in service.settings("extra_hosts")}
    seen: set[str] = set()
    for host in hosts:
        if host.name in known or host.name in {*links, *extra, *seen} or host.name.lower() in _lower(model):
            continue
        close = _nearest(host.name, model) if len(host.name) > 3 else None
        hint = f"did you mean `{close}`?"
        if close is None or _differ_in_number(host.name, close):
            close = _only_one(host, service, model)
            hint = f"the only server of that kind here is `{close}`: write that, or leave it out"
        if close is None or known[close].name == service.name or is_extended(service.file, project):
            continue
        seen.add(str(host.name))
        yield Problem(
            host.name,
            f"no service is called `{host.name}`; {hint}",
            related=[Related(known[close].name, "the service that may be meant")],
            fix=Fix.replace(f"Write `{close}`", host.name, close, "unsafe")
            if host.name.span.text == host.name
            else None,
        )


def _only_one(host: Host, service: Service, model: ComposeFile) -> str | None:
    """The name of the only server of the kind that a URL or a variable is about."""
    word = host.scheme.partition("+")[0] or re.sub(r"_?(?:HOST|HOSTNAME|SERVER)$", "", host.of.upper()).lower()
    kinds = KINDS.get(word) or KINDS.get(word.rpartition("_")[2])
    meant = [name for name, kind in _stores(model).items() if kind in kinds] if kinds else []
    if len(meant) != 1 or meant[0] == service.name or any(sign.isdigit() for sign in host.name):
        return None
    return meant[0]


def _nearest(name: str, model: ComposeFile) -> str | None:
    """The name of a service that is nearly this one, looked for once."""
    found = _found(model)
    if name not in found:
        found[name] = nearest(name, by_host_name(model))
    return found[name]


@remembered
def _found(model: ComposeFile) -> dict[str, str | None]:
    return {}


@remembered
def _lower(model: ComposeFile) -> set[str]:
    """The names of services in small letters: hosts are the same in large ones."""
    return {name.lower() for name in by_host_name(model)}


@remembered
def _stores(model: ComposeFile) -> dict[str, str]:
    """The databases and brokers among the services, with the name of the product."""
    return {name: store.name for name, other in model.services.items() if (store := store_of(other))}


def _reaches_others(service: Service, model: ComposeFile) -> bool:
    """Whether a service is on a network that other projects are on, too."""
    joined = [model.networks.get(str(network.name)) for network in service.networks]
    default = model.networks.get("default")
    return any(network and network.external is not False for network in [*joined, default])


def _differ_in_number(one: str, other: str) -> bool:
    return [sign for sign in one if sign.isdigit()] != [sign for sign in other if sign.isdigit()]
