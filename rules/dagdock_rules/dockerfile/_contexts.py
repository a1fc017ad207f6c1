"""Names that a build is given from outside and FROM may use like an image."""

from __future__ import annotations

import re
from posixpath import dirname, join

from dagdock.api import Dockerfile, Project

BAKE_FILES = ("docker-bake.hcl", "docker-bake.json", "docker-bake.override.hcl")


def is_named_context(name: str, dockerfile: Dockerfile, project: Project) -> bool:
    """Whether a Compose or Bake file gives the build a context of that name."""
    for service in project.services_building(dockerfile):
        if service.build and any(setting.name == name for setting in service.build.additional_contexts):
            return True
    folder = dirname(project.path_of(dockerfile) or "")
    for place in dict.fromkeys((folder, "")):
        for file in BAKE_FILES:
            source = project.text(join(place, file))
            if source and "contexts" in source.text and re.search(rf"\b{re.escape(name)}\"?\s*[=:]", source.text):
                return True
    return False
