"""The line hash that code scanning works with, against vectors that its own tools agree on."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagdock.report.linehash import line_hashes
from dagdock.text import Source

DEBIAN = 'FROM debian:12\nRUN apt-get update \\\n && apt-get install -y curl\n# naïve 🐳\nCMD ["sh"]\n'
HASHES = [
    "9d464930a677c5ff:1",
    "470f8e4b61b6d809:1",
    "cae754744f46b17d:1",
    "8264747d9c61ccf2:1",
    "e6d522697add1098:1",
    "c129715d7a2bc9a3:1",
]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_known_vectors(newline: str) -> None:
    assert line_hashes(Source("Dockerfile", DEBIAN.replace("\n", newline))) == HASHES


def test_blanks_do_not_count() -> None:
    assert line_hashes(Source("Dockerfile", DEBIAN.replace(" ", "\t  "))) == HASHES


def test_equal_lines_are_counted() -> None:
    hashes = line_hashes(Source("x", "RUN a\n" * 40))
    assert hashes[0].endswith(":1") and hashes[1].split(":") == [hashes[0].split(":")[0], "2"]


def test_bytes_that_are_no_text_count_as_everybody_reads_them() -> None:
    assert line_hashes(Source("x", b"caf\xe9\n")) == line_hashes(Source("x", "caf\ufffd\n"))


@settings(deadline=None, max_examples=100)
@given(st.text(alphabet="a \t\r\n🐳\ufeffé"))
def test_every_line_has_its_hash(text: str) -> None:
    assert len(line_hashes(Source("x", text))) == len(Source("x", text).line_starts)


@settings(deadline=None, max_examples=100)
@given(st.text(alphabet="ab\n🐳"))
def test_it_is_the_polynomial_it_is_said_to_be(text: str) -> None:
    units = [
        int.from_bytes(encoded[index : index + 2], "little")
        for encoded in [text.encode("utf-16-le")]
        for index in range(0, len(encoded), 2)
    ]
    units += [0xFFFF, *[0] * 100]
    starts = [0, *(index + 1 for index, unit in enumerate(units) if unit == 10)]
    expected = []
    for start in starts:
        value = 0
        for unit in units[start : start + 100]:
            value = (value * 37 + unit) % 2**64
        expected.append(f"{value:x}")
    assert [hashed.partition(":")[0] for hashed in line_hashes(Source("x", text))] == expected
