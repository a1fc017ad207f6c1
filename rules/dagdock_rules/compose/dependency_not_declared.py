from __future__ import annotations

import re

from dagdock.api import Bad, ComposeFile, Problem, Problems, Project, Service, remembered, rule

from ._hosts import Host, hosts_in, names_of
from ._model import as_run, is_for_swarm
from ._needs import needs
from ._stores import store_of
from .database_without_healthcheck import SLOW

# Variables that are read when a task runs, long after the start.
LATER = ("AIRFLOW_CONN_", "AIRFLOW_VAR_")


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
def dependency_not_declared(service: Service, project: Project) -> Problems:
    """A service connects to a database or broker that it does not depend on.

    Compose starts both at once. Whoever connects before the other one listens gets "connection refused", and many
    programs end there. `depends_on` with `condition: service_healthy` has Compose wait; it also starts the database
    when only this service is asked for (`docker compose up web`).

    https://docs.docker.com/compose/how-tos/startup-order/
    """
    running = as_run(service, project)
    if is_for_swarm(service.file) or service.file.is_fragment or running.has("network_mode") or store_of(running):
        return
    if _waits_itself(running):
        return
    others = project.merged(service.file).services
    stores = {name: other for name, other in _slow(project.merged(service.file)).items() if name != service.name}
    if not stores:
        return
    awaited = _awaited(running, others)
    told: set[str] = set()
    for host in hosts_in(service):
        meant = next((name for name, other in stores.items() if host.name in names_of(other)), None)
        if meant is None or meant in awaited or meant in told or host.of.startswith(LATER):
            continue
        if set(map(str, (value.resolved for value in stores[meant].profiles))) - {
            str(value.resolved) for value in running.profiles
        }:
            continue
        # What an anchor gives to several services is not used by all of them: one that waits may be the one it is for.
        shared = service.node is None or not service.node.span.holds(host.place.span)
        if shared and any(meant in _awaited(other, others) for other in others.values() if _has(other, host)):
            continue
        told.add(meant)
        yield Problem(
            host.name,
            f"this connects to `{meant}`, which the service does not wait for. Add `{meant}` to its `depends_on`",
        )


@remembered
def _slow(model: ComposeFile) -> dict[str, Service]:
    """The services that take a while until they answer."""
    return {name: service for name, service in model.services.items() if _is_slow(service)}


def _waits_itself(service: Service) -> bool:
    """Whether its command asks until the other one answers."""
    texts = [part.span.text for part in (service.command, service.entrypoint) if part]
    return any(re.search(r"wait[-_]?for|dockerize|\buntil\b|\bnc -|pg_isready|mysqladmin", text) for text in texts)


def _has(service: Service, host: Host) -> bool:
    return any(setting.span.holds(host.place.span) for setting in service.environment)


def _is_slow(service: Service) -> bool:
    store = store_of(service)
    return store is not None and store.name in SLOW


def _awaited(service: Service, others: dict[str, Service]) -> set[str]:
    """What is started before a service, over any number of steps."""
    found: set[str] = set()
    waiting = [service]
    while waiting:
        for need in needs(waiting.pop()):
            if need.name not in found:
                found.add(str(need.name))
                if need.name in others:
                    waiting.append(others[need.name])
    return found
