from __future__ import annotations

from dagdock.api import Bad, ComposeFile, Problem, Problems, Project, Related, Value, rule


@rule(
    "DC032",
    severity="error",
    since="0.1",
    precision="very-high",
    tags=["references", "files"],
    bad=[
        Bad(
            {
                "compose.yaml": "include:\n  - «db/compose.yml»\nservices:\n  web:\n    image: nginx:1.27\n",
                "db/compose.yaml": "services:\n  db:\n    image: postgres:16\n",
            }
        ),
        Bad("services:\n  web:\n    image: nginx:1.27\n    extends: {file: «base.yaml», service: web}\n"),
    ],
    good=[
        {
            "compose.yaml": "include: [db/compose.yaml, 'https://example.com/x.git', '${MORE}']\n"
            "services:\n  web:\n    image: nginx:1.27\n",
            "db/compose.yaml": "services:\n  db:\n    image: postgres:16\n",
        },
    ],
)
def missing_compose_file(file: ComposeFile, project: Project) -> Problems:
    """A file that `include` or `extends` names is not there.

    Compose refuses to start anything. Paths start at the folder of the file that names them. Addresses, paths with
    variables and what git ignores are not looked at.

    https://docs.docker.com/reference/compose-file/include/
    https://docs.docker.com/reference/compose-file/services/#extends
    """
    named: list[Value] = [value for include in file.include for value in include.paths]
    named += [service.extends.file for service in file.services.values() if service.extends and service.extends.file]
    missing: dict[str, list[Value]] = {}
    for value in named:
        path = file.path_of(value)
        place = project.relative(path) if path is not None and value.resolved and ":" not in value.resolved else None
        if place is None or value.span.source is not file.source or project.exists(place) is not False:
            continue
        places = missing.setdefault(place, [])
        if all(value.span.start != other.span.start for other in places):
            places.append(value)
    for first, *others in missing.values():
        yield Problem(
            first,
            f"there is no file `{first.resolved}` where this one looks for it; Compose refuses to start",
            related=[Related(other, "the same file again") for other in others],
        )
