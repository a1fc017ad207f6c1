"""A line of shell as commands and words that know where they stand; the grammar is loaded at the first line."""

from __future__ import annotations

from dagdock.shell.commands import Command, Redirect, Script
from dagdock.shell.options import Option, Options
from dagdock.shell.reader import parse, parse_exec
from dagdock.shell.words import Word

__all__ = ["Command", "Option", "Options", "Redirect", "Script", "Word", "parse", "parse_exec"]
