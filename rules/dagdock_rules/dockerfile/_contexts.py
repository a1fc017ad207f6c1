"""Names that FROM may use like an image and that come from the project itself: named contexts, images built beside."""

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


def is_built_beside(name: str, dockerfile: Dockerfile, project: Project) -> bool:
    """Whether another Dockerfile of the folder makes an image of that name: by its own name, a service or a script."""
    path = project.path_of(dockerfile)
    if path is None or not re.fullmatch(r"[\w.-]+", name):
        return False
    folder = dirname(path)
    own = {f"{name}.dockerfile", f"dockerfile.{name}", f"dockerfile-{name}"}
    beside = [file for file in project.facts.names(folder or ".") if join(folder, file) != path]
    if any(file.lower() in own for file in beside):
        return True
    tagged = re.compile(rf"build\b.*(?:-t|--tag)[ =]{re.escape(name)}(?:[\s:]|$)", re.MULTILINE)
    scripts = [file for file in beside if file.endswith((".sh", ".mk")) or file.lower() in ("makefile", "justfile")]
    return any((text := project.text(join(folder, file))) and tagged.search(text.text) for file in scripts)
