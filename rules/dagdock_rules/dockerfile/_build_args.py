"""Values for ARGs that come from the project itself: a Compose or Bake file, a script that builds the image."""

from __future__ import annotations

import re
from collections.abc import Iterator
from posixpath import dirname, join

from dagdock.api import Dockerfile, ImageRef, Project

from ._contexts import BAKE_FILES, is_official

WORKFLOWS = ".github/workflows"
# How far up a file is looked for that builds the image.
HIGHEST = 6
SCRIPTS = (".sh", ".mk", ".bash", ".ps1", ".py", ".js", ".mjs", ".cjs", ".ts", ".rb")
NAMED = frozenset(
    "makefile gnumakefile justfile taskfile.yml taskfile.yaml jenkinsfile .env skaffold.yaml skaffold.yml "
    "cloudbuild.yaml cloudbuild.yml .gitlab-ci.yml .goreleaser.yaml .goreleaser.yml tiltfile earthfile "
    "azure-pipelines.yml bitbucket-pipelines.yml".split()
)


def is_always_passed(name: str, dockerfile: Dockerfile, project: Project) -> bool:
    """Whether services of Compose files are built from the file, and all give a value for an ARG, none `latest`."""
    builds = [service.build for service in project.services_building(dockerfile) if service.build]
    given = [next((setting for setting in build.args if setting.name == name), None) for build in builds]
    return bool(given) and all(
        setting and not (setting.value and setting.value.resolved in ("", "latest")) for setting in given
    )


def is_passed(name: str, dockerfile: Dockerfile, project: Project) -> bool:
    """Whether a file of the project gives a build a value for an ARG."""
    for service in project.services_building(dockerfile):
        if service.build and any(setting.name == name for setting in service.build.args):
            return True
    return any(name in text for text in _texts_that_build(dockerfile, project))


def is_passed_by_script(name: str, dockerfile: Dockerfile, project: Project) -> bool:
    """Whether a script or a file of a build service gives builds a value for an ARG."""
    return any("build-arg" in text and name in text for text in _texts_that_build(dockerfile, project))


def is_tagged_here(image: ImageRef, dockerfile: Dockerfile, project: Project) -> bool:
    """Whether a script, a build service's file or a Compose file of the project makes an image of that name."""
    name = image.name
    if is_official(image):
        return False
    call = r"\bbuild\b(?:[^\n\\]|\\\n?){0,300}?(?:-t|--tag)"
    tag = re.compile(rf"(?:{call}|\btags?)\b[\"'\s,=:\[-]*{re.escape(name)}(?=[:\s\"',\]]|$)")
    if any(name in text and tag.search(text) for text in _texts_that_build(dockerfile, project)):
        return True
    wanted = name.encode("utf-8", "surrogateescape")
    for file in project.compose_files(lambda path, content: wanted in content and b"build" in content):
        for service in file.services.values():
            if service.build and service.image_ref and service.image_ref.repository == image.repository:
                return True
    return False


def _texts_that_build(dockerfile: Dockerfile, project: Project) -> Iterator[str]:
    """The files of the project that may build the image, beside it and in the folders above."""
    for place in _above(dirname(project.path_of(dockerfile) or "")):
        for file in project.facts.names(place or "."):
            lower = file.lower()
            if file in BAKE_FILES or lower in NAMED or lower.endswith(SCRIPTS) or place == WORKFLOWS:
                source = project.text(join(place, file))
                if source:
                    yield source.text


def _above(folder: str) -> list[str]:
    """The folder and those above it, up to the root of the project, and where GitHub looks for workflows."""
    found = [folder]
    while found[-1] and len(found) < HIGHEST:
        found.append(dirname(found[-1]))
    return list(dict.fromkeys((*found, "", WORKFLOWS)))
