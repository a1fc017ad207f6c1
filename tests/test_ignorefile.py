"""`.dockerignore` against a table of what Docker does, and against a second, plain writing of Docker's algorithm."""

from __future__ import annotations

import re
import time
from posixpath import dirname, normpath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagdock.fix import apply_edits
from dagdock.ignorefile import Glob, IgnoreFile, parse
from dagdock.text import Source


def read(text: str) -> IgnoreFile:
    return parse(Source(".dockerignore", text))


# What Docker's documentation says about the file, and what moby/patternmatcher adds to it. One line: the ignore file
# (lines joined by `|`), the paths it leaves out, the paths it lets in.
TABLE = [
    # A pattern is meant at the root of the context, unlike in .gitignore.
    ("foo", ["foo", "foo/bar", "foo/bar/baz"], ["x/foo", "foobar", "fo"]),
    ("/foo", ["foo", "foo/bar"], ["x/foo"]),
    ("//foo", ["foo"], ["x/foo"]),
    ("foo/", ["foo", "foo/bar"], ["x/foo"]),
    ("./foo", ["foo"], ["x/foo"]),
    ("foo/bar", ["foo/bar", "foo/bar/baz"], ["foo", "bar", "x/foo/bar"]),
    ("foo//bar/", ["foo/bar"], ["foo"]),
    ("a/../b", ["b", "b/c"], ["a", "a/b"]),
    ("a/./b", ["a/b"], ["a"]),
    ("../foo", [], ["foo", "x/foo"]),
    (".", [], ["foo", ".git"]),
    ("/", [], ["foo"]),
    # `*` and `?` stay inside one name.
    ("*", ["foo", "foo/bar", ".git", "a/b/c"], []),
    ("*/temp*", ["x/temporary.txt", "x/temp", "x/temp/y"], ["temp", "x/y/temp"]),
    ("*/*/temp*", ["a/b/temporary.txt"], ["a/temp", "a/b/c/temp"]),
    ("*/foo", ["a/foo", "a/foo/b"], ["foo", "a/b/foo"]),
    ("temp?", ["tempa", "tempb", "temp1/x"], ["temp", "tempab", "x/tempa", "temp/"]),
    ("*.md", ["README.md", ".md"], ["docs/README.md", "README.mdx", "md"]),
    ("a*c", ["ac", "abc", "abbbc"], ["a/c", "acd", "bac"]),
    ("a*b*c", ["abc", "aXbYc", "abbc"], ["a/b/c", "ac"]),
    (".env*", [".env", ".env.local", ".environment"], ["x/.env"]),
    # `**` is any number of folders, none of them too.
    ("**/foo", ["foo", "a/foo", "a/b/foo", "a/foo/b"], ["afoo", "a/xfoo"]),
    ("**/*.pyc", ["x.pyc", "a/x.pyc", "a/b/x.pyc"], ["x.py", "x.pyc2"]),
    ("**/foo/bar", ["foo/bar", "a/foo/bar", "a/foo/bar/c"], ["foo", "a/foo/b/bar"]),
    ("foo/**", ["foo/a", "foo/a/b"], ["foo", "foobar", "x/foo/a"]),
    ("foo/**/bar", ["foo/bar", "foo/a/bar", "foo/a/b/bar", "foo/bar/x"], ["foo/xbar", "bar", "foo"]),
    ("**", ["a", "a/b", ".git"], []),
    ("**/", ["a", "a/b"], []),
    ("/**/", ["a", "a/b"], []),
    ("**/.git", [".git", "a/.git", ".git/config"], ["x.git"]),
    ("**/a/**/b", ["a/b", "x/a/b", "a/y/b", "x/a/y/z/b"], ["ab", "a", "b"]),
    # `**` glued to a name: an ending, a beginning.
    ("**.log", ["a.log", "x/a.log", ".log", "x/.log"], ["a.log.1"]),
    ("foo**", ["foo", "foobar", "foo/bar", "foobar/baz"], ["xfoo", "x/foo"]),
    ("a**b", ["ab", "ax/b", "axb/cb/b", "a/b"], ["axb"]),
    # Sets and escapes.
    ("[a-c]x", ["ax", "bx", "cx"], ["dx", "x"]),
    ("[^a]x", ["bx", "zx"], ["ax", "x"]),
    ("*.py[co]", ["a.pyc", "a.pyo"], ["a.py", "a.pyd"]),
    ("[!a]x", ["!x", "ax"], ["bx"]),
    (r"[\]]", ["]"], ["[", "x"]),
    (r"\*", ["*"], ["a", "**"]),
    (r"\!important", ["!important"], ["important"]),
    (r"a\?c", ["a?c"], ["abc"]),
    (r"\#x", ["#x"], ["x"]),
    ("a.b+c(d)|e$", ["a.b+c(d)|e$"], ["aXb+c(d)|e$", "e"]),
    ("a.b*", ["a.b", "a.bc"], ["axb"]),
    # Exceptions: the last line that matches decides.
    ("*.md|!README.md", ["a.md"], ["README.md"]),
    ("!README.md|*.md", ["a.md", "README.md"], []),
    ("*.md|!README*.md|README-secret.md", ["a.md", "README-secret.md"], ["README.md", "README-x.md"]),
    ("*|!src", ["a", "x/src"], ["src", "src/a", "src/a/b"]),
    ("*|!src/main.py", ["src", "src/other.py"], ["src/main.py"]),
    ("*|!/src/|src/tmp", ["src/tmp", "src/tmp/x"], ["src", "src/x"]),
    ("src|!src/**", ["src"], ["src/a", "src/a/b"]),
    ("! foo", [], ["foo", "bar"]),
    ("foo|! foo", [], ["foo"]),
    ("!!foo", [], ["foo", "!foo"]),
    # Blanks, comments, a byte order mark, line ends.
    ("  foo  ", ["foo"], ["  foo"]),
    ("foo\t", ["foo"], []),
    ("# foo|bar", ["bar"], ["# foo", "foo"]),
    (" # foo", ["# foo"], ["foo"]),
    ("foo # no comment", ["foo # no comment"], ["foo"]),
    ("|  ||foo", ["foo"], []),
    ("\ufefffoo", ["foo"], ["\ufefffoo"]),
    ("\ufeff# foo|bar", ["bar"], ["foo"]),
    ("foo\r|bar\r", ["foo", "bar"], ["foo\r"]),
    ("föö/*", ["föö/x"], ["föö"]),
]


