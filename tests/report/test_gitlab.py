"""GitLab's code quality report: the shape it documents, and fingerprints that tell findings apart."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from dagdock.result import Failure
from dagdock.rule import Problem, Severity

SCHEMA = json.loads((Path(__file__).parents[2] / "fixtures/schemas/gitlab-code-quality.json").read_text("utf-8"))


@pytest.fixture(autouse=True)
def no_project(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI_PROJECT_DIR", raising=False)


def reported(kit: Any, result: Any) -> Any:
    text = kit.written("gitlab", result)
    assert text.isascii() and text.endswith("\n")
    report = json.loads(text)
    jsonschema.Draft202012Validator(SCHEMA).validate(report)
    assert len({entry["fingerprint"] for entry in report}) == len(report)
    return report


def test_a_finding(kit: Any) -> None:
    (span,) = kit.marked("FROM a\n«RUN a \\\n b\n»")
    (entry,) = reported(kit, kit.result((kit.rule(), Problem(span, "`a` is wrong"))))
    assert len(entry.pop("fingerprint")) == 20
    assert entry == {
        "description": "`a` is wrong",
        "check_name": "DF203 copy-before-install",
        "severity": "major",
        "location": {"path": "Dockerfile", "lines": {"begin": 2, "end": 3}},
    }


def test_nothing_found_is_an_empty_list(kit: Any) -> None:
    assert reported(kit, kit.result()) == []


def test_equal_findings_are_told_apart(kit: Any) -> None:
    severities: list[Severity] = ["error", "warning", "info", "info"]
    spans = kit.marked("«RUN a»\n" * 4)
    problems = [(kit.rule(), Problem(s, "m", severity=v)) for s, v in zip(spans, severities, strict=True)]
    assert [entry["severity"] for entry in reported(kit, kit.result(*problems))] == [
        *("critical", "major", "info", "info")
    ]


def test_what_could_not_be_checked_blocks(kit: Any) -> None:
    result = kit.result()
    result.errors = [Failure("crashed", "dags/b.py", rule="AF101"), Failure("x"), Failure("x")]
    report = reported(kit, result)
    assert [(entry["severity"], entry["check_name"]) for entry in report] == [
        *(("blocker", "AF101 crashed"), ("blocker", "failed"), ("blocker", "failed"))
    ]


def test_bytes_that_are_no_text_do_no_harm(kit: Any) -> None:
    (span,) = kit.marked("«x»", "caf\udce9/\n%\"'🐳/Dockerfile")
    (entry,) = reported(kit, kit.result((kit.rule(), Problem(span, "naïve \udcff \x00"))))
    assert entry["location"]["path"] == "caf\ufffd/\n%\"'🐳/Dockerfile"
    assert entry["description"] == "naïve \ufffd \x00"


def test_paths_start_at_the_repository(kit: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "app").mkdir()
    monkeypatch.chdir(tmp_path / "app")
    monkeypatch.setenv("CI_PROJECT_DIR", str(tmp_path))
    (span,) = kit.marked("«x»")
    (entry,) = reported(kit, kit.result((kit.rule(), Problem(span, "m"))))
    assert entry["location"]["path"] == "app/Dockerfile"


@pytest.mark.parametrize(
    "fault",
    [
        {"severity": "error"},
        {"description": ""},
        {"fingerprint": None},
        {"location": {"path": "./Dockerfile", "lines": {"begin": 1}}},
        {"location": {"path": "Dockerfile"}},
    ],
)
def test_the_schema_does_refuse(kit: Any, fault: dict[str, Any]) -> None:
    (span,) = kit.marked("«x»")
    (entry,) = reported(kit, kit.result((kit.rule(), Problem(span, "m"))))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(SCHEMA).validate([{**entry, **fault}])
