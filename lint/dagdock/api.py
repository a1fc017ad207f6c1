"""The public door: everything a rule or a plugin may use, and nothing else.

Names are looked up when they are first asked for, so a Dockerfile rule never loads the Compose or DAG model.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from dagdock.fix import Edit, Fix
from dagdock.hooks import hookimpl, rules_in
from dagdock.rule import Bad, Kind, Problem, Problems, Related, Rule, rule
from dagdock.text import Located, Mapped, Position, Source, Span, Text

if TYPE_CHECKING:
    pass

__all__ = [
    "Bad",
    "Edit",
    "Fix",
    "Kind",
    "Located",
    "Mapped",
    "Position",
    "Problem",
    "Problems",
    "Related",
    "Rule",
    "Source",
    "Span",
    "Text",
    "hookimpl",
    "rule",
    "rules_in",
]

# Where the names live that are loaded on demand.
_HOME: dict[str, str] = {}


def __getattr__(name: str) -> Any:
    if module := _HOME.get(name):
        value = getattr(import_module(f"dagdock.{module}"), name)
        globals()[name] = value
        return value
    raise AttributeError(f"dagdock.api has no {name!r}")
