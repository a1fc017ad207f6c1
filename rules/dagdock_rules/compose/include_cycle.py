from __future__ import annotations

from dagdock.api import Bad, ComposeFile, Problem, Problems, Project, Value, rule


@rule(
    "DC030",
    severity="error",
    since="0.1",
    precision="very-high",
    tags=["references"],
    bad=[
        Bad(
            {
                "compose.yaml": "include:\n  - «db/compose.yaml»\nservices:\n  web:\n    image: nginx:1.27\n",
                "db/compose.yaml": "include:\n  - «../compose.yaml»\nservices:\n  db:\n    image: postgres:16\n",
            }
        ),
    ],
    good=[
        {
            "compose.yaml": "include: [db/compose.yaml, log/compose.yaml]\nservices:\n  web:\n    image: nginx:1.27\n",
            "db/compose.yaml": "include: [../log/compose.yaml]\nservices:\n  db:\n    image: postgres:16\n",
            "log/compose.yaml": "services:\n  log:\n    image: vector:1\n",
        },
    ],
)
def include_cycle(file: ComposeFile, project: Project) -> Problems:
    """A file includes itself, by way of others or not.

    Compose refuses to start anything. Put what both need into a file of its own, and include that.

    https://docs.docker.com/reference/compose-file/include/
    """
    own = project.path_of(file.source.whole)
    for value in _included(file):
        way = _way_back(project, _path(file, value, project), own)
        if way is not None:
            shown = " → ".join(f"`{project.shown(path)}`" for path in [own or "", *way])
            yield Problem(value, f"`{value.resolved}` leads back to this file: {shown}, so Compose refuses it")


def _included(file: ComposeFile) -> list[Value]:
    return [value for include in file.include for value in include.paths if value.resolved]


def _path(file: ComposeFile, value: Value, project: Project) -> str | None:
    path = file.path_of(value)
    return project.relative(path) if path is not None else None


def _way_back(project: Project, start: str | None, own: str | None) -> list[str] | None:
    """The files from one to the file that is looked at; None where there is no such way."""
    ways: list[list[str]] = [[start]] if start else []
    seen: set[str] = set()
    while ways:
        way = ways.pop()
        if way[-1] == own:
            return way
        if way[-1] in seen:
            continue
        seen.add(way[-1])
        other = project.compose_file(way[-1])
        if other is not None:
            paths = [_path(other, value, project) for value in _included(other)]
            ways += [[*way, path] for path in paths if path is not None]
    return None
