"""From shell text to a `Script`: tree-sitter reads the text, one walk over its tree collects the commands."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING

from dagdock.shell.again import again, keep
from dagdock.shell.commands import Branches, Command, Context, Joined, Place, Redirect, Script
from dagdock.shell.dialects import SHELLS, is_posix
from dagdock.shell.words import Word
from dagdock.text import Mapped, Source, Text

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

# The longest of 2,600 real RUN bodies has 3,146 characters. On hostile text (`)))…`, `a | a | …`) the grammar's error
# recovery takes quadratic time and memory: seconds here, minutes and gigabytes at ten times the length.
MAX_LENGTH = 20_000
# Scripts in scripts: `su -c "bash -c '…'"`.
MAX_DEPTH = 4


def parse(body: Mapped, dialect: str = "posix-sh") -> Script:
    """Read a shell line or script. Never fails: see `Script`.

    `dialect` is the base name of the shell; `posix-sh` is `/bin/sh`, whatever stands behind it.
    """
    script = again(body, dialect)
    if script is None:
        script = _parse(body, dialect, 0)
        keep(script)
    return script


def parse_exec(elements: Sequence[Text]) -> Script:
    """The script of an exec form, `["sh", "-c", "…"]`: one command whose words no shell has read."""
    source = elements[0].span.source if elements else Source("", "")
    script = Script(Mapped(source, []), "exec")
    if elements:
        script.commands = [Command([Word.of(element) for element in elements])]
        _add_inner_scripts(script, 0)
    return script


def _parse(body: Mapped, dialect: str, depth: int) -> Script:
    script = Script(body, dialect)
    text = body.text
    script.understood = len(text) <= MAX_LENGTH and is_posix(text, dialect)
    if not script.understood or not text.strip(" \t\r\n\\"):
        return script
    try:
        _Reader(script).read()
    except RecursionError:  # a thousand brackets: nobody's script
        script.commands = []
        script.errors = [body.span(0, len(text))]
    if depth < MAX_DEPTH and any(name in text for name in ("sh", "su", "eval")):
        _add_inner_scripts(script, depth)
    return script


class _Reader:
    """One walk over the syntax tree that collects the simple commands.

    `joined` is always how the first command of a statement follows what stands before it.
    """

    def __init__(self, script: Script) -> None:
        self.script = script
        self.body = script.body
        self.commands = script.commands
        self.errors: list[tuple[int, int]] = []
        self.branches: Branches = ()
        # One byte a character, so that offsets are the same. The grammar's own code reads beyond its tables, and may
        # end the process, at letters beyond ASCII; to a shell they are ordinary letters as `?` is.
        self.content = _for_grammar(script.body.text).encode("ascii", "replace")

    def read(self) -> None:
        root = _parser().parse(self.content).root_node
        if root.has_error and (content := _with_separators(self.content)) != self.content:
            mended = _parser().parse(content).root_node
            root = root if mended.has_error else mended
        self.sequence(root.children, "", ())
        if root.has_error or self.errors:
            self.settle_errors(root)
        if b"<<" in self.content:  # what follows a here-document's opener was met after its lines
            self.commands.sort(key=lambda command: command.start)

    def settle_errors(self, root: Node) -> None:
        """Note what could not be read, and drop the commands that it may belong to: those it touches."""
        text = self.body.text
        if root.has_error:
            self.errors += [(node.start_byte, node.end_byte) for node in _find(root, _is_broken)]
        self.script.errors = [self.body.span(start, end) for start, end in sorted(self.errors)]

        def touches(command: Command) -> bool:
            for start, end in self.errors:
                between = text[command.end : start] if command.end <= start else text[end : command.start]
                if _blank().fullmatch(between):
                    return True
            return False

        self.commands[:] = [command for command in self.commands if not touches(command)]

    def word(self, node: Node) -> Word:
        return Word(self.body, node.start_byte, node.end_byte)

    def sequence(self, nodes: Sequence[Node], joined: Joined, context: Context) -> None:
        """Statements one after the other: a program, a group, the body of a loop."""
        first = len(self.commands)
        for node in nodes:
            if node.is_named:
                if node.type != "comment":
                    first = len(self.commands)
                    self.statement(node, joined, context)
                    joined = "\n"
            elif node.type in (";", ";;"):
                joined = ";"
            elif node.type == "&":
                joined = "&"
                for command in self.commands[first:]:
                    command.background = True

    def statement(self, node: Node, joined: Joined, context: Context) -> None:
        kind = node.type
        if kind == "command":
            self.command(node, joined, context)
        elif kind == "list":
            self.list(node, joined, context)
        elif kind == "pipeline":
            self.pipeline(node, joined, context)
        elif kind == "redirected_statement":
            self.redirected(node, joined, context)
        elif kind == "negated_command":
            first = len(self.commands)
            self.sequence(node.children, joined, context)
            for command in self.commands[first : first + 1]:
                command.negated = True
        elif kind in ("if_statement", "elif_clause", "while_statement"):
            self.conditional(node, joined, context)
        elif kind in ("declaration_command", "unset_command", "test_command"):
            self.add(node, Command(list(self.operators(node)), (), joined, context))
        elif kind == "variable_assignment":
            self.add(node, Command([], [self.word(node)], joined, context))
        elif kind == "variable_assignments":
            self.add(node, Command([], [self.word(child) for child in node.children], joined, context))
        elif kind in _INSIDE:
            place = _INSIDE[kind]
            outer = self.branches
            if outer and kind in ("case_item", "else_clause"):
                self.branches = (*outer[:-1], (outer[-1][0], node.start_byte))
            else:
                self.branches = (*outer, (node.start_byte, node.start_byte))
            self.sequence(node.children, joined, (*context, place) if place else context)
            self.branches = outer
        elif kind != "ERROR":
            self.substitutions(node, context)

    def list(self, node: Node, joined: Joined, context: Context) -> None:
        """`a && b || c`"""
        first, rest = _parts_of_list(node)
        self.statement(first, joined, context)
        for right, operator in rest:
            self.statement(right, operator, context)

    def pipeline(self, node: Node, joined: Joined, context: Context) -> None:
        first = len(self.commands)
        rest = self.piped(node, joined, context)
        self.tie(self.number_at(_start_of_last_pipe(node.children[0]), first), context)
        for right, operator in rest:
            self.statement(right, operator, context)

    def piped(self, node: Node, joined: Joined, context: Context) -> Sequence[tuple[Node, Joined]]:
        """The commands of a pipe. Behind a long one the grammar puts what follows (`| b && c`) into the pipe: that is
        given back, to be read when the pipe is tied."""
        rest: Sequence[tuple[Node, Joined]] = []
        for child in node.children:
            if child.is_named and child.type != "comment":
                if child.type == "list":
                    child, rest = _parts_of_list(child)
                if child.type == "pipeline":
                    rest = [*self.piped(child, joined, context), *rest]
                else:
                    self.statement(child, joined, context)
            joined = "|"
        return rest

    def tie(self, first: int, context: Context) -> None:
        """Make a pipeline of the commands from `first` on, without those that only make a word of one of them."""
        depth = len(context)
        parts = tuple(command for command in self.commands[first:] if "substitution" not in command.context[depth:])
        for command in parts:
            command.pipeline = parts

    def number_at(self, start: int, first: int) -> int:
        """The number of the first command from a place of the text on, none before `first`."""
        number = len(self.commands)
        while number > first and self.commands[number - 1].start >= start:  # most often the last one or two
            number -= 1
        return number

    def redirected(self, node: Node, joined: Joined, context: Context) -> None:
        first = pipe = len(self.commands)
        redirects = [child for child in node.children if child.type.endswith("_redirect")]
        owner = Command([], (), joined, context)
        for child in node.children:
            if child.is_named and child not in redirects:
                self.statement(child, joined, context)
                owner = self.redirected_command(child, first) or owner
                pipe = self.number_at(_start_of_last_pipe(child), first)
        if len(self.commands) == first:
            owner.branches = self.branches
            self.commands.append(owner)  # `> file` is a command of its own
        for redirect in redirects:
            self.redirect(redirect, owner, pipe)

    def redirected_command(self, statement: Node, first: int) -> Command | None:
        """The command that a redirection behind a statement belongs to; None where that is a group."""
        while statement.type in ("list", "pipeline"):  # the grammar hangs the last one's redirections onto the whole
            statement = statement.children[-1]
        if statement.type not in (*_SIMPLE, "negated_command"):
            return None
        start = statement.children[-1].start_byte if statement.type == "negated_command" else statement.start_byte
        return next((command for command in self.commands[first:] if command.start == start), None)

    def redirect(self, node: Node, owner: Command, first: int) -> None:
        """One redirection of `owner`. The grammar hangs onto it what follows on the same line."""
        operator = descriptor = ""
        target: Word | None = None
        lines: Mapped | None = None
        rest: list[tuple[Node, Joined]] = []
        joined: Joined = ""
        start = end = node.start_byte
        place = len(owner.redirects)
        for child in node.children:
            kind = child.type
            if kind == "file_descriptor":
                descriptor = self.content[child.start_byte : child.end_byte].decode()
            elif kind == "heredoc_body":
                lines = self.body.part(child.start_byte, child.end_byte)
                self.substitutions(child, owner.context)
            elif kind == "heredoc_end":
                continue
            elif kind in ("&&", "||"):
                joined = "&&" if kind == "&&" else "||"
            elif kind == "pipeline":
                rest.append((child, "|"))
            elif kind.endswith("_redirect"):
                self.redirect(child, owner, first)
            elif joined:
                rest.append((child, joined))
            elif not operator and not child.is_named:
                operator = kind
                end = child.end_byte
            elif target is None:
                target = self.word(child)
                end = child.end_byte
                self.substitutions(child, owner.context)
            else:
                owner.words.append(self.word(child))
                self.substitutions(child, owner.context)
        owner.redirects.insert(place, Redirect(self.body, start, end, operator, target, descriptor, lines))
        for child, joined in rest:
            if joined == "|":
                behind = self.piped(child, joined, owner.context)
                self.tie(first, owner.context)
                for right, operator in behind:
                    self.statement(right, operator, owner.context)
            else:
                self.statement(child, joined, owner.context)

    def conditional(self, node: Node, joined: Joined, context: Context) -> None:
        """`if`, `elif`, `while` and `until`: what stands before `then` or `do` is the condition."""
        keyword = node.children[0].type
        inner: Context = context if keyword == "elif" else (*context, _CONDITIONALS.get(keyword, "if"))
        condition: list[Node] = []
        branch: list[Node] = []
        for child in node.children[1:]:
            (branch if branch or child.type in ("then", "do_group") else condition).append(child)
        outer = self.branches
        if keyword == "elif" and outer:
            above, construct = outer[:-1], outer[-1][0]
        else:
            above, construct = outer, node.start_byte
        self.branches = (*above, (construct, node.start_byte))
        self.sequence(condition, joined, (*inner, "condition"))
        if any(child.text == b"false" for child in condition if child.type == "command") and keyword != "until":
            branch = [child for child in branch if child.type in ("elif_clause", "else_clause")]
        if branch:
            self.branches = (*above, (construct, branch[0].start_byte))
            self.sequence(branch, ";", inner)
        self.branches = outer

    def command(self, node: Node, joined: Joined, context: Context) -> None:
        command = Command([], [], joined, context)
        redirects: list[Node] = []
        assignments: list[Word] = []
        for child in node.children:
            kind = child.type
            if kind == "variable_assignment":
                assignments.append(self.word(child))
            elif kind.endswith("_redirect"):
                redirects.append(child)
            elif command.words and command.words[-1].end == child.start_byte and command.words[-1].text.endswith("$"):
                # The grammar cuts `a-$B` in two, behind the sign of the variable.
                command.words.append(Word(self.body, command.words.pop().start, child.end_byte))
            else:
                command.words.append(self.word(child))
        command.assignments = assignments
        first = len(self.commands)
        if not redirects:
            self.add(node, command)
            return
        command.branches = self.branches
        self.commands.append(command)
        for child in node.children:
            if child in redirects:
                self.redirect(child, command, first)
            else:
                self.substitutions(child, context)
        command.words.sort(key=lambda word: word.start)

    def add(self, node: Node, command: Command) -> None:
        if b"\n\\" in self.content and any(word.text.startswith("\n") for word in command.words):
            self.errors.append((node.start_byte, node.end_byte))  # see _for_grammar
        command.branches = self.branches
        self.commands.append(command)
        self.substitutions(node, command.context)

    def operators(self, node: Node) -> Iterator[Word]:
        """The words of `export A=b` and `[[ a && b ]]`, which the grammar gives as expressions."""
        for child in node.children:
            if child.type.endswith("_expression"):
                yield from self.operators(child)
            else:
                yield self.word(child)

    def substitutions(self, node: Node, context: Context) -> None:
        """The commands whose output makes a part of a word."""
        content = self.content[node.start_byte : node.end_byte]
        if b"(" in content or b"`" in content:
            for child in _find(node, lambda child: child.type in _SUBSTITUTIONS):
                self.sequence(child.children, "", (*context, "substitution"))


_SIMPLE = ("command", "declaration_command", "unset_command", "test_command", "variable_assignment")
_SUBSTITUTIONS = ("command_substitution", "process_substitution")
_CONDITIONALS: dict[str, Place] = {"while": "while", "until": "until"}
# Nodes that hold statements, and what a statement in them stands in.
_INSIDE: dict[str, Place | None] = {
    "c_style_for_statement": "for",
    "case_item": None,
    "case_statement": "case",
    "compound_statement": None,
    "do_group": None,
    "else_clause": None,
    "for_statement": "for",
    "function_definition": "function",
    "subshell": "subshell",
}


def _add_inner_scripts(script: Script, depth: int) -> None:
    """Put the commands of `sh -c '…'`, `su -c '…'` and `bash <<EOF` behind the command that runs them."""
    found: list[Command] = []
    # What the outer shell substitutes into the inner script was read already.
    seen = {command.span.start for command in script.commands}
    for outer in script.commands:
        found.append(outer)
        if not any(word.text.endswith(_RUN_TEXT) for word in outer.words):
            continue
        if inner := _inner_body(outer.effective):
            script_inside = _parse(inner, "posix-sh", depth + 1)
            script.errors += script_inside.errors
            for command in script_inside.commands:
                if command.span.start not in seen:
                    command.context = (*outer.context, "script", *command.context)
                    command.branches = (*outer.branches, (outer.start, outer.start), *command.branches)
                    command.wrappers = outer.effective.wrappers + command.wrappers
                    command.background = command.background or outer.background
                    found.append(command)
    script.commands = found


# How the names of the commands end that run a text as a script.
_RUN_TEXT = ("sh", "su", "runuser", "eval")


def _inner_body(command: Command) -> Mapped | None:
    """The script that a shell is given as a word or as a here-document."""
    name = command.name
    if name == "eval":
        return command.words[1].inside if len(command.words) == 2 and not command.words[1].may_split else None
    if name in ("su", "runuser"):
        return _script_option(command.arguments, operands_before=True)
    if name not in SHELLS:
        return None
    if script := _script_option(command.arguments, operands_before=False):
        return script
    if any(not word.prefix.startswith(("-", "+")) for word in command.arguments):
        return None
    return next((redirect.heredoc for redirect in command.redirects if redirect.heredoc), None)


def _script_option(words: Sequence[Word], *, operands_before: bool) -> Mapped | None:
    """The word behind `-c` (`-lc`, `--command`)."""
    rest = iter(words)
    wanted = False
    for word in rest:
        text = word.prefix
        if not text.startswith(("-", "+")):
            if wanted:
                return word.inside
            if not operands_before:
                return None
        elif text in ("-o", "+o", "-O", "+O", "--rcfile", "--init-file"):
            next(rest, None)
        elif text == "--command" or (text[:2] not in ("--", "+c") and "c" in text):
            wanted = True
    return None


def _parts_of_list(node: Node) -> tuple[Node, Sequence[tuple[Node, Joined]]]:
    """The first statement of `a && b || c` and the others: nested to the left, hundreds deep in long RUN lines."""
    rights: list[tuple[Node, Joined]] = []
    while node.type == "list":
        operator: Joined = "&&"
        here: list[tuple[Node, Joined]] = []
        for child in node.children[1:]:
            if child.type in ("&&", "||"):
                operator = "&&" if child.type == "&&" else "||"
            elif child.is_named and child.type != "comment":
                here.append((child, operator))
        rights += reversed(here)
        node = node.children[0]
    return node, rights[::-1]


def _start_of_last_pipe(node: Node) -> int:
    """Where in a statement the pipe begins that what follows it belongs to.

    The grammar takes `a && b <f | c` for a pipe whose first part is `a && b <f`.
    """
    while True:
        if node.type == "redirected_statement":
            node = node.children[0]
        elif node.type == "list":
            node = node.children[-1]
        elif node.type == "pipeline":
            node = node.children[-1] if node.children[-1].type == "list" else node.children[0]
        else:
            return node.start_byte


def _find(node: Node, wanted: Callable[[Node], bool]) -> Iterator[Node]:
    """The outermost nodes that fit, in order of appearance."""
    waiting = [node]
    while waiting:
        node = waiting.pop()
        if wanted(node):
            yield node
        else:
            waiting += reversed(node.children)


def _is_broken(node: Node) -> bool:
    return node.type == "ERROR" or node.is_missing


@cache
def _parser() -> Parser:
    from tree_sitter import Language, Parser

    return Parser(Language(_grammar()))


def _for_grammar(text: str) -> str:
    """The text with what trips the grammar replaced, letter by letter so that every offset stays."""
    if "\0" in text or "\r" in text:
        text = text.replace("\0", " ").replace("\\\r\n", " \\\n").replace("\r\n", " \n")
    stripped = text.rstrip()
    if stripped.endswith("\\") and (len(stripped) - len(stripped.rstrip("\\"))) % 2:
        # A continuation with nothing behind it.
        text = stripped[:-1] + " " * (len(text) - len(stripped) + 1)
    if "\n\\" in text:  # `\curl` at the start of a line: the grammar takes it for more of the line before
        text = _escaped_start().sub("\n ", text)
    # `[` is an ordinary command; the grammar makes an expression of its words and fails on some.
    return _test_bracket().sub(":", text) if "[ " in text else text


def _with_separators(content: bytes) -> bytes:
    """`fi fi` as `fi;fi`: the shell needs no separator between closing words, the grammar does."""
    return _closing_words().sub(rb"\1;", content)


@cache
def _closing_words() -> re.Pattern[bytes]:
    return re.compile(rb"((?<![\w-])(?:fi|done|esac)|[)}])[ \t](?=[ \t]*(?:fi|done|esac|else|elif|\})(?![\w-]))")


@cache
def _test_bracket() -> re.Pattern[str]:
    return re.compile(r"(?<![^\s;&|({!`])\[(?=[ \t])")


@cache
def _escaped_start() -> re.Pattern[str]:
    return re.compile(r"\n\\(?=[A-Za-z])")


@cache
def _blank() -> re.Pattern[str]:
    return re.compile(r"(?:[ \t]|\\\r?\n)*")


def _grammar() -> object:
    """The grammar as its package hands it out.

    The package's own module loads importlib.resources for its queries, which takes longer than checking a file, so
    the extension inside it is loaded by itself where it is found as usual.
    """
    from importlib.machinery import ExtensionFileLoader, PathFinder

    package = PathFinder.find_spec("tree_sitter_bash")
    folders = package.submodule_search_locations if package else None
    spec = PathFinder.find_spec("tree_sitter_bash._binding", folders) if folders else None
    if spec and isinstance(spec.loader, ExtensionFileLoader):
        binding = spec.loader.create_module(spec)
        spec.loader.exec_module(binding)
        return binding.language()
    import tree_sitter_bash

    return tree_sitter_bash.language()
