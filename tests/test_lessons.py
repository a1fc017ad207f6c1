"""What dagdock teaches: the mistakes of fixtures/lessons are seen, the right ways left alone.

Each folder of a lesson is a small project of its own, one to three times a right way and at least three times a
mistake, as people write them. Only the default rules run, on the whole folder.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from dagdock.cli import main
from dagdock.hooks import Rules

LESSONS = Path(__file__).resolve().parent.parent / "fixtures" / "lessons"
RULES = {rule.name: rule for rule in Rules(third_party=False).all()}
NUMBERS = sorted(path.name for path in LESSONS.glob("L*"))


class Mistake(NamedTuple):
    """Where one of the lesson's rules must find something: a line of a file, and the rule."""

    path: str
    line: int
    rule: str


MISTAKES = {
    "L01/mistake-1": Mistake("Dockerfile", 6, "copy-before-install"),
    "L01/mistake-2": Mistake("Dockerfile", 4, "copy-before-install"),
    "L01/mistake-3": Mistake("Dockerfile", 5, "busy-arg-before-install"),
    "L01/mistake-4": Mistake("Dockerfile", 6, "system-install-after-copy"),
    "L01/mistake-5": Mistake("Dockerfile", 6, "copy-before-install"),
    "L02/mistake-1": Mistake("Dockerfile", 3, "copy-before-install"),
    "L02/mistake-2": Mistake("Dockerfile", 6, "copy-before-install"),
    "L02/mistake-3": Mistake("Dockerfile", 3, "copy-before-install"),
    "L02/mistake-4": Mistake("services/geo/Dockerfile", 3, "system-install-after-copy"),
    "L02/mistake-5": Mistake("Dockerfile", 4, "system-install-after-copy"),
    "L02/mistake-6": Mistake("Dockerfile", 4, "system-install-after-copy"),
    "L03/mistake-1": Mistake("Dockerfile", 3, "add-instead-of-copy"),
    "L03/mistake-2": Mistake("Dockerfile", 2, "add-remote-without-checksum"),
    "L03/mistake-3": Mistake("Dockerfile", 4, "add-instead-of-copy"),
    "L03/mistake-4": Mistake("Dockerfile", 4, "copy-then-extract"),
    "L03/mistake-5": Mistake("Dockerfile", 4, "add-instead-of-copy"),
    "L04/mistake-1": Mistake("Dockerfile", 8, "run-starts-server"),
    "L04/mistake-2": Mistake("Dockerfile", 7, "run-starts-server"),
    "L04/mistake-3": Mistake("Dockerfile", 6, "run-starts-server"),
    "L04/mistake-4": Mistake("Dockerfile", 6, "run-starts-server"),
    "L04/mistake-5": Mistake("Dockerfile", 5, "run-starts-server"),
    "L05/mistake-1": Mistake("Dockerfile", 5, "missing-dockerignore"),
    "L05/mistake-2": Mistake("Dockerfile", 5, "dockerignore-lacks"),
    "L05/mistake-3": Mistake("Dockerfile", 3, "copy-secret-file"),
    "L05/mistake-4": Mistake("docker/api/Dockerfile", 5, "missing-dockerignore"),
    "L06/mistake-1": Mistake("Dockerfile", 2, "build-tools-in-final-image"),
    "L06/mistake-2": Mistake("Dockerfile", 9, "copy-whole-filesystem"),
    "L06/mistake-3": Mistake("Dockerfile", 6, "build-tools-in-final-image"),
    "L06/mistake-4": Mistake("Dockerfile", 1, "build-image-as-final"),
    "L06/mistake-5": Mistake("Dockerfile", 8, "build-image-as-final"),
    "L06/mistake-6": Mistake("Dockerfile", 4, "dev-dependencies-in-final-image"),
    "L07/mistake-1": Mistake("Dockerfile", 2, "apt-lists-left"),
    "L07/mistake-2": Mistake("Dockerfile", 2, "apk-cache-left"),
    "L07/mistake-3": Mistake("Dockerfile", 2, "dnf-cache-left"),
    "L07/mistake-4": Mistake("Dockerfile", 4, "pip-cache-left"),
    "L07/mistake-5": Mistake("Dockerfile", 3, "conda-cache-left"),
    "L08/mistake-1": Mistake("Dockerfile", 1, "untagged-base-image"),
    "L08/mistake-2": Mistake("Dockerfile", 2, "latest-base-image"),
    "L08/mistake-3": Mistake("docker-compose.yml", 6, "image-tag-not-pinned"),
    "L08/mistake-4": Mistake("Dockerfile", 2, "untagged-base-image"),
    "L08/mistake-5": Mistake("Dockerfile", 1, "moving-base-image-tag"),
    "L09/mistake-1": Mistake("Dockerfile", 2, "secret-in-arg-or-env"),
    "L09/mistake-2": Mistake("Dockerfile", 3, "secret-in-arg-or-env"),
    "L09/mistake-3": Mistake("Dockerfile", 3, "global-arg-in-stage"),
    "L09/mistake-4": Mistake("Dockerfile", 3, "secret-literal"),
    "L09/mistake-5": Mistake("Dockerfile", 3, "undefined-variable"),
    "L10/mistake-1": Mistake("Dockerfile", 4, "shell-form-cmd"),
    "L10/mistake-2": Mistake("Dockerfile", 5, "exec-form-without-shell"),
    "L10/mistake-3": Mistake("Dockerfile", 4, "shell-form-cmd"),
    "L10/mistake-4": Mistake("Dockerfile", 5, "multiple-cmd"),
    "L10/mistake-5": Mistake("Dockerfile", 4, "malformed-exec-form"),
    "L10/mistake-6": Mistake("Dockerfile", 9, "cmd-ignored"),
    "L10/mistake-7": Mistake("Dockerfile", 5, "shell-c-without-exec"),
    "L11/mistake-1": Mistake("Dockerfile", 5, "healthcheck-tool-missing"),
    "L11/mistake-2": Mistake("Dockerfile", 3, "healthcheck-always-ok"),
    "L11/mistake-3": Mistake("Dockerfile", 3, "multiple-healthcheck"),
    "L11/mistake-4": Mistake("Dockerfile", 9, "healthcheck-tool-missing"),
    "L11/mistake-5": Mistake("Dockerfile", 7, "healthcheck-wrong-port"),
    "L11/mistake-6": Mistake("Dockerfile", 5, "healthcheck-always-ok"),
    "L12/mistake-1": Mistake("Dockerfile", 3, "expose-host-mapping"),
    "L12/mistake-2": Mistake("Dockerfile", 6, "expose-mismatch"),
    "L12/mistake-3": Mistake("Dockerfile", 5, "invalid-port"),
    "L12/mistake-4": Mistake("Dockerfile", 4, "invalid-port"),
    "L12/mistake-5": Mistake("Dockerfile", 6, "expose-mismatch"),
    "L12/mistake-6": Mistake("Dockerfile", 6, "expose-mismatch"),
    "L13/mistake-1": Mistake("Dockerfile", 1, "missing-user"),
    "L13/mistake-2": Mistake("Dockerfile", 10, "root-user"),
    "L13/mistake-3": Mistake("Dockerfile", 4, "privileged-step-after-user"),
    "L13/mistake-4": Mistake("Dockerfile", 2, "root-user"),
    "L13/mistake-5": Mistake("Dockerfile", 4, "unknown-user"),
    "L13/mistake-6": Mistake("Dockerfile", 5, "privileged-step-after-user"),
    "L14/mistake-1": Mistake("Dockerfile", 2, "relative-workdir"),
    "L14/mistake-2": Mistake("Dockerfile", 3, "lost-run-state"),
    "L14/mistake-3": Mistake("Dockerfile", 3, "use-workdir-not-cd"),
    "L14/mistake-4": Mistake("Dockerfile", 4, "use-workdir-not-cd"),
    "L14/mistake-5": Mistake("Dockerfile", 4, "cd-in-start-command"),
    "L15/mistake-1": Mistake("Dockerfile", 4, "volume-in-image"),
    "L15/mistake-2": Mistake("Dockerfile", 4, "volume-in-image"),
    "L15/mistake-3": Mistake("compose.yaml", 2, "database-without-volume"),
    "L15/mistake-4": Mistake("Dockerfile", 4, "volume-in-image"),
    "L15/mistake-5": Mistake("Dockerfile", 3, "volume-path-invalid"),
    "L16/mistake-1": Mistake("Dockerfile", 2, "unpinned-pip"),
    "L16/mistake-2": Mistake("Dockerfile", 2, "unpinned-npm"),
    "L16/mistake-3": Mistake("Dockerfile", 6, "unpinned-go"),
    "L16/mistake-4": Mistake("requirements.txt", 2, "unpinned-requirements"),
    "L16/mistake-5": Mistake("Dockerfile", 4, "unfrozen-install"),
    "L17/mistake-1": Mistake("Dockerfile", 1, "untrusted-registry"),
    "L17/mistake-2": Mistake("Dockerfile", 2, "untrusted-registry"),
    "L17/mistake-3": Mistake("Dockerfile", 2, "untrusted-registry"),
    "L17/mistake-4": Mistake("compose.yaml", 5, "untrusted-image-registry"),
    "L20/mistake-1": Mistake("compose.yaml", 7, "localhost-between-services"),
    "L20/mistake-2": Mistake("compose.yaml", 6, "localhost-between-services"),
    "L20/mistake-3": Mistake("compose.yaml", 5, "service-by-fixed-ip"),
    "L20/mistake-4": Mistake("compose.yaml", 4, "localhost-between-services"),
    "L20/mistake-5": Mistake("compose.yaml", 4, "localhost-between-services"),
    "L20/mistake-6": Mistake("compose.yaml", 4, "localhost-between-services"),
    "L20/mistake-7": Mistake("compose.yaml", 6, "localhost-between-services"),
    "L21/mistake-1": Mistake("compose.yaml", 6, "depends-on-ignores-healthcheck"),
    "L21/mistake-2": Mistake("compose.yaml", 6, "healthy-without-healthcheck"),
    "L21/mistake-3": Mistake("compose.yaml", 10, "dependency-cycle"),
    "L21/mistake-4": Mistake("compose.yaml", 5, "undefined-service"),
    "L21/mistake-5": Mistake("compose.yaml", 5, "database-without-healthcheck"),
    "L22/mistake-1": Mistake("compose.yaml", 3, "database-without-volume"),
    "L22/mistake-2": Mistake("compose.yaml", 3, "database-without-volume"),
    "L22/mistake-3": Mistake("compose.yaml", 6, "anonymous-data-volume"),
    "L22/mistake-4": Mistake("compose.yaml", 8, "postgres-data-below-new-folder"),
    "L22/mistake-5": Mistake("compose.yaml", 3, "database-without-volume"),
    "L23/mistake-1": Mistake("compose.yaml", 11, "duplicate-host-port"),
    "L23/mistake-2": Mistake("compose.yaml", 8, "published-database-port"),
    "L23/mistake-3": Mistake("compose.yaml", 6, "published-database-port"),
    "L23/mistake-4": Mistake("compose.yaml", 6, "unquoted-port"),
    "L23/mistake-5": Mistake("compose.yaml", 10, "duplicate-host-port"),
    "L24/mistake-1": Mistake("compose.yaml", 7, "secret-in-environment"),
    "L24/mistake-2": Mistake("compose.yaml", 6, "credential-in-url"),
    "L24/mistake-3": Mistake("compose.yaml", 5, "secret-in-environment"),
    "L24/mistake-4": Mistake("compose.yaml", 5, "env-file-not-ignored"),
    "L24/mistake-5": Mistake("compose.yaml", 6, "secret-in-environment"),
    "L24/mistake-6": Mistake("compose.yaml", 7, "secret-in-environment"),
    "L24/mistake-7": Mistake("compose.yaml", 7, "credential-in-url"),
    "L24/mistake-8": Mistake("compose.yaml", 6, "secret-in-environment"),
    "L24/mistake-9": Mistake("compose.yaml", 17, "secret-in-environment"),
    "L25/mistake-1": Mistake("compose.yaml", 5, "host-network"),
    "L25/mistake-2": Mistake("compose.yaml", 6, "docker-socket-mount"),
    "L25/mistake-3": Mistake("compose.yaml", 4, "privileged"),
    "L25/mistake-4": Mistake("compose.yaml", 3, "dangerous-capability"),
    "L25/mistake-5": Mistake("compose.yaml", 4, "host-namespace"),
    "L25/mistake-6": Mistake("compose.yaml", 8, "privileged"),
    "L26/mistake-1": Mistake("docker-compose.prod.yml", 6, "source-mounted-in-production"),
    "L26/mistake-2": Mistake("compose.yaml", 8, "undefined-volume"),
    "L26/mistake-3": Mistake("compose.yaml", 10, "unused-volume"),
    "L26/mistake-4": Mistake("compose.production.yaml", 6, "source-mounted-in-production"),
    "L26/mistake-5": Mistake("compose.yaml", 8, "source-mounted-in-production"),
    "L26/mistake-6": Mistake("compose.prod.yaml", 6, "source-mounted-in-production"),
    "L27/mistake-1": Mistake("compose.yaml", 2, "service-stays-down"),
    "L27/mistake-2": Mistake("compose.yaml", 2, "service-stays-down"),
    "L27/mistake-3": Mistake("compose.yaml", 4, "invalid-restart-policy"),
    "L27/mistake-4": Mistake("compose.yaml", 6, "healthcheck-needs-shell"),
    "L27/mistake-5": Mistake("compose.yaml", 2, "service-stays-down"),
    "L28/mistake-1": Mistake("compose.yaml", 3, "image-tag-not-pinned"),
    "L28/mistake-2": Mistake("compose.yaml", 3, "image-tag-not-pinned"),
    "L28/mistake-3": Mistake("compose.yaml", 1, "obsolete-version"),
    "L28/mistake-4": Mistake("compose.yaml", 4, "build-and-image"),
    "L28/mistake-5": Mistake("compose.yaml", 3, "image-tag-not-pinned"),
    "L29/mistake-1": Mistake("compose.yaml", 10, "airflow-celery-without-broker"),
    "L29/mistake-2": Mistake("compose.yaml", 6, "airflow-missing-component"),
    "L29/mistake-3": Mistake("compose.yaml", 39, "airflow-default-login"),
    "L29/mistake-4": Mistake("compose.yaml", 28, "airflow-images-differ"),
    "L29/mistake-5": Mistake("compose.yaml", 33, "airflow-dags-not-mounted-alike"),
    "L29/mistake-6": Mistake("compose.yaml", 15, "airflow-sqlite-database"),
    "L29/mistake-7": Mistake("compose.yaml", 28, "airflow-missing-component"),
    "L29/mistake-8": Mistake("compose.yaml", 11, "airflow-result-backend"),
    "L29/mistake-9": Mistake("compose.yaml", 8, "airflow-pip-at-start"),
    "L29/mistake-10": Mistake("compose.yaml", 26, "airflow-missing-component"),
    "L40/mistake-1": Mistake("dags/crm_export.py", 5, "hardcoded-secret"),
    "L40/mistake-2": Mistake("dags/backup.py", 9, "hardcoded-secret"),
    "L40/mistake-3": Mistake("dags/warehouse.py", 10, "secret-in-uri"),
    "L40/mistake-4": Mistake("dags/notify.py", 8, "secret-in-connection"),
    "L40/mistake-5": Mistake("dags/ads.py", 10, "hardcoded-secret"),
    "L41/mistake-1": Mistake("dags/weather.py", 7, "top-level-variable-get"),
    "L41/mistake-2": Mistake("dags/partner_export.py", 5, "top-level-connection-get"),
    "L41/mistake-3": Mistake("dags/load_orders.py", 9, "top-level-variable-get"),
    "L41/mistake-4": Mistake("dags/crm_sync.py", 13, "secret-in-variable"),
    "L42/mistake-1": Mistake("dags/exchange_rates.py", 7, "top-level-io"),
    "L42/mistake-2": Mistake("dags/churn.py", 3, "top-level-heavy-import"),
    "L42/mistake-3": Mistake("dags/inventory.py", 9, "top-level-io"),
    "L42/mistake-4": Mistake("dags/cleanup.py", 9, "top-level-io"),
    "L42/mistake-5": Mistake("dags/prices.py", 8, "top-level-io"),
    "L43/mistake-1": Mistake("dags/store_reports.py", 8, "dag-too-many-tasks"),
    "L43/mistake-2": Mistake("dags/sync_tables.py", 8, "dag-loop-over-external-data"),
    "L43/mistake-3": Mistake("dags/tenants.py", 8, "dag-factory-many-dags"),
    "L43/mistake-4": Mistake("dags/sensors.py", 19, "dag-nested-loop-tasks"),
    "L44/mistake-1": Mistake("dags/orders.py", 11, "xcom-large-return"),
    "L44/mistake-2": Mistake("dags/stock.py", 12, "xcom-large-push"),
    "L44/mistake-3": Mistake("dags/reviews.py", 21, "xcom-large-return"),
    "L44/mistake-4": Mistake("dags/archive.py", 9, "xcom-large-return"),
    "L45/mistake-1": Mistake("dags/invoices.py", 8, "xcom-pull-unknown-task"),
    "L45/mistake-2": Mistake("dags/models.py", 12, "xcom-key-never-pushed"),
    "L45/mistake-3": Mistake("dags/feeds.py", 9, "xcom-pull-without-dependency"),
    "L45/mistake-4": Mistake("dags/grouped.py", 10, "xcom-pull-unknown-task"),
    "L45/mistake-5": Mistake("dags/parcels.py", 13, "xcom-key-never-pushed"),
    "L46/mistake-1": Mistake("dags/sales.py", 8, "dag-dynamic-start-date"),
    "L46/mistake-2": Mistake("dags/backup.py", 6, "dag-catchup-not-explicit"),
    "L46/mistake-3": Mistake("dags/campaign.py", 8, "dag-end-before-start"),
    "L46/mistake-4": Mistake("dags/ledger.py", 6, "dag-argument-in-default-args"),
    "L46/mistake-5": Mistake("dags/meters.py", 4, "dag-missing-start-date"),
    "L47/mistake-1": Mistake("dags/nightly.py", 9, "cron-invalid"),
    "L47/mistake-2": Mistake("dags/month_end.py", 6, "cron-never-fires"),
    "L47/mistake-3": Mistake("dags/poll.py", 6, "cron-surprising"),
    "L47/mistake-4": Mistake("dags/feed.py", 9, "dag-schedule-conflict"),
    "L47/mistake-5": Mistake("dags/digest.py", 8, "dag-removed-argument"),
    "L47/mistake-6": Mistake("dags/report.py", 6, "dag-missing-schedule"),
    "L48/mistake-1": Mistake("dags/exports.py", 9, "task-uses-now"),
    "L48/mistake-2": Mistake("dags/logs.py", 13, "task-uses-now"),
    "L48/mistake-3": Mistake("dags/weather.py", 9, "task-uses-now"),
    "L48/mistake-4": Mistake("dags/invoices.py", 15, "dag-runtime-varying-value"),
    "L48/mistake-5": Mistake("dags/clicks.py", 16, "task-uses-now"),
    "L48/mistake-6": Mistake("dags/stars.py", 19, "task-uses-now"),
    "L49/mistake-1": Mistake("dags/rebuild.py", 10, "dag-catchup-true"),
    "L49/mistake-2": Mistake("dags/geocode.py", 10, "contradictory-limits"),
    "L49/mistake-3": Mistake("dags/export.py", 6, "dag-argument-in-default-args"),
    "L49/mistake-4": Mistake("dags/crawl.py", 19, "contradictory-limits"),
    "L50/mistake-1": Mistake("dags/ingest.py", 6, "task-without-retries"),
    "L50/mistake-2": Mistake("dags/payments.py", 5, "retry-without-delay"),
    "L50/mistake-3": Mistake("dags/stock.py", 7, "sla-removed"),
    "L50/mistake-4": Mistake("dags/forecast.py", 8, "task-without-retries"),
    "L50/mistake-5": Mistake("dags/archive.py", 12, "contradictory-timeouts"),
    "L50/mistake-6": Mistake("dags/refunds.py", 17, "callback-takes-no-context"),
    "L51/mistake-1": Mistake("dags/deliveries.py", 14, "sensor-poke-long"),
    "L51/mistake-2": Mistake("dags/partner.py", 14, "sensor-poke-long"),
    "L51/mistake-3": Mistake("dags/after_sales.py", 12, "sensor-no-timeout"),
    "L51/mistake-4": Mistake("dags/queue.py", 23, "sensor-reschedule-short"),
    "L51/mistake-5": Mistake("dags/prices.py", 9, "sensor-mode-invalid"),
    "L51/mistake-6": Mistake("dags/stock.py", 14, "task-polls-in-loop"),
    "L51/mistake-7": Mistake("dags/upload.py", 9, "sensor-no-timeout"),
    "L52/mistake-1": Mistake("dags/full_or_new.py", 16, "branch-join-trigger-rule"),
    "L52/mistake-2": Mistake("dags/quality.py", 16, "branch-unknown-target"),
    "L52/mistake-3": Mistake("dags/regions.py", 22, "branch-join-trigger-rule"),
    "L52/mistake-4": Mistake("dags/refresh.py", 11, "branch-unknown-target"),
    "L53/mistake-1": Mistake("dags/marketing.py", 18, "subdag-used"),
    "L53/mistake-2": Mistake("dags/legacy.py", 9, "subdag-used"),
    "L53/mistake-3": Mistake("dags/regions.py", 8, "dag-without-groups"),
    "L54/mistake-1": Mistake("dags/report.py", 14, "template-in-untemplated-field"),
    "L54/mistake-2": Mistake("dags/load.py", 11, "template-in-fstring"),
    "L54/mistake-3": Mistake("dags/sums.py", 14, "template-unknown-variable"),
    "L54/mistake-4": Mistake("dags/nightly.py", 9, "template-file-suffix"),
    "L54/mistake-5": Mistake("dags/mirror.py", 13, "template-syntax-error"),
    "L54/mistake-6": Mistake("dags/audit.py", 10, "template-in-python-code"),
    "L55/mistake-1": Mistake("dags/stock.py", 6, "top-level-hook"),
    "L55/mistake-2": Mistake("dags/archive.py", 7, "top-level-hook"),
    "L55/mistake-3": Mistake("dags/tables.py", 10, "top-level-io"),
    "L55/mistake-4": Mistake("dags/queue.py", 9, "top-level-hook"),
    "L56/mistake-1": Mistake("dags/loop.py", 7, "dag-cycle"),
    "L56/mistake-2": Mistake("dags/tables.py", 9, "task-duplicate-id"),
    "L56/mistake-3": Mistake("dags/returns.py", 6, "dag-id-in-two-files"),
    "L56/mistake-4": Mistake("dags/fan.py", 9, "dependency-list-to-list"),
    "L56/mistake-5": Mistake("dags/steps.py", 11, "dependency-statement-no-effect"),
    "L56/mistake-6": Mistake("dags/forgotten.py", 13, "dependency-on-uncalled-task"),
    "L57/mistake-1": Mistake("compose.yaml", 6, "airflow-sequential-executor"),
    "L57/mistake-2": Mistake("Dockerfile", 3, "airflow-trial-settings-in-image"),
    "L57/mistake-3": Mistake("airflow.cfg", 3, "airflow-cfg-for-trial"),
    "L57/mistake-4": Mistake("compose.yaml", 4, "airflow-sequential-executor"),
    "L57/mistake-5": Mistake("config/airflow.cfg", 2, "airflow-cfg-for-trial-in-image"),
    "L58/mistake-1": Mistake("dags/lake.py", 4, "provider-not-installed"),
    "L58/mistake-2": Mistake("dags/stream.py", 4, "provider-not-installed"),
    "L58/mistake-3": Mistake("dags/tickets.py", 10, "provider-not-installed"),
    "L58/mistake-4": Mistake("dags/greenhouse.py", 4, "import-gone"),
    "L58/mistake-5": Mistake("dags/tides.py", 2, "import-gone"),
    "L58/mistake-6": Mistake("dags/bookings.py", 5, "provider-not-installed"),
    "L59/mistake-1": Mistake("dags/orders.py", 15, "environment-baked-in"),
    "L59/mistake-2": Mistake("dags/rates.py", 6, "environment-baked-in"),
    "L59/mistake-3": Mistake("dags/export.py", 15, "environment-baked-in"),
    "L59/mistake-4": Mistake("dags/backup.py", 12, "environment-baked-in"),
}
RIGHT_WAYS = sorted(path.relative_to(LESSONS).as_posix() for path in LESSONS.glob("L*/right-*"))


