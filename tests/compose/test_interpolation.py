"""Variables in texts; what counts as malformed was measured on docker compose 2.40.3."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagdock.compose.interpolation import UNKNOWN, Filled, interpolations, malformed, tokens
from dagdock.text import Mapped, Source

ENV = {"A": "one", "EMPTY": "", "C": "x:y"}


def mapped(text: str) -> Mapped:
    return Mapped.of(Source("compose.yaml", text).whole)


def fill(text: str) -> str:
    return Filled(mapped(text), ENV).text.replace(UNKNOWN, "?")


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("$A", "one"),
        ("${A}b", "oneb"),
        ("$A_", "?"),
        ("$$A", "$A"),
        ("$$$A", "$one"),
        ("5$ $1 $( $", "5$ $1 $( $"),
        ("${U}", "?"),
        ("${U:-d}", "d"),
        ("${U-d}", "d"),
        ("${EMPTY:-d}", "d"),
        ("${EMPTY-d}", ""),
        ("${A:-d}", "one"),
        ("${U:-}", ""),
        ("${U:?needed}", "?"),
        ("${A:?needed}", "one"),
        ("${EMPTY:?needed}", "?"),
        ("${A:+r}", "r"),
        ("${A+r$C}", "rx:y"),
        ("${U:+r}", "?"),
        ("${U:-${V:-deep}}", "deep"),
        ("${U:-${A}/b}c", "one/bc"),
        ('${U:-{"a": {"b": 1}}}', '{"a": {"b": 1}}'),
        ("${U:-a}-${U:-b}", "a-b"),
        ("${U:-$$x}", "$x"),
        ("${U:-a:b}", "a:b"),
    ],
)
def test_filled_in(text: str, filled: str) -> None:
    assert malformed(mapped(text)) == []
    assert fill(text) == filled


@pytest.mark.parametrize(
    ("text", "bad"),
    [
        ("a${UID:1000}", "${UID:1000}"),
        ("${}", "${}"),
        ("${1A}", "${1A}"),
        ("${A.b}", "${A.b}"),
        ("${A", "${A"),
        ("${A:-b", "${A:-b"),
        ("${A:-b\n}", "${A:-b\n}"),
        ("${A:-${b:x}}", "${b:x}"),
        ("${A//a/b}", "${A//a/b}"),
        ("${!A}", "${!A}"),
    ],
)
def test_malformed(text: str, bad: str) -> None:
    assert malformed(mapped(text)) == [bad]
    assert fill(text).count("?") == 1 or "${A:-${" in text


def test_what_grows_without_end_is_unknown() -> None:
    assert Filled(mapped("$A" * 400), {"A": "x" * 50_000}).text == UNKNOWN


def test_uses_and_their_places() -> None:
    found = interpolations(mapped("x ${A:-${B?say}} $C"))
    assert [(one.name, one.operator, one.argument, one.span.text) for one in found] == [
        ("A", ":-", "${B?say}", "${A:-${B?say}}"),
        ("B", "?", "say", "${B?say}"),
        ("C", "", None, "$C"),
    ]
    assert [(one.has_default, one.is_required) for one in found] == [(True, False), (False, True), (False, False)]
    assert [one.name.span.text for one in found] == ["A", "B", "C"]


@pytest.mark.parametrize(
    ("text", "piece", "place"),
    [
        ("a:${U:-b}:c", "b", "b"),
        ("a:${A}:c", "one", "${A}"),
        ("a:${A}:c", "ne:", "${A}:"),
        ("a:$$:c", "$", "$$"),
        ("${U:-x${A}}y", "xoney", "x${A}}y"),
        ("a:${U}:c", UNKNOWN, "${U}"),
    ],
)
def test_where_filled_text_is_written(text: str, piece: str, place: str) -> None:
    filled = Filled(mapped(text), ENV)
    start = filled.text.index(piece)
    assert filled.written(start, start + len(piece)) == place


TEXTS = st.lists(st.sampled_from(["$", "${", "}", "A", "U", ":-", "-", ":?", "+", " ", "{", "é", "1", "\n"])).map(
    "".join
)


@settings(deadline=None)
@given(TEXTS)
def test_every_character_is_in_one_token(text: str) -> None:
    assert "".join(text[token.start : token.end] for token in tokens(text)) == text


@settings(deadline=None)
@given(TEXTS)
def test_every_stretch_has_a_place(text: str) -> None:
    filled = Filled(mapped(text), ENV)
    for start in range(len(filled.text) + 1):
        span = filled.span(start, len(filled.text))
        assert 0 <= span.start <= span.end <= len(text)


def test_depth_and_length_are_bounded() -> None:
    deep = "${A:-" * 5000 + "}" * 5000
    assert Filled(mapped(deep.replace("A", "U")), ENV).known is False
    long = "$$" * 1_000_000
    assert Filled(mapped(long), ENV).known is False
