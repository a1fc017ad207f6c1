"""Rules on Dockerfiles, on what people write who have not read them: mistakes in odd spellings, and right ways."""

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

MANIFEST = (
    '{"scripts": {"start": "cross-env NODE_ENV=production next start", "serve": "ts-node a.ts && node dist/a.js"},'
    ' "dependencies": {"next": "15"}, "devDependencies": {"typescript": "5"}}'
)


def _built(steps: str, start: str, **files: str) -> dict[str, str]:
    """A Node project that is built and started in one stage."""
    lines = ["FROM node:24", "WORKDIR /app", "COPY package.json yarn.lock ./", steps, f"CMD {start}\n"]
    return {"Dockerfile": "\n".join(lines), "package.json": MANIFEST, "yarn.lock": "", **files}


# What a rule must flag is marked; without marks it must be silent.
CASES: dict[str, list[Files]] = {
    "DF206": [
        "FROM debian:12\nWORKDIR /opt\nRUN curl -O https://e.com/a.tgz\nRUN tar xf a.tgz\nRUN «rm a.tgz»\n",
        "FROM debian:12\nWORKDIR /opt\nRUN curl -O https://e.com/a.tgz\nWORKDIR /srv\nRUN rm -f a.tgz\n",
        "FROM debian:12\nWORKDIR /opt\nRUN curl -O https://e.com/a.tgz\nRUN cd /srv && rm -f a.tgz\n",
    ],
    "DF348": [
        "FROM rust:1.90\nRUN cargo install «cargo-chef»\n",
        "FROM rust:1.90\nRUN cargo install --locked cargo-chef\nRUN cargo install --path . && cargo install $TOOL\n",
    ],
    "DF101": [
        "FROM debian:12\nRUN --mount=from=«ghcr.io/astral-sh/uv»,source=/uv,target=/uv /uv sync\n",
        "FROM debian:12\nCOPY --from=«busybox» /bin/busybox /bin/\nCOPY --from=tools /a /a\n",
        "FROM debian:12 AS node\nRUN make\nFROM debian:12\nCOPY --from=node /a /a\nCOPY --from=app /b /b\n",
    ],
    "DF127": [
        'FROM golang:1.26 AS builder\nRUN go build -o /a\nFROM «builder» AS runtime\nENTRYPOINT ["/a"]\n',
        "FROM golang:1.26 AS gen\nRUN go generate\nFROM gen\nCMD cmp /a/x.go /b/x.go\n",
        'FROM golang:1.26 AS base\nFROM base AS test\nCMD ["/run-tests"]\n',
        'FROM golang:1.26 AS base\nFROM base\nCMD ["go", "run", "."]\n',
    ],
    "DF205": [
        "FROM debian:12\nARG «CI_PIPELINE_ID»\nRUN apt-get update && apt-get install -y curl\n",
        "FROM debian:12\nARG «GITHUB_RUN_NUMBER»\nENV RELEASE=$GITHUB_RUN_NUMBER\nRUN pip install a==1\n",
        "FROM debian:12\nARG PIPELINE_ID=etl\nARG JOB_NAME\nRUN pip install a==1\n",
    ],
    "DF328": [
        {"Dockerfile": "FROM ruby:3.4\nWORKDIR /a\nCOPY Gemfile Gemfile.lock ./\nRUN «bundle update»\n"},
        "FROM php:8.4\nWORKDIR /a\nCOPY composer.json ./\nRUN composer update\n",
        "FROM php:8.4\nWORKDIR /a\nCOPY composer.json composer.lock ./\nRUN composer update acme/lib\n",
    ],
    "DF344": [
        "FROM mambaorg/micromamba:2.0\nRUN «micromamba install» -y numpy=2\n",
        "FROM condaforge/miniforge3:24.3.0-0\nRUN mamba env update -f /e.yml && mamba clean -ay\n",
        "FROM condaforge/miniforge3:24.3.0-0\nRUN conda install -y a=1 && rm -rf /opt/conda/pkgs\n",
    ],
    "DF345": [
        "FROM continuumio/miniconda3:24.4.0-0\nRUN conda install -y -n base «conda-forge::pandas» 'numpy>=2'\n",
        "FROM continuumio/miniconda3:24.4.0-0\nRUN conda install -y --file a.txt && conda create -n e python=3.12\n",
    ],
    "DF346": [
        "FROM debian:12\nRUN curl -fsSL https://e.com/a-1.zip -o «a.zip» && unzip a.zip && ./a/install\n",
        "FROM debian:12\nRUN cd /tmp/b && curl -LO https://e.com/a-1.tgz && tar xf a-1.tgz && rm -rf /tmp/b\n",
        "FROM debian:12\nRUN wget -O /tmp/a.deb https://e.com/a.deb && dpkg -i /tmp/a.deb && rm /tmp/*.deb\n",
        "FROM debian:12 AS get\nRUN wget https://e.com/a.zip && unzip a.zip\nFROM debian:12\nCOPY --from=get /a /a\n",
    ],
    "DF516": [
        "FROM python:3.13-slim\nRUN apt-get install -y «gcc» && apt-get autoremove -y --purge\nCOPY . .\n"
        "RUN pip install .\n",
        "FROM python:3.13-slim\n"
        "RUN apt-get install -y gcc && pip install a && apt-mark auto gcc && apt-get autoremove -y\n"
        "COPY . .\n",
        'FROM rockylinux:9\nRUN dnf -y groupinstall «"Development Tools"»\nCOPY . .\nRUN pip3 install .\n',
    ],
    "DF609": [
        "FROM debian:12 AS a\nARG V=1\nRUN echo $V\nFROM debian:12\nRUN echo «$V»\n",
        "FROM debian:12 AS a\nARG V=1\nRUN echo $V\nFROM debian:12\nRUN V=2; echo $V ${V:-3}\n",
        "FROM debian:12 AS a\nARG V=1\nRUN echo $V\nFROM a\nRUN echo $V\n",
        "FROM debian:12 AS a\nARG V=1\nRUN echo $V\nFROM registry.example.com/base:1\nRUN echo $V\n",
    ],
    "DF639": [
        'FROM nginx:1.28\nVOLUME [«"./a:/b"», "/c"]\n',
        "FROM nginx:1.28\nVOLUME C:\\data\nVOLUME $A\n",
    ],
    "DF703": [
        "FROM debian:12\nWORKDIR /root\nCOPY a.cfg «.aws/credentials» .aws/\n",
        "FROM debian:12\nCOPY aws/config /root/.aws/config\nCOPY credentials /etc/app/credentials\n",
        "FROM debian:12\nCOPY credentials.example /root/.aws/credentials\n",
        {
            "Dockerfile": "FROM debian:12\nCOPY localstack/credentials /root/.aws/\n",
            "localstack/credentials": "[default]\naws_access_key_id = test\naws_secret_access_key = test\n",
        },
        {"Dockerfile": "FROM python:3.13\nCOPY «app/» .\n", "app/conf/.env": "DB_PASSWORD=Str0ngPa55w0rd77\n"},
        {
            "Dockerfile": "FROM python:3.13\nCOPY app/ .\n",
            ".dockerignore": "**/.env\n",
            "app/.env": "DB_PASSWORD=Str0ngPa55w0rd77\n",
        },
    ],
    "DF013": [
        "FROM node:22\nCMD «[npm, start]»\n",
        "FROM node:22\nENTRYPOINT «[ node, server.js ]»\n",
        "FROM debian:12\nCMD [ -f /x ] && exec a\n",
        "FROM debian:12\nRUN [ a = b ]\n",
        "FROM debian:12\nCMD [[ -f x ]] && y\n",
    ],
    "DF102": [
        "FROM debian:12\nRUN --mount=type=bind,from=«golang:latest»,target=/go ls /go\n",
        "FROM debian:12\nCOPY --from=acme/latest /a /a\nCOPY --from=a/b:latest@sha256:" + "ab" * 32 + " /a /a\n",
    ],
    "DF203": [
        {
            "Dockerfile": 'FROM python:3.12\n«COPY ["pyproject.toml", "poetry.lock", "forecast", "/app/"]»\n'
            "WORKDIR /app\nRUN poetry install --only main\n",
            "pyproject.toml": "",
            "poetry.lock": "",
            "forecast/__main__.py": "",
        },
        {
            "Dockerfile": "FROM python:3.12\nWORKDIR /app\nCOPY requirements/ requirements/\n"
            "RUN pip install -r requirements/prod.txt\n",
            "requirements/prod.txt": "",
            "requirements/base.in": "",
        },
        {
            "Dockerfile": "FROM python:3.12\nWORKDIR /app\nCOPY scripts scripts\nCOPY requirements.txt .\n"
            "RUN pip install -r requirements.txt\n",
            "requirements.txt": "",
            "scripts/a.py": "",
        },
        {
            "Dockerfile": "FROM maven:3.9\nWORKDIR /app\n«COPY . .»\nRUN mvn -B clean package -DskipTests\n",
            "pom.xml": "<project/>",
            "src/main/java/A.java": "",
        },
        {
            "Dockerfile": "FROM maven:3.9\nWORKDIR /app\nCOPY pom.xml .\nRUN mvn dependency:go-offline\nCOPY . .\n"
            "RUN mvn package\n",
            "pom.xml": "<project/>",
        },
        {
            "Dockerfile": "FROM maven:3.9\nCOPY . .\nRUN mvn package\n",
            "pom.xml": "<project><modules><module>a</module></modules></project>",
        },
        {
            "Dockerfile": "FROM maven:3.9\nCOPY . .\nRUN --mount=type=cache,target=/root/.m2 mvn package\n",
            "pom.xml": "<project/>",
        },
    ],
    "DF204": [
        'FROM debian:12\nCOPY a/start.sh /usr/bin/\nRUN «apt-get install -y curl»\nENTRYPOINT ["start.sh"]\n',
        'FROM debian:12\nCOPY setup.sh /\nRUN apt-get install -y curl\nENTRYPOINT ["start.sh"]\n',
        "FROM alpine:3.22\nCOPY start.sh backup.sh /bin/\nRUN chmod +x /bin/*.sh\nRUN «apk add --no-cache jq»\n"
        'ENTRYPOINT ["start.sh"]\n',
        'FROM debian:12\nCOPY start.sh setup.sh /\nRUN sh /setup.sh\nRUN apt-get install -y jq\nCMD ["/start.sh"]\n',
        'FROM debian:12\nCOPY start.sh /\nRUN apt-get install -y jq && chmod +x /start.sh\nCMD ["/start.sh"]\n',
        'FROM debian:12\nCOPY start.sh /\nRUN chmod +x /start.sh && apt-get install -y curl\nCMD ["/start.sh"]\n',
        "FROM node:24\nCOPY . .\nRUN «npm install -g serve@14»\n",
        "FROM python:3.13\nCOPY . .\nRUN «pip install 'flask==3.1' gunicorn==$V»\n",
        'FROM rocker/r-ver:4.4.0\nCOPY . .\nRUN «Rscript -e \'install.packages(c("DBI", "dplyr"))\'»\n',
        "FROM python:3.13\nCOPY . .\nRUN pip install flask -c constraints.txt\nRUN pip install ./lib flask\n",
        "FROM python:3.13\nCOPY . .\nRUN pip install -r requirements.txt\nRUN pip install gunicorn==23.0\n",
        "FROM python:3.13\nCOPY . .\nRUN pip install gunicorn && python manage.py collectstatic\n",
        "FROM python:3.13\nCOPY . .\nRUN pip install $(cat packages.txt)\nRUN npm install -g .\n",
        "FROM r-base:4.4.1\nCOPY . .\nRUN R -e 'install.packages(\"./a.tar.gz\", repos=NULL)'\n",
        "FROM debian:12\nCOPY scripts/ /opt/\nRUN <<EOF\nset -e\n«apt-get update\napt-get install -y cron»\nEOF\n",
        "FROM debian:12\nCOPY scripts/ /opt/scripts/\nRUN /opt/scripts/repo.sh && apt-get install -y cron\n",
        "FROM debian:12\nCOPY etl/ /etl\nRUN «apt-get update && apt-get install -y cron»\n",
    ],
    "DF401": [
        "FROM eclipse-temurin:21\nRUN «exec java -Xmx1g -jar /srv/orders.jar --server.port=8080»\n",
        "FROM eclipse-temurin:21\nRUN java -jar /srv/orders.jar --create-schema\n",
        "FROM eclipse-temurin:21\nRUN java -jar\n",
        {
            "Dockerfile": "FROM golang:1.24\nCOPY main.go gen.go ./\nRUN go run gen.go\nRUN «go run main.go»\n",
            "main.go": 'func main() { http.ListenAndServe(":80", nil) }\n',
            "gen.go": "func main() { write() }\n",
        },
    ],
    "DF309": [
        "FROM golang:1.24\nRUN go get «github.com/a/b» || true \\\n && cd /go/src/github.com/a/b && git checkout v1\n",
        "FROM golang:1.24\nRUN go get «github.com/a/b»\nWORKDIR /go/src/github.com/a/b\nRUN git checkout $V\n",
        "FROM golang:1.24\nRUN go get «github.com/a/b»\nRUN git checkout $V\n",
    ],
    "DF218": ['ARG VARIANT=""\nFROM REPLACE-ME\n', "ARG «A=1»\nFROM debian:12\n"],
    "DF325": [
        "FROM debian:12\nRUN curl -fk https://e.com/a -o a && echo '0a1b  a' | sha256sum -c\n",
        "FROM debian:12\nRUN curl -f «-k» https://e.com/a -o a\n",
        "FROM debian:12\nRUN «GIT_SSL_NO_VERIFY=1» git clone https://e.com/a && sha256sum -c x\n",
    ],
    "DF402": [
        'FROM debian:12\nRUN «["cd", "/app"]»\nRUN ["ls"]\n',
    ],
    "DF604": [
        '«FROM python:3.12»\nRUN useradd api\nCMD ["python", "api.py"]\n',
        'FROM python:3.12\nRUN useradd api\nCMD ["gunicorn", "--user=api", "a:b"]\n',
        'FROM python:3.12\nRUN useradd api\nENTRYPOINT ["/entry.sh"]\nCMD ["python", "api.py"]\n',
        'FROM python:3.12\nRUN useradd api\nUSER api\nCMD ["python", "api.py"]\n',
        "FROM python:3.12\nRUN useradd api\nCMD su api -c 'python api.py'\n",
    ],
    "DC301": [
        {
            "compose.yaml": "services:\n  «db»:\n    build: .\n",
            "Dockerfile": "FROM postgres:16\nCOPY init/ /docker-entrypoint-initdb.d/\n",
        },
        {
            "compose.yaml": "services:\n  db:\n    build: .\n"
            "    volumes: ['data:/var/lib/postgresql/data']\nvolumes:\n  data:\n",
            "Dockerfile": "FROM postgres:16\n",
        },
        {
            "compose.yaml": "services:\n  db:\n    build: .\n",
            "Dockerfile": 'FROM postgres:16\nCMD ["pg_dump"]\n',
        },
        {
            "compose.yaml": "services:\n  db:\n    build: .\n",
            "Dockerfile": "FROM postgres:16\nENV PGDATA=/tmp/x\n",
        },
        {
            "compose.yaml": "services:\n  db:\n    build: .\n",
            "Dockerfile": "FROM postgres:16 AS a\nFROM python:3.12-slim\nCOPY --from=a /x /x\n",
        },
    ],
    "DF428": [
        'FROM debian:12\nARG V=1.2\nADD «"https://e.com/tool-${V}.zip"» /tmp/\n',
        "FROM debian:12\nADD «https://e.com/a.git#main» /a\n",
        "FROM debian:12\nADD https://e.com/a.git#v1.2 /a\n",
        "FROM debian:12\nARG V\nADD https://e.com/a.git#$V /a\n",
    ],
    "DF126": [
        "FROM «node:current-slim»\n",
        "FROM «golang:alpine3.22» AS build\n",
        "FROM «php:fpm-alpine»\n",
        "FROM «python:3-slim»\n",
        "FROM python:3.13-slim\nFROM node:22-alpine\nFROM debian:bookworm-slim\nFROM ubuntu:noble\nFROM rust:buster\n",
        "FROM mcr.microsoft.com/devcontainers/base:trixie\n",
        "FROM registry.example.com/base:slim\n",
        "FROM python:3 AS dev\n",
        "FROM «apache/airflow:latest-python3.12»\n",
        "FROM acme/app:latest-2024\n",
    ],
    "DF404": [
        "FROM ubuntu:24.04\nRUN «pushd /usr/src/tool»; make; popd\n",
        'FROM ubuntu:24.04\nSHELL ["/bin/bash", "-c"]\nRUN pushd /usr/src/tool && make && popd\n',
        "FROM alpine:3.22\nRUN set -eux; «cd /opt/app»; ./install.sh\n",
        "FROM alpine:3.22\nRUN set -eux; cd /opt/app\n",
        "FROM alpine:3.22\nRUN set -eux; cd /tmp/x; make install\n",
    ],
    "DF425": [
        "FROM node:24\nUSER node\nRUN «npm i» --global typescript\n",
        "FROM node:24\nUSER node\nENV NPM_CONFIG_PREFIX=/home/node/.npm-global\nRUN npm install -g pm2\n",
        "FROM debian:12\nRUN useradd -m app\nUSER app\nCOPY start.sh /home/app/run.sh\n"
        "RUN «chmod 755 /home/app/run.sh»\n",
        "FROM debian:12\nRUN useradd -m app && mkdir /data\nUSER app\nRUN «chown app /data» && chmod 750 /data\n",
        "FROM debian:12\nRUN useradd -m app && mkdir /data && chown app /data\nUSER app\nRUN chmod 755 /data\n",
        "FROM debian:12\nRUN useradd -m app\nUSER app\nRUN «chown -R app /opt» && touch /etc/app.conf\n",
        "FROM node:24\nCOPY . /app\nUSER node\nRUN chown -R node /app || true\n",
        "FROM node:24\nCOPY . /app\nRUN chown -R node /app\nUSER node\nRUN chmod +x /app/a.sh\n",
        "FROM node:24\nUSER node\nWORKDIR /home/node/a\nRUN mkdir d && chown -R node d\n",
        "FROM node:24 AS b\nFROM node:24\nCOPY --from=b /x /x\nUSER node\nRUN chmod -R 700 /x\n",
        "FROM node:24\nCOPY a.sh /tmp/\nUSER node\nUSER root\nRUN chmod +x /tmp/a.sh\nUSER node\n",
        "FROM debian:12\nRUN useradd app\nUSER app\nRUN mkdir «/opt/app» && touch /opt/app/x\n",
        "FROM debian:12\nRUN useradd app\nUSER app\nRUN mkdir -p «/app/data»\n",
        "FROM debian:12\nRUN useradd -m app\nUSER app\nRUN mkdir -p /home/app/x /tmp/y ~/z data\n",
        "FROM debian:12\nRUN mkdir /opt/app && chown 1000 /opt/app\nUSER 1000\nRUN mkdir -p /opt/app/x\n",
        "FROM debian:12\nWORKDIR /app\nUSER 1000\nRUN mkdir -p /app/x\n",
        "FROM debian:12\nUSER 1000\nRUN mkdir -p «/var/lib/app/x»\n",
        "FROM debian:12\nUSER 1000\nRUN mkdir /opt/there/x /tmp /var/lib\n",
        "FROM apache/airflow:2.10.3\nRUN mkdir -p /opt/airflow/x\n",
        "FROM postgres:16\nUSER postgres\nRUN mkdir -p /var/lib/postgresql/x /opt/x\n",
        "FROM acme/base:1\nUSER 1000\nRUN mkdir -p /app/x\n",
    ],
    "DF515": [
        {
            "Dockerfile": 'FROM node:24\nCOPY package.json ./\nRUN «npm i»\nENV NODE_ENV=production\nCMD ["a"]\n',
            "package.json": '{"devDependencies": {"jest": "29"}}',
        },
        {
            "Dockerfile": "FROM node:24 AS b\nWORKDIR /a\nCOPY . .\nRUN npm ci && npm run x && npm prune --prod\n"
            'FROM node:24-slim\nCOPY --from=b /a /a\nCMD ["node", "/a/x.js"]\n',
            "package.json": '{"devDependencies": {"jest": "29"}}',
        },
        {
            "Dockerfile": "FROM node:24 AS b\nWORKDIR /a\nCOPY . .\nRUN npm ci && npm run build\n"
            'FROM node:24-slim\nCOPY --from=b /a/dist /a\nCMD ["node", "/a/x.js"]\n',
            "package.json": '{"devDependencies": {"jest": "29"}}',
        },
        {
            "Dockerfile": "FROM python:3.12\nWORKDIR /a\nCOPY pyproject.toml poetry.lock ./\n"
            "RUN «poetry install» --no-root\n",
            "pyproject.toml": "[tool.poetry.group.dev.dependencies]\npytest = '8'\n",
            "poetry.lock": "",
        },
        {
            "Dockerfile": "FROM python:3.12\nWORKDIR /a\nCOPY pyproject.toml poetry.lock ./\n"
            "RUN poetry install --without dev\nRUN poetry install --only main\n",
            "pyproject.toml": "[tool.poetry.group.dev.dependencies]\npytest = '8'\n",
            "poetry.lock": "",
        },
        {
            "Dockerfile": "FROM python:3.12\nWORKDIR /a\nCOPY pyproject.toml uv.lock ./\nRUN «uv sync» --locked\n",
            "pyproject.toml": "[dependency-groups]\ndev = ['pytest']\n",
            "uv.lock": "",
        },
        {
            "Dockerfile": "FROM python:3.12\nENV UV_NO_DEV=1\nCOPY pyproject.toml uv.lock /\nRUN uv sync --locked\n",
            "pyproject.toml": "[dependency-groups]\ndev = ['pytest']\n",
            "uv.lock": "",
        },
        {
            "Dockerfile": "FROM php:8.3\nWORKDIR /a\nCOPY composer.json ./\nRUN «composer install»\n",
            "composer.json": '{"require-dev": {"phpunit/phpunit": "11"}}',
        },
        {
            "Dockerfile": "FROM php:8.3\nWORKDIR /a\nCOPY composer.json ./\nRUN composer install\n",
            "composer.json": '{"require-dev": {}}',
        },
        _built("RUN «yarn» && yarn build", '["yarn", "start"]'),
        _built("RUN «yarn install»\nCOPY . .\nRUN yarn run build", "exec node ./dist/src/main"),
        _built("RUN yarn install\nRUN yarn build && yarn install --production", '["yarn", "start"]'),
        _built("RUN yarn install\nRUN yarn build", '["yarn", "serve"]'),
        _built("RUN yarn install\nRUN yarn build", '["node", "server.js"]'),
        _built("RUN yarn install\nRUN yarn build", '["node", "--import", "tsx", "dist/a.js"]'),
        _built("RUN yarn install\nRUN yarn build", '["/start.sh"]'),
        _built("RUN yarn install\nRUN yarn build", "yarn migrate; node dist/a.js"),
        _built(
            "RUN yarn install\nRUN yarn build",
            '["yarn", "start"]',
            **{"compose.yaml": "services:\n  a:\n    build: .\n    command: yarn dev\n"},
        ),
    ],
    "DF510": [
        "FROM alpine:3.22\nARG DIR=app\nWORKDIR «$DIR»\n",
        "FROM alpine:3.22\nARG DIR=/app\nWORKDIR $DIR\n",
        "FROM alpine:3.22\nARG DIR\nWORKDIR ${DIR}/x\n",
    ],
    "DF628": [
        'FROM python:3.12\nHEALTHCHECK CMD «pgrep -f worker.py» || exit 1\nCMD ["python", "worker.py"]\n',
        'FROM python:3.12\nHEALTHCHECK CMD pgrep -f "[w]orker.py" || exit 1\nCMD ["python", "worker.py"]\n',
        'FROM python:3.12\nHEALTHCHECK CMD ["pgrep", "-f", "worker.py"]\nCMD ["python", "worker.py"]\n',
        "FROM python:3.12\nHEALTHCHECK CMD ps aux | grep worker.py | grep -v grep || exit 1\n",
        "FROM python:3.12\nHEALTHCHECK CMD curl -fsS localhost:80/ | «cat» || exit 1\n",
        "FROM python:3.12\nHEALTHCHECK CMD curl -fsS localhost:80/ | grep -q ok || exit 1\n",
        {
            "Dockerfile": "FROM python:3.12\nCOPY health.sh /\nHEALTHCHECK CMD «/health.sh»\n",
            "health.sh": "#!/bin/sh\ncurl -f http://localhost:8000/health\necho done\n",
        },
        {
            "Dockerfile": "FROM python:3.12\nCOPY health.sh /\nHEALTHCHECK CMD /health.sh\n",
            "health.sh": "#!/bin/sh\nset -e\ncurl -f http://localhost:8000/health\necho done\n",
        },
        "FROM nginx:1.27\nHEALTHCHECK CMD «exit 0»\n",
        "FROM nginx:1.27\nHEALTHCHECK CMD «true»\n",
        "FROM nginx:1.27\nHEALTHCHECK CMD «echo ok»\n",
        "FROM nginx:1.27\nHEALTHCHECK CMD exit 1\nHEALTHCHECK CMD test -f /ok\n",
    ],
    "DF702": [
        "FROM alpine:3.22\nRUN poetry config http-basic.acme deploy «Zt7kQ2pLx9»\n",
        "FROM alpine:3.22\nRUN npm config set //npm.example.org/:_authToken=«Zt7kQ2pLx9xx»\n",
        "FROM alpine:3.22\nRUN twine upload -u ci -p «Zt7kQ2pLx9» dist/a.whl\n",
        "FROM alpine:3.22\nRUN poetry config http-basic.acme user $PASSWORD1\n",
        "FROM alpine:3.22\nRUN export «DB_PASSWORD=hunter2-Secret99» && ./setup.sh\n",
        "FROM alpine:3.22\nRUN «PGPASSWORD='Tr0ub4dor-and-3'» psql -f /a.sql\n",
        "FROM alpine:3.22\nLABEL team=a «com.acme.db-password=Tr0ub4dor-and-3»\n",
        'FROM alpine:3.22\nRUN export DB_PASSWORD="$(cat /run/secrets/db)" TOKEN=$TOKEN && ./setup.sh\n',
        "FROM alpine:3.22\nRUN DB_PASSWORD=changeme POSTGRES_PASSWORD=postgres PASSWORD_FILE=/run/x ./test.sh\n",
        "FROM alpine:3.22\nRUN SECRET_KEY_BASE=dummy DJANGO_SECRET_KEY=build SECRET_KEY=not-used ./manage.py x\n",
        "FROM alpine:3.22\nRUN SECRET_KEY_BASE_DUMMY=1 TOKEN= KEY=abc bin/rails assets:precompile\n",
    ],
    "DF623": [
        'FROM alpine:3.22\nENTRYPOINT ["tini", "--", "sh", "-c"]\nCMD ["echo $HOME && sleep 1"]\n',
        'FROM alpine:3.22\nENTRYPOINT ["echo"]\nCMD ["hello world"]\n',
        'FROM alpine:3.22\nENTRYPOINT ["/docker-entrypoint.sh"]\nCMD [«"python app.py"»]\n',
        'FROM alpine:3.22\nENTRYPOINT []\nCMD [«"python app.py"»]\n',
    ],
    "DF125": [
        'FROM «eclipse-temurin:21-jdk-alpine»\nCOPY a.jar /\nENTRYPOINT ["java", "-jar", "/a.jar"]\n',
        'FROM eclipse-temurin:21-jdk\nCOPY . .\nRUN ./mvnw package\nCMD ["java", "-jar", "/a.jar"]\n',
        'FROM eclipse-temurin:21-jre\nCOPY a.jar /\nCMD ["java", "-jar", "/a.jar"]\n',
        'FROM eclipse-temurin:21-jdk\nCOPY run.sh /\nCMD ["/run.sh"]\n',
        'FROM python:3.12\nRUN pip install psycopg2==2.9.9\nCMD ["python"]\n',
        'FROM «python:3.12»\nRUN pip install psycopg2-binary==2.9.9\nCMD ["python"]\n',
        {
            "Dockerfile": "FROM python:3.12\nCOPY requirements.txt /\nRUN pip install -r /requirements.txt\nCMD x\n",
            "requirements.txt": "mysqlclient==2.2.4\n",
        },
    ],
    "DF502": [
        {"Containerfile": "FROM debian:12\nCOPY . /a\n", ".containerignore": ".git\n", "main.py": ""},
        {"Dockerfile": "FROM debian:12\nCOPY «.» /a\n", ".containerignore": ".git\n", "main.py": ""},
        "FROM debian:12\nCOPY --exclude=.git --exclude=.env . /a\n",
        {"Dockerfile": "FROM debian:12\nCOPY «.» /a\n", ".dockerignore": "# nothing yet\n", "main.py": ""},
        {"Dockerfile": "FROM debian:12\nCOPY . /a\n", ".dockerignore": "\n", ".env": "TOKEN=a8f3k2j5\n"},
    ],
    "DF632": [
        "FROM debian:12\nVOLUME /data\n«RUN cd /data && mkdir x»\n",
        "FROM debian:12\nVOLUME /data\n«RUN cd /data/a; cd b && touch x»\n",
        "FROM debian:12\nVOLUME /data\n«RUN sqlite3 /data/a.db < /schema.sql»\n",
        "FROM debian:12\nVOLUME /pg\n«RUN gosu postgres initdb -D /pg/main»\n",
        "FROM debian:12\nVOLUME /data\nRUN rsync -a /data/ /srv/\n«RUN echo a | tee /data/a»\n",
        "FROM debian:12\nWORKDIR /data\nVOLUME /data\nRUN cd $X && mkdir x\nRUN cd && touch a; cd .. && mkdir y\n",
        "FROM debian:12\nVOLUME /data\nRUN (cd /data && ls); mkdir x\n",
        "FROM debian:12 AS base\nVOLUME /data\nFROM base\n«COPY seed.db /data/»\n",
        "FROM debian:12\nVOLUME /srv/repo\n«RUN git clone https://e.com/a.git /srv/repo»\n",
        "FROM postgres:18\n«COPY dump /var/lib/postgresql/18/»\n",
        "FROM postgres:16\nCOPY init.sql /docker-entrypoint-initdb.d/\n"
        "RUN chown -R postgres /var/lib/postgresql/data\n",
        "FROM mysql:8.4 AS b\nRUN make\nFROM mysql:8.4\nCOPY --from=b /data /var/lib/mysql\n",
        "FROM alpine:3.22\nVOLUME /data\n«COPY --from=busybox:1.37 /etc/passwd /data/passwd»\n",
        "FROM alpine:3.22\nENV DATA=/data\nVOLUME $DATA\n«RUN touch $DATA/x»\n",
        "FROM alpine:3.22\nVOLUME /data\nCOPY --from=busybox:1.37 /etc/passwd /database\n",
    ],
    "DF501": [
        "FROM debian:12\nARG SITE=a\n«ADD» dist/${SITE}-assets.zip /opt/\n",
        "FROM debian:12\nARG U=https://e.com/a\nADD $U.zip /opt/\n",
        "FROM debian:12\nADD https://e.com/${V}.zip /opt/\n",
        "FROM debian:12\nADD rootfs-${V}.tar.gz /\n",
        "FROM debian:12\nARG WAR=build/libs/shop.war\nWORKDIR /srv\n«ADD» $WAR ROOT.war\n",
        "FROM debian:12\nARG A\nARG B=b.jar\nARG C=c.tgz\nADD $A a.jar\nADD $B /opt/\nADD $C /c.tgz\n",
    ],
    "DF426": [
        "FROM debian:12\nRUN useradd -m app\nUSER app:«etl»\n",
        "FROM debian:12\nRUN groupadd -r etl && useradd -r -g etl etl\nCOPY run.sh /\nUSER etl:etl\n",
        "FROM alpine:3.22\nCOPY run.sh /\nUSER «app»\n",
        "FROM alpine:3.22\nCOPY rootfs /\nUSER app\n",
        "FROM debian:12\nADD rootfs.tar.gz /\nUSER app\n",
        "FROM debian:12\nARG U=app\nRUN useradd -m $U\nUSER $U\n",
        "FROM debian:12\nRUN for u in a b; do useradd $u; done\nUSER a\n",
        "FROM debian:12\nRUN curl -fsSL https://example.org/x.sh | sh\nUSER app\n",
        "FROM debian:12\nRUN mkdir /app && chown app /app\nUSER «app»\n",
        "FROM debian:12\nRUN useradd dev\nUSER dev:sudo\n",
        "FROM node:24 AS a\nRUN useradd svc\nFROM node:24\nRUN --mount=type=cache,target=/c npm ci\nUSER «svc»\n",
    ],
    "DF503": [
        {
            "Dockerfile": "FROM python:3.13\nCOPY «.» /app\n",
            ".dockerignore": ".git\n",
            "logs/dag_id=a/run_id=b/a.log": "x",
        },
        {"Dockerfile": "FROM python:3.13\nCOPY . /app\n", ".dockerignore": "*.log\n**/*.log\n", "logs/a.log": "x"},
        {"Dockerfile": "FROM python:3.13\nCOPY . /app\n", ".dockerignore": ".git\n", "logs/__init__.py": ""},
        {
            "Dockerfile": "FROM python:3.13\nCOPY «.» /app\n",
            ".dockerignore": ".git\n",
            "conf/db/.env": "DB_PASSWORD=Str0ngPa55w0rd77\n",
        },
        {
            "Dockerfile": "FROM python:3.13\nCOPY . /app\n",
            ".dockerignore": "conf\n",
            "conf/.env": "DB_PASSWORD=Str0ngPa55w0rd77\n",
            "tests/.env": "DB_PASSWORD=Str0ngPa55w0rd77\n",
            "web/.env": "PORT=80\n",
        },
        {
            "Dockerfile": "FROM debian:12\nCOPY --exclude=.env --exclude=.git . /a\n",
            ".dockerignore": "*.md\n",
            ".env": "TOKEN=a8f3k2j5\n",
        },
        {
            "Dockerfile": "FROM debian:12\nCOPY --exclude=*.md «.» /a\n",
            ".dockerignore": "*.txt\n",
            ".env": "TOKEN=a8f3k2j5\n",
        },
    ],
    "DF306": [
        "FROM python:3.13\nRUN for p in numpy pandas; do pip install «$p»; done\n",
        "FROM python:3.13\nRUN for p in numpy==2.1 pandas==2.2; do pip install $p; done\n",
        "FROM python:3.13\nRUN for p in $(cat a) pandas; do pip install $p; done\n",
        "FROM python:3.12\nCOPY wheels /wheels\nRUN pip install --no-index --find-links=/wheels acme\n",
    ],
    "DF644": [
        "FROM nginx:1.27\nWORKDIR /srv\nCMD «cd /srv» && nginx -g 'daemon off;'\n",
        "FROM nginx:1.27\nCMD cd $HOME && ./run\n",
        "FROM nginx:1.27\nCMD cd /a && ./run && cd /b && ./run\n",
    ],
    "DF643": [
        'FROM node:24-slim\nCMD ["/bin/sh", "-c", "npx prisma migrate deploy; «node server.js»"]\n',
        'FROM node:24-alpine\nCMD ["/bin/sh", "-c", "npx prisma migrate deploy && node server.js"]\n',
        'FROM node:24-slim\nCMD ["bash", "-c", "npx prisma migrate deploy && node server.js"]\n',
        'FROM python:3.12\nCMD ["sh", "-c", "python migrate.py && python report.py"]\n',
        'FROM python:3.12\nCMD ["sh", "-c", "trap x TERM; python app.py; wait"]\n',
    ],
    "DF642": [
        "FROM python:3.12\nHEALTHCHECK CMD nc -z «localhost 5000»\nCMD uvicorn a:a\n",
        'FROM python:3.12\nENV PORT=80\nHEALTHCHECK CMD curl -f http://localhost:$PORT/\nCMD ["uvicorn", "a:a"]\n',
        "FROM nginx:1.27\nHEALTHCHECK CMD curl -f http://localhost/\n",
        {
            "Dockerfile": "FROM node:24\nCOPY server.js /\nHEALTHCHECK CMD curl -f «http://localhost:8080»/\n"
            'CMD ["node", "/server.js"]\n',
            "server.js": "const port = 3000;\nrequire('http').createServer().listen(port, () => {});\n",
        },
        {
            "Dockerfile": "FROM node:24\nCOPY server.js /\nHEALTHCHECK CMD curl -f http://localhost:8080/\n"
            'CMD ["node", "/server.js"]\n',
            "server.js": "const port = process.env.PORT || 3000;\nrequire('http').createServer().listen(port);\n",
        },
    ],
    "DF630": [
        {
            "Dockerfile": 'FROM python:3.12\nCOPY s.sh /\nEXPOSE «80»\nENTRYPOINT ["/s.sh"]\n'
            'CMD ["gunicorn", "-b", ":8000", "a:a"]\n',
            "s.sh": '#!/bin/sh\nset -e\nalembic upgrade head\nexec "$@"\n',
        },
        {
            "Dockerfile": 'FROM python:3.12\nCOPY app.py /\nEXPOSE 8000\nCMD ["python", "/app.py"]\n',
            "app.py": "import os\nfrom flask import Flask\napp = Flask('a')\napp.run(port=int(os.environ['P']))\n",
        },
        {
            "Dockerfile": 'FROM python:3.12\nCOPY app.py /\nEXPOSE «8000»\nCMD ["python", "-u", "/app.py"]\n',
            "app.py": "import uvicorn\nPORT = 9000\nuvicorn.run('a:app', host='0.0.0.0', port=PORT)\n",
        },
        'FROM python:3.12\nENV GUNICORN_CMD_ARGS="--bind=:5000"\nEXPOSE «80»\nCMD ["gunicorn", "a:a"]\n',
        'FROM python:3.12\nENV GUNICORN_CMD_ARGS="--bind=:5000"\nEXPOSE 80\nCMD ["gunicorn", "-b", ":80", "a:a"]\n',
    ],
    "DF624": [
        {
            "Dockerfile": 'FROM python:3.12\nCOPY s.sh /usr/bin/\nENTRYPOINT ["s.sh"]\n«CMD ["flask", "run"]»\n',
            "s.sh": "#!/usr/bin/env bash\npython manage.py migrate\n",
        },
        {
            "Dockerfile": 'FROM python:3.12\nCOPY s.sh /\nENTRYPOINT ["/s.sh"]\nCMD ["web"]\n',
            "s.sh": '#!/bin/bash\ncase "$1" in web) exec gunicorn a:a;; *) exec "$@";; esac\n',
        },
        {
            "Dockerfile": 'FROM python:3.12\nCOPY s.sh /\nENTRYPOINT ["/s.sh"]\nCMD ["web"]\n',
            "s.sh": "#!/bin/bash\n. /lib.sh\nexec python x.py\n",
        },
        'FROM ubuntu:24.04\nENTRYPOINT ["/bin/bash"]\nCMD ["-c", "echo hi"]\n',
        'FROM ubuntu:24.04\nENTRYPOINT ["/bin/bash"]\nCMD ["run.sh"]\n',
        'FROM node:24\nENTRYPOINT ["sh"]\n«CMD ["node", "a.js"]»\n',
    ],
}


