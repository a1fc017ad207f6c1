"""The exec form: which brackets are a JSON array of strings, and why others are not."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagdock.dockerfile import Instruction, parse
from dagdock.text import Source


def cmd(arguments: str) -> Instruction:
    return parse(Source("Dockerfile", f"FROM a\nCMD {arguments}\n")).instructions[1]


@pytest.mark.parametrize(
    ("arguments", "elements"),
    [
        ("[]", []),
        ("[ ]", []),
        ('["a"]', ["a"]),
        ('["a", "b c"]', ["a", "b c"]),
        ('[\t"a"\t,\t"b"\t]', ["a", "b"]),
        (r'["\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00"]', ['"\\/\b\f\n\r\té😀']),
        (r'["\ud83d"]', ["\ufffd"]),
        ('["é😀"]', ["é😀"]),
        ('["a",\\\n # comment\n  "b"]', ["a", "b"]),
    ],
)
def test_an_array_of_strings(arguments: str, elements: list[str]) -> None:
    assert cmd(arguments).exec_form == elements
    assert cmd(arguments).json_fault is None


def test_elements_know_where_they_stand() -> None:
    elements = cmd('["é",\\\n  "b"]').exec_form
    assert elements is not None
    assert [(each.span.text, each.span.begin) for each in elements] == [('"é"', (2, 6)), ('"b"', (3, 3))]


@pytest.mark.parametrize("arguments", ["", "echo [1]", '"a"', "{}", "--x"])
def test_no_bracket_no_exec_form(arguments: str) -> None:
    assert cmd(arguments).exec_form is None
    assert cmd(arguments).json_fault is None


@pytest.mark.parametrize(
    ("arguments", "reason", "place", "mended"),
    [
        ("['a', 'b']", "single-quotes", "'a'", '["a", "b"]'),
        ("['say \"hi\"']", "single-quotes", "'say \"hi\"'", '["say \\"hi\\""]'),
        ("[“a”, “b”]", "typographic-quotes", "“a”", '["a", "b"]'),
        ("['a\x1a\tb']", "single-quotes", "'a\x1a\tb'", r'["a\u001a\tb"]'),
        ('["a" "b"]', "missing-comma", '"a" "', '["a", "b"]'),
        ('["a", "b",]', "trailing-comma", ",", '["a", "b"]'),
        ('["a", "b"', "missing-bracket", '["a", "b"', '["a", "b"]'),
        ('["a", "b]', "open-quote", '"b]', None),
        (r'["C:\app", "b"]', "bad-escape", "\\a", r'["C:\\app", "b"]'),
        ('["a"] && b', "text-after", "&& b", None),
        ('["a", b]', "no-json", "b", None),
        ('["a", NaN]', "no-json", "N", None),
        ("[npm, start]", "no-json", "n", None),
        ("[1, ]", "trailing-comma", ",", None),
    ],
)
def test_why_it_is_no_json(arguments: str, reason: str, place: str, mended: str | None) -> None:
    fault = cmd(arguments).json_fault
    assert fault is not None
    assert (fault.reason, fault.span.text, fault.mended) == (reason, place, mended)
    assert fault.whole.text == arguments


@pytest.mark.parametrize(
    ("arguments", "place"),
    [("[1]", "1"), ('["a", null]', "null"), ('["a", ["b"]]', '["b"]'), ('[{"a": 1}]', '{"a": 1}'), ("[true]", "true")],
)
def test_an_array_of_something_else(arguments: str, place: str) -> None:
    fault = cmd(arguments).json_fault
    assert fault is not None
    assert (fault.reason, fault.span.text) == ("not-strings", place)


@pytest.mark.parametrize(
    ("arguments", "by_mistake"),
    [
        ("['a']", True),
        ("[ 'a' ]", True),
        ("[ 'a', 'b' ]", True),
        ('["a" "b"]', True),
        ('["a"] && b', True),
        ("[ -f x ] && y", False),
        ('[ "$x" = "y" ] && z', False),
        ('[ "$x" ] && z', False),
        ("[ ! -e 'x' ] || z", False),
        ("[[ $x == y ]]", False),
        ("[npm, start]", False),
    ],
)
def test_a_test_command_is_no_mistake(arguments: str, by_mistake: bool) -> None:
    fault = cmd(arguments).json_fault
    assert fault is not None
    assert fault.by_mistake is by_mistake


@settings(deadline=None, max_examples=100)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]))), st.booleans())
def test_every_json_array_of_strings_is_an_exec_form(values: list[str], ascii_only: bool) -> None:
    text = json.dumps(values, ensure_ascii=ascii_only)
    assert cmd(text).exec_form == values


@settings(deadline=None, max_examples=200)
@given(st.lists(st.sampled_from(['"a"', "'b'", ",", "[", "]", " ", "1", "null", "{", "}", '"', "\\", "x", ":"])))
def test_what_we_take_for_json_is_json(pieces: list[str]) -> None:
    text = ("[" + "".join(pieces)).rstrip(" \\")  # a backslash at the end would continue the line
    found = cmd(text)
    try:
        value = json.loads(text)
    except ValueError:
        assert found.exec_form is None
        assert found.json_fault is None or found.json_fault.reason != "not-strings"
        return
    strings = isinstance(value, list) and all(isinstance(each, str) for each in value)
    assert found.exec_form == (value if strings else None)


@settings(deadline=None, max_examples=100)
@given(st.lists(st.sampled_from(["'a'", '"b"', '"c\\d"', ",", " ", "]", "[", "'"])))
def test_what_is_mended_is_an_exec_form(pieces: list[str]) -> None:
    fault = cmd(("[" + "".join(pieces)).strip()).json_fault
    if fault is not None and fault.mended is not None:
        assert cmd(fault.mended).exec_form is not None
