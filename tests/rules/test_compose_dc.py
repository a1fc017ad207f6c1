"""Compose rules about networks, data, secrets, start, images and rights on their edge cases, as marked files."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from dagdock.examples import as_files
from dagdock.hooks import Rules
from dagdock.testing import marked

RULES = {rule.code: rule for kind in ("compose", "project") for rule in Rules(third_party=False).of_kind(kind)}

Files = str | Mapping[str, str]

WEB = "services:\n  web:\n    image: nginx:1.27\n"
API = "services:\n  api:\n    image: api:1.4\n"
DB = "  db:\n    image: postgres:16\n"
CACHE = "  cache:\n    image: redis:7\n"

CASES: dict[str, dict[str, Files]] = {
    "DC203": {
        "command": API + "    command: serve --cache redis://«127.0.0.1:6379»/0\n" + CACHE,
        "port of the host": API + "    environment: {DB: 'postgres://«localhost:5433»/x'}\n"
        "  db:\n    image: postgres:16\n    ports: ['5433:5432']\n",
        "Dockerfile that exposes it": {
            "compose.yaml": "services:\n  worker:\n    image: work:1\n    environment:\n"
            "      API: http://«localhost:8000»\n  api:\n    build: .\n",
            "Dockerfile": "FROM python:3.12\nEXPOSE 8000\n",
        },
        "default of a variable": API + "    environment: ['DB_URL=${DB_URL:-postgres://«localhost:5432»/x}']\n" + DB,
        "host alone": API + "    environment: {DB_HOST: «localhost», DB_PORT: 5432}\n" + DB,
        "which of two databases": API + "    environment: {DB_HOST: localhost}\n" + DB + "  db2:\n    image: mysql:8\n",
        "nobody listens there": API + "    environment: {URL: 'tcp://localhost:9999'}\n" + DB,
        "its own port": API + "    expose: [6379]\n    environment: {URL: 'redis://localhost:6379'}\n" + CACHE,
        "its own server": API + "    command: serve --bind 0.0.0.0:8000\n    environment:\n"
        "      SELF: http://localhost:8000\n  other:\n    image: other:1\n    expose: [8000]\n",
        "for a browser": API + "    ports: ['80:80']\n    environment: {API_URL: 'http://localhost:8000'}\n"
        "  back:\n    image: back:1\n    ports: ['8000:8000']\n",
        "healthcheck": API + "    healthcheck: {test: curl localhost:6379}\n" + CACHE,
        "network of another service": API + "    network_mode: service:db\n"
        "    environment: {URL: 'postgres://localhost:5432'}\n" + DB,
        "part of another name": API + "    environment: {URL: 'redis://my-localhost:6379'}\n" + CACHE,
        "where Kafka says to be": "services:\n  kafka:\n    image: apache/kafka:3.9.0\n    environment:\n"
        "      KAFKA_ADVERTISED_LISTENERS: PLAINTEXT://localhost:9092\n"
        "  other:\n    image: apache/kafka:3.9.0\n",
    },
    "DC204": {
        "in a command": API + "    command: [run, --db, «10.5.0.7»:5432]\n"
        "  db:\n    image: postgres:16\n    networks:\n      back:\n        ipv4_address: 10.5.0.7\n",
        "longer address": API + "    environment: {A: 10.5.0.77}\n"
        "  db:\n    image: postgres:16\n    networks: {back: {ipv4_address: 10.5.0.7}}\n",
        "resolver": API + "    environment: {DNS1: 10.5.0.7}\n"
        "  db:\n    image: postgres:16\n    networks: {back: {ipv4_address: 10.5.0.7}}\n",
    },
    "DC205": {
        "seconds from 60 on": WEB + "    ports:\n      - 8080:80\n      - 22:60\n",
        "expose": WEB + "    expose:\n      - «22:22»\n",
        "quoted": WEB + "    ports: ['22:22']\n",
        "with an address": WEB + "    ports: [127.0.0.1:22:22]\n",
        "range, protocol, variable": WEB + "    ports: [22-23:22-23, 53:53/udp, '${P}:22']\n",
    },
    "DC503": {
        "only the interval here": API + "    depends_on: {db: {condition: service_healthy}}\n"
        "  db:\n    image: postgres:16\n    healthcheck: {interval: 5s}\n",
        "not required": API + "    depends_on: {db: {condition: service_healthy, required: false}}\n" + DB,
        "healthcheck of a stage below": {
            "compose.yaml": API + "    depends_on: {x: {condition: service_healthy}}\n  x:\n    build: .\n",
            "Dockerfile": "FROM alpine:3.20 AS base\nHEALTHCHECK CMD true\nFROM base\nCMD x\n",
        },
        "base that is not known": {
            "compose.yaml": API + "    depends_on: {x: {condition: service_healthy}}\n  x:\n    build: .\n",
            "Dockerfile": "FROM team/base:1\nCMD x\n",
        },
        "added by the override": {
            "compose.yaml": API + "    depends_on: {db: {condition: service_healthy}}\n" + DB,
            "compose.override.yaml": "services:\n  db:\n    healthcheck: {test: pg_isready}\n",
        },
        "NONE": API + "    depends_on: {db: {condition: «service_healthy»}}\n"
        "  db:\n    image: postgres:16\n    healthcheck: {test: [NONE]}\n",
        "extends another file": API + "    depends_on: {db: {condition: service_healthy}}\n"
        "  db:\n    extends: {file: away.yaml, service: db}\n    image: postgres:16\n",
    },
    "DC504": {
        "once for a database": API + "    depends_on: [«db»]\n  b:\n    image: b:1\n    depends_on: [db]\n" + DB,
        "healthy elsewhere": {
            "compose.yaml": API + "    depends_on: [db]\n" + DB,
            "compose.override.yaml": "services:\n  db:\n    healthcheck: {test: pg_isready}\n",
        },
        "database on a database": "services:\n  kafka:\n    image: confluentinc/cp-kafka:7.7.0\n"
        "    depends_on: [zk]\n  zk:\n    image: zookeeper:3.9\n",
        "links": API + "    links: [db]\n" + DB,
    },
    "DC505": {
        "on-failure": API + "    depends_on: {m: {condition: service_completed_successfully}}\n"
        "  m:\n    image: m:1\n    restart: on-failure\n",
        "from a variable": API + "    depends_on: {m: {condition: service_completed_successfully}}\n"
        "  m:\n    image: m:1\n    restart: ${RESTART}\n",
        "from an anchor": "x-a: &a {restart: unless-stopped}\n" + API + "    depends_on:\n      m:\n"
        "        condition: «service_completed_successfully»\n  m:\n    <<: *a\n    image: m:1\n",
    },
    "DC506": {
        "number without a colon": WEB + "    restart: «on-failure 3»\n",
        "negative": WEB + "    restart: '«on-failure:-1»'\n",
        "empty": WEB + "    restart: ''\n",
        "null": WEB + "    restart:\n",
        "variable": WEB + "    restart: ${R:-always}\n",
        "variable's default": WEB + "    restart: «${R:-allways}»\n",
    },
}


@pytest.mark.parametrize(("code", "name"), [(code, name) for code, cases in CASES.items() for name in cases], ids=str)
def test_marked(code: str, name: str) -> None:
    rule = RULES[code]
    files = as_files(CASES[code][name], "compose.yaml")
    assert marked(rule, files) == files
