"""What other linters' comments and configuration files say in our terms."""

from __future__ import annotations

import pytest

from dagdock.peers import is_foreign, left_out, mentioned, read_comment, read_config, read_environment

COMMENTS = [
    ("# hadolint ignore=DL3008,SC2086", "dockerfile", "hadolint", "statement", ["DL3008", "SC2086"]),
    ("#hadolint ignore = DL3008 , DL3009", "dockerfile", "hadolint", "statement", ["DL3008", "DL3009"]),
    ("# hadolint global ignore=DL3002", "dockerfile", "hadolint", "file", ["DL3002"]),
    ("# hadolint stage ignore=DL3002", "dockerfile", "hadolint", "stage", ["DL3002"]),
    ("# check=skip=JSONArgsRecommended", "dockerfile", "buildkit", "statement", ["JSONArgsRecommended"]),
    ("# check=skip=A,B;error=true", "dockerfile", "buildkit", "statement", ["A", "B"]),
    ("# check=error=true;skip=A", "dockerfile", "buildkit", "statement", ["A"]),
    ("# check=skip=all", "dockerfile", "buildkit", "statement", ["buildkit:*"]),
    ("# check=skip=A // a secret", "dockerfile", "buildkit", "statement", ["A"]),
    ("# dclint disable", "compose", "dclint", "file", ["dclint:*"]),
    ("# dclint disable no-version-field other", "compose", "dclint", "file", ["no-version-field", "other"]),
    ("# dclint disable-line", "compose", "dclint", "line", ["dclint:*"]),
    ("# dclint disable-line no-version-field", "compose", "dclint", "line", ["no-version-field"]),
    ("# noqa", "dag", "noqa", "line", ["ALL"]),
    ("# noqa: AIR301", "dag", "noqa", "line", ["AIR301"]),
    ("# NOQA:AIR301, E501", "dag", "noqa", "line", ["AIR301", "E501"]),
    ("# noqa: AIR301 because of that", "dag", "noqa", "line", ["AIR301"]),
    ("# why # noqa: AIR301", "dag", "noqa", "line", ["AIR301"]),
    ("# ruff: noqa", "dag", "noqa", "file", ["ALL"]),
    ("# ruff: noqa: AIR301", "dag", "noqa", "file", ["AIR301"]),
    ("#trivy:ignore:DS-0002", "dockerfile", "trivy", "statement", ["DS-0002"]),
    ("#checkov:skip=CKV_DOCKER_2:not needed", "dockerfile", "checkov", "file", ["CKV_DOCKER_2"]),
]


@pytest.mark.parametrize(("comment", "kind", "style", "scope", "names"), COMMENTS)
def test_comment(comment: str, kind: str, style: str, scope: str, names: list[str]) -> None:
    said = read_comment(comment, kind)
    assert said is not None
    assert (said.style, said.scope, [name for name, _ in said.names]) == (style, scope, names)
    assert mentioned(comment)
    for name, at in said.names:
        if name != "ALL" and not name.endswith("*"):
            assert comment[at : at + len(name)] == name


@pytest.mark.parametrize(
    ("comment", "kind"),
    [
        ("# a comment", "dockerfile"),
        ("# hadolint ignore=DL3008", "compose"),
        ("# hadolint shell=powershell", "dockerfile"),
        ("# check=error=true", "dockerfile"),
        ("# noqa: AIR301", "dockerfile"),
        ("# dclint disable-lines", "compose"),
    ],
)
def test_no_comment(comment: str, kind: str) -> None:
    assert read_comment(comment, kind) is None


def test_a_reason_is_kept() -> None:
    said = read_comment("#checkov:skip=CKV_DOCKER_2: not needed", "dockerfile")
    assert said is not None and said.reason == "not needed"


def test_hadolint_configuration() -> None:
    text = """
ignored: [DL3008, SC2086]
override:
  error: [DL3002]
  style: [DL4000]
trustedRegistries: [docker.io]
label-schema: {author: text}
strict-labels: true
failure-threshold: error
"""
    assert read_config(".hadolint.yaml", text) == {
        "ignore": ["DL3008", "SC2086"],
        "severity": {"DL3002": "error", "DL4000": "info"},
        "trusted-registries": ["docker.io"],
        "label-schema": {"author": "text"},
        "strict-labels": True,
        "fail-on": "error",
    }


def test_dclint_configuration() -> None:
    text = '{"rules": {"a": 0, "b": 1, "c": [2, {"x": 1}]}, "exclude": ["tests"], "quiet": false}'
    assert read_config(".dclintrc", text) == {
        "exclude": ["tests"],
        "ignore": ["dclint:a"],
        "extend-select": ["dclint:b", "dclint:c"],
        "severity": {"dclint:b": "warning", "dclint:c": "error"},
    }


def test_options_of_dclint() -> None:
    text = """{"rules": {
        "no-build-and-image": [2, {"checkPullPolicy": false}], "require-quotes-in-ports": [0, {"quoteType": "single"}],
        "no-version-field": [1, 7]
    }}"""
    assert read_config(".dclintrc", text)["rules"] == {"build-and-image": {"check-pull-policy": False}}
    assert left_out(".dclintrc", text) == ["the options of `no-version-field`"]


@pytest.mark.parametrize("text", ["", "- a", "ignored: 3", "override: []", "rules: 7", "1"])
def test_odd_configurations_say_nothing(text: str) -> None:
    for name in (".hadolint.yaml", ".dclintrc"):
        assert not any(read_config(name, text).values())


def test_broken_configuration() -> None:
    with pytest.raises(ValueError, match="line 2: did not find"):
        read_config(".hadolint.yaml", "ignored: [")


@pytest.mark.parametrize("name", ["DL3008", "sc2086", "CKV_DOCKER_3", "AIR301", "E501", "C8306", "dclint:x", "DS-0001"])
def test_foreign(name: str) -> None:
    assert is_foreign(name)


@pytest.mark.parametrize("name", ["copy-before-install", "cache", "x:y"])
def test_not_foreign(name: str) -> None:
    assert not is_foreign(name)


def test_hadolint_environment() -> None:
    assert read_environment({}) == {}
    assert read_environment({"HADOLINT_FORMAT": "json", "PATH": "/bin"}) == {}
    given = {
        "HADOLINT_IGNORE": "DL3008, SC2086",
        "HADOLINT_OVERRIDE_ERROR": "DL3002",
        "HADOLINT_OVERRIDE_STYLE": "DL3002,DL3003",
        "HADOLINT_TRUSTED_REGISTRIES": "docker.io,*.example.com",
        "HADOLINT_REQUIRE_LABELS": "version:semver,maintainer",
        "HADOLINT_STRICT_LABELS": "1",
        "HADOLINT_DISABLE_IGNORE_PRAGMA": "true",
        "HADOLINT_FAILURE_THRESHOLD": "error",
    }
    assert read_environment(given) == {
        "ignore": ["DL3008", "SC2086"],
        "severity": {"DL3002": "error", "DL3003": "info"},
        "trusted-registries": ["docker.io", "*.example.com"],
        "label-schema": {"version": "semver", "maintainer": "text"},
        "strict-labels": True,
        "hadolint-comments": False,
        "fail-on": "error",
    }
    assert read_environment({"HADOLINT_NOFAIL": "1"}) == {"fail-on": "never"}
    assert read_environment({"HADOLINT_NOFAIL": "0"}) == {}
