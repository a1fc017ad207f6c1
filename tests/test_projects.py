"""The small repositories of fixtures/projects: `shop` shows what dagdock finds, `tidy` that it can be content.

What `shop` gives is kept in `shop.expected/`. After a wanted change, write it anew and read the difference:

    DAGDOCK_UPDATE_GOLDEN=1 python -m pytest tests/test_projects.py
"""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import dagdock

ROOT = Path(__file__).resolve().parent.parent
PROJECTS = ROOT / "fixtures" / "projects"
SHOP = PROJECTS / "shop"
TIDY = PROJECTS / "tidy"
UPDATE = bool(os.environ.get("DAGDOCK_UPDATE_GOLDEN"))

# What a reader of the demo should see, whatever else is found: each line of the list is one mistake of `shop`.
MISTAKES = [
    ("Dockerfile", "airflow-constraints"),
    ("Dockerfile", "apt-lists-left"),
    ("Dockerfile", "copy-before-install"),
    ("Dockerfile", "global-arg-in-stage"),
    ("Dockerfile", "lost-run-state"),
    ("Dockerfile", "missing-dockerignore"),
    ("Dockerfile", "pip-cache-left"),
    ("Dockerfile", "root-user"),
    ("Dockerfile", "run-starts-server"),
    ("Dockerfile", "shell-form-cmd"),
    ("Dockerfile", "system-install-after-copy"),
    ("compose.yaml", "airflow-images-differ"),
    ("compose.yaml", "build-arg-undeclared"),
    ("compose.yaml", "credential-in-url"),
    ("compose.yaml", "database-without-volume"),
    ("compose.yaml", "depends-on-ignores-healthcheck"),
    ("compose.yaml", "docker-socket-mount"),
    ("compose.yaml", "duplicate-host-port"),
    ("compose.yaml", "image-tag-not-pinned"),
    ("compose.yaml", "obsolete-version"),
    ("compose.yaml", "published-database-port"),
    ("compose.yaml", "quoted-env-value"),
    ("compose.yaml", "secret-in-environment"),
    ("compose.yaml", "undefined-volume"),
    ("compose.yaml", "unknown-build-target"),
    ("dags/catalogue_sync.py", "dag-loop-over-external-data"),
    ("dags/catalogue_sync.py", "sensor-poke-long"),
    ("dags/catalogue_sync.py", "top-level-io"),
    ("dags/catalogue_sync.py", "top-level-variable-get"),
    ("dags/customer_export.py", "cron-never-fires"),
    ("dags/customer_export.py", "dag-dynamic-start-date"),
    ("dags/customer_export.py", "secret-in-uri"),
    ("dags/customer_export.py", "xcom-large-push"),
    ("dags/daily_report.py", "cron-invalid"),
    ("dags/daily_report.py", "dag-argument-in-default-args"),
    ("dags/daily_report.py", "hardcoded-secret"),
    ("dags/ml_features.py", "dag-too-many-tasks"),
    ("dags/ml_features.py", "provider-not-installed"),
    ("dags/monitoring.py", "subdag-used"),
    ("dags/monitoring.py", "task-duplicate-id"),
    ("dags/orders_etl.py", "dag-catchup-not-explicit"),
    ("dags/orders_etl.py", "top-level-variable-get"),
    ("dags/orders_etl.py", "xcom-large-return"),
    ("ingest/Dockerfile", "add-instead-of-copy"),
    ("ingest/Dockerfile", "copy-before-install"),
    ("ingest/Dockerfile", "copy-secret-file"),
    ("ingest/Dockerfile", "dockerignore-lacks"),
    ("ingest/Dockerfile", "exec-form-without-shell"),
    ("ingest/Dockerfile", "latest-base-image"),
    ("ingest/Dockerfile", "secret-in-arg-or-env"),
    ("ingest/Dockerfile", "untagged-base-image"),
    ("requirements.txt", "airflow-version-mismatch"),
]


