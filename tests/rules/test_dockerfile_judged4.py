"""Rules on Dockerfiles, on what a fourth look at real findings called wrong or arguable, as small as it still shows."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from dagdock.engine import Linter, Target, Workspace
from dagdock.examples import as_files
from dagdock.hooks import Rules
from dagdock.rule import Finding
from dagdock.selection import Choice
from dagdock.testing import marked

RULES = {rule.code: rule for kind in ("dockerfile", "project") for rule in Rules().of_kind(kind)}

Files = str | Mapping[str, str]

CLONE = "git clone https://e.com/a"
# What a rule must flag is marked; without marks it must be silent.
CASES: dict[str, list[Files]] = {
    "DF122": [
        "FROM «mcr.microsoft.com/mirror/docker/library/python:3.7-slim»\n",
        "FROM «mirror.gcr.io/library/python:3.7-slim»\n",
        "FROM «mcr.microsoft.com/dotnet/core/runtime-deps:3.1»\n",
        "FROM mirror.example.com/library/python:3.7-slim\n",
    ],
    "DF124": [
        "FROM a:1\nRUN <<E\nset -e\nmake\nE\nCOPY --link a b\n",
        "FROM a:1\nADD «--checksum=sha256:a» https://e.com/a /a\n",
    ],
    "DF125": ['FROM ruby:3.4\nCOPY Gemfile* .\nRUN bundle install\nCMD ["puma"]\n'],
    "DF208": [
        "FROM debian:13 AS b\nRUN «apt-get update»\nFROM b\nRUN apt-get install -y x\n",
        "FROM debian:13\nRUN apt-get update && apt-get purge -y a\nCOPY a.sh /a.sh\nRUN /a.sh\n",
        "FROM debian:13\nRUN «apt-get update»\nRUN make\n",
    ],
    "DF212": [
        {"Dockerfile": "FROM a:1\nCOPY a.conf /etc/a/\nRUN chown -R u /etc/a\n", "a.conf": ""},
        {"Dockerfile": "FROM a:1\nCOPY a /etc/a/\nRUN chown -R u /etc/a\n", "a": ""},
        {"Dockerfile": "FROM a:1\nCOPY a /etc/a/\nRUN «chown -R u /etc/a»\n", "a/b.conf": ""},
        "FROM a:1\nCOPY . /a\nRUN chown --from root:root -R u:u /a\n",
    ],
    "DF214": [
        "FROM a:1\nRUN curl -f https://e.com/master/install.sh | sh -s -- -b /bin $TOOL_VERSION\n",
        "FROM a:1\nRUN curl -f https://e.com/master/install.sh | sh -s -- v1.2.3\n",
        "FROM a:1\nRUN curl -f «https://e.com/master/install.sh» | sh -s -- -y\n",
        f'FROM a:1\nRUN if [ "$V" = "latest" ]; then {CLONE}; else {CLONE} --branch $V; fi\n',
        f"FROM a:1\nRUN if [ -z $A_VERSION ]; then {CLONE}; fi\n",
        f"FROM a:1\nRUN if [ $A ]; then {CLONE} --branch $A; else {CLONE}; fi\n",
        f"FROM a:1\nRUN if [ $INSTALL = true ]; then «{CLONE}»; fi\n",
        'FROM a:1\nRUN case "$TARGETARCH" in a) curl -fo a «https://e.com/latest/a»; esac\n',
        "FROM a:1\nRUN curl https://e.com/archive-latest.asc | apt-key add -\n",
        "FROM a:1\nRUN curl https://e.com/latest/key | gpg --dearmor -o /usr/share/keyrings/a.gpg\n",
        "FROM a:1\nRUN curl -o /usr/share/keyrings/a https://e.com/latest/key\n",
        "FROM a:1\nRUN curl -fo /usr/bin/a «https://e.com/latest/a»\n",
    ],
    "DF306": [
        "FROM python:3.13\nRUN pip install Idna.x==3.4 'idna-x[all]'\n",
        "FROM python:3.13\nRUN pip install six==1.16.0\nRUN pip install six «requests»\n",
        "FROM python:3.13 AS base\nRUN pip install six==1.16.0\nFROM base\nRUN pip install six\n",
        "FROM python:3.13\nRUN pip install six==1.16.0\nRUN pip install -U «six»\n",
        "FROM python:3.13\nRUN if a; then pip install six==1.16.0; fi\nRUN pip install «six»\n",
        "FROM python:3.13\nRUN pip install «six»\nRUN pip install six==1.16.0\n",
    ],
    "DF329": ["FROM mirror.gcr.io/library/python:3.10-bullseye\nRUN curl -f https://e.com/k | apt-key add -\n"],
    "DF401": [
        "FROM eclipse-temurin:21\nRUN java -XX:ArchiveClassesAtExit=a.jsa -jar app.jar\n",
        "FROM eclipse-temurin:21\nRUN «java -Xmx1g -jar app.jar»\n",
    ],
    "DF409": [
        'FROM debian:13\nRUN S=$(curl -f https://e.com/s | jq -r .sha) && echo "$S  /a" | sha256sum -c -\n',
        'FROM debian:13\nRUN S=$(«curl -f https://e.com/s | jq -r .sha») && echo "$S  /a"\n',
    ],
    "DF410": [
        'FROM scratch\nCOPY a /busybox\nRUN ["/busybox/ln", "-s", "/busybox/sh", "/bin/sh"]\n',
        "FROM a:1\nRUN «ln -sf /bin/bash /bin/sh»\n",
        "FROM a:1\nRUN rm /bin/sh && «ln -s /bin/bash /bin/sh»\n",
    ],
    "DF412": [{".devcontainer/Dockerfile": "FROM a:1\nRUN chmod -R a+w /usr/share/dotnet\n"}],
    "DF422": [
        "FROM a:1\nRUN <<E\nif a; then\n  make\nelse\n  make b\nfi\nE\n",
        "FROM a:1\nRUN <<E\ncase $A in\n  a) make ;;\n  *) make b ;;\nesac\nE\n",
        "FROM a:1\nRUN <<E\n{ make; }\nE\n",
        "FROM a:1\nRUN «<<E»\nif a; then\n  make\n  make b\nfi\nE\n",
        "FROM a:1\nRUN «<<E»\nif a; then\n  make\nfi\nmake b\nE\n",
        "FROM a:1\nRUN <<E\nmake -j$(nproc)\nE\n",
        "FROM a:1\nRUN <<E\ncat > /a <<X\nb\nX\nchmod +x /a\nE\n",
    ],
    "DF424": [
        "FROM golang:1\nRUN go get e.com/a || true && cd /go/src/e.com/a && go build .\n",
        "FROM golang:1\nRUN go get e.com/a || true\nWORKDIR /go/src/e.com/a\n",
        "FROM debian:13\nRUN apt-get update || true; apt-get install -y a\n",
        "FROM debian:13\nRUN apt-get install -y a« || true»\n",
    ],
    "DF507": [
        {"Dockerfile": "FROM python:3.13\nCOPY requirements.txt .\n", "requirements.txt": ""},
        {"Dockerfile": "FROM python:3.13\nCOPY src «.»\n", "src/a.py": ""},
        {"Dockerfile": "FROM python:3.13\nCOPY app.py «.»\n", "app.py": ""},
        {"Dockerfile": "FROM python:3.13\nCOPY start start\n", "start": ""},
    ],
    "DF515": [
        {
            "Dockerfile": "FROM python:3.13\nARG D\nRUN if [ $D = y ]; then pip install -r requirements-dev.txt; fi\n",
            "requirements-dev.txt": "pytest==8\n",
        },
        {
            "Dockerfile": "FROM python:3.13\nCOPY pyproject.own.toml pyproject.toml\nRUN uv sync\n",
            "pyproject.toml": "[dependency-groups]\ndev = ['a']\n",
            "pyproject.own.toml": "",
        },
    ],
    "DF648": [
        'FROM alpine:3.22\nWORKDIR /root\nCOPY a .\n«USER app»\nCMD ["./a"]\n',
        'FROM alpine:3.22\nWORKDIR /root\nCOPY a .\nRUN chmod 755 /root\nUSER app\nCMD ["./a"]\n',
        'FROM acme/own:1\nWORKDIR /root\nUSER app\nCMD ["./a"]\n',
        'FROM alpine:3.22\nWORKDIR /root\nUSER root\nCMD ["./a"]\n',
        'FROM alpine:3.22\nWORKDIR /root/app\nWORKDIR /app\nUSER app\nCMD ["./a"]\n',
        'FROM alpine:3.22\nARG U\nWORKDIR /root\nUSER $U\nCMD ["./a"]\n',
    ],
    "DF632": [
        "FROM a:1\nVOLUME /busybox\nRUN ln -s /busybox/sh /bin/sh\n",
        "FROM a:1\nVOLUME /data\n«RUN cp /etc/a /data/»\n",
    ],
    "DF636": ["FROM a:1\nHEALTHCHECK --interval=3s CMD a\n", "FROM a:1\nHEALTHCHECK «--interval=1s» CMD a\n"],
    "DF601": [
        "FROM python:3.13\nCMD . /opt/venv/bin/activate && exec gunicorn a:b\n",
        "FROM python:3.13\nCMD exec gunicorn a:b\n",
        "FROM python:3.13\n«CMD . /opt/venv/bin/activate && gunicorn a:b»\n",
    ],
    "DF641": ["FROM python:3.13\n«CMD . /opt/venv/bin/activate && exec gunicorn a:b»\n"],
    "DF603": [
        {
            "app/Dockerfile": 'FROM acme/own:1\nUSER 0\nCOPY e.sh /e.sh\nENTRYPOINT ["/e.sh"]\n',
            "app/e.sh": "#!/bin/sh\nset -e\nexec cron -f\n",
        },
        {
            "app/Dockerfile": 'FROM acme/own:1\n«USER 0»\nCOPY e.sh /e.sh\nENTRYPOINT ["/e.sh"]\n',
            "app/e.sh": "#!/bin/sh\nset -e\nexec python a.py\n",
        },
        {"ci_docker/Dockerfile": "FROM python:3.13\nUSER root\nRUN a\n"},
        {"app/Dockerfile": "FROM python:3.13\n«USER root»\nRUN a\n"},
    ],
    "DF604": [
        {"Dockerfile": 'FROM alpine:3.22\nCOPY e.sh /e.sh\nCMD ["/e.sh"]\n', "e.sh": "#!/bin/sh\nmodprobe wireguard\n"},
        {"Dockerfile": 'FROM node:22\nCOPY . .\nCMD ["node", "a.js"]\n', "README.md": "-v /var/run/docker.sock:…\n"},
        'FROM alpine:3.22\nCOPY a /a\nLABEL moby.buildkit.frontend.caps=a\nCMD ["/a"]\n',
        {"Dockerfile.dev": 'FROM debian:13\nCOPY . .\nENTRYPOINT ["make"]\n'},
        'FROM alpine:3.22\nCOPY a /a\nENTRYPOINT ["wg"]\n',
        'FROM debian:13\nRUN apt-get install -y micro\nENTRYPOINT ["micro"]\n',
        '«FROM debian:13»\nRUN apt-get install -y micro\nEXPOSE 80\nENTRYPOINT ["micro"]\n',
        'FROM golang:1.26 AS build\nRUN go install e.com/a@v1\nFROM alpine:3.22\nCOPY --from=build /a /a\nCMD ["/a"]\n',
        'FROM golang:1.26 AS build\nCOPY . .\n«FROM alpine:3.22»\nCOPY --from=build /a /a\nCMD ["/a"]\n',
        {"cloudbuild/Dockerfile": 'FROM debian:13\nCOPY . .\nENTRYPOINT ["make"]\n'},
    ],
}


def _findings(code: str, files: Files) -> list[Finding]:
    workspace = Workspace.in_memory(as_files(files, "Dockerfile"))
    targets = [
        Target("", path, path) for path in as_files(files, "Dockerfile") if "ockerfile" in path or "compose" in path
    ]
    linter = Linter(rules=Rules.only([RULES[code]]), choice=Choice(extend_select=[code]))
    return [finding for finding in linter.check(workspace, targets).findings if finding.rule.code == code]


@pytest.mark.parametrize(("code", "files"), [(code, files) for code, cases in CASES.items() for files in cases])
def test_case(code: str, files: Files) -> None:
    expected = dict(as_files(files, "Dockerfile"))
    assert marked(RULES[code], expected) == expected


UPDATE = "RUN apt-get update && apt-get install -y a\n"


@pytest.mark.parametrize(
    ("code", "files", "said"),
    [
        ("DF122", "FROM mirror.gcr.io/library/python:3.7-slim\n", "`mirror.gcr.io/library/python:3."),
        ("DF122", "FROM golang:1.20\n", "Move on to one of the two newest releases"),
        ("DF206", f"FROM debian:13\n{UPDATE}RUN rm -rf /var/lib/apt/lists/*\n", "Delete them in that RUN"),
        (
            "DF206",
            f"FROM debian:13\n{UPDATE}RUN apt-get install -y b\nRUN rm -rf /var/lib/apt/lists/*\n",
            "The RUN in line 3 needs these lists too: give it its own `apt-get update`",
        ),
        (
            "DF206",
            f"FROM debian:13\n{UPDATE}RUN apt-get install b\nRUN apt-get install c\nRUN rm -r /var/lib/apt/lists/*\n",
            "The RUNs in lines 3 and 4 need these lists too",
        ),
        (
            "DF212",
            "FROM a:1\nADD a /app\nWORKDIR /app\nRUN chmod +x ./a && useradd u && chown -R u /app\n",
            "Create `u` in a RUN above it. Write `--chown=u` at that ADD",
        ),
        (
            "DF212",
            "FROM node:22\nWORKDIR /app\nCOPY . .\nRUN npm ci && chown -R node /app\n",
            "and `chown` here only what other steps have made",
        ),
        (
            "DF206",
            "FROM debian:13\nRUN apt-get update && apt-get install -y curl\nRUN curl -fO https://e.com/a\n"
            "RUN apt-get purge -y curl\n",
            "Install it, use it and delete it in one RUN",
        ),
        (
            "DF405",
            "FROM a:1\nRUN apt-get install -y sudo && sudo apt-get install -y b\n",
            "sudo changes nothing. Leave it out",
        ),
        (
            "DF609",
            'FROM python:3.13\nENV PYTHONPATH="${PYTHONPATH}:/a"\n',
            "is the current folder. Leave both out",
        ),
        ("DF609", "FROM python:3.13\nENV A=$A\n", "sets it to nothing. Delete the line"),
        (
            "DF416",
            "FROM a:1\nRUN U=$(curl -f https://e.com) && curl -fo a.tgz $U && tar xf a.tgz\n",
            "with the publisher's, if there is one",
        ),
        (
            "DF416",
            "FROM a:1\nRUN V=1.2 && curl -fo a.tgz https://e.com/a-$V.tgz && tar xf a.tgz\n",
            "SUM is what the publisher names",
        ),
        ("DF212", "FROM a:1\nCOPY a /app/a\nRUN useradd u && chown -R u /app\n", "Move that COPY below this RUN"),
        (
            "DF416",
            "FROM a:1\nRUN curl -fo a https://e.com/data/Lite2-a.gz && gunzip a\n",
            "If the publisher replaces the file",
        ),
        (
            "DF416",
            "FROM a:1\nRUN curl -fo a https://e.com/a_x86_64.tgz && tar xf a\n",
            "an address that holds one version",
        ),
        (
            "DF416",
            "FROM a:1\nRUN curl -fo a https://e.com/a-1.2.tgz && tar xf a\n",
            "SUM is what the publisher names",
        ),
        ("DF424", "FROM a:1\nRUN pip install a || true; pip install b\n", "this RUN goes on as if it had not"),
        ("DF428", "FROM a:1\nADD https://e.com/latest/a.tgz /a\n", "Name a version in it, and add `--checksum"),
        (
            "DF502",
            {"Dockerfile": "FROM a:1\nCOPY . .\n", "dockerignore.sample": ".git\n"},
            "Copy `dockerignore.sample`, which lies beside this file, to `.dockerignore`",
        ),
        ("DF502", {"Dockerfile": "FROM a:1\nCOPY . .\n", "node_modules/a": ""}, "`node_modules` too"),
        (
            "DF604",
            'FROM debian:13\nWORKDIR /root\nCOPY a.py .\nCMD ["python", "a.py"]\n',
            "what it runs lies in `/root`, which no other user may read. Move it, for example to `/app`",
        ),
        ("DF604", 'FROM debian:13\nCOPY . .\nENTRYPOINT ["./a"]\nCMD ["b"]\n', "before ENTRYPOINT"),
        ("DF621", 'FROM a:1\nLABEL maintainer "A B"\n', 'Write `LABEL maintainer="A B"`'),
    ],
)
def test_what_is_said(code: str, files: Files, said: str) -> None:
    assert [finding for finding in _findings(code, files) if said in finding.message]


@pytest.mark.parametrize(
    ("body", "severity"),
    [("addgroup a\nadduser b", "info"), ("mkdir a\nmake", "info"), ("make\nadduser b", "warning"), ("a\nb", "warning")],
)
def test_a_heredoc_that_only_makes_folders_and_users_gets_a_hint(body: str, severity: str) -> None:
    (finding,) = _findings("DF422", f"FROM a:1\nRUN <<E\n{body}\nE\n")
    assert finding.severity == severity


@pytest.mark.parametrize(("files", "severity"), [({}, "info"), ({".git/a": ""}, "warning")])
def test_a_whole_context_in_a_stage_that_only_builds(files: Mapping[str, str], severity: str) -> None:
    dockerfile = "FROM golang:1.27 AS build\nCOPY . .\nRUN go build\nFROM scratch\nCOPY --from=build /a /a\n"
    (finding,) = _findings("DF502", {"Dockerfile": dockerfile, **files})
    assert finding.severity == severity
