from __future__ import annotations

from collections.abc import Sequence

from dagdock.api import Bad, Dockerfile, Fix, Located, Problem, Problems, Related, rule

from ._apt_lists import in_words
from ._swallowed import swallowed_line


@rule(
    "DF022",
    severity="warning",
    since="0.1",
    precision="very-high",
    fix="safe",
    aliases=["buildkit:NoEmptyContinuation", "dockerfile-utils:EMPTY_CONTINUATION_LINE"],
    tags=["syntax"],
    bad=[
        Bad(
            "FROM debian:12\nRUN apt-get update && \\\n«»\n    apt-get install -y curl\n",
            fixed="FROM debian:12\nRUN apt-get update && \\\n    apt-get install -y curl\n",
        ),
    ],
    good=["FROM debian:12\nRUN apt-get update && \\\n    # curl for the health check\n    apt-get install -y curl\n"],
)
def empty_continuation(file: Dockerfile) -> Problems:
    r"""A blank line stands in the middle of an instruction that is continued with `\`.

    Docker still reads over it, with a warning, and means to refuse it one day; to most readers the instruction ends
    there. Delete the line, or turn it into a comment.

    https://docs.docker.com/reference/build-checks/no-empty-continuation/
    """
    for instruction in file.instructions:
        blanks = instruction.blank_lines
        if blanks and not swallowed_line(instruction):  # else it is the `\\` that is too much
            others = len(blanks) - 1
            lines = f"{others + 1} blank lines ({in_words(_lines(blanks))}) stand" if others else "a blank line stands"
            yield Problem(
                blanks[0],
                f"{lines} inside this {instruction.name}. Docker skips {'them' if others else 'it'} with a "
                f"warning, and a later Docker may refuse the file. Delete {'them' if others else 'it'}",
                related=[Related(blank, "and here") for blank in blanks[1:4]],
                fix=Fix(
                    "Delete the blank lines" if others else "Delete the blank line",
                    [edit for blank in blanks for edit in Fix.delete_lines("", blank).edits],
                ),
            )


def _lines(blanks: Sequence[Located]) -> list[int]:
    return [blank.span.line for blank in blanks]
