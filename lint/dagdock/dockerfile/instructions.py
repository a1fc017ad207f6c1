"""The instructions of a Dockerfile, each with what it says: flags, words, pairs, mounts, heredocs."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from dagdock.dockerfile.words import Word
from dagdock.rule import Kind
from dagdock.text import Mapped, Span, Text

if TYPE_CHECKING:
    from dagdock.dockerfile.document import Comment, Dockerfile
    from dagdock.dockerfile.stages import Stage


class Flag:
    """`--name=value` before the arguments; `value` is None without `=`, unquoted, variables left as written."""

    name: Text  # without the dashes
    value: Text | None
    word: Word | None  # the value with its variables
    span: Span


class Heredoc:
    """A here-document of RUN, COPY or ADD."""

    name: Text  # the word that ends it, unquoted
    quoted: bool  # the shell (or COPY) expands no variable in it
    strip_tabs: bool  # opened by `<<-`
    body: Mapped  # leading tabs gone where `<<-` says so
    span: Span  # the body's lines, newlines included
    opener: Span  # `<<EOF` on the instruction's line
    terminator: Span | None  # the closing word; None where the file ends before it


class JsonFault:
    """Why an argument that begins with `[` is no JSON array of strings."""

    reason: str
    message: str
    span: Span
    mended: str | None


class Instruction:
    """One instruction; every kind of it is a subclass, `Unknown` among them."""

    kind: ClassVar[Kind] = "dockerfile"
    dockerfile: Dockerfile
    keyword: Text  # as written
    name: str  # upper-case
    span: Span  # from the keyword to the last character, heredocs included, without the last newline
    head: Span  # the part of it on its first line
    stage: Stage | None
    index: int  # place among `dockerfile.instructions`
    onbuild: Onbuild | None  # the ONBUILD that this is the trigger of
    flags: list[Flag]
    body: Mapped  # the logical text behind the flags
    words: list[Word]
    exec_form: list[Text] | None  # elements of a JSON array, decoded; spans include the quotes
    json_fault: JsonFault | None
    heredocs: list[Heredoc]
    comments: list[Comment]  # those between its lines
    blank_lines: list[Span]  # blank lines between its continued lines

    def flag(self, name: str) -> Flag | None:
        """The last flag of that name."""
        raise NotImplementedError


class From(Instruction):
    image_word: Word | None
    alias: Text | None  # the stage's name as written
    as_keyword: Text | None
    platform: Flag | None


class CommandInstruction(Instruction):
    """RUN, CMD, ENTRYPOINT and HEALTHCHECK CMD: a command for a shell, or an exec form."""

    shell_text: Mapped | None  # what the shell gets; None in exec form (or without a command)
    dialect: str  # "posix-sh" "bash" "ash" "zsh" "ksh" "powershell" "cmd" "unknown"


class Run(CommandInstruction):
    mounts: list[Mount]


class Cmd(CommandInstruction): ...


class Entrypoint(CommandInstruction): ...


class Healthcheck(CommandInstruction):
    type: Text | None  # CMD or NONE as written


class Mount:
    """One `--mount`, split into its fields; `type` is `bind` where none is given."""

    flag: Flag
    span: Span
    type: str
    fields: list[MountField]
    target: Text | None  # also spelled `dst`, `destination`
    source: Text | None  # also spelled `src`
    from_: Text | None
    id: Text | None
    sharing: Text | None

    def field(self, name: str) -> MountField | None:
        raise NotImplementedError


class MountField:
    key: Text  # as written
    name: str  # lower-case, one spelling for each meaning (dst → target, src → source, ro → readonly, rw → readwrite)
    value: Text | None
    span: Span


class CopyLike(Instruction):
    """COPY and ADD."""

    sources: list[Word]  # without heredocs
    heredoc_sources: list[Heredoc]
    destination: Word | None


class Copy(CopyLike):
    from_: Flag | None


class Add(CopyLike): ...


class Pair:
    """`key=value` (or the legacy `key value`) of ENV, LABEL and ARG."""

    key: Text  # unquoted
    key_word: Word
    value: Word | None  # None: nothing given (`ARG x`)
    span: Span
    legacy: bool


class PairsInstruction(Instruction):
    pairs: list[Pair]


class Env(PairsInstruction): ...


class Label(PairsInstruction): ...


class Arg(PairsInstruction): ...


class Port:
    """One word of EXPOSE."""

    word: Word
    span: Span
    first: int | None  # None where unknown (variable) or not a number
    last: int | None
    protocol: Text | None  # as written


class Expose(Instruction):
    ports: list[Port]


class User(Instruction):
    user: Word | None


class Workdir(Instruction):
    path: Word | None


class Volume(Instruction):
    paths: list[Word]


class Shell(Instruction): ...


class StopSignal(Instruction):
    signal: Word | None


class Maintainer(Instruction): ...


class Onbuild(Instruction):
    inner: Instruction | None


class Unknown(Instruction): ...
