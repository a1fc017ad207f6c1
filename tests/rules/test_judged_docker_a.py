"""Rules on packages, caches and downloads, on what strict readers of real findings called wrong or arguable."""

from __future__ import annotations

import pytest

from dagdock.engine import Linter, Target, Workspace
from dagdock.hooks import Rules
from dagdock.rule import Finding
from dagdock.selection import Choice
from dagdock.testing import marked

RULES = {rule.code: rule for rule in Rules().of_kind("dockerfile")}

# What a rule must flag is marked; without marks it must be silent.
CASES: dict[str, list[str]] = {
    "DF301": [
        "FROM debian:13\nRUN apt-get update && apt-get install -y a && curl -f https://e.com/clean_caches.sh | sh\n",
        "FROM debian:13\nRUN apt-get update && apt-get install -y a && /scripts/cleanup\n",
        "FROM debian:13\nRUN /scripts/cleanup && «apt-get update» && apt-get install -y a && apt-get clean\n",
    ],
    "DF317": [
        "FROM alpine:3.22\nRUN wget https://e.com/a.apk && apk add --allow-untrusted a.apk\n",
        "FROM alpine:3.22\nRUN «apk add» a.apk curl\n",
        "FROM alpine:3.22\nRUN «apk add» -U a.apk\n",
    ],
    "DF318": ["FROM centos:7\nRUN yum install -y a && bash /clean.sh\n"],
    "DF306": [
        "FROM python:3.13\nRUN pip install --no-cache-dir pip install https://e.com/a.zip\n",
        "FROM alpine:3.9\nRUN apk add py2-pip && pip install a\n",
        "FROM python:3.13\nRUN pip install --pre azure-cli\n",
    ],
    "DF307": [
        "FROM node:24\nRUN npm install -g yarn\n",
        "FROM node:24\nRUN npm install -g --unsafe-perm true a@1\n",
    ],
    "DF316": [
        "FROM debian:13\nRUN apt-get install -y libfftw3-3 libpq5\n",
        "FROM debian:13\nRUN «apt-get install» -y libpq5 vim\n",
        "FROM debian:13\nRUN «apt-get -f install» -y && apt-get install -y curl\n",
    ],
    "DF324": [
        "FROM alpine:3.22\nRUN apk index --allow-untrusted -o A.tar.gz *.apk\n",
        "FROM alpine:3.22\nRUN apk add «--allow-untrusted» a.apk\n",
    ],
    "DF325": [
        'FROM a:1\nARG H\nRUN pip config set global.trusted-host "$H"\n',
        "FROM a:1\nRUN pip install «--trusted-host» e.local a\n",
    ],
    "DF404": [
        "FROM node:24\nWORKDIR /app\nRUN cd /app/web && npm run build\n",
        'FROM node:24\nRUN cd /web && npm run build\nCMD ["./run"]\n',
        "FROM node:24\nRUN cd /web && npm run build\nCOPY a .\n",
        "FROM debian:13\nRUN cd /opt/tool-1.2.3 && make\nRUN cd tool-master/src && make install\n",
        "FROM node:24\nRUN «cd /web» && npm run build\n",
    ],
    "DF407": [
        "FROM python:3.13\nRUN apt-get install -y wget\nRUN wget -q https://e.com/a\nRUN curl -fO https://e.com/b\n",
        "FROM e.com/base:1\nRUN wget -q https://e.com/a\nRUN curl -fO https://e.com/b\n",
        "FROM e.com/base:1\nRUN apt-get install -y curl\nRUN wget -q https://e.com/a\nRUN «curl» -fO https://e.com/b\n",
        "FROM debian:13 AS dev\nRUN wget -q https://e.com/a\nRUN curl -fO https://e.com/b\n",
    ],
    "DF408": [
        "FROM e.com/base:1\nRUN wget https://e.com/a.tgz\n",
        "FROM e.com/base:1\nRUN apk add a && wget https://e.com/a.tgz\n",
        "FROM e.com/base:1\nRUN apk add wget && «wget» https://e.com/a.tgz\n",
        "FROM e.com/base:1\nRUN apt-get install -y a && «wget» https://e.com/a.tgz\n",
        "FROM debian:13\nRUN wget https://e.com/a/install.sh https://e.com/b.json\n",
        "FROM debian:13\nRUN wget https://e.com/a.exp?raw=1\n",
        "FROM debian:13\nRUN «wget» https://e.com/Miniconda3-latest-Linux-x86_64.sh\n",
        "FROM debian:13\nRUN «wget» https://e.com/a.tgz\n",
    ],
    "DF409": [
        'FROM debian:13\nRUN V="$(nginx -v 2>&1 | sed s/a/b/)" && echo $V\n',
        "FROM alpine:3.22\nRUN echo a | tee /b | tee /c\n",
    ],
    "DF412": [
        "FROM a:1\nRUN chmod 666 /etc/sudoers && echo a >> /etc/sudoers && chmod 440 /etc/sudoers\n",
        "FROM a:1\nRUN «chmod 666 /etc/sudoers» && chmod 440 /etc/a\n",
    ],
    "DF416": [
        'FROM a:1\nLABEL org.opencontainers.image.source="https://github.com/Me/images"\n'
        "RUN wget https://raw.githubusercontent.com/me/tools/master/a.sh && sh a.sh\n",
        "FROM me/base:1\nRUN wget «https://raw.githubusercontent.com/me/tools/v1.2/a.sh» && sh a.sh\n",
    ],
    "DF423": [
        "FROM debian:13\nRUN curl -s https://e.com/a.js | node\n",
        "FROM debian:13\nRUN curl -Os $LINK && jar xf $FILE\n",
    ],
    "DF422": [
        "FROM debian:13\nRUN <<E\nmkdir -p /a\ntouch /a/b\ntouch /a/c\nE\n",
        "FROM debian:13\nRUN <<E\naddgroup docker\nadduser --ingroup docker me\nE\n",
        "FROM debian:13\nRUN «<<E»\naddgroup docker\nadduser me\nE\n",
    ],
    "DF424": [
        "FROM debian:13\nRUN make && make install && { strip /a || true; } && b\n",
        "FROM debian:13\nRUN for a in b c; do yum install $a || true; done\n",
        "FROM debian:13\nRUN make && make install« || true»\n",
    ],
    "DF428": [
        "FROM me/base:1\nADD https://raw.githubusercontent.com/Me/tools/master/a.sh /\n",
        "FROM you/base:1\nADD «https://raw.githubusercontent.com/me/tools/master/a.sh» /\n",
    ],
    "DF429": [
        "FROM a:1\nARG V_VERSION=v1.2.3\nRUN curl -f https://e.com/${V_VERSION}/install.sh | sh\n",
        "FROM me/base:1\nRUN curl -f https://raw.githubusercontent.com/me/tools/main/a.sh | sh\n",
    ],
}


