"""Path patterns: the cases of git's own manual, and git itself where it is installed."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dagdock.globs import Patterns

CASES = [
    ("frotz", "frotz", True),
    ("frotz", "a/frotz", True),
    ("/frotz", "a/frotz", False),
    ("doc/frotz", "doc/frotz", True),
    ("doc/frotz", "a/doc/frotz", False),
    ("**/frotz", "a/b/frotz", True),
    ("**/frotz", "frotz", True),
    ("abc/**", "abc/x/y", True),
    ("abc/**", "abc", False),
    ("a/**/b", "a/b", True),
    ("a/**/b", "a/x/y/b", True),
    ("a/**/b", "ab", False),
    ("*.yml", "x/compose.yml", True),
    ("*.yml", "x/compose.yaml", False),
    ("foo/*", "foo/bar", True),
    ("foo/*.py", "foo/a/b.py", False),
    ("[a-c]?", "b1", True),
    ("[!a-c]?", "b1", False),
    ("[a^]", "^", True),
    ("\\!x", "!x", True),
    ("# comment", "# comment", False),
    ("\\#x", "#x", True),
    ("x  ", "x", True),
    ("x\\ ", "x ", True),
    ("build/", "build", False),
    ("build/", "build/x", True),
    ("build/", "a/build/x", True),
    ("a[", "a[", True),
    ("[]a]", "]", True),
    ("[!]a]", "]", False),
    ("[\\]a]", "]", True),
    ("[z-a]", "m", False),
    ("[a-]", "-", True),
    ("a[/]b", "a/b", False),
    ("**", "a/b", True),
]


@pytest.mark.parametrize(("pattern", "path", "expected"), CASES)
def test_pattern(pattern: str, path: str, expected: bool) -> None:
    assert Patterns([pattern]).match(path) is expected


def test_last_match_wins() -> None:
    patterns = Patterns(["*.py", "!keep.py", "old/keep.py"])
    assert patterns.match("a.py")
    assert not patterns.match("keep.py")
    assert patterns.match("old/keep.py")
    assert patterns.verdict("a.txt", False) is None


def test_a_folder_that_is_out_cannot_be_taken_back_from_inside() -> None:
    assert Patterns(["build", "!build/keep.py"]).match("build/keep.py")


@pytest.mark.parametrize("pattern", ["*a*a*a*a*a*a*a*a*a*b", "**/a/**/a/**/a/**/a/**/a/**/a/**/b", "a*/" * 30 + "b"])
def test_no_pattern_takes_long(pattern: str) -> None:
    patterns = Patterns([pattern, f"{pattern}/"])
    for path in ("a" * 250, "a/" * 400 + "a"):
        assert not patterns.match(path)


@pytest.mark.parametrize(
    "pattern", ["[z-a]", "x[b-a]/*", "[]", "[]a]", "[!]a]", "[^", "[\\]", "[a-]", "[--]", "[a-\\d]", "\\"]
)
def test_any_class_can_be_read(pattern: str) -> None:
    patterns = Patterns([pattern, "*.log"])
    assert patterns.match("x.log")
    assert not patterns.match("x.py")


@given(st.text("ab*?[]!^-\\/", max_size=8), st.text("ab/-]", min_size=1, max_size=8))
def test_any_pattern_can_be_read(pattern: str, path: str) -> None:
    Patterns([pattern]).match(path)


names = st.text("ab.", min_size=1, max_size=3).filter(lambda name: name not in {".", ".."})
paths = st.lists(names, min_size=1, max_size=3).map("/".join)
patterns = st.lists(
    st.lists(st.sampled_from(["a", "b", "*", "?", "**", "a*", "[ab]", "[!a]", "."]), min_size=1, max_size=4).map(
        "/".join
    ),
    min_size=1,
    max_size=3,
)


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.booleans(), st.booleans(), patterns), min_size=1, max_size=3),
    st.sets(paths, min_size=15, max_size=40),
)
def test_same_as_git(tmp_path: Path, rules: list[tuple[bool, bool, list[str]]], tried: set[str]) -> None:
    lines = [
        ("!" if negated else "") + line + ("/" if folder else "") for negated, folder, some in rules for line in some
    ]
    git = ["git", "-C", str(tmp_path), "-c", "core.excludesFile=/dev/null"]
    if not (tmp_path / ".git").exists():
        subprocess.run([*git, "init", "-q"], check=True)
    (tmp_path / ".gitignore").write_text("\n".join(lines) + "\n")
    asked = sorted(path for path in tried if not any(other.startswith(path + "/") for other in tried))
    done = subprocess.run(
        [*git, "check-ignore", "--no-index", "--stdin"],
        input="\n".join(asked),
        capture_output=True,
        text=True,
        check=False,
    )
    ours = [path for path in asked if Patterns(lines).match(path)]
    assert ours == done.stdout.split(), lines
