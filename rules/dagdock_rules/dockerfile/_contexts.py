"""Names that FROM may use like an image and that come from the project itself: named contexts, images built beside."""

from __future__ import annotations

import re
from posixpath import dirname, join

from dagdock.api import Dockerfile, ImageRef, Project, load_data, parse_image

BAKE_FILES = ("docker-bake.hcl", "docker-bake.json", "docker-bake.override.hcl")

# What stands before the name of an image that another step has built: no registry, and nobody's account.
OF_THIS_MACHINE = ("local", "local-image", "local-images", "localhost")
# Registries that anybody may publish in.
PUBLIC = frozenset(
    "docker.io index.docker.io quay.io gcr.io ghcr.io mcr.microsoft.com public.ecr.aws registry.k8s.io k8s.gcr.io "
    "registry.access.redhat.com registry.redhat.io nvcr.io docker.elastic.co registry.gitlab.com".split()
)


def is_public(image: ImageRef) -> bool:
    """Whether an image comes from a registry that anybody may publish in."""
    return image.registry is None or image.registry in PUBLIC


def is_official(image: ImageRef) -> bool:
    """Whether it is one of the images of Docker Hub that have no owner in their name."""
    return image.familiar in load_data("dagdock_rules", "official-images")["names"].split()


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
    """Whether another Dockerfile of the project makes an image of that name: by its name, its folder's or a script."""
    path = project.path_of(dockerfile)
    if path is None:
        return False
    folder = dirname(path)
    registry, _, rest = name.partition("/")
    if rest and registry in OF_THIS_MACHINE:
        return True
    if "." in registry and rest and registry not in PUBLIC:
        # A registry of one's own: `registry.example.com/curl` is made by `curl/Dockerfile`.
        image = rest.rpartition("/")[2].partition(":")[0]
        places = {join(place, image, "Dockerfile") for place in (dirname(folder), folder, "")}
        return any(place != path and project.facts.is_file(place) for place in places)
    if _is_built_here(name, path, project):
        return True
    if not re.fullmatch(r"[\w.-]+", name):
        return False
    own = {f"{name}.dockerfile", f"dockerfile.{name}", f"dockerfile-{name}"}
    beside = [file for file in project.facts.names(folder or ".") if join(folder, file) != path]
    if any(file.lower() in own for file in beside):
        return True
    tagged = re.compile(rf"build\b.*(?:-t|--tag)[ =]{re.escape(name)}(?:[\s:]|$)", re.MULTILINE)
    scripts = [file for file in beside if file.endswith((".sh", ".mk")) or file.lower() in ("makefile", "justfile")]
    return any((text := project.text(join(folder, file))) and tagged.search(text.text) for file in scripts)


def is_base_of_others(dockerfile: Dockerfile, project: Project) -> bool:
    """Whether other Dockerfiles of the project build on the image that this one makes: `core/focal/Dockerfile` on
    `core:focal`, `acme-base/Dockerfile` on `acme/acme-base`."""
    path = project.path_of(dockerfile)
    if path is None:
        return False
    *_, above, folder, _ = ["", "", *path.split("/")]
    if not folder:
        return False
    texts = (project.text(place) for place in project.inventory.dockerfiles if place != path)
    found = [text.text for text in texts if text is not None and folder in text.text]
    named = rf"(?:{re.escape(above)}:{re.escape(folder)}|\S*/{re.escape(folder)}(?::\S+)?)"
    base = re.compile(rf"(?mi)^[ \t]*(?:FROM[ \t]+(?:--\S+[ \t]+)*|ARG[ \t]+\w+=)(?:\S*/)?{named}(?:[ \t]|$)")
    return any(base.search(text) for text in found)


def _is_built_here(name: str, path: str, project: Project) -> bool:
    """Whether an image is called as the folder of a Dockerfile, or as the file: `images/base/Dockerfile`.

    Of an owner's only compound names count by themselves (`base-notebook`): many an owner has a `base` or a `server`,
    so such a Dockerfile or the README beside it must name the image. A Dockerfile that builds on that very image only
    adds to what somebody else makes.
    """
    image = parse_image(name)
    owner, _, last = image.repository.rpartition("/") if image else ("", "", "")
    if image is None or not last or (not owner and (image.registry or is_official(image))):
        return False
    makers = {f"{last}/dockerfile", f"{last}.dockerfile", f"dockerfile.{last}"}
    built_on = re.compile(rf"(?mi)^FROM\b.*\b{re.escape(image.repository)}\b")
    named = re.compile(rf"(?<![\w./-]){re.escape(image.repository)}(?![\w/-])")
    for place in project.inventory.dockerfiles:
        folders = place.lower().split("/")
        is_maker = "/".join(folders[-2:]) in makers or folders[-1] in makers
        # `mafft/7.505/Dockerfile` makes a release of `mafft`.
        if place == path or not (
            is_maker or place == "Dockerfile" or (folders[-3:-2] == [last] and folders[-1] == "dockerfile")
        ):
            continue
        source = project.text(place)
        if source is None or built_on.search(source.text):
            continue
        if (is_maker and ("-" in last or not owner)) or named.search(source.text):
            return True
        readme = project.text(join(dirname(place), "README.md")) or project.text(
            join(dirname(dirname(place)), "README.md")
        )
        if readme is not None and named.search(readme.text):
            return True
    return False
