"""Marks in example texts: `«…»` around what a rule flags, taken out before and put back after."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

OPEN, CLOSE = "«", "»"
Stretch = tuple[int, int]


def unmark(text: str) -> tuple[str, list[Stretch]]:
    """The text without its marks, and the offsets (in the clean text) of each marked stretch, in order.

    Raises ValueError where marks do not pair up.
    """
    clean: list[str] = []
    length = 0
    opened: list[int] = []
    found: list[Stretch] = []
    for character in text:
        if character == OPEN:
            opened.append(length)
        elif character == CLOSE:
            if not opened:
                raise ValueError(f"{CLOSE} without {OPEN} in {text!r}")
            found.append((opened.pop(), length))
        else:
            clean.append(character)
            length += 1
    if opened:
        raise ValueError(f"{OPEN} without {CLOSE} in {text!r}")
    return "".join(clean), sorted(found)


def mark(text: str, stretches: Iterable[Stretch]) -> str:
    """The text with `«…»` around each stretch, for messages that show what was flagged instead."""
    marks = [(start, 1, -end, OPEN) for start, end in stretches]
    marks += [(end, 0, -start, CLOSE) if end > start else (end, 2, 0, CLOSE) for start, end in stretches]
    for offset, _, _, sign in sorted(marks, reverse=True):
        text = text[:offset] + sign + text[offset:]
    return text


def as_files(example: str | Mapping[str, str], name: str) -> dict[str, str]:
    """An example as files by path; a single text becomes the file `name`."""
    return {name: example} if isinstance(example, str) else dict(example)
