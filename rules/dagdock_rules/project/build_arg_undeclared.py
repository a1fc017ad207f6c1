from __future__ import annotations

from typing import TYPE_CHECKING

from dagdock.api import Bad, Fix, Problem, Problems, Related, Text, nearest, rule

from ._shared import is_said_before

if TYPE_CHECKING:
    from dagdock.api import Dockerfile, Project, Service

# Arguments that need no ARG: proxies, platforms, and those that the builder itself reads.
PREDEFINED = frozenset(
    "HTTP_PROXY HTTPS_PROXY FTP_PROXY NO_PROXY ALL_PROXY TARGETPLATFORM TARGETOS TARGETARCH TARGETVARIANT "
    "BUILDPLATFORM BUILDOS BUILDARCH BUILDVARIANT SOURCE_DATE_EPOCH".split()
)


@rule(
    "PJ004",
    severity="warning",
    since="0.1",
    kind="project",
    fix="unsafe",
    lessons=["L09"],
    bad=[
        Bad(
            {
                "compose.yaml": "services:\n  web:\n    build:\n      context: .\n      args:\n"
                "        «NODE_VERSON»: 22\n",
                "Dockerfile": "ARG NODE_VERSION=20\nFROM node:${NODE_VERSION}-slim\n",
            },
            fixed={
                "compose.yaml": "services:\n  web:\n    build:\n      context: .\n      args:\n"
                "        NODE_VERSION: 22\n"
            },
        ),
    ],
    good=[
        {
            "compose.yaml": "services:\n  web:\n    build:\n      context: .\n"
            "      args: [NODE_VERSION=22, http_proxy]\n",
            "Dockerfile": "ARG NODE_VERSION=20\nFROM node:${NODE_VERSION}-slim\n",
        },
    ],
)
def build_arg_undeclared(service: Service, project: Project) -> Problems:
    """A service passes a build argument that its Dockerfile does not take.

    A value from `build.args` reaches only an `ARG` of the same name. Where there is none Docker drops it, with no more
    than a warning among the lines of the build, and the default stays in force.

    https://docs.docker.com/reference/compose-file/build/#args
    """
    dockerfile = project.dockerfile_of(service)
    if service.build is None or dockerfile is None or service.build.inline:
        return
    declared = _declared(dockerfile)
    elsewhere = {
        name
        for other in service.file.services.values()
        if other.build and any(setting.span in [own.span for own in service.build.args] for setting in other.build.args)
        for name in _declared(project.dockerfile_of(other))
    }
    for setting in service.build.args:
        name = str(setting.name)
        if name in declared or name in elsewhere or name.upper() in PREDEFINED or name.startswith("BUILDKIT_"):
            continue
        if is_said_before(service, setting.name, _places):
            continue
        close = nearest(name, declared)
        yield Problem(
            setting.name,
            f"`{dockerfile.source.path}` has no `ARG {name}`, so this value is dropped. "
            + (f"Did you mean `{close}`?" if close else _remedy(name, dockerfile)),
            related=[Related(dockerfile.source.top, "the Dockerfile of this service")],
            fix=Fix.replace(f"Write `{close}`", setting.name, close, "unsafe") if close else None,
        )


def _remedy(name: str, dockerfile: Dockerfile) -> str:
    """What to do: an ENV of the same name would win over an ARG."""
    from dagdock.api import Env

    if any(isinstance(each, Env) and name in [pair.key for pair in each.pairs] for each in dockerfile.instructions):
        return f"Delete it here: the Dockerfile sets `ENV {name}` itself"
    return "Declare it there, or delete it here"


def _places(service: Service) -> list[Text]:
    return [setting.name for setting in service.build.args] if service.build else []


def _declared(dockerfile: Dockerfile | None) -> set[str]:
    """Every name that an ARG declares anywhere in the file, what ONBUILD keeps included."""
    if dockerfile is None:
        return set()
    from dagdock.api import Arg, Onbuild

    found = [each.inner if isinstance(each, Onbuild) else each for each in dockerfile.instructions]
    return {str(pair.key) for each in found if isinstance(each, Arg) for pair in each.pairs}
