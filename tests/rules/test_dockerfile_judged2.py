"""Rules on Dockerfiles, on what later judges of real findings called wrong or arguable, as small as it still shows."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from dagdock.engine import Linter, Target, Workspace
from dagdock.examples import as_files
from dagdock.fix import apply_edits
from dagdock.hooks import Rules
from dagdock.selection import Choice
from dagdock.testing import marked

RULES = {rule.code: rule for kind in ("dockerfile", "compose", "project") for rule in Rules().of_kind(kind)}

Files = str | Mapping[str, str]

FINAL = "FROM alpine:3.22\nCOPY --from=build /a /a\n"
# What a rule must flag is marked; without marks it must be silent.
CASES: dict[str, list[Files]] = {
    "DF022": ["FROM debian:12\nRUN a \\\n«»\n\n  b\n"],
    "DF101": [
        "FROM «gcr.io/distroless/static»\n",
        "FROM gcr.io/distroless/static-debian12\n",
        {"curl/Dockerfile": "FROM alpine:3.22\n", "mail/Dockerfile": "FROM r.acme.com/curl\n"},
        {"curl/Dockerfile": "FROM alpine:3.22\n", "mail/Dockerfile": "FROM «r.acme.com/wget»\n"},
        {"curl/Dockerfile": "FROM alpine:3.22\n", "mail/Dockerfile": "FROM «ghcr.io/curl»\n"},
    ],
    "DF102": [
        {
            "Dockerfile": "ARG V=latest\nFROM mysql:$V\n",
            "compose.yaml": "services:\n  db:\n    build:\n      context: .\n      args:\n        - V=${V}\n",
        },
        {
            "Dockerfile": "ARG V=latest\nFROM «mysql:$V»\n",
            "compose.yaml": "services:\n  db:\n    build:\n      context: .\n      args:\n        V: latest\n",
        },
        {
            "Dockerfile": "ARG V=latest\nFROM «mysql:$V»\n",
            "compose.yaml": "services:\n  db:\n    build:\n      args: [V=1]\n  other:\n    build: .\n",
        },
    ],
    "DF122": [
        "FROM «python:3.8» AS a\nRUN a\nFROM python:3.8\nCOPY --from=a /a /a\n",
        {"26/bullseye-slim/Dockerfile": "FROM debian:bullseye-slim\n"},
        {"3.8/slim/Dockerfile": "FROM python:3.8-slim\n"},
        {"app/slim/Dockerfile": "FROM «python:3.8-slim»\n"},
    ],
    "DF126": [
        "# pin this to a version for anything but your own machine\nFROM node:lts\n",
        "# the base\nFROM «node:lts»\n",
    ],
    "DF212": [
        "FROM debian:12\nCOPY a /a/\nRUN chmod -R 777 /a\n",
        "FROM debian:12\nCOPY a /a/\nRUN «chmod -R 755 /a»\n",
    ],
    "DF214": [
        "FROM debian:12\nRUN curl -fO https://e.com/raw/master/sdk-linux.x64-11.2.0.4.0.zip\n",
        "FROM debian:12\nRUN curl -fO «https://e.com/raw/master/sdk-11.zip»\n",
        "FROM debian:12\nRUN git clone https://e.com/a.git /a\nWORKDIR /a\nRUN git checkout v1\n",
    ],
    "DF215": [
        "FROM debian:12\nRUN git clone https://e.com/a.git /a\nWORKDIR /a\nRUN git checkout work\n",
        "FROM debian:12\nRUN git clone https://e.com/a.git /a\nWORKDIR /a\nRUN make VERSION=$(git describe)\n",
        "FROM debian:12\nRUN «git clone» https://e.com/a.git /a\nWORKDIR /a\nRUN make\n",
    ],
    "DF301": [
        "FROM debian:12\nRUN apt-get update\nRUN id\n",
        "FROM debian:12\nRUN «apt-get update» && apt-get install -y a\nRUN apt-get install -y b\n",
        (
            "FROM debian:12\nARG A\nRUN if [ $A = 1 ]; then apt-get update && apt-get install -y a; fi\n"
            "RUN if [ $A = 2 ]; then apt-get install -y b; fi\nRUN if [ $A = 3 ]; then apt-get install -y c; fi\n"
        ),
    ],
    "DF302": [
        "FROM python:3.13\nCOPY a.whl .\nRUN pip install a.whl ./b/c-1.2.whl\n",
        "FROM python:3.13\nRUN pip install --no-index --find-links=/w foo==1\n",
        "FROM python:3.13\nRUN «pip install» https://e.com/a.whl\n",
        "FROM python:3.13\nRUN «pip install» a.whl flask==3\n",
        "FROM python:3.13 AS base\nRUN pip install a\nFROM base AS build\nRUN b\n" + FINAL,
    ],
    "DF306": [
        "FROM python:2.7\nRUN pip install virtualenv\n",
        "FROM debian:12\nRUN python2 -m pip install --upgrade requests\n",
        "FROM python:3.13\nRUN pip install --upgrade virtualenv\n",
        "FROM python:3.13\nRUN pip install «virtualenv»\n",
    ],
    "DF316": [
        "FROM debian:12 AS build\nRUN apt-get update && apt-get install -y gcc\n" + FINAL,
        "FROM debian:12\nRUN apt-get update && apt-get install -y librdkafka-dev sudo\n",
        "FROM debian:12 AS workspace\nRUN apt-get update && apt-get install -y vim\n",
        "FROM debian:12\nRUN apt-get update && «apt-get install» -y librdkafka-dev vim\n",
    ],
    "DF329": [
        "FROM debian:buster\nRUN apt-key add a.asc\n",
        "FROM debian:12\nRUN «apt-key» add a.asc\n",
    ],
    "DF334": [
        "FROM debian:12 AS build\nRUN apt-get update && «apt-get install» -y gcc\n" + FINAL,
        "FROM debian:12\nRUN apt-get update && «apt-get install» -y librdkafka-dev sudo\n",
        "FROM debian:12\nRUN apt-get update && apt-get install -y librdkafka-dev vim\n",
    ],
    "DF404": [
        "FROM quay.io/acme/connect:1\nRUN cd /kafka/plugins && curl -fO https://e.com/a.jar\n",
        'FROM quay.io/acme/connect:1\nRUN «cd /kafka» && make\nCMD ["a"]\n',
    ],
    "DF416": [
        "FROM debian:12\nARG V\nRUN curl -fLO https://e.com/$V/tool.tgz && tar xf tool.tgz\n",
        "FROM debian:12\nARG V=${V}\nRUN curl -fLO https://e.com/$V/tool.tgz && tar xf tool.tgz\n",
        "FROM debian:12\nARG V=1.2\nRUN curl -fLO «https://e.com/$V/tool.tgz» && tar xf tool.tgz\n",
    ],
    "DF423": [
        "FROM debian:12\nRUN curl -s https://e.com/key | (OUT=$(apt-key add - 2>&1) || echo $OUT)\n",
        "FROM debian:12\nRUN V=$(curl -s https://e.com/v | sed -nr 's/tag: (.*)/\\1/p')\n",
        "FROM debian:12\nRUN «curl» -s https://e.com/a | sed 's/a/b/' > /a\n",
        "FROM debian:12\nRUN «curl» -s https://e.com/a | sed 's/a/b/' | sh\n",
        "FROM debian:12\nRUN «curl» -so a https://e.com/a && curl -so b https://e.com/b\n",
    ],
    "DF429": [
        "FROM debian:12\nRUN curl -LsSf https://astral.sh/uv/0.4.0/install.sh | sh\n",
        "FROM debian:12\nRUN curl -fsSL https://raw.githubusercontent.com/nvm-sh/nvm/v0.40.1/install.sh | bash\n",
        "FROM debian:12\nRUN «curl -LsSf https://astral.sh/uv/install.sh | sh»\n",
    ],
    "DF507": [
        "FROM alpine:3.22 AS build\nCOPY a b\n" + FINAL,
        "FROM alpine:3.22\nCOPY a «.»\n",
    ],
    "DF516": [
        'FROM ubuntu:24.04\nRUN apt-get install -y golang make\nCOPY . .\nRUN make\nENTRYPOINT ["make"]\n',
        "FROM ubuntu:24.04\nCOPY . .\n# install golang (+gofmt)\nRUN apt-get install -y golang\nRUN make\n",
        "FROM ubuntu:24.04\nRUN apt-get install -y gcc\nRUN pip install a\n",
        "FROM php:8.4\nCOPY . .\nRUN apk add gcc\nRUN pecl install a\nRUN pecl install b\nRUN pecl install c\n"
        "RUN pecl install d\nRUN pecl install e\n",
        "FROM python:3.13\nRUN apt-get install -y «gcc»\nRUN pip install a\nCOPY . .\n",
    ],
    "DF505": [
        {"Dockerfile": "FROM a:1\nCOPY target/app/ /app/\n", ".dockerignore": "*\n!target/app/**\n", "pom.xml": ""},
        {
            "Dockerfile": "FROM a:1\nCOPY «target/app/» /app/\n",
            ".dockerignore": "*\n!target/lib/**\n",
            "target/app/a": "",
        },
    ],
    "DF518": ["FROM alpine:3.22 AS build\nCOPY a «b»\n" + FINAL],
    "DF601": [
        "FROM debian:12\nCMD tail -f /dev/null\n",
        'FROM debian:12\nENTRYPOINT bash -c "./once.sh && sleep infinity"\n',
        'FROM debian:12\nENTRYPOINT echo "app2" && tail -f /dev/null\n',
        "FROM debian:12\nCMD while true; do sleep 5; done\n",
        "FROM debian:12\nCMD tail -f /var/log/app.log\n",
    ],
    "DF604": [
        {".devcontainer/Dockerfile": 'FROM debian:12\nCMD ["sleep", "infinity"]\n'},
        '«FROM debian:12»\nCMD ["serve"]\n',
    ],
    "DF631": [
        {
            "Dockerfile": 'FROM node:22\nWORKDIR /app\nCOPY . .\nCMD ["npm", "start"]\n',
            "package.json": '{"scripts": {"start": "node server.js"}}',
            "server.js": "app.listen(80)",
        },
        {
            "Dockerfile": 'FROM node:22\nWORKDIR /app\nCOPY . .\nCMD «["npm", "start"]»\n',
            "package.json": '{"scripts": {"start": "node server"}}',
            "server.js": "process.once('SIGTERM', stop)",
        },
        'FROM node:22\nCMD ["npm", "start"]\n',
    ],
    "DF641": ["FROM debian:12\n«CMD tail -f /dev/null»\n", "FROM debian:12\nCMD serve\n"],
    "DF701": [
        "FROM node:22\nARG VITE_FIREBASE_AUTH_DOMAIN\nARG VITE_FIREBASE_API_KEY\nARG NEXT_PUBLIC_TOKEN=abc\n",
        "FROM node:22\nARG FIREBASE_AUTH_DOMAIN\nARG AUTH_ROLE=public\nARG OAUTH_AUTH_DOMAIN=e.com\n",
        "FROM node:22\nARG «NPM_AUTH»\nARG «AUTH_TOKEN»\nARG «AUTH_KEY»\n",
        "ARG TOKEN\nFROM node:22\nARG «TOKEN»\nENV TOKEN=$TOKEN\n",
        "FROM node:22\nARG «TOKEN»\nENV «TOKEN=${TOKEN}abc»\n",
    ],
    "DF707": ["FROM node:22\nARG «AUTH_DOMAIN»\nARG «VITE_API_KEY»\nARG TOKEN\nENV «TOKEN=$TOKEN»\n"],
}


@pytest.mark.parametrize(("code", "case"), [(code, case) for code, cases in CASES.items() for case in cases])
def test_what_is_flagged(code: str, case: Files) -> None:
    files = as_files(case, "Dockerfile")
    assert marked(RULES[code], files) == files


SAID = [
    ("DF101", "FROM gcr.io/distroless/static\n", "`gcr.io/distroless/static-debian13`, or add a digest"),
    ("DF122", "FROM php:8.1.0-apache\n", "php 8.1 has had no security updates since 31 December 2025. Move on"),
    ("DF122", "FROM php:8.1.0-apache\n", "`php:8.5-apache`"),
    (
        "DF428",
        "FROM a:1\nARG TARGETARCH\nARG FILE=k_1.2_${TARGETARCH}.tgz\nADD https://e.com/1.2/${FILE} /t\n",
        "fits one architecture only",
    ),
    (
        "DF416",
        "FROM a:1\nARG ARCH=x86_64\nRUN curl -fsSLo a.zip https://e.com/cli-exe-linux-${ARCH}.zip && unzip a.zip\n",
        "an address that holds one version",
    ),
    ("DF122", "FROM node:18-alpine3.18\n", "`node:26-alpine`"),
    ("DF122", "FROM debian:bullseye-slim\n", "`debian:13-slim`"),
    ("DF122", "FROM python:3.9-slim-bullseye\n", "-slim`"),
    ("DF122", "FROM mcr.microsoft.com/dotnet/core/sdk:3.1-buster\n", "`mcr.microsoft.com/dotnet/sdk:10.0`"),
    ("DF122", "FROM mcr.microsoft.com/dotnet/sdk:8.0-bookworm-slim-amd64\n", "`mcr.microsoft.com/dotnet/sdk:10.0`"),
    ("DF122", "FROM python:3.8-windowsservercore\n", "Move to a later release"),
    ("DF122", "FROM nginx:1.20-alpine3.14\n", "a later release in place of `alpine3.14`"),
    ("DF214", "FROM a:1\nRUN if a; then git clone https://e.com/a.git; fi\n", "with `--branch` or check out a commit"),
    ("DF215", "FROM a:1\nRUN if a; then git clone https://e.com/a.git; fi\n", "Add `--depth 1`"),
    ("DF218", "FROM debian:12\nARG API_TOKEN\nRUN apt-get update\n", "nothing uses `API_TOKEN`. Delete it"),
    (
        "DF301",
        "FROM debian:12\nRUN apt-get update && apt-get install -y a\nRUN apt-get install -y b\n"
        "RUN apt-get install -y c\nRUN apt-get update && apt-get install -y d\nRUN apt-get install -y e\n",
        "The RUNs in lines 3 and 4 install from them: give each its own `apt-get update`",
    ),
    ("DF410", "FROM debian:12\nRUN ln -sf /bin/bash /bin/sh\nRUN make\n", "`#!/bin/bash`"),
    ("DF410", "FROM debian:12\nRUN ln -sf /bin/bash /bin/sh\nRUN [[ -f a ]]\n", "SHELL"),
    ("DF416", "FROM a:1\nRUN curl -fLo /b.sh https://e.com/1.2/b.sh && chmod +x /b.sh\n", "before it is run"),
    ("DF416", "FROM a:1\nRUN curl -fLO https://e.com/pip.py && python pip.py\n", "an address that holds one version"),
    ("DF416", "FROM a:1\nRUN if a; then curl -fLO https://e.com/1/a.tgz && tar xf a.tgz; fi\n", "checksum first"),
    ("DF420", "FROM a:1\nRUN pip install pip install jax\n", "Leave out what stands before it"),
    (
        "DF423",
        "FROM a:1\nRUN curl -sL https://e.com/a | bash\n",
        "passes the error page to `bash` and reports no failure",
    ),
    (
        "DF423",
        "FROM a:1\nRUN curl -o a https://e.com/a; curl -o b https://e.com/b\n",
        "and to the other call of this RUN",
    ),
    ("DF429", "FROM a:1\nRUN curl -L https://yarnpkg.com/install.sh | bash -s -- --version 1\n", "that of the script"),
    ("DF429", "FROM a:1\nRUN curl -L https://yarnpkg.com/install.sh | bash\n", "`npm install -g yarn@VERSION`"),
    ("DF501", "FROM debian:12\nADD . /app\n", "ADD of `.` only copies, as COPY does"),
    ("DF507", "FROM debian:12\nCOPY a .\n", "this copies into `/`, the root of the file system"),
    ("DF518", "FROM debian:12\nCOPY a app/\n", "`app/` begins at the root of the file system"),
    ("DF604", 'FROM debian:12\nCOPY . .\nCMD ["a"]\nRUN make\n', "at the end of the file"),
    ("DF604", 'FROM node:22\nRUN npm ci\nCMD ["node", "a.js"]\n', "Add `USER node`, which the image has, before CMD"),
    ("DF603", 'FROM apache/airflow:3.0.1\nUSER root\nCMD ["a"]\n', "`USER airflow`, as the base image has it"),
    ("DF621", "FROM debian:12\nLABEL maintainer Ada Lovelace\n", 'Write `LABEL maintainer="Ada Lovelace"`'),
    ("DF701", "FROM node:22 AS build\nARG TOKEN\n" + FINAL, "is not in the image, but stays readable in the build"),
    ("DF702", "FROM a:1\nRUN echo 'glpat-Zk3xQ9vT2mLr8WcYb5Nd' > /etc/key\n", "when the container starts"),
    ("DF702", "FROM a:1\nRUN curl -H 'T: glpat-Zk3xQ9vT2mLr8WcYb5Nd' https://e.com\n", "`RUN --mount=type=secret`"),
    ("DF801", "FROM debian:12 AS build\nMAINTAINER a\n" + FINAL, "not shipped it says nothing to anybody. Delete it"),
]


@pytest.mark.parametrize(("code", "text", "said"), SAID)
def test_what_is_said(code: str, text: str, said: str) -> None:
    linter = Linter(rules=Rules.only([RULES[code]]), choice=Choice(extend_select=[code]))
    findings = linter.check(
        Workspace.in_memory({"Dockerfile": text}), [Target("", "Dockerfile", "Dockerfile")]
    ).findings
    assert findings and said in findings[0].message


@pytest.mark.parametrize(
    ("code", "text", "severity"),
    [
        ("DF101", "FROM alpine AS build\nRUN mkdir -p /a && cp /etc/hosts /a\n" + FINAL, "info"),
        ("DF101", 'FROM alpine AS build\nRUN A=$([ "$B" = 1 ] && echo 2); cp /a* /b/\n' + FINAL, "info"),
        ("DF101", "FROM alpine AS build\nRUN apk add gcc\n" + FINAL, "warning"),
        ("DF101", "FROM alpine\nRUN mkdir -p /a\n", "warning"),
        ("DF306", "FROM python:3.13 AS workspace\nRUN pip install flask\n", "info"),
        ("DF701", "FROM node:22 AS build\nARG TOKEN\n" + FINAL, "info"),
        ("DF701", "FROM node:22 AS base\nARG TOKEN\nFROM base\n", "warning"),
    ],
)
def test_how_grave(code: str, text: str, severity: str) -> None:
    linter = Linter(rules=Rules.only([RULES[code]]), choice=Choice())
    findings = linter.check(
        Workspace.in_memory({"Dockerfile": text}), [Target("", "Dockerfile", "Dockerfile")]
    ).findings
    assert findings[0].severity == severity


def test_a_stage_that_a_service_asks_for_is_shipped() -> None:
    files = {
        "Dockerfile": "FROM node:22 AS build\nARG TOKEN\n" + FINAL,
        "compose.yaml": "services:\n  a:\n    build:\n      context: .\n      target: build\n",
    }
    linter = Linter(rules=Rules.only([RULES["DF701"]]), choice=Choice())
    (finding,) = linter.check(Workspace.in_memory(files), [Target("", "Dockerfile", "Dockerfile")]).findings
    assert finding.severity == "warning"


def test_one_fix_for_all_blank_lines_of_an_instruction() -> None:
    text = "FROM debian:12\nRUN a \\\n\n  b \\\n\n\n  c\n"
    linter = Linter(rules=Rules.only([RULES["DF022"]]), choice=Choice())
    (finding,) = linter.check(
        Workspace.in_memory({"Dockerfile": text}), [Target("", "Dockerfile", "Dockerfile")]
    ).findings
    assert (
        finding.fix and apply_edits(finding.span.source, finding.fix.edits) == "FROM debian:12\nRUN a \\\n  b \\\n  c\n"
    )


def test_no_fix_that_leaves_an_installation_without_packages() -> None:
    linter = Linter(rules=Rules.only([RULES["DF420"]]), choice=Choice())
    text = "FROM a:1\nRUN pip install pip install jax\n"
    findings = linter.check(
        Workspace.in_memory({"Dockerfile": text}), [Target("", "Dockerfile", "Dockerfile")]
    ).findings
    assert findings and findings[0].fix is None
