from __future__ import annotations

from dagdock.api import Bad, ComposeFile, Problem, Problems, Project, rule

from ._model import is_included


@rule(
    "DC808",
    severity="info",
    since="0.1",
    default=False,
    precision="very-high",
    aliases=["dclint:require-project-name-field"],
    tags=["style"],
    bad=[Bad("«services»:\n  web:\n    image: web:1\n")],
    good=[
        "name: shop\nservices:\n  web:\n    image: web:1\n",
        {
            "compose.yaml": "name: shop\ninclude: [db.yaml]\nservices:\n  web:\n    image: web:1\n",
            "db.yaml": "services:\n  db:\n    image: postgres:16\n",
        },
    ],
)
def missing_project_name(file: ComposeFile, project: Project) -> Problems:
    """A file gives its project no name.

    Compose then takes the name of the folder. In two folders of one name, such as `docker`, the projects take each
    other's containers and volumes, and whoever renames the folder finds the volumes empty.

    https://docs.docker.com/compose/how-tos/project-name/
    """
    services = file.keys.get("services")
    model = project.merged(file)
    if services is None or not model.complete or "name" in file.keys or any(base.name for base in model.bases):
        return
    if not file.is_fragment and not is_included(file, project):
        yield Problem(
            services.name,
            "this project is called like the folder that it lies in. Give it a `name` of its own at the top",
        )
