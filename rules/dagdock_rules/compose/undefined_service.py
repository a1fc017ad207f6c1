from __future__ import annotations

from collections.abc import Iterator

from dagdock.api import Bad, ComposeFile, Problem, Problems, Project, Service, Text, nearest, rule

from ._needs import OF_SERVICE, needs
from ._undefined import Undefined, rename, undefined


@rule(
    "DC015",
    severity="error",
    since="0.1",
    precision="very-high",
    fix="unsafe",
    lessons=["L21"],
    tags=["references"],
    bad=[
        Bad(
            "services:\n  web:\n    image: nginx:1.27\n    depends_on:\n      - «databse»\n"
            "  database:\n    image: postgres:16\n",
            fixed="services:\n  web:\n    image: nginx:1.27\n    depends_on:\n      - database\n"
            "  database:\n    image: postgres:16\n",
        ),
        Bad("services:\n  web:\n    image: nginx:1.27\n    network_mode: service:«vpn»\n"),
    ],
    good=[
        "services:\n  web:\n    image: nginx:1.27\n    depends_on: [db]\n    volumes_from: ['container:old:ro']\n"
        "  db:\n    image: postgres:16\n",
        {
            "compose.yaml": "include: [db.yaml]\nservices:\n  web:\n    image: nginx:1.27\n    depends_on: [db]\n",
            "db.yaml": "services:\n  db:\n    image: postgres:16\n",
        },
    ],
)
def undefined_service(file: ComposeFile, project: Project) -> Problems:
    """A service names another one that the file does not define.

    Compose refuses to start anything. `depends_on`, `links`, `volumes_from`, `extends` and `service:NAME` take the
    names under `services`, not those of containers, images or hosts.

    https://docs.docker.com/reference/compose-file/services/#depends_on
    """
    for missing in undefined(file, project, "services", _named):
        remedy = f"Did you mean `{missing.close}`?" if missing.close else "Define it, or take it out here"
        yield Problem(
            missing.name,
            f"there is no service `{missing.name}`, so Compose refuses the file. {remedy}",
            related=missing.related,
            fix=rename(file, missing),
        )
    yield from _extended_elsewhere(file, project)


def _extended_elsewhere(file: ComposeFile, project: Project) -> Problems:
    """Services that are to be taken from another file, which was read and lacks them; once for each."""
    found: dict[tuple[str, str], list[tuple[Service, Text]]] = {}
    for service in file.services.values():
        extends = service.extends
        place = extends.file if extends else None
        name = extends.service.resolved if extends and extends.service else None
        path = file.path_of(place) if place and place.span.source is file.source else None
        if name is not None and path is not None:
            found.setdefault((path, name), []).append((service, name))
    for (path, _), places in found.items():
        name, others = places[0][1], places[1:]
        extended = project.compose_file(project.relative(path) or "")
        if extended is None or extended is file or name in extended.services or not extended.services:
            continue
        if extended.include or any(fault.kind == "syntax" for fault in extended.faults):
            continue
        missing = Undefined(name, others, nearest(name, extended.services))
        remedy = f"Did you mean `{missing.close}`?" if missing.close else "Name one that is there"
        yield Problem(
            name,
            f"there is no service `{name}` in {extended.source.path}, so Compose refuses the file. {remedy}",
            related=missing.related,
            fix=rename(file, missing),
        )


def _named(service: Service) -> Iterator[Text]:
    for need in needs(service):
        yield need.name
    extends = service.extends
    if extends and extends.file is None and extends.service and extends.service.resolved:
        yield extends.service.resolved
    if service.build:
        for context in service.build.settings("additional_contexts"):
            text = context.resolved
            if context.value and text and text.startswith(OF_SERVICE):
                yield context.value.filled.piece(len(OF_SERVICE), len(text))
