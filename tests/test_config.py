"""Configuration: which file holds, what it says, and errors that tell where to look."""

from __future__ import annotations

from pathlib import Path

import pytest

from dagdock.config import Config, ConfigError, Finder, line_of, parse
from dagdock.engine import Linter, Workspace


def config(text: str, path: str = "dagdock.toml") -> Config:
    found = parse(path, text.encode())
    assert found is not None
    return found


def test_everything() -> None:
    found = config(
        """
select = ["DF"]
extend-select = ["DC001"]
ignore = ["DF203"]
exclude = ["legacy/"]
airflow-version = "2.10"
trusted-registries = ["docker.io"]
strict-labels = true
[per-file-ignores]
"tests/**" = ["DF"]
[severity]
DF101 = "error"
DF102 = "off"
[label-schema]
version = "semver"
[rules.too-many-tasks]
max-tasks = 200
"""
    )
    assert found.select == ["DF"]
    assert found.extend_select == ["DC001"]
    assert found.ignore == ["DF203"]
    assert found.exclude.match("legacy/Dockerfile")
    assert found.airflow_version == "2.10"
    assert found.severity == {"DF101": "error", "DF102": "off"}
    assert found.rules == {"too-many-tasks": {"max-tasks": 200}}
    assert found.shared == {
        "trusted-registries": ["docker.io"],
        "label-schema": {"version": "semver"},
        "strict-labels": True,
    }
    [(patterns, names)] = found.per_file_ignores
    assert patterns.match("tests/a/Dockerfile") and names == ["DF"]


ERRORS = [
    ("selct = []", "dagdock.toml:1: unknown key `selct`; did you mean `select`?"),
    ("\n\nextend_select = []", "dagdock.toml:3: unknown key `extend_select`; did you mean `extend-select`?"),
    ("select = 'DF'", "dagdock.toml:1: `select` must be a list of texts"),
    ("select = [1]", "dagdock.toml:1: `select` must be a list"),
    ("[severity]\nDF101 = 'fatal'", "dagdock.toml:1: `severity` must be a table"),
    ("strict-labels = 'yes'", "`strict-labels` must be true or false"),
    ("airflow-version = 2.1", "`airflow-version` must be a version as text"),
    ("airflow-version = 'new'", "`airflow-version` must be a version as text"),
    ("[rules]\nx = 1", "`rules` must be tables"),
    ("zzz = 1", "unknown key `zzz`; known are airflow-version, "),
    ("a =", "dagdock.toml: is not valid TOML"),
    ("a = '\udcff'", "dagdock.toml: is not valid TOML"),
]


@pytest.mark.parametrize(("text", "message"), ERRORS)
def test_errors_say_where_and_what(text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse("dagdock.toml", text.encode("utf-8", "surrogateescape"))
    assert message in str(caught.value)


def test_pyproject() -> None:
    assert parse("pyproject.toml", b"[tool.ruff]\n") is None
    assert config("[tool.dagdock]\nignore = ['X']\n", "pyproject.toml").ignore == ["X"]
    with pytest.raises(ConfigError, match=r"pyproject.toml:4: unknown key `ignor`"):
        config("[project]\nname = 'x'\n[tool.dagdock]\nignor = ['X']\n", "pyproject.toml")
    with pytest.raises(ConfigError, match="must be a table"):
        config("[tool]\ndagdock = 3\n", "pyproject.toml")


@pytest.mark.parametrize(
    ("text", "keys", "line"),
    [
        ("a = 1\nb = 2", ("b",), 2),
        ("[t]\na = 1\n[u]\na = 2", ("u", "a"), 4),
        ("[rules.x-y]\nmax = 1", ("rules", "x-y", "max"), 2),
        ('[rules."x.y"]\nmax = 1', ("rules", "x.y"), 1),
        ("rules.x.max = 1", ("rules", "x", "max"), 1),
        ("[rules]\nx = { max = 1 }", ("rules", "x", "max"), 2),
        ("a = 1", ("zzz",), None),
    ],
)
def test_line_of(text: str, keys: tuple[str, ...], line: int | None) -> None:
    assert line_of(text, keys) == line


def test_the_nearest_holds(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "dagdock.toml").write_text("ignore = ['top']")
    (tmp_path / "a" / "pyproject.toml").write_text("[tool.dagdock]\nignore = ['a']")
    (tmp_path / "a" / "b" / "pyproject.toml").write_text("[project]\nname = 'says nothing about dagdock'")
    finder = Finder()
    assert finder.of_folder(str(tmp_path)).ignore == ["top"]
    assert finder.of_folder(str(tmp_path / "a" / "b")).ignore == ["a"]
    assert Finder(isolated=True).of_folder(str(tmp_path)).ignore == []
    assert Finder(explicit=str(tmp_path / "dagdock.toml")).of_folder(str(tmp_path / "a")).ignore == ["top"]


def test_peers_files_hold_where_there_is_none_of_ours(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / ".hadolint.yaml").write_text("ignored: [DL3008]")
    (tmp_path / "a" / ".dclintrc").write_text('{"rules": {"no-version-field": 0}}')
    finder = Finder()
    assert finder.of_folder(str(tmp_path / "a")).ignore == ["DL3008", "dclint:no-version-field"]
    assert finder.of_folder(str(tmp_path)).ignore == ["DL3008"]
    (tmp_path / "dagdock.toml").write_text("ignore = ['own']")
    assert Finder().of_folder(str(tmp_path / "a")).ignore == ["own"]


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere.toml: cannot be read: No such file"):
        Finder(explicit=str(tmp_path / "nowhere.toml"))
    (tmp_path / ".hadolint.yaml").write_text("ignored: [")
    with pytest.raises(ConfigError, match=r"hadolint.yaml: cannot be read: line 2"):
        Finder().of_folder(str(tmp_path))


def test_hadolint_environment_adds_to_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HADOLINT_IGNORE", "DL3009")
    monkeypatch.setenv("HADOLINT_NOFAIL", "1")
    (tmp_path / ".hadolint.yaml").write_text("ignored: [DL3008]")
    config = Finder().of_folder(str(tmp_path))
    assert (config.ignore, config.fail_on) == (["DL3008", "DL3009"], "never")
    (tmp_path / "dagdock.toml").write_text("")
    assert Finder().of_folder(str(tmp_path)).ignore == []


def test_hadolint_comments_can_be_switched_off(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("# hadolint ignore=DL3007\nFROM debian:latest\n")
    (tmp_path / ".hadolint.yaml").write_text("disable-ignore-pragma: true")
    linter, workspace = Linter(finder=Finder()), Workspace()
    result = linter.check(workspace, [workspace.target(str(tmp_path / "Dockerfile"))])
    assert "hadolint:DL3007" in {alias for finding in result.findings for alias in finding.aliases}
