from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dagdock.api import Bad, Problem, Problems, Related, rule

from ._shared import is_said_before
from .build_arg_undeclared import PREDEFINED

if TYPE_CHECKING:
    from dagdock.api import Arg, Instruction, Located, Pair, Project, Service, Stage


@rule(
    "PJ166",
    severity="info",
    since="0.1",
    kind="project",
    lessons=["L09"],
    bad=[
        Bad(
            {
                "compose.yaml": "services:\n  web:\n    «build»: .\n",
                "Dockerfile": "FROM debian:12-slim\nARG TOOL_VERSION\n"
                "RUN curl -fsSL https://example.com/tool-${TOOL_VERSION}.tar.gz | tar xz\n",
            }
        ),
    ],
    good=[
        {
            "compose.yaml": "services:\n  web:\n    build:\n      context: .\n      args: {TOOL_VERSION: 1.4.2}\n",
            "Dockerfile": "FROM debian:12-slim\nARG TOOL_VERSION\n"
            "RUN curl -fsSL https://example.com/tool-${TOOL_VERSION}.tar.gz | tar xz\n",
        },
        {
            "compose.yaml": "services:\n  web:\n    build: .\n",
            "Dockerfile": 'FROM debian:12-slim\nARG EXTRA\nRUN if [ -n "$EXTRA" ]; then apt-get install $EXTRA; fi\n',
        },
    ],
)
def missing_build_arg(service: Service, project: Project) -> Problems:
    """A Dockerfile wants a build argument that the service does not give it.

    An `ARG` without a default that nobody passes is an empty text: `tool-${VERSION}.tar.gz` becomes `tool-.tar.gz`,
    and the step fails, or does something else than what was meant. Pass it under `build.args`, or write a default
    behind the `ARG`.

    https://docs.docker.com/reference/compose-file/build/#args
    """
    stage = project.stage_of(service)
    entry = service.entries.get("build")
    if stage is None or entry is None or service.build is None or service.build.inline or not service.complete:
        return
    running = project.merged(service.file).services.get(service.name, service)
    given = {str(setting.name) for setting in running.build.args} if running.build else set()
    if is_said_before(service, entry.name, _places):
        return
    from dagdock.api import Arg

    seen: set[str] = set()
    for part in (*stage.chain(), *(used for one in stage.chain() for used in one.uses())):
        for arg in part.all_of(Arg):
            for pair in arg.pairs:
                name = str(pair.key)
                if (
                    pair.value is not None
                    or name in given
                    or name in seen
                    or name.upper() in PREDEFINED
                    or may_be_empty(name)
                ):
                    continue
                seen.add(name)
                if use := _use(pair, arg, part):
                    yield Problem(
                        entry.name,
                        f"`{part.dockerfile.source.path}` uses `{name}` in line {use.span.line}, and nobody gives it a "
                        f"value: it is empty there. Add `{name}` to `build.args`, or a default to the `ARG`",
                        related=[Related(pair, "declared here, without a default")],
                    )


def may_be_empty(name: str) -> bool:
    """Whether the name is one of things that are added to a command, or not: flags, options, a prefix."""
    return bool(re.search(r"FLAGS?$|OPTS?$|OPTIONS?$|ARGS?$|EXTRAS?|PREFIX|SUFFIX|OPTIONAL", name.upper()))


def _use(pair: Pair, arg: Arg, stage: Stage) -> Instruction | None:
    """The first step that cannot do without a value; None where a step looks whether there is one."""
    from dagdock.api import Add, Copy, Run, Workdir

    name = re.escape(str(pair.key))
    first: Instruction | None = None
    for step in stage.instructions:
        if step.index <= arg.index:
            continue
        text = step.span.text
        if not re.search(rf"\$\{{?{name}(?!\w)", text):
            continue
        if re.search(rf"\$\{{{name}[^}}\w]|(?:\[|\btest\b|\bcase\b|\bif\b)[^\n]*\$\{{?{name}(?!\w)", text):
            return None
        if not isinstance(step, (Run, Copy, Add, Workdir)) or not stage.scope_at(step).unset(str(pair.key)):
            continue
        first = first or step
    return first


def _places(service: Service) -> list[Located]:
    entry = service.entries.get("build")
    return [entry.name] if entry else []
