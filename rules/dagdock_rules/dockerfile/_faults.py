"""From what the Dockerfile parser found wrong to what the syntax rules say."""

from __future__ import annotations

from dagdock.api import CommandInstruction, Dockerfile, Fault, Fix, Problem, Problems, Related


def faults(file: Dockerfile, kind: str, *, related: str = "", mend: str = "") -> Problems:
    """A problem for each fault of one kind.

    `related` describes the fault's second place. `mend` is the title of the fix that puts in what was probably meant
    (`{}` stands for it); such a fix is a guess at the author's intention and so never a safe one.
    """
    for fault in file.faults_of(kind):
        if is_template(fault):
            continue
        yield Problem(
            fault.span,
            fault.message,
            related=[Related(fault.related, related)] if fault.related else (),
            fix=Fix.replace(mend.format(fault.nearest), fault.span, fault.nearest, "unsafe")
            if mend and fault.nearest is not None
            else None,
        )


def is_template(fault: Fault) -> bool:
    """Whether a program fills in the instruction (`FROM postgres:{{ version }}`) before Docker reads it."""
    instruction = fault.instruction
    if instruction is None or isinstance(instruction, CommandInstruction):
        return False
    text = instruction.body.text
    return any(mark in text for mark in ("{{", "{%", "<%"))
