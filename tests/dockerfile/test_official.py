"""Our reading beside the official parser's and dockerfile-parse's, over samples and, where there is one, a corpus.

Set DAGDOCK_CORPUS to a folder of real Dockerfiles to run both comparisons over it. What may differ, and why, is
written down in docs/parser-differences.md.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

from dagdock.dockerfile import Dockerfile, Healthcheck, Instruction, Onbuild, PairsInstruction, parse
from dagdock.text import BOM, Source

SAMPLES = Path(__file__).parent / "samples"
CORPUS = os.environ.get("DAGDOCK_CORPUS")
without_corpus = pytest.mark.skipif(not CORPUS, reason="DAGDOCK_CORPUS names no folder of real Dockerfiles")

# The binding hangs in forked processes once it has parsed a few files, so it gets a process started from nothing.
_OFFICIAL = """
import json, sys
import dockerfile
for line in sys.stdin:
    text = json.loads(line)
    try:
        found = [
            {"keyword": each.cmd.upper(), "trigger": (each.sub_cmd or "").upper(), "json": each.json,
             "start": each.start_line, "end": each.end_line, "flags": list(each.flags), "words": list(each.value),
             "heredocs": [[doc.name, doc.content] for doc in each.heredocs]}
            for each in dockerfile.parse_string(text)
        ]
    except Exception as error:
        found = str(error)
    print(json.dumps(found), flush=True)
"""


def official(texts: Sequence[str]) -> list[Any]:
    """For each text the instructions as the official parser has them, or the message with which it refuses."""
    pytest.importorskip("dockerfile", reason="the official parser's binding has no wheel for this platform")
    run = subprocess.run(
        [sys.executable, "-c", _OFFICIAL],
        input="".join(json.dumps(text) + "\n" for text in texts),
        capture_output=True,
        text=True,
        check=True,
        timeout=600,
    )
    return [json.loads(line) for line in run.stdout.splitlines()]


def ours(text: str) -> list[dict[str, Any]]:
    dockerfile = parse(Source("Dockerfile", text))
    return [_in_its_terms(dockerfile, each) for each in dockerfile.instructions]


def _in_its_terms(dockerfile: Dockerfile, instruction: Instruction) -> dict[str, Any]:
    inner = instruction.inner if isinstance(instruction, Onbuild) else None
    what = inner or instruction
    return {
        "keyword": instruction.name,
        "trigger": inner.name if inner else "",
        "json": what.exec_form is not None,
        "start": _line(dockerfile, instruction.lines.start),
        "end": _line(dockerfile, max(instruction.lines.end - 1, instruction.lines.start)),
        # The binding loses flags and heredocs behind ONBUILD.
        "flags": [_flag(flag.name, flag.value) for flag in instruction.flags],
        "words": _words(what),
        "heredocs": [] if inner else [[doc.name, doc.span.text] for doc in what.heredocs],
    }


def _line(dockerfile: Dockerfile, offset: int) -> int:
    """Docker's lines end at `\\n` alone."""
    return dockerfile.source.text.count("\n", 0, offset) + 1


def _flag(name: str, value: str | None) -> str:
    return f"--{name}" if value is None else f"--{name}={value}"


def _words(instruction: Instruction) -> list[str]:
    body = instruction.body.text
    if isinstance(instruction, Healthcheck):
        command = [instruction.command.text] if instruction.command.text else []
        none = [word.raw for word in instruction.words[1:]] if instruction.type == "NONE" else []
        return [*([instruction.type] if instruction.type else []), *(instruction.exec_form or command), *none]
    if instruction.exec_form is not None:
        return list(instruction.exec_form)
    if instruction.name == "ARG":
        return [word.raw for word in instruction.words]
    if isinstance(instruction, PairsInstruction):
        return [
            text for pair in instruction.pairs for text in (pair.key_word.raw, pair.value.raw if pair.value else "")
        ]
    if instruction.splits == "blanks":
        return [word.raw for word in instruction.words]
    if instruction.name in ("RUN", "CMD", "ENTRYPOINT", "SHELL") or instruction.splits == "whole":
        return [body] if body else []
    return [] if instruction.name == "ONBUILD" and instruction.onbuild is None else [""]


def differences(text: str, expected: Any) -> list[str]:
    """Where our reading of a text differs from the official one."""
    if isinstance(expected, str):
        return [f"refused: {expected}"]
    found = ours(text)
    if len(found) != len(expected):
        return [f"{len(found)} instructions, not {len(expected)}"]
    return [
        f"line {right['start']}: {key} is {left[key]!r}, not {right[key]!r}"
        for left, right in zip(found, expected, strict=True)
        for key in right
        if left[key] != right[key]
    ]


def _samples() -> dict[str, str]:
    """The samples as they stand, with Windows newlines, and behind a byte order mark."""
    found: dict[str, str] = {}
    for path in sorted(SAMPLES.iterdir()):
        text = path.read_bytes().decode()
        found[path.stem] = text
        found[f"{path.stem} with Windows newlines"] = text.replace("\n", "\r\n")
        found[f"{path.stem} behind a byte order mark"] = BOM + text
    return found


