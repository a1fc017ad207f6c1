"""Rules on Dockerfiles, on what a third look at real findings called wrong or harmful, as small as it still shows."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from dagdock.engine import Linter, Target, Workspace
from dagdock.examples import as_files
from dagdock.fix import apply_edits
from dagdock.hooks import Rules
from dagdock.rule import Finding
from dagdock.selection import Choice
from dagdock.testing import marked
from dagdock_rules.secrets import without_secrets

RULES = {rule.code: rule for kind in ("dockerfile", "compose", "project") for rule in Rules().of_kind(kind)}

Files = str | Mapping[str, str]

FINAL = "FROM alpine:3.22\nCOPY --from=build /a /a\n"
# What a rule must flag is marked; without marks it must be silent.
CASES: dict[str, list[Files]] = {
    "DF001": [
        "FROM debian:12\n...\nRUN a\n",
        "FROM debian:12\n[...]\nRUN a\n",
        "FROM debian:12\n«..»\nRUN a\n",
    ],
    "DF101": [
        {
            "images/base-book/Dockerfile": "FROM ubuntu:24.04\n",
            "images/small-book/Dockerfile": "ARG R=quay.io\nARG O=acme\nARG BASE=$R/$O/base-book\nFROM $BASE\n",
            "docs/extra.dockerfile": "ARG BASE=quay.io/acme/base-book\nFROM $BASE\n",
            "docs/other.dockerfile": "FROM «quay.io/acme/big-book»\n",
        },
        {"grafana/Dockerfile": "FROM grafana/grafana:12\n", "own/Dockerfile": "FROM «grafana/grafana»\n"},
        {"postgres/Dockerfile": "FROM debian:13\n", "own/Dockerfile": "FROM «postgres»\n"},
    ],
    "DF102": [
        {"images/a-base/Dockerfile": "FROM ubuntu:24.04\n", "app/Dockerfile": "FROM acme/a-base:latest\n"},
        {"images/base/Dockerfile": "FROM ubuntu:24.04\n", "app/Dockerfile": "FROM «acme/base:latest»\n"},
    ],
    "DF122": [
        {"host/dotnet8-isolated-mariner.Dockerfile": "FROM mcr.microsoft.com/dotnet/sdk:8.0\n"},
        {"dotnet8-isolated/Dockerfile": "FROM mcr.microsoft.com/dotnet/sdk:8.0\n"},
        {"Dockerfile.py38": "FROM python:3.8.12-slim\n"},
        {"php7.4-fpm.Dockerfile": "FROM php:7.4-fpm\n"},
        {"Dockerfile.3.8": "FROM python:3.8-slim\n"},
        {"web3/Dockerfile": "FROM «python:3.8-slim»\n"},
        {"fpm/Dockerfile": "FROM «php:7.4-fpm»\n"},
        {"python39/Dockerfile": "FROM «python:3.8-slim»\n"},
    ],
    "DF316": [
        "FROM debian:12\nRUN apt-get update && apt-get install -y net-tools coreutils\n",
        "FROM debian:12\nRUN apt-get update && «apt-get install» -y net-tools git\n",
    ],
    "DF407": [
        (
            "FROM debian:12\nRUN apt-mark auto '.*' && apt-get install -y wget && wget -O a https://e.com/a "
            "&& apt-get purge -y --auto-remove\nRUN curl -fO https://e.com/b\n"
        ),
        "FROM debian:12\nRUN wget https://e.com/a && apt-get purge -y wget\nRUN curl -fO https://e.com/b\n",
        (
            "FROM alpine:3.22\nRUN apk add --virtual .b wget && wget https://e.com/a && apk del .b\n"
            "RUN curl -fO https://e.com/b\n"
        ),
        "FROM debian:12\nRUN wget https://e.com/a && apt-get purge -y gcc\nRUN «curl» -fO https://e.com/b\n",
    ],
    "DF412": [
        "FROM a:1\n# world write permission, to allow non root run\nRUN mkdir /k && chmod 777 /k\n",
        "FROM a:1\n# OpenShift takes an arbitrary user\nCOPY --chmod=777 a /a\n",
        "FROM a:1\n# the folder\nRUN mkdir /k && «chmod 777 /k»\n",
    ],
    "DF514": [
        {".dockerignore": "*.csv\n*.html\n", "a/b.csv": "", "a/b.html": "", "Dockerfile": "FROM a:1\nCOPY . .\n"},
        {".dockerignore": "*.pyc\n", "app/a.pyc": "", "app/m.py": "", "app/Dockerfile": "FROM a:1\nCOPY m.py .\n"},
        {".dockerignore": "«*.pyc»\n", "app/a.pyc": "", "app/m.py": "", "app/Dockerfile": "FROM a:1\nCOPY app .\n"},
        {".dockerignore": "«*.pyc»\n", "app/a.pyc": "", "Dockerfile": "FROM a:1\nCOPY . .\n"},
    ],
    "DF515": [
        {
            "app/Dockerfile": "FROM python:3.13\nCOPY . .\nRUN uv sync\n",
            "app/pyproject.toml": "[dependency-groups]\ndev = []\n",
            "compose.yaml": "services:\n  app:\n    build: app\n",
            "scripts/test.sh": "docker compose exec -T app bash scripts/tests-start.sh\n",
        },
        {
            "Dockerfile": "FROM python:3.13\nCOPY scripts /scripts\nCOPY . .\nRUN uv sync\n",
            "pyproject.toml": "[dependency-groups]\ndev = []\n",
            "scripts/check.sh": "coverage run -m pytest\n",
        },
        {
            "app/Dockerfile": "FROM python:3.13\nCOPY . .\nRUN «uv sync»\n",
            "app/pyproject.toml": "[dependency-groups]\ndev = []\n",
            "compose.yaml": "services:\n  app:\n    build: app\n",
            "scripts/test.sh": "docker compose up -d\npytest\n",
        },
    ],
    "DF604": [
        {
            "Dockerfile": 'FROM node:22 AS development\nCMD ["node", "a.js"]\nFROM development AS dev-envs\n',
            "compose.yaml": "services:\n  a:\n    build:\n      context: .\n      target: development\n",
        },
        {
            "Dockerfile": '«FROM node:22 AS web»\nCMD ["node", "a.js"]\nFROM web AS worker\n',
            "compose.yaml": "services:\n  a:\n    build:\n      context: .\n      target: web\n",
        },
        {
            "Dockerfile": 'FROM node:22 AS web\nCMD ["node", "a.js"]\n«FROM web AS worker»\n',
            "compose.yaml": "services:\n  a:\n    build:\n      context: .\n      target: lost\n",
        },
        'FROM node:22 AS web\nCMD ["node", "a.js"]\nFROM web AS dev\n',
        'FROM node:22 AS web\nCMD ["node", "a.js"]\n«FROM web AS worker»\n',
    ],
}


@pytest.mark.parametrize(("code", "case"), [(code, case) for code, cases in CASES.items() for case in cases])
def test_what_is_flagged(code: str, case: Files) -> None:
    files = as_files(case, "Dockerfile")
    assert marked(RULES[code], files) == files


def _findings(code: str, case: Files) -> list[Finding]:
    files = {"Dockerfile": case} if isinstance(case, str) else dict(case)
    linter = Linter(rules=Rules.only([RULES[code]]), choice=Choice())
    return list(linter.check(Workspace.in_memory(files), [Target("", "Dockerfile", "Dockerfile")]).findings)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (
            "DF301",
            "FROM debian:12\nRUN apt-get update && apt-get install -y curl\n"
            "RUN apt-get install -y gnupg && echo a > /b && apt-get update && apt-get install -y tool\n",
        ),
        (
            "DF301",
            "FROM debian:12\nRUN apt-get update && apt-get install -y curl\n"
            "RUN if a; then apt-get update; fi; apt-get install -y tool\n",
        ),
        ("DF301", "FROM debian:12\nRUN apt-get update && apt-get install -y a\nRUN rm -r /var/lib/apt/lists/*\n"),
        ("DF302", "FROM python:3.13\nRUN pip install a\nRUN rm -r /root/.cache/pip\n"),
        ("DF302", "FROM python:3.13\nRUN pip install a\nRUN rm -r $HOME/.cache\n"),
        ("DF302", "FROM python:3.13 AS base\nRUN pip install a\nFROM base\nRUN rm -r ~/.cache/pip\n"),
        ("DF317", "FROM php:8.3-alpine\nRUN apk --update add wget\nRUN rm /var/cache/apk/* && mkdir /a\n"),
        ("DF319", "FROM fedora:42\nRUN dnf install -y a\nRUN rm -r /var/cache/dnf/*\n"),
    ],
)
def test_no_fix_takes_away_what_a_later_step_counts_on(code: str, text: str) -> None:
    findings = _findings(code, text)
    assert findings[0].fix is None


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (
            "DF301",
            "FROM debian:12\nRUN apt-get update && apt-get install -y curl\n"
            "RUN if a; then apt-get update && apt-get install -y b; fi\n",
        ),
        (
            "DF301",
            "FROM debian:12\nRUN apt-get update && apt-get install -y curl\n"
            "RUN apt-get update && if a; then apt-get install -y b; fi\n",
        ),
        ("DF301", "FROM debian:12\nRUN apt-get update && apt-get install -y a\nRUN rm -rf /var/lib/apt/lists/*\n"),
        ("DF302", "FROM python:3.13\nRUN rm -r /root/.cache\nRUN pip install a\n"),
        ("DF302", "FROM python:3.13\nRUN pip install a\nRUN rm -r /root/.cache/pip || true\n"),
        ("DF317", "FROM php:8.3-alpine\nRUN apk --update add wget\nRUN rm -fr /var/cache/apk/* && rm /a\n"),
    ],
)
def test_a_fix_where_nothing_counts_on_it(code: str, text: str) -> None:
    first = _findings(code, text)[0]
    assert first.fix and first.fix.safety == "safe"
    assert apply_edits(first.span.source, first.fix.edits) != text


def test_no_fix_of_a_name_that_a_later_line_counts_on() -> None:
    listing = {"mitm_gcs.py": "", "b": ""}
    (finding,) = _findings(
        "DF504", {"Dockerfile": "FROM a:1\nCOPY b /\nCOPY mitm-gcs.py /a/\nCMD mitm-gcs.py\n", **listing}
    )
    assert finding.fix is None and "Line 4 names it too" in finding.message
    (finding,) = _findings(
        "DF504", {"Dockerfile": "FROM a:1\nCOPY b /\nCOPY mitm-gcs.py /a/mitm-gcs.py\nCMD mitm-gcs.py\n", **listing}
    )
    assert finding.fix


@pytest.mark.parametrize(
    ("code", "text", "kept"),
    [
        ("DF621", "FROM a:1\nENV LICENSE_KEY lgNvGyhnUKpa5PJi\n", "lgNvGyhnUKpa5PJi"),
        ("DF622", "FROM a:1\nENV DB_PASSWORD =hunter2x\n", "hunter2x"),
        ("DF402", "FROM a:1\nRUN export API_TOKEN=lgNvGyhnUKpa5PJi\n", "lgNvGyhnUKpa5PJi"),
        (
            "DF625",
            'FROM a:1 AS b\nCMD ["x", "--password", "hunter2x"]\nFROM b\nENTRYPOINT ["y"]\n',
            "hunter2x",
        ),
    ],
)
def test_no_message_tells_a_secret(code: str, text: str, kept: str) -> None:
    findings = _findings(code, text)
    assert findings and all(kept not in finding.message and "…" in finding.message for finding in findings)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("export A=1 API_KEY=abcdef", "export A=1 API_KEY=…"),
        ("serve --password hunter2 --port 80", "serve --password … --port 80"),
        ("curl -H 'token: abcdef'", "curl -H 'token: …'"),
        ("psql postgres://me:hunter2x@db/app", "psql postgres://me:…@db/app"),
        ("export TOKEN=$TOKEN PATH=/a KEYBOARD=de", "export TOKEN=$TOKEN PATH=/a KEYBOARD=de"),
    ],
)
def test_texts_without_secrets(text: str, shown: str) -> None:
    assert without_secrets(text) == shown


@pytest.mark.parametrize(
    ("code", "case", "said"),
    [
        (
            "DF206",
            "FROM alpine:3.22\nARG A\nRUN apk add a\nRUN if [ $A ]; then apk add b; fi\nRUN rm -r /var/cache/apk/*\n",
            "the layer of line 3 keeps what apk downloaded. Add `--no-cache`",
        ),
        (
            "DF329",
            "FROM debian:12\nRUN curl -fsSL https://e.com/k | apt-key --keyring /usr/share/keyrings/k.gpg add -\n",
            "Write `gpg --dearmor -o /usr/share/keyrings/k.gpg` in its place, and name it",
        ),
        ("DF416", "FROM a:1\nRUN curl -fL https://e.com/1.2/a.tgz | tar xz\n", "Store it, and compare its checksum"),
        ("DF516", "FROM a:1\nRUN apk add gcc make\nRUN pip install a\nCOPY . .\n", "`gcc` and `make` stay"),
        ("DF601", "FROM node:22\nCMD npm run $NODE_ENV\n", "Write `CMD exec npm run $NODE_ENV`"),
        (
            "DF621",
            "FROM a:1\nENV PATH /opt/venv/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin\n",
            "Write `ENV PATH=/opt/venv",
        ),
        (
            "DF428",
            "FROM mcr.microsoft.com/windows/servercore:ltsc2022\nADD https://e.com/a/b-1.2.zip /\n",
            "Get-FileHash",
        ),
        (
            "DF502",
            {"Dockerfile": "FROM node:22\nCOPY . .\n", ".env": "# here\nREACT_APP_A=b\n", "package.json": "{}"},
            "now and later: the `node_modules`",
        ),
        (
            "DF502",
            {"Dockerfile": "FROM node:22\nCOPY . .\n", ".env": "REACT_APP_A=b\nC=d\n", "package.json": "{}"},
            "`.env` too",
        ),
        ("DF428", "FROM debian:12\nADD https://e.com/a/b-1.2.zip /\n", "Add `--checksum=sha256:…`"),
    ],
)
def test_what_is_said(code: str, case: Files, said: str) -> None:
    assert said in _findings(code, case)[0].message


def test_a_needless_export_is_no_error() -> None:
    assert _findings("DF402", "FROM a:1\nENV A=b\nRUN export A\n")[0].severity == "warning"
    assert _findings("DF402", "FROM a:1\nRUN export A=b\n")[0].severity == "error"
