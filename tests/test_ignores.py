"""Comments that silence findings: where they are written, and that they do what they are for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagdock.cli import main
from dagdock.engine import Linter, Target, Workspace
from dagdock.fix import Edit, apply_edits
from dagdock.hooks import Rules
from dagdock.ignores import ignore_here, ignore_in_file
from dagdock.project import Broken, Document, parse
from dagdock.rule import Finding, Problem
from dagdock.selection import Choice
from dagdock.text import Source, Span

Make = Callable[[Document, Sequence[Finding], str], list[Edit]]


def found(path: str, content: str | bytes, select: Sequence[str]) -> tuple[Document, list[Finding]]:
    """A document and what the rules find in it."""
    linter = Linter(rules=Rules(third_party=False), choice=Choice(select=select, ignore=["no-inline-ignore"]))
    workspace = Workspace.in_memory({path: content})
    result = linter.check(workspace, [Target("", path, path)])
    assert not result.errors
    [project] = workspace.projects("")
    document = project.document(path)
    assert document is not None and not isinstance(document, Broken)
    return document, result.findings


def written(make: Make, path: str, content: str | bytes, select: Sequence[str], reason: str = "legacy") -> str:
    """The text with the comments, which silence all that was found."""
    document, findings = found(path, content, select)
    assert findings
    text = apply_edits(document.source, make(document, findings, reason))
    assert not found(path, document.source.encode(text), select)[1], text
    return text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("FROM a:latest\n", "# dagdock: ignore[DF102] -- legacy\nFROM a:latest\n"),
        ("FROM a:latest", "# dagdock: ignore[DF102] -- legacy\nFROM a:latest"),
        ("\ufeffFROM a:latest\r\n", "\ufeff# dagdock: ignore[DF102] -- legacy\r\nFROM a:latest\r\n"),
        (
            "# syntax=docker/dockerfile:1\nFROM a:latest\n",
            "# syntax=docker/dockerfile:1\n# dagdock: ignore[DF102] -- legacy\nFROM a:latest\n",
        ),
        (
            "FROM b:1\n\n# why\n# hadolint ignore=DL3020\nFROM a:latest\n",
            "FROM b:1\n\n# why\n# dagdock: ignore[DF102] -- legacy\n# hadolint ignore=DL3020\nFROM a:latest\n",
        ),
        (
            "# dagdock: ignore[DF801] -- legacy\nFROM a:latest\n",
            "# dagdock: ignore[DF801, DF102] -- legacy\nFROM a:latest\n",
        ),
        (
            "# dagdock: ignore[DF801] -- another reason\nFROM a:latest\n",
            "# dagdock: ignore[DF102] -- legacy\n# dagdock: ignore[DF801] -- another reason\nFROM a:latest\n",
        ),
        (" FROM \\\n  a:latest\n", " # dagdock: ignore[DF102] -- legacy\n FROM \\\n  a:latest\n"),
    ],
)
def test_above_an_instruction(before: str, after: str) -> None:
    assert written(ignore_here, "Dockerfile", before, ["DF102"]) == after


def test_in_a_whole_file() -> None:
    top = "#!/usr/bin/env python\n# Licence\n"
    rest = "from airflow import DAG\nfrom airflow.models import Variable\nDAG(Variable.get('a'))\n"
    after = written(ignore_in_file, "dags/a.py", top + rest, ["AF203"], "")
    assert after == f"{top}# dagdock: ignore-file[AF203]\n{rest}"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "services:\n  a:\n    image: acme/b:latest\n",
            "services:\n  a:\n    # dagdock: ignore[DC101] -- legacy\n    image: acme/b:latest\n",
        ),
        (
            "services:\n  a: {image: 'acme/b:latest'}\n",
            "services:\n  # dagdock: ignore[DC101] -- legacy\n  a: {image: 'acme/b:latest'}\n",
        ),
        (
            "services: {a: {\n  image: 'acme/b:latest'}}\n",
            "services: {a: {\n  # dagdock: ignore[DC101] -- legacy\n  image: 'acme/b:latest'}}\n",
        ),
        (
            "services:\r\n  a:\r\n    image: acme/b:latest # é",
            "services:\r\n  a:\r\n    # dagdock: ignore[DC101] -- legacy\r\n    image: acme/b:latest # é",
        ),
        (
            "services:\n  a:\n    image: acme/b:latest # dagdock: ignore[DC501] -- legacy\n",
            "services:\n  a:\n    image: acme/b:latest # dagdock: ignore[DC501, DC101] -- legacy\n",
        ),
    ],
)
def test_in_a_compose_file(before: str, after: str) -> None:
    assert written(ignore_here, "compose.yaml", before, ["DC101"]) == after


DAG = "from airflow import DAG\nfrom airflow.models import Variable\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = Variable.get('a')\n", "# dagdock: ignore[AF203] -- legacy\nx = Variable.get('a')\n"),
        (
            "for a in []:\n\tx = f(\n\t\tVariable.get('a'))\n",
            "for a in []:\n\t# dagdock: ignore[AF203] -- legacy\n\tx = f(\n\t\tVariable.get('a'))\n",
        ),
        (
            "if a: pass\nelif Variable.get('a'): pass\n",
            "if a: pass\n# dagdock: ignore[AF203] -- legacy\nelif Variable.get('a'): pass\n",
        ),
        (
            "y = '''\n'''; x = Variable.get('a')  # why\n",
            "# dagdock: ignore[AF203] -- legacy\ny = '''\n'''; x = Variable.get('a')  # why\n",
        ),
    ],
)
def test_in_python(before: str, after: str) -> None:
    assert written(ignore_here, "dags/a.py", f"{DAG}{before}DAG('a')\n", ["AF203"]) == f"{DAG}{after}DAG('a')\n"


def test_in_an_ignore_file() -> None:
    _, [finding] = found("Dockerfile", "FROM a:latest\n", ["DF102"])
    document = parse(Source(".dockerignore", "a\n b\n"), "ignorefile")
    place = Problem(Span(document.source, 3, 4), "about `b`")
    edits = ignore_here(document, [Finding(finding.rule, place, "warning")], "legacy")
    assert apply_edits(document.source, edits) == "a\n# dagdock: ignore[DF102] -- legacy\n b\n"


def test_one_comment_for_all_of_a_statement() -> None:
    text = "FROM a:latest\nRUN apt-get update && apt-get install curl\n"
    after = written(ignore_here, "Dockerfile", text, ["DF102", "DF301", "DF303"])
    assert after == (
        "# dagdock: ignore[DF102] -- legacy\nFROM a:latest\n"
        "# dagdock: ignore[DF301, DF303] -- legacy\nRUN apt-get update && apt-get install curl\n"
    )


@pytest.mark.parametrize(
    ("reason", "comment"),
    [
        ("", "# dagdock: ignore[DF102]"),
        (" two\n lines\t", "# dagdock: ignore[DF102] -- two lines"),
        ("nul \0, escape \x1b[1m, \u2028 and ]", "# dagdock: ignore[DF102] -- nul , escape [1m, and ]"),
        ("é 🐳", "# dagdock: ignore[DF102] -- é 🐳"),
    ],
)
def test_reasons(reason: str, comment: str) -> None:
    assert written(ignore_here, "Dockerfile", "FROM a:latest\n", ["DF102"], reason) == f"{comment}\nFROM a:latest\n"


def test_an_encoding_without_a_sign_of_the_reason() -> None:
    text = f"# -*- coding: latin-1 -*-\n{DAG}x = Variable.get('é')\nDAG('a')\n".encode("latin-1")
    document, findings = found("dags/a.py", text, ["AF203"])
    assert ignore_here(document, findings, "🐳") == []
    assert b"# dagdock: ignore[AF203] -- \xe9\n" in document.source.encode(
        apply_edits(document.source, ignore_here(document, findings, "é"))
    )


def test_what_no_comment_at_its_place_can_silence() -> None:
    document, findings = found("Dockerfile", "# dagdock: ignore[DF102]\nFROM a:1\nUSER 1\n", ["DF102", "PJ901"])
    assert [finding.rule.code for finding in findings] == ["PJ901"]
    assert ignore_here(document, findings, "legacy") == []
    assert ignore_in_file(document, findings, "legacy")
    document, findings = found("dags/a.py", f"{DAG}def f(:\n", ["AF001"])
    assert findings and ignore_here(document, findings, "legacy") == []


def test_the_comment_for_the_file_grows() -> None:
    text = "# dagdock: ignore-file[DF801] -- legacy\nFROM a:latest\n"
    after = "# dagdock: ignore-file[DF801, DF102] -- legacy\nFROM a:latest\n"
    assert written(ignore_in_file, "Dockerfile", text, ["DF102"]) == after


# The command


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    return tmp_path


def test_all_that_is_shown_is_silenced(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "Dockerfile").write_bytes(b"FROM a:latest\r\nUSER 1\r\n")
    (folder / "compose.yaml").write_text("services:\n  a:\n    build: nowhere\n", encoding="utf-8")
    (folder / "dags").mkdir()
    (folder / "dags/a.py").write_text(f"{DAG}def f(:\n", encoding="utf-8")
    rules = ["--select", "DF102,PJ0,AF001"]
    assert main(["check", *rules]) == 1
    capsys.readouterr()
    assert main(["check", *rules, "--add-ignores", "we know", "--diff"]) == 1
    diff = capsys.readouterr().out
    assert "+# dagdock: ignore[DF102] -- we know" in diff and "+# dagdock: ignore-file[AF001] -- we know" in diff
    assert (folder / "Dockerfile").read_bytes() == b"FROM a:latest\r\nUSER 1\r\n"
    assert main(["check", *rules, "--add-ignores", "we know"]) == 0
    assert "note: comments for 3 of 3 findings, in 3 files" in capsys.readouterr().out
    assert (folder / "Dockerfile").read_bytes().startswith(b"# dagdock: ignore[DF102] -- we know\r\nFROM")
    assert main(["check", *rules]) == 0
    assert main(["check", *rules, "--add-ignores", "again", "--diff"]) == 0


def test_what_cannot_be_silenced_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    latin = (
        b"# coding: latin-1\nfrom airflow import DAG\nfrom airflow.models import Variable\nDAG(Variable.get('\xe9'))\n"
    )
    (folder / "dags").mkdir()
    (folder / "dags/a.py").write_bytes(latin)
    assert main(["check", "--select", "AF203", "--add-ignores", "🐳"]) == 1
    out = capsys.readouterr().out
    assert "note: dags/a.py:4:5 AF203 stays: no comment there can silence it" in out
    assert (folder / "dags/a.py").read_bytes() == latin


def test_what_is_known_needs_no_comment(folder: Path) -> None:
    (folder / "a").mkdir()
    (folder / "a/Dockerfile").write_text("FROM a:latest\n", encoding="utf-8")
    assert main(["check", "--select", "DF102", "--write-baseline", "known.json"]) == 0
    (folder / "Dockerfile").write_text("FROM a:latest\n", encoding="utf-8")
    assert main(["check", "--select", "DF102", "--baseline", "known.json", "--add-ignores", "why"]) == 0
    assert (folder / "a/Dockerfile").read_text() == "FROM a:latest\n"
    assert (folder / "Dockerfile").read_text().startswith("# dagdock: ignore[DF102] -- why\n")


PIECES = {
    "Dockerfile": [
        "FROM a:latest",
        "RUN cd /x && \\",
        "  # c",
        "apt-get update <<E",
        "E",
        "# syntax=a",
        "USER root",
        " ",
    ],
    "compose.yaml": [
        "services:",
        "  a:",
        "    image: acme/b:latest",
        "    ports: [1:1,",
        "  - x ]",
        "---",
        "  a: |",
        "\t",
    ],
    "dags/a.py": ["from airflow import DAG", "with DAG('a'):", "    x = '''", "'''", "\tpass", "else:", "(", ")"],
}
LINES = st.sampled_from(sorted(PIECES)).flatmap(
    lambda path: st.tuples(st.just(path), st.lists(st.sampled_from(PIECES[path]), max_size=8))
)


def code_of(text: str) -> list[str]:
    """The lines without comments of ours."""
    lines = [line.strip("\ufeff \t") for line in text.splitlines()]
    return [line for line in lines if line and not line.startswith("# dagdock: ")]


@settings(deadline=None, max_examples=60)
@given(LINES, st.sampled_from(["\n", "\r\n"]), st.sampled_from(["", "\ufeff"]))
def test_half_written_files(example: tuple[str, list[str]], newline: str, start: str) -> None:
    path, lines = example
    linter = Linter(rules=Rules(third_party=False), choice=Choice(select=["ALL"], ignore=["no-inline-ignore"]))
    workspace = Workspace.in_memory({path: start + newline.join(lines)})
    result = linter.check(workspace, [Target("", path, path)])
    for project in workspace.projects(""):
        document = project.document(path)
        if document is None or isinstance(document, Broken):
            continue
        for make in (ignore_here, ignore_in_file):
            edits = make(document, result.findings, "legacy")
            text = apply_edits(document.source, edits)
            assert code_of(text) == code_of(document.source.text)
        if result.findings:
            assert not found(path, document.source.encode(text), ["ALL"])[1]
