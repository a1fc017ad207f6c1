from __future__ import annotations

from posixpath import basename

from dagdock.api import Bad, ComposeFile, Mapping, Problem, Problems, Project, rule

from ._model import DEFAULT_NAMES, WHAT_RUNS, as_run, is_extended, may_be_elsewhere, whole_model


@rule(
    "DC033",
    severity="error",
    since="0.1",
    precision="high",
    tags=["syntax"],
    bad=[
        Bad("services:\n  web:\n    image: nginx:1.27\n  «db»:\n    environment:\n      POSTGRES_DB: shop\n"),
    ],
    good=[
        "services:\n  web:\n    image: nginx:1.27\n  api:\n    build: .\n  log:\n    extends: web\n",
        {
            "compose.yaml": "services:\n  web:\n    image: nginx:1.27\n  db:\n    ports: [5432]\n",
            "compose.dev.yaml": "services:\n  db:\n    image: postgres:16\n",
        },
    ],
)
def service_without_image(file: ComposeFile, project: Project) -> Problems:
    """A service has neither an `image` nor a `build`.

    Compose refuses to start anything, for it does not know what to run. Only in files that Compose takes by
    themselves (`compose.yaml`), and where no file beside it has the service, too.

    https://docs.docker.com/reference/compose-file/services/#image
    """
    if basename(file.source.path) not in DEFAULT_NAMES or whole_model(file, project) is None:
        return
    for name, service in file.services.items():
        whole = as_run(service, project)
        if service.span.source is not file.source or not whole.complete or not isinstance(whole.node, Mapping):
            continue
        if WHAT_RUNS.isdisjoint(whole.entries):
            if is_extended(file, project) or may_be_elsewhere(file, project, "services", name):
                return
            message = f"the service `{name}` has neither `image` nor `build`, so Compose refuses the file"
            yield Problem(service.name, f"{message}. Say what it runs")
