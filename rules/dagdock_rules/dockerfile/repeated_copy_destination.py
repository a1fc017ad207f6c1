from __future__ import annotations

from dagdock.api import Bad, Copy, Edit, Fix, Problem, Problems, Project, Related, Span, rule

from ._copies import contexts_that_fit, from_context, local_sources


@rule(
    "DF216",
    severity="info",
    since="0.1",
    default=False,
    fix="safe",
    tags=["size"],
    bad=[
        Bad(
            "FROM node:22-slim\nCOPY package.json /app/\n«COPY package-lock.json /app/»\n",
            fixed="FROM node:22-slim\nCOPY package.json package-lock.json /app/\n",
        ),
    ],
    good=[
        "FROM node:22-slim\nCOPY package.json package-lock.json /app/\n",
        "FROM node:22-slim\nCOPY package.json /app/\nRUN npm install\nCOPY index.js /app/\n",
        "FROM node:22-slim\nCOPY src /app/\nCOPY package.json /app/\n",
    ],
)
def repeated_copy_destination(copy: Copy, project: Project) -> Problems:
    """Files are copied to one folder by several COPY instructions in a row.

    One COPY takes several sources and makes one layer. The rule is off by default: separate lines keep the cache of
    the first when only the second file changes.

    https://docs.docker.com/reference/dockerfile/#copy
    """
    steps = copy.dockerfile.instructions
    before = steps[copy.index - 1] if copy.index else None
    if copy.onbuild is not None or not isinstance(before, Copy) or before.stage is not copy.stage:
        return
    if not _is_plain(copy, project) or not _is_plain(before, project) or copy.destination is None:
        return
    if before.destination is None or before.destination.raw != copy.destination.raw:
        return
    if [flag.span.text for flag in before.flags] != [flag.span.text for flag in copy.flags]:
        return
    yield Problem(
        copy,
        f"line {before.span.line} copies to `{copy.destination.raw}` too. One COPY takes both",
        related=[Related(before, "the COPY before")],
        fix=_fix(before, copy),
    )


def _is_plain(copy: Copy, project: Project) -> bool:
    """Whether it copies single files into a folder."""
    destination = copy.destination
    if from_context(copy) is None or copy.heredoc_sources or copy.exec_form is not None or destination is None:
        return False
    if not destination.raw.endswith("/") and destination.raw not in (".", ".."):
        return False
    sources = local_sources(copy)
    if len(sources) != len(copy.sources) or not sources:
        return False
    contexts = contexts_that_fit(copy.dockerfile, project)
    return all(_is_file(source) and not any(each.is_folder(source) for each in contexts) for source in sources)


def _is_file(source: str) -> bool:
    name = source.rpartition("/")[2]
    return "." in name.lstrip(".") and not any(sign in source for sign in "*?[")


def _fix(before: Copy, copy: Copy) -> Fix | None:
    """The sources of the second among those of the first; None where comments stand between or inside."""
    source = copy.span.source
    between = Span(source, before.span.end, copy.span.start).text
    if before.destination is None or "#" in between or "\n" in copy.span.text or "\n" in before.span.text:
        return None
    place = before.destination.span.start
    names = " ".join(word.raw for word in copy.sources)
    lines = Span(source, source.full_line_span(copy.span.line).start, copy.lines.end)
    if not copy.lines.text.endswith("\n"):  # the last line of the file takes the newline above along
        lines = Span(source, before.span.end, copy.span.end)
    return Fix("Copy them together", [Edit(Span(source, place, place), f"{names} "), Edit(lines, "")])
