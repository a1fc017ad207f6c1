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
    from dagdock.dockerfile import (
        Add,
        Arg,
        Cmd,
        CommandInstruction,
        Comment,
        Copy,
        CopyLike,
        Directive,
        Dockerfile,
        Entrypoint,
        Env,
        Expose,
        Fault,
        Flag,
        From,
        Healthcheck,
        Heredoc,
        Instruction,
        Label,
        Maintainer,
        Mount,
        Onbuild,
        Pair,
        PairsInstruction,
        Run,
        Scope,
        Shell,
        Stage,
        StopSignal,
        Unknown,
        User,
        Variable,
        Volume,
        Workdir,
    )
    from dagdock.image import ImageRef

__all__ = [
    "Add",
    "Arg",
    "Bad",
    "Cmd",
    "CommandInstruction",
    "Comment",
    "Copy",
    "CopyLike",
    "Directive",
    "Dockerfile",
    "Edit",
    "Entrypoint",
    "Env",
    "Expose",
    "Fault",
    "Fix",
    "Flag",
    "From",
    "Healthcheck",
    "Heredoc",
    "ImageRef",
    "Instruction",
    "Kind",
    "Label",
    "Located",
    "Maintainer",
    "Mapped",
    "Mount",
    "Onbuild",
    "Pair",
    "PairsInstruction",
    "Position",
    "Problem",
    "Problems",
    "Related",
    "Rule",
    "Run",
    "Scope",
    "Shell",
    "Source",
    "Span",
    "Stage",
    "StopSignal",
    "Text",
    "Unknown",
    "User",
    "Variable",
    "Volume",
    "Workdir",
    "hookimpl",
    "rule",
    "rules_in",
]

# Where the names live that are loaded on demand.
_HOME: dict[str, str] = {
    "Add": "dockerfile",
    "Arg": "dockerfile",
    "Cmd": "dockerfile",
    "CommandInstruction": "dockerfile",
    "Comment": "dockerfile",
    "Copy": "dockerfile",
    "CopyLike": "dockerfile",
    "Directive": "dockerfile",
    "Dockerfile": "dockerfile",
    "Entrypoint": "dockerfile",
    "Env": "dockerfile",
    "Expose": "dockerfile",
    "Fault": "dockerfile",
    "Flag": "dockerfile",
    "From": "dockerfile",
    "Healthcheck": "dockerfile",
    "Heredoc": "dockerfile",
    "ImageRef": "image",
    "Instruction": "dockerfile",
    "Label": "dockerfile",
    "Maintainer": "dockerfile",
    "Mount": "dockerfile",
    "Onbuild": "dockerfile",
    "Pair": "dockerfile",
    "PairsInstruction": "dockerfile",
    "Run": "dockerfile",
    "Scope": "dockerfile",
    "Shell": "dockerfile",
    "Stage": "dockerfile",
    "StopSignal": "dockerfile",
    "Unknown": "dockerfile",
    "User": "dockerfile",
    "Variable": "dockerfile",
    "Volume": "dockerfile",
    "Workdir": "dockerfile",
}


def __getattr__(name: str) -> Any:
    if module := _HOME.get(name):
        value = getattr(import_module(f"dagdock.{module}"), name)
        globals()[name] = value
        return value
    raise AttributeError(f"dagdock.api has no {name!r}")
