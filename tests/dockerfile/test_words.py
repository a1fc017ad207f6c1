"""Words: quotes, escapes and variables with their places, and the values put in."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from dagdock.dockerfile import Env, Label, Variable, Word, parse
from dagdock.text import Source


class Values:
    """Variables with their values; `?` marks one that is unknown, all others are unset."""

    def __init__(self, **values: str) -> None:
        self.values: Mapping[str, str] = values

    def value(self, name: str) -> str | None:
        value = self.values.get(name)
        return None if value == "?" else value

    def unset(self, name: str) -> bool:
        return name not in self.values


def word(raw: str, escape: str = "\\") -> Word:
    """The value of `ENV x=raw`."""
    directive = f"# escape={escape}\n"
    env = parse(Source("Dockerfile", f"{directive}FROM a\nENV x={raw}")).instructions[1]
    assert isinstance(env, Env)
    value = env.pairs[0].value
    assert value is not None
    assert value.span.text == raw
    return value


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("plain", "plain"),
        ("", ""),
        ('""', ""),
        ('"two words"', "two words"),
        ("'two words'", "two words"),
        ("a' 'b\" \"c", "a b c"),
        (r"with\ blank", "with blank"),
        (r"\"", '"'),
        (r'"a\"b"', 'a"b'),
        (r'"a\nb\\"', "a\\nb\\"),
        (r"'a\nb'", "a\\nb"),
        (r"\$HOME", "$HOME"),
        (r'"\$HOME"', "$HOME"),
        ("'$HOME'", "$HOME"),
        ("5$", "5$"),
        ("$ ", "$"),
        ("a=b=c", "a=b=c"),
        ("é😀", "é😀"),
        ("C:\\\\x", "C:\\x"),
    ],
)
def test_values_without_variables(raw: str, value: str) -> None:
    assert word(raw.rstrip()).literal == value
    assert word(raw.rstrip()).value == value


def test_the_escape_character_of_the_file_counts() -> None:
    assert word("C:\\x` y", "`").literal == "C:\\x y"
    assert word('"a`"b\\"', "`").literal == 'a"b\\'


@pytest.mark.parametrize(
    ("raw", "name", "modifier", "inner", "replacement"),
    [
        ("$x", "x", "", None, None),
        ("${x}", "x", "", None, None),
        ("${x:-y z}", "x", ":-", "y z", None),
        ("${x-}", "x", "-", "", None),
        ("${x:+y}", "x", ":+", "y", None),
        ("${x+y}", "x", "+", "y", None),
        ("${x:?missing}", "x", ":?", "missing", None),
        ("${x?missing}", "x", "?", "missing", None),
        ("${x#*/}", "x", "#", "*/", None),
        ("${x##*/}", "x", "##", "*/", None),
        ("${x%.*}", "x", "%", ".*", None),
        ("${x%%.*}", "x", "%%", ".*", None),
        ("${x/a/b}", "x", "/", "a", "b"),
        ("${x//a/}", "x", "//", "a", ""),
        ("${x:-'}'}", "x", ":-", "'}'", None),
        ("$1abc", "1", "", None, None),
        ("$@", "@", "", None, None),
        ("${x_É1}", "x_É1", "", None, None),
    ],
)
def test_variables(raw: str, name: str, modifier: str, inner: str | None, replacement: str | None) -> None:
    for text, quoted in ((raw, False), (f'"{raw}"', True)):
        variable = word(text.replace("y z", "y") if not quoted else text).variables[0]
        assert (variable.name, variable.modifier, variable.quoted) == (name, modifier, quoted)
        assert variable.name.span.text == name
        assert (variable.word.raw.replace(" z", "") if variable.word else None) == (inner and inner.replace(" z", ""))
        assert (variable.replacement.raw if variable.replacement else None) == replacement
    assert word(f"a{raw.replace(' ', '')}b").literal is None


def test_parts_know_where_they_stand() -> None:
    given = word("é\"$a b\"'c'${d:-$e/f}g")
    assert [part.span.text for part in given.parts] == ["é", "$a", ' b"', "'c'", "${d:-$e/f}", "g"]
    assert [variable.span.text for variable in given.variables] == ["$a", "${d:-$e/f}", "$e"]
    assert given.value == "é$a bc${d:-$e/f}g"
    assert given.literal is None
    assert given.quoted


def test_parts_of_a_continued_word() -> None:
    env = parse(Source("Dockerfile", 'FROM a\nENV x="one \\\n  # comment\n  $two" y=3\n')).instructions[1]
    assert isinstance(env, Env)
    first, second = env.pairs
    assert first.value is not None
    assert second.value is not None
    assert first.value.value == "one   $two"
    assert first.value.variables[0].span.begin == (4, 3)
    assert (second.key, second.value.value, second.span.begin) == ("y", "3", (4, 9))


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("$a", "1"),
        ("${a}b$c", "1b23"),
        ("'$a'", "$a"),
        ("$missing", None),
        ("$unknown", None),
        ("${a:-x}", "1"),
        ("${missing:-x}", "x"),
        ("${missing-x}", "x"),
        ("${empty:-x}", "x"),
        ("${empty-x}", ""),
        ("${unknown:-x}", None),
        ("${missing:-$a$c}", "123"),
        ("${missing:-$unknown}", None),
        ("${a:+x}", "x"),
        ("${empty:+x}", ""),
        ("${empty+x}", "x"),
        ("${missing:+@$missing}", ""),
        ("${missing:?message}", None),
        ("${a:?message}", "1"),
        ("${p#*/}", "b/c.tar.gz"),
        ("${p##*/}", "c.tar.gz"),
        ("${p%.*}", "a/b/c.tar"),
        ("${p%%.*}", "a/b/c"),
        ("${p#x}", "a/b/c.tar.gz"),
        ("${p%?z}", "a/b/c.tar."),
        (r"${p/\//-}", "a-b/c.tar.gz"),
        (r"${p//\//-}", "a-b-c.tar.gz"),
        ("${p//?.t/X}", "a/b/Xar.gz"),
        ("${p##*a*b*c*.*z}", None),
    ],
)
def test_values_put_in(raw: str, value: str | None) -> None:
    assert word(raw).resolve(Values(a="1", c="23", empty="", p="a/b/c.tar.gz", unknown="?")) == value


@pytest.mark.parametrize(
    ("raw", "place"),
    [
        ('"open', '"open'),
        ("a'open", "'open"),
        ("${x", "${x"),
        ("${x:-y", "${x:-y"),
        ("${x/y}", "${x/y}"),
        ("${}", "${}"),
        ("${x^}", "${x^"),
        ("${x:#y}", "${x:#"),
        ("${x:}", "${x:}"),
        ("a${x,,}b", "${x,"),
    ],
)
def test_what_docker_cannot_read_is_a_fault(raw: str, place: str) -> None:
    fault = word(raw).fault
    assert fault is not None
    assert fault.span.text == place
    assert fault.message


def test_values_that_double_in_each_line_end_somewhere() -> None:
    stage = parse(Source("Dockerfile", "FROM a\nENV A=xxxxxxxx\n" + "ENV A=$A$A\n" * 80)).stages[0]
    assert stage.scope_at().value("A") is None
    grown = parse(Source("Dockerfile", "FROM a\nENV A=xxxxxxxx\nENV A=$A$A\n")).stages[0]
    assert grown.scope_at().value("A") == "x" * 16


def test_substitutions_nest_only_so_deep() -> None:
    assert word("${x:-" * 40 + "y" + "}" * 40).resolve(Values()) == "y"
    assert word("${x:-" * 4000 + "y" + "}" * 4000).fault is not None


def test_what_docker_can_read_is_no_fault() -> None:
    for raw in ("plain", '"a b"', "${x:-'}'}", "$", '"$"', "\\'", "${x:-${y:-${z}}}", "%PATH%", "{{x}}"):
        assert word(raw).fault is None


def test_words_of_a_json_array_are_decoded_and_expanded() -> None:
    copy = parse(Source("Dockerfile", 'FROM a\nCOPY ["$x y", "\\u0024z", "/d"]\n')).instructions[1]
    assert [each.value for each in copy.words] == ["$x y", "$z", "/d"]
    assert [each.span.text for each in copy.words] == ['"$x y"', '"\\u0024z"', '"/d"']
    assert [variable.name for each in copy.words for variable in each.variables] == ["x", "z"]


def test_words_of_an_exec_form_are_not_expanded() -> None:
    cmd = parse(Source("Dockerfile", 'FROM a\nCMD ["echo", "$HOME \'x\'"]\n')).instructions[1]
    assert [each.literal for each in cmd.words] == ["echo", "$HOME 'x'"]
    assert cmd.words[1].variables == ()


def test_a_label_is_read_word_by_word() -> None:
    label = parse(Source("Dockerfile", 'FROM a\nLABEL "a b"=c \'d\'="${e}"\tf= g=\n')).instructions[1]
    assert isinstance(label, Label)
    assert [(pair.key, pair.value and pair.value.value) for pair in label.pairs] == [
        ("a b", "c"),
        ("d", "${e}"),
        ("f", ""),
        ("g", ""),
    ]
    assert isinstance(label.pairs[1].value and label.pairs[1].value.parts[0], Variable)
