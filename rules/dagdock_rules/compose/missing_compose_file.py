from __future__ import annotations

from dagdock.api import Bad, ComposeFile, Problem, Problems, Project, Value, rule


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
    told: set[int] = set()
    for value in named:
        path = file.path_of(value)
        place = project.relative(path) if path is not None and value.resolved and ":" not in value.resolved else None
        is_own = value.span.source is file.source and value.span.start not in told
        if place is not None and is_own and project.exists(place) is False:
            told.add(value.span.start)
            yield Problem(
                value, f"there is no file `{value.resolved}` where this one looks for it; Compose refuses to start"
            )
