from __future__ import annotations

import re
from posixpath import join
from typing import TYPE_CHECKING

from dagdock.api import Bad, Problem, Problems, Span, rule

if TYPE_CHECKING:
    from dagdock.api import ComposeFile, Project

# What Compose, Docker and the builder read themselves.
OF_TOOLS = ("COMPOSE_", "DOCKER_", "BUILDKIT_", "BUILDX_")
LARGEST = 500_000


@rule(
    "PJ171",
    severity="info",
    since="0.1",
    kind="project",
    default=False,
    lessons=["L24"],
    bad=[
        Bad(
            {
                "compose.yaml": "services:\n  web:\n    image: web:${WEB_TAG}\n",
                ".env": "WEB_TAG=1.4\n«OLD_TAG»=1.3\n",
            }
        ),
    ],
    good=[
        {
            "compose.yaml": "services:\n  web:\n    image: web:${WEB_TAG}\n",
            ".env": "WEB_TAG=1.4\nCOMPOSE_PROJECT_NAME=shop\nPORT=80\n",
            "start.sh": '#!/bin/sh\nserve --port "$PORT"\n',
        },
        {
            "compose.yaml": "services:\n  web:\n    image: web:1\n    env_file: .env\n",
            ".env": "ANYTHING=1\n",
        },
    ],
)
def unused_env_entry(file: ComposeFile, project: Project) -> Problems:
    """A variable of `.env` that no file of the project names.

    Compose reads `.env` to fill in `${…}` in its own files; containers do not get it unless `env_file` or `environment`
    hand it on. An entry that nothing names is a leftover, or its name is misspelt somewhere.

    https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/
    """
    from ..compose._model import is_included  # the rules on Compose files are loaded with such a file

    path = project.relative(join(file.directory, ".env"))
    source = project.text(path) if path else None
    if path is None or source is None or is_included(file, project) or file.is_fragment:
        return
    if any(service.env_files or not service.complete for service in project.merged(file).services.values()):
        return  # a container that gets all of it may use it
    entries = {}
    for match in re.finditer(r"^[ \t]*(?:export[ \t]+)?([A-Za-z_]\w*)[ \t]*=", source.text, re.MULTILINE):
        if not match[1].startswith(OF_TOOLS):
            entries[match[1]] = Span(source, *match.span(1))
    for name in _named(path, set(entries), project):
        del entries[name]
    for name, place in entries.items():
        yield Problem(place, f"nothing in the project names `{name}`. Delete it, or correct the name")


def _named(own: str, names: set[str], project: Project) -> set[str]:
    """Those of the names that a file other than `.env` itself holds."""
    from dagdock.api import files_below

    found: set[str] = set()
    for path in files_below(project.facts):
        if path == own or not names - found:
            continue
        content = project.facts.read(path) or b""
        if len(content) < LARGEST and b"\0" not in content[:1000]:
            text = content.decode("utf-8", "replace")
            found |= {name for name in names - found if re.search(rf"(?<!\w){name}(?!\w)", text)}
    # In itself a name counts where another entry uses it.
    text = (project.facts.read(own) or b"").decode("utf-8", "replace")
    return found | {name for name in names if re.search(rf"\$\{{?{name}(?!\w)", text)}
