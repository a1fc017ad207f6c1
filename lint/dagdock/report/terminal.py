"""What a terminal can show: colours by hand, how wide a text is, and nothing that could command the terminal."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TextIO

TAB = 4
DEFAULT_WIDTH = 100
MAX_WIDTH = 120
MAX_CODE = 40  # longer pieces of code may be broken

STYLES = {
    "error": "1;31",
    "warning": "1;33",
    "info": "1;36",
    "strong": "1",
    "dim": "2",
    "related": "34",
    "good": "32",
    "link": "4",
}

# What an encoding without these signs gets instead.
PLAIN = str.maketrans({"│": "|", "┌": "/", "└": "\\", "┆": ":", "…": "~", "·": "-", "—": "-", "’": "'"})


class Terminal:
    """Where people read: knows whether colours and signs beyond ASCII may be used, and how wide a line may be."""

    __slots__ = ("_plain", "_stream", "color", "width")

    def __init__(self, stream: TextIO, *, color: bool = False, width: int | None = None) -> None:
        self._stream = stream
        self._plain = not (getattr(stream, "encoding", None) or "utf-8").lower().startswith(("utf", "cp65001"))
        self.color = color
        self.width = width or _width_of(stream)

    def paint(self, text: str, style: str) -> str:
        return f"\x1b[{STYLES[style]}m{text}\x1b[0m" if self.color and text else text

    def line(self, text: str = "") -> None:
        if self._plain:
            encoding = self._stream.encoding
            text = text.translate(PLAIN).encode(encoding, "backslashreplace").decode(encoding)
        self._stream.write(text.rstrip() + "\n")


def wants_color(stream: TextIO, choice: str = "auto") -> bool:
    """Whether to use colours: `always`, `never`, or what the environment and the stream say.

    https://no-color.org and https://force-color.org: both count when they are set and not empty.
    """
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (stream.isatty() and os.environ.get("TERM") != "dumb")


def _width_of(stream: TextIO) -> int:
    if not stream.isatty():
        return DEFAULT_WIDTH
    from shutil import get_terminal_size

    return max(40, min(get_terminal_size((DEFAULT_WIDTH, 0)).columns, MAX_WIDTH))


def printable(text: str) -> str:
    """One line of somebody's text, with everything that could move, colour or confuse a terminal written out."""
    return text if text.isprintable() else "".join(piece for piece, _ in cells(text, tab=" "))


def cells(text: str, tab: str | None = None) -> list[tuple[str, int]]:
    """For each code point of one line: what to print for it, and how many columns that takes.

    A tab reaches the next multiple of TAB, or becomes the text `tab`.
    """
    if text.isascii() and text.isprintable():
        return [(character, 1) for character in text]
    from unicodedata import category, east_asian_width

    found: list[tuple[str, int]] = []
    column = 0
    for character in text:
        kind = category(character)
        if character == "\t":
            piece = " " * (TAB - column % TAB) if tab is None else tab
            width = len(piece)
        elif kind in ("Cc", "Cs", "Zl", "Zp") or (kind == "Cf" and character not in "\u200c\u200d"):
            piece = _written_out(character)
            width = len(piece)
        else:
            piece = character
            width = 0 if kind in ("Mn", "Me", "Cf") else 2 if east_asian_width(character) in "WF" else 1
        found.append((piece, width))
        column += width
    return found


def _written_out(character: str) -> str:
    """`\\x1b` for a control character, `\\xff` for a byte that is no text, `\\u202e` for an invisible character."""
    number = ord(character)
    if 0xDC80 <= number <= 0xDCFF:  # a byte that could not be decoded
        number -= 0xDC00
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"


def width_of(text: str) -> int:
    return len(text) if text.isascii() else sum(width for _, width in cells(text))


def shortened(text: str, width: int) -> str:
    """`text` in at most `width` columns; what is longer ends with `…`."""
    if width_of(text) <= width:
        return text
    text = text[: 4 * width]  # a text of megabytes is not measured sign by sign
    while width_of(text) >= width:
        text = text[:-1]
    return text.rstrip() + "…"


def wrapped(text: str, width: int) -> list[str]:
    """`text` in lines of at most `width` columns, broken between words; what is longer keeps its own line."""
    lines: list[str] = []
    line, used = "", 0
    for word in _words(text):
        size = width_of(word)
        if line and used + 1 + size > width:
            lines.append(line)
            line, used = "", 0
        line, used = (f"{line} {word}", used + 1 + size) if line else (word, size)
    return [*lines, line] if line else lines


def _words(text: str) -> Iterator[str]:
    """The words of a text; a short piece of `code in backticks` is one."""
    pending = ""
    for word in text.split():
        pending = f"{pending} {word}" if pending else word
        if pending.count("`") % 2 == 0 or len(pending) > MAX_CODE:
            yield pending
            pending = ""
    if pending:
        yield pending
