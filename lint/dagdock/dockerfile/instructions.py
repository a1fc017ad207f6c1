"""The kinds of instructions, each with what only it has, and the one that a line begins with."""

from __future__ import annotations

from functools import cache
from re import Pattern
from typing import TYPE_CHECKING

from dagdock.dockerfile.commands import Cmd, Entrypoint, Healthcheck, Run
from dagdock.dockerfile.instruction import Instruction, after_spaces
from dagdock.dockerfile.lexer import BLANKS, SPACES, LogicalLine
from dagdock.dockerfile.pairs import Arg, Env, Label
from dagdock.remembered import cached_property
from dagdock.text import Text

if TYPE_CHECKING:
    from dagdock.dockerfile.document import Dockerfile
    from dagdock.dockerfile.flags import Flag
    from dagdock.dockerfile.heredocs import Heredoc
    from dagdock.dockerfile.stages import Stage
    from dagdock.dockerfile.words import Word


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

    @cached_property
    def alias(self) -> Text | None:
        """The stage's name as written."""
        return self.words[2].piece(0, len(self.words[2].raw)) if len(self.words) > 2 and self.as_keyword else None

    @property
    def platform(self) -> Flag | None:
        return self.flag("platform")


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


def instruction(dockerfile: Dockerfile, line: LogicalLine, start: int = 0) -> Instruction:
    """The instruction that a logical line holds from `start` on."""
    text = line.code.text
    end = len(text.rstrip(SPACES))
    begin = after_spaces(text, start, end)
    end = max(begin, end)
    match = _keyword().match(text, begin, end)
    keyword_end = match.end() if match else end
    kind = KINDS.get(text[begin:keyword_end].lower(), Unknown)
    return kind(dockerfile, line, begin, keyword_end, end)
