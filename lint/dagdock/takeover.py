"""Configurations of other linters turned into one of ours, and what is to be told about each of their settings."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from dagdock.config import KEYS, Finder
from dagdock.facts import Disk, files_below
from dagdock.names import Vocabulary
from dagdock.peers import DCLINT_FILES, DCLINT_PROGRAMS, HADOLINT_FILES, left_out, read_config

# What a setting means that says what holds without it too.
_DEFAULTS: dict[str, object] = {"strict-labels": False, "hadolint-comments": True}
_MAX_RULES = 4


class Taken(NamedTuple):
    """What one folder's files of other linters say: as a table of our keys, and in words, by the path of each file."""

    folder: str
    table: dict[str, Any]
    told: list[tuple[str, str]]


def take_over(root: str, finder: Finder, vocabulary: Vocabulary) -> list[Taken]:
    """The settings that hold for a folder, and for those below it that have files of other linters themselves.

    A folder that has a configuration of ours is left out: there they do not count. Raises ConfigError.
    """
    root = os.path.abspath(root)
    files = {*HADOLINT_FILES, *DCLINT_FILES}
    below = {os.path.dirname(path) for path in files_below(Disk(root)) if os.path.basename(path) in files}
    found: list[Taken] = []
    for folder in sorted({"", *below}):
        full = os.path.join(root, folder) if folder else root
        if finder.own(full) is None:
            found.append(_taken(root, folder, [path for path in finder.peer_files(full) if path], vocabulary))
    return found


def _taken(root: str, folder: str, paths: list[str], vocabulary: Vocabulary) -> Taken:
    table: dict[str, Any] = {}
    told: list[tuple[str, str]] = []
    for path in paths:
        name, shown = os.path.basename(path), os.path.relpath(path, root).replace(os.sep, "/")
        content = Disk(os.path.dirname(path)).read(name) or b""
        text = content.decode("utf-8", "replace")
        try:
            ours = {key: value for key, value in read_config(name, text).items() if _says_something(key, value)}
            left = left_out(name, text)
        except ValueError as problem:
            told.append((shown, f"left out, it cannot be read: {problem}"))
            continue
        for key, value in ours.items():
            table[key] = _together(table.get(key), value)
        told.append((shown, "\n  ".join(_in_words(ours, left, vocabulary))))
    for name in DCLINT_PROGRAMS:
        if os.path.lexists(os.path.join(root, folder, name)):
            said = "left out: it is a program, and dagdock runs none; write what it sets into dagdock.toml"
            told.append((f"{folder}/{name}".lstrip("/"), said))
    return Taken(folder, table, told)


def _says_something(key: str, value: object) -> bool:
    return key in KEYS and value not in ([], {}) and value != _DEFAULTS.get(key)


def _together(one: object, other: object) -> object:
    if isinstance(one, dict) and isinstance(other, dict):
        return {**one, **other}
    if isinstance(one, list) and isinstance(other, list):
        return [*one, *(item for item in other if item not in one)]
    return other


def _in_words(ours: Mapping[str, Any], left: list[str], vocabulary: Vocabulary) -> Iterator[str]:
    yield "taken over; this file may go" if ours else "holds nothing to take over; this file may go"
    for name in ours.get("ignore", ()):
        yield f"{name} is ignored: {_meant(name, vocabulary)}"
    for name, level in ours.get("severity", {}).items():
        yield f"{name} is {'an' if level[0] in 'aeio' else 'a'} {level}: {_meant(name, vocabulary)}"
    for key, value in ours.items():
        if key == "rules":
            for name, options in value.items():
                for option, given in options.items():
                    shown = str(given).lower() if isinstance(given, bool) else str(given)
                    yield f"{option} of {name} is {shown}"
        elif key not in ("ignore", "severity", "extend-select"):
            shown = ", ".join(map(str, value)) if isinstance(value, (list, dict)) else str(value)
            yield f"{key} is {shown.lower() if isinstance(value, bool) else shown}"
    yield from (f"not taken over: {what}" for what in left)


def _meant(name: str, vocabulary: Vocabulary) -> str:
    rules = [f"{rule.code} {rule.name}" for rule in vocabulary.find(name)]
    if not rules:
        return "no rule here answers to it yet"
    more = f" and {len(rules) - _MAX_RULES} more" if len(rules) > _MAX_RULES else ""
    return ", ".join(rules[:_MAX_RULES]) + more
