from __future__ import annotations

import re
from collections.abc import Iterator

from dagdock.api import (
    Bad,
    Dependency,
    Edit,
    Entry,
    Fix,
    Mapping,
    Problem,
    Problems,
    Project,
    Related,
    Scalar,
    Sequence,
    Service,
    Span,
    rule,
)

from ._edits import STEP, column, is_plain_name, lines_below
from ._model import runs_in_swarm
from ._needs import is_patient, waiting_for, waits_itself
from ._stores import store_of
from .database_without_healthcheck import SLOW

# Checks that only read the settings, and so succeed before anything works.
READS_SETTINGS = r"\bhaproxy[\s\"',]+-c\b|\bnginx[\s\"',]+-t\b|\bhttpd[\s\"',]+-t\b|\bconfigtest\b"
# Servers that need none of the others by themselves, besides the stores of data.
ON_THEIR_OWN = ("ollama", "localstack", "mailhog", "mailpit", "maildev", "vault", "zookeeper", "registry")


@rule(
    "DC501",
    severity="warning",
    since="0.1",
    fix="unsafe",
    lessons=["L21"],
    bad=[
        Bad(
            "services:\n  web:\n    image: web:1.4\n    depends_on:\n      - «db» # data\n      - cache\n"
            "  db:\n    image: postgres:16\n    healthcheck:\n      test: pg_isready\n"
            "  cache:\n    image: redis:7\n",
            fixed="services:\n  web:\n    image: web:1.4\n    depends_on:\n"
            "      db: # data\n        condition: service_healthy\n"
            "      cache:\n        condition: service_started\n"
            "  db:\n    image: postgres:16\n    healthcheck:\n      test: pg_isready\n"
            "  cache:\n    image: redis:7\n",
        ),
        Bad(
            "services:\n  web:\n    image: web:1.4\n    depends_on: [«db»]\n"
            "  db:\n    image: postgres:16\n    healthcheck: {test: pg_isready}\n",
            fixed="services:\n  web:\n    image: web:1.4\n    depends_on:\n"
            "      db:\n        condition: service_healthy\n"
            "  db:\n    image: postgres:16\n    healthcheck: {test: pg_isready}\n",
        ),
    ],
    good=[
        "services:\n  web:\n    image: web:1.4\n    depends_on:\n      db:\n        condition: service_healthy\n"
        "  db:\n    image: postgres:16\n    healthcheck:\n      test: pg_isready\n",
        "services:\n  web:\n    image: web:1.4\n    depends_on: [db]\n"
        "  db:\n    image: postgres:16\n    healthcheck:\n      disable: true\n",
    ],
)
def depends_on_ignores_healthcheck(service: Service, project: Project) -> Problems:
    """A service does not wait until the one that it depends on is ready, though a healthcheck could tell.

    The short form of `depends_on` waits until the other container runs, not until the program in it works: a database
    takes some seconds more, and whoever connects too early fails. The other service has a healthcheck; the long form
    with `condition: service_healthy` waits for it. A service whose command waits itself is left alone:
    `wait-for-it.sh db:5432`.

    https://docs.docker.com/compose/how-tos/startup-order/
    """
    if not service.has("depends_on") or runs_in_swarm(service.file) or is_patient(service, project):
        return
    others = project.merged(service.file).services
    dependencies = service.depends_on
    names = {each.service for each in dependencies if each.service}
    ready = {str(name) for name in names if name in others and _has_healthcheck(others[name])}
    for dependency in dependencies:
        name, condition = dependency.service, dependency.condition
        if name is None or name not in ready or name == service.name or _is_same_program(service, others[name]):
            continue
        if waits_itself(service, name, project) or not (_is_slow(others[name]) or _uses(service, name)):
            continue
        if dependency.form == "short":
            yield Problem(
                name,
                f"this waits until the container of `{name}` runs, not until its healthcheck succeeds. Write it in the "
                f"long form: {waiting_for(service, name, ready)}",
                severity=None if _is_slow(others[name]) else "info",
                related=_related(others[name]),
                fix=_long_form(service, dependency, ready),
            )
        elif condition and condition.resolved == "service_started" and dependency.span.holds(condition):
            yield Problem(
                condition,
                f"`service_started` does not wait until the healthcheck of `{name}` succeeds; `service_healthy` does",
                severity="info",
                related=_related(others[name]),
                fix=Fix.replace("Wait until it is healthy", condition, "service_healthy", "unsafe"),
            )


