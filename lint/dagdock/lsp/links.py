"""Document links: places of a file that lead to another file, a folder, a stage or an image's page."""

from __future__ import annotations

import os
from collections.abc import Iterator
from posixpath import join
from typing import TYPE_CHECKING, Any, NamedTuple

from dagdock.image import ImageRef
from dagdock.image import parse as parse_image
from dagdock.lsp import hub
from dagdock.text import Located, Span

if TYPE_CHECKING:
    from dagdock.compose import ComposeFile, Service, Value
    from dagdock.dockerfile import CommandInstruction, CopyLike, Dockerfile, Instruction, Run, Stage
    from dagdock.project import Document, Project

# Where a shell looks for a program without a path.
_SEARCHED = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")
_REMOTE = ("http://", "https://", "git://", "ssh://", "git@", "github.com/", "docker-image://", "oci-layout://")


class Link(NamedTuple):
    """A place and where it leads: `target` is the absolute path of a file or folder, or an `https://` address.

    `line` (from 1, else 0) is the line to go to in that file; `tip` says what is there.
    """

    span: Span
    target: str
    tip: str
    line: int = 0


def links(document: Document, project: Project) -> list[Link]:
    """The links of a document of a project, in the order of the file. Nothing that is not there is among them."""
    any_document: Any = document
    if any_document.kind == "compose":
        found = _Compose(any_document, project).links()
    elif hasattr(document, "instructions"):
        found = _Dockerfile(any_document, project).links()
    else:
        return []
    # One place may be read several times, for each service that shares it; editors show one link at a place.
    first: dict[tuple[int, int], Link] = {}
    for link in found:
        if link.span.source is document.source and link.span.start < link.span.end:
            first.setdefault((link.span.start, link.span.end), link)
    return sorted(first.values(), key=lambda link: (link.span.start, link.span.end))


class _Links:
    """What both kinds of file link to."""

    def __init__(self, project: Project) -> None:
        self.project = project

    def at(self, path: str) -> str:
        """The absolute path of a file or folder of the project."""
        return os.path.normpath(os.path.join(self.project.facts.root, path))

    def file(self, where: Located, path: str | None, tip: str, line: int = 0) -> Iterator[Link]:
        if path is not None and self.project.facts.is_file(path):
            yield Link(where.span, self.at(path), tip, line)

    def file_or_folder(self, where: Located, path: str | None, tip: str) -> Iterator[Link]:
        yield from self.file(where, path, tip)
        if path is not None and self.project.facts.is_dir(path):
            yield Link(where.span, self.at(path), tip)

    def image(self, where: Located, image: ImageRef | None) -> Iterator[Link]:
        if image and (page := hub.page_of(image)):
            yield Link(where.span, page, f"{image.familiar} on Docker Hub")


class _Compose(_Links):
    def __init__(self, file: ComposeFile, project: Project) -> None:
        super().__init__(project)
        self.document = file
        _ = project.project_directories  # they say where relative paths start

    def links(self) -> Iterator[Link]:
        from dagdock.compose import Service

        for node in self.document.walk():
            if isinstance(node, Service):
                yield from self._service(node)
        for include in self.document.include:
            for value in include.paths:
                yield from self._value(value, "the included Compose file")
            for value in include.env_files:
                yield from self._value(value, "the environment file")
        for resource in (*self.document.secrets.values(), *self.document.configs.values()):
            content = resource.value("file")
            if content:
                yield from self._value(content, f"the content of {resource.name}")

    def _service(self, service: Service) -> Iterator[Link]:
        if service.build:
            yield from self._build(service)
        elif service.image:
            yield from self.image(service.image, service.image_ref)
        for env_file in service.env_files:
            yield from self._value(env_file.path, "the environment file")
        if service.extends and service.extends.file:
            yield from self._extended(service.extends.file, service.extends.service)
        dags = self.project.dag_folder_of(service)
        for mount in service.volumes:
            if mount.is_bind and mount.source and mount.written_source:
                path = self._path(mount.source, mount)
                tip = "the DAG folder" if path is not None and path == dags else "what is mounted here"
                yield from self.file_or_folder(mount.written_source, path, tip)

    def _build(self, service: Service) -> Iterator[Link]:
        build, project = service.build, self.project
        assert build, "asked for services with one"
        folder, dockerfile = project.context_path(service), project.dockerfile_path(service)
        if build.dockerfile:
            yield from self.file(build.dockerfile, dockerfile, "the Dockerfile")
        elif build.context:
            yield from self.file(build.context, dockerfile, "the Dockerfile")
        if build.context:
            yield from self.file_or_folder(build.context, folder, "the build context")
        stage = project.stage_of(service) if build.target else None
        if build.target and stage and dockerfile:
            yield from self.file(build.target, dockerfile, f"the stage {build.target.resolved}", stage.span.line)
        for setting in build.additional_contexts:
            if setting.value:
                path = self._path(setting.value.resolved, setting.value)
                yield from self.file_or_folder(setting.value, path, f"the build context {setting.name}")

    def _extended(self, file: Value, name: Value | None) -> Iterator[Link]:
        path = self._path(file.resolved, file)
        extended = self.project.compose_file(path) if path else None
        service = extended.services.get(name.resolved or "") if extended and name else None
        at_home = service is not None and extended is not None and service.span.source is extended.source
        line = service.span.line if service and at_home else 0
        yield from self.file(file, path, "the service that this one extends", line)

    def _value(self, value: Value, tip: str) -> Iterator[Link]:
        yield from self.file_or_folder(value, self._path(value.resolved, value), tip)

    def _path(self, text: str | None, where: Located) -> str | None:
        """A path that is written in the file, from the project's root; None where it is unknown or elsewhere."""
        if not text or text.startswith((*_REMOTE, "~")) or "\\" in text:
            return None
        return self.project.relative(join(self.document.directory_of(where), text))


