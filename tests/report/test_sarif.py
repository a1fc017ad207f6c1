"""The SARIF log: valid, complete as code scanning reads it, and what validators do not see."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import fastjsonschema
import pytest
import sarif_om

from dagdock import __version__
from dagdock.fix import Edit, Fix
from dagdock.report import sarif
from dagdock.result import Failure, Result
from dagdock.rule import Bad, Finding, Problem, Related, Severity
from dagdock.text import Source

ROOT = Path(__file__).parents[2]
SCHEMA = ROOT / "fixtures/schemas/sarif-2.1.0.json"
# What the multitool says about every log without Microsoft's own habits: message ids, Pascal-case names, snippets.
EXPECTED_NOTES = {"SARIF2002", "SARIF2003", "SARIF2005", "SARIF2006", "SARIF2010", "SARIF2011", "SARIF2012"}


@pytest.fixture
def rich(kit: Any) -> Result:
    """A result with everything that a log can carry."""
    (copy,) = kit.marked("FROM a\n«COPY . .»\n", "my app/Dockerfile")
    (build,) = kit.marked("services: {🐳: {build: «app»}}\n", "compose.yaml")
    (secret,) = kit.marked("ENV A=«x[1](2)»\n", "caf\udce9/Dockerfile")
    (runbook,) = kit.marked("DAG(«'x'»)\n", "dags/a#1.py")
    rule = kit.rule(aliases=["hadolint:DL3059"], tags=["cache"], bad=[Bad("FROM a\n«COPY . .»\n")], good=["FROM a\n"])
    leak = kit.rule("DF701", "secret-in-env", severity="error", security=8.25, precision="very-high")
    acme = kit.rule("ACME201", "missing-runbook", plugin="dagdock_acme", severity="info")
    fix = Fix("Mend it", [Edit(copy, "é"), Edit(build, "")], "unsafe")
    result: Result = kit.result(
        (rule, Problem(copy, "all of it", related=[Related(build, "built [here]")], fix=fix)),
        (leak, Problem(secret, "`x[1](2)` is a secret \udcff")),
        (leak, Problem(secret, "again", severity="warning")),
        (acme, Problem(runbook, "no runbook")),
    )
    result.plugins = {"dagdock_acme": "1.2.0"}
    result.errors = [Failure("crashed: KeyError", "dags/b.py", rule="ACME201"), Failure("plugin x does not load")]
    return result


def logged(kit: Any, result: Result) -> Any:
    return json.loads(kit.written("sarif", result))


def valid(log: Any) -> bool:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    schema["$schema"] = "http://json-schema.org/draft-07/schema#"
    fastjsonschema.compile(schema)(log)
    return True


def test_logs_are_valid(kit: Any, rich: Result) -> None:
    assert valid(logged(kit, rich))
    assert valid(logged(kit, kit.result()))


def test_the_schema_in_use_does_refuse(kit: Any, rich: Result) -> None:
    log = logged(kit, rich)
    log["runs"][0]["results"][0]["level"] = "info"
    with pytest.raises(fastjsonschema.JsonSchemaException):
        valid(log)


def test_the_run(kit: Any, rich: Result) -> None:
    log = logged(kit, rich)
    (run,) = log["runs"]
    assert log["$schema"] == "https://json.schemastore.org/sarif-2.1.0.json" and log["version"] == "2.1.0"
    assert run["columnKind"] == "unicodeCodePoints"
    assert run["automationDetails"] == {"id": "dagdock/check/"}
    assert "uri" not in run["originalUriBaseIds"]["SRCROOT"]
    driver = run["tool"]["driver"]
    assert (driver["name"], driver["semanticVersion"]) == ("dagdock", __version__)
    assert [rule["id"] for rule in driver["rules"]] == ["DF203", "DF701"]
    (extension,) = run["tool"]["extensions"]
    assert (extension["name"], extension["version"]) == ("dagdock_acme", "1.2.0")
    assert [rule["id"] for rule in extension["rules"]] == ["ACME201"]


def test_rules_say_all_that_code_scanning_shows(kit: Any, rich: Result) -> None:
    plain, leak = logged(kit, rich)["runs"][0]["tool"]["driver"]["rules"]
    assert plain["name"] == "copy-before-install"
    assert plain["shortDescription"]["text"] == "The source is copied before the dependencies are installed."
    assert "installs everything again" in plain["fullDescription"]["text"]
    assert "https://docs.docker.com/build/cache/" in plain["help"]["text"]
    assert "```dockerfile\nFROM a\nCOPY . .\n```" in plain["help"]["markdown"]
    assert plain["defaultConfiguration"] == {"level": "warning"}
    assert plain["properties"] == {
        "tags": ["dockerfile", "cache"],
        "precision": "high",
        "problem.severity": "warning",
        "aliases": ["hadolint:DL3059"],
    }
    assert leak["properties"] == {
        "tags": ["security", "dockerfile"],
        "precision": "very-high",
        "problem.severity": "error",
        "security-severity": "8.2",
    }


def test_results_are_whole_and_the_worst_come_first(kit: Any, rich: Result) -> None:
    results = logged(kit, rich)["runs"][0]["results"]
    assert [(result["ruleId"], result["level"], result["kind"]) for result in results] == [
        ("DF701", "error", "fail"),
        ("DF203", "warning", "fail"),
        ("DF701", "warning", "fail"),
        ("ACME201", "note", "fail"),
    ]
    assert [result.get("ruleIndex") for result in results] == [1, 0, 1, None]
    assert results[3]["rule"] == {"id": "ACME201", "index": 0, "toolComponent": {"index": 0}}
    for result in results:
        (location,) = result["locations"]
        region = location["physicalLocation"]["region"]
        assert set(region) == {"startLine", "startColumn", "endLine", "endColumn"}
        assert result["partialFingerprints"]["primaryLocationLineHash"].endswith(":1")
        assert "suppressions" not in result


def test_columns_count_code_points(kit: Any, rich: Result) -> None:
    related = logged(kit, rich)["runs"][0]["results"][1]["relatedLocations"]
    assert related[0]["physicalLocation"]["region"] == {
        "startLine": 1,
        "startColumn": 23,
        "endLine": 1,
        "endColumn": 26,
    }


def test_paths_are_relative_and_encoded(kit: Any, rich: Result) -> None:
    places = [
        result["locations"][0]["physicalLocation"]["artifactLocation"]
        for result in logged(kit, rich)["runs"][0]["results"]
    ]
    assert {place["uriBaseId"] for place in places} == {"SRCROOT"}
    assert [place["uri"] for place in places] == [
        "caf%E9/Dockerfile",
        "my%20app/Dockerfile",
        "caf%E9/Dockerfile",
        "dags/a%231.py",
    ]


def test_messages_link_to_related_places_and_nothing_else_is_a_link(kit: Any, rich: Result) -> None:
    results = logged(kit, rich)["runs"][0]["results"]
    assert results[1]["message"]["text"] == "all of it\n\nSee also: [built \\[here\\] (compose.yaml:1)](1)."
    assert results[1]["relatedLocations"][0]["id"] == 1
    assert results[0]["message"]["text"] == "`x[1]\\(2)` is a secret \ufffd"


def test_a_fix_says_what_changes_in_each_file(kit: Any, rich: Result) -> None:
    (fix,) = logged(kit, rich)["runs"][0]["results"][1]["fixes"]
    assert fix["properties"] == {"safety": "unsafe"}
    assert [change["artifactLocation"]["uri"] for change in fix["artifactChanges"]] == [
        "my%20app/Dockerfile",
        "compose.yaml",
    ]
    assert fix["artifactChanges"][0]["replacements"] == [
        {
            "deletedRegion": {"startLine": 2, "startColumn": 1, "endLine": 2, "endColumn": 9},
            "insertedContent": {"text": "é"},
        }
    ]


def test_what_could_not_be_checked_is_a_notification(kit: Any, rich: Result) -> None:
    (invocation,) = logged(kit, rich)["runs"][0]["invocations"]
    assert invocation["executionSuccessful"] is False
    crash, plugin = invocation["toolExecutionNotifications"]
    assert crash["level"] == plugin["level"] == "error"
    assert crash["associatedRule"]["id"] == "ACME201"
    assert crash["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "dags/b.py"
    assert plugin["message"]["text"] == "plugin x does not load" and "locations" not in plugin
    assert logged(kit, kit.result())["runs"][0]["invocations"] == [{"executionSuccessful": True}]


def test_only_the_most_severe_are_kept_of_too_many(kit: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "MAX_RESULTS", 2)
    spans = kit.marked("«a»\n«b»\n«c»\n")
    severities: list[Severity] = ["info", "error", "warning"]
    problems = [(kit.rule(), Problem(s, s.text, severity=v)) for s, v in zip(spans, severities, strict=True)]
    (run,) = logged(kit, kit.result(*problems))["runs"]
    assert [result["message"]["text"] for result in run["results"]] == ["b", "c"]
    (notification,) = run["invocations"][0]["toolExecutionNotifications"]
    assert notification["level"] == "warning" and "1 more" in notification["message"]["text"]
    assert run["invocations"][0]["executionSuccessful"] is True


@pytest.mark.parametrize("category", ["services/api", "services/api/"])
def test_the_category_is_all_before_the_last_slash(kit: Any, category: str) -> None:
    result = kit.result()
    assert logged(kit, result)["runs"][0]["automationDetails"] == {"id": "dagdock/check/"}
    result.category = category
    assert logged(kit, result)["runs"][0]["automationDetails"] == {"id": "services/api/"}


def test_a_rule_shows_no_more_tags_and_text_than_it_may(kit: Any) -> None:
    (span,) = kit.marked("«x»")
    rule = kit.rule(tags=[f"t{number}" for number in range(30)], security=10)
    rule.check.__doc__ = rule.summary + "\n\n" + "word " * 1000
    (written,) = logged(kit, kit.result((rule, Problem(span, "m"))))["runs"][0]["tool"]["driver"]["rules"]
    assert len(written["properties"]["tags"]) == 10 and written["properties"]["tags"][0] == "security"
    assert written["properties"]["security-severity"] == "10.0"
    assert len(written["fullDescription"]["text"]) == 1024


def test_the_converter_keeps_what_readers_would_get_wrong() -> None:
    suppression = sarif_om.Suppression(kind="inSource", state="accepted")
    assert sarif.to_dict(suppression) == {"kind": "inSource", "status": "accepted"}
    result = sarif_om.Result(message=sarif_om.Message(text="x"), level="warning")
    assert sarif.to_dict(result) == {"message": {"text": "x"}, "kind": "fail", "level": "warning"}


def test_an_absolute_path_has_no_base(kit: Any) -> None:
    source = Source("/tmp/a b/Dockerfile", "x")
    finding = Finding(kit.rule(), Problem(source.whole, "m"), "info")
    result = Result()
    result.findings = [finding]
    location = logged(kit, result)["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert location == {"uri": "file:///tmp/a%20b/Dockerfile"}


@pytest.fixture
def multitool(package: Any) -> str:
    """Microsoft's validator."""
    program: Path = package("@microsoft/sarif-multitool-linux") / "Sarif.Multitool"
    program.chmod(0o755)  # npm sets that bit in a script of the package, which may be switched off
    return str(program)


