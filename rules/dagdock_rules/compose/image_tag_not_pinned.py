from __future__ import annotations

import re
from posixpath import basename, join

from dagdock.api import (
    Bad,
    ComposeFile,
    ImageRef,
    Problem,
    Problems,
    Project,
    Related,
    Service,
    Value,
    load_data,
    rule,
)

from ._made_here import is_made_here
from ._occasion import is_for_tests, is_short_lived, is_test_data, repository_owners
from ._secrets import sample_with

# Systems that have no releases: their packages come from the archive of the day, whichever image is taken.
ROLLING = ("archlinux", "archlinux/archlinux", "opensuse/tumbleweed", "kalilinux/kali-rolling")


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
        Bad("services:\n  api:\n    image: «registry.example.com:5000/api»\n"),
    ],
    good=[
        "services:\n  web:\n    image: nginx:1.27-alpine\n",
        "services:\n  web:\n    image: ${WEB_IMAGE}\n",
        "services:\n  web:\n    build: .\n    image: shop/web\n  worker:\n    image: shop/web\n",
        "services:\n  web:\n    image: shop-web\n",
        "services:\n  web:\n    image: nginx@sha256:" + "0123456789abcdef" * 4 + "\n",
    ],
)
def image_tag_not_pinned(file: ComposeFile, project: Project, *, moving_tags: list[str] = []) -> Problems:
    """An image is named without a version, or with a tag that moves.

    Without a tag Docker takes `latest`, and tags like `latest`, `stable` or `lts` are given to a new image with every
    release. The same file then starts another program on another day or another machine, and the day it breaks
    nothing in your repository has changed. Name the version that you tested, or its digest (`@sha256:…`) where the
    image has no versions. An image that several services run is told once, and so is a variable that several images
    take their tag from. The option `moving-tags` lists tags that move besides the usual ones.

    What the project makes itself is left alone: images that are built here, that its scripts and pipelines tag or
    push, or that have a name without an owner and are none of Docker Hub's. Tools for the work that keep no data, such
    as adminer or mailpit, are a hint, and in files for development, tests and examples not even that. What
    Watchtower keeps new is left alone; what tests run is a hint, and so is what the owner of the repository releases.

    https://docs.docker.com/build/building/best-practices/#pin-base-image-versions
    """
    if _is_list_of_images(file) or is_test_data(file, project):
        return
    told: dict[str, list[Related]] = {}
    facts = load_data("dagdock_rules", "image-tags")
    tests = is_for_tests(file, project)
    for service in file.services.values():
        image, reference = service.image, service.image_ref
        if image is None or reference is None or reference.digest or image.span.source is not file.source:
            continue
        if (reference.tag and not _moves(reference, moving_tags)) or is_made_here(service, project):
            continue
        if re.fullmatch(r"(?:localhost|127\.0\.0\.1|[\w.-]+\.localhost)(?::\d+)?", reference.registry or ""):
            continue  # only who builds it pushes to a registry of this machine
        if _is_one_of(reference.familiar, facts["ended"]) or _is_kept_new(service):
            continue
        variable = _variable_of_tag(image, reference)
        name = f"${variable}" if variable else str(image.resolved)
        if name in told:
            told[name].append(Related(image, f"`{service.name}` {'takes' if variable else 'runs'} it, too"))
            continue
        told[name] = []
        # A mirror keeps the names of Docker Hub.
        name_there = reference.familiar.removeprefix(f"{reference.registry}/")
        is_helper = _is_one_of(name_there, facts["helpers"])
        if is_helper and is_short_lived(file, project):
            continue
        is_minor = is_helper or tests or reference.familiar in ROLLING or _is_followed(service, reference, project)
        if _is_one_of(reference.familiar, facts["without-versions"]):
            remedy = "Name the digest of the one that you tested (`@sha256:…`), for it has no tags with versions"
        elif legacy := facts["withdrawn"].get(reference.familiar.partition("/")[0]):
            name_legacy = f"{legacy}/{reference.familiar.partition('/')[2]}"
            remedy = f"It has no versions any more: name one of `{name_legacy}` (no updates), or another maker's image"
        else:
            remedy = "Name the version that you tested, or its digest"
        if variable and reference.tag and (sample := sample_with(variable, reference.tag, file, project)):
            remedy += f", in `{sample}`, too"
        yield Problem(
            image,
            f"{_what_moves(image, reference, variable, file, project)}. {remedy}",
            severity="info" if is_minor else None,
            related=told[name],
        )


def _is_followed(service: Service, reference: ImageRef, project: Project) -> bool:
    """Whether new releases are welcome: of the repository's owner, of a service of tests, or where nothing is done."""
    owner = reference.name.rpartition("/")[0].rpartition("/")[2]
    if service.name == "sut" or owner.lower() in repository_owners(project):
        return True
    return service.entries.keys() == {"image", "depends_on"}  # it only waits for the others


def _is_kept_new(service: Service) -> bool:
    """Whether Watchtower pulls new releases of it, which a fixed version would stop."""
    return any("watchtower.enable" in label.name and label.resolved != "false" for label in service.labels)


def _variable_of_tag(image: Value, reference: ImageRef) -> str:
    """The variable that the tag comes from; empty where it is written out."""
    if not image.variables or f":{reference.tag}" in image.raw:
        return ""
    last = image.variables[-1]
    return str(last.name) if last.span.end >= image.span.end else ""


def _what_moves(image: Value, reference: ImageRef, variable: str, file: ComposeFile, project: Project) -> str:
    if reference.tag is None:
        return f"`{image.resolved}` has no tag, so Docker takes whatever `latest` is that day"
    where = ""
    if variable:
        place = _place_of(variable, file, project) if variable in file.env else ""
        where = (
            f", which `{variable}` has{place}," if place else f", which `{image.variables[-1].span.text}` stands for,"
        )
    elif image.variables and image.raw.startswith("${") and image.variables[0].span.end >= image.span.end:
        where = f" in the default of `{image.variables[0].name}`"
    changes = load_data("dagdock_rules", "image-tags")["of-every-change"]
    when = "change to its source" if reference.tag.lower() in changes else "release"
    return (
        f"the tag `{reference.tag}`{where} is given to another image with every {when}, so the same file starts "
        "another program some day"
    )


def _place_of(variable: str, file: ComposeFile, project: Project) -> str:
    """In which file of variables it is set; empty where that is none of the usual ones."""
    shown = [
        path
        for parent in file.included_by
        for include in parent.include
        for value in include.env_files
        if (path := parent.path_of(value))
    ]
    shown += [join(folder, ".env") for folder in (file.directory, *(parent.directory for parent in file.included_by))]
    setting = re.compile(rb"^\s*(?:export\s+)?" + variable.encode() + rb"\s*=", re.MULTILINE)
    for path in shown:
        relative = project.relative(path)
        if relative and setting.search(project.facts.read(relative) or b""):
            return f" in `{path}`"
    return ""


def _is_list_of_images(file: ComposeFile) -> bool:
    """Whether the file only lists images to pull, before a course for instance: nothing in it is run."""
    words = re.split(r"[^a-z]+", basename(file.source.path).lower())
    return "pull" in words and all(service.entries.keys() <= {"image"} for service in file.services.values())


def _is_one_of(name: str, names: list[str]) -> bool:
    """Whether an image has one of these names, or that owner where one ends in `/`."""
    return any(name.startswith(other) if other.endswith("/") else name == other for other in names)


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
