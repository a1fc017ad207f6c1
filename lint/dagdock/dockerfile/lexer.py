"""Physical lines into logical ones, the way BuildKit reads them: directives, comments, continuations."""

from __future__ import annotations

from collections.abc import Callable

from dagdock.text import BOM, Mapped, Source, Span, Text

# What Go's unicode.IsSpace holds for white space: trimmed at both ends of a line.
SPACES = "\t\n\v\f\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
# What separates a keyword from its arguments, and the words of most instructions: no line end, no no-break space.
BLANKS = "\t\v\f\r "
DIRECTIVES = ("syntax", "escape", "check")
LINE_LIMIT = 65535  # bytes; BuildKit's scanner refuses longer lines


class Comment:
    """A comment line: `text` without `#` and the blanks around, `span` from `#` to the end of the line."""

    __slots__ = ("span", "text")

    def __init__(self, span: Span) -> None:
        self.span = span
        self.text = Text(span.text[1:].strip(SPACES), span)

    def __repr__(self) -> str:
        return f"Comment({self.span!r})"


class Directive:
    """`# syntax=…`, `# escape=…` or `# check=…` at the top of the file; `name` is lower-case, `span` the comment.

    `repeated` where the file had one of that name before: BuildKit refuses the second.
    """

    __slots__ = ("name", "repeated", "span", "value")

    def __init__(self, name: Text, value: Text, span: Span, repeated: bool) -> None:
        self.name = name
        self.value = value
        self.span = span
        self.repeated = repeated

    def __repr__(self) -> str:
        return f"Directive({self.span!r})"


class HeredocLines:
    """The lines of one heredoc: offsets of its body and of its terminator (None where the file ends before it)."""

    __slots__ = ("body", "end", "terminator")

    def __init__(self, body: tuple[int, int], terminator: tuple[int, int] | None, end: int) -> None:
        self.body = body
        self.terminator = terminator
        self.end = end


class LogicalLine:
    """An instruction's text with continuations, comments and blank lines taken out, and what was taken out.

    `lines` spans the physical lines it is made of, the last newline included.
    """

    __slots__ = ("blank_lines", "code", "comments", "lines")

    def __init__(self, code: Mapped, lines: Span, comments: list[Comment], blank_lines: list[Span]) -> None:
        self.code = code
        self.lines = lines
        self.comments = comments
        self.blank_lines = blank_lines


class Lexer:
    """Reads a source once, from top to bottom: call `logical_line` (and `heredoc` behind it) until it gives None."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.escape = "\\"
        self.directives: list[Directive] = []
        self._known: set[str] = set()
        self.comments: list[Comment] = []
        self._text = source.text
        self._next = 1 if self._text.startswith(BOM) else 0
        self._in_directives = True

    def logical_line(self) -> LogicalLine | None:
        """The next instruction's text; None at the end of the file."""
        source, size, escape = self.source, len(self._text), self.escape
        while self._next < size:
            start = self._next
            line = self._line()
            code = line.lstrip(SPACES)
            if not code:
                self._in_directives = False
                continue
            begin = start + len(line) - len(code)
            if code[0] == "#":
                self._comment_or_directive(Span(source, begin, begin + len(code)))
                escape = self.escape
                continue
            self._in_directives = False
            piece = _continued(code, escape)
            if piece is None:
                return LogicalLine(Mapped(source, ((begin, code),)), Span(source, start, self._next), [], [])
            pieces = [(begin, piece)]
            comments: list[Comment] = []
            blank_lines: list[Span] = []
            while self._next < size:
                begin = self._next
                line = self._line()
                code = line.lstrip(SPACES)
                if not code:
                    blank_lines.append(Span(source, begin, begin + len(line)))
                elif code[0] == "#":
                    comments.append(Comment(Span(source, begin + len(line) - len(code), begin + len(line))))
                else:
                    piece = _continued(line, escape)
                    pieces.append((begin, line if piece is None else piece))
                    if piece is None:
                        break
            self.comments += comments
            return LogicalLine(Mapped(source, pieces), Span(source, start, self._next), comments, blank_lines)
        return None

    def heredoc(self, is_end: Callable[[str], bool]) -> HeredocLines:
        """The lines up to the one (given without its newline) that ends the heredoc."""
        start = self._next
        while self._next < len(self._text):
            begin = self._next
            line = self._line()
            if is_end(line):
                return HeredocLines((start, begin), (begin, begin + len(line)), self._next)
        return HeredocLines((start, self._next), None, self._next)

    def _line(self) -> str:
        """The next physical line without its newline (only `\\n` ends one; `\\r` before it goes too)."""
        text, start = self._text, self._next
        newline = text.find("\n", start)
        if newline < 0:
            self._next = len(text)
            return text[start:].rstrip("\r")
        self._next = newline + 1
        return text[start:newline].rstrip("\r")

    def _comment_or_directive(self, span: Span) -> None:
        if self._in_directives:
            directive = _directive(span, self._known)
            if directive is not None:
                self.directives.append(directive)
                self._known.add(directive.name)
                if directive.name == "escape" and directive.value in ("\\", "`") and not directive.repeated:
                    self.escape = str(directive.value)
                return
            self._in_directives = False
        self.comments.append(Comment(span))


def _continued(line: str, escape: str) -> str | None:
    """The line without its continuation character; None where it is not continued (`\\\\` at the end is not)."""
    code = line.rstrip(" \t")
    if code[-1] == escape and code[-2:-1] != escape:
        return code[:-1]
    return None


def _directive(span: Span, known: set[str]) -> Directive | None:
    """`# name = value` with a name that BuildKit knows."""
    comment = span.text
    left, equals, right = comment.partition("=")
    name = left[1:].strip(SPACES)
    value = right.strip("\t\n\f\r ")
    if not equals or not value or name.lower() not in DIRECTIVES:
        return None
    source, start = span.source, span.start
    name_start = start + comment.index(name, 1)
    value_start = start + len(left) + 1 + right.index(value)
    return Directive(
        Text(name.lower(), Span(source, name_start, name_start + len(name))),
        Text(value, Span(source, value_start, value_start + len(value))),
        span,
        name.lower() in known,
    )
