"""`.dockerignore`: patterns with their places, and the matching exactly as Docker does it.

Docker cleans each pattern as a path, makes a glob of it, tests a path and each of its parents, and the last pattern
that matches decides (github.com/moby/patternmatcher). That is not what `.gitignore` does: `foo` is meant at the
context's root only, and `foo/` is a file as well as a folder.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from posixpath import normpath

from dagdock.fix import Edit
from dagdock.globs import ANYTHING, FOLDERS, STAR, Expression
from dagdock.rule import Kind
from dagdock.text import BOM, Source, Span, Text

# No path is longer on the systems that Docker runs on (PATH_MAX is 4096).
_LONGEST = 5_000
# Characters that stand for more than themselves in a pattern.
WILDCARDS = frozenset("*?[\\")


class Pattern:
    """One line of an ignore file: what it leaves out of the build, or with `!` takes back in."""

    kind: Kind = "dockerfile"
    __slots__ = ("cleaned", "fault", "glob", "negated", "span", "text")

    def __init__(self, text: Text) -> None:
        self.text = text
        """As written, without the blanks around it."""
        self.span: Span = text.span
        self.negated = text.startswith("!")
        self.cleaned = _clean(text[1:].strip() if self.negated else text)
        """The pattern as Docker compares it: without `!`, as a clean path, no leading `/`."""
        self.glob = Glob(self.cleaned)
        self.fault: str | None = self.glob.fault
        """Why Docker refuses it, and with it the whole build."""
        if not self.cleaned:
            self.fault = "`!` stands alone: it takes nothing back in"

    @property
    def literal(self) -> bool:
        """Whether it holds no wildcard, so that it means one path."""
        return WILDCARDS.isdisjoint(self.cleaned)

    def matches(self, path: str) -> bool:
        """Whether it matches a path (relative to the context, with `/`) or one of its parents."""
        return any(self.glob.matches(part) for part in _with_parents(_clean(path)))

    def __repr__(self) -> str:
        return f"<pattern {self.text!s}>"


class IgnoreFile:
    """A `.dockerignore` (or a `Dockerfile.dockerignore`)."""

    kind: Kind = "dockerfile"
    __slots__ = ("_decided", "_globs", "_literals", "comments", "patterns", "source", "span")

    def __init__(self, source: Source, patterns: list[Pattern], comments: list[Span]) -> None:
        self.source = source
        self.span = source.whole
        self.patterns = patterns
        self.comments = comments
        # For speed: patterns without wildcards by their path, the others last first, and what is known of folders.
        self._literals = {pattern.cleaned: place for place, pattern in enumerate(patterns) if pattern.literal}
        self._globs = [(place, pattern) for place, pattern in enumerate(patterns) if not pattern.literal][::-1]
        self._decided: dict[str, int] = {}

    @property
    def faults(self) -> list[Pattern]:
        """The patterns that Docker refuses; it builds nothing while there is one."""
        return [pattern for pattern in self.patterns if pattern.fault]

    @property
    def takes_back(self) -> bool:
        """Whether any pattern begins with `!`: only then can something be left below an ignored folder."""
        return any(pattern.negated for pattern in self.patterns)

    def ignored(self, path: str) -> bool:
        """Whether a path (relative to the context, with `/`) is left out of the build."""
        decisive = self.decides(path)
        return decisive is not None and not decisive.negated

    def decides(self, path: str) -> Pattern | None:
        """The pattern that decides about a path: the last one that matches it or a parent; None where none does."""
        place = -1
        for part in _with_parents(_clean(path)):
            if part not in self._decided:
                self._decided[part] = self._last_match(part, place)
            place = self._decided[part]
        return self.patterns[place] if place >= 0 else None

    def _last_match(self, path: str, above: int) -> int:
        """The place of the last pattern that matches `path` itself, or that of its parent where that is later."""
        best = max(above, self._literals.get(path, -1))
        for place, pattern in self._globs:
            if place <= best:
                break
            if pattern.glob.matches(path):
                return place
        return best

    def append(self, lines: Sequence[str]) -> Edit:
        """The edit that adds lines at the end, in the file's own newline style."""
        text, newline = self.source.text, self.source.newline
        before = "" if not text.strip(BOM) or text.endswith("\n") else newline
        end = len(text)
        return Edit(Span(self.source, end, end), before + "".join(line + newline for line in lines))

    def walk(self) -> Iterator[IgnoreFile | Pattern]:
        """The file and its patterns: what a rule can look at."""
        yield self
        yield from self.patterns


