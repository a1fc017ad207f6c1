from __future__ import annotations

from itertools import pairwise

from dagdock.api import Bad, Edit, Fix, Problem, Problems, Run, Span, rule


@rule(
    "DF411",
    severity="info",
    since="0.1",
    default=False,
    fix="unsafe",
    aliases=["sonar:S7020"],
    tags=["style"],
    bad=[
        Bad(
            (
                "FROM debian:12\n"
                "«RUN groupadd --gid 1000 application && useradd --uid 1000 --gid 1000 application && mkdir -p "
                "/srv/application/first && mkdir -p /srv/application/second»\n"
            ),
            fixed=(
                "FROM debian:12\n"
                "RUN groupadd --gid 1000 application \\\n"
                "    && useradd --uid 1000 --gid 1000 application \\\n"
                "    && mkdir -p /srv/application/first \\\n"
                "    && mkdir -p /srv/application/second\n"
            ),
        ),
    ],
    good=[
        ("FROM debian:12\nRUN groupadd --gid 1000 application \\\n    && useradd --uid 1000 --gid 1000 application\n"),
    ],
)
def long_run_line(run: Run, *, max_length: int = 120) -> Problems:
    """A line of a RUN is longer than 120 characters.

    What changed in such a line is hard to see. Break it behind a command, with `\\` at the end.

    https://docs.docker.com/build/building/best-practices/#run
    """
    if run.exec_form is not None or run.heredocs:
        return
    source = run.span.source
    for number in range(run.span.line, run.span.finish.line + 1):
        line = source.line_span(number)
        text = line.text
        if (
            len(text) > max_length
            and len(text.split()) >= 7
            and "://" not in text
            and not text.lstrip().startswith("#")
        ):
            yield Problem(
                Span(source, line.start + len(text) - len(text.lstrip()), line.start + len(text.rstrip())),
                f"this line has {len(text)} characters. Break it behind a command, with `{run.dockerfile.escape}` at "
                "the end",
                fix=_fix(run, line),
            )
            return


def _fix(run: Run, line: Span) -> Fix | None:
    """Break the line at each `&&` between two commands."""
    source, edits = line.source, []
    commands = run.script.commands
    for before, after in pairwise(commands):
        gap = Span(source, before.span.end, after.span.start)
        plain = not before.context and not after.context and after.joined == "&&" and gap.text.strip() == "&&"
        if plain and line.holds(gap):
            edits.append(Edit(gap, f" {run.dockerfile.escape}{source.newline}    && "))
    return Fix("Break the line at each `&&`", edits, "unsafe") if edits and not run.script.broken else None