class _Dockerfile(_Links):
    def __init__(self, file: Dockerfile, project: Project) -> None:
        super().__init__(project)
        self.document = file
        self.own = project.path_of(file.source.whole)

    def links(self) -> Iterator[Link]:
        from dagdock.dockerfile import CommandInstruction, CopyLike, Run

        for directive in self.document.directives:
            if directive.name == "syntax":
                yield from self.image(directive.value, parse_image(directive.value))
        for stage in self.document.stages:
            yield from self._base(stage)
            for instruction in stage.instructions:
                if isinstance(instruction, CopyLike):
                    yield from self._copy(instruction, stage)
                elif isinstance(instruction, CommandInstruction):
                    if isinstance(instruction, Run):
                        yield from self._mounts(instruction)
                    yield from self._scripts(instruction, stage)
            yield from self._requirements(stage)

    def _base(self, stage: Stage) -> Iterator[Link]:
        if stage.image_word:
            if stage.parent:
                yield from self._stage(stage.image_word, stage.parent)
            else:
                yield from self.image(stage.image_word, stage.image)

    def _stage(self, where: Located, stage: Stage) -> Iterator[Link]:
        yield from self.file(where, self.own, f"the stage {stage.name or stage.index}", stage.span.line)

    def _copy(self, copy: CopyLike, stage: Stage) -> Iterator[Link]:
        from dagdock.dockerfile import Copy

        flag = copy.from_ if isinstance(copy, Copy) else None
        if flag is None:
            for source in copy.sources:
                yield from self._source(source, source.resolve(stage.scope_at(copy)))
        elif isinstance(copy, Copy) and flag.word:
            yield from self._from(flag.word, flag.value, copy.from_stage)

    def _mounts(self, run: Run) -> Iterator[Link]:
        for mount in run.mounts:
            if mount.from_:
                yield from self._from(mount.from_, mount.from_, mount.from_stage)
            elif mount.type == "bind" and mount.source and "$" not in mount.source:
                yield from self._source(mount.source, mount.source)

    def _scripts(self, instruction: CommandInstruction, stage: Stage) -> Iterator[Link]:
        """The files of a command that were copied from the build context."""
        commands = instruction.script.commands
        moves = any(command.name in ("cd", "pushd") for command in commands)
        for command in commands:
            for word in command.words:
                value = word.value
                if value and not value.startswith("-") and ("/" in value or "." in value):
                    bare = "/" not in value and word is command.words[0]
                    places = [join(folder, value) for folder in _SEARCHED] if bare else [value]
                    if bare or value.startswith("/") or not moves:
                        yield from self._copied(word, places, instruction, stage)

    def _copied(self, where: Located, places: list[str], before: Instruction, stage: Stage) -> Iterator[Link]:
        """The file of the context that lies at one of some places of the image."""
        from dagdock.project.copies import container_path, copy_origin

        paths = [path for place in places if (path := container_path(before, place))]
        for context in self.project.contexts_of(self.document):
            for path in paths:
                if origin := copy_origin(path, stage, before, context):
                    yield from self.file(where, context.path(origin), "what was copied here from the build context")

    def _requirements(self, stage: Stage) -> Iterator[Link]:
        """The files that `pip install -r` reads."""
        from dagdock.project.airflow import requirement_files
        from dagdock.project.installs import pip_installs

        for install in pip_installs(stage):
            for name, word in install.files:
                found = requirement_files(self.project, stage, name)
                path = self.project.path_of(found[0].source.whole) if found else None
                yield from self.file(word, path, "the packages that are installed")

    def _from(self, where: Located, name: str | None, stage: Stage | None) -> Iterator[Link]:
        """The stage or the image that something is taken from."""
        if stage:
            yield from self._stage(where, stage)
        elif name and not name.isdigit() and "$" not in name:
            yield from self.image(where, parse_image(name))

    def _source(self, where: Located, source: str | None) -> Iterator[Link]:
        """A file or folder of the build context, where it is one and the same in all that state it."""
        if not source or not source.strip("./") or source.startswith((*_REMOTE, "ftp://")):
            return
        contexts = self.project.contexts_of(self.document)
        found = {context.path(match) for context in contexts for match in context.matches(source)}
        if len(found) == 1:
            yield from self.file_or_folder(where, found.pop(), "what is copied from the build context")