@pytest.mark.parametrize(("code", "case"), [(code, case) for code, cases in CASES.items() for case in cases])
def test_what_is_flagged(code: str, case: Files) -> None:
    files = as_files(case, "Dockerfile")
    assert marked(RULES[code], files) == files


@pytest.mark.parametrize(
    ("code", "text", "said"),
    [
        ("DF212", "COPY a /srv/a\nRUN chown -R node /srv/a\n", "at that COPY instead"),
        ("DF212", "COPY a /srv/a\nRUN chown -R node /srv\n", "below this RUN"),
        ("DF212", "COPY a /srv/a\nRUN adduser -D app && chown -R app:app /srv/a\n", "below this RUN"),
        ("DF215", "RUN git clone https://e.com/a /a && cd /a && git checkout v1\n", "Delete its `.git`"),
        ("DF217", "FROM debian:12 AS other\nRUN make\nFROM debian:12\nRUN ls\n", "for `--target other` only"),
        ("DF309", "RUN go get e.com/a && cd /go/src/e.com/a && git checkout v1\n", "`git clone --branch VERSION`"),
        ("DF316", "RUN apt-get install -y curl\n", "list the ones that you do need"),
        ("DF428", "ADD https://e.com/a.git /a\n", "whatever the repository holds"),
        ("DF619", "ENV DEBUG=1\n", "every container of this image. Set"),
        ("DF619", "ENV DEBUG=1\nEXPOSE 80\n", "to visitors. Set"),
    ],
)
def test_what_is_said(code: str, text: str, said: str) -> None:
    linter = Linter(rules=Rules.only([RULES[code]]), choice=Choice())
    workspace = Workspace.in_memory({"Dockerfile": text if text.startswith("FROM") else f"FROM node:22\n{text}"})
    (finding,) = linter.check(workspace, [Target("", "Dockerfile", "Dockerfile")]).findings
    assert said in finding.message
