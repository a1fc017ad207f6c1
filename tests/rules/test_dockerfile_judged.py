"""Rules on Dockerfiles, on what a judge of real findings called wrong or arguable, as small as it still shows."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from dagdock.engine import Linter, Target, Workspace
from dagdock.examples import as_files
from dagdock.hooks import Rules
from dagdock.selection import Choice
from dagdock.testing import marked

RULES = {rule.code: rule for kind in ("dockerfile", "compose", "project") for rule in Rules().of_kind(kind)}

Files = str | Mapping[str, str]

# What a rule must flag is marked; without marks it must be silent.
CASES: dict[str, list[Files]] = {
    "DF309": [
        "FROM golang:1.23\nWORKDIR /app\nRUN --mount=type=bind,source=go.mod,target=go.mod go install example.com/x\n",
        "FROM golang:1.9\nWORKDIR /go/src/example.com/app\nRUN go get github.com/pkg/errors\n",
        "FROM golang:1.23\nWORKDIR /app\nRUN go install «example.com/tool»\n",
    ],
    "DF110": [
        {
            "test/Dockerfile": "ARG BASE\nFROM $BASE\n",
            "test/run.ts": "exec(`docker build --build-arg BASE=${image} .`)\n",
        },
        {"test/Dockerfile": "ARG BASE\nFROM «$BASE»\n", "test/run.ts": "exec('make')\n"},
    ],
    "DF124": [
        "# syntax=docker/dockerfile:experimental\nFROM alpine:3.20\nRUN --security=insecure id\n",
        "# syntax = docker/dockerfile:experimental\nFROM alpine:3.20\nRUN --mount=type=ssh git fetch\n",
        "# syntax=«docker/dockerfile:experimental»\nFROM alpine:3.20\nRUN <<EOF\nid\nEOF\n",
        "FROM alpine:3.20\nCOPY --chmod=755 run /run\n",
        "FROM alpine:3.20\nCOPY --chmod=755 a /a\nCOPY «--parents» b /b\n",
    ],
    "DF214": [
        (
            "FROM debian:12\nARG V\n"
            "RUN if [ $V = latest ]; then curl -fO https://e.com/latest/a; else curl -fO https://e.com/$V/a; fi\n"
        ),
        "FROM debian:12\nARG V=latest\nRUN curl -fO «https://e.com/latest/a»\n",
    ],
    "DF306": [
        "FROM python:3.12\nRUN pip install --upgrade pip\n",
        "FROM python:3.12\nRUN python -m pip install -U pip setuptools wheel\n",
        "FROM python:3.12\nRUN pip install -U «flask»\n",
        "FROM python:3.12\nRUN pip install «wheel»\n",
    ],
    "DF404": [
        "FROM debian:12\nRUN cd /usr/local/bin && ln -s python3 python\n",
        "FROM debian:12\nRUN cd /etc/ssl && make\n",
        "FROM debian:12\nRUN «cd /usr/src/app» && make\n",
        "FROM debian:12\nRUN «cd /etcd» && make\n",
        "FROM debian:12\nRUN cd /home/me/.ssh && chmod 600 *\nENV A=1\nWORKDIR /app\nRUN make\n",
        "FROM debian:12\nRUN «cd /src» && make\nRUN ls\nWORKDIR /app\n",
    ],
    "DF407": [
        "FROM debian:12\nRUN wget https://e.com/a\nRUN «curl» -fO https://e.com/b\nRUN wget https://e.com/c\n",
        "FROM alpine:3.20\nRUN wget https://e.com/a\nRUN apk add curl && curl -fO https://e.com/b\n",
        "FROM alpine:3.20\nRUN apk add curl wget && wget https://e.com/a\nRUN «curl» -fO https://e.com/b\n",
    ],
    "DF408": [
        "FROM debian:12\nRUN wget https://e.com/packages-microsoft-prod.deb && dpkg -i *.deb\n",
        "FROM debian:12\nRUN wget https://e.com/key.asc && «wget» https://e.com/tool.tgz\n",
    ],
    "DF409": [
        "FROM debian:12\nRUN curl -L https://e.com/a.tgz | tar -C /tmp -zx && /tmp/a\n",
        "FROM debian:12\nRUN «curl -L https://e.com/a.txt | tar -C /tmp -cf a.tar -T -»\n",
        "FROM debian:12\nRUN V=$(curl -s https://e.com/v | jq -r .tag); V=${V:-1.2}; wget https://e.com/$V\n",
        'FROM debian:12\nRUN V=$(curl -s https://e.com/v | jq -r .tag); if [ -z "$V" ]; then exit 1; fi\n',
        "FROM debian:12\nRUN V=$(«curl -s https://e.com/v | jq -r .tag»); wget https://e.com/$V ${VERBOSE:-}\n",
        "FROM debian:12\nRUN «curl -s https://e.com/v | jq -r .tag > /v» && V=${V:-1}\n",
    ],
    "DF412": [
        {
            "Dockerfile": "FROM debian:12\nRUN chmod 0777 /home/me\n",
            "compose.yaml": "services:\n  a:\n    build: .\n    user: ${ID:-1000}:${GROUP:-1000}\n",
        },
        {
            "Dockerfile": "FROM debian:12\nRUN «chmod 0777 /home/me»\n",
            "compose.yaml": "services:\n  a:\n    build: .\n    user: '1000'\n",
        },
    ],
    "DF413": [
        "FROM debian:12\nRUN echo 'root:Docker!' | chpasswd\n",
        "FROM debian:12\nRUN echo 'root:Docker' | «chpasswd»\n",
    ],
    "DF416": [
        "FROM debian:12\nRUN wget https://e.com/packages-microsoft-prod.deb -O a.deb && dpkg -i a.deb\n",
        "FROM debian:12\nRUN curl -fLO https://e.com/mysql-apt-config-release_1_all.deb && dpkg -i *.deb\n",
        "FROM debian:12\nRUN curl -fLO «https://e.com/tool-1.2.deb» && dpkg -i tool-1.2.deb\n",
        "FROM debian:12\nRUN curl -fsSL -o /usr/bin/tool «https://e.com/tool-1.2» | bash && chmod +x /usr/bin/tool\n",
    ],
    "DF429": [
        "FROM debian:12\nRUN curl -fsSL -o /usr/bin/tool https://e.com/tool-1.2 | bash && chmod +x /usr/bin/tool\n",
        "FROM debian:12\nRUN wget https://e.com/install.sh | sh\n",
        "FROM debian:12\nRUN «curl -o- https://e.com/install.sh | sh» && «wget -O - https://e.com/b | sh»\n",
    ],
    "DF511": [
        'FROM debian:12\nCOPY a.deb /\nRUN dpkg -i a.deb\nWORKDIR /usr/bin\nCMD ["./a"]\n',
        "FROM debian:12\nWORKDIR /usr/bin\nWORKDIR /app\nCOPY a .\n",
        "FROM debian:12\nWORKDIR «/usr/bin»\nRUN make\n",
        "FROM debian:12 AS a\nWORKDIR «/etc»\nFROM a\nCOPY b .\n",
    ],
    "DF603": [
        "FROM python:3.12\n# We need to run it as root here:\n# the socket belongs to root.\nUSER root\n",
        "FROM python:3.12\n# We need to install packages as root\n«USER root»\n",
        "FROM python:3.12\n# We need to run it as root\n\n«USER root»\n",
        "FROM python:3.12\n# as root\n«USER root»\n",
    ],
    "DF619": [
        'FROM debian:12\nENV DEBUG=1\nRUN make && make install\nCMD ["tool"]\n',
        'FROM debian:12\nRUN make\nENV «DEBUG=1»\nCMD ["tool"]\n',
        'FROM debian:12\nENV «FLASK_DEBUG=1»\nRUN make\nCMD ["tool"]\n',
    ],
}


@pytest.mark.parametrize(("code", "case"), [(code, case) for code, cases in CASES.items() for case in cases])
def test_what_is_flagged(code: str, case: Files) -> None:
    files = as_files(case, "Dockerfile")
    assert marked(RULES[code], files) == files


@pytest.mark.parametrize(
    ("code", "text", "said"),
    [
        ("DF122", "FROM php:8.1\n", "`php:8.5`"),
        ("DF122", "FROM mcr.microsoft.com/dotnet/sdk:6.0\n", "sdk:10"),
        ("DF208", "FROM debian:12\nRUN apt-get update && apt-get purge -y gcc\n", "Leave the update out, or"),
        (
            "DF424",
            "FROM alpine:3.20\nRUN apk add ca-certificates && ./serve.sh || true && cp -r /a /b\n",
            "`apk add` fails, this RUN goes on as if it had not. Put parentheses round what may fail, from",
        ),
        ("DF424", "FROM alpine:3.20\nRUN apk add git || true\n", "Leave `|| true` out, or name"),
        ("DF601", 'FROM debian:12\nCMD bash -c "a && b"\n', "words, and put `exec` in front of the last command"),
        ("DF428", "FROM debian:12\nADD https://e.com/raw/master/a.py /\n", "Name a commit in its place"),
        (
            "DF604",
            'FROM python:3.12 AS base\nCMD ["python", "a.py"]\nFROM base\nRUN apt-get update\n',
            "at the end of the file",
        ),
        ("DF604", 'FROM python:3.12\nCMD ["python", "a.py"]\n', "before CMD"),
    ],
)
def test_what_is_said(code: str, text: str, said: str) -> None:
    linter = Linter(rules=Rules.only([RULES[code]]), choice=Choice())
    workspace = Workspace.in_memory(as_files(text, "Dockerfile"))
    (finding,) = linter.check(workspace, [Target("", "Dockerfile", "Dockerfile")]).findings
    assert said in finding.message


@pytest.mark.parametrize(
    ("code", "text", "severity"),
    [
        ("DF106", "FROM --platform=linux/amd64 debian:12\n", "info"),
        ("DF307", "FROM node:22 AS dev\nRUN npm install -g eslint\n", "info"),
        ("DF307", "FROM node:22\nRUN npm install -g eslint\n", "warning"),
        ("DF601", "FROM debian:12\nCMD sleep 5; serve\n", "warning"),
    ],
)
def test_how_grave(code: str, text: str, severity: str) -> None:
    linter = Linter(rules=Rules.only([RULES[code]]), choice=Choice())
    workspace = Workspace.in_memory({"Dockerfile": text})
    (finding,) = linter.check(workspace, [Target("", "Dockerfile", "Dockerfile")]).findings
    assert finding.severity == severity


def test_how_labels_are_named_is_asked_for_by_those_who_want_to_know() -> None:
    assert not RULES["DF802"].default


@pytest.mark.parametrize(
    "text",
    [
        "FROM alpine:3.20\nARG T\nCOPY --from=nginx:$T /a /b\n",  # FROM does not know the ARG of a stage
        "ARG T=1\nFROM golang:1\nFROM alpine:3.20\nCOPY --from=0 /c /d\nCOPY --from=nginx:$T /a /b\n",  # stages count
        "ARG T=1\nFROM alpine:3.20 AS nginx\nCOPY --from=nginx:$T /a /b\n",  # the name is taken
        "ARG T=1\nFROM alpine:3.20\nCOPY --from=nginx:${T:-2} /a /b\n",
    ],
)
def test_a_variable_in_copy_from_has_no_fix_where_that_would_be_a_guess(text: str) -> None:
    linter = Linter(rules=Rules(third_party=False), choice=Choice(select=["DF021"]))
    result = linter.check(Workspace.in_memory({"Dockerfile": text}), [Target("", "Dockerfile", "Dockerfile")])
    assert [finding.fix for finding in result.findings] == [None]
