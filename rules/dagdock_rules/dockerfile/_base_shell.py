"""The SHELL that a base image brings which another Dockerfile of the project makes."""

from __future__ import annotations

from collections.abc import Sequence
from posixpath import basename, dirname

from dagdock.api import Dockerfile, ImageRef, Project, Run

from ._contexts import is_official

# How many images that are built on each other are followed.
DEEPEST = 8


def shell_of_made_base(run: Run, project: Project) -> Sequence[str]:
    """The words of the SHELL in force at a RUN that comes from another Dockerfile of the project; none where none does.

    An image is taken for that of the Dockerfile whose folder has its name: `acme/java-base` for `java-base/Dockerfile`.
    """
    stage = run.stage
    if stage is None or stage.shell_words_at(run):
        return ()
    image = stage.root_image
    for _ in range(DEEPEST):
        if image is None or is_official(image):
            break
        stages = [dockerfile.stages[-1] for dockerfile in _built_here(image, project) if dockerfile.stages]
        for one in stages:
            words = one.shell_words_at()
            if words:
                return words
        image = stages[0].root_image if stages else None
    return ()


def _built_here(image: ImageRef, project: Project) -> list[Dockerfile]:
    """The Dockerfiles of the project whose folder is called as the image is."""
    if not project.once(("shells",), lambda: any(True for _ in project.dockerfiles(b"SHELL"))):
        return []  # then there is nothing to find, and no need to read the others
    return project.once(("dockerfiles by folder",), lambda: _by_folder(project)).get(basename(image.repository), [])


def _by_folder(project: Project) -> dict[str, list[Dockerfile]]:
    found: dict[str, list[Dockerfile]] = {}
    for dockerfile in project.dockerfiles(b"FROM"):
        folder = basename(dirname(project.path_of(dockerfile) or ""))
        if folder:
            found.setdefault(folder, []).append(dockerfile)
    return found