@pytest.mark.parametrize(("lines", "out", "let_in"), TABLE, ids=[repr(row[0]) for row in TABLE])
def test_what_docker_leaves_out(lines: str, out: list[str], let_in: list[str]) -> None:
    file = read(lines.replace("|", "\n") if "(d)|e" not in lines else lines)
    assert [path for path in out if not file.ignored(path)] == []
    assert [path for path in let_in if file.ignored(path)] == []
    assert file.faults == []


@pytest.mark.parametrize("line", ["[", "[]", "[a", "a[-b]", "[a-]", "[]a]", "x\\", "!", "!  ", "[^]", "a/[b", "![x"])
def test_docker_refuses_a_malformed_pattern(line: str) -> None:
    file = read(f"ok\n{line}\n")
    (fault,) = file.faults
    assert fault.text == line.strip()
    assert fault.fault
    assert file.ignored("ok")
    assert not file.ignored("a")


def test_patterns_know_where_they_stand() -> None:
    file = read("\ufeff# é\r\n  /foo/ \r\n\r\n!bar\r\nlast")
    assert [(pattern.text, pattern.span.text, pattern.span.line) for pattern in file.patterns] == [
        ("/foo/", "/foo/", 2),
        ("!bar", "!bar", 4),
        ("last", "last", 5),
    ]
    assert [pattern.cleaned for pattern in file.patterns] == ["foo", "bar", "last"]
    assert [comment.text for comment in file.comments] == ["# é"]
    assert next(iter(file.walk())) is file


def test_the_pattern_that_decides_is_named() -> None:
    file = read("*\n!src\nsrc/*.log\n")
    assert [str(found.text) if (found := file.decides(path)) else None for path in ("a", "src/a", "src/b.log")] == [
        "*",
        "!src",
        "src/*.log",
    ]
    assert read("a").decides("b") is None
    assert read("*").decides(".") is None
    assert not read("*").ignored("")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "x\ny\n"),
        ("a\n", "a\nx\ny\n"),
        ("a", "a\nx\ny\n"),
        ("a\r\nb", "a\r\nb\r\nx\r\ny\r\n"),
        ("\ufeff", "\ufeffx\ny\n"),
    ],
)
def test_lines_are_added_at_the_end(before: str, after: str) -> None:
    file = read(before)
    assert apply_edits(file.source, [file.append(["x", "y"])]) == after


