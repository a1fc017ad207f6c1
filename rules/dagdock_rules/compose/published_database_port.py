from __future__ import annotations

import re

from dagdock.api import (
    Bad,
    ComposeFile,
    Edit,
    Fix,
    Mapping,
    Port,
    Problem,
    Problems,
    Project,
    Service,
    Setting,
    Span,
    remembered,
    rule,
)

from ._edits import add_entry
from ._model import as_run, runs_in_swarm
from ._occasion import is_for_tests, is_profile_of_tests
from ._stores import EVERYWHERE, Store, store_below, store_of

LOCAL = "127.0.0.1"
# Under which names this machine is known to itself.
_HERE = ("localhost", LOCAL, "0.0.0.0", "::1")
# Ports with pages for people, whom no other service replaces.
_PAGES = (7474, 9001)


@rule(
    "DC201",
    severity="warning",
    since="0.1",
    security=6.0,
    fix="unsafe",
    lessons=["L23"],
    tags=["security"],
    bad=[
        Bad(
            'services:\n  db:\n    image: postgres:16\n    ports:\n      - "«5432:5432»"\n',
            fixed='services:\n  db:\n    image: postgres:16\n    ports:\n      - "127.0.0.1:5432:5432"\n',
        ),
        Bad(
            {
                "compose.yaml": "services:\n  db:\n    build: .\n    ports: ['«5432:5432»']\n",
                "Dockerfile": "FROM postgres:16\nCOPY init.sql /docker-entrypoint-initdb.d/\n",
            }
        ),
        Bad(
            "services:\n  cache:\n    image: redis:7\n    ports:\n      - «target: 6379\n        published: 6379»\n",
            fixed="services:\n  cache:\n    image: redis:7\n    ports:\n      - target: 6379\n"
            "        published: 6379\n        host_ip: 127.0.0.1\n",
        ),
    ],
    good=[
        'services:\n  db:\n    image: postgres:16\n    ports: ["127.0.0.1:5432:5432"]\n',
        'services:\n  db:\n    image: postgres:16\n    expose: ["5432"]\n',
        'services:\n  db:\n    image: postgres:16\n    ports: ["${DB_PORT}:5432"]\n',
        'services:\n  web:\n    image: nginx:1.27\n    ports: ["5432:80"]\n',
    ],
)
def published_database_port(service: Service, project: Project) -> Problems:
    """A database's port is open to everyone who can reach this machine.

    A port without an address in front is published on all network cards, past most firewalls (Docker writes its own
    rules). Services of the same file need no published port at all: they reach the database by its service name.
    Tools on your own machine need it on `127.0.0.1` only.

    https://docs.docker.com/engine/network/port-publishing/
    """
    file = service.file
    service = as_run(service, project)
    store = store_of(service) or store_below(service, project)
    if store is None or service.has("network_mode") or is_for_tests(file, project) or _only_opens_shell(service):
        return
    if service.profiles and all(map(is_profile_of_tests, service.profiles)):
        return
    for port in service.ports:
        if port.host_ip in EVERYWHERE and port.publishes is not None and _is_of_store(port, store):
            host = f"port {port.published}" if port.published else "a random port"
            name = store.name.partition(" of ")[0]
            reached = "" if _sends_on(store) else f": they reach `{service.name}:{port.target}` without it"
            if runs_in_swarm(service.file):
                yield Problem(
                    port,
                    f"{name} can be reached through {host} of every machine of the swarm, for which an address "
                    "such as `127.0.0.1:` changes nothing. If only services of the stack need it, leave `ports` out"
                    f"{reached}",
                )
            elif not _is_for_others(service, port):
                machines = ", or, if the machines in `extra_hosts` need it, this machine's address in their network"
                yield Problem(
                    port,
                    f"{name} can be reached through {host} of every network card of this machine. If only this "
                    f"machine needs it, {_remedy(port)}"
                    f"{machines if _is_of_cluster(service.file) else _alternative(service, port, store)}",
                    severity="info" if _is_to_be_reached(service, store) else None,
                    fix=_bind(port),
                )


def _only_opens_shell(service: Service) -> bool:
    """Whether nothing but a shell is started, for somebody to work in."""
    words = [word.resolved or "" for word in service.command.words] if service.command else []
    return len(words) == 1 and words[0].rpartition("/")[2] in ("sh", "bash", "ash", "zsh")


