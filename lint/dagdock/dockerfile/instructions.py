"""The instructions of a Dockerfile, each with what it says: flags, words, pairs, mounts, heredocs."""

from __future__ import annotations

from functools import cache, cached_property
from re import Pattern
from typing import TYPE_CHECKING, ClassVar, Literal

from dagdock.dockerfile import dialects
from dagdock.dockerfile.execform import Element, JsonFault, read_array, texts
from dagdock.dockerfile.flags import Flag, Mount, mount_fields, read_flags
from dagdock.dockerfile.heredocs import Heredoc, openers
from dagdock.dockerfile.lexer import BLANKS, SPACES, Comment, LogicalLine
from dagdock.dockerfile.words import Word, blank_words, quoted_words
from dagdock.rule import Kind
from dagdock.text import Mapped, Span, Text

if TYPE_CHECKING:
    from dagdock.dockerfile.document import Dockerfile
    from dagdock.dockerfile.stages import Stage
    from dagdock.shell import Script


# In characters, all its lines together: nobody writes more, and taking more apart only costs time and memory.
LONGEST = 250_000


class Instruction:
    """One instruction; every kind of it is a subclass, `Unknown` among them.

    `name` is the keyword in upper case, `stage` None before the first FROM, `index` the place among
    `dockerfile.instructions` (a trigger has its ONBUILD's), `onbuild` the ONBUILD that this is the trigger of.
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
        self._begin = begin
        self._keyword_end = keyword_end
        self._end = end

    @property
    def name(self) -> str:
        return type(self).__name__.upper()

    @cached_property
    def keyword(self) -> Text:
        """The keyword as written."""
        return self.logical.code.piece(self._begin, self._keyword_end)

    @property
    def span(self) -> Span:
        """From the keyword to the last character, heredocs included, without the last newline."""
        code = self.logical.code.span(self._begin, self._end)
        if not self.heredocs:
            return code
        last = self.heredocs[-1]
        end = last.terminator.end if last.terminator else last.span.end
        if not last.terminator and last.span.text.endswith("\n"):
            end -= 1
        return Span(code.source, code.start, max(end, code.end))

    @property
    def head(self) -> Span:
        """What stands on the line of the keyword, without a continuation character."""
        span = self.logical.code.span(self._begin, self._end)
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
        return found, _after_spaces(self.logical.code.text, position, self._end)

    @property
    def flags(self) -> list[Flag]:
        """The flags in order, repeated ones kept."""
        return self._flags[0]

    def flag(self, name: str) -> Flag | None:
        """The last flag of that name."""
        for flag in reversed(self.flags):
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


class From(Instruction):
    """FROM, the first instruction of a stage."""

    splits = "blanks"

    @property
    def image_word(self) -> Word | None:
        """The base as written: an image or an earlier stage."""
        return self.words[0] if self.words else None

    @property
    def as_keyword(self) -> Text | None:
        """The AS as written."""
        return self.words[1].value if len(self.words) > 1 and self.words[1].raw.lower() == "as" else None

    @property
    def alias(self) -> Text | None:
        """The stage's name as written."""
        return self.words[2].piece(0, len(self.words[2].raw)) if len(self.words) > 2 and self.as_keyword else None

    @property
    def platform(self) -> Flag | None:
        return self.flag("platform")


class CommandInstruction(Instruction):
    """RUN, CMD, ENTRYPOINT and HEALTHCHECK CMD: a command for a shell, or an exec form."""

    takes_json = True
    expands = False

    @property
    def command(self) -> Mapped:
        """The command as written, in either form; empty where there is none."""
        return self.body

    @property
    def _json_body(self) -> Mapped:
        return self.command

    @cached_property
    def _shell(self) -> tuple[Mapped | None, str]:
        command = self.command
        if (
            not command.text
            or self.exec_form is not None
            or (self.json_fault and self.json_fault.reason == "not-strings")
        ):
            return None, dialects.UNKNOWN
        return command, self._default_dialect

    @property
    def _default_dialect(self) -> str:
        stage = self.stage
        return stage.dialect_at(self) if stage else dialects.POSIX

    @property
    def shell_text(self) -> Mapped | None:
        """What the shell gets; None in exec form and where there is no command.

        A RUN that is only a heredoc hands over the heredoc's body (`RUN <<EOF`, `RUN bash <<EOF`); one that does
        more with it hands over command line and heredocs.
        """
        return self._shell[0]

    @property
    def dialect(self) -> str:
        """The shell that reads it: `posix-sh` `bash` `ash` `zsh` `ksh` `powershell` `cmd` or `unknown`."""
        return self._shell[1]

    @cached_property
    def script(self) -> Script:
        """The commands that it runs, in either form; read once for all rules."""
        from dagdock import shell

        if self.exec_form is not None:
            return shell.parse_exec(self.exec_form)
        nothing = Mapped.of(self.span.source.span(self.span.end, self.span.end))
        return shell.parse(self.shell_text or nothing, self.dialect)


