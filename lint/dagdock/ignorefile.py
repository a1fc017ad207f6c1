"""`.dockerignore`: patterns with their places, and the matching exactly as Docker does it."""

from __future__ import annotations

from dagdock.rule import Kind
from dagdock.text import Source, Span, Text


class Pattern:
    """One line of an ignore file: what it leaves out, or with `!` takes back in."""

    kind: Kind = "dockerfile"
    __slots__ = ("fault", "glob", "negated", "span", "text")

    def __init__(self, text: Text) -> None:
        self.text = text
        """As written, without the blanks around it."""
        self.span: Span = text.span
        self.negated = text.startswith("!")
        self.glob: str = text
        """The pattern as Docker compares it: without `!`, cleaned, no leading `/`."""
        self.fault: str | None = None
        """Why Docker refuses it."""

    def matches(self, path: str) -> bool:
        """Whether it matches a path (relative to the context) itself or one of its parents."""
        raise NotImplementedError


class IgnoreFile:
    """A `.dockerignore` (or `<Dockerfile>.dockerignore`)."""

    kind: Kind = "dockerfile"
    __slots__ = ("patterns", "source", "span")

    def __init__(self, source: Source, patterns: list[Pattern]) -> None:
        self.source = source
        self.span = source.whole
        self.patterns = patterns

    def ignored(self, path: str) -> bool:
        """Whether a path (relative to the context, with `/`) is left out of the build."""
        decided = self.decides(path)
        return decided is not None and not decided.negated

    def decides(self, path: str) -> Pattern | None:
        """The pattern that decides about a path: the last one that matches it or a parent."""
        raise NotImplementedError


def parse(source: Source) -> IgnoreFile:
    raise NotImplementedError