def test_hostile_patterns_take_no_long_time() -> None:
    started = time.perf_counter()
    path = "a" * 200 + "/" + "a" * 200
    for line in (
        "*a" * 30 + "b",
        "**/" + "*a" * 20 + "/b",
        "**/a/" * 20 + "b",
        "a**" * 30 + "b",
        "?" * 4000,
        "*" * 9000,
    ):
        assert not read(line).ignored(path) or set(line) == {"*"}
    assert not read("**/*a*a").ignored("b/" * 100_000)
    assert not read("*a*b").ignored("a" * 1_000_000)
    read("[" * 100_000 + "\n" + "\\" * 100_000 + "\n" + "*[a-z]?" * 100_000)
    assert time.perf_counter() - started < 2


def test_a_long_text_is_read_in_one_go() -> None:
    file = read("\n".join(f"folder{number}/*.log" for number in range(3000)))
    assert file.ignored("folder2999/x.log")
    assert not file.ignored("folder3000/x.log")


# Docker's algorithm once more, written after its description and not for speed: cleaned patterns become expressions,
# each pattern is asked in order about the path and then its parents, `!` only matters for what is matched.
def docker_ignores(lines: list[str], path: str) -> bool:
    matched = False
    for line in lines:
        line = line.strip()
        negated = line.startswith("!")
        pattern = normpath(line[1:].strip() if negated else line).lstrip("/")
        if negated != matched:
            continue
        parents = [path]
        while dirname(parents[-1]):
            parents.append(dirname(parents[-1]))
        if any(docker_matches(pattern, part) for part in parents):
            matched = not negated
    return matched


def docker_matches(pattern: str, path: str) -> bool:
    kind, expression, position = "exact", "", 0
    while position < len(pattern):
        at_start = position == 0
        if pattern.startswith("**", position):
            position += 2
            position += pattern.startswith("/", position)
            if position == len(pattern):
                kind, expression = ("prefix" if kind == "exact" else "expression"), expression + ".*"
            else:
                kind, expression = "expression", expression + "(.*/)?"
            if at_start:
                kind = "suffix"
            continue
        character = pattern[position]
        position += 1
        if character in "*?[]":
            kind = "expression"
            expression += {"*": "[^/]*", "?": "[^/]"}.get(character, character)
        elif character == "\\":
            kind = "expression"
            expression += "\\" + pattern[position]
            position += 1
        else:
            expression += "\\" + character if character in ".+()|{}$" else character
    if kind == "exact":
        return path == pattern
    if kind == "prefix":
        return path.startswith(pattern[:-2])
    if kind == "suffix":
        ending = pattern[2:]
        return path.endswith(ending) or (ending[:1] == "/" and path == ending[1:])
    return re.fullmatch(expression, path) is not None


pieces = st.sampled_from(["a", "b", "ab", ".", "*", "**", "?", "/", "/", "[ab]", "[^a]", "\\.", "..", "-", "**/"])
pattern_texts = st.lists(pieces, min_size=1, max_size=8).map("".join)
path_texts = st.lists(st.sampled_from(["a", "b", "ab", "ba", "a.b", "aab", "-"]), min_size=1, max_size=4).map("/".join)


@settings(max_examples=1500, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["", "", "!"]), pattern_texts).map("".join), min_size=1, max_size=4), path_texts
)
def test_the_same_as_docker_on_anything(lines: list[str], path: str) -> None:
    file = read("\n".join(lines))
    assert file.faults == []
    assert file.ignored(path) == docker_ignores(lines, path)


@settings(max_examples=800, deadline=None)
@given(pattern_texts, path_texts)
def test_long_patterns_mean_the_same_as_short_ones(pattern: str, path: str) -> None:
    """The way for patterns with many repeats gives what the regular expression gives."""
    expression = Glob(pattern)._expression
    if expression is not None:
        expected = re.fullmatch("".join(expression.pieces), path, re.DOTALL) is not None
        assert expression.simulate(path) == expected
        assert expression.matches(path) == expected


@settings(max_examples=300, deadline=None)
@given(st.text(), st.text())
def test_any_text_is_read(text: str, path: str) -> None:
    file = read(text)
    file.ignored(path)
    assert all(pattern.span.text == pattern.text for pattern in file.patterns)


def test_a_copy_pattern_has_no_folders_wildcard() -> None:
    glob = Glob("a**b", deep=False)
    assert glob.matches("axxb")
    assert not glob.matches("a/b")
