"""What users of other Dockerfile linters complain of most: false alarms and wrong places that dagdock does not have.

Each complaint is a small Dockerfile on which the default rules must keep silent, as far as the codes go that it is
about: those of hadolint, which are the aliases of ours.
"""

from __future__ import annotations

from typing import Any

import pytest

from dagdock.config import Config, Finder
from dagdock.engine import Linter, Target, Workspace
from dagdock.rule import Finding
from dagdock.selection import Choice

HEREDOC = "FROM debian:12\nRUN <<EOF\nset -e\necho a\nEOF\n"

# What is complained of, the codes it is about, and Dockerfiles that must not be given them.
COMPLAINTS: dict[str, tuple[str, list[str]]] = {
    "a comment or instruction behind a heredoc ends the analysis": (
        "DL1000",
        [
            f'{HEREDOC}# and now the program\nCOPY app /app\nCMD ["/app"]\n',
            f"{HEREDOC}COPY <<END /etc/motd\nhello\nEND\nUSER nobody\n",
            'FROM debian:12\nRUN set -e && \\\n  cat <<A > /a && echo done\nx\nA\nCMD ["a"]\n',
            'FROM debian:12\nRUN cat <<\\EOT > /a\n$x `y`\nEOT\nCMD ["a"]\n',
            "FROM debian:12\nRUN <<EOF\necho a\nEOF",
        ],
    ),
    "a heredoc for bash is judged as sh, and as a pipe without pipefail": (
        "DL4006 SC2039 SC3010 SC3030",
        [
            'FROM debian:12\nRUN <<EOF bash\nset -eo pipefail\na=(1 2)\n[[ -f /x ]] && ls | sort > "${a[0]}"\nEOF\n',
            'FROM debian:12\nRUN <<EOF\n#!/bin/bash\nset -euo pipefail\na=(1 2)\nls | sort > "${a[0]}"\nEOF\n',
        ],
    ),
    "images, contexts and variables in COPY --from are taken for stages": (
        "DL3022",
        [
            "FROM debian:12\nCOPY --from=nginx:1.27 /etc/nginx /etc/nginx\n",
            "FROM debian:12\nCOPY --from=ghcr.io/astral-sh/uv:0.5.1 /uv /bin/\n",
            "FROM debian:12\nCOPY --from=composer /usr/bin/composer /usr/bin/composer\n",
            "FROM debian:12\nCOPY --from=shared-config . /etc/shared\n",
            "FROM golang:1.24 AS Build\nFROM debian:12\nCOPY --from=build /a /a\nCOPY --from=0 /b /b\n",
        ],
    ),
    "ARGs in FROM": (
        "DL3006 DL3007 DL1000",
        [
            "ARG BASE=python:3.12-slim\nFROM ${BASE}\nUSER nobody\n",
            "ARG BASE\nFROM $BASE\nUSER nobody\n",
            "ARG DIGEST\nFROM alpine:3.22${DIGEST:+@$DIGEST}\nUSER nobody\n",
            "ARG A=python:3.12\nFROM ${A%%-*}\nUSER nobody\n",
            "ARG REGISTRY=docker.io\nFROM $REGISTRY/team/app:1.2 AS app\nFROM app\nUSER nobody\n",
        ],
    ),
    "cd between the steps of a build, and in a subshell": (
        "DL3003",
        [
            "FROM debian:12\nRUN make -C /a && cd /b && make install\n",
            "FROM debian:12\nRUN (cd /src && ./configure && make install)\n",
            "FROM debian:12\nRUN tar xf /a.tar && cd a && ./configure && make && cd .. && rm -r a\n",
        ],
    ),
    "root in a stage that is not shipped": (
        "DL3002",
        [
            "FROM debian:12 AS build\nUSER root\nRUN make\nFROM debian:12\nUSER nobody\n",
            "FROM apache/airflow:2.10.3\nUSER root\nRUN apt-get clean\nUSER airflow\n",
        ],
    ),
    "cache mounts are told to delete their caches": (
        "DL3009 DL3019 DL3032 DL3040 DL3042 DL3060",
        [
            "FROM debian:12\nRUN --mount=type=cache,target=/var/cache/apt,sharing=locked "
            "--mount=type=cache,target=/var/lib/apt,sharing=locked apt-get update && "
            "apt-get install -y --no-install-recommends jq\n",
            "FROM python:3.12-slim\nRUN --mount=type=cache,target=/root/.cache/pip pip install -r /r.txt\n",
            "FROM python:3.12-slim\nENV PIP_CACHE_DIR=/c\nRUN --mount=type=cache,target=/c pip install -r /r.txt\n",
            "FROM alpine:3.22\nRUN --mount=type=cache,target=/var/cache/apk apk add jq\n",
            "FROM fedora:42\nRUN --mount=type=cache,target=/var/cache/libdnf5 dnf install -y jq\n",
            "FROM node:22-slim\nRUN --mount=type=cache,target=/root/.cache/yarn,id=yarn yarn install --immutable\n",
        ],
    ),
    "pip with options, pipenv, pipx": (
        "DL3013 DL3042",
        [
            "FROM python:3.12-slim\nRUN pipenv install --system --deploy\n",
            "FROM python:3.12-slim\nRUN pipx install --python python3.12 poetry==1.8.3\n",
            "FROM python:3.12\nRUN pip install --no-cache-dir --index-url https://e.com/simple -r r.txt\n",
            "FROM python:3.12-slim\nRUN pip install --no-cache-dir --extra-index-url=https://e.com --pre a==1 .\n",
            "FROM python:3.12-slim\nRUN pip install --no-cache-dir --no-deps --target /opt .\n",
            "FROM python:3.12-slim\nRUN pip install --no-cache-dir --root-user-action ignore -e '.[dev]'\n",
            "FROM python:3.12-slim\nRUN python3 -m pip --no-cache-dir install 'flask~=3.0' https://e.com/a.whl\n",
        ],
    ),
    "pins of system packages": (
        "DL3008 DL3018 DL3033 DL3041",
        [
            "FROM debian:12\nRUN apt-get update && apt-get install -y --no-install-recommends curl "
            "&& rm -rf /var/lib/apt/lists/*\n",
            "FROM alpine:3.22\nRUN apk add --no-cache curl\n",
            "FROM fedora:42\nRUN dnf install -y curl && dnf clean all\n",
        ],
    ),
    "go run with a version, in a chain": (
        "DL3062",
        ["FROM golang:1.24\nRUN go run github.com/a/b@v1.2.3 gen ./x && go build ./...\n"],
    ),
    "pipefail that is set in the RUN, shells that have it, other paths of bash": (
        "DL4006",
        [
            "FROM debian:12\nRUN set -o pipefail; make | tee log\n",
            "FROM alpine:3.22\nRUN set -eo pipefail && make | tee log\n",
            'FROM debian:12\nSHELL ["/usr/bin/env", "bash", "-o", "pipefail", "-c"]\nRUN make | tee log\n',
            'FROM debian:12\nSHELL ["/usr/local/bin/bash", "-euxo", "pipefail", "-c"]\nRUN make | tee log\n',
            'FROM alpine:3.22\nSHELL ["/bin/ash", "-eo", "pipefail", "-c"]\nRUN make | tee log\n',
        ],
    ),
    "names that only sound like secrets": (
        "DL3064",
        [
            "FROM golang:1.24\nENV GOPRIVATE=github.com/acme JENKINS_USERNAME=ci DB_PASSWORD_FILE=/run/secrets/db\n",
            "FROM debian:12\nARG USERNAME=dev\nENV KEYBOARD=de TOKENIZERS_PARALLELISM=false AUTHOR=me\n",
            "FROM debian:12\nENV SECRET_NAME=prod/db PUBLIC_KEY=abc TOKEN_TTL=60 PASSWORD_MIN_LENGTH=8\n",
        ],
    ),
    "USER by name": ("DL3066", ["FROM node:22-slim\nUSER node\n", "FROM debian:12\nRUN useradd a\nUSER a\n"]),
    "images that set WORKDIR themselves": (
        "DL3045",
        ["FROM apache/airflow:2.10.3\nCOPY dags dags/\n", "FROM registry.example.com/base:1\nCOPY a b/\n"],
    ),
    "several RUNs in a row": (
        "DL3059",
        ["FROM debian:12\nRUN make a\nRUN make b\n# and\nRUN make c\n"],
    ),
    "new flags and protocols are parse errors": (
        "DL1000",
        [
            "FROM debian:12\nCOPY --parents --exclude=*.md --link src /src\n",
            "FROM debian:12\nADD --keep-git-dir=true --checksum=sha256:" + "a1" * 32 + " https://e.com/a.git /a\n",
            "FROM debian:12\nRUN --mount=type=cache,target=/c --network=none --security=sandbox ls\n",
            "FROM debian:12\nRUN --device=nvidia.com/gpu=all nvidia-smi\n",
            'FROM debian:12\nHEALTHCHECK --start-period=5s --start-interval=1s CMD ["true"]\n',
            "FROM debian:12\nEXPOSE 80/sctp 5000-5010/udp $PORT\n",
        ],
    ),
}


