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
        "FROM centos\n",
        {"Dockerfile": "FROM a:1\n", "README.md": "docker run acme/tool\n", "b/Dockerfile": "FROM acme/tool\n"},
        "# The latest tools\nFROM acme/a\n",
        {
            "tool/2.1/Dockerfile": "FROM a:1\n",
            "tool/README.md": "docker run acme/tool\n",
            "b/Dockerfile": "FROM acme/tool",
        },
        {"tool/2.1/Dockerfile": "FROM a:1\n", "b/Dockerfile": "FROM «acme/tool»"},
        {"x/1213-domain/Dockerfile": "FROM a:1\n", "x/12-online/Dockerfile": "FROM 1213-domain\n"},
        {"x/debian/Dockerfile": "FROM a:1\n", "b/Dockerfile": "FROM «debian»\n"},
    ],
    "DF102": [
        "FROM centos:latest\n",
        {"storage/latest/Dockerfile": "FROM acme/a:latest\n"},
        "# NOTE the version will be overridden\nFROM acme/a:latest\n",
        "# nosemgrep: dockerfile.audit.dockerfile-source-not-pinned\nFROM acme/a:latest\n",
        "# Always the newest, on purpose\nFROM acme/a:latest\n",
        "# The base\nFROM «acme/a:latest»\n",
        "FROM gcr.io/distroless/static-debian13:latest\n",
        "FROM «gcr.io/distroless/static:latest»\n",
        {"a-b/Dockerfile": 'FROM a:1\nLABEL url="https://e.com/acme/a-b"\n', "c/Dockerfile": "FROM acme/a-b:latest\n"},
        {"a-b/Dockerfile": "FROM acme/a-b:2\n", "c/Dockerfile": "FROM «acme/a-b:latest»\n"},
    ],
    "DF122": [
        {"src/aspnet/8.0/alpine3.24/amd64/Dockerfile": "FROM mcr.microsoft.com/dotnet/runtime:8.0.19-alpine3.24\n"},
        {"php/nightly/Dockerfile": "FROM «php:7.4»\n"},
        "# Use old Debian version to ensure compatible binaries\nFROM debian:9-slim\n",
        "FROM openjdk:25-ea\n",
    ],
    "DF215": [
        "FROM a:1 AS app\nRUN b\nFROM app AS test\nRUN git clone https://e.com/a\n",
        "FROM a:1 AS app\nRUN «git clone» https://e.com/a\nFROM app AS test\nRUN b\n",
        "FROM a:1 AS app\nRUN b\nFROM app AS final\nRUN «git clone» https://e.com/a\n",
    ],
    "DF206": [
        "FROM alpine:3.22\nRUN apk add --virtual .b a && make\nRUN apk add --virtual .b c && make && apk del .b\n",
        "FROM alpine:3.22\nRUN apk add --virtual .b a && make\nRUN «apk del .b»\n",
    ],
    "DF208": [
        "FROM debian:9\nRUN sed -i s/deb.debian.org/archive.debian.org/ /etc/apt/sources.list\nRUN apt-get update\n"
        "RUN apt-get install -y a\n",
    ],
    "DF214": [
        "FROM a:1\nRUN curl -sL https://e.com/alpine/v3.23/main/x86_64/APKINDEX.tar.gz | tar xz\n",
        "FROM a:1\nLABEL image.source=https://github.com/acme/a\nRUN curl -O https://raw.githubusercontent.com/acme/b/master/c.sh\n",
        "FROM a:1\nRUN curl -O «https://raw.githubusercontent.com/acme/b/master/c.sh»\n",
    ],
    "DF218": ["ARG A={{ B }}/{{ C }}\nFROM a:1\nRUN b $A\n", "ARG «A=b»\nFROM a:1\nRUN c\n"],
    "DF504": [
        {"Dockerfile": "FROM a:1\nCOPY «package-lock.json» b/ /\n", "b/c": "", "README.md": "`package-lock.json`\n"},
        {"a/b/Dockerfile": "FROM x:1\nCOPY c-d e/ /\n", "a/b/e/f": "", "a/README.md": "git clone https://e.com/c-d\n"},
        {"Dockerfile": "FROM a:1\nCOPY «data» b/ /\n", "b/c": "", "README.md": "Some data.\n"},
        {
            "Dockerfile": "FROM a:1\nCOPY certs/a.txt b/ /\n",
            "b/c": "",
            "README.md": "Put your `certs/a.txt` here first.\n",
        },
        {"Dockerfile": "FROM a:1\nCOPY data.sql b/ /\n", "b/c": "", ".gitignore": "*.pyc\n/data.sql\n"},
        {"Dockerfile": "FROM a:1\nCOPY «data.sql» b/ /\n", "b/c": "", "README.md": "Some data.\n"},
    ],
    "DF510": ["FROM a:1\nWORKDIR «b»\nWORKDIR ..\n"],
    "DF507": [
        {"Dockerfile": 'FROM alpine:3.24\nCOPY tool .\nENTRYPOINT ["/tool"]\n', "tool": ""},
        {"Dockerfile": "FROM python:3.13\nCOPY src .\nENV PYTHONPATH=/\n", "src/a.py": ""},
        {"Dockerfile": "FROM python:3.13\nCOPY src «.»\nENV PYTHONPATH=/src\n", "src/a.py": ""},
    ],
    "DF516": [
        "FROM debian:13\nRUN apt-get install -y gcc\nRUN make\nRUN apt-get purge -y gcc\nCMD a\n",
        "FROM debian:13\nRUN apt-get install -y «gcc»\nRUN make\nCMD a\n",
    ],
    "DF601": [
        "FROM debian:13\nCMD cron && tail -f /var/log/cron.log\n",
        "FROM debian:13\nCMD a start && tail --pid=$(cat /run/a.pid) -f /var/log/a.log\n",
        "FROM debian:13\n«CMD a $(cat b)»\n",
    ],
    "DF603": [
        'FROM aquasec/trivy:1\nUSER root\nENTRYPOINT ["trivy"]\n',
        'FROM acme/a:1\n«USER root»\nCMD ["redis-server"]\n',
        'FROM acme/a:1\n«USER root»\nCMD ["python", "-m", "b"]\n',
        "FROM acme/a:1\n# build and run as root users since the image has another\nUSER root\nCOPY a /a\n",
        "FROM debian:13\nUSER root\nRUN apt-get install -y gdb\n",
        "FROM debian:13\n«USER root»\nRUN apt-get install -y gdb\nCOPY a /a\n",
        {"d/Dockerfile": 'FROM acme/a:1\nUSER root\nCMD ["/b.sh"]\nCOPY b.sh /\n', "d/b.sh": "exec su app -c /a\n"},
        {"d/Dockerfile": 'FROM acme/a:1\n«USER root»\nCMD ["/b.sh"]\nCOPY b.sh /\n', "d/b.sh": "su root -c /a\n"},
        "FROM varnish:7\n# start.sh rewrites the settings and needs root\nUSER root\nCOPY a /a\n",
        'FROM debian:13\nUSER root\nRUN apt-get install -y gdb\nCMD ["bash"]\n',
        'FROM debian:13\n«USER root»\nRUN apt-get install -y nginx\nCMD ["python"]\n',
        {"debugging/Dockerfile": "FROM acme/a:1\nUSER root\nRUN apt-get install -y gdb\n"},
    ],
    "DF617": [
        {"ssh-server/Dockerfile": "FROM debian:13\nEXPOSE 22\nCMD a\n"},
        'FROM debian:13\nEXPOSE 22\nCMD ["/usr/sbin/sshd", "-D"]\n',
        'FROM debian:13\nEXPOSE «22»\nCMD ["python", "a.py"]\n',
    ],
    "PJ110": [
        {
            "Dockerfile": 'FROM a:1\nCOPY a.sh /\nENTRYPOINT ["/a.sh"]\n',
            "a.sh": "#!/bin/sh\nb start\ntail -n 0 -f /b.log\n",
        },
        {
            "Dockerfile": 'FROM a:1\nCOPY a.sh /\n«ENTRYPOINT ["/a.sh"]»\n',
            "a.sh": "#!/bin/sh\nnginx -g 'daemon off;'\n",
        },
    ],
    "DF515": [
        {
            "Dockerfile": 'FROM node:22\nCOPY *.json .\nRUN npm ci\nENTRYPOINT ["cypress", "run"]\n',
            "package.json": '{"devDependencies": {"a": "1"}}',
        },
        {"Dockerfile": "FROM node:22\nCOPY *.json .\nRUN npm ci\n", "package.json": '{"devDependencies": {"a": "1"}}'},
    ],
    "DF604": [
        '«FROM python:3.13»\nCOPY a.py /\nENTRYPOINT ["python3"]\nCMD ["a.py"]\n',
        'FROM alpine:3.24\nCOPY a /a\nENTRYPOINT ["/a"]\nCMD ["--help"]\n',
        'FROM ubuntu:24.04\nCOPY a /a\nCMD ["R"]\n',
        {"base/Dockerfile": 'FROM debian:13\nADD e.sh /e.sh\nENTRYPOINT ["/e.sh"]\n'},
        'FROM debian:13\nCOPY a /a\nLABEL RUN="docker run --privileged a"\nCMD ["/a"]\n',
        'FROM ubuntu:24.04\nADD https://e.com/flash.tgz /opt\nENTRYPOINT ["flash"]\n',
        '«FROM ubuntu:24.04»\nADD flash.py /opt\nENTRYPOINT ["flash"]\n',
    ],
    "DF633": [
        {
            "a-base2/Dockerfile": "FROM a:1\nENV DEBIAN_FRONTEND=teletype\n",
            "b/Dockerfile": "ARG A=$B/a-base2\nFROM $A\n",
        },
        {"Dockerfile.base": "FROM a:1\nENV DEBIAN_FRONTEND=noninteractive\n"},
        {
            "core/focal/Dockerfile": "FROM a:1\nENV DEBIAN_FRONTEND=noninteractive\n",
            "b/Dockerfile": "FROM acme/core:focal\n",
        },
        {
            "a-base/Dockerfile": "FROM a:1\nENV DEBIAN_FRONTEND=noninteractive\n",
            "b/Dockerfile": "FROM $R/a-base:1 AS b\n",
        },
        {"core/focal/Dockerfile": "FROM a:1\nENV «DEBIAN_FRONTEND=noninteractive»\n", "b/Dockerfile": "FROM focal\n"},
    ],
    "DF701": [
        "FROM a:1\nENV Filters__0__Key=ProcessId\n",
        "FROM a:1\nENV «Api__Key=abcd»\n",
        "FROM a:1\nENV <api_key>=<value>\n",
        'FROM a:1\nENV ADMIN_PASSWORD="${ADMIN_PASSWORD:-}"\n',
        'FROM a:1\nENV «ADMIN_PASSWORD="${ADMIN_PASSWORD:-secret}"»\n',
        'FROM a:1\nENV RESET_OS_PASSWORD="resetOSPassword.sh"\n',
    ],
    "DF125": [
        "FROM python:3.13\nRUN pip install a\nENTRYPOINT bin/bash\n",
        "FROM «python:3.13»\nRUN pip install a\nENTRYPOINT bin/a\n",
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
        (
            "DF022",
            "FROM a:1\nRUN a && \\\n\n b && \\\n\n c\n",
            "warning",
            "2 blank lines (3 and 5) stand inside this RUN. Docker",
        ),
        (
            "DF022",
            "FROM a:1\nRUN a && \\\n\n b\n",
            "warning",
            "a blank line stands inside this RUN. Docker skips it with",
        ),
        (
            "DF208",
            "FROM debian:13\nRUN apt-get update\nRUN apt-get install -y a\n",
            "warning",
            "grow old, and line 3 then",
        ),
        (
            "DF214",
            "FROM a:1\nRUN git clone -b fixes https://e.com/a\n",
            "info",
            "commits of the branch `fixes`. Check out a co",
        ),
        (
            "DF204",
            {"Dockerfile": "FROM python:3.13\nCOPY a.py .\nRUN pip install b\nCMD python a.py\n", "a.py": ""},
            "warning",
            "any change to `a.py` rebuilds",
        ),
        ("DF629", "FROM debian:13\nCMD nginx && chown a b && c.sh\n", "info", "in the background beside `c.sh`"),
        (
            "PJ110",
            {
                "Dockerfile": 'FROM a:1\nCOPY a.sh /\nENTRYPOINT ["/a.sh"]\nCMD ["b", "--help"]\n',
                "a.sh": '#!/bin/sh\nc\n"$@"\n',
            },
            "info",
            "Write `exec` before it",
        ),
        (
            "DF206",
            "FROM a:1\nRUN curl -fO https://e.com/a.tgz\nRUN tar xf a.tgz; rm a.tgz\n",
            "warning",
            "line 2 keeps `a.tgz`. Fetch it, use it",
        ),
        ("DF122", {"1.9/a/Dockerfile": "FROM debian:9\n", "1.10/b/Dockerfile": "FROM debian:13\n"}, "info", "Move on"),
        ("DF122", "FROM eclipse-temurin:11-jre-focal\n", "warning", "a later release in place of `focal`"),
        ("DF122", {"t/1.9/Dockerfile": "FROM debian:9\n", "t/1.10/Dockerfile": "FROM debian:13\n"}, "info", "Move on"),
        (
            "DF122",
            {"t/2.9/Dockerfile": "FROM debian:9\n", "t/1.10/Dockerfile": "FROM debian:13\n"},
            "warning",
            "Move on",
        ),
        ("DF601", "FROM a:1\nCMD artic --help\n", "info", 'Write `CMD ["artic", "--help"]`'),
        (
            "DF205",
            "FROM debian:13\nARG GIT_COMMIT\nRUN apt-get install -y make\nRUN make\n",
            "warning",
            "Move it below line 3",
        ),
        (
            "DF603",
            "FROM mcr.microsoft.com/windows/nanoserver:1809\nUSER ContainerAdministrator\nCMD a\n",
            "warning",
            "Add `USER ContainerUser`, which",
        ),
        ("DF510", "FROM golang:1.27\nRUN git clone b\nWORKDIR b\n", "warning", "Write it from the root on, `/go/b`"),
        ("DF510", "FROM debian:13\nWORKDIR b\n", "warning", "Write it from the root on, `/b`"),
        ("DF501", "FROM a:1\nADD a /b\n", "info", "Use COPY"),
        (
            "DF516",
            "FROM python:3.13\nRUN apk add gcc\nRUN pip install a\nCMD a\n",
            "info",
            "copy the result, such as a virtual environment, with",
        ),
        (
            "DF516",
            "FROM debian:13\nRUN apt-get install -y gcc\nRUN make\nCMD a\n",
            "info",
            "If only the build needs it",
        ),
        ("DF601", "FROM a:1\nCMD ./a.sh\n", "warning", 'Write `CMD ["./a.sh"]` (the script then needs `#!` in its'),
        ("DF003", "FROM a:1  # the newest\n", "error", "is neither. Put the comment on a line of its own"),
        (
            "DF102",
            "FROM gcr.io/distroless/base:latest\n",
            "warning",
            "`gcr.io/distroless/base-debian13`, or add a digest",
        ),
        ("DF115", "FROM a:1 as b\n", "info", "differ in case, which Docker warns about. Write `AS`"),
        ("DF122", "FROM adoptopenjdk:8-jdk-hotspot-bionic\n", "warning", "1 August 2021"),
        ("DF106", "FROM --platform=linux/amd64 a:1\n", "info", "run `docker build --platform linux/amd64`"),
        (
            "DF604",
            'FROM python:3.13\nCOPY a.py .\nCMD ["python", "a.py"]\n',
            "info",
            "`RUN useradd -m app` and `USER app`",
        ),
        (
            "DF604",
            'FROM alpine:3.24\nCOPY a.py .\nCMD ["python3", "a.py"]\n',
            "info",
            "`RUN adduser -D app` and `USER app`",
        ),
        (
            "DF609",
            "FROM python:3.13\nENV PYTHONPATH=$PYTHONPATH:/a\n",
            "info",
            "is the current folder. Leave both out",
        ),
        ("DF609", 'FROM alpine:3.24\nLABEL RUN="docker run ${NAME}"\n', "warning", "or write `\\${NAME}` if the label"),
        ("DF609", "FROM alpine:3.24\nARG A=${A}\n", "warning", "Write `ARG A`, and give the value"),
        ("DF609", "FROM node:22 AS b\nENV A=$A\nRUN a" + COPIED, "warning", "Add `ARG A`"),
        (
            "DF620",
            "FROM acme/a:1\nENV A=b C=$A\n",
            "warning",
            "what the base image has set, and empty if it has set nothing",
        ),
        (
            "DF620",
            "FROM alpine:3.24\nENV A=b C=$A\n",
            "error",
            "all values of one ENV are worked out before any is set",
        ),
        ("DF622", "FROM a:1\nLABEL a = b\n", "warning", "Take the blank out"),
        ("DF622", "FROM a:1\nENV A = b\n", "error", "Take the blank out"),
        ("DF621", "FROM a:1\nENV A b\n", "info", "Write `ENV A=b`"),
        ("DF701", "FROM a:1\nENV API_TOKEN=abc\n", "warning", "as with `docker run -e API_TOKEN`"),
        ("DF701", "FROM a:1\nENV API_TOKEN=abc\nRUN a $API_TOKEN\n", "warning", "Use `RUN --mount=type=secret` for"),
        ("DF801", "FROM a:1\nMAINTAINER A B\n", "info", 'Write `LABEL org.opencontainers.image.authors="A B"`'),
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