class Run(CommandInstruction):
    takes_heredocs = True

    @cached_property
    def mounts(self) -> list[Mount]:
        """Its `--mount` flags."""
        found: list[Mount] = []
        for flag in self.flags:
            if flag.name == "mount" and flag.value is not None:
                fields = mount_fields(flag)
                names = [field.value for field in fields if field.name == "from" and field.value]
                stage = self.dockerfile.stage_named(names[-1], before=self.stage) if names and self.stage else None
                # A mount knows stages by name only; `from=0` is an image.
                found.append(Mount(flag, fields, None if stage and names[-1].isdigit() else stage))
        return found

    @cached_property
    def _shell(self) -> tuple[Mapped | None, str]:
        text, dialect = super()._shell
        if text is None or not self.heredocs:
            return text, dialect
        first = self.heredocs[0]
        rest = self._around_heredocs()
        if not rest:
            return first.body, dialects.of_shebang(first.body.text) or dialect
        inner = dialects.of_program(rest[0])
        if inner and len(self.heredocs) == 1 and all(_is_shell_option(word) for word in rest[1:]):
            return first.body, inner
        return self._with_heredocs(), dialect

    def _around_heredocs(self) -> list[str]:
        """The words of the command line without those that open heredocs."""
        command = self.command.text
        shift = self.body_start
        for opener in reversed(openers(self.logical.code)):
            command = command[: opener.start - shift] + command[opener.end - shift :]
        return command.split()

    def _with_heredocs(self) -> Mapped:
        """The command line with its heredocs below it, as BuildKit hands it to the shell."""
        text, source = self.logical.code, self.dockerfile.source
        pieces = text.pieces(self.body_start, self._end)
        for heredoc in self.heredocs:
            pieces.append((max(heredoc.span.start - 1, 0), "\n"))
            pieces.append((heredoc.span.start, heredoc.span.text))
            if heredoc.terminator:
                pieces.append((heredoc.terminator.start, heredoc.terminator.text))
        return Mapped(source, pieces)


def _is_shell_option(word: str) -> bool:
    return word.startswith("-") or word in ("pipefail", "errexit", "nounset", "xtrace")


class Cmd(CommandInstruction):
    pass


class Entrypoint(CommandInstruction):
    pass


class Healthcheck(CommandInstruction):
    @cached_property
    def type(self) -> Text | None:
        """`CMD` or `NONE` as written (in any case), or what stands there instead."""
        match = _keyword().match(self.body.text)
        return self.body.piece(0, match.end()) if match and match.end() else None

    @cached_property
    def command(self) -> Mapped:
        """The command behind CMD; empty for NONE."""
        body = self.body
        if self.type is None or self.type.lower() == "none":
            return body.part(len(body.text), len(body.text))
        rest = body.text[len(self.type) :]
        return body.part(len(self.type) + len(rest) - len(rest.lstrip(BLANKS)), len(body.text))

    @cached_property
    def words(self) -> list[Word]:
        """The type and the arguments behind it."""
        return [] if self.too_long else quoted_words(self.body, self.dockerfile.escape)


class CopyLike(Instruction):
    """COPY and ADD."""

    splits = "blanks"
    takes_json = True
    takes_heredocs = True

    @cached_property
    def sources(self) -> list[Word]:
        """What is copied, heredocs left out."""
        opened = [heredoc.opener for heredoc in self.heredocs]
        return [
            word
            for word in self.words[:-1]
            if not any(opener.start < word.span.end and word.span.start < opener.end for opener in opened)
        ]

    @property
    def heredoc_sources(self) -> list[Heredoc]:
        """The files given as heredocs."""
        return self.heredocs

    @property
    def destination(self) -> Word | None:
        return self.words[-1] if len(self.words) > 1 else None


class Copy(CopyLike):
    @property
    def from_(self) -> Flag | None:
        """`--from=…`."""
        return self.flag("from")

    @cached_property
    def from_stage(self) -> Stage | None:
        """The earlier stage that `--from` names, by name or index; None for an image or a named context."""
        flag = self.from_
        if flag is None or not flag.value or self.stage is None:
            return None
        return self.dockerfile.stage_named(flag.value, before=self.stage)


class Add(CopyLike):
    pass


class Pair:
    """`key=value` (or the legacy `key value`) of ENV, LABEL and ARG; `value` is None where none is given."""

    __slots__ = ("key_word", "legacy", "span", "value")

    def __init__(self, key_word: Word, value: Word | None, span: Span, legacy: bool = False) -> None:
        self.key_word = key_word
        self.value = value
        self.span = span
        self.legacy = legacy

    @property
    def key(self) -> Text:
        """The key, unquoted."""
        return self.key_word.value

    def __repr__(self) -> str:
        return f"Pair({self.span!r})"


