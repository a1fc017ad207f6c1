"""Rules on Dockerfiles: the situations of strange repositories on which a rule counted too much, as small as they show.

The codes are those of base images, layers, copying, running and labels (DF0xx, DF1xx, DF2xx, DF5xx to DF8xx, PJ1xx).
"""

from __future__ import annotations

import pytest

from dagdock.examples import as_files
from dagdock.testing import marked

from .test_dockerfile_judged4 import RULES, Files, _findings

# What a rule must flag is marked; without marks it must be silent.
CASES: dict[str, list[Files]] = {
    "DF101": [
        {
            "tool/2.1/Dockerfile": "FROM a:1\n",
            "tool/README.md": "docker run acme/tool\n",
            "b/Dockerfile": "FROM acme/tool",
        },
        {"tool/2.1/Dockerfile": "FROM a:1\n", "b/Dockerfile": "FROM «acme/tool»"},
    ],
    "DF102": [
        {"a-b/Dockerfile": 'FROM a:1\nLABEL url="https://e.com/acme/a-b"\n', "c/Dockerfile": "FROM acme/a-b:latest\n"},
        {"a-b/Dockerfile": "FROM acme/a-b:2\n", "c/Dockerfile": "FROM «acme/a-b:latest»\n"},
    ],
    "DF122": [
        {"src/aspnet/8.0/alpine3.24/amd64/Dockerfile": "FROM mcr.microsoft.com/dotnet/runtime:8.0.19-alpine3.24\n"},
        {"php/nightly/Dockerfile": "FROM «php:7.4»\n"},
        "FROM openjdk:25-ea\n",
    ],
    "DF126": [
        {"php/nightly/unit/Dockerfile": "FROM acme/php:nightly-cli\n"},
        {"php/unit/Dockerfile": "FROM «acme/php:nightly-cli»\n"},
    ],
}


@pytest.mark.parametrize(("code", "files"), [(code, files) for code, cases in CASES.items() for files in cases])
def test_case(code: str, files: Files) -> None:
    expected = dict(as_files(files, "Dockerfile"))
    assert marked(RULES[code], expected) == expected


COPIED = "\nFROM alpine:3.24\nCOPY --from=b /a /a\n"


@pytest.mark.parametrize(
    ("code", "files", "severity", "said"),
    [
        ("DF122", "FROM centos:6\n", "warning", "30 November 2020"),
        ("DF122", "FROM centos:7.9.2009\n", "warning", "30 June 2024"),
        ("DF122", "FROM centos:centos7\n", "warning", "30 June 2024"),
        ("DF122", "FROM centos:8.4.2105\n", "warning", "31 December 2021"),
        (
            "DF122",
            "FROM centos\n",
            "warning",
            "centos:latest, which is 8 for good, has had no security updates since 31 D",
        ),
        (
            "DF122",
            "FROM quay.io/centos/centos:stream8\n",
            "warning",
            "stream8 has had no security updates since 31 May",
        ),
        ("DF122", "FROM mcr.microsoft.com/dotnet/core/sdk:2.2\n", "warning", "23 December 2019"),
        ("DF122", "FROM openjdk:16\n", "warning", "14 September 2021"),
        ("DF122", "FROM alpine:3.18 AS b\nRUN wget a" + COPIED, "info", "Move on"),
        ("DF122", "FROM golang:1.18 AS b\nRUN go build" + COPIED, "warning", "Move on"),
        (
            "DF122",
            "FROM ubuntu:19.04\nRUN sed -i s/archive.ubuntu.com/old-releases.ubuntu.com/ /etc/apt/sources.list\n",
            "info",
            "and line 2 installs from the archive of old releases. Move on, for example to `ubuntu:26.04`, and take",
        ),
        ("DF122", {"a/2.4/Dockerfile": "FROM ubuntu:20.04\nRUN apt-get install -y a\n"}, "info", "Move on"),
        ("DF122", "FROM ubuntu:18.04\nRUN apt-get install -y python2.7\n", "warning", "`python2.7` is gone there"),
        (
            "DF122",
            "FROM debian:10\nRUN apt-get install -y php7.3-cli\n",
            "warning",
            "`php7.3-cli` may have another name",
        ),
    ],
)
def test_what_is_said(code: str, files: Files, severity: str, said: str) -> None:
    (finding,) = _findings(code, files)
    assert said in finding.message
    assert finding.severity == severity