@pytest.fixture(autouse=True)
def _as_of(monkeypatch: pytest.MonkeyPatch) -> None:
    """Base images grow old; these projects are looked at on one day."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795348800")  # 22 November 2026


def findings(folder: Path, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """What the default rules find in a project."""
    main(["check", "--format", "json", "--ignore", "DF490", str(folder)])
    report = json.loads(capsys.readouterr().out)
    assert report["errors"] == []
    for finding in report["findings"]:
        finding["path"] = Path(finding["path"]).resolve().relative_to(folder).as_posix()
    found: list[dict[str, Any]] = report["findings"]
    return found


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_seen(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    mistake = MISTAKES[name]
    found = {Mistake(each["path"], each["start"]["line"], each["name"]) for each in findings(LESSONS / name, capsys)}
    assert mistake in found
    assert name[:3] in RULES[mistake.rule].lessons


@pytest.mark.parametrize("name", RIGHT_WAYS)
def test_a_right_way_is_left_alone(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert findings(LESSONS / name, capsys) == []


def test_every_project_is_tried() -> None:
    assert sorted(MISTAKES) == sorted(path.relative_to(LESSONS).as_posix() for path in LESSONS.glob("L*/mistake-*"))


@pytest.mark.parametrize("lesson", NUMBERS)
def test_a_lesson_has_a_rule_and_examples(lesson: str, capsys: pytest.CaptureFixture[str]) -> None:
    main(["rules", "--format", "json"])
    rules = json.loads(capsys.readouterr().out)
    assert any(rule["default"] and lesson in rule["lessons"] for rule in rules)
    assert sum(name.startswith(lesson) for name in MISTAKES) >= 3
    assert sum(name.startswith(lesson) for name in RIGHT_WAYS) >= 2


@pytest.mark.parametrize(
    ("name", "changed", "rebuilt"),
    [
        ("L02/mistake-1", "src/index.ts", [3, 4]),
        ("L02/mistake-2", "config.ru", [6, 7, 9]),
        ("L02/mistake-3", "Program.cs", [3, 4, 5]),
        ("L02/right-1", "src/index.ts", [5]),
        ("L02/right-1", "package.json", [3, 4, 5]),
        ("L02/right-2", "bin/report", [7]),
    ],
)
def test_layers_tell_what_a_changed_file_rebuilds(
    name: str, changed: str, rebuilt: list[int], capsys: pytest.CaptureFixture[str]
) -> None:
    dockerfile = LESSONS / name / "Dockerfile"
    main(["layers", str(dockerfile), "--changed", changed, "--format", "json", "--context", str(dockerfile.parent)])
    layers = [layer for stage in json.loads(capsys.readouterr().out)["stages"] for layer in stage["layers"]]
    assert [layer["line"] for layer in layers if layer["status"] == "rebuilt"] == rebuilt
