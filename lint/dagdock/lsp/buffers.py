"""The texts that are open in an editor: changed piece by piece, each with its version."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from typing import Literal, NamedTuple

from dagdock.config import OWN_FILES
from dagdock.facts import Disk
from dagdock.project.classify import DocumentKind, classify, to_bytes
from dagdock.text import Encoding, Source

# What an untitled text is taken for, by the language that its editor says it is in.
_NAMES = {
    "dockerfile": "Dockerfile",
    "dockercompose": "compose.yaml",
    "yaml": "compose.yaml",
    "python": "dags/untitled.py",
    "ignore": ".dockerignore",
    "dockerignore": ".dockerignore",
}


class Change(NamedTuple):
    """New text in place of what stands between two places (line and column from 0), or of everything."""

    text: str
    start: tuple[int, int] | None = None
    end: tuple[int, int] | None = None


class Buffer:
    """One state of an open text; it never changes, a change makes another one.

    `path` is the absolute path of its file, None where it is none (untitled, from an archive).
    """

    __slots__ = ("_content", "language", "path", "source", "uri", "version")

    def __init__(self, uri: str, path: str | None, text: str, version: int | None, language: str) -> None:
        self.uri = uri
        self.path = path
        self.version = version
        self.language = language
        self.source = Source(path or uri, _clean(text))
        self._content: bytes | None = None

    @property
    def key(self) -> str:
        """What tells it from others: its path, else its URI."""
        return self.path or self.uri

    @property
    def name(self) -> str:
        """The file name that says what it is; empty where nothing does."""
        return os.path.basename(self.path) if self.path else _NAMES.get(self.language, "")

    @property
    def kind(self) -> DocumentKind | Literal["config"] | None:
        """What it is about; None where that is nothing to dagdock."""
        if self.name in OWN_FILES:
            return "config"
        return classify(self.name, self.content) or ("dockerfile" if self.language == "dockerfile" else None)

    @property
    def content(self) -> bytes:
        """Its bytes, as they would be saved."""
        if self._content is None:
            self._content = to_bytes(self.path or self.name, self.source.text)
        return self._content

    @property
    def too_large(self) -> bool:
        return len(self.source.text) > Disk.MAX_BYTES

    def changed(self, changes: Iterable[Change], version: int | None, encoding: Encoding) -> Buffer:
        """The text after changes, made one after the other."""
        source = self.source
        for change in changes:
            text = _clean(change.text)
            if change.start is not None and change.end is not None:
                start = source.editor_offset(*change.start, encoding)
                end = max(start, source.editor_offset(*change.end, encoding))
                text = f"{source.text[:start]}{text}{source.text[end:]}"
            source = Source(source.path, text)
        return Buffer(self.uri, self.path, source.text, version, self.language)


def _clean(text: str) -> str:
    """Without halves of characters, which JSON can hold and no file can."""
    try:
        text.encode("utf-8")
        return text
    except UnicodeEncodeError:
        return re.sub("[\ud800-\udfff]", "\ufffd", text)
