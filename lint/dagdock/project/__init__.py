"""A project: what its files are, and the links between them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagdock.project.classify import Document, DocumentKind, Unreadable, classify, parse, read_source
from dagdock.project.context import BuildContext
from dagdock.project.documents import Broken
from dagdock.project.project import Installed, Project, find_root

if TYPE_CHECKING:
    from dagdock.project.requirements import Requirement
    from dagdock.project.versions import AirflowVersion, FoundVersion

__all__ = [
    "AirflowVersion",
    "Broken",
    "BuildContext",
    "Document",
    "DocumentKind",
    "FoundVersion",
    "Installed",
    "Project",
    "Requirement",
    "Unreadable",
    "classify",
    "find_root",
    "parse",
    "read_source",
]

# Loaded when they are first asked for: a Dockerfile alone needs none of them.
_HOME = {"AirflowVersion": "versions", "FoundVersion": "versions", "Requirement": "requirements"}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"dagdock.project has no {name!r}")
    from importlib import import_module

    return getattr(import_module(f"dagdock.project.{_HOME[name]}"), name)