def _is_to_be_reached(service: Service, store: Store) -> bool:
    """Whether files are stored for other machines there: nothing else in the file could be what uses them."""
    if not store.name.startswith("MinIO"):
        return False
    return all(store_of(other) == store for other in service.file.services.values())


def _is_for_others(service: Service, port: Port) -> bool:
    """Whether more than this machine's own address is needed: by containers that go over the host, or by clients whom
    Kafka sends to another address."""
    if str(port.published) in _over_the_host(service.file):
        return True
    advertised = [setting for setting in service.environment if "ADVERTISED_" in setting.name]
    return any(_leads_elsewhere(setting, port, {*_HERE, *service.file.services}) for setting in advertised)


@remembered
def _over_the_host(file: ComposeFile) -> set[str]:
    """The ports that containers reach over the host."""
    return set(re.findall(r"host\.docker\.internal:(\d+)", file.source.text))


def _leads_elsewhere(advertised: Setting, port: Port, own: set[str]) -> bool:
    """Whether who came by a port of Kafka is sent on to none of these names, as far as is known."""
    if advertised.resolved is None:
        return True
    if "LISTENERS" not in advertised.name:
        return "HOST" in advertised.name and advertised.resolved not in own
    listeners = re.findall(r"://\[?([^\s,/]*?)\]?:([^\s,/:]+)", advertised.resolved)
    return any(number == str(port.published) and host not in own for host, number in listeners)


@remembered
def _is_of_cluster(file: ComposeFile) -> bool:
    """Whether services know other machines by private addresses, and so those may need this one."""
    address = r"(?<![\d.])(?:10\.\d+|192\.168)\.\d+\.\d+(?![\d.])"
    hosts = (service.entries.get("extra_hosts") for service in file.services.values())
    return any(re.search(address, entry.span.text) for entry in hosts if entry)


def _is_of_store(port: Port, store: Store) -> bool:
    return port.target is not None and any(number in port.target for number in store.ports)


def _alternative(service: Service, port: Port, store: Store) -> str:
    """What else helps where only other services need the database.

    Kafka sends clients on to the address that it advertises, which depends on the port that they came in by.
    """
    own = _networks(service)
    shares = any(
        other.name != service.name and not other.has("network_mode") and not own.isdisjoint(_networks(other))
        for other in service.file.services.values()
    )
    if not shares or _sends_on(store) or (port.target and any(number in port.target for number in _PAGES)):
        return ""
    return f"; if only other services do, leave `ports` out: they reach `{service.name}:{port.target}` without it"


def _sends_on(store: Store) -> bool:
    return store.name.startswith(("Kafka", "Redpanda"))


def _networks(service: Service) -> set[str]:
    return {str(network.name) for network in service.networks} or {"default"}


def _remedy(port: Port) -> str:
    if port.form == "long":
        return f"set `host_ip: {LOCAL}`"
    written = port.span.text.removeprefix("[::]:") if port.host_ip == "::" else port.span.text
    if port.host_ip and written.startswith(port.host_ip.span.text):
        return f"write `{LOCAL}{written[len(port.host_ip.span.text) :]}`"
    return f"write `{LOCAL}{':' if port.publishes else '::'}{written.lstrip(':')}`"


def _bind(port: Port) -> Fix | None:
    """Put the address of this machine alone in front."""
    title = f"Publish it on {LOCAL} only"
    if port.form == "long":
        if port.host_ip or not isinstance(port.node, Mapping):
            return Fix.replace(title, port.host_ip.span, LOCAL, "unsafe") if port.host_ip else None
        edit = add_entry(port.node, "host_ip", LOCAL)
        return Fix(title, [edit], "unsafe") if edit else None
    if port.host_ip:
        return Fix.replace(title, port.host_ip.span, LOCAL, "unsafe") if port.host_ip.span.text == "0.0.0.0" else None
    span = port.span
    if span.text.startswith(":"):
        return None
    text = f"{LOCAL}:" if port.publishes else f"{LOCAL}::"
    return Fix(title, [Edit(Span(span.source, span.start, span.start), text)], "unsafe")
