"""Moving an instruction to another place of the file, together with the comments that belong to it."""

from __future__ import annotations

from dagdock.api import Edit, Instruction, Span


def move_above(instruction: Instruction, target: Instruction, before: str = "") -> list[Edit]:
    """Edits that put an instruction above another one; `before` (whole lines) goes in front of it."""
    lines, place = _block(instruction), _block(target)
    source = lines.source
    text = lines.text if lines.text.endswith("\n") else lines.text + source.newline
    if lines.line > 1 and not source.line_span(lines.line - 1).text.strip():  # the blank line above comes along
        lines = Span(source, source.full_line_span(lines.line - 1).start, lines.end)
        text += source.newline
    return [Edit(Span(source, place.start, place.start), before + text), Edit(lines, "")]


def _block(instruction: Instruction) -> Span:
    """The lines of an instruction and the comments right above it."""
    lines = instruction.lines
    source = lines.source
    first = lines.line
    while first > 1 and source.line_span(first - 1).text.lstrip().startswith("#"):
        first -= 1
    return Span(source, source.full_line_span(first).start, lines.end)
