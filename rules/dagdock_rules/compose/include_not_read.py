from __future__ import annotations

from dagdock.api import Bad, ComposeFile, Problem, Problems, Project, Value, rule


@rule(
    "DC034",
    severity="info",
    since="0.1",
    precision="very-high",
    tags=["references", "files"],
    bad=[
        Bad(
            "include:\n  - «https://github.com/example/stack.git»\n  - «../shared/compose.yaml»\n"
            "services:\n  web:\n    image: nginx:1.27\n"
        ),
        Bad("services:\n  web:\n    extends:\n      file: «/srv/stacks/base.yaml»\n      service: web\n"),
    ],
    good=[
        {
            "compose.yaml": "include: [db/compose.yaml, '${MORE}']\nservices:\n  web:\n    image: nginx:1.27\n",
            "db/compose.yaml": "services:\n  db:\n    image: postgres:16\n",
        },
    ],
)
def include_not_read(file: ComposeFile, project: Project) -> Problems:
    """A file that `include` or `extends` names lies out of reach, so what it brings in is not known here.

    dagdock reads the files of the project and fetches nothing: no address, no git repository, nothing outside the
    project's folder. It says nothing about what may stand there, such as a volume that no file declares. Check the
    other project by itself.

    https://docs.docker.com/reference/compose-file/include/
    """
    named: list[Value] = [value for include in file.include for value in include.paths]
    named += [service.extends.file for service in file.services.values() if service.extends and service.extends.file]
    told: set[int] = set()
    for value in named:
        text = value.resolved
        if not text or value.span.source is not file.source or value.span.start in told:
            continue
        told.add(value.span.start)
        path = file.path_of(value)
        is_remote = path is None or ":" in text.partition("/")[0]
        if is_remote or project.relative(path or "") is None:
            where = (
                "is somewhere else and is not fetched" if is_remote else "lies outside of the project and is not read"
            )
            yield Problem(value, f"`{text}` {where}: what it brings in is not known, and nothing is said about it")
