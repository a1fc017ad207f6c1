"""A Dockerfile as instructions, words and stages that know where they stand; parsing never raises on any text."""

from __future__ import annotations

from dagdock.dockerfile.commands import Cmd, CommandInstruction, Entrypoint, Healthcheck, Run
from dagdock.dockerfile.document import Dockerfile, parse
from dagdock.dockerfile.execform import JsonFault
from dagdock.dockerfile.faults import Fault
from dagdock.dockerfile.flags import Flag
from dagdock.dockerfile.heredocs import Heredoc
from dagdock.dockerfile.instruction import Instruction
from dagdock.dockerfile.instructions import (
    Add,
    Copy,
    CopyLike,
    Expose,
    From,
    Maintainer,
    Onbuild,
    Port,
    Shell,
    StopSignal,
    Unknown,
    User,
    Volume,
    Workdir,
)
from dagdock.dockerfile.lexer import Comment, Directive
from dagdock.dockerfile.mounts import Mount, MountField
from dagdock.dockerfile.pairs import Arg, Env, Label, Pair, PairsInstruction
from dagdock.dockerfile.stages import Binding, Scope, Stage
from dagdock.dockerfile.tokens import Token
from dagdock.dockerfile.words import Literal, Variable, Word

__all__ = [
    "Add",
    "Arg",
    "Binding",
    "Cmd",
    "CommandInstruction",
    "Comment",
    "Copy",
    "CopyLike",
    "Directive",
    "Dockerfile",
    "Entrypoint",
    "Env",
    "Expose",
    "Fault",
    "Flag",
    "From",
    "Healthcheck",
    "Heredoc",
    "Instruction",
    "JsonFault",
    "Label",
    "Literal",
    "Maintainer",
    "Mount",
    "MountField",
    "Onbuild",
    "Pair",
    "PairsInstruction",
    "Port",
    "Run",
    "Scope",
    "Shell",
    "Stage",
    "StopSignal",
    "Token",
    "Unknown",
    "User",
    "Variable",
    "Volume",
    "Word",
    "Workdir",
    "parse",
]