def found(text: str, **choice: Any) -> list[Finding]:
    workspace = Workspace.in_memory({"Dockerfile": text})
    linter = Linter(finder=Finder(config=Config()), choice=Choice(**choice))
    result = linter.check(workspace, [Target("", "Dockerfile", "Dockerfile")])
    assert not result.errors
    return result.findings


CASES = [(name, codes, text) for name, (codes, texts) in COMPLAINTS.items() for text in texts]


@pytest.mark.parametrize(("name", "codes", "text"), CASES)
def test_no_false_alarm(name: str, codes: str, text: str) -> None:
    wrong = {f"hadolint:{code}" for code in codes.split()}
    for finding in found(text):
        assert wrong.isdisjoint(finding.aliases), f"{name}: {finding.rule.name} {finding.message}"
        assert "syntax" not in finding.rule.tags or "DL1000" not in codes, f"{name}: {finding.message}"


def test_a_heredoc_does_not_hide_what_comes_after() -> None:
    text = f"{HEREDOC}# the rest\nRUN cd /app\nADD a.txt /a\n"
    assert {"lost-run-state", "add-instead-of-copy"} <= {finding.rule.name for finding in found(text)}


def test_findings_in_a_long_run_stand_on_their_lines() -> None:
    text = (
        "FROM debian:12\nRUN apt-get update \\\n  && apt-get install \\\n     jq \\\n  && sudo ls \\\n"
        "  && pip install flask\n"
    )
    places = {finding.rule.name: finding.span.line for finding in found(text)}
    assert (places["apt-get-without-yes"], places["sudo-in-run"], places["unpinned-pip"]) == (3, 5, 6)


def test_clean_before_install_is_not_clean() -> None:
    text = "FROM rockylinux:9\nRUN yum clean all && yum install -y httpd\n"
    assert "yum-cache-left" in {finding.rule.name for finding in found(text)}


def test_findings_stand_inside_onbuild_too() -> None:
    text = "FROM debian:12\nONBUILD RUN apt-get install curl\n"
    assert "apt-get-without-yes" in {finding.rule.name for finding in found(text)}
