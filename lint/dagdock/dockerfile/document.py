"""A whole Dockerfile: directives, comments, instructions, stages, and what is wrong with its syntax."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from dagdock.dockerfile.heredocs import Heredoc, Opener, openers
from dagdock.dockerfile.instruction import Instruction
from dagdock.dockerfile.instructions import From, Onbuild, instruction
from dagdock.dockerfile.lexer import Comment, Directive, Lexer
from dagdock.dockerfile.pairs import Arg
from dagdock.dockerfile.stages import PLATFORM_ARGS, Binding, Bindings, Scope, Stage, set_args
from dagdock.remembered import cached_property
from dagdock.rule import Kind
from dagdock.text import Source, Span, Text

if TYPE_CHECKING:
    from dagdock.dockerfile.faults import Fault
    from dagdock.dockerfile.tokens import Token


class Dockerfile:
    """A parsed Dockerfile.

    `escape` is the escape character, `comments` are all comments, those between the lines of an instruction too (but
    no directives), `instructions` stand in order, the trigger of an ONBUILD inside it. `stages` has one stage for
    each FROM, or one without FROM; `global_args` are the ARGs above the first FROM.
    """

    kind: ClassVar[Kind] = "dockerfile"

    def __init__(self, source: Source) -> None:
        self.source = source
        lexer = Lexer(source)
        self.instructions: list[Instruction] = []
        self.escape = lexer.escape
        while line := lexer.logical_line():
            self.escape = lexer.escape
            found = instruction(self, line)
            found.index = len(self.instructions)
            self.instructions.append(found)
            if "<<" in line.code.text:
                self._read_heredocs(found, lexer)
        self.escape = lexer.escape
        self.directives: list[Directive] = lexer.directives
        self.comments: list[Comment] = lexer.comments
        self.stages = self._stages()

    @staticmethod
    def _read_heredocs(found: Instruction, lexer: Lexer) -> None:
        """The heredocs that an instruction opens; its text and lines grow by theirs."""
        inner = found.inner if isinstance(found, Onbuild) else found
        if inner is None or not inner.takes_heredocs or inner.too_long or inner.exec_form is not None:
            return
        line = found.logical
        for opener in openers(line.code):
            lines = lexer.heredoc(opener.is_end)
            found.heredocs.append(_heredoc(found, inner, opener, lines.body, lines.terminator))
            found.lines = line.lines = Span(line.lines.source, line.lines.start, lines.end)
        inner.lines = found.lines

    def _stages(self) -> list[Stage]:
        starts = [each.index for each in self.instructions if isinstance(each, From)]
        if not starts:
            stages = [Stage(self, 0, None, self.instructions)] if self.instructions else []
        else:
            ends = [*starts[1:], len(self.instructions)]
            stages = []
            for index, (start, end) in enumerate(zip(starts, ends, strict=True)):
                first = self.instructions[start]
                assert isinstance(first, From)
                stages.append(Stage(self, index, first, self.instructions[start:end]))
        for stage in stages:
            for each in stage.instructions:
                each.stage = stage
                if isinstance(each, Onbuild) and each.inner is not None:
                    each.inner.stage = stage
        return stages

    @property
    def span(self) -> Span:
        return self.source.whole

    @cached_property
    def global_args(self) -> list[Arg]:
        """The ARGs above the first FROM; none where there is no FROM."""
        return [each for each in self.instructions if each.stage is None and isinstance(each, Arg)]

    @cached_property
    def global_scope(self) -> Scope:
        """The variables that FROM knows: the ARGs above the first one, and those that describe the platform."""
        bindings: Bindings = {name: [(-1, Binding(name, "predefined", None))] for name in PLATFORM_ARGS}
        for arg in self.global_args:
            set_args(bindings, arg, Scope(bindings, arg.index + 1, None, True), None)
        return Scope(bindings, len(self.instructions), None, True)

    @cached_property
    def tokens(self) -> list[Token]:
        """Every piece of the file, in order and without a gap."""
        from dagdock.dockerfile.tokens import tokens_of

        return tokens_of(self)

    @cached_property
    def faults(self) -> list[Fault]:
        """What is wrong with the syntax, in order of the places."""
        from dagdock.dockerfile.faults import faults_of

        return faults_of(self)

    def faults_of(self, kind: str) -> list[Fault]:
        """The faults of one kind, which is the name of the rule that reports them."""
        return self._faults_by_kind.get(kind, [])

    @cached_property
    def _faults_by_kind(self) -> dict[str, list[Fault]]:
        found: dict[str, list[Fault]] = {}
        for fault in self.faults:
            found.setdefault(fault.kind, []).append(fault)
        return found

    def all_instructions(self) -> Iterator[Instruction]:
        """The instructions in order, each ONBUILD followed by its trigger."""
        for each in self.instructions:
            current: Instruction | None = each
            while current is not None:
                yield current
                current = current.inner if isinstance(current, Onbuild) else None

    def walk(self) -> Iterator[Dockerfile | Stage | Instruction]:
        """The file, its stages, its instructions with the triggers of ONBUILD."""
        yield self
        yield from self.stages
        yield from self.all_instructions()

    @cached_property
    def _stages_by_name(self) -> dict[str, list[Stage]]:
        found: dict[str, list[Stage]] = {}
        for stage in self.stages:
            if stage.name:
                found.setdefault(stage.name.lower(), []).append(stage)
        return found

    def stage_named(self, name: str, before: Stage | None = None, by_index: bool = True) -> Stage | None:
        """The last stage of that name (in any case) or that index; with `before` only among the stages above that."""
        limit = len(self.stages) if before is None else before.index
        if by_index and name.isascii() and name.isdigit():
            index = int(name) if len(name) < 10 else limit
            return self.stages[index] if index < limit else None
        for stage in reversed(self._stages_by_name.get(name.lower(), ())):
            if stage.index < limit:
                return stage
        return None

    @cached_property
    def _children(self) -> dict[int, list[Stage]]:
        found: dict[int, list[Stage]] = {}
        for stage in self.stages:
            if stage.parent:
                found.setdefault(stage.parent.index, []).append(stage)
        return found

    def children_of(self, stage: Stage) -> list[Stage]:
        """The stages whose FROM names a stage."""
        return self._children.get(stage.index, [])

    @cached_property
    def _depths(self) -> list[int]:
        """For each stage on how many others it stands; worked out from above, so that nothing nests."""
        found: list[int] = []
        for stage in self.stages:
            found.append(found[stage.parent.index] + 1 if stage.parent else 0)
        return found

    def depth_of(self, stage: Stage) -> int:
        """On how many other stages a stage stands."""
        return self._depths[stage.index]

    @cached_property
    def _users(self) -> dict[int, list[Stage]]:
        found: dict[int, list[Stage]] = {}
        for stage in self.stages:
            for used in dict.fromkeys(stage.uses()):
                found.setdefault(used.index, []).append(stage)
        return found

    def users_of(self, stage: Stage) -> list[Stage]:
        """The stages that are built on a stage, copy from it or mount it."""
        return self._users.get(stage.index, [])

    @cached_property
    def _shell_pragmas(self) -> list[Text]:
        """The shells named by comments `# hadolint shell=…`."""
        found: list[Text] = []
        for comment in self.comments:
            if comment.text.startswith("hadolint"):
                words = comment.text[len("hadolint") :].split()
                found += [Text(word[6:], comment.span) for word in words if word.startswith("shell=")]
        return found

    def shell_pragma(self, node: Instruction | None, stage: Stage) -> Text | None:
        """The shell that a comment above an instruction names for its stage, or for all stages above the first one."""
        end = node.span.start if node else stage.span.end
        first = self.stages[0].span.start
        for before, after in ((end, stage.span.start), (first, 0)):
            place = bisect_left(self._shell_pragmas, before, key=_begin)
            if place and self._shell_pragmas[place - 1].span.start >= after:
                return self._shell_pragmas[place - 1]
        return None

    def __repr__(self) -> str:
        return f"<Dockerfile {self.source.path}>"


def _begin(text: Text) -> int:
    return text.span.start


def _heredoc(
    found: Instruction,
    inner: Instruction,
    opener: Opener,
    body: tuple[int, int],
    terminator: tuple[int, int] | None,
) -> Heredoc:
    source, text = found.dockerfile.source, found.logical.code
    # COPY and ADD expand a heredoc whose word is escaped but not quoted; a shell does not.
    quoted = opener.quoted or (opener.escaped and inner.name == "RUN")
    return Heredoc(
        Text(opener.name, text.span(opener.name_start, opener.end)),
        quoted,
        opener.strip_tabs,
        text.span(opener.start, opener.end),
        Span(source, *body),
        Span(source, *terminator) if terminator else None,
    )


def parse(source: Source) -> Dockerfile:
    """The model of a Dockerfile; never raises, whatever the text."""
    return Dockerfile(source)
