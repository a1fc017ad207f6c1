"""Instructions of which only the last in a stage counts."""

from __future__ import annotations

from dagdock.api import Fix, Instruction, Problem, Problems, Related, Stage


def overridden(stage: Stage, kind: type[Instruction]) -> Problems:
    """A problem for each instruction of a kind that a later one in the same stage replaces."""
    found = [instruction for instruction in stage.instructions if isinstance(instruction, kind)]
    refused = {id(fault.instruction) for fault in stage.dockerfile.faults}
    for instruction in found[:-1]:
        if id(instruction) in refused:
            continue  # it has an effect: the build stops at it
        last = found[-1]
        yield Problem(
            instruction,
            f"this {instruction.name} has no effect: only the last one of a stage counts, the one in line "
            f"{last.span.line}. Delete it",
            related=[Related(last, f"this {last.name} is the one that counts")],
            fix=Fix.delete_lines(f"Delete this {instruction.name}", instruction),
        )