def _findings(code: str, text: str) -> list[Finding]:
    linter = Linter(rules=Rules.only([RULES[code]]), choice=Choice(extend_select=[code]))
    workspace = Workspace.in_memory({"Dockerfile": text})
    return linter.check(workspace, [Target("", "Dockerfile", "Dockerfile")]).findings


@pytest.mark.parametrize(("code", "text"), [(code, text) for code, texts in CASES.items() for text in texts])
def test_case(code: str, text: str) -> None:
    expected = {"Dockerfile": text}
    assert marked(RULES[code], expected) == expected


@pytest.mark.parametrize(
    ("code", "text", "said"),
    [
        (
            "DF416",
            "FROM a:1\nRUN wget https://raw.githubusercontent.com/o/r/gh-pages/a.phar && php a.phar\n",
            "Name a commit in place of `gh-pages`",
        ),
        (
            "DF416",
            "FROM a:1\nENV KEY=x1\nRUN curl -o a.tgz https://e.com/get?key=$KEY && tar xf a.tgz\n",
            "an address that holds one version",
        ),
        (
            "DF416",
            "FROM a:1\nENV V_VERSION=8u372b07\nRUN curl -o a.tgz https://e.com/j_$V_VERSION.tgz && tar xf a.tgz\n",
            "it changes with `V_VERSION`",
        ),
        (
            "DF416",
            "FROM a:1\nRUN A=$(uname -m) && curl -o a.tgz https://e.com/1.2/$A.tgz && tar xf a.tgz\n",
            "each architecture has its own",
        ),
        (
            "DF416",
            "FROM a:1\nARG TARGETARCH\nRUN curl -o a.tgz https://e.com/1.2/$TARGETARCH.tgz && tar xf a.tgz\n",
            "each architecture has its own",
        ),
        (
            "DF414",
            "FROM a:1\nRUN wget http://e.com/a-1.2.tgz\n",
            "compare a checksum if the host does not answer there",
        ),
        ("DF414", "FROM a:1\nRUN wget http://e.com/a.tgz\n", "`https://`, if the host answers there"),
        ("DF414", "FROM a:1\nRUN wget http://b.s3-website-us-west-2.amazonaws.com/a.tgz\n", "s3.amazonaws.com/…`"),
        ("DF423", "FROM a:1\nRUN curl -s https://e.com/a | php\n", "and `pipefail` (DF409 says how), without which"),
        ("DF423", "FROM a:1\nRUN set -o pipefail; curl -s https://e.com/a | php\n", "failure. Add `-f`"),
        (
            "DF423",
            "FROM a:1\nRUN curl https://e.com/a | tee /b && curl https://e.com/c | tee /d\n",
            "and to the other call of this RUN, and `pipefail` (DF409 says how), without which their failure",
        ),
        ("DF423", "FROM a:1\nRUN curl -Os $LINK\n", "stores the error page as the file"),
        ("DF429", "FROM php:5.4\nRUN curl https://getcomposer.org/installer | php\n", "composer:2.2 "),
        (
            "DF429",
            "FROM a:1\nRUN curl https://raw.githubusercontent.com/golangci/a/master/a.sh | sh -s -- ${L_VERSION}\n",
            "is said, that of the script is not: name a commit in place of `master`",
        ),
        ("DF429", "FROM a:1\nRUN curl https://e.com/raw/main/a.sh | sh\n", "Name a commit in place of `main`"),
        ("DF429", "FROM a:1\nRUN curl https://get.e.com | sh\n", "keep a copy of the script"),
        (
            "DF306",
            "FROM python:3.13\nRUN pip install a b\n",
            "`a`, `b` come in whatever version is current, so two builds of this file may differ. Pin each, as in `a==",
        ),
        ("DF309", "FROM golang:1.12-alpine\nRUN go get e.com/a\n", "Pin it: `GO111MODULE=on go get e.com/a@VERSION`"),
        (
            "DF309",
            "FROM golang:1.26\nRUN go get e.com/a\n",
            "Pin it: `go install e.com/a@VERSION` for a program (Go 1.16",
        ),
        ("DF316", "FROM debian:13\nRUN apt-get install -y curl\n", "`ca-certificates`, which `curl` needs for https"),
        ("DF316", "FROM debian:13\nRUN apt-get install -y vim gcc\n", "and `libc6-dev`, which `gcc` needs to compile"),
        ("DF316", "FROM debian:13\nRUN apt-get install -y gcc g++\n", "list the ones that you do need"),
        (
            "DF309",
            "FROM golang:1.26\nRUN go get -d e.com/a\nRUN go build -o b e.com/a\n",
            "clone them at a version, with `git clone --branch VERSION`",
        ),
        (
            "DF324",
            "FROM a:1\nRUN if [ $A = 1 ]; then echo deb http://archive.debian.org/debian > /etc/apt/a.list; fi\n"
            "RUN apt-get install --force-yes -y a\n",
            "Leave it out; if apt then names a key",
        ),
        (
            "DF402",
            "FROM a:1\nRUN export DEBIAN_FRONTEND=noninteractive\n",
            "Use `ARG DEBIAN_FRONTEND=noninteractive` instead",
        ),
        ("DF316", "FROM debian:13\nRUN apt-get install -y git default-jre\n", "list the ones that you do need"),
        (
            "DF301",
            "FROM debian:13\nRUN apt-get update\nRUN apt-get upgrade -y\nRUN apt-get install -y a\n",
            "The RUNs in lines 3 and 4 install from them",
        ),
        (
            "DF390",
            "FROM a:1\nRUN pip install apache-airflow-providers-http\n",
            "of the Airflow release that is there",
        ),
        ("DF390", "FROM a:1\nENV V=1.10.9\nRUN pip install apache-airflow==$V\n", "1.10.10 have no such file"),
        ("DF390", "FROM a:1\nENV V=2.9.1\nRUN pip install apache-airflow[a]==$V\n", "the file of this release"),
        ("DF316", "FROM python:3.13\nRUN apt-get install -y git\n", "list the ones that you do need"),
        ("DF324", "FROM debian:13\nRUN apt-get install --force-yes -y a\n", "Leave it out; if apt then names a key"),
        (
            "DF324",
            "FROM debian:8\nRUN echo deb http://archive.debian.org/debian jessie main > /etc/apt/sources.list\n"
            "RUN apt-get install --force-yes -y a\n",
            "only a newer base image mends that",
        ),
        ("DF325", "FROM a:1\nRUN wget --no-check-certificate https://e.com/a\n", "package `ca-certificates` before"),
        (
            "DF325",
            "FROM a:1\nRUN wget --no-check-certificate https://e.corp/a\n",
            "or add your own certificate for a private host",
        ),
        ("DF329", "FROM debian:12\nRUN apt-key adv --recv-keys 1\n", "`gpg --recv-keys`"),
        ("DF409", "FROM a:1\nRUN curl -f https://e.com | sh\n", "above it, if the image has bash"),
        ("DF409", "FROM a:1\nRUN apk add curl && curl -f https://e.com | sh\n", '"/bin/ash"'),
        (
            "DF412",
            "FROM a:1\nRUN chmod 777 /a\n",
            "`755` is enough to read and run it; make the user who needs to write",
        ),
        ("DF412", "FROM a:1\nRUN chmod o+w /a\n", "there. Make the user who needs that the owner"),
        ("DF412", "FROM a:1\nRUN chmod 666 /a\n", "`644` is enough to read it; make"),
        ("DF412", "FROM a:1\nRUN chmod -R 666 /a\n", "`u=rwX,go=rX` is enough to read it; make"),
        ("DF412", "FROM a:1\nRUN chmod 777 -R /a && chown -R u /a\n", "for the others `755`"),
        ("DF412", "FROM a:1\nCOPY --chown=u --chmod=666 a /a\n", "for the others `644`"),
        ("DF420", "FROM a:1\nRUN pip install --pre pip install a\n", "Leave out what stands before it"),
        ("DF428", "FROM a:1\nADD https://e.com/Setup.exe /a\n", "one version, if there is one, and add"),
        ("DF428", "FROM a:1\nADD https://e.com/apt.key /a\n", "another one. Add `--checksum"),
        ("DF428", "FROM a:1\nARG VER=1\nADD https://e.com/$VER/a /a\n", "it changes with `VER`"),
    ],
)
def test_what_is_said(code: str, text: str, said: str) -> None:
    (finding,) = _findings(code, text)
    assert said in finding.message
