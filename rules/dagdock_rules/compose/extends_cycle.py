from __future__ import annotations

from dagdock.api import Bad, ComposeFile, Problem, Problems, Project, Service, Value, rule

Place = tuple[str, str]  # the path of a file and a service in it


@rule(
    "DC031",
    severity="error",
    since="0.1",
    precision="very-high",
    tags=["references"],
    bad=[
        Bad("services:\n  web:\n    image: nginx:1.27\n    extends: «web»\n"),
        Bad(
            "services:\n  web:\n    image: nginx:1.27\n    extends:\n      service: «base»\n"
            "  base:\n    extends:\n      service: «web»\n"
        ),
    ],
    good=[
        "services:\n  web:\n    extends: base\n    ports: [80]\n  base:\n    image: nginx:1.27\n",
        {
            "compose.yaml": "services:\n  web:\n    extends: {file: base.yaml, service: web}\n",
            "base.yaml": "services:\n  web:\n    image: nginx:1.27\n",
        },
    ],
)
def extends_cycle(file: ComposeFile, project: Project) -> Problems:
    """A service extends itself, by way of others or not.

    Compose refuses to start anything. Put what the services have in common into one that extends nothing.

    https://docs.docker.com/reference/compose-file/services/#extends
    """
    own = project.path_of(file.source.whole) or ""
    for name, service in file.services.items():
        base = _base(file, service, project)
        if base is None or service.span.source is not file.source:
            continue
        value, place = base
        way, seen = [place], {place}
        while way[-1] != (own, str(name)):
            other = project.compose_file(way[-1][0])
            extending = other.services.get(way[-1][1]) if other else None
            following = _base(other, extending, project) if other and extending else None
            if following is None or following[1] in seen:
                break
            way.append(following[1])
            seen.add(following[1])
        else:
            shown = " → ".join(f"`{service}`" for _, service in [(own, name), *way])
            yield Problem(value, f"the service `{name}` extends itself: {shown}, so Compose refuses the file")


def _base(file: ComposeFile, service: Service, project: Project) -> tuple[Value, Place] | None:
    """What a service extends, as it is written in its own mapping: a merged one has it no more."""
    extends = service.extends
    name = extends.service if extends else None
    if extends is None or name is None or not name.resolved:
        return None
    path = file.path_of(extends.file) if extends.file else file.source.path
    place = project.relative(path) if path is not None else None
    return None if place is None else (name, (place, str(name.resolved)))
