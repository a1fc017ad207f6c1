from __future__ import annotations

from bisect import bisect_left, bisect_right

from dagdock.api import Bad, Comment, Dockerfile, Edit, Fix, Instruction, Problem, Problems, Related, remembered, rule


@rule(
    "DF812",
    severity="info",
    since="0.1",
    fix="safe",
    tags=["suppressions"],
    bad=[
        Bad(
            "«# hadolint ignore=DL3006»\n\nFROM debian\n",
            fixed="# hadolint ignore=DL3006\nFROM debian\n",
        ),
        Bad(
            "FROM debian:12\n«# hadolint ignore=DL3008»\n# hadolint ignore=DL3009\nRUN apt-get install -y curl\n",
            fixed="FROM debian:12\n# hadolint ignore=DL3008,DL3009\nRUN apt-get install -y curl\n",
        ),
        Bad(
            "FROM debian:12\n«# hadolint ignore=DL3008»\n# for the health check\nRUN apt-get install -y curl\n",
            fixed="FROM debian:12\n# for the health check\n# hadolint ignore=DL3008\nRUN apt-get install -y curl\n",
        ),
    ],
    good=[
        "# hadolint ignore=DL3006\nFROM debian\n",
        "# hadolint global ignore=DL3006\n\nFROM debian\n",
        "FROM debian:12\n# for the health check\n# hadolint ignore=DL3008,DL3009\nRUN apt-get install -y curl\n",
    ],
)
def ignore_comment_not_adjacent(file: Dockerfile) -> Problems:
    """A comment for hadolint does not stand directly above its instruction.

    hadolint heeds `# hadolint ignore=` only in the line right above an instruction: with a blank line or another
    comment between it has no effect, and of two such comments only the last counts. dagdock understands them all the
    same. Put all codes into one comment, right above.

    https://github.com/hadolint/hadolint#inline-ignores
    """
    for comment in _comments(file):
        below = _below(comment, file)
        if not below:
            continue
        instruction, last = below
        line = instruction.span.line
        if line == comment.span.line + 1:
            continue
        reason = (
            "hadolint heeds only the last of several such comments"
            if last
            else "hadolint heeds this comment only in the line right above an instruction"
        )
        yield Problem(
            comment,
            f"{reason}, and `{instruction.name}` stands in line {line}. "
            + ("Put all codes into one comment" if last else "Move the comment there"),
            related=[Related(instruction.keyword, "the instruction that is meant")],
            fix=_joined(comment, last) if last else _moved(comment, instruction),
        )


def _codes(comment: Comment) -> str:
    """The codes that a comment tells hadolint to ignore for one instruction."""
    import re

    found = re.match(r"hadolint\s+ignore\s*=\s*([\w:.-]+(?:\s*,\s*[\w:.-]+)*)(?=\s|$)", comment.text, re.IGNORECASE)
    return found[1] if found else ""


def _below(comment: Comment, file: Dockerfile) -> tuple[Instruction, Comment | None] | None:
    """The next instruction, and the last such comment before it; None inside an instruction and at the file's end."""
    starts = _starts(file)
    place = bisect_right(starts, comment.span.end)
    if place == len(starts) or (place and file.instructions[place - 1].lines.end > comment.span.start):
        return None
    comments = _comments(file)
    last = comments[bisect_left(comments, starts[place], key=_begin) - 1]
    return file.instructions[place], None if last is comment else last


def _begin(comment: Comment) -> int:
    return comment.span.start


@remembered
def _starts(file: Dockerfile) -> list[int]:
    return [each.span.start for each in file.instructions]


@remembered
def _comments(file: Dockerfile) -> list[Comment]:
    """The comments that tell hadolint to ignore something for one instruction."""
    return [comment for comment in file.comments if _codes(comment)]


def _joined(comment: Comment, last: Comment) -> Fix:
    """Put the codes in front of those of the last such comment."""
    source = comment.span.source
    start = last.span.text.index("=") + 1
    start += len(last.span.text[start:]) - len(last.span.text[start:].lstrip()) + last.span.start
    own = source.full_line_span(comment.span.line)
    edits = [Edit(own, ""), Edit(source.span(start, start), f"{_codes(comment)},")]
    return Fix("Put all codes into one comment", edits)


def _moved(comment: Comment, instruction: Instruction) -> Fix:
    source = comment.span.source
    own = source.full_line_span(comment.span.line)
    start = source.full_line_span(instruction.span.line).start
    between = source.span(own.end, start)
    if not between.text.strip():
        return Fix("Move the comment to its instruction", [Edit(between, "")])
    line = own.text if own.text.endswith("\n") else own.text + source.newline
    return Fix("Move the comment to its instruction", [Edit(own, ""), Edit(source.span(start, start), line)])
