"""Whether a service's image is made by the project that runs it, and so is not chosen by a version."""

from __future__ import annotations

import re
from posixpath import basename, dirname, join

from dagdock.api import ComposeFile, ImageRef, Project, Service, load_data

from ._model import as_run
from ._occasion import repository_names, repository_owners

_HUB = (None, "docker.io", "index.docker.io")
_OF_THIS_MACHINE = ("localhost", "127.0.0.1", "[::1]", "host.docker.internal")
# Files of the root that say what is built and where it is sent, besides the workflows of GitHub.
_PIPELINES = (
    ".circleci/config.yml", ".gitlab-ci.yml", ".travis.yml", "Jenkinsfile", "Makefile", "Taskfile.yml",
    "azure-pipelines.yml", "bitbucket-pipelines.yml", "cloudbuild.yaml", "docker-bake.hcl", "docker-bake.json",
    "docker-bake.override.hcl", "justfile", "skaffold.yaml",
)  # fmt: skip
# What a folder is built with, into an image as well.
_BUILD_FILES = ("build.gradle", "build.gradle.kts", "go.mod", "package.json", "pom.xml", "pyproject.toml")


def is_made_here(service: Service, project: Project) -> bool:
    """Whether the image is built from this project: by this service, by another one, or by a script or a pipeline."""
    service = as_run(service, project)
    reference = service.image_ref
    policy = service.value("pull_policy")
    if reference is None or service.build or (policy and policy.resolved in ("never", "build")):
        return True
    if _is_on_this_machine(reference) or _is_own(reference, project):
        return True
    built = (other.image_ref for other in service.file.services.values() if other.build)
    if any(other and other.name == reference.name for other in built):
        return True
    if "/" in reference.name and _is_built_by_other_file(reference, service, project):
        return True
    if _is_built_by_script(reference.familiar, service, project):
        return True
    return "/" in reference.name and (_is_sent(reference, project) or _has_folder(reference, service, project))


def _is_on_this_machine(reference: ImageRef) -> bool:
    """Whether no registry of others can have it: a name without an owner is that of an official image, or local."""
    if reference.registry in _HUB:
        name = reference.familiar
        return "/" not in name and name not in load_data("dagdock_rules", "official-images")["names"].split()
    return str(reference.registry).rpartition(":")[0] in _OF_THIS_MACHINE


def _is_own(reference: ImageRef, project: Project) -> bool:
    """Whether the image is called after the repository: what this project releases, started as it is today.

    Where the owner is that of the repository, its name may be only a part of it: `acme/shop` of `acme/shop-docker`.
    """
    if "/" not in reference.name:
        return False
    *_, owner, last = map(_letters, ("", *reference.name.split("/")))
    names = set(map(_letters, repository_names(project)))
    if last in names:
        return True
    if owner not in names:
        return False
    if any(min(last, name, key=len) in max(last, name, key=len) for name in names - {owner}):
        return True
    first = _first_word(reference.name.rpartition("/")[2])
    return len(first) > 3 and any(_first_word(name) == first for name in repository_names(project))


def _first_word(name: str) -> str:
    return re.split(r"[^a-z0-9]", name.lower())[0]


def _letters(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _is_built_by_other_file(reference: ImageRef, service: Service, project: Project) -> bool:
    """Whether a service of another Compose file builds an image of that name."""
    places = project.once("images in files that build", lambda: _images_where_built(project))
    for path in places.get(reference.name.rpartition("/")[2].encode(), ()):
        file = project.document(path)
        if isinstance(file, ComposeFile) and file is not service.file:
            built = (other.image_ref for other in file.services.values() if other.build)
            if any(other and other.name == reference.name for other in built):
                return True
    return False


def _images_where_built(project: Project) -> dict[bytes, list[str]]:
    """The Compose files that build something, by the last parts of the names of images in them."""
    found: dict[bytes, list[str]] = {}

    def look(path: str, content: bytes) -> bool:
        if b"build" in content:
            for name in set(re.findall(rb"""\bimage["']?\s*:\s*["']?(?:[^\s"'#,}:]+/)?([^\s"'#,}:/]+)""", content)):
                found.setdefault(name, []).append(path)
        return False  # only those that are asked for need be parsed

    list(project.compose_files(look))
    return found


def _is_built_by_script(name: str, service: Service, project: Project) -> bool:
    """Whether a script or a text beside the file or at the root builds an image of that name: `-t NAME`."""
    build = re.compile(rf"\bbuild\b[^;&|]{{0,300}}?(?:-t|--tag)[ =][\"']?{re.escape(name)}(?![\w/.-])".encode())
    folder = dirname(project.path_of(service.file.source.whole) or "")
    for place in {folder or ".", "."}:
        for file in project.facts.names(place):
            is_script = file.endswith((".sh", ".bash", ".mk", ".md")) or file in ("Makefile", "justfile", "Dockerfile")
            content = (project.facts.read(join(place, file)) or b"") if is_script else b""
            if name.encode() in content and build.search(content):
                return True
    return False


def _is_sent(reference: ImageRef, project: Project) -> bool:
    """Whether a pipeline of the project builds an image of that name for a registry."""
    pipelines = project.once("pipelines that send images", lambda: _sending(project))
    name = re.escape(reference.familiar.encode())
    own = re.compile(rb"(?<![\w./-])(?:[\w-]+\.[\w.-]+/)?" + name + rb"(?![\w/.-])")
    run = re.compile(rb"\b(?:image|container|docker run\b[^\n]*)\s*:?\s*[\"']?(?:[\w-]+\.[\w.-]+/)?$")
    for content in pipelines:
        # What is run there, as a service for instance, is not built there.
        if any(not run.search(content[max(0, found.start() - 80) : found.start()]) for found in own.finditer(content)):
            return True
    return False


def _sending(project: Project) -> list[bytes]:
    folder = ".github/workflows"
    workflows = [join(folder, name) for name in project.facts.names(folder) if name.endswith((".yml", ".yaml"))]
    contents = [project.facts.read(path) or b"" for path in (*workflows, *_PIPELINES)]
    return [content for content in contents if re.search(rb"docker|buildx|\btarget \"|push:|kaniko", content)]


def _has_folder(reference: ImageRef, service: Service, project: Project) -> bool:
    """Whether a folder that is built is called as the image: that of the Compose file itself, one of an image of the
    repository's owner, else only one with a compound name, for many have a `server`."""
    owner, _, last = reference.name.rpartition("/")
    folder = dirname(project.path_of(service.file.source.whole) or "")
    if basename(folder) == last and join(folder, "Dockerfile") in project.inventory.dockerfiles:
        return True
    is_of_owner = owner.rpartition("/")[2].lower() in repository_owners(project)
    if "-" not in last and not is_of_owner:
        return False
    makers = [path for path in project.inventory.dockerfiles if basename(dirname(path)) == last]
    if makers and is_of_owner:
        return True
    if any(reference.repository.encode() not in (project.facts.read(path) or b"") for path in makers):
        return True
    return any(project.facts.is_file(join(last, name)) for name in _BUILD_FILES)
