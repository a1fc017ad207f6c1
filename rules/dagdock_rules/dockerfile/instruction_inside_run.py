from __future__ import annotations

from dagdock.api import Bad, Command, Edit, Fix, Problem, Problems, Run, Span, Word, rule

KEYWORDS = frozenset("ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL RUN USER VOLUME WORKDIR".split())


@rule(
    "DF421",
    severity="error",
    since="0.1",
    fix="unsafe",
    bad=[
        Bad(
            "FROM debian:12\nRUN apt-get update && «RUN» apt-get install -y curl\n",
            fixed="FROM debian:12\nRUN apt-get update && apt-get install -y curl\n",
        ),
        Bad("FROM debian:12\nRUN make && «COPY» app /app\n"),
    ],
    good=[
        'FROM debian:12\nRUN make && echo RUN && test -n "$COPY"\n',
        "FROM debian:12\nRUN make\nCOPY app /app\n",
    ],
)
def instruction_inside_run(run: Run) -> Problems:
    """A Dockerfile instruction stands inside a RUN, where the shell takes it for a program.

    Behind `&&` there is a shell, and it knows no `RUN` or `COPY`: the step fails with `RUN: not found`. Leave the word
    out, or begin a new line with it.

    https://docs.docker.com/reference/dockerfile/#run
    """
    if run.exec_form is not None:
        return
    for command in run.script.commands:
        word = command.words[0] if command.words else None
        if word is None or word.text not in KEYWORDS or len(command.words) < 2 or _is_defined(word.text, run):
            continue
        if _begins_a_line(run, word):
            continue  # a `\\` too many above it, which has a rule of its own
        doubled = word.text == "RUN"
        yield Problem(
            word,
            f"the shell knows no `{word.text}`: this step fails. "
            + ("Leave the word out" if doubled else "Begin a new line with it, and end the RUN before it"),
            fix=Fix("Leave out `RUN`", [Edit(word.span.to(_gap(run, command)), "")], "unsafe") if doubled else None,
        )


def _gap(run: Run, command: Command) -> Span:
    """The blanks behind the first word."""
    return Span(run.span.source, command.words[0].span.end, command.words[1].span.start)


def _begins_a_line(run: Run, word: Word) -> bool:
    """Whether it stands where instructions begin."""
    span = word.span
    before = span.source.line_span(span.line).text[: span.begin.column - 1]
    return not before.strip() and span.line > run.span.line and span.begin.column == run.span.begin.column


def _is_defined(name: str, run: Run) -> bool:
    """Whether the script has a function or a file of that name."""
    return f"{name}()" in run.body.text or f"/{name} " in run.body.text
