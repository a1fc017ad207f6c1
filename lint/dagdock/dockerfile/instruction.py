"""What every instruction has: keyword, flags, body, words, exec form, heredocs, and the place of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from dagdock.dockerfile.execform import Element, JsonFault, read_array, texts
from dagdock.dockerfile.flags import Flag, read_flags
from dagdock.dockerfile.lexer import SPACES, Comment, LogicalLine
from dagdock.dockerfile.words import Word, blank_words, quoted_words
from dagdock.remembered import cached_property
from dagdock.rule import Kind
from dagdock.text import Mapped, Span, Text

if TYPE_CHECKING:
    from dagdock.dockerfile.document import Dockerfile
    from dagdock.dockerfile.heredocs import Heredoc
    from dagdock.dockerfile.instructions import Onbuild
    from dagdock.dockerfile.stages import Stage

# In characters, all its lines together: nobody writes more, and taking more apart only costs time and memory.
LONGEST = 250_000


class Instruction:
    """One instruction; every kind of it is a subclass, `Unknown` among them.

    `name` is the keyword in upper case, `stage` None before the first FROM, `index` the place among
    `dockerfile.instructions` (a trigger has its ONBUILD's), `onbuild` the ONBUILD that this is the trigger of.
    `begin` is where the keyword begins in `logical.code`.
    `lines` spans the physical lines, the last newline included; `comments` and `blank_lines` are those between them.
    """

    kind: ClassVar[Kind] = "dockerfile"
    # How the arguments fall into words: between blanks, between blanks outside quotes, or all of it as one.
    splits: ClassVar[Literal["blanks", "quotes", "whole"]] = "quotes"
    takes_json: ClassVar[bool] = False
    takes_heredocs: ClassVar[bool] = False
    expands: ClassVar[bool] = True  # whether Docker puts variables into the words

    stage: Stage | None = None
    index: int = 0
    onbuild: Onbuild | None = None

    def __init__(self, dockerfile: Dockerfile, line: LogicalLine, begin: int, keyword_end: int, end: int) -> None:
        self.dockerfile = dockerfile
        self.lines = line.lines
        self.comments: list[Comment] = line.comments
        self.blank_lines: list[Span] = line.blank_lines
        self.heredocs: list[Heredoc] = []
        self.logical = line
        self.begin = begin
        self._keyword_end = keyword_end
        self._end = end

    @property
    def name(self) -> str:
        return type(self).__name__.upper()

    @cached_property
    def keyword(self) -> Text:
        """The keyword as written."""
        return self.logical.code.piece(self.begin, self._keyword_end)

    @property
    def span(self) -> Span:
        """From the keyword to the last character, heredocs included, without the last newline."""
        if not self.heredocs:
            return self._code
        code = self._code
        last = self.heredocs[-1]
        end = last.terminator.end if last.terminator else last.span.end
        if not last.terminator and last.span.text.endswith("\n"):
            end -= 1
        return Span(code.source, code.start, max(end, code.end))

    @cached_property
    def _code(self) -> Span:
        return self.logical.code.span(self.begin, self._end)

    @property
    def head(self) -> Span:
        """What stands on the line of the keyword, without a continuation character."""
        span = self._code
        line_end = span.source.text.find("\n", span.start, span.end)
        if line_end < 0:
            return span
        code = span.source.text[span.start : line_end].rstrip()
        if code.endswith(self.dockerfile.escape):
            code = code[:-1].rstrip()
        return Span(span.source, span.start, span.start + len(code))

    @property
    def too_long(self) -> bool:
        """Whether it is longer than any that people write; such a one is not taken apart."""
        return self._end > LONGEST

    @cached_property
    def _flags(self) -> tuple[list[Flag], int]:
        found: list[Flag] = []
        position = self._keyword_end
        if not self.too_long:
            found, position = read_flags(self.logical.code, position, self._end, self.dockerfile.escape)
        return found, after_spaces(self.logical.code.text, position, self._end)

    @property
    def flags(self) -> list[Flag]:
        """The flags in order, repeated ones kept."""
        return self._flags[0]

    def flag(self, name: str) -> Flag | None:
        """The last flag of that name."""
        for flag in reversed(self._flags[0]):
            if flag.name == name:
                return flag
        return None

    @property
    def body_start(self) -> int:
        """Where the body begins in the logical text."""
        return self._flags[1]

    @cached_property
    def body(self) -> Mapped:
        """What stands behind the flags, as Docker reads it: continuations, comments and blank lines are gone."""
        return self.logical.code.part(self.body_start, self._end)

    @property
    def arguments(self) -> Span:
        """Where the body stands."""
        return self.body.span(0, len(self.body.text))

    @cached_property
    def words(self) -> list[Word]:
        """The arguments; those of an exec form are its elements."""
        if self._json is not None and not isinstance(self._json, JsonFault):
            return [self._element_word(element) for element in self._json]
        if self.too_long:
            return []
        body, escape = self.body, self.dockerfile.escape
        if self.splits == "blanks":
            return blank_words(body, escape)
        if self.splits == "quotes":
            return quoted_words(body, escape)
        return [Word(body, 0, len(body.text), escape)] if body.text else []

    def _element_word(self, element: Element) -> Word:
        body = self._json_body
        span = body.span(element.start, element.end)
        if not self.expands:
            return Word.plain(element.text, span)
        if body.text[element.start + 1 : element.end - 1] == element.text:
            return Word(body, element.start + 1, element.end - 1, self.dockerfile.escape, span)
        decoded = Mapped(span.source, ((span.start, element.text),))
        return Word(decoded, 0, len(element.text), self.dockerfile.escape, span)

    @property
    def _json_body(self) -> Mapped:
        """What may be an exec form."""
        return self.body

    @cached_property
    def _json(self) -> list[Element] | JsonFault | None:
        return read_array(self._json_body) if self.takes_json and not self.too_long else None

    @cached_property
    def exec_form(self) -> list[Text] | None:
        """The strings of the JSON array, decoded; their spans include the quotes. None in any other form."""
        if self._json is None or isinstance(self._json, JsonFault):
            return None
        return texts(self._json_body, self._json)

    @property
    def json_fault(self) -> JsonFault | None:
        """Why what begins with `[` is no exec form."""
        return self._json if isinstance(self._json, JsonFault) else None

    def __repr__(self) -> str:
        return f"<{self.name} {self.span!r}>"


def after_spaces(text: str, position: int, end: int) -> int:
    """The place of the first character from `position` on that is no white space."""
    while position < end and text[position] in SPACES:
        position += 1
    return position
