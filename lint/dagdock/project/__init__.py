"""A project: what its files are, and the links between them."""

from __future__ import annotations

from dagdock.project.classify import Document, DocumentKind, Unreadable, classify, parse, read_source
from dagdock.project.context import BuildContext
from dagdock.project.project import Broken, Project, find_root
from dagdock.project.requirements import Requirement
from dagdock.project.versions import AirflowVersion, FoundVersion

__all__ = [
    "AirflowVersion",
    "Broken",
    "BuildContext",
    "Document",
    "DocumentKind",
    "FoundVersion",
    "Project",
    "Requirement",
    "Unreadable",
    "classify",
    "find_root",
    "parse",
    "read_source",
]
