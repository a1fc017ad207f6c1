"""The flag `--platform` of FROM."""

from __future__ import annotations

from typing import Literal

from dagdock.api import Edit, Fix, Flag, Span


def without_platform(flag: Flag, safety: Literal["safe", "unsafe"]) -> Fix:
    """Take the flag out, with the blanks behind it."""
    source, end = flag.span.source, flag.span.end
    while source.text[end : end + 1] in (" ", "\t"):
        end += 1
    return Fix("Leave out `--platform`", [Edit(Span(source, flag.span.start, end), "")], safety)
