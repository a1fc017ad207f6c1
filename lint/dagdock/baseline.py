"""Findings that a project knows and lives with for now: the file that lists them, and findings sorted by it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from typing import NamedTuple

from dagdock.config import ConfigError
from dagdock.fingerprint import flagged_lines
from dagdock.rule import Finding

VERSION = 1
DIGITS = 16
_FIELDS = (("path", str), ("rule", str), ("name", str), ("lines", str), ("count", int))


class Key(NamedTuple):
    """What makes findings the same: file, rule, and a hash of the flagged lines without their spacing.

    Lines that move, or are indented anew, stay known; a flagged line with another text is new.
    """

    path: str
    rule: str
    lines: str


class Baseline:
    """Known findings: how often each is there, and the names of their rules for whoever reads the file."""

    __slots__ = ("counts", "folder", "names")

    def __init__(self, folder: str) -> None:
        self.folder = folder
        """The absolute path that the paths of findings start at: the folder of the file."""
        self.counts: dict[Key, int] = {}
        self.names: dict[str, str] = {}

    @classmethod
    def of(cls, findings: Iterable[Finding], folder: str) -> Baseline:
        baseline = cls(folder)
        for finding in findings:
            baseline.add(baseline.key(finding), finding.rule.name)
        return baseline

    def add(self, key: Key, name: str, count: int = 1) -> None:
        self.counts[key] = self.counts.get(key, 0) + count
        self.names[key.rule] = name

    def key(self, finding: Finding) -> Key:
        path = os.path.relpath(finding.path, self.folder).replace(os.sep, "/")
        text = flagged_lines(finding).encode("utf-8", "surrogatepass")
        return Key(path, finding.rule.code, sha256(text).hexdigest()[:DIGITS])

    @property
    def total(self) -> int:
        return sum(self.counts.values())


class Sorted(NamedTuple):
    """Findings sorted by a baseline, and what of the baseline was not found: how often, or where it is now."""

    new: list[Finding]
    known: list[Finding]
    left: dict[Key, int]
    moved: dict[Key, list[Key]]


def sort_out(findings: Sequence[Finding], baseline: Baseline, gone: Callable[[str], bool]) -> Sorted:
    """Sort findings into new and known ones; of equal ones, more than the baseline has, the last are new.

    `gone` says whether a path of the baseline is there no more. What was known in such a file is known in a file that
    the baseline does not have: it was renamed.
    """
    left = dict(baseline.counts)
    known: list[Finding] = []
    others: list[tuple[Finding, Key]] = []
    for finding in findings:
        key = baseline.key(finding)
        if left.get(key):
            left[key] -= 1
            known.append(finding)
        else:
            others.append((finding, key))
    new: list[Finding] = []
    moved: dict[Key, list[Key]] = {}
    paths = {key.path for key in baseline.counts}
    away: dict[tuple[str, str], list[Key]] = {}
    if any(key.path not in paths for _, key in others):
        vanished = {path for path in paths if gone(path)}
        for key in left:
            if key.path in vanished:
                away.setdefault((key.rule, key.lines), []).append(key)
    for finding, key in others:
        candidates = away.get((key.rule, key.lines), ()) if key.path not in paths else ()
        origin = next((candidate for candidate in candidates if left[candidate]), None)
        if origin is None:
            new.append(finding)
        else:
            left[origin] -= 1
            moved.setdefault(origin, []).append(key)
            known.append(finding)
    known.sort(key=lambda finding: finding.order)
    return Sorted(new, known, {key: count for key, count in left.items() if count}, moved)


# The file


def read(path: str) -> Baseline:
    """The baseline in a file. Raises ConfigError, saying what is wrong with it and what to do."""
    try:
        with open(path, "rb") as file:
            content = file.read()
    except OSError as problem:
        hint = f"; `--write-baseline {path}` makes one" if isinstance(problem, FileNotFoundError) else ""
        raise ConfigError(f"{path}: the baseline cannot be read: {problem.strerror}{hint}") from problem
    return parse(path, content)


def parse(path: str, content: bytes) -> Baseline:
    """As `read`, for a content at hand."""
    try:
        table = json.loads(content)
    except (ValueError, RecursionError) as problem:
        raise ConfigError(f"{path}: is no baseline, for it is no JSON: {problem}") from problem
    version = table.get("version") if isinstance(table, dict) else None
    if not isinstance(version, int) or not isinstance(entries := table.get("known"), list):
        raise ConfigError(f"{path}: is no baseline, for it holds no `version` and `known`")
    if version != VERSION:
        raise ConfigError(f"{path}: is a baseline of version {version}; this dagdock reads version {VERSION}")
    baseline = Baseline(os.path.dirname(os.path.abspath(path)))
    for number, entry in enumerate(entries, 1):
        if (
            not isinstance(entry, dict)
            or any(not isinstance(entry.get(name), kind) for name, kind in _FIELDS)
            or entry["count"] < 1
        ):
            wanted = ", ".join(name for name, _ in _FIELDS)
            raise ConfigError(f"{path}: entry {number} is not as it should be, with {wanted}")
        key = Key(entry["path"], entry["rule"], entry["lines"])
        baseline.names[key.rule] = entry["name"]
        # A merge of two branches may leave the same entry twice.
        baseline.counts[key] = max(baseline.counts.get(key, 0), entry["count"])
    return baseline


def dumped(baseline: Baseline) -> bytes:
    """The content of the file: sorted and one entry a line, so that it can be reviewed and merged."""
    lines = [
        json.dumps(
            {"path": key.path, "rule": key.rule, "name": baseline.names[key.rule], "lines": key.lines, "count": count}
        )
        for key, count in sorted(baseline.counts.items())
        if count > 0
    ]
    known = "[\n  " + ",\n  ".join(lines) + "\n ]" if lines else "[]"
    return f'{{"version": {VERSION},\n "known": {known}}}\n'.encode()