def dagdock_check(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if key not in ("COLUMNS", "FORCE_COLOR")}
    return subprocess.run(
        [sys.executable, "-m", "dagdock", "check", "--color", "never", *arguments],
        cwd=folder,
        env=environment | {"PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def findings(folder: Path, *arguments: str) -> list[dict[str, Any]]:
    """The findings of a run that could check everything."""
    run = dagdock_check(folder, "--format", "json", *arguments)
    report = json.loads(run.stdout)
    assert report["errors"] == [], run.stderr
    found: list[dict[str, Any]] = report["findings"]
    return found


def normalised(output: str, style: str, folder: Path) -> str:
    """The output without what differs from machine to machine and from release to release."""
    output = output.replace(folder.as_uri(), "file:///project").replace(str(folder), "/project")
    output = output.replace(f'"{dagdock.__version__}"', '"VERSION"')
    if style == "text":
        return output
    report = json.loads(output)
    if style == "sarif":
        for run in report["runs"]:
            drop_other_rules(run)
    return json.dumps(report, indent=2, ensure_ascii=False) + "\n"


def drop_other_rules(run: dict[str, Any]) -> None:
    """Leave the rules that found something, without their pages: a new rule changes nothing here."""
    driver = run["tool"]["driver"]
    for result in run["results"]:
        assert driver["rules"][result.pop("ruleIndex")]["id"] == result["ruleId"]
    found = {result["ruleId"] for result in run["results"]}
    driver["rules"] = [
        {key: value for key, value in rule.items() if key not in ("fullDescription", "help")}
        for rule in driver["rules"]
        if rule["id"] in found
    ]


@pytest.mark.parametrize("style", ["text", "json", "sarif"])
def test_shop_gives_what_it_gave(style: str) -> None:
    run = dagdock_check(SHOP, "--format", style)
    assert run.returncode == 1, run.stderr
    assert run.stderr == ""
    output = normalised(run.stdout, style, SHOP)
    golden = SHOP.with_suffix(".expected") / style
    if UPDATE:
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(output, encoding="utf-8", newline="\n")
    assert output == golden.read_text(encoding="utf-8")


def test_shop_shows_every_mistake_it_was_built_with() -> None:
    found = {(finding["path"], finding["name"]) for finding in findings(SHOP)}
    assert sorted(set(MISTAKES) - found) == []


def test_the_findings_are_the_same_from_above_and_from_inside() -> None:
    def places(found: list[dict[str, Any]]) -> list[tuple[str, str, int, int]]:
        return [(one["path"], one["code"], one["start"]["line"], one["start"]["column"]) for one in found]

    inside = places(findings(SHOP))
    above = places(findings(ROOT, "fixtures/projects/shop"))
    assert above == [(f"fixtures/projects/shop/{path}", *rest) for path, *rest in inside]


def test_one_file_is_judged_within_its_project() -> None:
    alone = findings(SHOP, "ingest/Dockerfile")
    assert alone == [finding for finding in findings(SHOP) if finding["path"] == "ingest/Dockerfile"]


def test_tidy_has_no_finding_of_any_severity() -> None:
    run = dagdock_check(TIDY, "--format", "json")
    assert json.loads(run.stdout)["findings"] == []
    assert json.loads(run.stdout)["files"] == {
        "checked": 9,
        "by_kind": {"dockerfile": 2, "compose": 1, "dag": 6},
    }
    assert (run.returncode, run.stderr) == (0, "")


def test_what_fix_makes_of_shop_is_sound_and_stays(tmp_path: Path) -> None:
    shop = tmp_path / "shop"
    shutil.copytree(SHOP, shop)
    before = {(finding["path"], finding["name"]) for finding in findings(shop)}
    for options in (["--fix"], ["--fix", "--unsafe-fixes"]):
        assert dagdock_check(shop, *options).returncode == 1
        once = {path: path.read_bytes() for path in shop.rglob("*") if path.is_file()}
        assert dagdock_check(shop, *options).returncode == 1
        assert {path: path.read_bytes() for path in shop.rglob("*") if path.is_file()} == once
        for path in shop.rglob("*.py"):
            ast.parse(path.read_text(encoding="utf-8"))
    left = {(finding["path"], finding["name"]) for finding in findings(shop)}
    assert ("compose.yaml", "obsolete-version") in before - left
    # `.env` no longer gets into the image, which the COPY that asks for it by name must learn as well.
    assert left - before <= {("ingest/Dockerfile", "copy-ignored-file")}


def test_tidy_files_are_what_the_official_tools_read() -> None:
    for path in TIDY.rglob("*.py"):
        compile(path.read_text(encoding="utf-8"), path.name, "exec")
    pytest.importorskip("dockerfile")
    reader = "import dockerfile, sys; [dockerfile.parse_file(path) for path in sys.argv[1:]]"
    run = subprocess.run(
        [sys.executable, "-c", reader, TIDY / "Dockerfile", TIDY / "ingest" / "Dockerfile"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, run.stderr
