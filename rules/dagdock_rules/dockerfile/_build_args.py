"""Values for ARGs that come from the project itself: a Compose or Bake file, a script that builds the image."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import dirname, join

from dagdock.api import Dockerfile, Project

from ._contexts import BAKE_FILES

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
