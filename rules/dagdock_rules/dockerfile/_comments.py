"""What the author says in the comment right above an instruction."""

from __future__ import annotations

from dagdock.api import Dockerfile, Instruction, remembered


def said_above(instruction: Instruction) -> str:
    """The lines of comment right above an instruction, in lower case; empty where there are none."""
    comments = _by_line(instruction.dockerfile)
    line, said = instruction.span.line - 1, ""
    while line in comments:
        said = f"{comments[line]} {said}".lower()
        line -= 1
    return said


def wants_newest(instruction: Instruction) -> bool:
    """Whether the comment right above says that no version is meant to stand there."""
    said = said_above(instruction)
    return any(
        word in said for word in ("latest", "newest", "not-pinned", "not pinned", "unpinned", "on purpose", "overrid")
    )


@remembered
def _by_line(file: Dockerfile) -> dict[int, str]:
    # What silences dagdock names a rule and gives no reason; the comment is asked for as such.
    return {comment.span.line: str(comment.text) for comment in file.comments if "dagdock:" not in str(comment.text)}
