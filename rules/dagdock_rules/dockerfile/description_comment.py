from __future__ import annotations

from dagdock.api import Arg, Bad, Dockerfile, From, Instruction, Problem, Problems, rule

PRAGMAS = ("hadolint ", "check=", "dagdock:", "checkov:", "trivy:", "syntax=", "escape=", "renovate:")


@rule(
    "DF809",
    severity="info",
    since="0.1",
    default=False,
    aliases=["buildkit:InvalidDefinitionDescription"],
    tags=["style"],
    bad=[Bad("«# the version to build»\nARG VERSION=1.4\nFROM alpine:3.20\n")],
    good=[
        "# VERSION is the version to build\nARG VERSION=1.4\nFROM alpine:3.20\n",
        "# some words on the file\n\nARG VERSION=1.4\n# build makes the program\nFROM golang:1.23 AS build\n",
    ],
)
def description_comment(file: Dockerfile) -> Problems:
    """A comment above ARG or FROM does not begin with the name that it describes.

    `docker build --call=outline` and `--call=targets` show the comment directly above an ARG or a named stage as its
    description, when it begins with the name. Begin it so, or put a blank line between where it says something else.

    https://docs.docker.com/reference/build-checks/invalid-definition-description/
    """
    comments = {comment.span.line: comment for comment in file.comments}
    for instruction in file.instructions:
        names = _names(instruction)
        comment = comments.get(instruction.span.line - 1)
        if not names or comment is None or not comment.text or comment.text.lower().startswith(PRAGMAS):
            continue
        if comment.text.split()[0] not in names:
            yield Problem(
                comment,
                f"this comment is shown as the description of `{names[0]}` only when it begins with that name: "
                f"`# {names[0]} …`. Else leave a blank line below it",
            )


def _names(instruction: Instruction) -> list[str]:
    if isinstance(instruction, Arg):
        return [str(pair.key) for pair in instruction.pairs]
    return [str(instruction.alias)] if isinstance(instruction, From) and instruction.alias else []
