"""Open texts: changed piece by piece, in whatever units an editor counts."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagdock.lsp.buffers import Buffer, Change
from dagdock.text import Encoding, Source

ENCODINGS: tuple[Encoding, ...] = ("utf-8", "utf-16", "utf-32")
# What is counted differently: one, two and four bytes, one and two UTF-16 units; and what ends a line here or there.
TEXTS = st.text(alphabet="aé€😀\t\n\r\x0c\u2028", max_size=30)


def buffer(text: str) -> Buffer:
    return Buffer("file:///work/Dockerfile", "/work/Dockerfile", text, 1, "dockerfile")


def editor_lines(text: str) -> list[str]:
    """The lines as the protocol has them: `\\n`, `\\r\\n` and `\\r` end one, nothing else does."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def units(text: str, encoding: Encoding) -> int:
    return (
        len(text.encode({"utf-8": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}[encoding]))
        // {
            "utf-8": 1,
            "utf-16": 2,
            "utf-32": 4,
        }[encoding]
    )


@settings(deadline=None)
@given(TEXTS, st.integers(0, 40), st.sampled_from(ENCODINGS))
def test_a_place_is_counted_as_the_protocol_does_and_leads_back(text: str, offset: int, encoding: Encoding) -> None:
    source = Source("x", text)
    offset = min(offset, len(text))
    line, column = source.editor_position(offset, encoding)
    before = editor_lines(text[:offset])
    if text[offset - 1 : offset + 1] != "\r\n":  # nothing can be put between these two
        assert (line, column) == (len(before) - 1, units(before[-1], encoding))
        assert source.editor_offset(line, column, encoding) == offset


@settings(deadline=None)
@given(TEXTS, st.integers(0, 9), st.integers(0, 99), st.sampled_from(ENCODINGS))
def test_any_place_that_a_client_may_name_is_in_the_text(text: str, line: int, column: int, encoding: Encoding) -> None:
    assert 0 <= Source("x", text).editor_offset(line, column, encoding) <= len(text)


@pytest.mark.parametrize(("encoding", "column"), [("utf-8", 6), ("utf-16", 3), ("utf-32", 2)])
def test_the_column_behind_an_accent_and_an_emoji(encoding: Encoding, column: int) -> None:
    assert Source("x", "é😀z").editor_position(2, encoding) == (0, column)
    assert Source("x", "é😀z").editor_offset(0, column, encoding) == 2


def test_a_column_inside_of_a_character_is_its_start() -> None:
    assert Source("x", "a😀b").editor_offset(0, 2, "utf-16") == 1


@settings(deadline=None)
@given(st.lists(st.tuples(TEXTS, st.integers(0, 40), st.integers(0, 40)), max_size=6), st.sampled_from(ENCODINGS))
def test_changes_do_to_a_text_what_they_do_to_a_string(changes: list[tuple[str, int, int]], encoding: Encoding) -> None:
    text, opened = "FROM é😀\r\nRUN a\nx", buffer("FROM é😀\r\nRUN a\nx")
    for number, (new, one, other) in enumerate(changes):
        low, high = sorted((min(one, len(text)), min(other, len(text))))
        if "\r\n" in (text[low - 1 : low + 1], text[high - 1 : high + 1]):
            continue
        source = Source("x", text)
        change = Change(new, source.editor_position(low, encoding), source.editor_position(high, encoding))
        opened = opened.changed([change], number, encoding)
        text = text[:low] + new + text[high:]
        assert opened.source.text == text


def test_changes_come_one_after_the_other_and_one_may_be_of_everything() -> None:
    changes = [Change("RUN x\n", (1, 0), (1, 0)), Change("b", (1, 4), (1, 5)), Change("!", (2, 0), (9, 9))]
    changed = buffer("FROM a\nRUN y\n").changed(changes, 7, "utf-16")
    assert (changed.source.text, changed.version) == ("FROM a\nRUN b\n!", 7)
    assert changed.changed([Change("FROM c\n")], 8, "utf-16").source.text == "FROM c\n"


def test_a_range_that_ends_before_it_begins_is_empty() -> None:
    assert buffer("abc").changed([Change("-", (0, 2), (0, 1))], 2, "utf-16").source.text == "ab-c"


def test_half_a_character_becomes_a_sign_that_can_be_saved() -> None:
    opened = buffer("FROM a\udc80\ud83d")
    assert opened.source.text == "FROM a\ufffd\ufffd"
    assert opened.content.decode("utf-8") == opened.source.text


def test_a_python_file_is_encoded_as_it_says() -> None:
    text = "# coding: latin-1\nname = 'é'\n"
    assert Buffer("file:///x.py", "/x.py", text, 1, "python").content == text.encode("latin-1")
    unfit = text.replace("é", "€")
    assert Buffer("file:///x.py", "/x.py", unfit, 1, "python").content == unfit.encode("utf-8")


@pytest.mark.parametrize(
    ("path", "language", "kind"),
    [
        ("/w/Dockerfile", "plaintext", "dockerfile"),
        ("/w/build.docker", "dockerfile", "dockerfile"),
        ("/w/compose.yaml", "yaml", "compose"),
        ("/w/dagdock.toml", "toml", "config"),
        ("/w/.dockerignore", "ignore", "ignorefile"),
        ("/w/readme.md", "markdown", None),
        (None, "dockerfile", "dockerfile"),
        (None, "dockercompose", "compose"),
        (None, "markdown", None),
    ],
)
def test_what_a_text_is(path: str | None, language: str, kind: str | None) -> None:
    uri = f"file://{path}" if path else "untitled:Untitled-1"
    assert Buffer(uri, path, "FROM a\n", 1, language).kind == kind
