"""Dockerfile rules on the edge cases that are too many for their pages: each case marks what must be flagged."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from dagdock.engine import Linter, Target, Workspace
from dagdock.examples import as_files
from dagdock.hooks import Rules
from dagdock.selection import Choice
from dagdock.testing import marked

RULES = {rule.code: rule for rule in Rules(third_party=False).of_kind("dockerfile")}

Files = str | Mapping[str, str]


# Without a FROM of their own they stand in a Debian image.
CASES: dict[str, list[Files]] = {
    "DF101": [
        "FROM «debian»\n",
        "FROM «docker.io/library/python»\n",
        "FROM «localhost:5000/img»\n",
        "FROM --platform=linux/amd64 «node» AS b\n",
        "from «node»\n",
        "ARG B=alpine\nFROM «${B}»\n",
        "ARG R=ghcr.io\nFROM «$R/x/y»\n",
        "FROM a:1 AS build\nFROM «builder»\n",
        "FROM «ghcr.io/x/y» AS z\n",
        "FROM scratch AS s\nFROM «ubuntu»\nCOPY --from=s / /\n",
        "",
        "FROM x@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n",
        "FROM scratch\n",
        "FROM a:1 AS Build\nFROM build\n",
        "ARG B\nFROM $B\n",
        "ARG B=alpine:3\nFROM ${B}\n",
        "ARG V=3\nFROM alpine:$V\n",
        "FROM alpine:${V:-3}\n",
        "FROM ${X:-alpine:3}\n",
        "ARG TAG\nFROM alpine${TAG:+:$TAG}\n",
    ],
    "DF102": [
        "FROM «debian:latest»\n",
        "FROM «localhost:5000/a:latest»\n",
        "ARG T=latest\nFROM «x:${T}»\n",
        "FROM «x:${T:-latest}»\n",
        "from «x:latest» as y\n",
        "FROM --platform=$BUILDPLATFORM «golang:latest»\n",
        "",
        "FROM x:latest@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n",
        "FROM x:latest-alpine\n",
        "ARG T\nFROM x:$T\n",
        "FROM a:1 AS latest\nFROM latest\n",
    ],
    "DF203": [
        "FROM python:3.12-slim\nWORKDIR /app\n«COPY . .»\nRUN pip install -r requirements.txt\n",
        ("from python:3.12-slim\nworkdir /app\n«copy . .»\nrun pip3 install --no-cache-dir -r requirements.txt\n"),
        "FROM python:3.12-slim\r\nWORKDIR /app\r\n«COPY . .»\r\nRUN pip install -r requirements.txt\r\n",
        (
            'FROM python:3.12-slim\nWORKDIR /app\n«COPY ["." , "/app"]»\n'
            'RUN ["pip", "install", "-r", "requirements.txt"]\n'
        ),
        (
            "FROM python:3.12-slim\nWORKDIR /app\n«ADD ./ ./»\nRUN <<EOF\nset -e\n"
            "pip install --upgrade pip\npip install -r requirements.txt\nEOF\n"
        ),
        ("FROM python:3.12-slim\nWORKDIR /app\n«COPY ./* /app/»\nRUN python -m pip install -r ./requirements.txt\n"),
        (
            "FROM python:3.12-slim\nWORKDIR /app\n«COPY . /app»\n"
            "RUN apt-get update && apt-get install -y gcc \\\n  && pip install \\\n"
            "    -r requirements.txt\n"
        ),
        (
            "FROM python:3.12-slim\nWORKDIR /app\nARG DIR=/app\n«COPY . $DIR»\n"
            "RUN pip install -r $DIR/requirements.txt\n"
        ),
        (
            "FROM python:3.12-slim\nWORKDIR /app\n«COPY --chown=app:app . .»\nUSER app\n"
            "RUN pip install --user -r requirements.txt\n"
        ),
        ("FROM python:3.12-slim\nWORKDIR /app\n«COPY . .»\nRUN cd /app && pip install -r requirements.txt\n"),
        {
            "Dockerfile": (
                "FROM python:3.12-slim\nWORKDIR /app\n«COPY . .»\nRUN cd backend && pip install -r requirements.txt\n"
            ),
            "backend/requirements.txt": "x",
        },
        {
            "Dockerfile": (
                "FROM python:3.12-slim\nWORKDIR /app\n«COPY backend/ .»\nRUN pip install -r requirements.txt\n"
            ),
            "backend/requirements.txt": "x\n",
        },
        {
            "Dockerfile": (
                "FROM python:3.12-slim\nWORKDIR /app\n«COPY ./app /app»\nRUN pip install -r requirements.txt\n"
            ),
            "app/requirements.txt": "x\n",
        },
        {
            "Dockerfile": (
                "FROM python:3.12-slim\nWORKDIR /app\n«COPY src/ src/»\n"
                "COPY requirements.txt .\nRUN pip install -r requirements.txt\n"
            ),
            "requirements.txt": "x\n",
            "src/a.py": "",
        },
        {
            "Dockerfile": (
                "FROM python:3.12-slim\nWORKDIR /app\n"
                "«COPY main.py requirements.txt ./»\n"
                "RUN pip install -r requirements.txt\n"
            ),
            "requirements.txt": "x\n",
            "main.py": "",
        },
        {
            "Dockerfile": (
                "FROM python:3.12-slim\nWORKDIR /app\n«COPY *.py ./»\n"
                "COPY requirements.txt ./\nRUN pip install -r requirements.txt\n"
            ),
            "requirements.txt": "x\n",
            "main.py": "",
        },
        ("FROM python:3.12-slim\nWORKDIR /app\n«COPY . .»\nRUN uv pip install --system -r requirements.txt\n"),
        "FROM python:3.12-slim\nWORKDIR /app\n«COPY . .»\nRUN uv pip sync requirements.txt\n",
        "FROM python:3.12-slim\nWORKDIR /app\n«COPY . .»\nRUN uv sync --frozen --no-dev\n",
        "FROM python:3.12-slim\nWORKDIR /app\n«COPY . .»\nRUN uv sync --locked --no-install-project\n",
        "FROM python:3.12-slim\nWORKDIR /app\n«COPY . .»\nRUN poetry install\n",
        (
            "FROM python:3.12-slim\nWORKDIR /app\n«COPY . .»\n"
            "RUN pip install poetry && poetry config virtualenvs.create false && poetry install --no-dev\n"
        ),
        "FROM python:3.12-slim\nWORKDIR /app\n«COPY . .»\nRUN poetry install --no-root --only main\n",
        "FROM python:3.12-slim\nWORKDIR /app\n«COPY . .»\nRUN pdm sync --prod\n",
        "FROM python:3.12-slim\nWORKDIR /app\n«COPY . .»\nRUN pipenv install --system --deploy\n",
        "FROM node:22\nWORKDIR /app\n«COPY . .»\nRUN npm install\n",
        "FROM node:22\nWORKDIR /app\n«COPY . .»\nRUN npm ci --omit=dev\n",
        "FROM node:22\nWORKDIR /app\n«COPY . .»\nRUN npm i\n",
        "FROM node:22\nWORKDIR /app\n«COPY . .»\nRUN yarn\n",
        "FROM node:22\nWORKDIR /app\n«COPY . .»\nRUN yarn install --frozen-lockfile\n",
        ("FROM node:22\nWORKDIR /app\n«COPY . .»\nRUN corepack enable && pnpm install --frozen-lockfile\n"),
        "FROM oven/bun:1\nWORKDIR /app\n«COPY . .»\nRUN bun install\n",
        "FROM node:22\nWORKDIR /app\n«COPY . .»\nRUN npm install && npm run build\n",
        "FROM node:22\nWORKDIR /app\n«COPY . .»\nRUN --mount=type=cache,target=/root/.npm npm ci\n",
        "FROM node:22\n«COPY . .»\nRUN npm ci\n",
        "FROM node:22 AS base\nWORKDIR /app\n«COPY . .»\nFROM base AS deps\nRUN npm ci\n",
        "FROM golang:1.23\nWORKDIR /src\n«COPY . .»\nRUN go mod download\nRUN go build -o /app\n",
        {
            "Dockerfile": (
                "FROM golang:1.23\nWORKDIR /src\n«COPY . .»\nRUN CGO_ENABLED=0 go build -o /app ./cmd/server\n"
            ),
            "go.mod": "module x",
            "go.sum": "x",
        },
        "FROM rust:1.80\nWORKDIR /src\n«COPY . .»\nRUN cargo fetch\n",
        "FROM ruby:3.3\nWORKDIR /app\n«COPY . .»\nRUN bundle install --jobs 4\n",
        "FROM php:8.3\nWORKDIR /app\n«COPY . .»\nRUN composer install --no-dev\n",
        "FROM mcr.microsoft.com/dotnet/sdk:8.0\nWORKDIR /src\n«COPY . .»\nRUN dotnet restore\n",
        ('FROM mcr.microsoft.com/dotnet/sdk:8.0\nWORKDIR /src\n«COPY . .»\nRUN dotnet restore "Web/Web.csproj"\n'),
        "FROM elixir:1.17\nWORKDIR /src\n«COPY . .»\nRUN mix deps.get --only prod\n",
        "FROM maven:3.9\nWORKDIR /src\n«COPY . .»\nRUN mvn -B dependency:go-offline\n",
        "FROM maven:3.9\nWORKDIR /src\n«COPY . .»\nRUN ./mvnw dependency:go-offline -B\n",
        ("FROM continuumio/miniconda3\nWORKDIR /src\n«COPY . .»\nRUN conda env create -f environment.yml\n"),
        ("FROM mambaorg/micromamba\nWORKDIR /src\n«COPY . .»\nRUN micromamba install -y -n base -f env.yaml\n"),
        (
            "FROM python:3.12-slim\nWORKDIR /app\nCOPY requirements.txt .\n"
            "RUN pip install -r requirements.txt\n«COPY . .»\nRUN npm ci\n"
        ),
        (
            "FROM apache/airflow:2.9.1\n«COPY . /opt/airflow»\n"
            "RUN pip install --no-cache-dir -r /opt/airflow/requirements.txt\n"
        ),
        {
            "Dockerfile": (
                "FROM apache/airflow:2.9.1\n«COPY dags/ /opt/airflow/dags»\n"
                "COPY requirements.txt /requirements.txt\n"
                "RUN pip install --no-cache-dir -r /requirements.txt\n"
            ),
            "requirements.txt": "x\n",
            "dags/a.py": "",
        },
        (
            "FROM python:3.12-slim\nWORKDIR /app\nCOPY requirements.txt .\n"
            "RUN pip install -r requirements.txt\nCOPY . .\n"
        ),
        "FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\nRUN pip install .\n",
        "FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\nRUN pip install -e .\n",
        "FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\nRUN pip install flask==3\n",
        "FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt -e .\n",
        (
            "FROM python:3.12-slim\nWORKDIR /app\nCOPY requirements*.txt ./\n"
            "RUN pip install -r requirements.txt -r requirements-dev.txt\nCOPY . .\n"
        ),
        (
            "FROM python:3.12-slim\nWORKDIR /app\nCOPY requirements/ requirements/\n"
            "RUN pip install -r requirements/prod.txt\nCOPY . .\n"
        ),
        (
            "FROM python:3.12-slim\nWORKDIR /app\nCOPY pyproject.toml poetry.lock ./\n"
            "RUN poetry install --no-root\nCOPY . .\nRUN poetry install --only-root\n"
        ),
        (
            "FROM python:3.12-slim\nWORKDIR /app\nCOPY pyproject.toml uv.lock ./\n"
            "RUN uv sync --frozen --no-install-project\nCOPY . .\nRUN uv sync --frozen\n"
        ),
        (
            "FROM python:3.12-slim\nWORKDIR /app\nRUN --mount=type=bind,source=uv.lock,target=uv.lock "
            "--mount=type=bind,source=pyproject.toml,target=pyproject.toml uv sync --frozen "
            "--no-install-project\nCOPY . .\nRUN uv sync --frozen\n"
        ),
        (
            "FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\n"
            "RUN --mount=type=bind,source=requirements.txt,target=/tmp/r.txt pip install -r /tmp/r.txt\n"
        ),
        {
            "Dockerfile": ("FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt\n"),
            "requirements.txt": "flask\n-e .\n",
        },
        {
            "Dockerfile": ("FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt\n"),
            "requirements.txt": "flask\n./libs/common\n",
        },
        {
            "Dockerfile": "FROM node:22\nWORKDIR /app\nCOPY . .\nRUN npm ci\n",
            "package.json": '{"workspaces": ["packages/*"]}',
        },
        {
            "Dockerfile": "FROM node:22\nWORKDIR /app\nCOPY . .\nRUN pnpm install\n",
            "package.json": "{}",
            "pnpm-workspace.yaml": "packages: []",
        },
        "FROM node:22\nWORKDIR /app\nCOPY package*.json ./\nRUN npm ci\nCOPY . .\nRUN npm run build\n",
        (
            "FROM node:22\nWORKDIR /app\nCOPY package.json yarn.lock ./\nCOPY patches ./patches\n"
            "RUN yarn install\nCOPY . .\n"
        ),
        (
            "FROM node:22\nWORKDIR /app\nCOPY package.json yarn.lock .yarnrc.yml ./\nCOPY .yarn .yarn\n"
            "RUN yarn install\nCOPY . .\n"
        ),
        {
            "Dockerfile": (
                "FROM node:22\nWORKDIR /app\nCOPY prisma ./prisma\nCOPY package*.json ./\nRUN npm ci\nCOPY . .\n"
            ),
            "prisma/schema.prisma": "",
            "package.json": "{}",
        },
        "FROM node:22\nWORKDIR /app\nCOPY . .\nRUN npm install -g pm2\n",
        "FROM node:22\nWORKDIR /app\nCOPY . .\nRUN npm install express\n",
        "FROM node:22\nWORKDIR /app\nCOPY . .\nRUN npm run build\n",
        (
            "FROM golang:1.23\nWORKDIR /src\nCOPY go.mod go.sum ./\nRUN go mod download\nCOPY . .\n"
            "RUN go build -o /app\n"
        ),
        {
            "Dockerfile": "FROM golang:1.23\nWORKDIR /src\nCOPY . .\nRUN go build -o /app\n",
            "go.mod": "module x",
        },
        {
            "Dockerfile": ("FROM golang:1.23\nWORKDIR /src\nCOPY . .\nRUN go build -mod=vendor -o /app\n"),
            "go.mod": "module x",
            "go.sum": "",
            "vendor/modules.txt": "",
        },
        {
            "Dockerfile": (
                "FROM golang:1.23\nWORKDIR /src\nCOPY . .\nRUN --mount=type=cache,target=/go/pkg/mod go build -o /app\n"
            ),
            "go.mod": "module x",
            "go.sum": "",
        },
        "FROM golang:1.23\nWORKDIR /src\nCOPY . .\nRUN go install github.com/x/y@latest\n",
        "FROM rust:1.80\nWORKDIR /src\nCOPY . .\nRUN cargo build --release\n",
        (
            "FROM mcr.microsoft.com/dotnet/sdk:8.0\nWORKDIR /src\nCOPY *.csproj ./\nRUN dotnet restore\n"
            "COPY . .\nRUN dotnet publish -c Release\n"
        ),
        (
            "FROM maven:3.9\nWORKDIR /src\nCOPY pom.xml .\nRUN mvn dependency:go-offline\nCOPY src src\n"
            "RUN mvn package\n"
        ),
        (
            "FROM php:8.3\nWORKDIR /app\nCOPY composer.* ./\n"
            "RUN composer install --no-scripts --no-autoloader\nCOPY . .\nRUN composer dump-autoload\n"
        ),
        (
            "FROM node:22 AS deps\nWORKDIR /app\nCOPY package.json .\nRUN npm ci\nFROM deps AS build\n"
            "COPY . .\nRUN npm ci --omit=dev\n"
        ),
        "FROM build AS b\nFROM python:3.12\nCOPY --from=b . .\nRUN pip install -r requirements.txt\n",
        ("FROM python:3.12-slim\nWORKDIR /app\nONBUILD COPY . .\nONBUILD RUN pip install -r requirements.txt\n"),
        "FROM python:3.12\nCOPY . /src\nRUN pip install -r /other/requirements.txt\n",
        (
            "FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\n"
            "RUN curl -O https://example.com/requirements.txt && pip install -r /tmp/requirements.txt\n"
        ),
        {
            "Dockerfile": (
                "FROM apache/airflow:2.9.1\n"
                "COPY plugins/setup.py requirements.txt ./\n"
                "RUN pip install -r requirements.txt\n"
            ),
            "requirements.txt": "x",
            "plugins/setup.py": "",
        },
        {
            "Dockerfile": (
                "FROM python:3.12-slim\nWORKDIR /app\n"
                "COPY install.py requirements.txt ./\n"
                "RUN python install.py && pip install -r requirements.txt\n"
            ),
            "requirements.txt": "x",
            "install.py": "",
        },
    ],
    "DF204": [
        ("FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\nRUN «apt-get update && apt-get install -y curl»\n"),
        "FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\nRUN «apk add --no-cache git»\n",
        "FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\nRUN «yum install -y x» && yum clean all\n",
        (
            "FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\n"
            "RUN set -ex; «apt-get -qq update; apt-get -qq -y install libpq5»\n"
        ),
        ("FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\nRUN <<EOF\n«apt-get update\napt-get install -y curl»\nEOF\n"),
        "FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\nRUN sudo «apt-get install -y curl»\n",
        (
            "FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\n"
            "RUN «apt-get update && apt-get install -y curl» && pip install -r requirements.txt\n"
        ),
        "FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\nRUN «microdnf install git»\n",
        {
            "Dockerfile": ("FROM python:3.12-slim\nCOPY src/ /app\nRUN «apt-get update && apt-get install -y curl»\n"),
            "src/a.py": "",
        },
        "from python:3.12\ncopy . /app\nrun «apt-get update && apt-get install -y git»\n",
        "FROM python:3.12-slim\nRUN apt-get update && apt-get install -y curl\nCOPY . .\n",
        ("FROM python:3.12-slim\nCOPY . .\nRUN apt-get update && xargs -a packages.txt apt-get install -y\n"),
        "FROM python:3.12-slim\nCOPY . .\nRUN apt-get install -y ./pkg.deb\n",
        "FROM python:3.12-slim\nCOPY . .\nRUN ./setup.sh && apt-get install -y curl\n",
        "FROM python:3.12-slim\nCOPY . .\nRUN apt-get install -y $(cat packages.txt)\n",
        ("FROM python:3.12-slim\nCOPY sources.list /etc/apt/\nRUN apt-get update && apt-get install -y curl\n"),
        "FROM python:3.12-slim\nCOPY --from=x . .\nRUN apt-get update && apt-get install -y curl\n",
        (
            "FROM python:3.12-slim\nCOPY . .\nRUN cp apt/x.list /etc/apt/sources.list.d/\n"
            "RUN apt-get update && apt-get install -y x\n"
        ),
        "FROM python:3.12-slim\nCOPY . .\nRUN apt-get purge -y gcc\n",
        "FROM python:3.12-slim\nONBUILD COPY . .\nONBUILD RUN apt-get install -y x\n",
    ],
    "DF301": [
        "RUN «apt-get update» && apt-get install -y x\n",
        "RUN «apt update»; apt install -y x\n",
        "RUN «apt-get -y update» && ./setup\n",
        "RUN «apt-get update» && apt-get install -y x && apt-get clean\n",
        "RUN «aptitude update»\n",
        "RUN sudo «apt-get update» && ./setup\n",
        "RUN <<EOF\n«apt-get update»\napt-get install -y x\nEOF\n",
        'RUN ["«apt-get","update»"]\nRUN apt-get install -y curl\n',
        "RUN apt-get update && apt-get install -y x && rm -rf /var/lib/apt/lists/*\n",
        "RUN apt-get update && rm -rf /var/lib/apt/lists\n",
        "RUN apt-get install -y x\n",
        "RUN apt-get update && apt-get install x && rm -r /var/lib/apt/lists/*\n",
        ("RUN --mount=type=cache,target=/var/lib/apt --mount=type=cache,target=/var/cache/apt apt-get update\n"),
        "RUN apt-get update && apt-get install -y x && find /var/lib/apt/lists -type f -delete\n",
        "RUN apt-get update && apt-get install -y x && apt-get distclean\n",
        "RUN apt-get update && apt-get install -y x && rm -rf /var/lib/apt/lists/* /tmp/*\n",
    ],
    "DF302": [
        "FROM python:3.12\nRUN «pip install» x\n",
        "FROM python:3.12\nRUN «pip3 install» -r r.txt\n",
        "FROM python:3.12\nRUN python -m «pip install» -U pip\n",
        "FROM python:3.12\nRUN «pip3.11 install» x\n",
        "FROM python:3.12\nRUN «/venv/bin/pip install» .\n",
        "FROM python:3.12\nRUN . /v/bin/activate && «pip install» x\n",
        'FROM python:3.12\nRUN ["«pip","install»","x"]\n',
        "FROM python:3.12\nRUN PIP_NO_CACHE_DIR=0 pip install x\n",
        "FROM python:3.12\nRUN python3 -m «pip --disable-pip-version-check install» x\n",
        "FROM python:3.12\nRUN sudo «pip install» x\n",
        "FROM python:3.12\nRUN pip install --no-cache-dir x\n",
        "FROM python:3.12\nRUN pip --no-cache-dir install x\n",
        "FROM python:3.12\nRUN PIP_NO_CACHE_DIR=1 pip install x\n",
        "FROM python:3.12\nRUN export PIP_NO_CACHE_DIR=1; pip install x\n",
        "FROM python:3.12\nRUN --mount=type=cache,target=/root/.cache/pip pip install x\n",
        "FROM python:3.12\nRUN pip install x && rm -rf ~/.cache\n",
        "FROM python:3.12\nRUN pip install x && pip cache purge\n",
        "FROM python:3.12\nRUN pip download x\n",
        "FROM python:3.12\nRUN pip uninstall x\n",
        "FROM python:3.12\nRUN pipx install x\n",
        "FROM python:3.12\nRUN uv pip install x\n",
        "FROM python:3.12\nRUN pip --version\n",
        "FROM python:3.12\nRUN apt-get install -y pip\n",
        "FROM python:3.12\nENV PIP_NO_CACHE_DIR=off\nENV PIP_NO_CACHE_DIR=1\nRUN pip install x\n",
        "FROM python:3.12\nENV PIP_NO_CACHE_DIR=0\nRUN pip install x\n",
        "FROM python:3.12 AS b\nENV PIP_NO_CACHE_DIR=1\nFROM b\nRUN pip install x\n",
    ],
    "DF303": [
        "RUN «apt-get install» curl\n",
        "RUN apt-get update && «apt-get install» --no-install-recommends curl\n",
        "RUN «apt install» curl\n",
        "RUN «apt-get install» -q curl\n",
        "RUN sudo «apt-get install» x\n",
        'RUN ["«apt-get","install»","x"]\n',
        "RUN «apt-get -t stable install» x\n",
        "RUN «apt-get install» \\\n   curl git\n",
        "RUN apt-get install -y curl\n",
        "RUN apt-get -y install curl\n",
        "RUN apt-get install -qq x\n",
        "RUN apt-get -qqy install x\n",
        "RUN apt-get install --yes x\n",
        "RUN apt-get install --assume-yes x\n",
        "RUN apt-get install -q -q x\n",
        "RUN apt-get -q=2 install x\n",
        "RUN yes | apt-get install x\n",
        "RUN apt-get install -fy x\n",
        "RUN apt-get update\n",
        "RUN apt-get install $OPTS x\n",
        "RUN echo Y | apt-get install x\n",
        "RUN apt-get -o APT::Get::Assume-Yes=true install x\n",
        "RUN apt-get -f install -y\n",
    ],
    "DF390": [
        "FROM python:3.11-slim\nRUN pip install «apache-airflow»\n",
        'FROM python:3.11\nRUN pip3 install «"apache-airflow[postgres,celery]==2.9.1"»\n',
        "FROM apache/airflow:2.9.1\nRUN pip install --no-cache-dir «apache-airflow-providers-mongo»\n",
        "FROM apache/airflow:slim-2.9.1\nRUN uv pip install «apache-airflow-providers-mongo==4»\n",
        "FROM python:3.11\nARG V=2.9.1\nRUN pip install «apache-airflow==${V}»\n",
        "FROM ubuntu:22.04\nRUN python3 -m pip install «apache_airflow==2.9.1»\n",
        "FROM python:3.11\nRUN pip install apache-airflow==2.9.1 --constraint https://x/c.txt\n",
        "FROM python:3.11\nRUN pip install -c c.txt apache-airflow\n",
        "FROM apache/airflow:2.9.1\nRUN pip install apache-airflow==2.9.1 apache-airflow-providers-x\n",
        "FROM apache/airflow:2.9.1\nRUN pip install pandas\n",
        (
            "FROM apache/airflow:2.9.1\n"
            'RUN pip install "apache-airflow==${AIRFLOW_VERSION}" apache-airflow-providers-x\n'
        ),
        "FROM python:3.11\nENV PIP_CONSTRAINT=x\nRUN pip install apache-airflow\n",
        "FROM python:3.11\nRUN pip install airflow-code-editor\n",
        "FROM python:3.11\nRUN pip uninstall -y apache-airflow\n",
    ],
    "DF401": [
        "RUN <<EOF\npip install x\n«flask run»\nEOF\n",
        "RUN printf 'nginx\n' > /start.sh\n",
        "RUN cat > /run.sh <<'EOS'\nnginx\nEOS\n",
        (
            "FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt\n"
            'RUN «python app.py»\nCMD ["python", "app.py"]\n'
        ),
        (
            "FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt\n"
            'RUN «["python","app.py"]»\nENTRYPOINT python app.py\n'
        ),
        {
            "Dockerfile": (
                "FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\n"
                "RUN pip install -r requirements.txt\nRUN «python app.py»\n"
            ),
            "requirements.txt": "",
            "app.py": (
                "from flask import Flask\napp = Flask(__name__)\n"
                'if __name__ == "__main__":\n    app.run(host="0.0.0.0")\n'
            ),
        },
        {
            "Dockerfile": (
                "FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\n"
                "RUN pip install -r requirements.txt\nRUN «python3 src/main.py»\n"
            ),
            "requirements.txt": "",
            "src/main.py": "import uvicorn\nuvicorn.run(app)\n",
        },
        (
            "FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt\n"
            "EXPOSE 5000\nRUN «python app.py»\n"
        ),
        ("FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt\nRUN «python main.py»\n"),
        {
            "Dockerfile": (
                "FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\n"
                "RUN pip install -r requirements.txt\nRUN python app.py\n"
            ),
            "requirements.txt": "",
            "app.py": "print(1)\n",
        },
        (
            "FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt\n"
            'RUN python make_data.py\nCMD ["python", "app.py"]\n'
        ),
        (
            "FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt\n"
            "RUN python setup_db.py\n"
        ),
        {
            "Dockerfile": ('FROM node:22\nWORKDIR /app\nCOPY . .\nRUN node index.js\nCMD ["node","server.js"]\n'),
            "index.js": "console.log(1)",
        },
        {
            "Dockerfile": "FROM node:22\nWORKDIR /app\nCOPY . .\nRUN «node index.js»\n",
            "index.js": "app.listen(3000)",
        },
        'FROM node:22\nWORKDIR /app\nCOPY . .\nRUN npm test\nCMD ["npm","test"]\n',
        'FROM python:3.12\nRUN mytool --version\nCMD ["mytool","--version"]\n',
        'FROM python:3.12\nRUN python --version\nENTRYPOINT ["python"]\n',
        'FROM x:1\nRUN ["/bin/bash"]\nCMD ["/bin/bash"]\n',
        "FROM x:1\nONBUILD RUN «npm start»\n",
        "from node:22\nrun «npm start»\n",
        "FROM node:22\r\nRUN npm install && \\\r\n    «npm start»\r\n",
        "FROM postgres:16\nRUN docker-entrypoint.sh postgres --version\n",
        "FROM node:22 AS test\nRUN npm start & npx wait-on http://localhost:3000 && npm test\n",
        'FROM scratch AS x\nFROM debian:12\nCOPY --from=x / /\nRUN «./start.sh»\nCMD ["./start.sh"]\n',
    ],
    "DF402": [
        "RUN «cd /app»\n",
        "RUN «export A=b»\n",
        "RUN «export A=b C=d»\n",
        "RUN «source ~/.bashrc»\n",
        "RUN «. /venv/bin/activate»\n",
        "RUN «source /opt/venv/bin/activate»\n",
        "RUN «alias ll=ls»\n",
        "RUN «umask 022»\n",
        "RUN «ulimit -n 100»\n",
        "RUN «set -e»\n",
        "RUN «su app»\n",
        "RUN «conda activate x»\n",
        "RUN «nvm use 20»\n",
        "RUN cd /app && «cd sub»\n",
        "RUN pip install x && «export A=b»\n",
        "RUN «pushd /x»\n",
        "RUN «export PATH=$PATH:/x»\n",
        "RUN «set -o pipefail»\n",
        "RUN apt-get update && «cd /tmp»\n",
        "RUN cd /app && make\n",
        "RUN export A=b && make\n",
        "RUN source x && pip install y\n",
        "RUN (cd /x && make)\n",
        "RUN cd /x && make && cd ..\n",
        "RUN set -e; make\n",
        "RUN . ./install.sh\n",
        "RUN echo export A=b >> ~/.bashrc\n",
        'RUN su app -c "x"\n',
        "RUN conda run -n x y\n",
        "RUN cd /x; ls\n",
        "RUN nvm install 20\n",
        "RUN umask 022 && make\n",
        "RUN . /etc/os-release && echo $ID\n",
        "RUN set -x && make\n",
        "RUN cd - || true\n",
        "RUN alias\n",
    ],
    "DF403": [
        "FROM a:1\nRUN x && \\\n  y «\\»\nCOPY a b\n",
        'FROM a:1\nRUN x «\\»\n\nCMD ["a"]\n',
        "FROM a:1\nENV A=b \\\n    C=d «\\»\nRUN x\n",
        "FROM a:1\nRUN x «\\»\n# comment\nWORKDIR /x\n",
        "FROM a:1\r\nRUN x «\\»\r\nUSER app\r\n",
        "FROM a:1\nRUN x \\\n  && y\nCOPY a b\n",
        "FROM a:1\nHEALTHCHECK --interval=1s \\\nCMD x\n",
        "FROM a:1\nRUN <<EOF\nx \\\nCOPY a b\nEOF\n",
        'FROM a:1\nRUN echo "\\\nCOPY a b\\\n" > f\n',
        "FROM a:1\nRUN apt-get install \\\n  ADD\n",
        "FROM a:1\nONBUILD \\\nRUN x y\n",
    ],
    "DF501": [
        "FROM python:3.12-slim\n«ADD» requirements.txt /app/\n",
        "FROM python:3.12-slim\n«ADD» app /app\n",
        'FROM python:3.12-slim\n«ADD» ["a b.txt","/x/"]\n',
        "FROM python:3.12-slim\n«ADD» --chown=1:1 src /src\n",
        "FROM python:3.12-slim\n«ADD» ./conf/*.ini /etc/\n",
        "FROM python:3.12-slim\n«ADD» app.zip /tmp/\n",
        "FROM python:3.12-slim\n«ADD» a.jar b.jar /lib/\n",
        "FROM python:3.12-slim\nADD $DIR/x.txt /y\n",
        "FROM python:3.12-slim\nONBUILD «ADD» . /app\n",
        "from x:1\n«add» a b\n",
        "FROM python:3.12-slim\nADD rootfs.tar.gz /\n",
        "FROM python:3.12-slim\nADD https://x/y /z\n",
        "FROM python:3.12-slim\nADD http://x /y\n",
        "FROM python:3.12-slim\nADD git@github.com:a/b.git /x\n",
        "FROM python:3.12-slim\nADD https://github.com/a/b.git#v1 /x\n",
        "FROM python:3.12-slim\nADD --checksum=sha256:aa https://x /y\n",
        "FROM python:3.12-slim\nADD a.tar.xz b.txt /x\n",
        "FROM python:3.12-slim\nADD *.tar.gz /x\n",
        "FROM python:3.12-slim\nADD app.* /x\n",
        "FROM python:3.12-slim\nADD file.tgz /x\n",
        "FROM python:3.12-slim\nADD foo.tar.zst /x\n",
        "FROM python:3.12-slim\nADD --unpack=true a.bin /x\n",
        "FROM python:3.12-slim\nADD FILE.TAR.GZ /x\n",
        "FROM python:3.12-slim\nADD <<EOF /x\nhi\nEOF\n",
    ],
    "DF502": [
        "FROM python:3.12-slim\nCOPY «.» .\n",
        "FROM python:3.12-slim\nADD «./» /x/\n",
        'FROM python:3.12-slim\nCOPY [«"./"», "/x"]\n',
        "FROM python:3.12-slim\nCOPY «*» /x/\n",
        "from x:1\ncopy «.» /a\n",
        {
            "web/Dockerfile": "FROM python:3.12-slim\nCOPY «.» .\n",
            "compose.yaml": "services:\n  w:\n    build: ./web\n",
        },
        {
            "docker/Dockerfile": "FROM python:3.12-slim\nCOPY «.» /app\n",
            "compose.yaml": ("services:\n  w:\n    build:\n      context: .\n      dockerfile: docker/Dockerfile\n"),
        },
        {
            "docker/Dockerfile": "FROM python:3.12-slim\nCOPY . /app\n",
            ".dockerignore": ".git\n",
            "compose.yaml": ("services:\n  w:\n    build:\n      context: .\n      dockerfile: docker/Dockerfile\n"),
        },
        "FROM python:3.12-slim\nCOPY src /x\n",
        "FROM python:3.12-slim\nCOPY --from=b . .\n",
        {
            "Dockerfile": "FROM python:3.12-slim\nCOPY «.» .\n",
            ".dockerignore": "",
        },
        {
            "a.Dockerfile": "FROM python:3.12-slim\nCOPY . .\n",
            "a.Dockerfile.dockerignore": "x\n",
        },
        "FROM python:3.12-slim\nONBUILD COPY . .\n",
        "FROM python:3.12-slim\nCOPY .* /x/\n",
    ],
    "DF503": [
        {
            "Dockerfile": "FROM python:3.12-slim\nCOPY «.» .\n",
            ".env": "DB_PASSWORD=x9y8z7\n",
            ".dockerignore": "*.md\n",
        },
        {
            "Dockerfile": "FROM python:3.12-slim\nCOPY «.» .\n",
            "node_modules/x/a.js": "",
            ".dockerignore": "*.md\n",
        },
        {
            "Dockerfile": "FROM python:3.12-slim\nCOPY «.» .\n",
            "id_rsa": "-----BEGIN RSA PRIVATE KEY-----",
            ".dockerignore": "*.md\n",
        },
        {
            "Dockerfile": "FROM python:3.12-slim\nADD «.» /x\n",
            "airflow.db": "x",
            ".dockerignore": "*.md\n",
        },
        {
            "Dockerfile": "FROM python:3.12-slim\nCOPY «.» .\n",
            ".env.production": "SECRET_KEY=a8s7d6f5\n",
            ".dockerignore": "*.md\n",
        },
        {
            "Dockerfile": "FROM python:3.12-slim\nCOPY . .\n",
            ".env": "PORT=3000\n",
            ".dockerignore": "*.md\n",
        },
        {
            "Dockerfile": "FROM python:3.12-slim\nCOPY . .\n",
            ".env.example": "SECRET=x\n",
            ".dockerignore": "*.md\n",
        },
        {
            "Dockerfile": "FROM python:3.12-slim\nCOPY . .\n",
            ".dockerignore": ".env\n",
            ".env": "A_TOKEN=x1\n",
        },
        {
            "Dockerfile": "FROM python:3.12-slim\nCOPY . .\n",
            ".dockerignore": "**/.env*\n",
            ".env": "A_TOKEN=x1\n",
        },
        {
            "Dockerfile": "FROM python:3.12-slim\nCOPY . .\n",
            ".dockerignore": "*\n!src\n",
            ".env": "A_TOKEN=x1\n",
            "src/a": "",
        },
        {
            "Dockerfile": "FROM python:3.12-slim\nCOPY src .\n",
            ".env": "A_TOKEN=x1\n",
            "src/a": "",
            ".dockerignore": "*.md\n",
        },
        {
            "Dockerfile": "FROM python:3.12-slim\nCOPY node_modules /nm\nCOPY . .\n",
            "node_modules/a": "",
            ".dockerignore": "*.md\n",
        },
    ],
    "DF504": [
        {
            "Dockerfile": "FROM python:3.12-slim\nCOPY «reqs.txt» /x\nCOPY a.py /x\n",
            "a.py": "",
        },
        {
            "Dockerfile": 'FROM python:3.12-slim\nADD [«"nofile.cfg"»,"/x"]\nCOPY a.py /x\n',
            "a.py": "",
        },
        {
            "w/Dockerfile": "FROM python:3.12-slim\nCOPY «w/a.py» /x\nCOPY b.py /\n",
            "w/a.py": "",
            "w/b.py": "",
            "compose.yaml": "services:\n  w:\n    build: w\n",
        },
        {
            "Dockerfile": "FROM python:3.12-slim\nCOPY «src/main.py» /x\nCOPY a.py /\n",
            "a.py": "",
            "src/other.py": "",
        },
        {
            "Dockerfile": "FROM python:3.12-slim\nCOPY a.py /x\n",
            "a.py": "",
        },
        {
            "Dockerfile": "FROM python:3.12-slim\nCOPY *.txt /x\nCOPY a.py /\n",
            "a.py": "",
        },
        {
            "Dockerfile": "FROM python:3.12-slim\nCOPY target/app.jar /x\nCOPY a.py /\n",
            "a.py": "",
        },
        {
            "Dockerfile": "FROM python:3.12-slim\nCOPY $F /x\nCOPY a.py /\n",
            "a.py": "",
        },
        {
            "Dockerfile": "FROM python:3.12-slim\nCOPY conf.toml /x\nCOPY a.py /\n",
            "a.py": "",
            ".gitignore": "conf.toml\n",
        },
        {
            "Dockerfile": "FROM python:3.12-slim\nCOPY conf.toml /x\nCOPY a.py /\n",
            "a.py": "",
            "Makefile": "conf.toml:\n\tgen > conf.toml\n",
        },
        {
            "docker/Dockerfile": "FROM python:3.12-slim\nCOPY app/a.py /x\n",
            "app/a.py": "",
        },
        {
            "Dockerfile": "FROM python:3.12-slim\nCOPY <<EOF /x\nEOF\nCOPY a.py /\n",
            "a.py": "",
        },
        {
            "Dockerfile": "FROM python:3.12-slim\nCOPY ./A.PY /x\nCOPY a.py /\n",
            "a.py": "",
            "A.PY": "",
        },
    ],
    "DF505": [
        {
            "Dockerfile": "FROM python:3.12-slim\nCOPY «conf.ini» /x\n",
            "conf.ini": "",
            ".dockerignore": "*.ini\n",
        },
        {
            "Dockerfile": "FROM python:3.12-slim\nCOPY «src/» /x\n",
            "src/a": "",
            ".dockerignore": "src\n",
        },
        {
            "Dockerfile": "FROM python:3.12-slim\nCOPY «./data/x.csv» /x\n",
            "data/x.csv": "",
            ".dockerignore": "**/*.csv\n",
        },
        {
            "Dockerfile": "FROM python:3.12-slim\nCOPY «a» b /x/\n",
            "a": "",
            "b": "",
            ".dockerignore": "*\n!b\n",
        },
        {
            "Dockerfile": "FROM python:3.12-slim\nCOPY conf.ini /x\n",
            "conf.ini": "",
            ".dockerignore": "*.ini\n!conf.ini\n",
        },
        {
            "Dockerfile": "FROM python:3.12-slim\nCOPY src/ /x\n",
            "src/a": "",
            ".dockerignore": "src/*\n!src/a\n",
        },
        {
            "Dockerfile": "FROM python:3.12-slim\nCOPY --from=x conf.ini /x\n",
            ".dockerignore": "*.ini\n",
        },
        {
            "Dockerfile": "FROM python:3.12-slim\nCOPY . /x\n",
            ".dockerignore": "*\n!a\n",
            "a": "",
        },
    ],
    "DF601": [
        "«CMD python app.py»\n",
        "«ENTRYPOINT ./run.sh»\n",
        "«cmd node server.js»\n",
        "«CMD npm start»\n",
        '«CMD gunicorn -b "0.0.0.0:80" app:app»\n',
        "«CMD python app.py && echo done»\n",
        "«CMD echo $HOME»\n",
        'CMD ["a", "b"\n',
        "«CMD python \\\n  app.py»\n",
        '«CMD bash -c "npm start"»\n',
        "ENTRYPOINT exec java -jar x.jar\n",
        'CMD ["python","app.py"]\n',
        'CMD [ "a" ]\n',
        "CMD []\n",
        "CMD exec gunicorn -b :$PORT a:b\n",
        'CMD ["python", \\\n "app.py"]\n',
        'SHELL ["/bin/bash","-c"]\nCMD python app.py\n',
        "HEALTHCHECK CMD curl -f localhost\n",
        "ENTRYPOINT []\n",
        "RUN python app.py\n",
        "FROM mcr.microsoft.com/windows/servercore:ltsc2022\nCMD python app.py\n",
    ],
    "DF602": [
        'ENV P=1\nCMD ["x","--port",«"$P"»]\n',
        'ENV P=1\nENTRYPOINT ["x",«"${P}"»]\n',
        'CMD ["a",«"&&"»,"b"]\n',
        'CMD ["a",«"|"»,"b"]\n',
        'RUN ["a",«">"»,"b"]\n',
        'ARG V=1\nRUN ["x",«"$V"»]\n',
        'CMD ["a", «";"», "b"]\n',
        'ENV A=/x\nCMD ["python",«"$A/app.py"»]\n',
        'HEALTHCHECK CMD ["curl","x",«"||"»,"exit","1"]\n',
        'ENV APP=x\nENTRYPOINT [«"$APP"»]\n',
        'ENV P=1\nCMD ["sh","-c","x $P"]\n',
        'CMD ["nginx","-g","daemon off;"]\n',
        'CMD ["x","a && b"]\n',
        'CMD ["bash","-lc","a && b"]\n',
        'CMD ["echo","$5"]\n',
        'CMD ["x","$UNKNOWN"]\n',
        "ENV P=1\nCMD x $P\n",
        'CMD ["awk","{print $1}"]\n',
        'CMD ["/bin/sh","-c","a > b"]\n',
        'CMD ["find",".","-exec","ls","{}",";"]\n',
        'CMD ["test","1",">","0"]\n',
    ],
    "DF603": [
        "«USER root»\n",
        "«USER 0»\n",
        "«USER root:root»\n",
        "«USER 0:0»\n",
        "«user root»\n",
        "USER app\nRUN x\n«USER root»\n",
        "ARG U=root\n«USER $U»\n",
        '«USER "root"»\n',
        "USER root\nUSER app\n",
        "USER $U\n",
        "USER 1000\n",
        'USER root\nENTRYPOINT ["gosu","app","x"]\n',
        'USER root\nCMD ["nginx","-g","daemon off;"]\n',
        "USER root\nCMD php-fpm\n",
        'USER root\nCMD ["supervisord","-n"]\n',
        "USER nobody:root\n",
        "USER rooty\n",
        "FROM a:1 AS x\n«USER root»\nFROM x\nRUN y\n",
        "FROM a:1 AS x\nUSER root\nFROM b:1\nCOPY --from=x / /\n",
    ],
    "DF604": [
        '«FROM python:3.12»\nCMD ["python","a.py"]\n',
        '«FROM node:22»\nENTRYPOINT ["node","x"]\n',
        "FROM debian:12 AS b\n«FROM python:3.12»\nCMD python x\n",
        'FROM python:3.12 AS base\nCOPY x .\nCMD ["x"]\n«FROM base»\nRUN y\n',
        '«FROM scratch»\nCOPY x /\nENTRYPOINT ["/x"]\n',
        'FROM python:3.12\nUSER 1\nCMD ["python","a.py"]\n',
        'FROM nginx:1.27\nCMD ["nginx","-g","daemon off;"]\n',
        'FROM postgres:16\nCMD ["postgres"]\n',
        'FROM apache/airflow:2.9\nCMD ["x"]\n',
        'FROM unknown/x:1\nCMD ["x"]\n',
        "FROM python:3.12\nRUN x\n",
        'CMD ["bash"]\n',
        'RUN useradd app\nENTRYPOINT ["/entry.sh"]\n',
        'FROM gcr.io/distroless/static:nonroot\nCMD ["/x"]\n',
        'FROM python:3.12\nCMD ["su-exec","a","b"]\n',
        'CMD ["/usr/sbin/sshd","-D"]\n',
    ],
    "DF605": [
        'FROM a:1\n«CMD ["a"]»\nCMD ["b"]\n',
        "FROM a:1\n«cmd x»\nRUN y\nCMD z\n",
        'FROM a:1 AS x\nCMD ["a"]\nFROM x\nCMD ["b"]\n',
        'FROM a:1\nCMD ["a"]\nONBUILD CMD ["b"]\n',
    ],
    "DF606": [
        'FROM a:1\n«ENTRYPOINT ["a"]»\nENTRYPOINT ["b"]\n',
        "FROM a:1\n«entrypoint x»\nRUN y\nENTRYPOINT z\n",
        'FROM a:1 AS x\nENTRYPOINT ["a"]\nFROM x\nENTRYPOINT ["b"]\n',
        'FROM a:1\nENTRYPOINT ["a"]\nONBUILD ENTRYPOINT ["b"]\n',
    ],
    "DF607": [
        'FROM a:1\n«HEALTHCHECK CMD ["a"]»\nHEALTHCHECK CMD ["b"]\n',
        "FROM a:1\n«healthcheck cmd x»\nRUN y\nHEALTHCHECK CMD z\n",
        'FROM a:1 AS x\nHEALTHCHECK CMD ["a"]\nFROM x\nHEALTHCHECK CMD ["b"]\n',
        'FROM a:1\nHEALTHCHECK CMD ["a"]\nONBUILD HEALTHCHECK CMD ["b"]\n',
    ],
    "DF608": [
        "ARG V=1\nFROM a:1\nRUN echo «$V»\n",
        "ARG V=1\nFROM alpine:3\nENV X=«$V»\n",
        "ARG V=1\nFROM alpine:3\nRUN curl https://x/«${V}»/y\n",
        "arg V=1\nfrom alpine:3\nlabel x=«$V»\n",
        'ARG V\nFROM alpine:3 AS a\nARG V\nFROM alpine:3\nRUN echo "«$V»"\n',
        "ARG V=1\nFROM alpine:3\nCOPY x-«$V» /y\n",
        "ARG V=1\nFROM a:$V\nARG V\nRUN echo $V\n",
        "ARG V=1\nFROM a:1\nRUN V=2; echo $V\n",
        "ARG V=1\nFROM a:1\nRUN echo '$V'\n",
        "ARG V=1\nFROM alpine:3\nENV V=2\nRUN echo $V\n",
        "ARG V=1\nFROM alpine:3\nRUN for V in a b; do echo $V; done\n",
        "ARG V=1\nFROM alpine:3\nRUN echo ${V:-x}\n",
        "ARG PYTHON_VERSION=3\nFROM python:$PYTHON_VERSION\nRUN echo $PYTHON_VERSION\n",
        "ARG V=1\nFROM alpine:3 AS a\nARG V\nFROM a\nRUN echo $V\n",
        "ARG V=1\nFROM alpine:3\nRUN read V; echo $V\n",
        "ARG V=1\nFROM alpine:3\nRUN . /etc/os-release && echo $V\n",
        "ARG TARGETARCH\nFROM alpine:3\nARG TARGETARCH\nRUN echo $TARGETARCH\n",
    ],
    "DF609": [
        "FROM alpine:3\nWORKDIR $«APP»\n",
        "COPY a /opt/$«VERSION»/\n",
        "FROM alpine:3\nENV A=$«B»\n",
        "FROM alpine:3\nARG APP_HOME=/x\nWORKDIR ${«APP_HOEM»}\n",
        "FROM scratch\nCOPY x /$«Y»\n",
        "FROM alpine:3\nUSER $«U»\nARG U\n",
        "FROM alpine:3\nLABEL v=$«V»\n",
        "FROM alpine:3\nENV A=1 B=$A\n",
        "FROM alpine:3\nEXPOSE $«PORT»\n",
        "FROM alpine:3\nVOLUME $«DATA»\n",
        "FROM alpine:3\nENV PATH=$PATH:/x\n",
        "FROM alpine:3\nWORKDIR ${A:-/x}\n",
        "FROM custom/x:1\nWORKDIR $APP\n",
        "FROM alpine:3\nARG A\nWORKDIR $A\n",
        "FROM alpine:3\nRUN echo $X\n",
        "FROM alpine:3\nCMD echo $X\n",
        "FROM alpine:3 AS a\nENV A=1\nFROM a\nWORKDIR $A\n",
        "FROM python:3.12\nLABEL v=$PYTHON_VERSION\n",
        "FROM alpine:3\nENV A=\\$B\n",
        "FROM alpine:3\nENV A='$B'\n",
        "FROM alpine:3\nARG HTTP_PROXY\nENV x=$HTTP_PROXY\n",
        "FROM alpine:3\nENV x=${A:+y}\n",
        "FROM alpine:3\nARG TARGETARCH\nCOPY x-$TARGETARCH /\n",
        "FROM alpine:3\nENV x=$http_proxy\n",
    ],
    "DF701": [
        "FROM a:1\nENV «PASSWORD=hunter22»\n",
        "FROM a:1\nENV «DB_PASSWORD hunter22»\n",
        "FROM a:1\nARG «GITHUB_TOKEN»\n",
        "FROM a:1\nARG «NPM_TOKEN=abc»\n",
        "FROM a:1\nENV «AWS_SECRET_ACCESS_KEY=abc»\n",
        "FROM a:1\nENV A=b «API_KEY=xyz123»\n",
        "FROM a:1\nenv «secret_key=abc»\n",
        "FROM a:1\nARG «SSH_PRIVATE_KEY»\n",
        "FROM a:1\nENV «MYSQL_ROOT_PASSWORD=root»\n",
        "FROM a:1\nENV «PGPASSWORD=x1»\n",
        "FROM a:1\nENV «AIRFLOW__CORE__FERNET_KEY=abcd»\n",
        "FROM a:1\nARG «PIP_PASSWORD»\n",
        "FROM a:1\nARG «TOKEN»\nENV TOKEN=$TOKEN\n",
        'FROM a:1\nENV «DJANGO_SECRET_KEY="x y"»\n',
        "FROM a:1\nENV «GITLAB_PAT=abc»\n",
        "FROM a:1\nENV «DB_PASS=x1»\n",
        "FROM a:1\nENV PASSWORD_FILE=/run/x\n",
        "FROM a:1\nENV TOKEN_URL=https://x\n",
        "FROM a:1\nENV KEYCLOAK_HOST=x\n",
        "FROM a:1\nENV GPG_KEY=ABCDEF\n",
        "FROM a:1\nARG GOPRIVATE\n",
        "FROM a:1\nENV SSH_PUBLIC_KEY=x\n",
        "FROM a:1\nENV PASSWORD=\n",
        "FROM a:1\nENV TOKENIZERS_PARALLELISM=false\n",
        "FROM a:1\nENV MYSQL_ALLOW_EMPTY_PASSWORD=yes\n",
        "FROM a:1\nENV SECRET_NAME=foo\n",
        "FROM a:1\nARG KEYRING=/x\n",
        'FROM a:1\nENV PASSWORD=""\n',
        "FROM a:1\nENV AUTH_ENABLED=true\n",
        "FROM a:1\nENV PUBLIC_KEY=x\n",
        "FROM a:1\nENV MONKEY=1\n",
        "FROM a:1\nENV KEYBOARD=us\n",
        "FROM a:1\nENV TOKEN_PATH=/x\n",
        "FROM a:1\nENV SECRETS_DIR=/run/secrets\n",
        "FROM a:1\nENV PASSWD=/etc/passwd\n",
    ],
    "DF702": [
        "FROM a:1\nRUN git clone https://u:«s3cr3tpw»@github.com/x/y\n",
        "FROM a:1\nRUN pip install --index-url https://user:«Xk29fjPq»@pypi.corp/simple x\n",
        "FROM a:1\nRUN git clone https://$U:$P@github.com/x/y\n",
        "FROM a:1\nRUN git clone https://user:password@github.com/x\n",
        "FROM a:1\nENV X=AKIAIOSFODNN7EXAMPLE\n",
        "FROM a:1\nRUN git clone https://github.com/x/y\n",
        "FROM a:1\nENV DB=postgres://localhost/x\n",
        "FROM a:1\nENV DB=postgresql://airflow:airflow@localhost/x\n",
        "FROM a:1\nRUN curl https://x:${TOKEN}@y\n",
        "FROM a:1\nRUN git clone git@github.com:x/y.git\n",
        "FROM a:1\nRUN --mount=type=secret,id=t git clone https://x:$(cat /run/secrets/t)@y.z/a\n",
    ],
    "DF703": [
        "FROM a:1\nCOPY «.env» .\n",
        "FROM a:1\nCOPY «.env.production» /x\n",
        "FROM a:1\nADD «id_rsa» /root/.ssh/\n",
        'FROM a:1\nCOPY [«"server.key"»,"/x"]\n',
        "FROM a:1\nCOPY «.aws» /root/.aws\n",
        "FROM a:1\nCOPY «config/credentials.json» /x\n",
        "FROM a:1\nCOPY «service-account-prod.json» /x\n",
        "FROM a:1\nCOPY «./.npmrc» ./\n",
        "FROM a:1\nCOPY «certs/privkey.pem» /x\n",
        "FROM a:1\ncopy «.netrc» /root/\n",
        "FROM a:1\nCOPY --chown=a:b «.ssh/» /root/.ssh/\n",
        "FROM a:1\nCOPY «prod.env» /x\n",
        "FROM a:1\nCOPY .env.example .env\n",
        "FROM a:1\nCOPY id_rsa.pub /x\n",
        "FROM a:1\nCOPY ca.pem /x\n",
        "FROM a:1\nCOPY fullchain.pem /x\n",
        "FROM a:1\nCOPY docker.gpg.key /x\n",
        "FROM a:1\nCOPY --from=b /app/.env /x\n",
        "FROM a:1\nCOPY cert.pem /x\n",
        "FROM a:1\nCOPY env /x\n",
        "FROM a:1\nCOPY environment.yml /x\n",
        "FROM a:1\nCOPY $F /x\n",
        "FROM a:1\nCOPY key.txt /x\n",
        "FROM a:1\nCOPY .env.sample /x\n",
        "FROM a:1\nCOPY nginx.conf /x\n",
        "FROM a:1\nCOPY ca-certificates/*.crt /x/\n",
    ],
}

# In two parts, so that no scanner takes them for real ones.
CASES["DF702"] += [
    "ENV X=«ghp_" + "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0dF3hJ6»\n",
    "LABEL k=«AKIA" + "J5Q7XK3MZP2LWTYR»\n",
]

# Behind RUN: these do not end, or leave nothing in the image …
SERVERS = r"""
«flask run»
«flask --app app run --host=0.0.0.0»
«python -m flask run»
«python3 -m flask --app hello run --debug»
«gunicorn app:app»
«gunicorn -w 4 -b 0.0.0.0:8000 app:app»
«exec gunicorn app:app»
«uvicorn main:app --reload»
«python -m uvicorn main:app»
«hypercorn app»
«daphne app.asgi:application»
«waitress-serve --call app:create»
«uwsgi --ini app.ini»
«streamlit run app.py»
«python -m streamlit run app.py»
«chainlit run app.py»
«jupyter lab --ip=0.0.0.0»
«jupyter notebook --allow-root --no-browser»
«jupyter server»
«mlflow server --host 0.0.0.0»
«mlflow ui»
«python manage.py runserver 0.0.0.0:8000»
«python3 ./manage.py runserver»
«./manage.py runserver»
«django-admin runserver»
«fastapi dev main.py»
«fastapi run»
«python -m http.server 8000»
«python2 -m SimpleHTTPServer»
«celery -A proj worker -l info»
«celery -A proj beat»
«celery worker --app=x»
«celery -A proj flower»
«dramatiq tasks»
«rq worker»
«huey_consumer.py app.huey»
«airflow webserver»
«airflow api-server»
«airflow scheduler»
«airflow triggerer»
«airflow dag-processor»
«airflow celery worker»
«airflow celery flower»
«airflow standalone»
«airflow kerberos»
«airflow webserver -p 8080»
«airflow scheduler -D»
«airflow webserver --daemon»
«npm start»
«npm run start»
«npm run dev»
«npm run serve»
«npm run preview»
«npm --prefix web start»
«yarn start»
«yarn dev»
«yarn run dev»
«pnpm dev»
«pnpm run start»
«bun start»
«bun run dev»
«next start»
«npx next dev»
«nuxt start»
«vite»
«vite preview»
«npx vite --host»
«ng serve»
«nodemon server.js»
«npx nodemon app.js»
«ts-node-dev src/index.ts»
«pm2 start app.js»
«pm2-runtime app.js»
«serve -s build»
«npx serve -s build»
«http-server ./public»
«node server.js»
«node index.js»
«node app.js»
«node main.js»
«node ./src/server.js»
«java -jar app.jar»
«java -Xmx1g -jar /app/app.jar»
«java -cp app.jar com.example.Main»
«mvn spring-boot:run»
«./mvnw spring-boot:run»
«gradle bootRun»
«./gradlew bootRun»
«gradle run»
«catalina.sh run»
«/usr/local/tomcat/bin/catalina.sh start»
«bin/kafka-server-start.sh config/server.properties»
«zookeeper-server-start.sh config/zookeeper.properties»
«elasticsearch»
«standalone.sh»
«rails server»
«bundle exec rails s -b 0.0.0.0»
«bin/rails server»
«puma -C config/puma.rb»
«bundle exec puma»
«unicorn -c config.rb»
«thin start»
«rackup»
«sidekiq»
«bundle exec sidekiq»
«php -S 0.0.0.0:8000»
«php-fpm»
«php-fpm -F»
«php artisan serve»
«php artisan queue:work»
«php artisan horizon»
«symfony serve»
«apache2-foreground»
«dotnet run»
«dotnet MyApp.dll»
«cargo run»
«cargo run --release»
«air»
«nginx»
«nginx -g 'daemon off;'»
«/usr/sbin/nginx»
«httpd -DFOREGROUND»
«httpd -D FOREGROUND»
«apache2ctl start»
«apachectl start»
«apache2ctl -D FOREGROUND»
«caddy run»
«caddy start»
«traefik»
«haproxy -f /etc/haproxy.cfg»
«envoy -c x.yaml»
«varnishd -F -f x»
«squid»
«postgres»
«pg_ctl start -D /data»
«mysqld»
«mysqld_safe»
«mariadbd»
«mongod»
«redis-server»
«redis-server /etc/redis.conf»
«memcached»
«rabbitmq-server»
«vault server -dev»
«consul agent -dev»
«etcd»
«minio server /data»
«nats-server»
«sshd»
«/usr/sbin/sshd -D»
«crond -f»
«cron -f»
«supervisord»
«supervisord -n»
«rsyslogd»
«dockerd»
«tail -f /dev/null»
«tail -F /var/log/x»
«sleep infinity»
while «true»; do sleep 1; done
while «:»; do sleep 1; done
«watch ls»
«service nginx start»
«service mysql restart»
«/etc/init.d/mysql start»
«systemctl start nginx»
«systemctl restart docker»
«rc-service nginx start»
«sudo service ssh start»
«gosu postgres postgres»
«su-exec redis redis-server»
«tini -- node server.js»
«dumb-init npm start»
sh -c '«npm start»'
bash -c "«flask run»"
«nohup python -m http.server» &
«npm start» &
«env FLASK_APP=x flask run»
«FLASK_APP=x flask run»
cd /app && «npm start»
pip install flask; «flask run»
«["flask", "run"]»
«["nginx", "-g", "daemon off;"]»
«["sh", "-c", "npm start"]»
(«nginx»)
«python server.py»
«python3 -u server.py»
«nginx» && sleep 5
«service nginx start» && echo started
«mongod --fork --logpath /var/log/m.log»
«redis-server --daemonize yes»
«gunicorn -D app:app»
"""
# … and these do their work.
WORK = r"""
flask db upgrade
flask --version
flask init-db
gunicorn --version
gunicorn --check-config app:app
gunicorn --print-config app
uvicorn --version
jupyter notebook --generate-config
jupyter lab build
jupyter --version
jupyter labextension install x
jupyter nbconvert x.ipynb
mlflow --version
python manage.py migrate
python manage.py collectstatic --noinput
python manage.py compilemessages
celery --version
airflow version
airflow info
airflow db init
airflow db migrate
airflow db check
airflow users create -u x
airflow connections add x
airflow variables set a b
airflow dags list
airflow config list
airflow providers list
npm run build
npm run build:start
npm run start:build
npm test
npm run lint
npm install serve
npm start -- --version
yarn build
yarn install
pnpm run build
vite build
npx vite build
next build
ng build
node -e "console.log(1)"
node -p 1
node --check server.js
node --version
node build.js
node scripts/build.js
pm2 save
pm2 install pm2-logrotate
java -version
java -Djarmode=layertools -jar app.jar extract
java -jar app.jar --version
java -jar app.jar --help
java -jar tools.jar
java -jar openapi-generator-cli.jar generate
java -jar app.jar install
java -cp app.jar com.example.Tool generate
mvn package
gradle build
catalina.sh version
elasticsearch --version
elasticsearch-plugin install x
rails assets:precompile
bundle exec rails db:migrate
rails s --help
puma --version
php -v
php-fpm -t
php-fpm -m
php artisan migrate
php artisan key:generate
php artisan optimize
php script.php
dotnet build
dotnet publish -c Release
dotnet test
dotnet tool install -g x
dotnet run --project tools/Generator
cargo run --bin generator
cargo build
go run example.com/tool@v1
go build
nginx -t
node index.js > index.html
python server.py | tee x
nginx -T
nginx -v
nginx -V
nginx -qt
nginx -tq -c /x.conf
nginx -s reload
httpd -t
httpd -M
apachectl configtest
apache2ctl -t
apache2 -v
caddy fmt
caddy validate
caddy adapt
caddy version
haproxy -c -f x
haproxy -v
postgres --single
postgres --version
initdb -D /data
mysqld --initialize
mysqld --initialize-insecure --user=mysql
mysqld --bootstrap
mysqld --validate-config
mysqld --version
redis-server --version
redis-server --test-memory 10
sshd -t
ssh-keygen -A
supervisord -v
supervisorctl status
systemctl enable nginx
systemctl mask x
systemctl disable y
service nginx stop
service --status-all
update-rc.d nginx defaults
rc-update add nginx
pg_ctl -D /d -w start && psql -f x.sql && pg_ctl stop
service postgresql start && psql -c "create user x"
service mysql start && mysql -e "create database x" && service mysql stop
mongod --fork --logpath /x && mongosh /init.js && mongod --shutdown
redis-server --daemonize yes && redis-cli set a b
(npm start &) && sleep 5 && curl localhost:3000
npm start & sleep 5; curl -f localhost:3000; kill $!
mysqld_safe & until mysqladmin ping; do sleep 1; done && mysql < x.sql
timeout 10 npm start
timeout 5 nginx -g "daemon off;" || true
if false; then nginx; fi
echo "flask run"
echo "npm start" > run.sh
which nginx
command -v nginx
type nginx
apt-get install -y nginx
apt-get update && apt-get install -y nginx redis-server
pip install gunicorn uvicorn
npm install -g nodemon pm2
sleep 5
tail -n 1 /etc/passwd
tail /var/log/x
while read l; do echo $l; done < x
chmod +x /usr/local/bin/serve
ln -s /usr/sbin/nginx /bin/x
rm -rf /etc/nginx
crontab -l
crontab /etc/cron.d/x
python setup.py install
python app.py --help
python -c "import flask"
uwsgi --version
rabbitmq-plugins enable x
vault --version
consul version
minio --version
etcd --version
traefik version
["nginx", "-t"]
service nginx status
dockerd --version
watch --version
squid -z
"""


def as_dockerfile(files: Files) -> dict[str, str]:
    found = as_files(files, "Dockerfile")
    if isinstance(files, str) and not files.lower().lstrip("#").lstrip().startswith(("from ", "arg ")):
        found = {"Dockerfile": "FROM debian:12\n" + files}
    return dict(found)


@pytest.mark.parametrize(("code", "files"), [(code, files) for code, cases in CASES.items() for files in cases])
def test_case(code: str, files: Files) -> None:
    expected = as_dockerfile(files)
    assert marked(RULES[code], expected) == expected


@pytest.mark.parametrize("command", [*SERVERS.strip().splitlines(), *WORK.strip().splitlines()])
def test_run(command: str) -> None:
    expected = {"Dockerfile": f"FROM debian:12\nRUN {command}\n"}
    assert marked(RULES["DF401"], expected) == expected


def test_windows_newlines_change_nothing() -> None:
    for code, cases in CASES.items():
        for files in cases:
            texts = as_dockerfile(files)
            expected = {path: "\r\n".join(text.splitlines()) + "\r\n" for path, text in texts.items()}
            assert marked(RULES[code], expected) == expected


def test_no_command_is_put_behind_a_comment_of_the_shell() -> None:
    text = "FROM debian:12\nRUN apt-get update && apt-get install -y curl{}\n"
    for end, fixed in (
        ("", True),
        (" # keep it", False),
        (" && echo a # b \\\n  && echo c", False),
        (" && echo '#'", True),
    ):
        linter = Linter(rules=Rules.only([RULES["DF301"]]), choice=Choice(select=["DF301"]))
        workspace = Workspace.in_memory({"Dockerfile": text.format(end)})
        [finding] = linter.check(workspace, [Target("", "Dockerfile", "Dockerfile")]).findings
        assert (finding.fix is not None) is fixed, end
