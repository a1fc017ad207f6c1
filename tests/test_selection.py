"""Which rules are on, how severe, with which options."""

from __future__ import annotations

from pathlib import Path

import pytest

from dagdock.api import Bad, Dockerfile, Problem, Problems, rule
from dagdock.config import ConfigError, parse
from dagdock.hooks import Rules
from dagdock.names import Vocabulary
from dagdock.rule import Rule
from dagdock.selection import Choice, Selection, UsageError, check_asked
from dagdock.text import Source


def made(code: str, name: str, **more: object) -> Rule:
    def check(file: Dockerfile) -> Problems:
        """Summary."""
        yield from ()

    check.__name__ = name
    return rule(code, severity="warning", since="0.1", bad=[Bad("")], good=[""], **more)(check)  # type: ignore[arg-type]


@rule("DF900", severity="info", since="0.1", bad=[Bad("")], good=[""])
def with_options(
    file: Dockerfile,
    *,
    max_tasks: int = 3,
    share: float = 0.5,
    words: list[str] = [],  # noqa: B006
    strict_labels: bool = False,
    label_schema: dict[str, str] = {},  # noqa: B006
) -> Problems:
    """Summary."""
    yield from ()


ONE = made("DF101", "one", aliases=["hadolint:DL3006"])
TWO = made("DF102", "two", aliases=["hadolint:DL3008", "hadolint:DL3018"], default=False)
THREE = made("DF201", "three", tags=["cache"])
RULES = [ONE, TWO, THREE, with_options]
VOCABULARY = Vocabulary(Rules.only(RULES))


def selection(text: str = "", **choice: list[str]) -> Selection:
    config = parse("dagdock.toml", text.encode())
    assert config is not None
    return Selection(config, Choice(**choice), VOCABULARY)


def on(chosen: Selection) -> list[str]:
    return [rule.code for rule in RULES if chosen.is_on(rule)]


@pytest.mark.parametrize(
    ("text", "choice", "expected"),
    [
        ("", {}, ["DF101", "DF201", "DF900"]),
        ("", {"select": ["ALL"]}, ["DF101", "DF102", "DF201", "DF900"]),
        ("", {"select": ["DF1"]}, ["DF101", "DF102"]),
        ("", {"select": ["DF"], "ignore": ["DF1"]}, ["DF201", "DF900"]),
        ("", {"select": ["DF101"], "ignore": ["DF"]}, ["DF101"]),
        ("", {"select": ["DF101"], "ignore": ["DF101"]}, []),
        ("", {"extend_select": ["two"]}, ["DF101", "DF102", "DF201", "DF900"]),
        ("", {"select": ["cache"]}, ["DF201"]),
        ("", {"select": ["DL3006"]}, ["DF101"]),
        ("", {"ignore": ["DF"]}, []),
        ("ignore = ['DF101']", {}, ["DF201", "DF900"]),
        ("ignore = ['DF1']\nextend-select = ['DF101']", {}, ["DF101", "DF201", "DF900"]),
        ("ignore = ['DF101']", {"select": ["DF101"]}, ["DF101"]),
        ("ignore = ['DF101']", {"extend_select": ["DF101"]}, ["DF101", "DF201", "DF900"]),
        ("select = ['DF2']", {"extend_select": ["DF101"]}, ["DF101", "DF201"]),
        ("select = ['DF2']", {"ignore": ["DF201"]}, []),
        ("select = []", {}, []),
        ("severity = { DF101 = 'off' }", {}, ["DF201", "DF900"]),
        ("severity = { DF = 'off', DF101 = 'error' }", {}, ["DF101"]),
    ],
)
def test_which_are_on(text: str, choice: dict[str, list[str]], expected: list[str]) -> None:
    assert on(selection(text, **choice)) == expected


def test_a_peers_code_ignores_its_findings_only() -> None:
    chosen = selection("extend-select = ['two']", ignore=["DL3008"])
    assert chosen.is_on(TWO)
    assert not chosen.keeps(TWO, ("hadolint:DL3008",))
    assert chosen.keeps(TWO, ("hadolint:DL3018",))


def test_a_peers_code_selects_its_findings_only() -> None:
    chosen = selection(select=["DL3008"])
    assert on(chosen) == ["DF102"]
    assert chosen.keeps(TWO, ("hadolint:DL3008",))
    assert not chosen.keeps(TWO, ("hadolint:DL3018",))


