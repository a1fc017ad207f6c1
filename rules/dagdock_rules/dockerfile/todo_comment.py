from __future__ import annotations

from dagdock.api import Bad, Dockerfile, Problem, Problems, rule


@rule(
    "DF810",
    severity="info",
    since="0.1",
    default=False,
    aliases=["sonar:S1135"],
    tags=["style"],
    bad=[Bad("FROM alpine:3.20\n# «TODO»: pin the version\nRUN apk add curl\n")],
    good=["FROM alpine:3.20\n# tools for the todolist service\nRUN apk add curl\n"],
)
def todo_comment(file: Dockerfile) -> Problems:
    """A comment says that something is still to be done.

    Such notes are forgotten where they stand. This is for teams that want each of them in their issue tracker.

    https://docs.docker.com/reference/dockerfile/#format
    """
    import re

    for comment in file.comments:
        for found in re.finditer(r"\b(?:TODO|FIXME)\b", comment.span.text, re.IGNORECASE):
            start = comment.span.start + found.start()
            place = comment.span.source.span(start, start + len(found.group()))
            yield Problem(place, "something is still to be done here. Do it, or move the note to where work is planned")
