from __future__ import annotations

from typing import TYPE_CHECKING

from dagdock.api import Bad, Fix, Problem, Problems, Related, nearest, rule

from ._shared import is_said_before

if TYPE_CHECKING:
    from dagdock.api import Project, Service, Value


@rule(
    "PJ003",
    severity="error",
    since="0.1",
    kind="project",
    fix="unsafe",
    bad=[
        Bad(
            {
                "compose.yaml": "services:\n  web:\n    build:\n      context: .\n      target: «runtme»\n",
                "Dockerfile": "FROM node:22-slim AS build\nFROM nginx:1.27 AS runtime\n",
            },
            fixed={"compose.yaml": "services:\n  web:\n    build:\n      context: .\n      target: runtime\n"},
        ),
    ],
    good=[
        {
            "compose.yaml": "services:\n  web:\n    build:\n      context: .\n      target: Runtime\n",
            "Dockerfile": "FROM node:22-slim AS build\nFROM nginx:1.27 AS runtime\n",
        },
    ],
)
def unknown_build_target(service: Service, project: Project) -> Problems:
    """A service asks for a stage that its Dockerfile does not have.

    `target` names the stage of the Dockerfile at which the build stops. Compose accepts any name, and the build fails.

    https://docs.docker.com/reference/compose-file/build/#target
    """
    target = service.build.target if service.build else None
    dockerfile = project.dockerfile_of(service)
    if target is None or not target.resolved or dockerfile is None or not dockerfile.stages:
        return
    if any("$" in (stage.name or "") for stage in dockerfile.stages) or dockerfile.stage_named(target.resolved):
        return
    if is_said_before(service, target, _places):
        return
    names = [str(stage.name) for stage in dockerfile.stages if stage.name]
    close = nearest(target.resolved, names)
    listed = ", ".join(f"`{name}`" for name in names[:6]) or "none that has a name"
    yield Problem(
        target,
        f"`{dockerfile.source.path}` has no stage `{target.resolved}`, so `{service.name}` cannot be built. "
        + (f"Did you mean `{close}`?" if close else f"Its stages: {listed}"),
        related=[Related(dockerfile.source.top, "the Dockerfile of this service")],
        fix=Fix.replace(f"Write `{close}`", target, close, "unsafe")
        if close and target.raw == target.resolved
        else None,
    )


def _places(service: Service) -> list[Value]:
    return [service.build.target] if service.build and service.build.target else []
