"""Logical lines, comments, directives, and tokens that print back as the file."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagdock.dockerfile import Dockerfile, parse
from dagdock.text import BOM, Source, Span

SAMPLES = sorted((Path(__file__).parent / "samples").iterdir())

# What Dockerfiles are made of, to be thrown together.
ATOMS = [
    *("RUN ", "COPY ", "ADD ", "ENV ", "FROM a\n", "ONBUILD ", "HEALTHCHECK ", "CMD ", "ARG ", "LABEL ", "SHELL "),
    *("EXPOSE ", "USER ", "VOLUME ", "STOPSIGNAL ", "NONE", "AS ", "\n", "\n", "\n", "\r\n", "\\\n", "\\ \n", "\\\r\n"),
    *(
        "# c\n",
        "  #d\n",
        "\n\n",
        "<<EOF",
        "<<-EOF",
        "<< EOF",
        '<<"E F"',
        "<<\\EOF",
        "3<<EOF",
        "<<<x",
        "EOF\n",
        "\tEOF\n",
    ),
    *('["a"]', '["a", "b"]', "[1]", "['a']", '["a"] x', '["\\ud83d"]', "[[[", "a=b ", 'b="c d" ', "e='f g' ", "=", " "),
    *("--x=y ", "--from=0 ", "--mount=type=cache,target=/x ", '--mount="a,b" ', "-- ", "--interval=1.5h ", "--", "$x"),
    *("${y:-z}", "${y#*/}", "${y/a/b}", "${", "}", "$", '"', "'", "\\", "`", "\t", "\v", "\u00a0", "é", "😀", "\0"),
    *(BOM, "# escape=`\n", "# syntax=x\n", "# check=skip=all\n", "\ud800", "\u2028", "\x85", "\x1c"),
]


def dockerfile(text: str) -> Dockerfile:
    return parse(Source("Dockerfile", text))


def read_everything(file: Dockerfile) -> None:
    """Touch all that a rule could ask for, and check what holds for every file."""
    text = file.source.text
    tokens = file.tokens
    assert "".join(token.text for token in tokens) == text
    assert all(token.text for token in tokens)
    spans: list[Span] = [file.span, *(fault.span for fault in file.faults)]
    for stage in file.stages:
        spans.append(stage.span)
        _ = (stage.image, stage.base, stage.parent, stage.platform, stage.used_by, stage.is_final, stage.root_image)
    for instruction in file.all_instructions():
        spans += (
            instruction.span,
            instruction.head,
            instruction.lines,
            instruction.arguments,
            instruction.keyword.span,
        )
        spans += (part.span for word in instruction.words for part in (word, word.value, *word.parts, *word.variables))
        spans += (flag.span for flag in instruction.flags)
        spans += (span for doc in instruction.heredocs for span in (doc.span, doc.opener, doc.name.span))
        spans += (element.span for element in instruction.exec_form or ())
        for name in ("shell_text", "dialect", "mounts", "pairs", "ports", "sources", "destination", "type", "inner"):
            getattr(instruction, name, None)
        if instruction.stage:
            scope = instruction.stage.scope_at(instruction)
            for word in instruction.words:
                word.resolve(scope)
            _ = (instruction.stage.workdir_at(instruction), instruction.stage.user_at(instruction), scope.names())
    for span in spans:
        assert 0 <= span.start <= span.end <= len(text)


@pytest.mark.parametrize("path", SAMPLES, ids=[path.stem for path in SAMPLES])
def test_tokens_print_back_as_the_file(path: Path) -> None:
    text = path.read_bytes().decode()
    for variant in (text, text.replace("\n", "\r\n"), BOM + text, text.replace(" ", "\t"), text.rstrip()):
        read_everything(dockerfile(variant))


@pytest.mark.parametrize("path", SAMPLES, ids=[path.stem for path in SAMPLES])
def test_a_file_cut_anywhere_is_read(path: Path) -> None:
    text = path.read_bytes().decode()
    for end in range(0, len(text), 3):
        file = dockerfile(text[:end])
        assert "".join(token.text for token in file.tokens) == text[:end]
        assert isinstance(file.faults, list)


@settings(deadline=None, max_examples=150)
@given(st.lists(st.sampled_from(ATOMS), max_size=30))
def test_any_mixture_is_read(atoms: list[str]) -> None:
    read_everything(dockerfile("".join(atoms)))


@settings(deadline=None, max_examples=50)
@given(st.text(max_size=80))
def test_any_text_is_read(text: str) -> None:
    read_everything(dockerfile(text))


@settings(deadline=None, max_examples=50)
@given(st.binary(max_size=80))
def test_any_bytes_are_read_and_kept(content: bytes) -> None:
    source = Source("Dockerfile", b"FROM a\nRUN " + content)
    file = parse(source)
    assert source.encode("".join(token.text for token in file.tokens)) == b"FROM a\nRUN " + content


@pytest.mark.parametrize(
    "unit",
    ["a", " ", "'", '"', "\\", "$", "${a:-", "a=b ", "<<A ", '["a",', "\0", "\r", "ONBUILD ", "--a=b ", "a\\\n", "#\n"],
)
def test_a_very_long_line_is_read_in_good_time(unit: str) -> None:
    text = "FROM a\nRUN " + unit * (500_000 // len(unit)) + "\nENV a=" + unit * (200_000 // len(unit))
    file = dockerfile(text)
    assert file.instructions[0].name == "FROM"
    assert isinstance(file.faults, list)


def test_the_kinds_of_tokens() -> None:
    text = f'{BOM}# syntax=x\n# c\nRUN --mount=type=cache \\\n  # d\n\n  echo <<E\nbody\nE\nCMD ["a"]\r\n'
    assert [(token.kind, token.text) for token in dockerfile(text).tokens] == [
        ("bom", BOM),
        ("directive", "# syntax=x"),
        ("newline", "\n"),
        ("comment", "# c"),
        ("newline", "\n"),
        ("keyword", "RUN"),
        ("space", " "),
        ("flag-name", "--mount"),
        ("punctuation", "="),
        ("flag-value", "type=cache"),
        ("space", " "),
        ("continuation", "\\"),
        ("newline", "\n"),
        ("space", "  "),
        ("comment", "# d"),
        ("newline", "\n"),
        ("newline", "\n"),
        ("space", "  "),
        ("word", "echo"),
        ("space", " "),
        ("heredoc-opener", "<<E"),
        ("newline", "\n"),
        ("heredoc-body", "body\n"),
        ("heredoc-terminator", "E"),
        ("newline", "\n"),
        ("keyword", "CMD"),
        ("space", " "),
        ("punctuation", "["),
        ("word", '"a"'),
        ("punctuation", "]"),
        ("newline", "\r\n"),
    ]


def test_a_logical_line_knows_where_its_characters_stand() -> None:
    file = dockerfile("FROM a\nRUN one é \\\n  # comment\n\n\ttwo 😀 \\  \nthree\n")
    run = file.instructions[1]
    assert run.body.text == "one é \ttwo 😀 three"
    for word, line, column in (("one", 2, 5), ("é", 2, 9), ("two", 5, 2), ("😀", 5, 6), ("three", 6, 1)):
        start = run.body.text.index(word)
        span = run.body.span(start, start + len(word))
        assert (span.text, span.begin) == (word, (line, column))
    assert [comment.text for comment in run.comments] == ["comment"]
    assert [blank.line for blank in run.blank_lines] == [4]
    assert run.span.text == "RUN one é \\\n  # comment\n\n\ttwo 😀 \\  \nthree"
    assert run.head.text == "RUN one é"
    assert run.lines.text == run.span.text + "\n"


@pytest.mark.parametrize(
    ("text", "bodies"),
    [
        ("RUN a \\\n  b", ["a   b"]),
        ("RUN a \\ \t\n  b", ["a   b"]),
        ("RUN a \\\\\nRUN b", ["a \\\\", "b"]),
        ("RUN a \\\r\n  b\r\nRUN c\r\n", ["a   b", "c"]),
        ("RUN a \\\n# c \\\nb", ["a b"]),
        ("RUN a \\\n\n\nb", ["a b"]),
        ("RUN a \\", ["a"]),
        ("RU\\\nN a", ["a"]),
        ("\\\nRUN a", ["a"]),
        ("RUN a\rb\nRUN c", ["a\rb", "c"]),
        ("  RUN a\n\tRUN b", ["a", "b"]),
        ("\u00a0RUN a", ["a"]),
        ("RUN\u00a0a", [""]),
        ("RUN\v\fa", ["a"]),
    ],
)
def test_continuations(text: str, bodies: list[str]) -> None:
    assert [each.body.text for each in dockerfile(text).instructions] == bodies


@pytest.mark.parametrize(
    ("text", "escape"),
    [
        ("# escape=`\nFROM a", "`"),
        ("#escape=`", "`"),
        ("# syntax=x\n# check=skip=all\n#  EsCaPe  =  `  \nFROM a", "`"),
        (f"{BOM}# escape=`", "`"),
        ("  # escape=`", "`"),
        ("# escape=`\r\nFROM a\r\n", "`"),
        ("\n# escape=`", "\\"),
        ("# a comment\n# escape=`", "\\"),
        ("# unknown=x\n# escape=`", "\\"),
        ("FROM a\n# escape=`", "\\"),
        ("# escape=x", "\\"),
        ("# escape=\\\n# escape=`", "\\"),
        ("# escape=", "\\"),
    ],
)
def test_the_escape_directive(text: str, escape: str) -> None:
    assert dockerfile(text).escape == escape


def test_directives_are_no_comments() -> None:
    file = dockerfile(
        "# syntax = docker/dockerfile:1  \n# Check=skip=all\n# escape=\\\n# note\n# syntax=late\nFROM a\n"
    )
    assert [(each.name, each.value, each.value.span.line) for each in file.directives] == [
        ("syntax", "docker/dockerfile:1", 1),
        ("check", "skip=all", 2),
        ("escape", "\\", 3),
    ]
    assert [comment.text for comment in file.comments] == ["note", "syntax=late"]
    assert file.directives[0].name.span.text == "syntax"
    assert file.directives[1].span.text == "# Check=skip=all"
