"""The services that a service names, which Compose starts before it, and whether it minds when they are late."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

from dagdock.api import Project, Service, Text, remembered

from ._model import as_run

OF_SERVICE = "service:"
_MOST = 3  # further services whose lines are written out
# Images of programs that open a connection when somebody asks for one or when their time comes, or that try until they
# have one: their names, or what those hold. Some ask in their entrypoint until the database answers.
_PATIENT = (
    r"adminer|pgadmin4?|phpmyadmin|redisinsight|mongo-express|kafka-ui|kafdrop|akhq|kafka-topics-ui|control-center"
    r"|schema-registry-ui|kafka-connect-ui|cp-kafka-connect\S*|cp-server-connect\S*"
    r"|logstash|kibana|opensearch-dashboards|grafana|prometheus|filebeat|metricbeat|heartbeat|packetbeat|auditbeat"
    r"|fluentd|fluent-bit|vector|telegraf|\S*[-_]exporter|\S*[-_]backup(?:-\S+)?|watchtower"
    r"|wordpress|nextcloud|drupal|joomla|mediawiki|matomo|yourls|prestashop|limesurvey|monica|gitea|forgejo|zammad\S*"
    r"|erpnext|bookstack|paperless-ngx|postgrest|guacamole|semaphore|zabbix-(?:server|proxy|web)\S*|cp-schema-registry"
    r"|cp-kafka-rest|netbox|suitecrm|leantime|pgbouncer|pgcat|pgpool|proxysql|maxscale"
)
_PATIENT_WITH_OWNER = (
    "puckel/docker-airflow",
    "bitnami/airflow",
    "goauthentik/server",
    "goauthentik/proxy",
    "drone/drone",
    "requarks/wiki",
    "fireflyiii/core",
)

# Programs and loops that wait for an address, and scripts whose name says that they wait for something of their own.
_WAITS = r"wait[-_]for[-_]it|wait[-_]for\b|wait4x|dockerize\b.*-wait|\b(?:until|while)\b|\bwait-on\b|/wait\b"
_WAITS_BY_ITSELF = r"wait[-_]?for[-_](?!it\b)\w+|wait[-_](?:db|database|postgres|mysql|redis|kafka|mongo)"


class Need(NamedTuple):
    """A service's name where another service names it, and the key that this stands under."""

    name: Text
    key: str


@remembered
def needs(service: Service) -> list[Need]:
    """What a service waits for, as far as the names are known."""
    return list(_needs(service))


def _needs(service: Service) -> Iterator[Need]:
    for dependency in service.depends_on:
        if dependency.service:
            yield Need(dependency.service, "depends_on")
    for link in service.links:
        if link.service:
            yield Need(link.service, "links")
    for value in service.values("volumes_from"):
        text = value.resolved
        if text and not text.startswith("container:"):
            yield Need(value.filled.piece(0, len(text.partition(":")[0])), "volumes_from")
    for key in ("network_mode", "pid", "ipc"):
        namespace = service.value(key)
        if namespace and namespace.resolved and namespace.resolved.startswith(OF_SERVICE):
            yield Need(namespace.filled.piece(len(OF_SERVICE), len(namespace.resolved)), key)


def started_with(service: Service, others: dict[str, Service]) -> set[str]:
    """A service and what is started before it, over any number of steps."""
    found = {str(service.name)}
    waiting = [service]
    while waiting:
        for need in needs(waiting.pop()):
            if need.name not in found:
                found.add(str(need.name))
                if need.name in others:
                    waiting.append(others[need.name])
    return found


def is_patient(service: Service, project: Project) -> bool:
    """Whether nothing fails if the servers that it works with are there only later, as far as its image is known, or
    the one that it is built on."""
    running = as_run(service, project)
    stage = project.stage_of(running) if running.build else None
    images = (image for image in (running.image_ref, stage.root_image if stage else None) if image)
    names = [image.repository for image in images]
    if running.image and running.image_ref is None:  # its tag is not known, but mostly its name is
        names.append(re.split(r"[:@$]", running.image.raw)[0])
    return any(map(_is_patient, names))


def _is_patient(repository: str) -> bool:
    if repository.endswith(_PATIENT_WITH_OWNER) or re.match(
        r"(?:.*/)?(?:debezium\S*/(?:\S*-)?connect\b|mailcow/)", repository
    ):
        return True
    return bool(re.fullmatch(_PATIENT, repository.rpartition("/")[2]))


def waiting_for(service: Service, name: str, ready: Collection[str] = ()) -> str:
    """What to write so that a service waits for the healthcheck of another one; `ready` are those that have one."""
    condition = f"`{name}: {{condition: service_healthy}}`"
    if not service.has("depends_on"):
        return f"`depends_on: {{{condition[1:-1]}}}`"
    others = [each.service for each in service.depends_on if each.form == "short" and each.service != name]
    if not others and not any(each.form == "short" for each in service.depends_on):
        return condition
    if len(others) > _MOST or None in others:
        return f"{condition}, and the others in this form, too (`service_started` without a healthcheck)"
    also = (f"{other}: {{condition: service_{'healthy' if other in ready else 'started'}}}" for other in others)
    return f"`depends_on: {{{', '.join([condition[1:-1], *also])}}}`"


def waits_itself(service: Service, name: str, project: Project) -> bool:
    """Whether what a service starts waits for another one before it does its work: `wait-for-it.sh db:5432`."""
    running = as_run(service, project)
    hosts = running.variable("WAIT_HOSTS")
    lines = [command.span.text for command in (running.entrypoint, running.command) if command]
    if hosts and hosts.value:
        lines.append(f"/wait {hosts.value.raw}")
    elif running.build and running.command is None and (stage := project.stage_of(running)):
        from dagdock.api import Cmd, Entrypoint

        lines += [last.span.text for last in (stage.last(Entrypoint), stage.last(Cmd)) if last]
    # `until pg_isready -h "$$DB_HOST"`
    asked = {name for line in lines for name in re.findall(r"\$\$\{?(\w+)", line)}
    settings = [running.variable(each) for each in asked]
    line = " ".join([*lines, *(setting.resolved for setting in settings if setting and setting.resolved)])
    if re.search(_WAITS_BY_ITSELF, line):
        return True
    return bool(re.search(_WAITS, line, re.DOTALL)) and bool(re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w-])", line))
