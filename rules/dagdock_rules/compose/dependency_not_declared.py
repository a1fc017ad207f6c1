from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from dagdock.api import Bad, ComposeFile, Problem, Problems, Project, Service, rule

from ._hosts import Host, by_host_name, hosts_in
from ._model import runs_in_swarm
from ._needs import is_patient, started_with, waiting_for
from ._stores import store_of
from .database_without_healthcheck import SLOW, a_check

# Variables that are read when a task runs, long after the start.
LATER = ("AIRFLOW_CONN_", "AIRFLOW_VAR_")


class Wanted(NamedTuple):
    """A server that a service connects to, and where that is said."""

    service: Service
    host: Host
    store: str


@rule(
    "DC513",
    severity="info",
    since="0.1",
    lessons=["L21"],
    bad=[
        Bad(
            "services:\n  web:\n    image: web:1.4\n    environment:\n"
            "      DATABASE_URL: postgres://shop@«db»:5432/shop\n  db:\n    image: postgres:16\n"
        ),
        Bad(
            "services:\n  worker:\n    build: .\n    command: [work, --broker, 'amqp://«queue»:5672//']\n"
            "  queue:\n    image: rabbitmq:4\n"
        ),
    ],
    good=[
        "services:\n  web:\n    image: web:1.4\n    depends_on: [db]\n    environment:\n"
        "      DATABASE_URL: postgres://shop@db:5432/shop\n  db:\n    image: postgres:16\n",
        "x-env: &env\n  REDIS_URL: redis://cache:6379\nservices:\n"
        "  web:\n    image: web:1.4\n    environment: *env\n    depends_on: [cache]\n"
        "  migrate:\n    image: web:1.4\n    command: migrate\n    environment: *env\n  cache:\n    image: redis:7\n",
        "services:\n  web:\n    image: web:1.4\n    depends_on: [api]\n    environment: {DB_HOST: db}\n"
        "  api:\n    image: api:1\n    depends_on: [db]\n  db:\n    image: postgres:16\n",
    ],
)
def dependency_not_declared(file: ComposeFile, project: Project) -> Problems:
    """A service connects to a database or broker that it does not depend on.

    Compose starts both at once. Whoever connects before the other one listens gets "connection refused", and many
    programs end there. `depends_on` with `condition: service_healthy` has Compose wait; it also starts the database
    when only this service is asked for (`docker compose up web`).

    https://docs.docker.com/compose/how-tos/startup-order/
    """
    if runs_in_swarm(file) or file.is_fragment:
        return
    model = project.merged(file)
    stores = {name for name, service in model.services.items() if _is_slow(service)}
    named: dict[tuple[int, int], list[Wanted]] = {}  # by where a host is written
    for service in model.services.values() if stores else ():
        if service.name in stores or is_patient(service, project):
            continue
        for wanted in _wanted(service, model, stores):
            place = wanted.host.name.span
            if place.source is file.source:
                named.setdefault((place.start, place.end), []).append(wanted)
    started: dict[str, set[str]] = {}

    def before(service: Service) -> set[str]:
        name = str(service.name)
        if name not in started:
            started[name] = started_with(service, model.services)
        return started[name]

    told: set[tuple[str, str]] = set()
    for each in named.values():
        # What an anchor gives to several services is not used by all of them: one that waits may be the one it is for.
        if any(wanted.store in before(wanted.service) for wanted in each):
            continue
        service, host, store = each[0]
        if (str(service.name), store) not in told:
            told.add((str(service.name), store))
            yield Problem(
                host.name,
                f"this connects to `{store}`, which may not be ready yet: the service does not wait for it. "
                + _remedy(service, model.services[store]),
            )


def _remedy(service: Service, store: Service) -> str:
    first = "Add" if store.has("healthcheck") else f"Give `{store.name}` {a_check(store)}, and add"
    where = " to its `depends_on`" if service.has("depends_on") else ""
    return f"{first}{where} {waiting_for(service, str(store.name))}"


def _wanted(service: Service, model: ComposeFile, stores: set[str]) -> Iterator[Wanted]:
    """The hosts of a service that are servers which start slowly."""
    if service.has("network_mode") or _waits_itself(service):
        return
    known = by_host_name(model)
    own = {str(value.resolved) for value in service.profiles}
    # What else Airflow is told is for its tasks, and what a command takes from a variable need not be connected to.
    runs_airflow = any(setting.name.startswith("AIRFLOW__") for setting in service.environment)
    lines = " ".join(part.span.text for part in (service.command, service.entrypoint) if part)
    for host in hosts_in(service):
        other = known.get(host.name)
        if other is None or other.name not in stores or host.of.startswith(LATER):
            continue
        if (
            (runs_airflow and not host.of.startswith("AIRFLOW__"))
            or f"$${host.of}" in lines
            or f"$${{{host.of}" in lines
        ):
            continue
        if {str(value.resolved) for value in other.profiles} <= own:
            yield Wanted(service, host, str(other.name))


def _waits_itself(service: Service) -> bool:
    """Whether its command asks until the other one answers."""
    texts = [part.span.text for part in (service.command, service.entrypoint) if part]
    return any(re.search(r"wait[-_]?for|dockerize|\buntil\b|\bnc -|pg_isready|mysqladmin", text) for text in texts)


def _is_slow(service: Service) -> bool:
    store = store_of(service)
    return store is not None and store.name in SLOW
