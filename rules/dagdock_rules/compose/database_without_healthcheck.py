from __future__ import annotations

import re

from dagdock.api import Bad, ComposeFile, Problem, Problems, Project, Related, Service, Text, rule

from ._model import runs_in_swarm
from ._needs import is_patient, waiting_for, waits_itself
from ._occasion import is_for_tests
from ._sources import is_in_no_hurry
from ._stores import store_of

# Programs that take a moment to start, and those that the others cannot work without.
SLOW = (
    "PostgreSQL", "MySQL", "MariaDB", "Percona", "MongoDB", "RabbitMQ", "Kafka", "Elasticsearch", "OpenSearch",
    "Cassandra", "ScyllaDB", "SQL Server", "Oracle", "Neo4j", "ClickHouse", "CockroachDB", "Db2",
)  # fmt: skip
TESTS = {
    "PostgreSQL": "pg_isready -U {user}",
    "MySQL": "mysqladmin ping -h 127.0.0.1",
    "MariaDB": "healthcheck.sh --connect --innodb_initialized",
    "MongoDB": "mongosh --quiet --eval 'db.adminCommand(\"ping\")'",
    "RabbitMQ": "rabbitmq-diagnostics -q ping",
}
# Whose images are known to bring that program: `pg_isready` and `mysqladmin` come with the database itself.
OFFICIAL = ("mariadb", "mongo", "mysql", "postgres", "postgis/postgis", "pgvector/pgvector", "rabbitmq")
# MariaDB's images have `healthcheck.sh` since 2022-02: the first release with it of each series.
# https://github.com/MariaDB/mariadb-docker/commit/f3c6fd2
SINCE = {(10, 2): 42, (10, 3): 33, (10, 4): 23, (10, 5): 14, (10, 6): 6, (10, 7): 2}


@rule(
    "DC504",
    severity="info",
    since="0.1",
    lessons=["L21", "L27"],
    bad=[
        Bad(
            "services:\n  web:\n    image: web:1.4\n    depends_on:\n      - «db»\n"
            "  worker:\n    image: web:1.4\n    depends_on: [db]\n  db:\n    image: postgres:16\n"
        ),
        Bad(
            "services:\n  api:\n    image: api:1\n    depends_on:\n      «queue»:\n        condition: service_started\n"
            "  queue:\n    image: rabbitmq:4-management\n"
        ),
    ],
    good=[
        "services:\n  web:\n    image: web:1.4\n    depends_on: {db: {condition: service_healthy}}\n"
        "  db:\n    image: postgres:16\n    healthcheck: {test: pg_isready}\n",
        "services:\n  admin:\n    image: adminer:4\n    depends_on: [db]\n  db:\n    image: postgres:16\n",
        "services:\n  web:\n    image: web:1.4\n    depends_on: [api]\n  api:\n    image: api:2\n",
    ],
)
def database_without_healthcheck(file: ComposeFile, project: Project) -> Problems:
    """Services depend on a database or broker, and nothing tells them when it is ready.

    `depends_on` waits until the container runs. A database works some seconds later, the first time after a minute,
    and whoever connects before that fails. Give it a `healthcheck` and wait for it with
    `condition: service_healthy`; each image brings a program to ask with, such as `pg_isready` or `mysqladmin ping`.

    https://docs.docker.com/compose/how-tos/startup-order/
    """
    if runs_in_swarm(file) or is_for_tests(file, project):
        return  # what a test asks too early it asks again, or it fails and shows it
    model = project.merged(file)
    checked = {str(service.name) for service in model.services.values() if service.has("healthcheck")}
    waiting: dict[str, list[tuple[Text, Service]]] = {}
    for service in model.services.values():
        if is_patient(service, project):
            continue
        for dependency in service.depends_on:
            condition = dependency.condition.resolved if dependency.condition else "service_started"
            if dependency.service and condition == "service_started" and _is_there(dependency.service, service):
                waiting.setdefault(dependency.service, []).append((dependency.service, service))
    told: set[tuple[str, ...]] = set()
    for name, places in waiting.items():
        other = model.services.get(name)
        store = store_of(other) if other and other.complete and not other.has("healthcheck") else None
        kind = store.name.partition(" of ")[0] if store else ""
        if other is None or kind not in SLOW or all(_is_store(service) for _, service in places):
            continue
        places = [
            place
            for place in places
            if not waits_itself(place[1], name, project) and not is_in_no_hurry(place[1], name, kind, project)
        ]
        if not places:
            continue
        same = (kind, *(str(service.name) for _, service in places))
        if same in told:
            continue  # another one of a cluster
        told.add(same)
        yield Problem(
            places[0][0],
            f"this waits until the container of `{name}` runs, not until {kind} works. Give `{name}` {a_check(other)} "
            f"and wait for it: {waiting_for(places[0][1], name, checked)}",
            related=[
                Related(place, f"`{service.name}` does so, too")
                for place, service in {place.span: (place, service) for place, service in reversed(places)}.values()
                if place.span != places[0][0].span
            ],
        )


def a_check(service: Service) -> str:
    """The healthcheck to give to a database, with what to ask it where that is known."""
    store = store_of(service)
    program = _test(service, store.name.partition(" of ")[0]) if store else ""
    if program:
        return f"a check (`healthcheck: {{test: {program}}}`)"
    image = service.image_ref
    is_known = (
        image is None or image.familiar in OFFICIAL or image.familiar.endswith("elasticsearch") or not image.registry
    )
    return "a `healthcheck`" if is_known else "a `healthcheck`, unless its image brings one,"


def _test(service: Service, kind: str) -> str:
    """The command that asks whether a database works; empty where its image may not bring the program."""
    image = service.image_ref
    if kind not in TESTS or image is None or image.familiar not in OFFICIAL:
        return ""
    version = [int(number) for number in re.findall(r"\d+", re.split(r"[^\d.]", image.tag or "")[0])]
    if kind == "MongoDB" and not version:
        return ""
    if kind == "MongoDB" and version[0] < 5:
        return TESTS[kind].replace("mongosh", "mongo")  # `mongosh` came with version 5
    if kind == "MariaDB" and version and (version[:2] < [10, 2] if version[1:] else version < [10]):
        return ""
    if kind == "MariaDB" and version[2:] and version[2] < SINCE.get((version[0], version[1]), 0):
        return ""
    return TESTS[kind].format(user=_user(service))


def _user(service: Service) -> str:
    setting = service.variable("POSTGRES_USER")
    return (setting.resolved or "…") if setting else "postgres"


def _is_there(name: Text, service: Service) -> bool:
    return name.span.source is service.file.source


def _is_store(service: Service) -> bool:
    """Whether it is a data store itself: such ones try again until the other one answers."""
    return store_of(service) is not None
