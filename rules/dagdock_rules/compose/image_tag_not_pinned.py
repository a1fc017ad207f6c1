from __future__ import annotations

import re
from posixpath import basename, dirname, join

from dagdock.api import Bad, ComposeFile, ImageRef, Problem, Problems, Project, Related, Service, load_data, rule

from ._model import as_run
from ._occasion import repository_names


@rule(
    "DC101",
    severity="warning",
    since="0.1",
    lessons=["L28", "L08"],
    aliases=["dclint:service-image-require-explicit-tag", "compose-lint:CL-0004"],
    tags=["reproducible"],
    bad=[
        Bad("services:\n  web:\n    image: «nginx»\n"),
        Bad("services:\n  web:\n    image: «nginx:${NGINX_TAG:-latest}»\n"),
        Bad("services:\n  api:\n    image: «localhost:5000/api»\n"),
    ],
    good=[
        "services:\n  web:\n    image: nginx:1.27-alpine\n",
        "services:\n  web:\n    image: ${WEB_IMAGE}\n",
        "services:\n  web:\n    build: .\n    image: shop/web\n  worker:\n    image: shop/web\n",
        {
            "compose.yaml": "services:\n  web:\n    image: shop\n",
            "build.sh": "docker build -f web.Dockerfile -t shop .\n",
        },
        "services:\n  web:\n    image: nginx@sha256:" + "0123456789abcdef" * 4 + "\n",
    ],
)
def image_tag_not_pinned(file: ComposeFile, project: Project, *, moving_tags: list[str] = []) -> Problems:
    """An image is named without a version, or with a tag that moves.

    Without a tag Docker takes `latest`, and tags like `latest`, `stable` or `lts` are given to a new image with every
    release. The same file then starts another program on another day or another machine, and the day it breaks
    nothing in your repository has changed. Name the version that you tested, or its digest (`@sha256:…`) where the
    image has no versions. An image that several services run is told once. The option `moving-tags` lists tags that
    move besides the usual ones.

    https://docs.docker.com/build/building/best-practices/#pin-base-image-versions
    """
    if _is_list_of_images(file):
        return
    told: dict[str, list[Related]] = {}
    for service in file.services.values():
        image, reference = service.image, service.image_ref
        if image is None or reference is None or reference.digest or image.span.source is not file.source:
            continue
        if (reference.tag and not _moves(reference, moving_tags)) or _is_made_here(service, project):
            continue
        name = str(image.resolved)
        if name in told:
            told[name].append(Related(image, f"`{service.name}` runs it, too"))
            continue
        told[name] = []
        if reference.tag is None:
            message = f"`{name}` has no tag, so Docker takes whatever `latest` is that day"
        else:
            where = ""
            if f":{reference.tag}" not in image.raw and image.variables:
                where = f", which `{image.variables[-1].span.text}` stands for,"
            message = (
                f"the tag `{reference.tag}`{where} is given to another image with every release, so the same file "
                "starts another program some day"
            )
        yield Problem(image, f"{message}. Name the version that you tested, or its digest", related=told[name])


def _is_list_of_images(file: ComposeFile) -> bool:
    """Whether the file only lists images to pull, before a course for instance: nothing in it is run."""
    words = re.split(r"[^a-z]+", basename(file.source.path).lower())
    return "pull" in words and all(service.entries.keys() <= {"image"} for service in file.services.values())


def _is_made_here(service: Service, project: Project) -> bool:
    """Whether the image is built from this project: by this service, by another one, or by a script beside it."""
    service = as_run(service, project)
    reference = service.image_ref
    policy = service.value("pull_policy")
    if reference is None or service.build or (policy and policy.resolved in ("never", "build")):
        return True
    built = (other.image_ref for other in service.file.services.values() if other.build)
    if _is_own(reference, project):
        return True
    return any(other and other.name == reference.name for other in built) or (
        "/" not in reference.name and _is_built_by_script(reference.name, service, project)
    )


def _is_own(reference: ImageRef, project: Project) -> bool:
    """Whether the image is called after the repository: what this project releases, started as it is today."""
    return "/" in reference.name and reference.name.rpartition("/")[2].lower() in repository_names(project)


def _is_built_by_script(name: str, service: Service, project: Project) -> bool:
    """Whether a script or a text beside the file or at the root builds an image of that name: `-t NAME`."""
    build = re.compile(rf"\bbuild\b[^;&|]{{0,300}}?(?:-t|--tag)[ =][\"']?{re.escape(name)}(?![\w/.-])".encode())
    folder = dirname(project.path_of(service.file.source.whole) or "")
    for place in {folder or ".", "."}:
        for file in project.facts.names(place):
            is_script = file.endswith((".sh", ".bash", ".mk", ".md")) or file in ("Makefile", "justfile")
            if is_script and build.search(project.facts.read(join(place, file)) or b""):
                return True
    return False


def _moves(reference: ImageRef, more: list[str]) -> bool:
    """Whether a tag moves: one of the known ones, alone or with a variant (`lts-alpine`), or a variant of the newest
    release (`alpine`); and no digit in it."""
    tag = (reference.tag or "").lower()
    if any(sign.isdigit() for sign in tag):
        return tag in more
    facts = load_data("dagdock_rules", "image-tags")
    parts = re.split(r"[-_.]", tag)
    if tag in more or any(part in facts["moving"] for part in parts):
        return True
    systems = () if reference.familiar in facts["named-after-systems"] else facts["systems"]
    return all(part in facts["variants"] or part in systems for part in parts)
