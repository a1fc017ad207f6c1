"""The project: documents parsed when they are asked for, and the links from one to another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from dagdock.facts import Facts, Memory
from dagdock.project.classify import Document
from dagdock.project.context import BuildContext
from dagdock.project.requirements import Requirement
from dagdock.project.versions import AirflowVersion, FoundVersion
from dagdock.text import Located

if TYPE_CHECKING:
    from dagdock.compose import ComposeFile, Service
    from dagdock.dockerfile import Dockerfile, Stage


class Broken:
    """A file that cannot be read as what it is, and why in words for the user."""

    __slots__ = ("message", "path")

    def __init__(self, path: str, message: str) -> None:
        self.path = path
        self.message = message


def find_root(path: str) -> str:
    """The absolute root of the project that a file or folder belongs to.

    The nearest folder above with `.git`, else with a dagdock config, else with a `pyproject.toml`, else the folder
    itself (for a file: the working directory where that holds it).
    """
    raise NotImplementedError


class Project:
    """Files below one root that belong together.

    Every path is relative to the root, with `/`. Documents are parsed when they are first asked for and remembered.
    Links answer None (or an empty list) where there is nothing and also where it cannot be known: a variable without
    a value, an address, a folder outside the root. Nothing here raises for what a file contains.
    """

    def __init__(
        self, facts: Facts, *, airflow_version: str | None = None, working_directory: str | None = None
    ) -> None:
        """`airflow_version` is what the configuration says; shown paths are relative to `working_directory`."""
        self.facts = facts

    @classmethod
    def in_memory(cls, files: Mapping[str, str | bytes], *, airflow_version: str | None = None) -> Project:
        """A project of texts by path, with no disk behind it: examples and tests."""
        return cls(Memory(files), airflow_version=airflow_version)

    # Documents

    def document(self, path: str) -> Document | Broken | None:
        """The document of a path; None where it is missing or nothing that dagdock reads."""
        raise NotImplementedError

    def path_of(self, where: Located) -> str | None:
        """The path of the document that something stands in; None where it is no file of this project."""
        raise NotImplementedError

    def exists(self, path: str) -> bool | None:
        """Whether a file or folder is there; None outside the root."""
        raise NotImplementedError

    # Compose → Dockerfile

    def context_path(self, service: Service) -> str | None:
        """The folder that `build` names, whether it is there or not; None for no build, a remote or unknown one."""
        raise NotImplementedError

    def dockerfile_path(self, service: Service) -> str | None:
        """The Dockerfile that `build` means, whether it is there or not; None as for `context_path`, and inline."""
        raise NotImplementedError

    def dockerfile_of(self, service: Service) -> Dockerfile | None:
        """The Dockerfile that a service is built from."""
        raise NotImplementedError

    def stage_of(self, service: Service) -> Stage | None:
        """The stage that a service runs: `build.target`, else the last one."""
        raise NotImplementedError

    def context_of_service(self, service: Service) -> BuildContext | None:
        """The context that a service is built from, where its folder is there."""
        raise NotImplementedError

    # Dockerfile → Compose, context

    def services_building(self, dockerfile: Dockerfile) -> list[Service]:
        """The services of the project's Compose files that are built from a Dockerfile."""
        raise NotImplementedError

    def contexts_of(self, dockerfile: Dockerfile) -> list[BuildContext]:
        """The folders a Dockerfile is built from: those that services state, else the one its sources fit."""
        raise NotImplementedError

    # Compose files

    def environment_of(self, file: ComposeFile) -> Mapping[str, str]:
        """The values of the `.env` beside a Compose file."""
        raise NotImplementedError

    def siblings_of(self, file: ComposeFile) -> list[ComposeFile]:
        """The Compose files that are loaded together with this one: base and override, in loading order."""
        raise NotImplementedError

    def dag_folder_of(self, service: Service) -> str | None:
        """The folder that a service mounts on Airflow's `dags`."""
        raise NotImplementedError

    # Airflow

    def airflow_version(self, where: Located | None = None) -> AirflowVersion | None:
        """The Airflow that a document is for: config, else image, requirement, constraints, import nearest to it."""
        raise NotImplementedError

    def airflow_versions(self) -> list[FoundVersion]:
        """Every place of the project that says which Airflow there is."""
        raise NotImplementedError

    def requirements_of(self, stage: Stage) -> list[Requirement] | None:
        """What the stage's `pip install` lines install, files they read included; None where a part is unknown."""
        raise NotImplementedError
