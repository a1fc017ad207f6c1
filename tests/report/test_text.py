"""The output for people: places underlined where they are, and nothing that could command a terminal."""

from __future__ import annotations

import io
import re
from textwrap import dedent
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagdock.fix import Fix
from dagdock.report.excerpt import Place, excerpt
from dagdock.report.terminal import Terminal, cells, printable, wants_color, width_of, wrapped
from dagdock.result import Failure
from dagdock.rule import Problem, Related
from dagdock.text import Source


def lines(text: str) -> str:
    return dedent(text).lstrip("\n")


def shown(kit: Any, text: str, **about: Any) -> str:
    """The excerpt of one finding, without its head and the summary."""
    return "\n".join(kit.one("text", text, **about).split("\n\n")[0].split("\n")[1:])


def test_a_finding_with_all_there_is(kit: Any) -> None:
    copy, install = kit.marked(
        "FROM python:3.12\n«COPY . .»\nWORKDIR /x\nENV A=b\nRUN «pip install -r requirements.txt»\n"
    )
    (build,) = kit.marked("services:\n  web:\n    build: «./app»\n", "compose.yaml")
    problem = Problem(
        copy,
        "`COPY . .` stands before `pip install`, so every change to a file of the folder installs everything again",
        related=[Related(install, "installs again"), Related(build, "built by the service `web`")],
        fix=Fix.replace("Copy requirements.txt first", copy, "COPY requirements.txt ."),
    )
    assert kit.written("text", kit.result((kit.rule(), problem))) == lines("""
        Dockerfile:2:1 warning[DF203 copy-before-install]
          `COPY . .` stands before `pip install`, so every change to a file of the folder installs
          everything again
            2 │ COPY . .
              │ ^^^^^^^^
              ┆
            5 │ RUN pip install -r requirements.txt
              │     ------------------------------- installs again
          compose.yaml:3:12 built by the service `web`
            3 │     build: ./app
              │            -----
          fix: Copy requirements.txt first (--fix)

        1 problem in 1 of 1 file: 1 warning.
        1 can be fixed with --fix; `dagdock explain CODE` tells more.
    """)


def test_a_short_message_stands_behind_the_head(kit: Any) -> None:
    assert kit.one("text", "«FROM» x\n").startswith("Dockerfile:1:1 warning[DF203 copy-before-install] wrong\n    1 │")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("RUN\t«x»\n", "    1 │ RUN x\n      │     ^"),
        ("\t«x»\n", "    1 │     x\n      │     ^"),
        ("# 🐳 «x»\n", "    1 │ # 🐳 x\n      │      ^"),
        ("# «🐳é» x\n", "    1 │ # 🐳é x\n      │   ^^^"),
        ("# e\u0301 «x»\n", "    1 │ # e\u0301 x\n      │     ^"),
        ("\ufeff«FROM» x\r\n", "    1 │ FROM x\n      │ ^^^^"),
        ("A\rB «C»\r", "    2 │ B C\n      │   ^"),
        ("FROM x«»\n", "    1 │ FROM x\n      │       ^"),
        ("FROM x\n«»", "    2 │\n      │ ^"),
    ],
)
def test_underlines_stand_below_their_places(kit: Any, text: str, expected: str) -> None:
    assert shown(kit, text) == expected


def test_a_place_of_several_lines_gets_a_bracket(kit: Any) -> None:
    text = shown(kit, "«RUN a && \\\n    b && \\\n    c && \\\n    d && \\\n    e\n»CMD x\n")
    assert text.splitlines() == [
        "    1 │ ┌ RUN a && \\",
        "    2 │ │     b && \\",
        "    3 │ │     c && \\",
        "      ┆",
        "    5 │ └     e",
    ]


def test_a_place_that_begins_and_ends_inside_lines_is_underlined_too(kit: Any) -> None:
    assert shown(kit, "RUN a «b\nc» d\n").splitlines() == [
        "    1 │ ┌ RUN a b",
        "      │ │       ^",
        "    2 │ └ c d",
        "      │   ^",
    ]


def test_a_long_line_is_cut_around_the_place(kit: Any) -> None:
    text = shown(kit, f"RUN {'a' * 5000}«here»{'b' * 5000}\n")
    source, underline = text.splitlines()
    assert len(source) <= 100 and source[8] == source[-1] == "…"
    assert source[underline.index("^") : underline.rindex("^") + 1] == "here"


def test_a_long_place_is_underlined_as_far_as_it_is_shown(kit: Any) -> None:
    source, underline = shown(kit, f"RUN «{'a' * 5000}»\n").splitlines()
    assert source.startswith("    1 │ RUN aaa") and len(underline) <= 100


def test_control_characters_are_written_out(kit: Any) -> None:
    text = kit.one("text", "RUN \x1b[31m\x9b \u202e «x» \udcff\x07\n", message="bad \x1b]0;title\x07 name\nnext")
    assert "\x1b" not in text and "\x9b" not in text and "\u202e" not in text and "\x07" not in text
    assert "\\x1b[31m\\x9b \\u202e x \\xff\\x07" in text
    assert "bad \\x1b]0;title\\x07 name\\x0anext" in text


