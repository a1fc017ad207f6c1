"""Edits of Compose files that several fixes make: new keys and declarations, in the file's own indentation."""

from __future__ import annotations

import re

from dagdock.api import ComposeFile, Edit, Entry, Mapping, Node, Scalar, Span

STEP = "  "
_RESERVED = frozenset("y yes n no on off true false null".split())


def column(node: Node) -> int:
    """How far a node is indented, `&anchor` and `!tag` before it counted in."""
    return node.source.position(node.begin).column - 1


def is_plain_name(name: str) -> bool:
    """Whether a name can be written as a key without quotes and is read as text."""
    return bool(re.fullmatch(r"[A-Za-z][\w.-]*", name, re.ASCII)) and name.lower() not in _RESERVED


def lines_below(span: Span, lines: list[str]) -> Edit:
    """New lines below the one that `span` ends on."""
    source = span.source
    newline = source.newline
    line = source.full_line_span(source.position(max(span.start, span.end - 1)).line)
    text = newline.join(lines)
    ended = line.text.endswith(("\n", "\r"))
    return Edit(Span(source, line.end, line.end), text + newline if ended else newline + text)


def add_entry(mapping: Mapping, key: str, value: str) -> Edit | None:
    """Add `key: value` at the end of a mapping; None where it is not clear how."""
    if not mapping.entries:
        return None
    first, last = mapping.entries[0], mapping.entries[-1]
    if mapping.flow:
        return Edit(Span(mapping.source, first.key.begin, first.key.begin), f"{key}: {value}, ")
    return lines_below(last.span, [" " * column(first.key) + f"{key}: {value}"])


def declare(file: ComposeFile, key: str, name: str) -> Edit | None:
    """Add `name:` under a top-level key, and the key where it is missing; None where it is not clear how."""
    documents = file.tree.documents
    root = documents[0].root if len(documents) == 1 else None
    if not isinstance(root, Mapping) or root.flow or not root.entries or not is_plain_name(name):
        return None
    margin = " " * column(root.entries[0].key)
    entry = written_entry(root, key)
    if entry is None:
        return _at_end(file, [f"{margin}{key}:", f"{margin}{STEP}{name}:"])
    value = entry.value
    if isinstance(value, Mapping) and value.entries and not value.flow:
        return lines_below(value.entries[-1].span, [" " * column(value.entries[0].key) + f"{name}:"])
    if isinstance(value, Scalar) and not value.raw and value.anchor is None and value.tag is None:
        return lines_below(entry.key.span, [f"{margin}{STEP}{name}:"])
    return None


def written_entry(mapping: Mapping, key: str) -> Entry | None:
    """The entry of a key that is written in the mapping itself, not brought in by `<<`."""
    return next((entry for entry in mapping.entries if entry.name == key), None)


def _at_end(file: ComposeFile, lines: list[str]) -> Edit:
    """New lines at the end of the file, behind a blank one."""
    source = file.source
    text, newline = source.text, source.newline
    before = "" if text.endswith(("\n", "\r")) else newline
    if not re.search(r"\n[ \t]*\r?\n[ \t\r\n]*\Z", text):
        before += newline
    return Edit(Span(source, len(text), len(text)), before + newline.join(lines) + newline)
