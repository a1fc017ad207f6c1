"""Fixes: rounds, clashes, files that must stay sound, and what is written."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from dagdock.api import (
    Bad,
    Dockerfile,
    Edit,
    Fix,
    From,
    Instruction,
    Problem,
    Problems,
    Project,
    Rule,
    Run,
    Span,
    rule,
)
from dagdock.engine import Linter, Target, Workspace
from dagdock.fix import Safety
from dagdock.hooks import Rules
from dagdock.mend import Mending, diff
from dagdock.selection import Choice

ABOUT = {"severity": "warning", "since": "0.1", "bad": [Bad("")], "good": [""], "fix": "safe"}


@rule("DF901", **ABOUT)  # type: ignore[arg-type]
def shout(run: Run) -> Problems:
    """Lower-case `run` becomes upper-case."""
    if run.keyword != run.name:
        yield Problem(run.keyword, "shout", fix=Fix.replace("Shout", run.keyword, run.name))


@rule("DF902", **ABOUT)  # type: ignore[arg-type]
def one_letter_a_round(run: Run) -> Problems:
    """Each round takes one `x`."""
    text = run.span.text
    if "xx" in text:
        at = run.span.start + text.index("xx")
        yield Problem(run, "x", fix=Fix("Take an x", [Edit(Span(run.span.source, at, at + 1), "")]))


@rule("DF903", **ABOUT)  # type: ignore[arg-type]
def never_settles(run: Run) -> Problems:
    """Each round adds one."""
    if "grow" in run.span.text:
        yield Problem(run, "grow", fix=Fix.insert_after("Grow", run, " grow"))


@rule("DF904", **ABOUT)  # type: ignore[arg-type]
def breaks(item: From) -> Problems:
    """A fix that breaks the file."""
    yield Problem(item, "break", fix=Fix.replace("Break", item.keyword, "FRMO"))


@rule("DF905", **ABOUT)  # type: ignore[arg-type]
def risky(run: Run) -> Problems:
    """Only on request."""
    if "risk" in run.span.text:
        yield Problem(run, "risk", fix=Fix.delete_lines("Delete", run, "unsafe"))


@rule("DF906", **ABOUT)  # type: ignore[arg-type]
def cannot_be_encoded(item: Instruction) -> Problems:
    """A lone surrogate that no file can hold."""
    if item.name == "USER":
        yield Problem(item, "encode", fix=Fix.insert_after("Add", item, "\ud800"))


@rule("DF907", **ABOUT)  # type: ignore[arg-type]
def crashes(file: Dockerfile) -> Problems:
    """A rule with a fault."""
    raise RecursionError("too deep")
    yield


@rule("DF908", **ABOUT)  # type: ignore[arg-type]
def same_remedy(file: Dockerfile) -> Problems:
    """One fix for all that is wrong."""
    small = [run for run in file.instructions if run.keyword.islower()]
    fix = Fix("Shout", [Edit(run.keyword, run.name) for run in small])
    yield from (Problem(run, "shout", fix=fix) for run in small)


RULES = [shout, one_letter_a_round, never_settles, breaks, risky, cannot_be_encoded, crashes, same_remedy]


def mended(
    files: Mapping[str, str | bytes], *rules: Rule, safeties: tuple[Safety, ...] = ("safe",)
) -> tuple[dict[str, str], Mending]:
    linter = Linter(rules=Rules.only(rules or [shout]), choice=Choice())
    targets = [Target("", path, path) for path in files]
    mending = Mending(linter, Workspace.in_memory(files), targets, safeties)
    return {change.full: change.after for change in mending.changes}, mending


def test_fixes_are_applied_and_counted() -> None:
    changes, mending = mended({"Dockerfile": "FROM a\nrun b\nrun c\n", "b/Dockerfile": "FROM a\nRUN b\n"})
    assert changes == {"Dockerfile": "FROM a\nRUN b\nRUN c\n"}
    assert len(mending.result.fixed) == 2
    assert not mending.result.findings


def test_clashing_fixes_wait_for_the_next_round() -> None:
    changes, mending = mended({"Dockerfile": "FROM a\nrun xxxx\n"}, shout, one_letter_a_round)
    assert changes == {"Dockerfile": "FROM a\nRUN x\n"}
    assert not mending.notes


@pytest.mark.parametrize("text", ["FROM a\r\nrun b\r\n", "\ufeffFROM a\nrun b", "FROM a\nrun b # é 🐳\n"])
def test_the_rest_of_a_file_stays_as_it_is(text: str) -> None:
    changes, _ = mended({"Dockerfile": text})
    assert changes == {"Dockerfile": text.replace("run", "RUN")}


def test_undecodable_bytes_are_kept() -> None:
    content = b"FROM a\nrun echo \xff\xfe\n"
    _, mending = mended({"Dockerfile": content})
    [change] = mending.changes
    assert change.before.encode(change.after) == b"FROM a\nRUN echo \xff\xfe\n"


def test_what_never_settles_is_left_as_it_was() -> None:
    files = {"Dockerfile": "FROM a\nrun grow\n", "b/Dockerfile": "FROM a\nrun b\n"}
    changes, mending = mended(files, shout, never_settles)
    assert changes == {"b/Dockerfile": "FROM a\nRUN b\n"}
    assert mending.notes == ["Dockerfile: left as it is, its fixes do not settle in 10 rounds (DF903)"]
    assert [finding.rule.code for finding in mending.result.fixed] == ["DF901"]


def test_a_fix_that_breaks_the_file_is_dropped_and_named() -> None:
    changes, mending = mended({"Dockerfile": "FROM a\nrun b\n"}, shout, breaks)
    assert changes == {"Dockerfile": "FROM a\nRUN b\n"}
    assert mending.notes == ["Dockerfile:1:1 the fix of DF904 is not applied: it would leave a syntax error"]
    assert [finding.rule.code for finding in mending.result.findings] == ["DF904"]


def test_a_fix_that_no_file_can_hold_is_dropped() -> None:
    changes, mending = mended({"Dockerfile": "FROM a\nUSER 1\n"}, cannot_be_encoded)
    assert changes == {}
    assert "encoding" in mending.notes[0]


def test_no_comment_is_lost() -> None:
    text = "FROM a\n# hello\nRUN risk \\\n  # why\n  it\n"
    changes, mending = mended({"Dockerfile": text}, risky, safeties=("safe", "unsafe"))
    assert changes == {}
    assert mending.notes == ["Dockerfile:3:1 the fix of DF905 is not applied: it would lose the comment `# why`"]


def test_unsafe_fixes_only_on_request() -> None:
    files = {"Dockerfile": "FROM a\nRUN risk\n"}
    assert mended(files, risky)[0] == {}
    assert mended(files, risky, safeties=("safe", "unsafe"))[0] == {"Dockerfile": "FROM a\n"}


def test_a_crashing_rule_stops_no_fix() -> None:
    changes, mending = mended({"Dockerfile": "FROM a\nrun b\n"}, shout, crashes)
    assert changes == {"Dockerfile": "FROM a\nRUN b\n"}
    assert [failure.rule for failure in mending.result.errors] == ["DF907"]


def test_silenced_findings_are_not_fixed() -> None:
    text = "FROM a\n# dagdock: ignore[DF901]\nrun b\nrun c\n"
    changes, _ = mended({"Dockerfile": text})
    assert changes == {"Dockerfile": text.replace("run c", "RUN c")}


def test_several_findings_may_share_a_fix() -> None:
    changes, mending = mended({"Dockerfile": "FROM a\nrun b\nrun c\n"}, same_remedy)
    assert changes == {"Dockerfile": "FROM a\nRUN b\nRUN c\n"}
    assert len(mending.result.fixed) == 2


def test_diff() -> None:
    _, mending = mended({"Dockerfile": b"FROM a\r\nrun \xff"})
    assert list(diff(mending.changes)) == [
        b"--- a/Dockerfile",
        b"+++ b/Dockerfile",
        b"@@ -1,2 +1,2 @@",
        b" FROM a\r",
        b"-run \xff",
        b"\\ No newline at end of file",
        b"+RUN \xff",
        b"\\ No newline at end of file",
    ]


def test_writing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "Dockerfile"
    path.write_bytes(b"FROM a\r\nrun b")
    path.chmod(0o640)
    linter = Linter(rules=Rules.only([shout]))
    safe: list[Safety] = ["safe"]

    def mending() -> Mending:
        workspace = Workspace()
        return Mending(linter, workspace, [workspace.target(str(path))], safe)

    first = mending()
    first.write()
    assert path.read_bytes() == b"FROM a\r\nRUN b"
    assert path.stat().st_mode & 0o777 == 0o640
    assert os.listdir(tmp_path) == ["Dockerfile"]
    assert not mending().changes


def test_a_file_that_changed_meanwhile_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "Dockerfile"
    path.write_bytes(b"FROM a\nrun b")
    workspace = Workspace()
    safe: list[Safety] = ["safe"]
    mending = Mending(Linter(rules=Rules.only([shout])), workspace, [workspace.target(str(path))], safe)
    path.write_bytes(b"FROM other\n")
    mending.write()
    assert path.read_bytes() == b"FROM other\n"
    assert [failure.message for failure in mending.result.errors] == ["not written: the file has changed meanwhile"]
    assert mending.result.fixed == []


def test_a_file_that_is_read_only_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("Dockerfile", "Dockerfile.two"):
        (tmp_path / name).write_bytes(b"FROM a\nrun b")
    (tmp_path / "Dockerfile").chmod(0o444)
    workspace = Workspace()
    targets = [workspace.target(str(tmp_path / name)) for name in ("Dockerfile", "Dockerfile.two")]
    mending = Mending(Linter(rules=Rules.only([shout])), workspace, targets, ["safe"])
    mending.write()
    assert (tmp_path / "Dockerfile").read_bytes() == b"FROM a\nrun b"
    assert [failure.message for failure in mending.result.errors] == ["not written: the file is read-only"]
    assert [finding.path for finding in mending.result.fixed] == ["Dockerfile.two"]


@rule("DF909", **ABOUT)  # type: ignore[arg-type]
def quiet_scripts(run: Run, project: Project) -> Problems:
    """Beyond the Dockerfile: in a script each round takes one `x`; a comment, a quote and a list of packages."""
    for path, word, instead in (
        ("app/run.sh", "xx", "x"),
        ("app/comment.sh", "# why", ""),
        ("app/quote.sh", "done", "'done"),
        ("requirements.txt", "flask", "Flask"),
        ("tools/helper.py", "mylist", "my list"),
    ):
        if (source := project.text(path)) and (at := source.text.find(word)) >= 0:
            span = Span(source, at, at + len(word))
            yield Problem(span, f"not `{word}`", fix=Fix("Mend", [Edit(span, instead)]))


def test_files_that_are_no_documents_are_mended_too() -> None:
    files = {"Dockerfile": "FROM a\nRUN b\n", "app/run.sh": "#!/bin/sh\necho xxxx\n", "requirements.txt": "flask==3\n"}
    linter = Linter(rules=Rules.only([quiet_scripts]), choice=Choice())
    mending = Mending(linter, Workspace.in_memory(files), [Target("", "Dockerfile", "Dockerfile")], {"safe"})
    assert {change.full: change.after for change in mending.changes} == {
        "app/run.sh": "#!/bin/sh\necho x\n",
        "requirements.txt": "Flask==3\n",
    }
    assert not mending.notes and not mending.result.findings


def test_files_that_are_no_documents_stay_sound() -> None:
    files = {
        "Dockerfile": "FROM a\nRUN b\n",
        "app/comment.sh": "# why\necho\n",
        "app/quote.sh": "#!/bin/sh\necho done\n",
        "tools/helper.py": "mylist = []\n",
    }
    linter = Linter(rules=Rules.only([quiet_scripts]), choice=Choice())
    mending = Mending(linter, Workspace.in_memory(files), [Target("", "Dockerfile", "Dockerfile")], {"safe"})
    assert not mending.changes and len(mending.result.findings) == 3
    assert sorted(note.partition("not applied: ")[2] for note in mending.notes) == [
        "it would leave a syntax error",
        "it would leave a syntax error",
        "it would lose the comment `# why`",
    ]
