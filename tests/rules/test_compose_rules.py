"""Compose rules on the edge cases that are too many for their pages: each case marks what must be flagged."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from dagdock.examples import as_files
from dagdock.hooks import Rules
from dagdock.testing import marked

from .cases import each

RULES = {rule.code: rule for rule in Rules(third_party=False).of_kind("compose")}

Files = str | Mapping[str, str]


WEB = "services:\n  web:\n    image: nginx:1.27\n"
DB = "services:\n  db:\n    image: postgres:16\n"

CASES: dict[str, dict[str, Files]] = {
    "DC001": {
        "tab inside": "services:\n  web:\n«\t»image: nginx:1.27\n",
        "open quote": 'services:\n  web:\n    image: «"nginx:1.27»\n',
        "undefined alias": "services:\n  web: «*base»\n",
        "list at the top": "«- services»\n",
        "text as a service": WEB + "  «db»: postgres\n",
        "empty file": "",
        "only comments": "# nothing yet\n",
        "empty service that another file extends": {
            "base.yaml": "services:\n  web:\n  db:\n    image: postgres:16\n",
            "compose.yaml": "services:\n  web:\n    extends: {file: base.yaml, service: web}\n    image: nginx:1.27\n",
        },
        "empty service in an override": {
            "compose.yaml": WEB,
            "compose.override.yaml": "services:\n  web:\n",
        },
        "reset and override tags": WEB + "    ports: !reset []\n    volumes: !override\n      - ./a:/b\n",
    },
    "DC002": {
        "quoted and plain are one key": WEB + '    «"image"»: nginx:1.27\n'.replace('«"image"»', '"«image»"'),
        "merge twice": "x-a: &a {tty: true}\nx-b: &b {init: true}\n" + WEB + "    <<: *a\n    «<<»: *b\n",
        "in flow": "services: {web: {image: a:1, «image»: b:1}}\n",
        "three times": WEB + "    «image»: a:1\n    «image»: b:1\n",
        "another document": WEB + "---\n" + WEB,
        "merge overridden": "x-a: &a {image: a:1}\nservices:\n  web:\n    <<: *a\n    image: b:1\n",
    },
    "DC005": {
        "override": {
            "compose.yaml": WEB,
            "compose.override.yaml": "«version»: '3'\nservices:\n  web:\n    tty: true\n",
        },
        "each document": "«version»: '3'\n---\n«version»: '3'\n" + WEB,
        "quoted": "\"«version»\": '3'\n" + WEB,
        "commented out": "# version: '3'\n" + WEB,
        "service of that name": "services:\n  version:\n    image: nginx:1.27\n",
        "extension": "x-version: 3\n" + WEB,
    },
    "DC011": {
        "long form": WEB + "    networks:\n      «front»:\n        aliases: [www]\n",
        "default": WEB + "    networks: [default]\n",
        "external": WEB + "    networks: [front]\nnetworks:\n  front:\n    external: true\n",
        "once for several services": "services:\n  a:\n    image: a:1\n    networks: [«x»]\n"
        "  b:\n    image: b:1\n    networks: [x]\n",
        "shared by an anchor": "x-base: &base\n  networks: [«front»]\nservices:\n  a:\n    <<: *base\n"
        "    image: a:1\n"
        "  b:\n    <<: *base\n    image: b:1\n",
        "unused extension": "x-base:\n  networks: [front]\n" + WEB,
        "variable": WEB + "    networks: ['${NET}']\n",
        "default of a variable": WEB + "    networks: ['«${NET:-front}»']\n",
        "defined by the override": {
            "compose.yaml": WEB + "    networks: [front]\n",
            "compose.override.yaml": "networks:\n  front:\n",
        },
        "defined by a file beside it": {
            "compose.yaml": WEB + "    networks: [front]\n",
            "compose.prod.yaml": "services:\n  web:\n    tty: true\nnetworks:\n  front:\n",
        },
        "another whole file beside it": {
            "compose.yaml": WEB + "    networks: [«front»]\n",
            "compose-celery.yaml": WEB + "    networks: [front]\nnetworks:\n  front:\n",
        },
        "two files of other names": {
            "app.yaml": WEB + "    networks: [front]\n",
            "infra.yaml": DB + "    networks: [front]\nnetworks:\n  front:\n",
        },
        "part that another file includes": {
            "compose.yaml": "include: [web/compose.yaml]\nnetworks:\n  front:\n",
            "web/compose.yaml": WEB + "    networks: [front]\n",
        },
        "included and defined nowhere": {
            "compose.yaml": "include: [web/compose.yaml]\nservices:\n  a:\n    image: a:1\n    networks: [«back»]\n",
            "web/compose.yaml": WEB,
        },
        "laid over another one by a script": {
            "base/compose.yaml": WEB + "networks:\n  front:\n",
            "tls/compose.yaml": "services:\n  web:\n    networks: [front]\n  b:\n    image: b:1\n",
            "own/compose.yaml": WEB + "    networks: [«front»]\n  b:\n    image: b:1\n",
        },
        "part whose include is taken out": {
            "compose.yaml": "include:\n  - a/compose.yaml\n  # - b/compose.yaml\nnetworks:\n  front:\n",
            "a/compose.yaml": WEB,
            "b/compose.yaml": "services:\n  b:\n    image: b:1\n    networks: [front, back]\n",
            "c/compose.yaml": "services:\n  c:\n    image: c:1\n    networks: [front, «back»]\n",
        },
        "include that cannot be read": "include: [https://example.com/compose.yaml]\n"
        + WEB
        + "    networks: [front]\n",
        "base that others extend": {
            "common.yaml": WEB + "    networks: [front]\n",
            "compose.yaml": "services:\n  web:\n    extends: {file: common.yaml, service: web}\nnetworks:\n  front:\n",
        },
        "extends a file that is missing": "services:\n  web:\n    extends: {file: gone.yaml, service: web}\n"
        "    networks: [«front»]\n",
        "second document defines it": WEB + "    networks: [front]\n---\nnetworks:\n  front:\n",
        "reset": WEB + "    networks: !reset [front]\n",
        "fragment": {"compose.yaml": "services:\n  web:\n    networks: [front]\n"},
    },
    "DC012": {
        "long form": WEB + "    volumes:\n      - type: volume\n        source: «data»\n        target: /data\n",
        "bind in the long form": WEB
        + "    volumes:\n      - type: bind\n        source: data\n        target: /data\n",
        "anonymous": WEB + "    volumes: [/data]\n",
        "home": WEB + "    volumes: ['~/x:/x', '../x:/y', '.:/z']\n",
        "drive of Windows": WEB + "    volumes: ['C:\\data:/x', 'd:/x']\n",
        "path without a dot": WEB + "    volumes: ['«conf/site»:/x']\n",
        "variable": WEB + "    volumes: ['${DATA}:/x', '$DATA/x:/y']\n",
        "default of a variable": WEB + "    volumes: ['${DATA:-«data»}:/x', '${DIR:-./data}:/y']\n",
        "external": WEB + "    volumes: ['data:/x']\nvolumes:\n  data:\n    external: true\n",
        "alias": "x-v: &v «data»:/x\n" + WEB + "    volumes: [*v]\n",
        "from .env": {"compose.yaml": WEB + "    volumes: ['«${DATA}»:/x']\n", ".env": "DATA=data\n"},
    },
    "DC013": {
        "long form": WEB + "    secrets:\n      - source: «key»\n        target: /key\n",
        "of a build": "services:\n  web:\n    build:\n      context: .\n      secrets: [«npm»]\n",
        "defined": WEB + "    secrets: [key]\nsecrets:\n  key:\n    environment: KEY\n",
    },
    "DC014": {
        "short form": WEB + "    configs: [«site»]\n",
        "defined": WEB + "    configs: [{source: site, target: /x}]\nconfigs:\n  site:\n    file: x\n",
    },
    "DC015": {
        "each key": WEB
        + "    links: ['«a»:alias']\n    volumes_from: ['«b»:ro', 'container:x']\n    ipc: service:«c»\n"
        + "    pid: service:«d»\n",
        "extends": "services:\n  web:\n    extends:\n      service: «base»\n    image: nginx:1.27\n",
        "extends from another file": {
            "base.yaml": "services:\n  web:\n    image: nginx:1.27\n",
            "compose.yaml": "services:\n  a:\n    extends: {file: base.yaml, service: web}\n"
            "  b:\n    extends:\n      file: base.yaml\n      service: «wep»\n    image: b:1\n",
        },
        "context": "services:\n  web:\n    build:\n      context: .\n"
        "      additional_contexts: ['x=service:«base»', 'y=docker-image://alpine']\n",
        "not required": WEB
        + "    depends_on:\n      «db»:\n        condition: service_started\n        required: false\n",
        "host network": WEB + "    network_mode: host\n    pid: host\n",
        "variable": WEB + "    depends_on: ['${DB}']\n",
        "with a profile": WEB + "    depends_on: [db]\n  db:\n    image: a:1\n    profiles: [x]\n",
        "external links": WEB + "    external_links: [old:db]\n",
        "override": {
            "compose.yaml": WEB + "    depends_on: [db]\n",
            "compose.override.yaml": DB,
        },
        "base": {
            "compose.yaml": DB,
            "compose.override.yaml": "services:\n  web:\n    image: nginx:1.27\n    depends_on: [db, «dbs»]\n",
        },
    },
    "DC016": {
        "over different keys": "services:\n  a:\n    image: a:1\n    network_mode: service:b\n"
        "  b:\n    image: b:1\n    volumes_from: [c]\n  c:\n    image: c:1\n    depends_on: [«a»]\n",
        "two circles": "services:\n  a:\n    image: a:1\n    depends_on: [b, c]\n"
        "  b:\n    image: b:1\n    depends_on: [«a»]\n  c:\n    image: c:1\n    depends_on: [«a»]\n",
        "said twice": "services:\n  a:\n    image: a:1\n    depends_on: [b]\n    links: [b]\n"
        "  b:\n    image: b:1\n    depends_on: [«a»]\n",
        "over the override": {
            "compose.yaml": "services:\n  a:\n    image: a:1\n    depends_on: [b]\n  b:\n    image: b:1\n",
            "compose.override.yaml": "services:\n  b:\n    depends_on: [«a»]\n",
        },
        "diamond": "services:\n  a:\n    image: a:1\n    depends_on: [b, c]\n  b:\n    image: b:1\n"
        "    depends_on: [d]\n"
        "  c:\n    image: c:1\n    depends_on: [d]\n  d:\n    image: d:1\n",
    },
    "DC017": {
        "bash": WEB + "    command: sh -c 'echo «${A[0]}» «${B%.*}» $${C%.*}'\n",
        "blank in the name": WEB + "    user: «${USER ID}»\n",
        "nested": WEB + "    user: ${A:-${B:-«${1}»}}\n",
        "nested default": WEB + "    user: ${A:-${B:-1}}\n",
        "shell": WEB + "    command: echo $1 $$ $(pwd) $A-$B\n",
    },
    "DC101": {
        "registry with a port": "services:\n  a:\n    image: «reg:5000/team/a»\n  b:\n    image: reg:5000/team/b:1\n",
        "digest": "services:\n  a:\n    image: alpine@sha256:" + "0" * 64 + "\n",
        "moving with a variant": "services:\n  a:\n    image: «node:lts-alpine»\n  b:\n    image: «nginx:stable»\n"
        "  c:\n    image: c:stable-20240612\n  d:\n    image: d:latest-1.4\n",
        "variable": "services:\n  a:\n    image: ${IMAGE}\n  b:\n    image: alpine:${TAG}\n  c:\n"
        "    image: alpine:${TAG:?}\n"
        "  d:\n    image: «alpine:${TAG:-edge}»\n  e:\n    image: alpine:${TAG:-3.20}\n",
        "from .env": {"compose.yaml": "services:\n  a:\n    image: alpine:${TAG:-latest}\n", ".env": "TAG=3.20\n"},
        "built": "services:\n  a:\n    build: .\n    image: team/a:latest\n",
        "built by the override": {
            "compose.yaml": "services:\n  a:\n    image: team/a\n",
            "compose.override.yaml": "services:\n  a:\n    build: .\n",
        },
        "anchor": "x-i: &i «alpine»\nservices:\n  a:\n    image: *i\n  b:\n    image: *i\n",
        "override": {"compose.yaml": WEB, "compose.dev.yaml": "services:\n  web:\n    image: «nginx»\n"},
        "never pulled": "services:\n  a:\n    image: team/a\n    pull_policy: never\n",
    },
    "DC201": {
        "all addresses": DB + "    ports: ['«0.0.0.0:5432:5432»', '«[::]:5432:5432»', '10.0.0.4:5432:5432']\n",
        "port of the container alone": DB + "    ports: ['«5432»']\n",
        "other port": DB + "    ports: ['8080:8080']\n",
        "range": DB + "    ports: ['«5430-5433:5430-5433»']\n",
        "variable": DB
        + "    ports: ['${IP}:5432:5432', '${PORT}:5432', '«${IP:-}:5432:5432»', '«${PORT:-5432}:5432»']\n",
        "local name": "services:\n  db:\n    image: registry.example.com/proxy/library/postgres:16\n"
        "    ports: ['«5432:5432»']\n",
        "own image": "services:\n  db:\n    image: team/postgres:16\n    ports: ['5432:5432']\n",
        "built": "services:\n  db:\n    build: .\n    image: postgres:16\n    ports: ['5432:5432']\n",
        "override": {"compose.yaml": DB, "compose.override.yaml": "services:\n  db:\n    ports: ['«5432:5432»']\n"},
        "host network": DB + "    network_mode: host\n    ports: ['5432:5432']\n",
        "consoles": "services:\n  mq:\n    image: rabbitmq:4-management\n    ports: ['«5672:5672»', '«15672:15672»']\n",
    },
    "DC202": {
        "addresses": "services:\n  a:\n    image: a:1\n"
        "    ports: ['127.0.0.1:80:80', '127.0.0.2:80:81', '[::1]:80:82']\n",
        "local and all": "services:\n  a:\n    image: a:1\n    ports: ['127.0.0.1:80:80']\n"
        "  b:\n    image: b:1\n    ports: ['«80»:80']\n",
        "v4 and v6": "services:\n  a:\n    image: a:1\n    ports: ['0.0.0.0:80:80', '[::]:80:80']\n",
        "ranges": "services:\n  a:\n    image: a:1\n    ports: ['8000-8010:8000-8010']\n"
        "  b:\n    image: b:1\n    ports: ['«8010»:80', '8011:80']\n",
        "free one of a range": "services:\n  a:\n    image: a:1\n    ports: ['8000-8010:80']\n"
        "  b:\n    image: b:1\n    ports: ['8000-8010:80', '8001:81']\n",
        "one service": "services:\n  a:\n    image: a:1\n    ports: ['80:80', '«80»:81']\n",
        "the same entry twice": "services:\n  a:\n    image: a:1\n    ports: ['80:80', '80:80']\n",
        "long form": "services:\n  a:\n    image: a:1\n    ports: [{target: 80, published: 8080}]\n"
        '  b:\n    image: b:1\n    ports: [{target: 80, published: "«8080»"}]\n',
        "variables": "services:\n  a:\n    image: a:1\n    ports: ['${A}:80', '${B:-80}:80']\n"
        "  b:\n    image: b:1\n    ports: ['${A}:80', '${C:-«80»}:81']\n",
        "one of them has a profile": "services:\n  a:\n    image: a:1\n    ports: ['80:80']\n"
        "  b:\n    image: b:1\n    profiles: [x]\n    ports: ['«80»:80']\n",
        "the same profile": "services:\n  a:\n    image: a:1\n    profiles: [x]\n    ports: ['80:80']\n"
        "  b:\n    image: b:1\n    profiles: [x, y]\n    ports: ['«80»:80']\n",
        "anchor": "x-p: &p\n  ports: ['«80»:80']\nservices:\n  a:\n    <<: *p\n    image: a:1\n  b:\n"
        "    <<: *p\n    image: b:1\n",
        "override adds": {
            "compose.yaml": "services:\n  a:\n    image: a:1\n    ports: ['80:80']\n",
            "compose.override.yaml": "services:\n  a:\n    ports: ['«80»:8080']\n",
        },
        "override replaces": {
            "compose.yaml": "services:\n  a:\n    image: a:1\n    ports: ['80:80']\n",
            "compose.override.yaml": "services:\n  a:\n    ports: !override ['80:8080']\n",
        },
        "replicas": "services:\n  a:\n    image: a:1\n    ports: ['«80»:80', '8000-8010:81', '82']\n"
        "    deploy: {replicas: 2}\n",
        "replicas of Swarm": "services:\n  a:\n    image: a:1\n    ports: ['80:80']\n"
        "    deploy:\n      replicas: 2\n      placement: {constraints: [node.role == worker]}\n",
        "across an include": {
            "compose.yaml": "include: [b.yaml]\nservices:\n  a:\n    image: a:1\n    ports: ['«80»:80']\n",
            "b.yaml": "services:\n  b:\n    image: b:1\n    ports: ['80:80']\n",
        },
    },
    "DC301": {
        "parent": DB + "    volumes: ['vol:/var/lib/postgresql']\n",
        "inside": DB + "    volumes: ['vol:/var/lib/postgresql/data/pgdata']\n",
        "slash at the end": DB + "    volumes: ['vol:/var/lib/postgresql/data/']\n",
        "wrong place": "services:\n  db:\n    image: «postgres:16»\n    volumes: ['vol:/var/lib/postgres']\n"
        "volumes:\n  vol:\n",
        "moved": DB + "    environment:\n      PGDATA: /data/pg\n    volumes: ['./d:/data']\n",
        "moved away": "services:\n  db:\n    image: «postgres:16»\n    environment:\n      PGDATA: /data/pg\n"
        "    volumes: ['vol:/var/lib/postgresql/data']\n",
        "moved to an unknown place": DB + "    environment:\n      PGDATA: ${PGDATA}\n",
        "unknown target": DB + "    volumes: ['vol:${DIR}']\n",
        "new folder": "services:\n  db:\n    image: postgres:18\n    volumes: ['vol:/var/lib/postgresql']\n",
        "anonymous": DB + "    volumes: [/var/lib/postgresql/data]\n",
        "tmpfs in the long form": DB + "    volumes: [{type: tmpfs, target: /var/lib/postgresql/data}]\n",
        "volumes from another": DB + "    volumes_from: [x]\n",
        "client": DB + "    entrypoint: psql\n",
        "script": DB + "    command: sh -c 'pg_dump -h db'\n",
        "server with options": "services:\n  db:\n    image: «postgres:16»\n    command: -c max_connections=200\n"
        "  my:\n    image: «mysql:8»\n    command: [mysqld, --character-set-server=utf8mb4]\n",
        "moved by an option": "services:\n  db:\n    image: mysql:8\n    command: --datadir=/d\n"
        "    volumes: ['vol:/d']\n",
        "cache": "services:\n  a:\n    image: redis:7\n    command: [redis-server, --save, '']\n"
        "  b:\n    image: redis:7\n    command: --appendonly no\n",
        "store of objects": "services:\n  s3:\n    image: minio/minio:RELEASE.2024-01-01T00-00-00Z\n"
        "    command: server /export --console-address :9001\n    volumes: ['vol:/export']\n",
        "override mounts": {
            "compose.yaml": DB,
            "compose.override.yaml": "services:\n  db:\n    volumes: ['vol:/var/lib/postgresql/data']\n"
            "volumes:\n  vol:\n",
        },
        "fragment": {"compose.yaml": WEB, "compose.dev.yaml": "services:\n  db:\n    environment: {A: b}\n"},
        "anchor": "x-db: &db\n  image: postgres:16\nservices:\n  «one»:\n    <<: *db\n  «two»:\n    <<: *db\n",
        "half a file": DB + "    volumes:\n      - 'data:/var/lib",
        "extended from another file": {
            "base.yaml": DB,
            "compose.yaml": "services:\n  «db»:\n    extends: {file: base.yaml, service: db}\n",
        },
        "built on top of it": "services:\n  db:\n    build: .\n    image: postgres:16\n",
        "bitnami": "services:\n  db:\n    image: «bitnami/postgresql:16»\n"
        "    volumes: ['vol:/var/lib/postgresql/data']\n",
    },
    "DC401": {
        "names that are none": WEB
        + "    environment:\n      DB_PASSWORD_FILE: /run/secrets/x\n      PASSWORD_MIN_LENGTH: 8\n"
        "      TOKEN_URL: https://x\n"
        + "      SECRET_NAME: prod\n      CREDENTIALS_SOURCE: file\n"
        + "      AUTH_BACKENDS: airflow.api.auth.backend.basic_auth\n"
        + "      MYSQL_ALLOW_EMPTY_PASSWORD: yes\n      MYSQL_RANDOM_ROOT_PASSWORD: 1\n",
        "values that are none": WEB
        + "    environment:\n      API_KEY: <key>\n      API_TOKEN: ${TOKEN}\n      PASSWORD: ''\n      SECRET:\n"
        + "      SIGNING_KEY: /run/key.pem\n      CLIENT_SECRET: your-client-secret\n"
        '      BACKEND_KWARGS: \'{"token": "x"}\'\n',
        "defaults": WEB + "    environment:\n      PASSWORD: «${PASSWORD:-changeme}»\n      TOKEN: ${TOKEN:-}\n"
        "      API_KEY: ${API_KEY-}\n",
        "lists": WEB
        + '    environment:\n      - DB_PASSWORD=«hunter2»\n      - "API_TOKEN=«s3cr3t-token»"\n      - SECRET_KEY\n',
        "keys of Airflow": WEB
        + "    environment:\n      AIRFLOW__CORE__FERNET_KEY: «Ly8wMU8r5K7jPy58M3GpkZbXDNyJz8HiJll3pu8DbIM=»\n"
        + "      AIRFLOW__CORE__FERNET_KEY_CMD: cat /run/key\n      AIRFLOW__WEBSERVER__SECRET_KEY: «a1b2c3d4e5f6»\n",
        "empty key": WEB + "    environment:\n      AIRFLOW__CORE__FERNET_KEY: ''\n",
        "known token": WEB + "    environment:\n      SETTING: «ghp_" + "Zk3xQ9vT2mLr8WcYb5NdZk3xQ9vT2mLr8WcY»\n",
        "from .env": {
            "compose.yaml": WEB + "    environment:\n      DB_PASSWORD: ${DB_PASSWORD}\n",
            ".env": "DB_PASSWORD=hunter2\n",
        },
        "anchor": "x-e: &e\n  DB_PASSWORD: «hunter2»\nservices:\n  a:\n    image: a:1\n    environment: *e\n"
        "  b:\n    image: b:1\n    environment:\n      <<: *e\n",
        "unused extension": "x-e:\n  environment:\n    DB_PASSWORD: hunter2\n" + WEB,
        "options": WEB
        + "    command: [serve, --admin-password, «hunter2», --api-token=«abcdef123456»"
        + ", --token-file=/x, --password=$$PW]\n"
        + "    healthcheck:\n      test: mysqladmin ping -uroot -p«hunter3» || exit 1\n",
        "options from outside": WEB
        + "    command: redis-server --requirepass ${PW:?}\n    healthcheck:\n      test: redis-cli -a $$PW ping\n",
        "options of shells": WEB
        + '    healthcheck:\n      test: mysqladmin ping -p"$$MYSQL_PASSWORD" || exit 1\n'
        + "    command: sh -c 'serve --password; echo started'\n",
        "options of others": WEB
        + "    command: sh -c 'mkdir -p /x && cp -a /y /z && serve --token-ttl 3600 -p 8080'\n",
    },
    "DC402": {
        "everywhere": WEB
        + "    labels:\n      - url=http://u:«hunter2»@host/\n    command: sh -c 'curl https://u:«hunter3»@host/x'\n"
        + "    healthcheck:\n      test: [CMD, curl, 'http://u:«hunter4»@localhost/']\n",
        "build": "services:\n  web:\n    build: https://u:«hunter2»@git.acme.io/team/web.git\n",
        "from outside": WEB
        + "    environment:\n      A: pg://u:${PW}@h/x\n      B: pg://u:$PW@h/x\n      C: pg://u@h/x\n"
        "      D: pg://$U:$P@h\n",
        "defaults": WEB
        + "    environment:\n      A: pg://u:${PW:-«hunter2»}@h/x\n      B: ${URL:-pg://u:«hunter3»@h/x}\n",
        "placeholders": WEB
        + "    environment:\n      A: pg://user:<password>@h/x\n      B: pg://u:your_password@h/x\n",
        "documentation": WEB + "    labels:\n      help: https://user:secret1@example.com/\n",
        "no password": WEB + "    environment:\n      A: http://host:8080/@scope/x\n      B: git@host:x\n",
        "unused extension": "x-url: pg://u:hunter2@h/x\n" + WEB,
        "alias": "x-url: &url pg://u:«hunter2»@h/x\nservices:\n  a:\n    image: a:1\n    environment: {A: *url}\n"
        "  b:\n    image: b:1\n    environment: {B: *url}\n",
        "comment": WEB + "    # pg://u:hunter2@h/x\n",
    },
    "DC403": {
        "single quotes": WEB + "    environment:\n      - A=«'b c'»\n",
        "empty": WEB + '    environment:\n      - A=«""»\n',
        "quotes around all": WEB + "    environment:\n      - 'A=\"b\"'\n      - \"A='b'\"\n",
        "inside": WEB + '    environment:\n      - A=say "b"\n      - B="a" or "b"\n      - C=\'\n',
        "mapping": WEB + "    environment:\n      A: '\"b\"'\n",
        "variable": WEB + '    environment:\n      - A=«"${B}"»\n',
    },
    "DC501": {
        "started": WEB + "    depends_on:\n      db:\n        condition: «service_started»\n"
        "  db:\n    image: a:1\n    healthcheck:\n      test: true\n",
        "started by a shared anchor": "x-s: &s {condition: service_started}\n"
        + WEB
        + "    depends_on:\n      db: *s\n  db:\n    image: a:1\n    healthcheck: {test: x}\n",
        "completed": WEB + "    depends_on:\n      db:\n        condition: service_completed_successfully\n"
        "  db:\n    image: a:1\n    healthcheck:\n      test: x\n",
        "disabled": WEB + "    depends_on: [a, b]\n  a:\n    image: a:1\n    healthcheck: {disable: true}\n"
        "  b:\n    image: b:1\n    healthcheck: {test: [NONE]}\n",
        "without a test": WEB + "    depends_on: [a]\n  a:\n    image: a:1\n    healthcheck: {interval: 10s}\n",
        "stack": {
            "stack.compose.yaml": WEB + "    depends_on: [db]\n  db:\n    image: a:1\n    healthcheck: {test: x}\n"
        },
        "tools": "services:\n  ui:\n    image: adminer:4\n    depends_on: [db]\n"
        "  db:\n    image: a:1\n    healthcheck: {test: x}\n",
        "anchor": "x-d: &d\n  depends_on: [«db»]\nservices:\n  a:\n    <<: *d\n    image: a:1\n  b:\n"
        "    <<: *d\n    image: b:1\n"
        "  db:\n    image: c:1\n    healthcheck: {test: x}\n",
        "healthcheck in the override": {
            "compose.yaml": WEB + "    depends_on: [«db»]\n  db:\n    image: a:1\n",
            "compose.override.yaml": "services:\n  db:\n    healthcheck: {test: x}\n",
        },
    },
    "DC701": {
        "others": WEB
        + "    volumes:\n      - «/run/podman/podman.sock:/x»\n      - «/run/containerd/containerd.sock:/y»\n"
        "      - «/run/user/1000/docker.sock:/z:ro»\n      - «//var/run/docker.sock:/var/run/docker.sock»\n",
        "folders": WEB + "    volumes: ['«/var/run:/x»', '«/run/:/y»', '/:/host:ro', '/var/run/app:/z', '/home:/h']\n",
        "variables": WEB
        + "    volumes: ['«${SOCK:-/var/run/docker.sock}:/s»', '«${SOCK}:/var/run/docker.sock»', '${X}:/y']\n",
        "Windows": WEB + "    volumes: ['«\\\\.\\pipe\\docker_engine:\\\\.\\pipe\\docker_engine»']\n",
        "named volume": WEB
        + "    volumes: ['«sock:/s»']\nvolumes:\n  sock:\n    driver_opts:\n      type: none\n      o: bind\n"
        "      device: /var/run/docker.sock\n",
        "anonymous": WEB + "    volumes: [/var/run/docker.sock.d]\n",
        "anchor": "x-v: &v\n  volumes: ['«/var/run/docker.sock:/s»']\nservices:\n  a:\n    <<: *v\n    image: a:1\n"
        "  b:\n    <<: *v\n    image: b:1\n",
    },
    "DC702": {
        "quoted": WEB + '    «privileged: "true"»\n',
        "off": WEB + "    privileged: no\n",
        "variable": WEB + "    privileged: ${P:-false}\n",
        "default of a variable": WEB + "    «privileged: ${P:-true}»\n",
        "unused extension": "x-a:\n  privileged: true\n" + WEB,
        "reset": {"compose.yaml": WEB, "compose.override.yaml": "services:\n  web:\n    privileged: !reset null\n"},
    },
}


@pytest.mark.parametrize(("code", "files"), each(CASES))
def test_flags_exactly_what_is_marked(code: str, files: Files) -> None:
    expected = as_files(files, "compose.yaml")
    assert marked(RULES[code], expected) == expected
