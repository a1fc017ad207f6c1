"""`dagdock init`: what is missing is written, what is there stays, and everything is said."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import pytest

from dagdock import config
from dagdock.cli import main
from dagdock.ignorefile import parse as parse_ignore_file
from dagdock.starter import SETTINGS, ignore_text, init_command
from dagdock.text import Source

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


def init(folder: Path) -> int:
    return init_command(argparse.Namespace(folder=str(folder)))


def uncommented(text: str) -> str:
    """The file with its examples in force: every comment that is one, read as TOML."""
    lines = [line.removeprefix("# ") for line in text.splitlines() if "=" in line or line.startswith("# [")]
    return "\n".join(lines)


def test_an_empty_folder_gets_a_config_and_a_hook(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert init(tmp_path) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [".pre-commit-config.yaml", "dagdock.toml"]
    said = capsys.readouterr().out
    assert "dagdock.toml: written" in said and ".pre-commit-config.yaml: written" in said
    text = (tmp_path / "dagdock.toml").read_text(encoding="utf-8")
    assert tomllib.loads(text) == {}
    assert config.read(str(tmp_path / "dagdock.toml"))


def test_every_example_in_the_starter_is_a_config_that_works(tmp_path: Path) -> None:
    assert init(tmp_path) == 0
    path = tmp_path / "dagdock.toml"
    examples = uncommented(path.read_text(encoding="utf-8"))
    assert set(tomllib.loads(examples)) == {key for key, _, _ in SETTINGS}
    path.write_text(examples, encoding="utf-8")
    (tmp_path / "baseline.json").write_text('{"version": 1, "known": []}')
    assert main(["check", str(tmp_path), "--config", str(path)]) == 0


def test_a_second_run_changes_nothing_and_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "Dockerfile").write_text("FROM debian:12\nCOPY . .\n")
    assert init(tmp_path) == 0
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert ".dockerignore" in before
    capsys.readouterr()
    assert init(tmp_path) == 0
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    said = capsys.readouterr().out
    assert said.count("kept as it is") == 2 and "written" not in said


@pytest.mark.parametrize("name", ["dagdock.toml", ".dagdock.toml"])
def test_a_config_that_is_there_is_kept(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text('ignore = ["DF203"]\n')
    assert init(tmp_path) == 0
    assert (tmp_path / name).read_text() == 'ignore = ["DF203"]\n'
    assert len(list(tmp_path.glob("*dagdock.toml"))) == 1


def test_a_pyproject_counts_when_it_speaks_of_dagdock(tmp_path: Path) -> None:
    pyproject = tmp_path / "pyproject.toml"
    pyproject.write_text("[project]\nname = 'x'\n")
    assert init(tmp_path) == 0 and (tmp_path / "dagdock.toml").exists()
    (tmp_path / "dagdock.toml").unlink()
    pyproject.write_text("[tool.dagdock]\n")
    assert init(tmp_path) == 0 and not (tmp_path / "dagdock.toml").exists()


def test_settings_of_other_linters_are_taken_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / ".hadolint.yaml").write_text(
        "ignored: [DL3008]\n"
        "override: {error: [DL3006], style: [DL3015]}\n"
        "trustedRegistries: [docker.io, 'quay.io']\n"
        "label-schema: {author: text}\n"
        "strict-labels: true\n"
        "failure-threshold: error\n"
    )
    (tmp_path / ".dclintrc").write_text('{"rules": {"no-version-field": 0}, "exclude": ["legacy/**"]}')
    assert init(tmp_path) == 0
    assert tomllib.loads((tmp_path / "dagdock.toml").read_text(encoding="utf-8")) == {
        "ignore": ["DL3008", "dclint:no-version-field"],
        "exclude": ["legacy/**"],
        "severity": {"DL3006": "error", "DL3015": "info"},
        "trusted-registries": ["docker.io", "quay.io"],
        "label-schema": {"author": "text"},
        "strict-labels": True,
        "fail-on": "error",
    }
    said = capsys.readouterr().out
    assert ".hadolint.yaml: taken over; this file may go\n  DL3008 is ignored: " in said
    assert "  DL3006 is an error: DF101 untagged-base-image" in said
    assert "  trusted-registries is docker.io, quay.io\n" in said and "  fail-on is error\n" in said
    assert "  strict-labels is true\n" in said
    assert ".dclintrc: taken over; this file may go\n  dclint:no-version-field is ignored: DC005 " in said
    assert main(["check", str(tmp_path)]) == 0


def test_what_is_not_taken_over_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / ".hadolint.yaml").write_text(
        "ignored: [DL9999]\nformat: json\noverride: {loud: [DL3006]}\nfailure-threshold: never\nbase: x\n"
        "trustedRegistries: quay.io\ndisable-ignore-pragma: true\nno-fail: true\n"
    )
    (tmp_path / ".dclintrc.json").write_text(
        '{"rules": {"service-image-require-explicit-tag": [2, {"prohibitedTags": ["latest"]}],'
        ' "require-quotes-in-ports": 1, "no-version-field": "off"}, "quiet": true, "$schema": "x"}'
    )
    (tmp_path / "dclint.config.js").write_text("module.exports = {}\n")
    assert init(tmp_path) == 0
    said = capsys.readouterr().out
    for line in (
        "  DL9999 is ignored: no rule here answers to it yet",
        "  trusted-registries is quay.io",
        "  hadolint-comments is false",
        "  fail-on is never",
        "  not taken over: `format`, which is an option here: `--format`",
        "  not taken over: `override: loud`, which is no level",
        "  not taken over: `failure-threshold: never`, which is no level",
        "  not taken over: `base`, which hadolint does not know either",
        "  dclint:service-image-require-explicit-tag is an error: DC101 ",
        "  dclint:require-quotes-in-ports is a warning: ",
        "  not taken over: the options of `service-image-require-explicit-tag`",
        "  not taken over: the level of `no-version-field`, which is none",
        "  not taken over: `quiet`, which is an option here: `--fail-on error`",
        "dclint.config.js: left out: it is a program, and dagdock runs none",
    ):
        assert line in said, line
    assert "$schema" not in said


PEERS = {
    ".hadolint.yaml": "ignored: [DL3009]\noverride: {error: [DL3007], info: [DL3006]}\nfailure-threshold: error\n",
    ".dclintrc": '{"rules": {"no-version-field": 2}, "exclude": ["old/**"]}',
    "sub/.hadolint.yaml": "disable-ignore-pragma: true\noverride: {info: [DL3007]}\n",
    "other/.dclintrc": '{"rules": {"no-version-field": 0}}',
}


@pytest.mark.parametrize("left", [(), ("sub/.hadolint.yaml",), (".hadolint.yaml", ".dclintrc"), (".dclintrc",)])
def test_check_gives_the_same_before_and_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], left: tuple[str, ...]
) -> None:
    dockerfile = "# hadolint ignore=DL3002\nFROM debian:latest\nRUN apt-get update\nUSER root\n"
    for folder in (".", "sub", "sub/deep", "other", "old"):
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / "Dockerfile").write_text(dockerfile + "# hadolint ignore=DL3003\nFROM debian\n")
        (tmp_path / folder / "compose.yaml").write_text("version: '3'\nservices: {a: {image: 'b:latest'}}\n")
    for path, text in PEERS.items():
        if path not in left:
            (tmp_path / path).write_text(text)
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    statuses, reports = [], []
    for paths in (["."], ["sub"], ["other/compose.yaml"], ["old"]):
        statuses.append(main(["check", "--format", "json", *paths]))
        reports.append(capsys.readouterr().out)
    assert init(tmp_path) == 0
    capsys.readouterr()
    assert (tmp_path / "sub/dagdock.toml").exists() == ("sub/.hadolint.yaml" not in left)
    for paths, status, report in zip((["."], ["sub"], ["other/compose.yaml"], ["old"]), statuses, reports, strict=True):
        assert main(["check", "--format", "json", *paths]) == status
        assert capsys.readouterr().out == report
    for path in PEERS:
        (tmp_path / path).unlink(missing_ok=True)  # "this file may go"
    assert main(["check", "--format", "json"]) == statuses[0]
    assert capsys.readouterr().out == reports[0]


def test_a_config_above_holds_here_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.dagdock]\nignore = ['DF102']\n")
    (tmp_path / "a").mkdir()
    (tmp_path / "a/.hadolint.yaml").write_text("ignored: [DL3009]\n")
    assert init(tmp_path / "a") == 0
    assert "../pyproject.toml: kept as it is; it configures dagdock here too" in capsys.readouterr().out
    assert not (tmp_path / "a/dagdock.toml").exists()


def test_a_file_of_a_peer_that_is_broken_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / ".hadolint.yaml").write_text("ignored: [\n")
    assert init(tmp_path) == 0
    assert ".hadolint.yaml: left out, it cannot be read" in capsys.readouterr().out


def test_an_ignore_file_comes_to_the_context_that_is_copied_whole(tmp_path: Path) -> None:
    for folder, copied in (("web", "."), ("job", "app.py"), ("done", "."), ("built", ".")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "Dockerfile").write_text(f"FROM debian:12\nCOPY {copied} /app/\n")
    (tmp_path / "done/.dockerignore").write_text(".git\n")
    (tmp_path / "built/Dockerfile").write_text("FROM debian:12 AS a\nFROM a\nCOPY --from=a . /app/\n")
    assert init(tmp_path) == 0
    assert [str(path.parent.name) for path in sorted(tmp_path.rglob(".dockerignore"))] == ["done", "web"]
    assert (tmp_path / "done/.dockerignore").read_text() == ".git\n"


def test_an_ignore_file_spares_what_the_build_copies_by_name() -> None:
    text = ignore_text([".", "docker/dev.key", ".env"])
    ignored = parse_ignore_file(Source(".dockerignore", text))
    assert not ignored.ignored("docker/dev.key") and not ignored.ignored(".env")
    for path in (
        ".git/config",
        ".env.prod",
        "a/b/__pycache__/x.pyc",
        "node_modules/x/y.js",
        "Dockerfile",
        "id_rsa.pub",
    ):
        assert ignored.ignored(path), path
    for path in ("app/main.py", "requirements.txt", "environment.py", "src/keys.py"):
        assert not ignored.ignored(path), path


def test_a_pre_commit_config_is_not_touched_but_told_what_to_add(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / ".pre-commit-config.yaml"
    path.write_text("repos: []\n")
    assert init(tmp_path) == 0
    assert path.read_text() == "repos: []\n"
    assert "- id: dagdock" in capsys.readouterr().out


def test_no_folder_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert init(tmp_path / "nowhere") == 2
    assert "is no folder" in capsys.readouterr().err


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes")
def test_what_is_no_file_is_neither_read_nor_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in (".hadolint.yaml", ".pre-commit-config.yaml"):
        os.mkfifo(tmp_path / name)
    assert init(tmp_path) == 2
    assert ".pre-commit-config.yaml: File exists" in capsys.readouterr().err
