"""Which variables an instruction reads, and which of them its own shell sets."""

from __future__ import annotations

from collections.abc import Iterator

from dagdock.api import (
    CommandInstruction,
    Copy,
    CopyLike,
    Expose,
    Instruction,
    Located,
    PairsInstruction,
    Span,
    StopSignal,
    User,
    Variable,
    Volume,
    Word,
    Workdir,
)

# Instructions whose words Docker itself puts variables into.
EXPANDED = (CopyLike, Expose, PairsInstruction, StopSignal, User, Volume, Workdir)
WITH_DEFAULT = (":-", "-", ":+", "+", ":?", "?", ":=", "=")


def docker_reads(instruction: Instruction) -> Iterator[Variable]:
    """Variables that Docker replaces in an instruction, without those that say what to do where there is no value."""
    if not isinstance(instruction, EXPANDED):
        return
    words = list(instruction.words)
    words += [
        flag.word
        for flag in instruction.flags
        if flag.word and not (isinstance(instruction, Copy) and flag.name == "from")
    ]
    for word in words:
        for variable in word.variables:
            if variable.modifier not in WITH_DEFAULT:
                yield variable


def reads(instruction: Instruction) -> Iterator[tuple[str, Located]]:
    """Names of the variables that Docker replaces in an instruction, or that its shell surely takes from outside."""
    for variable in docker_reads(instruction):
        yield variable.name, variable
    yield from shell_reads(instruction)


def shell_reads(instruction: Instruction) -> Iterator[tuple[str, Span]]:
    """Names that the shell of a RUN surely takes from its environment: read here, set nowhere in the same script."""
    if isinstance(instruction, CommandInstruction) and instruction.name == "RUN" and instruction.shell_text:
        yield from script_reads(instruction)


def script_reads(command: CommandInstruction) -> Iterator[tuple[str, Span]]:
    """Names that the script of a command, `sh -c` in exec form included, surely takes from its environment."""
    script = command.script
    if not script.understood or script.broken:
        return
    text = (command.shell_text or command.body).text
    if "$" not in text or _takes_in(text):
        return
    set_here: dict[str, bool] = {}
    for each in script.commands:
        for word in (*each.words, *each.assignments):
            for name in word.variables:
                if name not in set_here:
                    set_here[name] = _may_be_set(name, text)
                if not set_here[name] and not _has_modifier(name, word.text):
                    yield name, _place(name, word)


def _takes_in(text: str) -> bool:
    """Whether the script runs another one, which may set any variable, as a part of itself."""
    import re

    return re.search(r"(?:^|[;&|({\n]|\s)(?:\.|source|eval)\s+\S", text) is not None


def _may_be_set(name: str, text: str) -> bool:
    """Whether the script may set the variable itself: an assignment, a loop, `read`."""
    import re

    name = re.escape(name)
    return bool(re.search(rf"(?<![\w$]){name}\+?=|\bfor\s+{name}\b|\bread\b[^;&|\n]*\b{name}\b", text))


def _has_modifier(name: str, text: str) -> bool:
    import re

    return "${" in text and bool(re.search(rf"\$\{{{re.escape(name)}[^}}\w]", text))


def _place(name: str, word: Word) -> Span:
    """Where a word reads a variable; the whole word where that is not plain to see."""
    text = word.span.text
    for spelling in (f"${{{name}}}", f"${name}"):
        start = text.find(spelling)
        if start >= 0:
            return Span(word.span.source, word.span.start + start, word.span.start + start + len(spelling))
    return word.span
