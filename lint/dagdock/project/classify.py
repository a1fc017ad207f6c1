"""What a file is: by its name, then by its content; and how its bytes become a document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from dagdock.text import Source

if TYPE_CHECKING:
    from dagdock.compose import ComposeFile
    from dagdock.dag import DagModule
    from dagdock.dockerfile import Dockerfile
    from dagdock.ignorefile import IgnoreFile

    Document = Dockerfile | ComposeFile | DagModule | IgnoreFile
else:
    Document = object

DocumentKind = Literal["dockerfile", "compose", "dag", "ignorefile"]


class Unreadable(Exception):
    """A file whose bytes are no text that dagdock can read; the message says why and what to do."""


def classify(path: str, content: bytes) -> DocumentKind | None:
    """What kind of document a file is, None where it is none of ours."""
    raise NotImplementedError


def read_source(path: str, content: bytes) -> Source:
    """A file's bytes as text: UTF-8, or what a Python file's coding line says.

    Raises Unreadable for UTF-16, UTF-32, binary content and an encoding that Python does not know.
    """
    raise NotImplementedError


def parse(source: Source, kind: DocumentKind, environment: Mapping[str, str] | None = None) -> Document:
    """The document of a source. `environment` are the values (from `.env`) that Compose puts into `${…}`.

    Raises nothing for broken text: what does not parse is among the document's faults.
    """
    raise NotImplementedError