def parse(source: Source) -> IgnoreFile:
    """The patterns of an ignore file, read as Docker reads it; never raises."""
    patterns: list[Pattern] = []
    comments: list[Span] = []
    start = len(BOM) if source.text.startswith(BOM) else 0
    for line in source.text[start:].split("\n"):
        end = start + len(line)
        # A `#` behind a blank is no comment but a pattern, and only `\n` ends a line.
        if line.startswith("#"):
            comments.append(Span(source, start, start + len(line.rstrip("\r"))))
        elif stripped := line.strip():
            first = start + line.index(stripped)
            patterns.append(Pattern(Text(stripped, Span(source, first, first + len(stripped)))))
        start = end + 1
    return IgnoreFile(source, patterns, comments)


class Glob:
    """A pattern of Go's `filepath.Match`, with `**` for any number of folders where `deep` is set.

    `fault` says why Docker refuses it; then it matches nothing.
    """

    __slots__ = ("_expression", "fault", "pattern")

    def __init__(self, pattern: str, *, deep: bool = True) -> None:
        self.pattern = pattern
        self.fault: str | None = None
        self._expression: Expression | None = None
        if not WILDCARDS.isdisjoint(pattern) and len(pattern) <= _LONGEST:
            try:
                self._expression = Expression(_pieces(pattern, deep))
            except ValueError as fault:
                self.fault = str(fault)

    def matches(self, path: str) -> bool:
        """Whether the whole path matches."""
        if self.fault:
            return False
        return path == self.pattern if self._expression is None else self._expression.matches(path)


def _pieces(pattern: str, deep: bool) -> Iterator[str]:
    """The pieces of a pattern. Raises ValueError where `filepath.Match` finds it malformed."""
    position, length = 0, len(pattern)
    while position < length:
        character = pattern[position]
        if character == "*":
            start = position
            position += 1
            if not (deep and pattern.startswith("*", position)):
                yield STAR
                continue
            position += 1
            if pattern.startswith("/", position):
                position += 1
            elif start == 0 and WILDCARDS.isdisjoint(pattern[position:]):
                # `**x` without another wildcard is compared as an ending, whatever stands before it.
                yield ANYTHING
                continue
            yield ANYTHING if position == length else FOLDERS
        elif character == "?":
            yield "[^/]"
            position += 1
        elif character == "[":
            piece, position = _class(pattern, position)
            yield piece
        elif character == "\\":
            if position + 1 == length:
                raise ValueError("`\\` stands at the end with nothing behind it to escape")
            yield re.escape(pattern[position + 1])
            position += 2
        else:
            yield re.escape(character)
            position += 1


def _class(pattern: str, start: int) -> tuple[str, int]:
    """`[a-z]` at `start` as a regular expression, and where it ends."""
    position = start + 1
    negated = pattern.startswith("^", position)
    if negated:
        position += 1
    ranges = ""
    while not (ranges and pattern.startswith("]", position)):
        low, position = _class_member(pattern, position)
        high = low
        if pattern.startswith("-", position):
            high, position = _class_member(pattern, position + 1)
        if low <= high:  # a range the wrong way round is legal and empty
            ranges += f"{re.escape(low)}-{re.escape(high)}"
        else:
            ranges += "\0-\0"
    return f"[{'^' if negated else ''}{ranges}]", position + 1


def _class_member(pattern: str, position: int) -> tuple[str, int]:
    character = pattern[position : position + 1]
    if character == "\\":
        position += 1
        character = pattern[position : position + 1]
    elif character in ("-", "]"):
        raise ValueError(f"`{character}` cannot stand there inside `[…]`; write `\\{character}`")
    if not character or position + 1 >= len(pattern):
        raise ValueError("`[` has no closing `]`")
    return character, position + 1


def _clean(path: str) -> str:
    """A pattern or path as Go's `filepath.Clean` leaves it, without the leading `/`."""
    if not path:
        return ""
    clean = normpath(path)
    return clean.lstrip("/") or "/"


def _with_parents(path: str) -> list[str]:
    """`a/b/c` as `a`, `a/b`, `a/b/c`; nothing for the root and for what is too long to be a path."""
    if path in ("", ".") or len(path) > _LONGEST:
        return []
    parts = path.split("/")
    return ["/".join(parts[:count]) for count in range(1, len(parts) + 1)]
