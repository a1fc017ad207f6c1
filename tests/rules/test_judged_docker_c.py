"""Rules on Dockerfiles: where strict readers would have said less, or nothing; as small as it shows."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from dagdock.examples import as_files
from dagdock.testing import marked

from .cases import each
from .test_dockerfile_judged4 import RULES, Files, _findings

APP = 'FROM python:3.13\nCOPY a.py /\nCMD ["python", "/a.py"]\n'
# What a rule must flag is marked; without marks it must be silent.
CASES: dict[str, dict[str, Files]] = {
    "DF014": {
        "one finding for a pair in quotes": "FROM a:1\nENV B=c «\"D=e f\"» «'G=h'»\n",
        "each quote that is left over": 'FROM a:1\nENV «"D»=e«"f»\n',
    },
    "DF022": {
        "a continuation that is too much": "FROM a:1\nRUN b \\\n    c \\\n\nEXPOSE 80\n",
        "a blank line in a command": "FROM a:1\nRUN b \\\n«»\n    c\n",
    },
    "DF203": {
        "what an editable installation needs": {
            "Dockerfile": "FROM python:3.13\nCOPY b/__init__.py /a/b/\nRUN pip install -r /c.txt -e /a\n",
        },
    },
    "DF204": {
        "package metadata": "FROM python:3.13\nCOPY b/__init__.py /a/b/\nRUN pip install c==1\n",
        "a newer pip": "FROM python:3.13\nCOPY . .\nRUN pip install --upgrade pip 'setuptools<80'\n",
        "a newer pip before packages": (
            "FROM python:3.13\nCOPY . .\nRUN pip install -U pip\nRUN «pip install gunicorn==22.0.0»\n"
        ),
    },
    "DF302": {"an image that each build names": "ARG IMAGE\nFROM $IMAGE\nRUN pip install a\n"},
    "DF316": {"nothing recommended": "FROM debian:13\nRUN apt-get install -y nano\n"},
    "DF409": {
        "a file and no pipe": "FROM debian:13\nRUN curl -fsSL -o /b https://e.com/b | bash && chmod +x /b\n",
        "a SHELL of the base image": "FROM quay.io/jupyter/base-notebook:1\nRUN curl https://e.com | sh\n",
        "another SHELL above it": (
            'FROM jupyter/base-notebook:1\nSHELL ["/bin/sh", "-c"]\nRUN «curl https://e.com | sh»\n'
        ),
    },
    "DF422": {
        "a base image that stops at failures": "FROM apache/airflow:2.10.5\nRUN <<E\nmake\nmake install\nE\n",
        "one that does not": "FROM jupyter/base-notebook:1\nRUN «<<E»\nmake\nmake install\nE\n",
    },
    "DF601": {
        "comparisons": "FROM debian:13\nCMD cmp a b && cmp c d\n",
        "a program with variables": "FROM debian:13\n«CMD env A=b server»\n",
        "a program behind them": "FROM debian:13\n«CMD echo a && server»\n",
    },
    "DF703": {
        "settings outside of the context": {"a/Dockerfile": "FROM b:1\nCOPY ../c.env /\n", "c.env": "REGION=eu\n"},
    },
    "DF603": {
        "a base image that changes its user": "FROM flink:2.2\nUSER root\nCOPY a.jar /opt/flink/lib/\n",
        "another program in it": 'FROM flink:2.2\n«USER root»\nCOPY a.jar /a\nENTRYPOINT ["java", "-jar", "/a"]\n',
    },
    "DF604": {
        "the host's files": {
            "Dockerfile": APP,
            "compose.yaml": "services:\n  a:\n    build: .\n    volumes: ['/:/host:ro']\n",
        },
        "rights of the host": {
            "Dockerfile": APP,
            "compose.yaml": "services:\n  a:\n    build: .\n    privileged: true\n",
        },
        "files of the project": {
            "Dockerfile": APP.replace("FROM python:3.13", "«FROM python:3.13»"),
            "compose.yaml": "services:\n  a:\n    build: .\n    volumes: ['./a:/host:ro']\n",
        },
        "a comparison": 'FROM debian:13\nCOPY a /a\nCMD ["cmp", "/a", "/b"]\n',
        "a server that changes its user": {
            "Dockerfile": 'FROM debian:13\nCOPY start.sh /\nENTRYPOINT ["/start.sh"]\n',
            "start.sh": "#!/bin/sh\nexec /usr/sbin/slapd -h ldap:/// -u openldap\n",
        },
        "WebAssembly": 'FROM scratch\nCOPY a.wasm /\nENTRYPOINT ["/a.wasm"]\n',
    },
}

COPIED = "\nFROM alpine:3.24\nCOPY --from=b /a /a\n"
LIST = {
    "Dockerfile": "FROM python:3.13\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\n",
    "requirements.txt": "a\n",
}
# What one finding says, and how much it weighs.
SAID: dict[str, list[tuple[Files, str, str]]] = {
    "DF014": [
        ('FROM a:1\nLABEL "b.c=d"\n', "error", 'around the value: `b.c="d"`'),
        ('FROM a:1\nLABEL "b c=d"\n', "error", 'around the value: `"b c"="d"`'),
    ],
    "DF101": [
        ("FROM acme/a\n", "warning", "Name the version that you tested, or its digest"),
        ("FROM a:1\nCOPY --from=acme/a /b /b\n", "warning", "Name the version that you tested, or its digest"),
    ],
    "DF126": [("FROM acme/a:slim\n", "warning", "Name the version that you tested, or its digest")],
    "DF102": [
        ({"shiny_devel.Dockerfile": "FROM acme/a:latest\n"}, "info", "Name the version"),
        ({"a/nightly/b.Dockerfile": "FROM acme/a:latest\n"}, "info", "Name the version"),
        (
            {
                "a/Dockerfile": "ARG BASE=acme/b:latest\nFROM $BASE\n",
                "Makefile": "a:\n\tdocker build --build-arg BASE=$(B) a\n",
            },
            "info",
            "Name the version",
        ),
        (
            {"a/Dockerfile": "ARG BASE=acme/b:latest\nFROM $BASE\n", "Makefile": "a:\n\tdocker build a\n"},
            "warning",
            "Name the version",
        ),
    ],
    "DF122": [
        (
            "FROM python:3.7-slim\nRUN pip install apache-airflow==1.10.15\n",
            "warning",
            "Airflow 1.10.15 has to move on with it: a later Python needs",
        ),
        (
            "FROM python:3.7-slim\nRUN pip install apache-airflow==2.10.5\n",
            "warning",
            "that Airflow supports, for example `python:3.12-slim`",
        ),
        (
            "FROM python:3.7-slim\nRUN pip install apache-airflow\n",
            "warning",
            "that Airflow supports, for example `python:3.12-slim`",
        ),
        (
            "FROM python:3.7-slim\nRUN pip install a b==1.10.15\n",
            "warning",
            "for example to `python:3.14-slim`. `b==1.10.15` is pinned, and may have to move with it",
        ),
        ("FROM python:3.7-slim\nRUN pip install 'a>=1'\n", "warning", "for example to `python:3.14-slim`"),
        (
            "FROM python:3.11-buster\nRUN pip install apache-airflow==2.9.1\n",
            "warning",
            "Take a tag with a later release in place of `buster`",
        ),
        ("FROM mysql:5.7\nCOPY a /a\n", "warning", "start it once with `mysql:8.0` between the two"),
        ("FROM postgres:10\nCOPY a /a\n", "warning", "If there is data to keep, dump it before and restore it there"),
    ],
    "DF203": [
        (
            {"Dockerfile": "FROM golang:1.27\nCOPY . .\nRUN go mod download\n", "go.mod": "", "go.sum": ""},
            "warning",
            "COPY go.mod and go.sum first, RUN `go mod download`, then COPY the rest",
        ),
        (
            {
                "Dockerfile": "FROM python:3.13\nCOPY . .\nRUN uv sync --frozen\n",
                "pyproject.toml": "[build-system]\n",
                "uv.lock": "",
            },
            "warning",
            "then COPY the rest and run `uv sync` again",
        ),
        (
            {"Dockerfile": "FROM python:3.13\nCOPY . .\nRUN uv sync\n", "pyproject.toml": "[project]\n", "uv.lock": ""},
            "warning",
            "install, then COPY the rest",
        ),
    ],
    "DF218": [
        ("ARG P=e.com/library/\nFROM gcr.io/a/b:1\n", "info", "nothing uses `P`. Delete it"),
        ("ARG P=e.com/library/\nFROM node:24\n", "info", "Delete it, or use it as `${P}`"),
    ],
    "DF302": [
        ("FROM apache/airflow:2.11.0\nRUN pip install a\n", "info", "Add `--no-cache-dir`"),
        ("FROM python:3.13\nRUN pip install a\n", "info", "or a cache mount on `/root/.cache/pip`"),
    ],
    "DF306": [
        (
            "FROM python:3.13\nRUN pip install a b c d e f g h i j\n",
            "warning",
            "List them with their versions in a `requirements.txt` (`pip freeze` shows what you have), and "
            "install it with `pip install -r requirements.txt`",
        ),
        ("FROM python:3.13\nRUN pip install a b c d e f g h i\n", "warning", "Pin each"),
        ({"docs/recipes/a.dockerfile": "FROM python:3.13\nRUN pip install a\n"}, "info", "Pin it"),
    ],
    "DF329": [
        ("FROM debian:13\nRUN curl https://e.com/k | apt-key add -\n", "error", "is gone from Debian 13"),
        (
            "FROM a:1\nRUN curl https://e.com/k | apt-key add -\n",
            "info",
            "Store the key in `/etc/apt/keyrings` (make it with `mkdir -p`) and name",
        ),
        ("FROM debian:12\nRUN curl https://e.com/k | apt-key add -\n", "info", "in `/etc/apt/keyrings` and name it"),
        (
            "FROM a:1\nRUN apt-key adv --recv-keys 1\n",
            "info",
            "write it with `mkdir -p /etc/apt/keyrings && gpg --export",
        ),
    ],
    "DF390": [
        (
            "FROM a:1\nRUN pip install 'apache-airflow-providers-google>=4.0,<4.2'\n",
            "warning",
            "Name the Airflow that is there beside it, `apache-airflow==VERSION`",
        ),
    ],
    "DF402": [
        (
            "FROM centos:7\nRUN cd /etc/a/\nRUN sed -i 's/a/b/' /etc/a/*\nRUN yum install -y c\n",
            "warning",
            "counts on that folder: delete it, or write `WORKDIR /etc/a/` if the container is to start there",
        ),
        ("FROM a:1\nRUN mkdir /data && cd /data\nCMD run.sh\n", "error", "Use `WORKDIR /data`"),
        ("FROM a:1\nRUN cd b\nCOPY c /c\nWORKDIR /c\nRUN make\n", "warning", "counts on that folder: delete it"),
        ("FROM a:1\nRUN cd /etc/b\nRUN tool c d\nCMD /c\n", "warning", "delete it"),
        ("FROM a:1\nRUN cd /etc/b\nRUN tool ./c\n", "error", "Use `WORKDIR /etc/b`"),
        ("FROM a:1\nRUN export B=c\n", "error", "Use `ENV B=c` instead"),
        ("FROM a:1\nWORKDIR /b\nRUN cd c\nRUN make\n", "error", "Use `WORKDIR c` instead"),
        ("FROM a:1\nRUN cd /b\nCOPY c .\n", "error", "Use `WORKDIR /b`"),
        ("FROM a:1\nRUN cd /b\nRUN pip install -r c.txt\n", "error", "Use `WORKDIR /b`"),
        ("FROM a:1\nRUN cd /b\nRUN rm -rf node_modules\n", "error", "Use `WORKDIR /b`"),
        ("FROM a:1\nRUN cd /b\nRUN ./configure\n", "error", "Use `WORKDIR /b`"),
        ("FROM a:1\nRUN cd /b\nRUN echo c > d\n", "error", "Use `WORKDIR /b`"),
        ("FROM a:1\nRUN cd /b\nRUN npm install\n", "error", "Use `WORKDIR /b`"),
        ("FROM a:1 AS b\nRUN cd /b\nFROM b\nRUN make\n", "error", "Use `WORKDIR /b`"),
    ],
    "DF701": [
        (
            f"FROM a:1 AS b\nENV API_KEY=S3cret9x\nRUN make{COPIED}",
            "info",
            "`API_KEY` stands in this file for everyone who can",
        ),
        (
            'FROM a:1\nENV SLACK_TOKEN="YOUR SLACK TOKEN"\n',
            "info",
            "what is filled in for `SLACK_TOKEN` stays readable",
        ),
        ("FROM a:1\nENV SLACK_TOKEN=changeme\n", "warning", "`SLACK_TOKEN` stays readable in the image"),
        (f"FROM a:1 AS b\nARG API_KEY\nRUN make{COPIED}", "info", "and in the build record that BuildKit can attach"),
    ],
    "DF409": [
        (
            "FROM debian:13\nRUN curl -f https://e.com/i.sh | bash && . $NVM_DIR/nvm.sh && nvm install 24\n",
            "info",
            "still counts as a success, and only `. $NVM_DIR/nvm.sh` fails, which hides the cause",
        ),
        (
            "FROM debian:13\nRUN curl -f https://e.com/i.sh | bash && apt-get install a\n",
            "warning",
            "the build goes on",
        ),
        ("FROM debian:13\nRUN curl -f https://e.com/i.sh | bash; . /a.sh\n", "warning", "the build goes on"),
    ],
    "DF416": [
        (
            "FROM a:1\nRUN curl -fo /a.tgz https://e.com/src-2b && tar xf /a.tgz\n",
            "info",
            "If the publisher replaces the file under this address",
        ),
        (
            "FROM a:1\nRUN curl -fLo /bin/b https://e.com/latest/b && chmod +x /bin/b\n",
            "info",
            "the file behind `latest` changes with each release, and its checksum with it",
        ),
    ],
    "DF423": [
        (
            "FROM debian:13\nRUN curl https://e.com/a | bash && curl -sLO https://e.com/b\n",
            "warning",
            "and `pipefail` (DF409 says how), without which its failure in the pipe does not count",
        ),
    ],
    "DF812": [
        ("# hadolint ignore=DL3029\n# more\n\nFROM a:1\n", "info", "hadolint heeds this comment only"),
    ],
    "DF502": [
        ({"Dockerfile": "FROM a:1\nCOPY . /b\n", "main.py": "", "requirements.txt": ""}, "info", "dagdock init"),
        ({"Dockerfile": "FROM a:1\nCOPY . /b\n", "main.py": "", "pkg/a.py": ""}, "warning", "dagdock init"),
        ({"Dockerfile": "FROM a:1\nCOPY . /b\n", "main.js": "", "package.json": ""}, "warning", "dagdock init"),
        (
            {"Dockerfile": "FROM a:1\nCOPY . /b\n", ".gitignore": "*.pyc\n/.pdm.toml\nweb/settings.yml\n"},
            "warning",
            "what git leaves out too, such as `web/settings.yml`, since",
        ),
    ],
    "DF504": [
        (
            {"Dockerfile": "FROM a:1\nCOPY b.R c/ /\n", "c/d": "", "deploy.yml": "- copy: {src: x/b.R}\n"},
            "warning",
            "`deploy.yml` names it: if that fetches it, say so in a comment above, else commit the file",
        ),
        (
            {"Dockerfile": "FROM a:1\nCOPY b.R c/ /\n", "c/d": "", "deploy.yml": "- copy: {src: x/ab.R}\n"},
            "error",
            "Commit it, or name a file that is there",
        ),
    ],
    "DF609": [
        ("FROM python:3.13\nENV PYTHONPATH=$PYTHONPATH:/a\n", "info", "current folder. Leave both out: `/a`"),
        ('FROM python:3.13\nENV PYTHONPATH="/a:/b:${PYTHONPATH}"\n', "info", "Leave both out: `/a:/b`"),
        ("FROM python:3.13\nENV A=b PYTHONPATH=/a:$PYTHONPATH C=d\n", "info", "Leave both out: `/a`"),
        ("FROM python:3.13\nENV PYTHONPATH /a:$PYTHONPATH:/b\n", "info", "Leave both out: `/a:/b`"),
    ],
    "DF601": [("FROM a:1\nCMD echo hello\n", "info", 'Write `CMD ["echo", "hello"]`')],
    "DF604": [
        (
            APP.replace("COPY", "ENV PATH=/root/.local/bin:$PATH\nCOPY"),
            "info",
            "no other user may read: install it elsewhere",
        ),
        (
            {
                "Dockerfile": APP.replace("3.13", "3.13 AS b") + "FROM b AS c\nRUN apt-get update\n",
                "compose.yaml": "services:\n  a:\n    build: {context: ., target: b}\n",
            },
            "info",
            "writes to; `c`, which is built on it, then begins with `USER root`",
        ),
    ],
    "DF621": [
        ("FROM a:1\nENV B c d\n", "info", 'Write `ENV B="c d"`'),
        ("FROM a:1\nENV B " + "c" * 90 + "\n", "info", "Put `=` behind `B`"),
        ("FROM a:1\nLABEL B c \\d\n", "info", "Put `=` behind `B`, and the value in double quotes"),
    ],
    "DF703": [
        (
            "FROM a:1\nCOPY b.key /c\n",
            "error",
            "Leave it out, and mount it when the container starts, for example as a",
        ),
        (
            "FROM a:1\nCOPY b.key /c\nRUN curl --key /c/b.key d\n",
            "error",
            "Use `RUN --mount=type=secret` for the build",
        ),
        ("FROM node:24\nCOPY .npmrc .\n", "warning", "read `.npmrc`, and the token that it may hold, even if"),
        (
            {"Dockerfile": "FROM node:24\nCOPY .npmrc .\n", ".npmrc": "//e.com/:_authToken=npm_aB3dE5fG7hJ9kL\n"},
            "error",
            "Use `RUN --mount=type=secret` for the build, or",
        ),
        ("FROM a:1\nCOPY .env /c\n", "error", "Leave it out, and hand it over when the container starts, as with"),
        (
            {"b/Dockerfile": "FROM a:1\nCOPY c.key /\n", "start.sh": "openssl req -new -keyout b/c.key\n"},
            "warning",
            "Leave it out",
        ),
        (
            {"b/Dockerfile": "FROM a:1\nCOPY c.key /\n", "start.sh": "openssl req -new -keyout b/d.pem\n"},
            "error",
            "Leave it out",
        ),
    ],
    "PJ161": [
        (
            {
                "compose.yaml": "services:\n  a:\n    image: b:1\n    volumes: ['./c/sets.yaml:/sets.yaml']\n",
                "c/sets.yml": "",
                "c/other.yaml": "",
            },
            "warning",
            "Did you mean `./c/sets.yml`?",
        ),
    ],
    "PJ131": [
        (
            {**LIST, "setup.py": "install_requires=open('requirements.txt').read().splitlines()\n"},
            "info",
            "`setup.py` reads this list for a package, so pin it in a constraints file: `pip install -c",
        ),
        ({**LIST, "setup.py": "install_requires=['b']\n"}, "warning", "Pin it: `a==VERSION`"),
    ],
}


@pytest.mark.parametrize(("code", "files"), each(CASES))
def test_case(code: str, files: Files) -> None:
    expected = dict(as_files(files, "Dockerfile"))
    assert marked(RULES[code], expected) == expected


@pytest.mark.parametrize(
    ("code", "files", "severity", "said"),
    [(code, *said) for code, cases in SAID.items() for said in cases],
)
def test_what_is_said(code: str, files: str | Mapping[str, str], severity: str, said: str) -> None:
    (finding,) = _findings(code, files)
    assert said in finding.message
    assert finding.severity == severity


@pytest.mark.parametrize(
    "text",
    [
        "FROM apache/airflow:2.11.0\nRUN pip install a\n",
        "FROM apache/airflow:2.11.0\nUSER root\nRUN pip install a\n",
        "FROM quay.io/jupyter/base-notebook:2026-01-01\nRUN pip install a\n",
        "FROM python:3.13\nUSER app\nRUN pip install a\n",
        "FROM python:3.13\nENV PIP_CACHE_DIR=/tmp/c\nRUN pip install a\n",
    ],
)
def test_no_cache_mount_is_proposed_where_nobody_knows_the_folder(text: str) -> None:
    (finding,) = _findings("DF302", text)
    assert finding.message.endswith("Add `--no-cache-dir`")
