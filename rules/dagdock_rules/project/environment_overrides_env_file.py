from __future__ import annotations

from typing import TYPE_CHECKING

from dagdock.api import Bad, Problem, Problems, rule

from ._shared import is_said_before

if TYPE_CHECKING:
    from dagdock.api import Located, Project, Service


@rule(
    "PJ165",
    severity="info",
    since="0.1",
    kind="project",
    default=False,
    lessons=["L24"],
    bad=[
        Bad(
            {
                "compose.yaml": "services:\n  web:\n    image: web:1\n    env_file: app.env\n    environment:\n"
                "      LOG_LEVEL: «info»\n",
                "app.env": "LOG_LEVEL=debug\n",
            }
        ),
    ],
    good=[
        {
            "compose.yaml": "services:\n  web:\n    image: web:1\n    env_file: app.env\n    environment:\n"
            "      LOG_LEVEL: debug\n      PORT: 8000\n",
            "app.env": "LOG_LEVEL=debug\n",
        },
    ],
)
def environment_overrides_env_file(service: Service, project: Project) -> Problems:
    """A variable has one value in `environment` and another in a file under `env_file`.

    `environment` wins. That may be meant; otherwise whoever changes the file wonders why nothing happens. Keep each
    variable in one place.

    https://docs.docker.com/compose/how-tos/environment-variables/envvars-precedence/
    """
    if service.span.source is not service.file.source:
        return
    for env_file in service.env_files:
        shown = service.file.path_of(env_file.path)
        path = project.relative(shown) if shown else None
        values = project.variables_in(path) if path else None
        for setting in service.environment if values else ():
            value = setting.resolved
            other = values.get(str(setting.name)) if values else None
            if value is None or setting.value is None or other is None or other == value or setting.value.variables:
                continue
            if not is_said_before(service, setting.value, _places):
                yield Problem(
                    setting.value,
                    f"this hides the `{setting.name}` of `{path}`, which has another value. Keep it in one place",
                )


def _places(service: Service) -> list[Located]:
    return [setting.value for setting in service.environment if setting.value]
