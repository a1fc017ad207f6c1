"""What becomes of a result: one module a format, each with one function `write`."""

from __future__ import annotations

from importlib import import_module
from typing import Protocol, TextIO

from dagdock.result import Result

FORMATS = ("text", "concise", "json", "sarif", "github", "gitlab", "junit", "checkstyle", "markdown")


class Writer(Protocol):
    """Writes a result to a text stream. `color` and `quiet` mean something to the formats that people read."""

    def __call__(self, result: Result, stream: TextIO, *, color: bool = False, quiet: bool = False) -> None: ...


def writer(name: str) -> Writer:
    """The function for one of FORMATS; its module is loaded only now."""
    write: Writer = import_module(f"{__name__}.{name}").write
    return write
