"""Path patterns as `.gitignore` has them; our own `exclude` and `per-file-ignores` read the same way."""

from __future__ import annotations

import re
from collections.abc import Iterable

_GLOB = frozenset("*?[\\")


class Patterns:
    """An ordered list of patterns below one folder: the last one that matches decides, `!` takes back.

    A pattern without a slash matches a name at any depth, with one it starts at the folder; `**` spans folders, a
    slash at the end asks for a folder. Paths are relative to the folder, with `/`.
    """

    __slots__ = ("_runs",)

    def __init__(self, lines: Iterable[str]) -> None:
        # Patterns of the same sense are put together: a name is looked up in a set, the rest is one expression.
        self._runs: list[_Run] = []
        for line in lines:
            pattern = _strip(line)
            if not pattern or pattern.startswith("#"):
                continue
            wanted = not pattern.startswith("!")
            if not wanted:
                pattern = pattern[1:]
            if not self._runs or self._runs[-1].wanted != wanted:
                self._runs.append(_Run(wanted))
            self._runs[-1].add(pattern)
        self._runs.reverse()

    def __bool__(self) -> bool:
        return bool(self._runs)

    def verdict(self, path: str, is_dir: bool) -> bool | None:
        """Whether the path itself is matched (True), taken back by `!` (False), or not mentioned (None)."""
        for run in self._runs:
            if run.matches(path, is_dir):
                return run.wanted
        return None

    def match(self, path: str, is_dir: bool = False) -> bool:
        """Whether the path or a folder above it is matched."""
        parts = path.split("/")
        for count in range(1, len(parts)):
            if self.verdict("/".join(parts[:count]), True):
                return True
        return bool(self.verdict(path, is_dir))


class _Run:
    """Patterns of one sense that stand together."""

    __slots__ = ("_expression", "_folders", "_names", "_sources", "wanted")

    def __init__(self, wanted: bool) -> None:
        self.wanted = wanted
        self._names: set[str] = set()
        self._folders: set[str] = set()
        self._sources: list[str] = []
        self._expression: re.Pattern[str] | None = None

    def add(self, pattern: str) -> None:
        only_folder = pattern.endswith("/")
        pattern = pattern.rstrip("/")
        if not pattern:
            return
        if "/" not in pattern and _GLOB.isdisjoint(pattern):
            (self._folders if only_folder else self._names).add(pattern)
        else:
            self._sources.append(_expression(pattern, only_folder))

    def matches(self, path: str, is_dir: bool) -> bool:
        name = path.rpartition("/")[2]
        if name in self._names or (is_dir and name in self._folders):
            return True
        if not self._sources:
            return False
        if self._expression is None:
            self._expression = re.compile("|".join(self._sources), re.DOTALL)
        return self._expression.fullmatch(f"{path}/" if is_dir else path) is not None


def _strip(line: str) -> str:
    """Without the newline and trailing blanks, of which a backslash keeps the last."""
    line = line.rstrip("\r\n")
    while line.endswith(" ") and not line.endswith("\\ "):
        line = line[:-1]
    return line


def _expression(pattern: str, only_folder: bool) -> str:
    anchored = "/" in pattern
    parts = pattern.lstrip("/").split("/")
    text = "" if anchored else "(?:.*/)?"
    for index, part in enumerate(parts):
        last = index == len(parts) - 1
        if part == "**":
            text += ".+" if last else "(?:.*/)?"
        else:
            text += _segment(part) + ("" if last else "/")
    return f"(?:{text}{'/' if only_folder else '/?'})"


def _segment(part: str) -> str:
    """One name of a pattern as an expression that never crosses a slash and never matches an empty name."""
    if not part.strip("*"):
        return "[^/]+"
    text, position = "", 0
    while position < len(part):
        character = part[position]
        position += 1
        if character == "*":
            text += "[^/]*"
        elif character == "?":
            text += "[^/]"
        elif character == "\\" and position < len(part):
            text += re.escape(part[position])
            position += 1
        elif character == "[" and (end := part.find("]", position + 1)) > 0:
            inside = part[position:end]
            negated = inside[0] in "!^"
            inside = (
                inside[negated:].replace("\\", "\\\\").replace("[", "\\[").replace("^", "\\^").replace("&&", "&\\&")
            )
            text += f"(?!/)[{'^' if negated else ''}{inside}]"
            position = end + 1
        else:
            text += re.escape(character)
    return text
