"""Words of an instruction as Docker reads them: quotes, escapes and variables, each part with its place."""

from __future__ import annotations

from dagdock.text import Span, Text


class Variable:
    """`$x` or `${x…}` inside a word.

    `modifier` is `""` or one of `:-` `-` `:+` `+` `:?` `?` `#` `##` `%` `%%` `/` `//`; `word` is what stands behind it
    (the default, the alternative, the message, the pattern), `replacement` the second half of `/` and `//`.
    """

    name: Text
    modifier: str
    word: Word | None
    replacement: Word | None
    span: Span
    quoted: bool  # inside double quotes


class Literal:
    """A stretch of a word without variables: what it stands for once quotes and escapes are gone."""

    text: str
    span: Span
    quote: str  # "", "'" or '"'


class Word:
    """One word, as written (`raw`) and as Docker takes it (`value`)."""

    span: Span
    raw: str
    value: Text  # quotes and escapes gone, variables left as written
    parts: tuple[Literal | Variable, ...]
    variables: tuple[Variable, ...]  # those inside defaults too, in order
    literal: str | None  # the value, None where a variable stands in it
    quoted: bool  # any quote in it

    def resolve(self, scope: object) -> str | None:
        """The value with the variables of `scope` put in; None where one is unknown."""
        raise NotImplementedError