def test_the_official_parser_agrees_on_the_samples() -> None:
    samples = _samples()
    found = {
        name: differences(text, expected)
        for (name, text), expected in zip(samples.items(), official(list(samples.values())), strict=True)
    }
    assert {name: what for name, what in found.items() if what} == {}


@pytest.mark.parametrize(
    ("text", "difference"),
    [
        ("FROM a\nRUN << EOF\necho\nEOF\n", "2 instructions, not 4"),
        ("FROM a\nRUN echo ${x/a/b} <<EOF\nEOF\n", "2 instructions, not 3"),
        ('FROM a\nCMD ["a"] && b\n', "line 2: json is False, not True"),
        ("FROM a\nRUN --mount=a=é x\n", "line 2: flags is ['--mount=a=é'], not ['--mount=a=Ã©']"),
        ('FROM a\nCMD ["a\\u0000b"]\n', "line 2: words is ['a\\x00b'], not ['a']"),
        ("# check=skip=all\n# escape=`\nFROM a\nRUN a `\nb\n", "2 instructions, not 3"),
        ("FROM a\nENV a\n", "refused: ENV must have two arguments"),
        ("FROM a\nENV a=b c\n", 'refused: Syntax error - can\'t find = in "c". Must be of the form: name=value'),
        ("FROM a\nCMD [1]\n", "refused: when using JSON array syntax, arrays must be comprised of strings only"),
        ("FROM a\nRUN <<EOF\n", "refused: unterminated heredoc"),
        ("# escape=x\nFROM a\n", "refused: invalid escape token 'x' does not match ` or \\"),
        ("# comment\n", "refused: file with no instructions"),
        ("# syntax=a\n# syntax=b\nFROM a\n", "refused: only one syntax parser directive can be used"),
        (
            "FROM a\nRUN " + "x" * 66000,
            "refused: dockerfile line greater than max allowed size of 65535",
        ),
        ("FROM a\nENV " + ("a=b " * 15000 + "\\\n") * 5 + "a=b", "line 2: words is [], not ['a', 'b', "),
    ],
)
def test_the_differences_that_are_known(text: str, difference: str) -> None:
    """They are listed in docs/parser-differences.md; one that goes away has to go there too."""
    assert differences(text, official([text])[0])[0].startswith(difference)


def _corpus(root: str) -> dict[Path, str]:
    """The Dockerfiles of a corpus; bytes that are no UTF-8 become the sign for that, as the binding wants text."""
    return {
        path: path.read_bytes().decode("utf-8", "replace")
        for path in sorted(Path(root).rglob("*"))
        if path.is_file() and path.name != ".dockerignore"
    }


@without_corpus
def test_the_official_parser_agrees_on_the_corpus() -> None:
    files = _corpus(CORPUS or "")
    found = {
        str(path): what
        for (path, text), expected in zip(files.items(), official(list(files.values())), strict=True)
        if (what := differences(text, expected)) and what[0] not in _REFUSED
    }
    assert found == {}


# What Docker refuses we read, and report as a fault.
_REFUSED = ("refused: ENV must have two arguments",)


def _by_dockerfile_parse(texts: Iterable[str]) -> list[list[tuple[str, int, int]]]:
    """Keyword, first and last line (from 0) of each instruction as dockerfile-parse has them."""
    from io import BytesIO

    from dockerfile_parse import DockerfileParser

    return [
        [
            (each["instruction"], each["startline"], each["endline"])
            for each in DockerfileParser(fileobj=BytesIO(text.encode("utf-8", "surrogateescape"))).structure
            if each["instruction"] != "COMMENT"
        ]
        for text in texts
    ]


def _comparable(text: str) -> bool:
    """Whether dockerfile-parse reads such a text right: no heredoc, BOM, blank continuation or odd backslash."""
    dockerfile = parse(Source("Dockerfile", text))
    return (
        not text.startswith(BOM)
        and dockerfile.escape * 2 + "\n" not in text.replace("\r", "").replace(" \n", "\n")
        and not dockerfile.source.text.rstrip().endswith(dockerfile.escape)
        and not any(
            each.heredocs or each.blank_lines or "\n" in each.keyword.span.text or not each.keyword
            for each in dockerfile.instructions
        )
    )


def _three_columns(text: str) -> list[tuple[str, int, int]]:
    dockerfile = parse(Source("Dockerfile", text))
    return [
        (each.name, _line(dockerfile, each.span.start) - 1, _line(dockerfile, each.lines.end - 1) - 1)
        for each in dockerfile.instructions
    ]


def test_dockerfile_parse_agrees_where_it_can_read() -> None:
    pytest.importorskip("dockerfile_parse")
    samples = {name: text for name, text in _samples().items() if _comparable(text)}
    assert len(samples) >= 8
    for (name, text), expected in zip(samples.items(), _by_dockerfile_parse(samples.values()), strict=True):
        assert _three_columns(text) == expected, name


@without_corpus
def test_dockerfile_parse_agrees_on_the_corpus_where_it_can_read() -> None:
    pytest.importorskip("dockerfile_parse")
    files = {path: text for path, text in _corpus(CORPUS or "").items() if _comparable(text)}
    for (path, text), expected in zip(files.items(), _by_dockerfile_parse(files.values()), strict=True):
        assert _three_columns(text) == expected, path