def test_a_path_with_control_characters_is_written_out(kit: Any) -> None:
    (span,) = kit.marked("«x»", "a\x1b[2J\nb/Dockerfile")
    assert kit.written("concise", kit.result((kit.rule(), Problem(span, "wrong")))).startswith(
        "a\\x1b[2J\\x0ab/Dockerfile:1:1 "
    )


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=60), st.data())
def test_any_place_of_any_text_can_be_shown(text: str, data: st.DataObject) -> None:
    source = Source("x", text)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    drawn = excerpt([Place(source.span(start, end), "error")], Terminal(io.StringIO(), width=40))
    for line in drawn:
        assert printable(line) == line
        assert width_of(line) <= 40


def test_cells_say_how_wide_a_text_is() -> None:
    assert sum(width for _, width in cells("a\t🐳é\u200d\x1b")) == 4 + 2 + 1 + 0 + 4


def test_wrapping_keeps_words_whole() -> None:
    assert wrapped("one two three", 7) == ["one two", "three"]
    assert wrapped("verylongword x", 4) == ["verylongword", "x"]
    assert wrapped("", 4) == []
    assert wrapped("run `a b` now", 6) == ["run", "`a b`", "now"]
    assert wrapped("one ` two", 3) == ["one", "` two"]


def test_colours_come_only_when_asked_for(kit: Any) -> None:
    (span,) = kit.marked("«x»")
    result = kit.result((kit.rule(), Problem(span, "wrong")))
    colored = kit.written("text", result, color=True)
    assert "\x1b[1;33mwarning\x1b[0m" in colored
    assert re.sub(r"\x1b\[[\d;]*m", "", colored) == kit.written("text", result)


def test_the_environment_decides_about_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    class Screen(io.StringIO):
        def isatty(self) -> bool:
            return True

    for name in ("NO_COLOR", "FORCE_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    assert wants_color(Screen()) and not wants_color(io.StringIO())
    assert wants_color(io.StringIO(), "always") and not wants_color(Screen(), "never")
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert wants_color(io.StringIO())
    monkeypatch.setenv("NO_COLOR", "1")
    assert not wants_color(Screen()) and not wants_color(io.StringIO())


def test_a_plain_encoding_gets_plain_signs(kit: Any) -> None:
    class Plain(io.TextIOWrapper): ...

    raw = io.BytesIO()
    stream = Plain(raw, encoding="ascii", newline="")
    from dagdock.report import writer

    spans = kit.marked("RUN «é 🐳»\n")
    writer("text")(kit.result(*((kit.rule(), Problem(span, "naïve")) for span in spans)), stream)
    stream.flush()
    assert b"    1 | RUN \\xe9 \\U0001f433\n      |     ^^^^\n" in raw.getvalue()


def test_the_end_counts_and_says_what_could_not_be_checked(kit: Any) -> None:
    rule = kit.rule()
    one, two, three = kit.marked("«a» «b» «c»\n")
    result = kit.result(
        (rule, Problem(one, "x", severity="error", fix=Fix.replace("Mend it", one, "y"))),
        (rule, Problem(two, "x", severity="info", fix=Fix.replace("Mend it", two, "y", "unsafe"))),
        (rule, Problem(three, "x", severity="info")),
    )
    result.files = {"dockerfile": 1200}
    result.errors = [Failure("permission denied", "b/Dockerfile")]
    result.notes = ["a fix was left out"]
    result.fixed = result.findings[:1]
    assert kit.written("concise", result) == lines("""
        Dockerfile:1:1 error[DF203 copy-before-install] x
        Dockerfile:1:3 info[DF203 copy-before-install] x
        Dockerfile:1:5 info[DF203 copy-before-install] x
        b/Dockerfile: failed: permission denied
        note: a fix was left out
        Fixed 1 problem.
        3 problems in 1 of 1,200 files: 1 error, 2 info.
        1 can be fixed with --fix; 1 more with --unsafe-fixes; `dagdock explain CODE` tells more.
    """)
    assert kit.written("concise", result, quiet=True).splitlines()[-1].startswith("b/Dockerfile:")


def test_nothing_found_is_said_in_one_line(kit: Any) -> None:
    result = kit.result()
    assert kit.written("text", result) == "No problems found in 1 file.\n"
    result.errors = [Failure("permission denied", "b/Dockerfile")]
    assert kit.written("text", result).endswith("No problems found in the 1 file that could be checked.\n")


def test_many_related_places_are_cut_short(kit: Any) -> None:
    first, *others = kit.marked("\n".join(["«x»"] * 9) + "\n")
    text = kit.written("text", kit.result((kit.rule(), Problem(first, "x", related=[Related(o, "y") for o in others]))))
    assert text.count("- y") == 5 and "and 3 more places" in text
