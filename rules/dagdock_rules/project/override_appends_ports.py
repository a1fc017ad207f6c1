from __future__ import annotations

from posixpath import basename
from typing import TYPE_CHECKING

from dagdock.api import Bad, Edit, Fix, Problem, Problems, Related, Span, rule

if TYPE_CHECKING:
    from dagdock.api import ComposeFile, Entry, Port, Project, Service


@rule(
    "PJ170",
    severity="info",
    since="0.1",
    kind="project",
    fix="unsafe",
    lessons=["L23"],
    bad=[
        Bad(
            {
                "compose.yaml": 'services:\n  web:\n    image: web:1\n    ports: ["8080:80"]\n',
                "compose.override.yaml": 'services:\n  web:\n    ports:\n      - "«9090:80»"\n',
            },
            fixed={"compose.override.yaml": 'services:\n  web:\n    ports: !override\n      - "9090:80"\n'},
        ),
    ],
    good=[
        {
            "compose.yaml": 'services:\n  web:\n    image: web:1\n    ports: ["8080:80"]\n',
            "compose.override.yaml": 'services:\n  web:\n    ports: ["9229:9229"]\n',
        },
        {
            "compose.yaml": 'services:\n  web:\n    image: web:1\n    ports: ["8080:80"]\n',
            "compose.override.yaml": 'services:\n  web:\n    ports: !override ["9090:80"]\n',
        },
    ],
)
def override_appends_ports(file: ComposeFile, project: Project) -> Problems:
    """An override gives a port another number on the host, and the container keeps both.

    Compose adds the `ports` of an override to those of the base instead of putting them in their place, so the port of
    the base is published as well, and may be taken already. `ports: !override` replaces the list (Compose 2.24).

    https://docs.docker.com/reference/compose-file/merge/#replace-value
    """
    siblings = project.siblings_of(file)
    if len(siblings) != 2 or siblings[1] is not file or not _is_loaded_on_top(file):
        return
    base = siblings[0]
    for name, service in file.services.items():
        other = base.services.get(name)
        entry = service.entries.get("ports")
        if other is None or entry is None or entry.value.tag == "!override":
            continue
        added = [(port, same) for port in service.ports if (same := _in_base(port, file, other))]
        if added:
            port, same = added[0]
            more = ", and so for the ports below" if added[1:] else ""
            yield Problem(
                port,
                f"the base file publishes port {port.target} of the container as {same.published}; this line adds "
                f"{port.published} and does not replace it{more}. Write `ports: !override` to have only what is here",
                related=[Related(base_port, "in the base") for _, base_port in added],
                fix=_fix(entry),
            )


def _in_base(port: Port, file: ComposeFile, other: Service) -> Port | None:
    """The entry of the base that publishes the same port of the container as another one of the host."""
    if port.span.source is not file.source or any(_same(one, port) for one in other.ports):
        return None
    return next((one for one in other.ports if _same_inside(one, port)), None)


def _is_loaded_on_top(file: ComposeFile) -> bool:
    """Whether the file is surely used together with its base: by its name, or because it cannot stand alone."""
    alone = any(service.image or service.build for service in file.services.values())
    return "override" in basename(file.source.path) or not alone


def _same_inside(one: Port, other: Port) -> bool:
    known = one.published and other.published and one.target and other.target
    return bool(known) and str(one.target) == str(other.target) and one.protocol == other.protocol


def _same(one: Port, other: Port) -> bool:
    return _same_inside(one, other) and str(one.published) == str(other.published)


def _fix(entry: Entry) -> Fix | None:
    """A tag right behind `ports:`."""
    source = entry.key.source
    colon = source.text.find(":", entry.key.end)
    if colon < 0 or source.text[entry.key.end : colon].strip() or entry.value.anchor or entry.value.tag:
        return None
    return Fix("Replace the ports of the base", [Edit(Span(source, colon + 1, colon + 1), " !override")], "unsafe")
