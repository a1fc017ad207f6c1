"""Jinja templates as far as a linter needs them: whether they parse, and which names they ask for.

The grammar is Jinja's own, with the tag `do` that Airflow adds. Nothing is rendered.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

MAX_DEPTH = 60
MAX_LENGTH = 200_000


class Fault(Exception):
    """What keeps a template from being read: a stretch of its text and the reason."""

    def __init__(self, start: int, end: int, message: str) -> None:
        super().__init__(message)
        self.start = start
        self.end = end
        self.message = message


class Name:
    """A variable that a template asks for: where it stands, and the attributes read from it (`ti.task.dag` → two).

    `called` is whether the last of them is called; `optional` that the template copes with its absence, by `default`
    or `is defined`.
    """

    __slots__ = ("called", "end", "optional", "path", "start", "text")

    def __init__(self, text: str, start: int, end: int) -> None:
        self.text = text
        self.start = start
        self.end = end
        self.path: list[str] = []
        self.called = False
        self.optional = False


class Filter:
    """A filter (`|upper`) or a test (`is none`) that a template uses."""

    __slots__ = ("end", "kind", "start", "text")

    def __init__(self, text: str, start: int, end: int, kind: str) -> None:
        self.text = text
        self.start = start
        self.end = end
        self.kind = kind


class Template:
    """A template that was read: the names from outside, and the filters and tests.

    `fault` is what is wrong with it, where something is. `whole` is false where it takes in other templates, which
    may bring names of their own.
    """

    __slots__ = ("fault", "filters", "names", "whole")

    def __init__(self, names: list[Name], filters: list[Filter], fault: Fault | None, *, whole: bool) -> None:
        self.names = names
        self.filters = filters
        self.fault = fault
        self.whole = whole


def is_template(text: str) -> bool:
    """Whether a text holds anything for Jinja."""
    return "{{" in text or "{%" in text or "{#" in text


@lru_cache(maxsize=128)
def parse(text: str) -> Template:
    """The template of a text. Never raises; a text beyond all measure is a template without names."""
    if len(text) > MAX_LENGTH:
        return Template([], [], None, whole=False)
    parser = _Parser(text)
    fault: Fault | None = None
    try:
        parser.template()
    except Fault as error:
        fault = error
    except RecursionError:
        parser.whole = False
    bound = parser.bound | _ALWAYS
    names = [name for name in parser.names if name.text not in bound]
    return Template(names, parser.filters, fault, whole=parser.whole)


_ALWAYS = frozenset(
    ("true", "false", "none", "True", "False", "None", "loop", "self", "super", "caller", "varargs", "kwargs")
)
# Tags with a body, and the tags that may stand inside on the way to the end.
_BLOCKS = {
    "for": ("else",),
    "if": ("elif", "else"),
    "block": (),
    "macro": (),
    "call": (),
    "filter": (),
    "with": (),
    "autoescape": (),
    "set": (),
}


@cache
def _opening() -> re.Pattern[str]:
    return re.compile(r"\{\{|\{%|\{#")


@cache
def _raw_end() -> re.Pattern[str]:
    return re.compile(r"\{%[-+]?\s*endraw\s*[-+]?%\}")


@cache
def _token() -> re.Pattern[str]:
    return re.compile(
        r"(?P<space>\s+)"
        r"|(?P<number>0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0[xX](?:_?[\da-fA-F])+"
        r"|(?:0(?:_?0)*(?!\d)|0(?=\d)|[1-9]\d*(?:_\d+)*)(?:\.\d+(?:_\d+)*)?(?:[eE][+-]?\d+(?:_\d+)*)?)"
        r"|(?P<name>[^\W\d]\w*)"
        r"|(?P<string>'[^'\\]*(?:\\.[^'\\]*)*'|\"[^\"\\]*(?:\\.[^\"\\]*)*\")"
        r"|(?P<operator>//|\*\*|==|!=|>=|<=|[-+/*%~\[\](){}|.,:;<>=])",
        re.DOTALL,
    )


class _Token:
    __slots__ = ("end", "kind", "start", "text")

    def __init__(self, kind: str, text: str, start: int, end: int) -> None:
        self.kind = kind
        self.text = text
        self.start = start
        self.end = end


class _Parser:
    """Reads a template from left to right; `tokens` are those of the tag at hand."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.tokens: list[_Token] = []
        self.at = 0
        self.depth = 0
        self.names: list[Name] = []
        self.filters: list[Filter] = []
        self.bound: set[str] = set()
        self.whole = True

    # The template as a row of texts and tags.

    def template(self) -> None:
        open_blocks: list[tuple[str, _Token]] = []
        while (opening := _opening().search(self.text, self.position)) is not None:
            start, self.position = opening.start(), opening.end()
            if opening.group() == "{#":
                end = self.text.find("#}", self.position)
                if end < 0:
                    if self.text[self.position :].removesuffix("\n") in ("", "-", "+"):
                        return  # a last `{#` is text to Jinja
                    raise Fault(start, start + 2, "`{#` is never closed by `#}`")
                self.position = end + 2
            elif opening.group() == "{{":
                self.read_tag("}}", start)
                if self.here.kind == "end":
                    raise Fault(start, self.position, "there is nothing between `{{` and `}}`")
                self.expression_list()
                self.expect_end()
            else:
                self.read_tag("%}", start)
                self.tag(start, open_blocks)
        if open_blocks:
            name, token = open_blocks[-1]
            raise Fault(token.start, token.end, f"`{{% {name} %}}` has no `{{% end{name} %}}`")

    def read_tag(self, closing: str, start: int) -> None:
        """The tokens up to `}}` or `%}`; inside brackets `}}` closes these instead."""
        text, position = self.text, self.position
        if text[position : position + 1] in ("-", "+"):
            position += 1
        tokens: list[_Token] = []
        brackets: list[_Token] = []
        while True:
            if not brackets:
                width = 1 if text[position : position + 1] in ("-", "+") else 0
                if text.startswith(closing, position + width):
                    tokens.append(_Token("end", closing, position, position + width + 2))
                    self.position = position + width + 2
                    self.tokens, self.at = tokens, 0
                    return
            match = _token().match(text, position)
            if match is None:
                if position >= len(text):
                    raise Fault(start, start + 2, f"`{text[start : start + 2]}` is never closed by `{closing}`")
                raise Fault(position, position + 1, self.unreadable(position))
            kind = match.lastgroup or ""
            token = _Token(kind, match.group(), position, match.end())
            position = match.end()
            if kind == "space":
                continue
            if token.text in ("(", "[", "{") and kind == "operator":
                brackets.append(token)
            elif token.text in (")", "]", "}") and kind == "operator":
                if not brackets:
                    wanted = f", and `{text[start : start + 2]}` is closed by `{closing}`" if closing[0] == "}" else ""
                    raise Fault(token.start, token.end, f"`{token.text}` closes nothing that is open{wanted}")
                if "([{".index(brackets[-1].text) != ")]}".index(token.text):
                    raise Fault(token.start, token.end, f"`{token.text}` does not close `{brackets[-1].text}`")
                brackets.pop()
            tokens.append(token)

    def unreadable(self, position: int) -> str:
        sign = self.text[position]
        return f"the text that begins with {sign} never ends" if sign in "\"'" else f"`{sign}` means nothing to Jinja"

    def tag(self, start: int, open_blocks: list[tuple[str, _Token]]) -> None:
        token = self.here
        if token.kind != "name":
            raise Fault(start, self.position, "a tag begins with its name, such as `if` or `for`")
        self.at += 1
        name = token.text
        if name == "raw":
            self.expect_end()
            end = _raw_end().search(self.text, self.position)
            if end is None:
                if not self.text[self.position :].removesuffix("\n"):
                    return  # as for a last `{#`
                raise Fault(token.start, token.end, "`{% raw %}` has no `{% endraw %}`")
            self.position = end.end()
        elif name.startswith("end") and name[3:] in _BLOCKS:
            if not open_blocks or open_blocks[-1][0] != name[3:]:
                raise Fault(token.start, token.end, self.misplaced(name, open_blocks))
            open_blocks.pop()
            if name == "endblock" and self.here.kind == "name":
                self.at += 1
            self.expect_end()
        elif name in ("else", "elif"):
            if not open_blocks or name not in _BLOCKS[open_blocks[-1][0]]:
                raise Fault(token.start, token.end, self.misplaced(name, open_blocks))
            if name == "elif":
                self.expression_list()
            self.expect_end()
        elif self.statement(name, token):
            open_blocks.append((name, token))

    def misplaced(self, name: str, open_blocks: list[tuple[str, _Token]]) -> str:
        if open_blocks:
            return f"`{name}` stands inside `{{% {open_blocks[-1][0]} %}}`, which wants `end{open_blocks[-1][0]}` first"
        return f"`{name}` ends nothing: there is no tag before it that is open"

    def statement(self, name: str, token: _Token) -> bool:
        """Read a tag that is no end; whether it opens a block."""
        opens = name in _BLOCKS
        match name:
            case "for":
                self.target()
                self.word("in")
                self.expression_list(conditional=False)
                if self.skip_word("if"):
                    self.expression()
                self.skip_word("recursive")
            case "if" | "print" | "do":
                self.expression_list()
            case "set":
                opens = self.set_tag()
            case "with":
                while self.here.kind != "end":
                    self.target()
                    self.operator("=")
                    self.expression()
                    if not self.skip(","):
                        break
            case "macro":
                self.bound.add(self.word().text)
                self.signature()
            case "call":
                if self.is_operator("("):
                    self.signature()
                self.expression()
            case "filter":
                self.filter_name()
                while self.skip("|"):
                    self.filter_name()
            case "block":
                self.word()
                while self.here.kind == "name":
                    self.at += 1
            case "autoescape":
                self.expression()
            case "extends" | "include" | "import" | "from":
                self.whole = False
                self.at = len(self.tokens) - 1
            case "break" | "continue" | "trans" | "pluralize" | "endtrans" | "debug":
                self.whole = False
                self.at = len(self.tokens) - 1
            case _:
                raise Fault(token.start, token.end, f"Jinja knows no tag `{name}`")
        self.expect_end()
        return opens

    def set_tag(self) -> bool:
        self.target(attributes=True)
        if self.skip("="):
            self.expression_list()
            return False
        while self.skip("|"):
            self.filter_name()
        return True

    def target(self, *, attributes: bool = False) -> None:
        while True:
            if self.skip("("):
                self.target()
                self.operator(")")
            else:
                name = self.word()
                self.bound.add(name.text)
                if attributes and self.skip("."):
                    self.word()
            if not self.skip(",") or self.here.kind == "end":
                return

    def signature(self) -> None:
        self.operator("(")
        while not self.is_operator(")"):
            self.bound.add(self.word().text)
            if self.skip("="):
                self.expression()
            if not self.skip(","):
                break
        self.operator(")")

    # Tokens.

    @property
    def here(self) -> _Token:
        return self.tokens[self.at]

    def is_operator(self, text: str) -> bool:
        return self.here.kind == "operator" and self.here.text == text

    def is_word(self, text: str) -> bool:
        return self.here.kind == "name" and self.here.text == text

    def skip(self, text: str) -> bool:
        if self.is_operator(text):
            self.at += 1
            return True
        return False

    def skip_word(self, text: str) -> bool:
        if self.is_word(text):
            self.at += 1
            return True
        return False

    def operator(self, text: str) -> None:
        if not self.skip(text):
            raise self.unexpected(f"`{text}`")

    def word(self, text: str | None = None) -> _Token:
        token = self.here
        if token.kind != "name" or (text is not None and token.text != text):
            raise self.unexpected(f"`{text}`" if text else "a name")
        self.at += 1
        return token

    def expect_end(self) -> None:
        if self.here.kind != "end":
            raise self.unexpected(f"`{self.tokens[-1].text}`")

    def unexpected(self, wanted: str) -> Fault:
        token = self.here
        return Fault(token.start, token.end, f"`{_short(token.text)}` stands where {wanted} is expected")

    # Expressions, from the loosest binding to the tightest.

    def expression_list(self, *, conditional: bool = True) -> None:
        """An expression, or several with commas between them."""
        while True:
            self.expression(conditional=conditional)
            if not self.skip(",") or self.here.kind == "end":
                return

    def expression(self, *, conditional: bool = True) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise RecursionError
        self.either()
        while conditional and self.skip_word("if"):
            self.either()
            if self.skip_word("else"):
                self.expression()
        self.depth -= 1

    def either(self) -> None:
        self.negation()
        while self.here.kind == "name" and self.here.text in ("or", "and"):
            self.at += 1
            self.negation()

    def negation(self) -> None:
        while self.skip_word("not"):
            pass
        self.comparison()

    def comparison(self) -> None:
        self.arithmetic()
        while True:
            token = self.here
            if (token.kind == "operator" and token.text in ("==", "!=", "<", "<=", ">", ">=")) or self.is_word("in"):
                self.at += 1
            elif self.is_word("not") and self.tokens[self.at + 1].text == "in":
                self.at += 2
            else:
                return
            self.arithmetic()

    def arithmetic(self) -> None:
        self.unary()
        while self.here.kind == "operator" and self.here.text in ("+", "-", "~", "*", "/", "//", "%", "**"):
            self.at += 1
            self.unary()

    def unary(self) -> None:
        while self.here.kind == "operator" and self.here.text in ("-", "+"):
            self.at += 1
        name = self.postfix(self.primary())
        while True:
            if self.skip("|"):
                used = self.filter_name()
                if name is not None and used in ("default", "d"):
                    name.optional = True
            elif self.skip_word("is"):
                self.skip_word("not")
                used = self.test()
                if name is not None and used in ("defined", "undefined"):
                    self.bound.add(name.text)
            elif self.is_operator("("):  # what a filter gives may be called
                self.arguments()
            else:
                return

    def primary(self) -> Name | None:
        token = self.here
        self.at += 1
        if token.kind == "name":
            name = Name(token.text, token.start, token.end)
            self.names.append(name)
            return name
        if token.kind == "number":
            return None
        if token.kind == "string":
            while self.here.kind == "string":  # texts beside each other are one
                self.at += 1
            return None
        if token.kind == "operator" and token.text in ("(", "[", "{"):
            self.display(token.text)
            return None
        self.at -= 1
        raise self.unexpected("a value")

    def display(self, opening: str) -> None:
        closing = ")]}"["([{".index(opening)]
        while not self.is_operator(closing):
            self.expression()
            if opening == "{":
                self.operator(":")
                self.expression()
            if not self.skip(","):
                break
        self.operator(closing)

    def postfix(self, name: Name | None) -> Name | None:
        """Attributes, items and calls behind a value."""
        follow = name
        while True:
            if self.skip("."):
                token = self.here
                if token.kind not in ("name", "number"):
                    raise self.unexpected("the name of an attribute")
                self.at += 1
                if follow is not None:
                    follow.path.append(token.text)
            elif self.skip("["):
                token = self.here
                self.subscript()
                if follow is not None and token.kind == "string" and self.tokens[self.at - 2] is token:
                    follow.path.append(token.text[1:-1])
                else:
                    follow = None
            elif self.is_operator("("):
                self.arguments()
                if follow is not None:
                    follow.called = True
                follow = None
            else:
                return name

    def subscript(self) -> None:
        while not self.is_operator("]"):
            if not self.skip(":"):
                self.expression()
                continue
            if not self.is_operator("]") and not self.is_operator(":"):
                self.expression()
            if self.skip(","):
                continue
        self.operator("]")

    def arguments(self) -> None:
        self.operator("(")
        while not self.is_operator(")"):
            if not (self.skip("*") or self.skip("**")):
                following = self.tokens[self.at + 1]
                if self.here.kind == "name" and following.kind == "operator" and following.text == "=":
                    self.at += 2
            self.expression()
            if not self.skip(","):
                break
        self.operator(")")

    def filter_name(self) -> str:
        return self.dotted("filter")

    def dotted(self, kind: str) -> str:
        first = last = self.word()
        while self.skip("."):
            last = self.word()
        text = self.text[first.start : last.end]
        self.filters.append(Filter(text, first.start, last.end, kind))
        if kind == "filter" and self.is_operator("("):
            self.arguments()
        return text

    def test(self) -> str:
        used = self.dotted("test")
        token = self.here
        if self.is_operator("("):
            self.arguments()
        elif (
            token.kind in ("string", "number")
            or (token.kind == "operator" and token.text in ("[", "{"))
            or (token.kind == "name" and token.text not in ("else", "or", "and", "is", "if", "in", "not"))
        ):
            self.postfix(self.primary())
        return used


def _short(text: str) -> str:
    return text if len(text) <= 30 else f"{text[:29]}…"