def _is_slow(service: Service) -> bool:
    """Whether it is a database or a broker that takes a while, and that others mostly connect to as they start."""
    store = store_of(service)
    return store is not None and store.name.partition(" of ")[0] in SLOW


def _uses(service: Service, name: str) -> bool:
    """Whether a service may connect to another one as it starts: it is built here, or something of it names the other
    or cannot be seen."""
    if service.build or service.env_files or (store_of(service) is None and not _is_server(service)):
        return True
    entries = (entry for key, entry in service.entries.items() if key not in ("depends_on", "healthcheck"))
    return any(re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w-])", entry.span.text) for entry in entries)


def _is_server(service: Service) -> bool:
    """Whether it is a server that others connect to, and that connects to none by itself."""
    image = service.image_ref
    return image is not None and image.repository.rpartition("/")[2] in ON_THEIR_OWN


def _is_same_program(service: Service, other: Service) -> bool:
    """Whether both run one image: parts of one program, of which one prepares things for the other at most."""
    if service.image and other.image and service.image.resolved:
        return service.image.resolved == other.image.resolved
    return service.build is not None and other.build is not None and service.build.span.text == other.build.span.text


def _has_healthcheck(service: Service) -> bool:
    check = service.healthcheck
    if check is None or check.test is None or check.disabled is not False:
        return False
    return re.search(READS_SETTINGS, check.test.span.text) is None


def _related(service: Service) -> list[Related]:
    check = service.entries.get("healthcheck")
    return [Related(check.name, f"the healthcheck of `{service.name}`")] if check else []


def _long_form(service: Service, dependency: Dependency, ready: set[str]) -> Fix | None:
    """Turn the whole list into a mapping; what has no healthcheck is waited for as before."""
    entry = _written_list(service)
    if entry is None or not isinstance(entry.value, Sequence) or not entry.value.span.holds(dependency.span):
        return None
    items = [item for item in entry.value.items if isinstance(item, Scalar) and is_plain_name(item.value)]
    if len(items) < len(entry.value.items):
        return None
    conditions = {item.value: "service_healthy" if item.value in ready else "service_started" for item in items}
    make = _from_flow if entry.value.flow else _from_block
    edits = list(make(entry, items, conditions))
    return Fix("Wait until it is healthy, in the long form", edits, "unsafe") if edits else None


def _written_list(service: Service) -> Entry | None:
    """`depends_on` with its list where both are written in the service itself."""
    node = service.file.root.get("services") if service.file.root else None
    body = node.get(service.name) if isinstance(node, Mapping) else None
    entry = body.merged().get("depends_on") if isinstance(body, Mapping) and not body.flow else None
    return entry if entry and entry.value.anchor is None else None


def _from_flow(entry: Entry, items: list[Scalar], conditions: dict[str, str]) -> Iterator[Edit]:
    value, source = entry.value, entry.value.source
    if "#" in value.span.text:
        return
    margin = " " * column(entry.key) + STEP
    lines = [f"{margin}{name}:{source.newline}{margin}{STEP}condition: {is_}" for name, is_ in conditions.items()]
    yield Edit(Span(source, entry.key.end, value.end), source.newline.join([":", *lines]))


def _from_block(entry: Entry, items: list[Scalar], conditions: dict[str, str]) -> Iterator[Edit]:
    source = entry.value.source
    for item in items:
        line = source.line_span(source.position(item.begin).line)
        before = source.text[line.start : item.begin]
        if before.strip() != "-" or item.anchor is not None or item.tag is not None:
            return
    for item in items:
        line = source.line_span(source.position(item.begin).line)
        before = source.text[line.start : item.begin]
        margin = " " * max(len(before) - len(before.lstrip()), column(entry.key) + len(STEP))
        yield Edit(Span(source, line.start, item.end), f"{margin}{item.value}:")
        yield lines_below(item.span, [f"{margin}{STEP}condition: {conditions[item.value]}"])
