"""The project: the links from one document to another."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from posixpath import basename, dirname, join, normpath
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from dagdock.facts import Disk, Facts, Memory, inside
from dagdock.project.context import BuildContext
from dagdock.project.documents import OVERRIDES, Documents
from dagdock.project.overlays import BASES
from dagdock.remembered import cached_property
from dagdock.text import Located, Source

if TYPE_CHECKING:
    import ast

    from dagdock.compose import ComposeFile, Service
    from dagdock.dag import DagModule, Function
    from dagdock.dag.evaluation import BuiltFile
    from dagdock.dockerfile import Dockerfile, Stage
    from dagdock.ignorefile import IgnoreFile
    from dagdock.project.built import ProjectSurroundings
    from dagdock.project.requirements import Requirement
    from dagdock.project.versions import AirflowVersion, FoundVersion
    from dagdock.shellcheck import Body, ShellRemark

Answer = TypeVar("Answer")

# As far above a file as this, a Compose file that includes it is looked for.
_FOLDERS_UP = 6
_CONFIGS = ("dagdock.toml", ".dagdock.toml")
_REMOTE = ("http://", "https://", "git://", "ssh://", "git@", "github.com/", "docker-image://", "oci-layout://")


class Installed(NamedTuple):
    """The Python packages that an image installs; `complete` where nothing else is installed out of sight."""

    requirements: list[Requirement]
    complete: bool


def find_root(path: str) -> str:
    """The absolute root of the project that a file or folder belongs to.

    The nearest folder above with `.git`, else with a dagdock config, else with a `pyproject.toml`, else with a Compose
    file that includes it, else the folder itself (for a file: the working directory where that holds it).
    """
    full = os.path.abspath(path)
    start = full if os.path.isdir(full) else os.path.dirname(full)
    above = [start]
    while (parent := os.path.dirname(above[-1])) != above[-1]:
        above.append(parent)
    for marks in ((".git",), _CONFIGS, ("pyproject.toml",)):
        for folder in above:
            if any(os.path.exists(os.path.join(folder, mark)) for mark in marks):
                return folder
    for folder in above[1:_FOLDERS_UP]:
        if _is_included_from(folder, os.path.relpath(full, folder)):
            return folder
    working_directory = os.getcwd()
    return working_directory if start != full and working_directory in above else start


def _is_included_from(folder: str, path: str) -> bool:
    """Whether a Compose file of the folder has an `include` and names that path, or one below it."""
    wanted = path.replace(os.sep, "/").encode("utf-8", "surrogateescape")
    disk = Disk(folder)
    contents = (disk.read(name) or b"" for name in BASES)
    return any(b"include:" in content and wanted in content for content in contents)


class Project(Documents):
    """Files below one root that belong together.

    Every path is relative to the root, with `/`. Documents are parsed when they are first asked for and remembered.
    Links answer None (or an empty list) where there is nothing and also where it cannot be known: a variable without
    a value, an address, a folder outside the root. Nothing here raises for what a file contains.
    """

    def __init__(
        self,
        facts: Facts,
        *,
        airflow_version: str | None = None,
        working_directory: str | None = None,
        checked: Iterable[str] = (),
    ) -> None:
        """`airflow_version` is what the configuration says; shown paths are relative to `working_directory`.

        `checked` are the paths of the files that a run is about: links find them however deep they lie.
        """
        super().__init__(facts, working_directory, checked)
        self._configured = airflow_version
        self._contexts: dict[str, list[BuildContext]] = {}
        self._merged: dict[str, ComposeFile] = {}
        self._found: dict[str, list[FoundVersion]] = {}
        self._all_found: list[FoundVersion] = []
        self._versions_seen = -1
        self._versions: dict[str, AirflowVersion | None] = {}
        self._answers: dict[Hashable, object] = {}
        self._built: dict[str, tuple[DagModule, BuiltFile]] = {}
        self._surroundings: ProjectSurroundings | None = None
        self._functions: dict[tuple[str, str], Function | None] = {}

    @classmethod
    def in_memory(cls, files: Mapping[str, str | bytes], *, airflow_version: str | None = None) -> Project:
        """A project of texts by path, with no disk behind it: examples and tests."""
        return cls(Memory(files), airflow_version=airflow_version)

    def forget(self, paths: Collection[str], *, listing: bool = False) -> None:
        others = listing or any(path not in self._documents and not path.endswith(".py") for path in paths)
        documents = set(self._documents)
        super().forget(paths, listing=listing)
        self._contexts.clear()
        self._merged.clear()
        self._built.clear()
        self._surroundings = None
        self._functions.clear()
        self._versions.clear()
        self._versions_seen = -1
        self._answers.clear()
        gone = documents - self._documents.keys()
        self._found = {} if others else {path: found for path, found in self._found.items() if path not in gone}

    @cached_property
    def today(self) -> str:
        """The day of the run, such as `2026-11-22`: for what a rule compares with a date.

        SOURCE_DATE_EPOCH puts it elsewhere, as in other tools whose results are to be the same on every day.
        """
        import time

        stated = os.environ.get("SOURCE_DATE_EPOCH", "")
        moment = time.gmtime(int(stated)) if stated.isascii() and stated.isdigit() and len(stated) < 12 else None
        return time.strftime("%Y-%m-%d", moment or time.localtime())

    def once(self, question: Hashable, work: Callable[[], Answer]) -> Answer:
        """What several rules work out from several files, asked once and remembered until a file changes."""
        if question not in self._answers:
            self._answers[question] = work()
        answer: Answer = self._answers[question]  # type: ignore[assignment]
        return answer

    # Compose → Dockerfile

    def context_path(self, service: Service) -> str | None:
        """The folder that `build` names, whether it is there or not; None for no build, a remote or unknown one.

        Unknown is one that may stand in what the service extends, where that could not be read.
        """
        build = service.build
        if build is None or (build.context is None and not service.complete):
            return None
        text = "." if build.context is None else build.context.resolved
        return self._resolve(service, build.context or service, text)

    def dockerfile_path(self, service: Service) -> str | None:
        """The Dockerfile that `build` means, whether it is there or not; None as for `context_path`, and inline."""
        build, context = service.build, self.context_path(service)
        if build is None or context is None or build.inline is not None:
            return None
        if build.dockerfile is None:
            if not service.complete:
                return None
            plain, lower = normpath(join(context, "Dockerfile")), normpath(join(context, "dockerfile"))
            return lower if self.facts.is_file(lower) and not self.facts.is_file(plain) else plain
        name = build.dockerfile.resolved
        if not name:
            return None
        return self.relative(name) if name.startswith("/") else inside(join(context, name))

    def dockerfile_of(self, service: Service) -> Dockerfile | None:
        """The Dockerfile that a service is built from."""
        path = self.dockerfile_path(service)
        return self.dockerfile(path) if path else None

    def stage_of(self, service: Service) -> Stage | None:
        """The stage that a service runs: `build.target`, else the last one."""
        dockerfile = self.dockerfile_of(service)
        if dockerfile is None or not dockerfile.stages or service.build is None:
            return None
        if service.build.target is None:
            return dockerfile.stages[-1]
        target = service.build.target.resolved
        return dockerfile.stage_named(target) if target else None

    def context_of_service(self, service: Service) -> BuildContext | None:
        """The context that a service is built from, where its folder is there."""
        folder = self.context_path(service)
        if folder is None or service.build is None or not self.facts.is_dir(folder):
            return None
        stated = (service.build.context or service.build).span
        return BuildContext(self.facts, folder, self._ignore_file(folder, self.dockerfile_path(service)), stated)

    # Dockerfile → Compose, context

    def services_building(self, dockerfile: Dockerfile) -> list[Service]:
        """The services of the project's Compose files that are built from a Dockerfile."""
        path = self.path_of(dockerfile)
        if path is None:
            return []
        return [
            service
            for file in self.compose_files(lambda file, content: _may_build(dirname(path), file, content))
            for service in services_in(file)
            if self.dockerfile_path(service) == path
        ]

    def contexts_of(self, dockerfile: Dockerfile) -> list[BuildContext]:
        """The folders a Dockerfile is built from: those that services state, else the one its sources fit."""
        path = self.path_of(dockerfile)
        if path is None:
            return []
        if path not in self._contexts:
            stated = [self.context_of_service(service) for service in self.services_building(dockerfile)]
            by_folder = {context.folder: context for context in reversed(stated) if context}
            self._contexts[path] = list(by_folder.values())[::-1] or [self._likely_context(dockerfile, path)]
        return self._contexts[path]

    def context_at(self, folder: str, dockerfile: Dockerfile) -> BuildContext:
        """A folder as the context that a Dockerfile is built from."""
        return BuildContext(self.facts, folder, self._ignore_file(folder, self.path_of(dockerfile)))

    def _likely_context(self, dockerfile: Dockerfile, path: str) -> BuildContext:
        from dagdock.project.guess import likely_folder

        folder, certain = likely_folder(self.facts, dockerfile, path)
        return BuildContext(self.facts, folder, self._ignore_file(folder, path), certain=certain)

    # Compose files

    def siblings_of(self, file: ComposeFile) -> list[ComposeFile]:
        """The Compose files that are loaded together with this one, itself too, in loading order.

        What `COMPOSE_FILE` in `.env` lists; else the base and its `compose.override.yaml`; for another fragment
        (`compose.dev.yaml`) the base that it belongs to, which may lie in a folder above.
        """
        path = self.path_of(file.source.whole)
        if path is None:
            return [file]
        paths = self._listed_files(dirname(path))
        if path not in paths:
            base = self._base_of(path)
            beside = [join(dirname(path), name) for name in OVERRIDES]
            override = next((place for place in beside if self.facts.is_file(place)), path)
            # An override belongs to the base alone, not to its other parts.
            paths = list(dict.fromkeys([base or path, override if path in (base, override) else path]))
        return [found for place in paths if (found := self.compose_file(place))]

    def merged(self, file: ComposeFile) -> ComposeFile:
        """What Compose makes of a file and its siblings; the file itself where it has none, or is such a model."""
        if file.bases:
            return file
        path = self._paths.get(id(file.source), "")  # nearly every rule asks, for every service
        if path not in self._merged:
            from dagdock import compose

            siblings = self.siblings_of(file)
            self._merged[path] = compose.merge(*siblings) if len(siblings) > 1 else file
        return self._merged[path]

    def variables_in(self, path: str) -> dict[str, str] | None:
        """What a `.env` or an `env_file` sets; None where it cannot be read."""
        return self._values_in(path) if self.facts.read(path) is not None else None

    def dag_folder_of(self, service: Service) -> str | None:
        """The folder that a service mounts on Airflow's `dags`, whether it is there or not."""
        setting = service.variable("AIRFLOW__CORE__DAGS_FOLDER")
        wanted = setting.value.resolved if setting and setting.value else None
        found: str | None = None
        for mount in service.volumes:
            if mount.is_bind and mount.source and mount.target:
                below = _below(mount.target, wanted)
                if below is not None:
                    found = self._resolve(service, mount, join(mount.source, below))
        return found

    # Airflow

    def airflow_version(self, where: Located | None = None) -> AirflowVersion | None:
        """The Airflow that a document is for: as configured, else as the places nearest to it say."""
        path = (self.path_of(where) if where else None) or ""
        if path not in self._versions:
            from dagdock.project.airflow import nearest
            from dagdock.project.versions import AirflowVersion

            self._versions[path] = (
                AirflowVersion.parse(self._configured)
                if self._configured
                else nearest(path, self.airflow_versions(), self._documents.get(path))
            )
        return self._versions[path]

    def built(self, module: DagModule) -> BuiltFile:
        """What a DAG file makes, worked out without running it: DAGs, tasks, dependencies. Worked out once."""
        path = self.path_of(module.source.whole) or module.source.path
        found = self._built.get(path)
        if found is None or found[0] is not module:
            from dagdock.project.built import built

            version = self.airflow_version(module.source.whole)
            major = (version.major or 2) if version else 2
            found = self._built[path] = (module, built(self._around(), module, major))
        return found[1]

    def imported_function(self, module: DagModule, name: str) -> Function | None:
        """The function of another file of the project that an imported name stands for (`helpers.load`)."""
        key = (dirname(self.path_of(module.source.whole) or module.source.path), name)
        if key not in self._functions:
            from dagdock.project.built import imported_function

            self._functions[key] = imported_function(self._around(), module, name)
        return self._functions[key]

    def imported_value(self, module: DagModule, name: str) -> tuple[DagModule, ast.expr] | None:
        """What another module of the project assigns to an imported name (`helpers.TABLES`), and that module."""
        from dagdock.project.built import imported_value

        return imported_value(self._around(), module, name)

    def imported_modules(self, module: DagModule) -> list[tuple[DagModule, ast.alias]]:
        """The modules of the project that run when a module is imported, each with the import that brings it."""
        from dagdock.project.built import imported_modules

        surroundings = self._around()
        path = surroundings.path_of(module)
        return self.once(("imported modules", path), lambda: list(imported_modules(surroundings, module)))

    def _around(self) -> ProjectSurroundings:
        from dagdock.project.built import ProjectSurroundings

        if self._surroundings is None:
            self._surroundings = ProjectSurroundings(self)
        return self._surroundings

    def airflow_versions(self) -> list[FoundVersion]:
        """Every place of the project that says which Airflow there is, imports left out, by path."""
        from dagdock.project.airflow import versions_in

        # Whatever is opened later may say something, too.
        opened = self._opened["dockerfile"] | self._opened["compose"]
        if self._versions_seen != len(opened):
            inventory = self.inventory
            listed = (*inventory.dockerfiles, *inventory.compose, *inventory.requirements, *inventory.packaging)
            for path in {*listed, *opened} - self._found.keys():
                self._found[path] = list(versions_in(self, path))
            self._all_found = [found for path in sorted(self._found) for found in self._found[path]]
            self._versions_seen = len(opened)
        return self._all_found

    def requirements_of(self, stage: Stage) -> Installed:
        """What the `pip install` lines of a stage and the stages below it install, files they read included."""
        from dagdock.project.airflow import installed_by

        return installed_by(self, stage)

    def stages_running(self, module: DagModule) -> list[Stage]:
        """The stages of the images that run a DAG file: of services that mount its folder, or those it is copied to."""
        from dagdock.project.airflow import stages_running

        return stages_running(self, module)

    def variable_for(self, module: DagModule, name: str) -> str | None:
        """The value of an environment variable in the containers that run a DAG file, where one of them says it."""
        from dagdock.project.airflow import variable_for

        return variable_for(self, module, name)

    # ShellCheck

    def shell_remarks(self, dockerfile: Dockerfile, shellcheck: str) -> list[ShellRemark]:
        """What ShellCheck says about the shell in a Dockerfile; `shellcheck` is the setting of that name."""
        from dagdock.shellcheck import bodies_of

        return self._remarks(lambda: bodies_of(dockerfile), shellcheck)

    def service_remarks(self, service: Service, shellcheck: str) -> list[ShellRemark]:
        """What ShellCheck says about the shell in a service's command, entrypoint and healthcheck."""
        from dagdock.shellcheck import bodies_of_service

        return self._remarks(lambda: bodies_of_service(service), shellcheck)

    def script_remarks(self, script: Source, shellcheck: str) -> list[ShellRemark]:
        """What ShellCheck says about a whole script."""
        from dagdock.shellcheck import body_of

        return self._remarks(lambda: [body] if (body := body_of(script)) else [], shellcheck)

    def _remarks(self, bodies: Callable[[], list[Body]], shellcheck: str) -> list[ShellRemark]:
        from dagdock.shellcheck import ShellCheckError, installed

        try:
            found = installed(shellcheck, self.facts.root)
            return found.remarks(bodies()) if found else []
        except ShellCheckError:  # the run says so, once
            return []

    def _ignore_file(self, folder: str, dockerfile: str | None) -> IgnoreFile | None:
        """The ignore file in force: the one named after the Dockerfile, else the one in the context's root.

        A Containerfile is built by Podman or Buildah, which look for a `.containerignore` first.
        """
        from dagdock.ignorefile import IgnoreFile

        of_podman = "containerfile" in basename(dockerfile or "").lower()
        endings = (".containerignore", ".dockerignore") if of_podman else (".dockerignore",)
        places = [f"{dockerfile}{ending}" for ending in endings] if dockerfile else []
        for path in [*places, *(join(folder, ending) for ending in endings)]:
            found = self.document(path)
            if isinstance(found, IgnoreFile):
                return found
        return None

    def _resolve(self, service: Service, where: Located, text: str | None) -> str | None:
        """A path written in a Compose file, from the root; None where it is unknown, remote or outside."""
        if not text or text.startswith((*_REMOTE, "~")) or "\\" in text:
            return None
        _ = self.project_directories
        return self.relative(join(service.file.directory_of(where), text))

    def _listed_files(self, folder: str) -> list[str]:
        """The files that `COMPOSE_FILE` in the folder's `.env` lists."""
        environment = self.environment(folder)
        names = environment.get("COMPOSE_FILE", "").split(environment.get("COMPOSE_PATH_SEPARATOR") or ":")
        paths = [inside(join(folder, name)) for name in names if name]
        return [path for path in paths if path is not None and self.facts.is_file(path)]

    def _base_of(self, path: str) -> str | None:
        """The file that a Compose file overrides or is a part of, itself where it is a base; None where none is."""
        from dagdock.compose import bases_of

        file = self.compose_file(path)
        if path in self.loaded_on:
            return self.loaded_on[path]
        if basename(path) in BASES:
            return path
        if basename(path) in OVERRIDES or (file and file.is_fragment):
            return next((base for base in bases_of(path) if self.facts.is_file(base)), None)
        return None


def _may_build(folder: str, file: str, content: bytes) -> bool:
    """Whether a Compose file may build a Dockerfile of a folder: beside it, or with `..` or the folder's name in it."""
    if b"build" not in content:
        return False
    if dirname(file) == folder:
        return True
    is_below = not folder or file.startswith(f"{folder}/")
    return (b".." if is_below else basename(folder).encode("utf-8", "replace")) in content


def services_in(file: ComposeFile) -> Iterator[Service]:
    """The services that are written in a Compose file."""
    from dagdock.compose import Service

    return (node for node in file.walk() if isinstance(node, Service))


def _below(target: str, dags_folder: str | None) -> str | None:
    """Which part of a mounted folder is Airflow's `dags`: `.` for all of it; None where it is not in it."""
    target = normpath(target)
    if dags_folder:
        folder = normpath(dags_folder)
        return "." if folder == target else folder[len(target) + 1 :] if folder.startswith(target + "/") else None
    if basename(target) == "dags":
        return "."
    return "dags" if target in ("/opt/airflow", "/usr/local/airflow") else None
