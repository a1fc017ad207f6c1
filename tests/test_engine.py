"""One run: which rules look at what, what becomes of their findings, and of rules that fail."""

from __future__ import annotations

import pytest

from dagdock.api import Bad, Dockerfile, From, Instruction, Problem, Problems, Project, Rule, Run, rule
from dagdock.engine import Linter, Target, Workspace
from dagdock.hooks import Rules
from dagdock.result import Result
from dagdock.selection import Choice

ABOUT = {"severity": "warning", "since": "0.1", "bad": [Bad("")], "good": [""]}


@rule("DF901", **ABOUT)  # type: ignore[arg-type]
def sees_instructions(item: Instruction) -> Problems:
    """Every instruction, of whatever class."""
    yield Problem(item.keyword, f"seen {item.name}")


@rule("DF902", **ABOUT)  # type: ignore[arg-type]
def sees_run(item: Run) -> Problems:
    """One class."""
    yield Problem(item.keyword, "seen")


@rule("DF903", **ABOUT)  # type: ignore[arg-type]
def says_it_twice(item: From) -> Problems:
    """The same problem from two nodes."""
    for _ in range(2):
        yield Problem(item.dockerfile, "twice")


@rule("DF904", **ABOUT)  # type: ignore[arg-type]
def crashes_on_the_second(item: Instruction) -> Problems:
    """A rule with a fault."""
    if item.index == 1:
        raise RecursionError("too\ndeep")
    yield Problem(item.keyword, "fine")


@rule("PJ905", kind="project", **ABOUT)  # type: ignore[arg-type]
def looks_elsewhere(file: Dockerfile, project: Project) -> Problems:
    """Reports in the other file."""
    other = project.document("b/Dockerfile")
    if isinstance(other, Dockerfile) and other is not file:
        yield Problem(other.instructions[0], "elsewhere")


@rule("DF906", **ABOUT)  # type: ignore[arg-type]
def interrupts(file: Dockerfile) -> Problems:
    """The user presses Ctrl-C."""
    raise KeyboardInterrupt
    yield


FILES = {"a/Dockerfile": "FROM a\nRUN b\n", "b/Dockerfile": "FROM c\n"}


def check(*rules: Rule, files: dict[str, str] | None = None, only: list[str] | None = None) -> Result:
    files = FILES if files is None else files
    linter = Linter(rules=Rules.only(rules), choice=Choice())
    targets = [Target("", path, path) for path in only or files]
    return linter.check(Workspace.in_memory(files), targets)


def told(result: Result) -> list[str]:
    return [f"{finding.path}:{finding.span.line} {finding.rule.code} {finding.message}" for finding in result.findings]


def test_rules_see_what_their_type_says() -> None:
    assert told(check(sees_run, sees_instructions)) == [
        "a/Dockerfile:1 DF901 seen FROM",
        "a/Dockerfile:2 DF901 seen RUN",
        "a/Dockerfile:2 DF902 seen",
        "b/Dockerfile:1 DF901 seen FROM",
    ]


def test_the_same_finding_is_shown_once() -> None:
    assert told(check(says_it_twice)) == ["a/Dockerfile:1 DF903 twice", "b/Dockerfile:1 DF903 twice"]


def test_a_rule_that_crashes_is_named_and_the_rest_goes_on() -> None:
    result = check(crashes_on_the_second, sees_run)
    assert told(result) == [
        "a/Dockerfile:1 DF904 fine",
        "a/Dockerfile:2 DF902 seen",
        "b/Dockerfile:1 DF904 fine",
    ]
    [failure] = result.errors
    assert (failure.path, failure.rule, failure.plugin) == ("a/Dockerfile", "DF904", crashes_on_the_second.plugin)
    assert failure.message.startswith("rule DF904 crashes-on-the-second crashed: RecursionError: too deep (")
    assert "test_engine.py:" in failure.message


def test_an_interrupt_is_no_crash() -> None:
    with pytest.raises(KeyboardInterrupt):
        check(interrupts)


def test_findings_in_files_that_nobody_asked_for_are_left_out() -> None:
    assert told(check(looks_elsewhere)) == ["b/Dockerfile:1 PJ905 elsewhere"]
    assert told(check(looks_elsewhere, only=["a/Dockerfile"])) == []


def test_what_was_checked_with_what() -> None:
    result = check(sees_run, sees_instructions, files={**FILES, ".dockerignore": "x\n", "README.md": ""})
    assert result.files == {"dockerfile": 2}
    assert [rule.code for rule in result.rules] == ["DF901", "DF902"]
    assert result.checked == 2
    assert any(map(result.matters, result.findings))
    result.fail_on = "error"
    assert not any(map(result.matters, result.findings))


def test_a_name_in_two_files_is_idle_only_where_its_rule_looks() -> None:
    text = "# dagdock: ignore[PJ905]\nFROM c\n"
    result = check(looks_elsewhere, files={"a/Dockerfile": "FROM a\n", "b/Dockerfile": text})
    assert not result.findings
    assert [silenced.finding.rule.code for silenced in result.silenced] == ["PJ905"]


@rule("PJ907", kind="project", **ABOUT)  # type: ignore[arg-type]
def names_another_file(file: Dockerfile, project: Project) -> Problems:
    """Takes another file for a Dockerfile, as a link does."""
    if project.dockerfile("notes.txt"):
        yield Problem(file.instructions[0], "linked")


def test_what_is_checked_hangs_on_no_link_that_was_followed_before() -> None:
    files = {"Dockerfile": "FROM a\n", "notes.txt": "FROM b\n"}
    for paths in (["Dockerfile", "notes.txt"], ["notes.txt", "Dockerfile"]):
        targets = [Target("", path, path) for path in paths]
        linter = Linter(rules=Rules.only([sees_instructions, names_another_file]))
        result = linter.check(Workspace.in_memory(files), targets)
        assert [(finding.path, finding.message) for finding in result.findings] == [
            ("Dockerfile", "seen FROM"),
            ("Dockerfile", "linked"),
        ]
        assert result.files == {"dockerfile": 1}
