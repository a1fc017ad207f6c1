"""XML by hand: text and attributes that every parser reads, whatever somebody's file holds."""

from __future__ import annotations

import re
from functools import cache

REPLACEMENT = "\ufffd"


def attributes(**values: object) -> str:
    """` name="value"` for each value that is not None; a `_` at the end of a name is not part of it."""
    return "".join(
        f' {name.rstrip("_")}="{escaped(str(value))}"' for name, value in values.items() if value is not None
    )


def escaped(text: str) -> str:
    """Text for an element or an attribute, in ASCII, so that any encoding carries it.

    What XML 1.0 cannot hold, not even as a reference, becomes U+FFFD: control characters, halves of surrogate pairs.
    """
    text = _forbidden().sub(REPLACEMENT, text)
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    # A parser turns these into blanks in an attribute, and a carriage return into a newline everywhere.
    text = text.replace("\t", "&#9;").replace("\n", "&#10;").replace("\r", "&#13;")
    return text.encode("ascii", "xmlcharrefreplace").decode()


@cache
def _forbidden() -> re.Pattern[str]:
    """https://www.w3.org/TR/xml/#charsets"""
    return re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
