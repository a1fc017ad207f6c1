"""A project: what its files are, and the links between them."""

from __future__ import annotations

from dagdock.project.classify import Document, DocumentKind, Unreadable, classify, parse, read_source
from dagdock.project.context import BuildContext
from dagdock.project.documents import Broken
from dagdock.project.project import Installed, Project, find_root
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
