"""Airflow across files: which version a document is for, what its image installs, which image runs a DAG."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice, takewhile
from posixpath import basename, dirname, join
from typing import TYPE_CHECKING

from dagdock.facts import inside
from dagdock.project import versions
from dagdock.project.installs import installs_otherwise, pip_installs
from dagdock.project.inventory import is_requirements
from dagdock.project.requirements import Requirement, RequirementFile, parse_requirements
from dagdock.project.versions import AirflowVersion, FoundVersion

if TYPE_CHECKING:
    from dagdock.compose import ComposeFile, Service
    from dagdock.dag import DagModule
    from dagdock.dockerfile import Copy, Dockerfile, Stage
    from dagdock.project.project import Installed, Project

# What such a folder says is about itself and not about the project around it.
_APART = frozenset(("doc", "docs", "example", "examples", "fixtures", "sample", "samples", "test", "testdata", "tests"))
_MOST_PLACES = 50  # where a requirements file is looked for
# Folders that hold the code of one project, which has its images and requirements in folders beside them, and those.
_CODE = frozenset("airflow app code dag etl jobs pipelines plugins src workflows".split())
_BUILDING = frozenset("build ci config containers deploy deployment docker image images infra requirements".split())


def versions_in(project: Project, path: str) -> Iterator[FoundVersion]:
    """What one file says about the Airflow in use."""
    if path.endswith(".py") and basename(path) != "setup.py":
        return
    content = (project.facts.read(path) or b"").lower()
    if b"airflow" not in content and b"astro-runtime" not in content:
        return
    from dagdock.compose import ComposeFile
    from dagdock.dockerfile import Dockerfile

    document = project.document(path)
    if isinstance(document, Dockerfile):
        yield from _in_dockerfile(document, path)
    elif isinstance(document, ComposeFile):
        yield from _in_compose(document, path)
    elif document is None:
        yield from _in_python_packaging(project, path)


def nearest(path: str, found: list[FoundVersion], module: object) -> AirflowVersion | None:
    """The Airflow of one document: what the places nearest to it say together, and what a DAG file itself uses.

    Pinned versions come before ranges. Where places at the same distance pin different ones, all of these are
    possible, and what differs between them is unknown; so it is where requirements and an image of the same folder, or
    of one below it, differ. What lies in the folders of other projects says nothing, unless all of it is old: then so
    is this.
    """
    from dagdock.dag import DagModule

    version: AirflowVersion | None = None
    places = [place for place in found if not _is_apart(place.path, path)]
    own = [place for place in places if not _is_aside(place.path, path) or _is_of_the_same(place.path, path)]
    for distance in sorted({_distance(place.path, path) for place in own}):
        here = [place for place in own if _distance(place.path, path) == distance]
        if all(place.source == "requirement" for place in here):  # what is installed to work; what runs is an image
            here += [each for each in own if each.source == "image" and _distance(each.path, path)[0] == distance[0]]
        said = _together(here)
        version = version.within(said) if version else said
        if any(place.version.pinned for place in here):
            break
    if places and not own:
        others = _together(places)
        version = others if others.at_least(2, 4) is False else None
    used = versions.in_module(module) if isinstance(module, DagModule) else None
    if used is None:
        return version
    # Airflow 3's own names are in nobody's way; those that it no longer has may be what is to be found.
    return used.within(version) if version and used.low[0] == 3 else version.within(used) if version else used


def installed_by(project: Project, stage: Stage) -> Installed:
    """What the `pip install` lines of a stage, of those it is built on and of those it copies from install."""
    from dagdock.project.project import Installed

    requirements: list[Requirement] = []
    complete = True
    for part in _layers(stage):
        complete = complete and not installs_otherwise(part)
        for install in pip_installs(part):
            complete = complete and install.complete
            requirements += install.requirements
            for name, _ in install.files:
                files = requirement_files(project, part, name)
                if not files:
                    complete = False
                for file in files:
                    requirements += file.requirements
                    complete = complete and file.complete
    return Installed(requirements, complete)


def stages_running(project: Project, module: DagModule) -> list[Stage]:
    """The stages of the images that run a DAG file: of services that mount its folder, or those it is copied to."""
    path = project.path_of(module.source.whole)
    if path is None:
        return []
    found: dict[int, Stage] = {}
    for service in services_with_dags(project, path):
        if stage := project.stage_of(service):
            found[id(stage)] = stage
    for dockerfile in project.dockerfiles(b"airflow"):
        if dockerfile.stages and _copies(project, dockerfile, path):
            stage = dockerfile.stages[-1]
            found[id(stage)] = stage
    return list(found.values())


def variable_for(project: Project, module: DagModule, name: str) -> str | None:
    """The value of an environment variable in the containers that run a DAG file; None where none of them says one."""
    path = project.path_of(module.source.whole)
    if path is None:
        return None
    for service in services_with_dags(project, path):
        setting = service.variable(name)
        if setting is not None and setting.resolved is not None:
            return str(setting.resolved)
    for stage in stages_running(project, module):
        if (value := stage.scope_at().value(name)) is not None:
            return value
    return None


def services_with_dags(project: Project, path: str) -> list[Service]:
    """The services that mount the folder of a DAG file."""
    from dagdock.project.project import services_in

    found = []
    for file in project.compose_files(lambda _, content: b"dags" in content or b"airflow" in content):
        for service in services_in(file):
            folder = project.dag_folder_of(service)
            if folder is not None and (folder == "." or f"{path}/".startswith(f"{folder}/")):
                found.append(service)
    return found


def _in_dockerfile(dockerfile: Dockerfile, path: str) -> Iterator[FoundVersion]:
    for stage in dockerfile.stages:
        if stage.image and stage.image_word and (version := AirflowVersion.of_image(stage.image)):
            yield FoundVersion(version, stage.image_word.span, path, "image")
        for install in pip_installs(stage):
            for requirement in install.requirements:
                if version := versions.of_requirement(requirement):
                    yield FoundVersion(version, requirement.span, path, "requirement")
            for address, word in install.constraints:
                if version := versions.in_constraints(address):
                    yield FoundVersion(version, word.span, path, "constraints")


def _in_compose(file: ComposeFile, path: str) -> Iterator[FoundVersion]:
    from dagdock.image import parse as parse_image
    from dagdock.project.project import services_in

    seen = set()
    for service in services_in(file):
        # A service that is built only gives the image a name, and its arguments say what that is built on.
        build = service.build
        given = [("", service.image)] if build is None else [(str(one.name), one.value) for one in build.args]
        for name, value in given:
            text = value.resolved if value else None
            # An image in an anchor's body belongs to several services.
            if value is None or not text or value.span in seen:
                continue
            seen.add(value.span)
            image = parse_image(text)
            pinned = AirflowVersion.parse(text) if name == "AIRFLOW_VERSION" else None
            if version := pinned or (AirflowVersion.of_image(image) if image else None):
                yield FoundVersion(version, value.span, path, "image")


def _in_python_packaging(project: Project, path: str) -> Iterator[FoundVersion]:
    source = project.text(path)
    if source is None:
        return
    if not is_requirements(path):
        for version, span in versions.in_packaging(source, path.endswith(".lock")):
            yield FoundVersion(version, span, path, "requirement")
        return
    file = parse_requirements(source)
    constrains = basename(path).lower().startswith("constraints")
    for requirement in file.requirements:
        if version_asked := versions.of_requirement(requirement):
            yield FoundVersion(version_asked, requirement.span, path, "constraints" if constrains else "requirement")
    for address in file.constraints:
        if version_of_file := versions.in_constraints(address):
            yield FoundVersion(version_of_file, address.span, path, "constraints")


def _together(found: Iterable[FoundVersion]) -> AirflowVersion:
    """What several places say: all pinned versions are possible, else what the ranges have in common."""
    all_found = [place.version for place in found]
    pinned = [version for version in all_found if version.pinned]
    first, *others = pinned or all_found
    for other in others:
        first = first.joined(other) if pinned else first.within(other)
    return first


def _distance(place: str, document: str) -> tuple[int, bool]:
    """How far a file stands from a document: first the folders they share, then whether it stands in the last of
    these itself or further down."""
    shared = _shared(place, document)
    return -shared, _is_aside(place, document)


def _shared(one: str, other: str) -> int:
    """How many folders two paths have in common."""
    pairs = zip(dirname(one).split("/"), dirname(other).split("/"), strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] and pair[0] == pair[1], pairs))


def _is_aside(place: str, document: str) -> bool:
    """Whether a file stands neither in the folder of a document nor in one above it."""
    return bool(dirname(place)) and dirname(place).count("/") + 1 > _shared(place, document)


def _is_of_the_same(place: str, document: str) -> bool:
    """Whether a file in a folder aside belongs to the same project as the document, and not to one beside it."""
    shared = _shared(place, document)
    folders = [part.lower() for part in dirname(document).split("/") if part]
    own = folders[shared] if len(folders) > shared else "dags"
    other = dirname(place).lower().split("/")[shared]
    return own in _CODE or own.endswith("dags") or other in _BUILDING


def _is_apart(path: str, document: str) -> bool:
    below = dirname(path).lower().split("/")[_shared(path, document) :]
    return not _APART.isdisjoint(below)


def _layers(stage: Stage) -> Iterator[Stage]:
    """A stage, those it is built on, and those that a folder of packages is copied from."""
    from dagdock.dockerfile import Copy

    waiting, seen = [stage], {id(stage)}
    for part in waiting:
        yield part
        sources = [copy.from_stage for copy in part.all_of(Copy)]
        for other in (part.parent, *sources):
            if other is not None and id(other) not in seen:
                seen.add(id(other))
                waiting.append(other)


def requirement_files(project: Project, stage: Stage, name: str) -> list[RequirementFile]:
    """The file that `pip install -r` reads in an image, as it stands in the build context, and those it includes.

    It is looked for under the path as it is written, and under its name beside what is copied or mounted.
    """
    places = list(dict.fromkeys(islice(_places(stage, name), _MOST_PLACES)))
    for context in project.contexts_of(stage.dockerfile):
        for place in places:
            if context.matches(place) and (file := _read(project, context.path(place))):
                return _with_included(project, context.path(place), file)
    return []


def _places(stage: Stage, name: str) -> Iterator[str]:
    """Where in the context a file of that name may lie."""
    from dagdock.dockerfile import Copy, Run

    wanted = basename(name)
    yield name.lstrip("/")
    yield wanted
    for part in stage.chain():
        for copy in part.all_of(Copy):
            if not copy.from_:
                yield from _sources(copy, wanted)
        for run in part.all_of(Run):
            yield from (str(mount.source) for mount in run.mounts if mount.source and basename(mount.source) == wanted)


def _sources(copy: Copy, wanted: str) -> Iterator[str]:
    """Where in the context a COPY may take a file of that name from."""
    for source in copy.sources:
        literal = source.literal
        if literal:
            yield literal if basename(literal) == wanted else f"{literal}/{wanted}"


def _read(project: Project, path: str) -> RequirementFile | None:
    source = project.text(path)
    return parse_requirements(source) if source else None


def _with_included(project: Project, path: str, file: RequirementFile) -> list[RequirementFile]:
    found, seen = [file], {path}
    waiting = [(path, file)]
    for folder_of, current in waiting:
        for include in current.includes:
            target = inside(join(dirname(folder_of), include))
            if target is None or target in seen:
                continue
            seen.add(target)
            included = _read(project, target)
            if included is None:
                file.complete = False
            else:
                found.append(included)
                waiting.append((target, included))
    return found


def _copies(project: Project, dockerfile: Dockerfile, path: str) -> bool:
    """Whether the final stage copies a file of the project into the image."""
    from dagdock.dockerfile import Copy, CopyLike

    final = dockerfile.stages[-1]
    sources = [
        word.literal
        for stage in final.chain()
        for copy in stage.instructions
        if isinstance(copy, CopyLike) and not (isinstance(copy, Copy) and copy.from_)
        for word in copy.sources
        if word.literal
    ]
    for context in project.contexts_of(dockerfile):
        for source in sources:
            for match in context.matches(source):
                folder = context.path(match)
                if folder == "." or f"{path}/".startswith(f"{folder}/"):
                    return True
    return False