def test_severity() -> None:
    source = Source("Dockerfile", "FROM a")
    plain, graver = Problem(source.whole, "x"), Problem(source.whole, "x", severity="error")
    assert selection().severity(ONE, plain) == "warning"
    assert selection().severity(ONE, graver) == "error"
    assert selection("severity = { DF = 'info' }").severity(ONE, graver) == "info"
    assert selection("severity = { DF = 'info', DL3006 = 'error' }").severity(ONE, plain) == "error"
    eighteen = Problem(source.whole, "x", aliases=["hadolint:DL3018"])
    assert selection("severity = { DL3008 = 'error' }").severity(TWO, eighteen) == "warning"


def test_options() -> None:
    chosen = selection(
        "strict-labels = true\n[label-schema]\na = 'url'\n[rules.with-options]\nmax-tasks = 7\nshare = 1\nwords = ['a']"
    )
    assert chosen.options(with_options) == {
        "strict_labels": True,
        "label_schema": {"a": "url"},
        "max_tasks": 7,
        "share": 1,
        "words": ["a"],
    }
    assert chosen.options(ONE) == {}


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("max-task = 1", "dagdock.toml:2: `with-options` has no option `max-task`; did you mean `max-tasks`?"),
        ("max-tasks = '7'", "dagdock.toml:2: `max-tasks` must be a whole number, such as 3"),
        ("max-tasks = true", "`max-tasks` must be a whole number"),
        ("share = 'half'", "`share` must be a number, such as 0.5"),
        ("words = 'a'", "`words` must be a list of texts"),
        ("strict-labels = 1", "`strict-labels` must be true or false"),
    ],
)
def test_wrong_options(table: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        selection(f"[rules.with-options]\n{table}").options(with_options)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("ignore = ['DF101']", None),
        ("ignore = ['DL9999', 'E501', 'hadolint:DL1']", None),
        ("ignore = ['AF999']", None),
        ("\nignore = ['threee']", "dagdock.toml:2: no rule is called `threee`; did you mean `three`?"),
        ("select = ['DL9999']", "dagdock.toml:1: dagdock has no rule for `DL9999`"),
        ("[severity]\nDF999 = 'off'", "dagdock.toml:2: no rule is called `DF999`"),
        ("[rules.threee]\nx = 1", "dagdock.toml:1: no rule is called `threee`"),
        ("[rules.one]\nx = 1", "dagdock.toml:2: `one` has no option `x`, nor any other"),
        ("[rules.DF1]\nx = 1", "has no option `x`"),
        ("[rules.DL3006]\nx = 1", "has no option `x`"),
        ("[per-file-ignores]\n'a' = ['nix']", "dagdock.toml:1: no rule is called `nix`"),
        ("plugins = ['acme']", "dagdock.toml:1: the plugin `acme` is not installed beside dagdock"),
    ],
)
def test_names_in_the_configuration(text: str, message: str | None) -> None:
    chosen = selection(text)
    if message is None:
        chosen.check_names(("dockerfile", "project"))
        return
    with pytest.raises(ConfigError) as caught:
        chosen.check_names(("dockerfile", "project"))
    assert message in str(caught.value)


def test_names_on_the_command_line() -> None:
    check_asked(Choice(select=["ALL"], ignore=["DL9999"]), VOCABULARY)
    with pytest.raises(UsageError, match="--select: no rule is called `threee`; did you mean `three`"):
        check_asked(Choice(select=["threee"]), VOCABULARY)
    with pytest.raises(UsageError, match="--select: name at least one rule"):
        check_asked(Choice(select=[]), VOCABULARY)
    with pytest.raises(UsageError, match="--extend-select: dagdock has no rule for `DL9999`"):
        check_asked(Choice(extend_select=["DL9999"]), VOCABULARY)


def test_per_file_ignores(tmp_path: Path) -> None:
    path = tmp_path / "dagdock.toml"
    config = parse(str(path), b"[per-file-ignores]\n'tests/**' = ['DF101']\n'*.dev' = ['two']")
    assert config is not None
    chosen = Selection(config, Choice(), VOCABULARY)
    assert chosen.ignored_in(str(tmp_path / "tests" / "Dockerfile.dev")) == ["DF101", "two"]
    assert chosen.ignored_in(str(tmp_path / "Dockerfile")) == []
    assert chosen.ignored_in(str(tmp_path.parent / "tests" / "Dockerfile")) == []
