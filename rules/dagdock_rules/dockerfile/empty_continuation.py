from __future__ import annotations

from dagdock.api import Bad, Dockerfile, Fix, Problem, Problems, rule


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
        for blank in instruction.blank_lines:
            yield Problem(
                blank,
                f"this blank line splits a {instruction.name} instruction, which Docker is going to refuse. Delete it",
                fix=Fix.delete_lines("Delete the blank line", blank),
            )
