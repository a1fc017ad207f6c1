"""Instructions that a continued line makes part of the one above."""

from __future__ import annotations

import re
from functools import cache

from dagdock.api import Healthcheck, Instruction, Onbuild, Span

KEYWORDS = frozenset(
    "ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL ONBUILD RUN SHELL STOPSIGNAL USER VOLUME "
    "WORKDIR".split()
)


def swallowed_line(instruction: Instruction) -> tuple[Span, Span] | None:
    """The sign that continues an instruction, and the line below it that begins as another one; None without."""
    if isinstance(instruction, (Healthcheck, Onbuild)) or instruction.onbuild:
        return None
    source = instruction.span.source
    text = instruction.span.text
    if ("\n" not in text and "\r" not in text) or not _holds_keyword().search(text):
        return None
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
            return continued, Span(source, line.start, line.start + len(text.rstrip()))
        tail = len(text.rstrip())
        continued = Span(source, line.start + tail - 1, line.start + tail) if tail else None
    return None


@cache
def _holds_keyword() -> re.Pattern[str]:
    """A line below the first that begins with a keyword: a look at the text before its lines are told apart."""
    return re.compile(rf"[\r\n]\s*(?:{'|'.join(KEYWORDS)}) ")


def _inside_quotes(instruction: Instruction, place: Span) -> bool:
    """Whether a quote is still open there: the lines below are text that is written somewhere."""
    text = instruction.span.source.text[
        instruction.body.origin(0) if instruction.body.text else place.start : place.start
    ]
    return text.count('"') % 2 == 1 or text.count("'") % 2 == 1