def test_the_multitool_finds_no_error(kit: Any, rich: Result, multitool: str, tmp_path: Path) -> None:
    log, found = tmp_path / "log.sarif", tmp_path / "found.sarif"
    log.write_text(kit.written("sarif", rich), encoding="utf-8")
    command = [multitool, "validate", str(log), "--rule-kind", "Sarif;Ghas", "--level", "Error;Warning;Note"]
    subprocess.run([*command, "-o", str(found), "--log", "ForceOverwrite"], check=True, capture_output=True)
    # It exits with 0 whatever it finds.
    results = json.loads(found.read_text(encoding="utf-8-sig"))["runs"][0].get("results", [])
    assert [result for result in results if result.get("level") == "error"] == []
    assert {result["ruleId"] for result in results} <= EXPECTED_NOTES | {"SARIF2004"}


def test_the_multitool_computes_the_same_line_hashes(kit: Any, multitool: str, tmp_path: Path) -> None:
    text = "FROM «debian:12»\nRUN «a» \t# naïve 🐳\n\n«RUN a»\nRUN «a» # naïve 🐳\r\nCMD «[]»"
    path = tmp_path / "Dockerfile"
    spans = kit.marked(text, path.as_posix())
    path.write_bytes(spans[0].source.encode())
    rule = kit.rule()
    log, found = tmp_path / "log.sarif", tmp_path / "found.sarif"
    written = logged(kit, kit.result(*((rule, Problem(span, "m")) for span in spans)))
    ours = [result.pop("partialFingerprints") for result in written["runs"][0]["results"]]
    log.write_text(json.dumps(written), encoding="utf-8")
    command = [multitool, "rewrite", str(log), "-o", str(found), "--log", "ForceOverwrite"]
    subprocess.run(
        [*command, "--insert", "RollingHashPartialFingerprints"], check=True, capture_output=True, cwd=tmp_path
    )
    results = json.loads(found.read_text(encoding="utf-8-sig"))["runs"][0]["results"]
    assert [result["partialFingerprints"] for result in results] == ours
