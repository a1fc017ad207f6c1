"""A Python file that somebody is typing: read without the lines that Python cannot parse."""

from __future__ import annotations

import ast
import re
import warnings
from functools import cache

from dagdock.text import Source, Span

_MOST_STEPS = 25
"""So often a line is mended or taken out; where that is not enough, the rest of the file goes at once."""


def without_faults(source: Source) -> Source | None:
    """The same file with calls closed and lines emptied until it can be parsed, every line in its place; None where
    that does not lead anywhere.

    Lines keep their numbers but not always their length: `at_home` leads back.
    """
    lines = [source.line_span(number + 1).text for number in range(len(source.line_starts))]
    for _ in range(_MOST_STEPS):
        fault = _fault(lines)
        if fault is None:
            return Source(source.path, "\n".join(lines))
        _mend(lines, *fault)
    number, _ = _fault(lines) or (0, "")
    lines[number:] = [""] * (len(lines) - number)
    while fault := _fault(lines):  # a block that lost its body
        if "indented block" not in fault[1]:
            return None
        _mend(lines, *fault)
    return Source(source.path, "\n".join(lines))


def at_home(span: Span, source: Source) -> Span:
    """The place in the file itself of a place in what `without_faults` made of it."""
    begin, finish = span.begin, span.finish
    start = source.offset(begin.line, begin.column)
    return Span(source, start, max(start, source.offset(finish.line, finish.column)))


def _fault(lines: list[str]) -> tuple[int, str] | None:
    """The index of the line that stops Python, and what Python says about it; None where all can be parsed."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse("\n".join(lines))
    except SyntaxError as error:
        return min(max(error.lineno or 1, 1), len(lines)) - 1, error.msg
    except (ValueError, RecursionError, MemoryError):
        return 0, ""
    return None


def _mend(lines: list[str], number: int, message: str) -> None:
    """Give a block a body, close a bracket, or take the line out."""
    opener = re.search(r"expected an indented block after .* on line (\d+)", message)
    heads = [index for index in range(int(opener[1]) - 1, number + 1) if _head().search(lines[index])] if opener else []
    if heads:
        lines[heads[-1]] = _head().sub(": 0", lines[heads[-1]])
    elif "was never closed" in message:
        last = _last_below(lines, number)
        lines[last] = _with_end(lines[last], _CLOSING[message[1:2]])
    elif "expected ':'" in message:
        lines[number] = _with_end(lines[number], ":")
    elif "expected 'except'" in message:
        begin = next((index for index in reversed(range(number)) if lines[index].strip() == "try:"), number)
        lines[begin] = lines[begin].replace("try:", "if 0:") if begin < number else ""
    else:
        _take_out(lines, number)


_CLOSING = {"(": ")", "[": "]", "{": "}"}


def _with_end(line: str, sign: str) -> str:
    """A line with a sign behind its code, in place of a comment."""
    for comment in re.finditer(r"(?:^|\s)#", line):
        code = line[: comment.start()]
        if code.count('"') % 2 == code.count("'") % 2 == 0:
            return code + sign
    return line.rstrip() + sign


def _last_below(lines: list[str], number: int) -> int:
    """The last line that belongs to a call by its indentation: what comes next is written no deeper."""
    last = number
    for index in range(number + 1, len(lines)):
        if lines[index].strip():
            if _indentation(lines[index]) <= _indentation(lines[number]):
                break
            last = index
    return last


def _take_out(lines: list[str], number: int) -> None:
    """Empty a line; where it is the first of a block something has to stand there."""
    place = next((index for index in reversed(range(number)) if lines[index].strip()), number)
    if lines[place].lstrip().startswith("@"):  # a decorator without its function
        number = place
    needed = _head().search(lines[place]) is not None and lines[number].strip() != "0"
    lines[number] = " " * _indentation(lines[number]) + "0" if needed else ""


def _indentation(line: str) -> int:
    return len(line) - len(line.lstrip())


@cache
def _head() -> re.Pattern[str]:
    """The end of a line that opens a block."""
    return re.compile(r":\s*(?:#.*)?$")