class PairsInstruction(Instruction):
    """ENV, LABEL and ARG."""

    @cached_property
    def pairs(self) -> list[Pair]:
        words = self.words
        if words and "=" not in words[0].raw and self.name != "ARG":
            return [self._legacy_pair(words[0])]
        return [self._pair(word) for word in words]

    def _pair(self, word: Word) -> Pair:
        equals = word.raw.find("=")
        if equals < 0:
            return Pair(word, None, word.span)
        return Pair(word.part(0, equals), word.part(equals + 1, len(word.raw)), word.span)

    def _legacy_pair(self, first: Word) -> Pair:
        """`ENV key all the rest`: the key ends at the first blank, quoted or not."""
        body, escape = self.body, self.dockerfile.escape
        match = _key().match(body.text)
        end, start = (match.end(1), match.end()) if match else (0, 0)
        size = len(body.text)
        value = Word(body, start, size, escape) if start < size else None
        return Pair(Word(body, 0, end, escape), value, body.span(0, size), legacy=True)


@cache
def _key() -> Pattern[str]:
    import re

    return re.compile(f"([^{BLANKS}]*)[{BLANKS}]*")


class Env(PairsInstruction):
    pass


class Label(PairsInstruction):
    pass


class Arg(PairsInstruction):
    pass


class Port:
    """One word of EXPOSE: `8080`, `8000-8010/tcp`.

    `first` and `last` are None where a variable stands in the word or it is no port; `protocol` as written.
    """

    __slots__ = ("first", "last", "protocol", "span", "word")

    def __init__(self, word: Word) -> None:
        self.word = word
        self.span = word.span
        raw = word.raw
        slash = raw.find("/")
        self.protocol: Text | None = word.piece(slash + 1, len(raw)) if slash >= 0 and word.literal == raw else None
        text = word.literal
        first, dash, last = (text or "").partition("/")[0].partition("-")
        self.first = _number(first)
        self.last = _number(last) if dash else self.first

    def __repr__(self) -> str:
        return f"Port({self.span!r})"


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


class Expose(Instruction):
    splits = "blanks"

    @cached_property
    def ports(self) -> list[Port]:
        return [Port(word) for word in self.words]


class User(Instruction):
    splits = "whole"

    @property
    def user(self) -> Word | None:
        """The user, with its group behind `:` where one is given."""
        return self.words[0] if self.words else None


class Workdir(Instruction):
    splits = "whole"

    @property
    def path(self) -> Word | None:
        return self.words[0] if self.words else None


class Volume(Instruction):
    splits = "blanks"
    takes_json = True

    @property
    def paths(self) -> list[Word]:
        return self.words


class Shell(Instruction):
    takes_json = True
    expands = False


class StopSignal(Instruction):
    splits = "whole"

    @property
    def signal(self) -> Word | None:
        return self.words[0] if self.words else None


class Maintainer(Instruction):
    splits = "whole"
    expands = False


class Onbuild(Instruction):
    """ONBUILD; `inner` is the instruction that runs in builds on top of this image, None where there is none."""

    expands = False

    @cached_property
    def inner(self) -> Instruction | None:
        if self.body_start >= self._end or self.onbuild is not None:  # a second ONBUILD keeps nothing
            return None
        inner = instruction(self.dockerfile, self.logical, self.body_start)
        inner.index = self.index
        inner.onbuild = self
        inner.heredocs = self.heredocs
        return inner


class Unknown(Instruction):
    """A line that begins with no instruction."""

    expands = False

    @property
    def name(self) -> str:
        return self.keyword.upper()


KINDS: dict[str, type[Instruction]] = {
    kind.__name__.lower(): kind
    for kind in (
        *(Add, Arg, Cmd, Copy, Entrypoint, Env, Expose, From, Healthcheck, Label),
        *(Maintainer, Onbuild, Run, Shell, StopSignal, User, Volume, Workdir),
    )
}


@cache
def _keyword() -> Pattern[str]:
    import re

    return re.compile(f"[^{BLANKS}]*")


def _after_spaces(text: str, position: int, end: int) -> int:
    while position < end and text[position] in SPACES:
        position += 1
    return position


def instruction(dockerfile: Dockerfile, line: LogicalLine, start: int = 0) -> Instruction:
    """The instruction that a logical line holds from `start` on."""
    text = line.code.text
    end = len(text.rstrip(SPACES))
    begin = _after_spaces(text, start, end)
    end = max(begin, end)
    match = _keyword().match(text, begin, end)
    keyword_end = match.end() if match else end
    kind = KINDS.get(text[begin:keyword_end].lower(), Unknown)
    return kind(dockerfile, line, begin, keyword_end, end)
