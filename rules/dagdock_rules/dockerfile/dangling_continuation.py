from __future__ import annotations

import re
from functools import cache

from dagdock.api import Bad, Edit, Fix, Healthcheck, Instruction, Onbuild, Problem, Problems, Related, Span, rule

KEYWORDS = frozenset(
    "ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL ONBUILD RUN SHELL STOPSIGNAL USER VOLUME "
    "WORKDIR".split()
)


@rule(
    "DF403",
    severity="error",
    since="0.1",
    fix="unsafe",
    bad=[
        Bad(
            'FROM debian:12\nRUN apt-get update && \\\n    apt-get install -y curl «\\»\nCOPY app /app\nCMD ["/app"]\n',
            fixed="FROM debian:12\nRUN apt-get update && \\\n    apt-get install -y curl\nCOPY app /app\n"
            'CMD ["/app"]\n',
        ),
    ],
    good=[
        "FROM debian:12\nRUN apt-get update && \\\n    apt-get install -y curl\nCOPY app /app\n",
        "FROM debian:12\nHEALTHCHECK --interval=5s \\\nCMD curl -f localhost\n",
        "FROM debian:12\nRUN <<EOF\necho \\\nCOPY app /app\nEOF\n",
    ],
)
def dangling_continuation(instruction: Instruction) -> Problems:
    r"""The last line of an instruction ends with `\`, so the next instruction becomes a part of it.

    A `\` at the end of a line says that the instruction goes on. Left over on the last line, it swallows what follows:
    `COPY app /app` turns into words for the program above, and the file is never copied. Delete it.

    https://docs.docker.com/reference/dockerfile/#escape
    """
    if isinstance(instruction, (Healthcheck, Onbuild)) or instruction.onbuild:
        return
    source = instruction.span.source
    text = instruction.span.text
    if ("\n" not in text and "\r" not in text) or not _holds_keyword().search(text):
        return
    end = instruction.heredocs[0].span.start if instruction.heredocs else instruction.span.end
    first, last = instruction.span.line, source.position(max(instruction.span.start, end - 1)).line
    margin = instruction.span.begin.column
    continued: Span | None = None
    for number in range(first, last + 1):
        line = source.line_span(number)
        text = line.text
        stripped = text.strip()
        if number > first and (not stripped or stripped.startswith("#")):
            continue
        begins = stripped.partition(" ")[0] in KEYWORDS and instruction.keyword.isupper() and " " in stripped
        aligned = len(text) - len(text.lstrip()) + 1 == margin
        if continued and begins and aligned and not _inside_quotes(instruction, continued):
            yield _problem(instruction, continued, Span(source, line.start, line.start + len(text.rstrip())))
            return
        tail = len(text.rstrip())
        continued = Span(source, line.start + tail - 1, line.start + tail) if tail else None


@cache
def _holds_keyword() -> re.Pattern[str]:
    """A line below the first that begins with a keyword: a look at the text before its lines are told apart."""
    return re.compile(rf"[\r\n]\s*(?:{'|'.join(KEYWORDS)}) ")


def _problem(instruction: Instruction, sign: Span, swallowed: Span) -> Problem:
    source = sign.source
    line = source.line_span(sign.line)
    before = line.text[: sign.start - line.start].rstrip()
    complete = not before.endswith(("&&", "||", "|", ";"))
    return Problem(
        sign,
        f"`{sign.text}` continues the {instruction.name}, so the {swallowed.text.split()[0]} below becomes part of "
        "it. Delete it",
        related=[Related(swallowed, f"this is swallowed by the {instruction.name} above")],
        fix=Fix(f"Delete the `{sign.text}`", [Edit(Span(source, line.start + len(before), line.end), "")], "unsafe")
        if complete
        else None,
    )


def _inside_quotes(instruction: Instruction, place: Span) -> bool:
    """Whether a quote is still open there: the lines below are text that is written somewhere."""
    text = instruction.span.source.text[
        instruction.body.origin(0) if instruction.body.text else place.start : place.start
    ]
    return text.count('"') % 2 == 1 or text.count("'") % 2 == 1
