"""Path patterns as `.gitignore` has them; our own `exclude` and `per-file-ignores` read the same way."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

_GLOB = frozenset("*?[\\")

# A pattern in pieces of a regular expression: these repeat, every other piece stands for exactly one character.
STAR = "[^/]*"
FOLDERS = "(?:.*/)?"
ANYTHING = ".*"
_REPEATS = frozenset((STAR, FOLDERS, ANYTHING))


class Expression:
    """A pattern in pieces, matched in good time: nested repeats make a regular expression slow without limit."""

    # What one expression may try: a path of so many characters with so many repeats.
    LONGEST, REPEATS = 500, 3

    __slots__ = ("_compiled", "_masks", "_repeats", "is_quick", "pieces")

    def __init__(self, pieces: Iterable[str]) -> None:
        self.pieces = tuple(pieces)
        self.is_quick = sum(piece in _REPEATS for piece in self.pieces) <= self.REPEATS
        """Whether its regular expression takes no long time on any path of LONGEST characters."""
        self._compiled: re.Pattern[str] | None = None
        self._repeats: tuple[int, int, int, int] | None = None
        self._masks: dict[str, int] = {}

    def matches(self, path: str) -> bool:
        """Whether the whole path matches."""
        if len(path) > self.LONGEST or not self.is_quick:
            return self.simulate(path)
        if self._compiled is None:
            self._compiled = re.compile("".join(self.pieces), re.DOTALL)
        return self._compiled.fullmatch(path) is not None

    def simulate(self, path: str) -> bool:
        """The match in time proportional to the path: a set of states as the bits of a number.

        Bit i is set when the first i pieces match what was read so far.
        """
        if self._repeats is None:
            self._repeats = self._read_repeats()
        stay, skip, inside, crossing = self._repeats
        masks = self._masks
        # A state within `(?:.*/)?` waits for the next slash; those are kept apart in `waiting`.
        states, waiting = _skip(1, skip), 0
        for character in path:
            if character not in masks:
                masks[character] = self._mask(character)
            waiting |= states & inside
            moved = (states & masks[character]) << 1 | (states & (crossing if character == "/" else stay))
            if character == "/":
                moved |= waiting << 1
            states = _skip(moved, skip)
        return bool(states >> len(self.pieces) & 1)

    def _read_repeats(self) -> tuple[int, int, int, int]:
        """The pieces that stay where they are, that may match nothing, that end at a slash, and that pass any."""
        stay = skip = inside = crossing = 0
        for index, piece in enumerate(self.pieces):
            if piece in _REPEATS:
                skip |= 1 << index
                stay |= (piece != FOLDERS) << index
                inside |= (piece == FOLDERS) << index
                crossing |= (piece == ANYTHING) << index
        return stay, skip, inside, crossing

    def _mask(self, character: str) -> int:
        """The pieces that stand for a character."""
        return sum(
            1 << index
            for index, piece in enumerate(self.pieces)
            if piece not in _REPEATS and re.compile(piece, re.DOTALL).fullmatch(character)
        )


def _skip(states: int, skip: int) -> int:
    """`states` with those added that a repeat reaches by matching nothing."""
    while added := ((states & skip) << 1) & ~states:
        states |= added
    return states


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

    __slots__ = ("_expressions", "_folders", "_names", "_quick", "_slow", "wanted")

    def __init__(self, wanted: bool) -> None:
        self.wanted = wanted
        self._names: set[str] = set()
        self._folders: set[str] = set()
        self._expressions: list[tuple[Expression, bool]] = []  # and whether it is meant for folders only
        self._slow: list[tuple[Expression, bool]] = []
        self._quick: re.Pattern[str] | None = None

    def add(self, pattern: str) -> None:
        only_folder = pattern.endswith("/")
        pattern = pattern.rstrip("/")
        if not pattern:
            return
        if "/" not in pattern and _GLOB.isdisjoint(pattern):
            (self._folders if only_folder else self._names).add(pattern)
        else:
            expression = Expression(_pieces(pattern))
            self._expressions.append((expression, only_folder))
            if not expression.is_quick:
                self._slow.append((expression, only_folder))

    def matches(self, path: str, is_dir: bool) -> bool:
        name = path.rpartition("/")[2]
        if name in self._names or (is_dir and name in self._folders):
            return True
        if not self._expressions:
            return False
        too_long = len(path) > Expression.LONGEST
        one_by_one = self._expressions if too_long else self._slow
        if any(expression.matches(path) for expression, only_folder in one_by_one if is_dir or not only_folder):
            return True
        return not too_long and self._all_quick().fullmatch(f"{path}/" if is_dir else path) is not None

    def _all_quick(self) -> re.Pattern[str]:
        """Those that take no long time as one expression; it wants a slash behind a folder."""
        if self._quick is None:
            sources = [
                f"(?:{''.join(expression.pieces)}{'/' if only_folder else '/?'})"
                for expression, only_folder in self._expressions
                if expression.is_quick
            ]
            self._quick = re.compile("|".join(sources), re.DOTALL)
        return self._quick


def _strip(line: str) -> str:
    """Without the newline and trailing blanks, of which a backslash keeps the last."""
    line = line.rstrip("\r\n")
    while line.endswith(" ") and not line.endswith("\\ "):
        line = line[:-1]
    return line


def _pieces(pattern: str) -> Iterator[str]:
    parts = pattern.lstrip("/").split("/")
    if "/" not in pattern:
        yield FOLDERS
    for index, part in enumerate(parts):
        last = index == len(parts) - 1
        if part != "**":
            yield from _segment(part)
            if not last:
                yield "/"
        elif last:
            yield from (".", ANYTHING)
        else:
            yield FOLDERS


def _segment(part: str) -> Iterator[str]:
    """One name of a pattern in pieces that never cross a slash and never match an empty name."""
    if not part.strip("*"):
        yield from ("[^/]", STAR)
        return
    position = 0
    while position < len(part):
        character = part[position]
        position += 1
        if character == "*":
            yield STAR
        elif character == "?":
            yield "[^/]"
        elif character == "\\" and position < len(part):
            yield re.escape(part[position])
            position += 1
        elif character == "[" and (found := _class(part, position)):
            piece, position = found
            yield piece
        else:
            yield re.escape(character)


def _class(part: str, position: int) -> tuple[str, int] | None:
    """The set behind a `[` as a piece, and the place behind its `]`; None where nothing closes it."""
    negated = part[position : position + 1] in ("!", "^")
    position += negated
    members: list[tuple[str, str]] = []
    while not (members and part.startswith("]", position)):
        low, position = _member(part, position)
        high = low
        if part.startswith("-", position) and part[position + 1 : position + 2] not in ("", "]"):
            high, position = _member(part, position + 1)
        if not low or not high:
            return None
        members.append((low, high))
    # A range the wrong way round holds nothing.
    ranges = "".join(f"{re.escape(low)}-{re.escape(high)}" for low, high in members if low <= high) or "\0"
    return f"(?!/)[{'^' if negated else ''}{ranges}]", position + 1


def _member(part: str, position: int) -> tuple[str, int]:
    """One character of a set, behind a backslash where one stands; empty at the end of the pattern."""
    position += part.startswith("\\", position)
    return part[position : position + 1], position + 1
