"""Compose rules about networks, data, secrets, start, images and rights on their edge cases, as marked files."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from dagdock.engine import Linter, Target, Workspace
from dagdock.examples import as_files
from dagdock.hooks import Rules
from dagdock.mend import Mending
from dagdock.selection import Choice
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
            "compose.yaml": API + "    depends_on: {x: {condition: «service_healthy»}}\n  x:\n    build: .\n",
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
    "DC102": {
        "registry of Docker": WEB.replace("nginx:1.27", "«docker.io/library/nginx:1.27»") + "    build: .\n",
        "own registry": WEB.replace("nginx:1.27", "example.com/nginx:1.27") + "    build: .\n",
        "database of another maker": WEB.replace("nginx:1.27", "pgvector/pgvector:pg16") + "    build: .\n",
        "image in the base, build in the override": {
            "compose.yaml": "services:\n  web:\n    image: «node:22»\n",
            "compose.override.yaml": "services:\n  web:\n    build: .\n",
        },
    },
    "DC206": {
        "used by an override": {
            "compose.yaml": WEB + "networks:\n  front:\n",
            "compose.override.yaml": "services:\n  web:\n    networks: [front]\n",
        },
        "for the build": "services:\n  web:\n    build: {context: ., network: front}\nnetworks:\n  front:\n",
        "only networks": "networks:\n  front:\n",
        "long form": WEB + "    networks: {front: {aliases: [x]}}\nnetworks:\n  front:\n  «back»: {}\n",
        "joined by a name that is not known": WEB + "    networks: ['${N}']\nnetworks:\n  front:\n",
    },
    "DC207": {
        "of another service": WEB + "    network_mode: service:db\n    «ports»: ['80:80']\n" + DB,
        "no ports": WEB + "    network_mode: host\n    ports: []\n",
        "variable": WEB + "    network_mode: ${MODE}\n    ports: ['80:80']\n",
    },
    "DC302": {
        "named": "services:\n  db:\n    image: mongo:7\n    volumes: ['pg:/data/db']\nvolumes:\n  pg:\n",
        "bound": "services:\n  db:\n    image: mongo:7\n    volumes: ['./x:/data/db']\n",
        "slash at the end": "services:\n  db:\n    image: mongo:7\n    volumes: [«/data/db/»]\n",
        "moved": "services:\n  db:\n    image: postgres:16\n    environment: {PGDATA: /x}\n"
        "    volumes: [/var/lib/postgresql/data]\n",
    },
    "DC303": {
        "with a variant": "services:\n  db:\n    image: postgres:18.1-alpine\n    volumes:\n"
        "      - type: volume\n        source: x\n        target: «/var/lib/postgresql/data»\nvolumes:\n  pg:\n",
        "newest": "services:\n  db:\n    image: postgres:latest\n    volumes: ['./x:/var/lib/postgresql/data']\n",
        "another image": "services:\n  db:\n    image: postgis/postgis:18-3.6\n"
        "    volumes: ['./x:/var/lib/postgresql/data']\n",
    },
    "DC304": {
        "development": {
            "compose.dev.yaml": "services:\n  web:\n    build: .\n    environment: {NODE_ENV: production}\n"
            "    volumes: ['./src:/app/src']\n"
        },
        "not built": {"compose.prod.yaml": "services:\n  web:\n    image: nginx:1.27\n    volumes: ['./src:/x']\n"},
        "beside the working folder": {
            "docker-compose.prod.yml": "services:\n  web:\n    build: .\n    volumes: ['.:/backup']\n",
            "Dockerfile": "FROM node:22\nWORKDIR /app\n",
        },
        "data": {"docker-compose.prod.yml": "services:\n  web:\n    build: .\n    volumes: ['./data:/app/data']\n"},
    },
    "DC305": {
        "a mount that cannot be read": "services:\n  db:\n    image: postgres:16\n"
        "    volumes: ['${A} ? data:/x : ./y:/x']\nvolumes:\n  data:\n",
        "external": WEB + "volumes:\n  «data»:\n    external: true\n",
        "only volumes": "volumes:\n  data:\n",
        "mounted by an anchor": "x-v: &v\n  - data:/x\n" + WEB + "    volumes: *v\nvolumes:\n  data:\n",
        "long form": WEB + "    volumes: [{type: volume, source: data, target: /x}]\nvolumes:\n  data:\n",
        "included": {
            "compose.yaml": "include: [db.yaml]\nservices:\n  web:\n    image: a:1\nvolumes:\n  data:\n",
            "db.yaml": "services:\n  db:\n    image: postgres:16\n    volumes: ['data:/var/lib/postgresql/data']\n",
        },
    },
    "DC404": {
        "long form": WEB + "    secrets: [{source: a}]\nsecrets:\n  a: {file: ./a}\n  «b»: {file: ./b}\n",
        "build, long form": "services:\n  web:\n    build: {context: ., secrets: [{source: a}]}\n"
        "secrets:\n  a: {file: ./a}\n",
        "config used": WEB + "    configs: [a]\nconfigs:\n  a: {file: ./a}\n",
    },
    "DC405": {
        "variable": "services:\n  web:\n    build:\n      args: {TOKEN: '${TOKEN}'}\n",
        "default": "services:\n  web:\n    build:\n      args: {DB_PASSWORD: '«${PW:-hunter2}»'}\n",
        "name alone": "services:\n  web:\n    build:\n      args: [DB_PASSWORD]\n",
    },
    "DC406": {
        "of the deployment": WEB + "    deploy:\n      labels: {app.password: «hunter2»}\n",
        "hash for a proxy": WEB + "    labels: [traefik.http.middlewares.a.basicauth.users=u:$$2y$$05$$x]\n",
        "hash of MD5": WEB + "    labels: [a.basicauth.users=«u:$$apr1$$H6uskkkW$$IgXLP6ewTrSuBkTrqE8wj/»]\n",
        "command in a label": WEB + "    labels: {run.command: 'PGPASSWORD=«Kf83hLq2» pg_dump -h db'}\n",
    },
    "DC407": {
        "in a mapping": WEB + "    environment: {A: 1}\n",
        "label": WEB + "    labels: [«a»=1, b=1, a=2]\n",
        "three times": WEB + "    environment: [«A»=1, «A»=2, A=3]\n",
        "in the override": {
            "compose.yaml": WEB + "    environment: [A=1]\n",
            "compose.override.yaml": "services:\n  web:\n    environment: [A=2]\n",
        },
    },
    "DC408": {
        "all kinds": WEB
        + "    environment: {A: «1e3», B: «0x1F», C: 1_000, D: «5.0», E: «+5», F: 5, G: 1.5, H: 1.2.3}\n",
        "texts": WEB + "    environment: {A: '1.10', B: 22:22, C: yes, D: 1.10-alpine, E: v1.10}\n",
        "labels": WEB + "    labels: {version: «2.0»}\n",
        "elsewhere": WEB + "    cpus: 0.50\n",
    },
    "DC409": {
        "in a list": WEB + "    environment: {U: x}\n    healthcheck: {test: [CMD-SHELL, 'pg -U «${U}»']}\n",
        "with a default": WEB + "    environment: {U: x}\n    command: run ${U:-x}\n",
        "handed through": WEB + "    environment: [U]\n    command: run $U\n",
        "not set there": WEB + "    command: run $U\n",
    },
    "DC508": {
        "path with a blank": WEB + "    healthcheck: {test: [CMD, /bin/check]}\n",
        "and": WEB + "    healthcheck: {test: [CMD, a, «'&&'», b]}\n",
        "shell": WEB + "    healthcheck: {test: [CMD-SHELL, 'a && b']}\n",
        "string": WEB + "    healthcheck: {test: a && b}\n",
    },
    "DC510": {
        "to a container": WEB + "    links: [other:alias]\n",
        "networks apart": WEB + "    networks: [a]\n    links: [db]\n" + DB + "networks: {a: {}}\n",
        "service's own name": WEB + "    «links»: ['db:db']\n" + DB,
    },
    "DC711": {
        "fragment": {"compose.yaml": "services:\n  web:\n    ports: ['80:80']\n"},
        "from an anchor": "x-h: &h\n  user: '1'\n  read_only: true\n  cap_drop: [ALL]\n  mem_limit: 1g\n  cpus: 1\n"
        "  pids_limit: 9\n  security_opt: [no-new-privileges=true]\n" + WEB + "    <<: *h\n",
    },
    "DC105": {
        "capital letters in the tag": WEB.replace("nginx:1.27", "nginx:RC1"),
        "nothing behind the colon": WEB.replace("nginx:1.27", "'«nginx:»'"),
        "two tags": WEB.replace("nginx:1.27", "«nginx:1:2»"),
        "short digest": WEB.replace("nginx:1.27", "«nginx@sha256:abc»"),
        "empty": WEB.replace("nginx:1.27", "''"),
    },
    "DC209": {
        "range": WEB + "    ports: ['20-30:20-30']\n",
        "on this machine": WEB + "    ports: ['127.0.0.1:22:22', '${IP}:22:22']\n",
        "image of the base": {
            "compose.yaml": "services:\n  x:\n    image: gitea/gitea:1.22\n",
            "compose.override.yaml": "services:\n  x:\n    ports: ['22:22']\n",
        },
    },
    "DC511": {
        "policy of the base": {
            "compose.yaml": WEB + "    restart: always\n",
            "compose.override.yaml": "services:\n  web:\n    tty: true\n",
        },
    },
    "DC714": {"from an anchor": "x-l: &l {logging: {options: {max-size: 1m}}}\n" + WEB + "    <<: *l\n"},
    "PJ161": {
        "folder": WEB + "    volumes: ['./conf:/etc/nginx', './x.d:/y']\n",
        "made by another program": WEB + "    volumes: ['./out.log:/var/log/out.log']\n",
        "shared by an anchor": "x-v: &v\n  - «./a.conf:/a.conf»\n" + WEB + "    volumes: *v\n"
        "  b:\n    image: b:1\n    volumes: *v\n",
        "another project directory": {
            "compose.yaml": "include:\n  - path: sub/web.yaml\n    project_directory: .\n",
            "sub/web.yaml": WEB + "    volumes: ['./a.conf:/a.conf']\n",
            "a.conf": "",
        },
        "unknown": WEB + "    volumes: ['${CONF}:/a.conf', './${N}.conf:/a.conf']\n",
    },
    "PJ162": {
        "entrypoint of a stage below": {
            "compose.yaml": "services:\n  a:\n    build: .\n    command: «[x]»\n",
            "Dockerfile": "FROM alpine:3.20 AS b\nENTRYPOINT run\nFROM b\nCMD y\n",
        },
        "hands its arguments on": {
            "compose.yaml": "services:\n  a:\n    build: .\n    command: [x]\n",
            "Dockerfile": 'FROM alpine:3.20\nENTRYPOINT run "$@"\n',
        },
        "another image": {"compose.yaml": WEB + "    command: [x]\n", "Dockerfile": "FROM a:1\nENTRYPOINT run\n"},
    },
    "DC306": {
        "above, PostgreSQL 17": "services:\n  db:\n    image: postgres:17\n    volumes: ['pg:«/var/lib/postgresql»']\n"
        "volumes: {pg: {}}\n",
        "release not known": "services:\n  db:\n    image: postgres\n    volumes: ['pg:/var/lib/postgresql']\n"
        "volumes: {pg: {}}\n",
        "both": "services:\n  db:\n    image: mongo:7\n    volumes: ['./a:/data', 'pg:/data/db']\nvolumes: {pg: {}}\n",
        "folder moved": "services:\n  db:\n    image: postgres:16\n    environment:\n"
        "      PGDATA: /var/lib/postgresql/data/pgdata\n    volumes: ['pg:/var/lib/postgresql/data/pgdata']\n"
        "volumes: {pg: {}}\n",
        "backups below": "services:\n  db:\n    image: mysql:8\n    volumes: ['./b:/var/lib/mysql/backup']\n",
    },
    "DC507": {
        "only told once": WEB.replace("web", "«web»")
        + "    ports: ['80:80']\n  b:\n    image: b:1\n    ports: ['81:81']\n",
        "restart: no": WEB.replace("web", "«web»") + "    ports: ['80:80']\n    restart: 'no'\n",
        "policy of the deployment": WEB + "    ports: ['80:80']\n    deploy: {restart_policy: {condition: any}}\n",
        "policy from an anchor": "x-r: &r {restart: always}\n" + WEB + "    <<: *r\n    ports: ['80:80']\n",
        "policy in the override": {
            "compose.yaml": WEB + "    ports: ['80:80']\n",
            "compose.override.yaml": "services:\n  web:\n    restart: always\n",
        },
        "variable": WEB + "    ports: ['80:80']\n    restart: ${RESTART}\n",
        "code of the machine": "services:\n  web:\n    build: .\n    ports: ['80:80']\n    volumes: ['.:/app']\n",
        "healthcheck of the image": {
            "compose.yaml": "services:\n  web:\n    build: .\n    ports: ['80:80']\n",
            "Dockerfile": "FROM alpine:3.20\nHEALTHCHECK CMD true\n",
        },
        "server by its command": "services:\n  «web»:\n    build: .\n    command: gunicorn app:app\n",
        "task": "services:\n  migrate:\n    image: m:1\n    command: migrate\n",
    },
    "DC703": {
        "shared by an anchor": "x-n: &n {network_mode: «host»}\n"
        + WEB
        + "    <<: *n\n  b:\n    <<: *n\n    image: b:1\n",
        "default of a variable": WEB + "    network_mode: '«${MODE:-host}»'\n",
        "unknown": WEB + "    network_mode: ${MODE}\n",
        "the network of that name": WEB + "    networks: [host]\nnetworks:\n  host: {external: true, name: host}\n",
    },
    "DC704": {
        "users": WEB + "    userns_mode: «host»\n    uts: '«host»'\n",
        "of another service": WEB + "    pid: service:db\n" + DB,
    },
    "DC705": {
        "its work is the network": "services:\n  vpn:\n    image: shop/tunnel:1\n    cap_add: [NET_ADMIN]\n"
        "    devices: ['/dev/net/tun:/dev/net/tun']\n",
        "it sets routes": "services:\n  hub:\n    image: shop/hub:1\n    cap_add: [NET_ADMIN]\n"
        "    sysctls: [net.ipv4.ip_forward=1]\n",
        "all": WEB + "    cap_add:\n      - «ALL»\n      - NET_RAW\n      - SYS_NICE\n",
        "prefix": WEB + "    cap_add: [«CAP_SYS_ADMIN»]\n",
        "taken away": WEB + "    cap_drop: [SYS_ADMIN, ALL]\n",
        "for all networks": "services:\n  vpn:\n    image: qmcgaw/gluetun:v3\n    cap_add: [NET_ADMIN]\n",
    },
    "DC706": {
        "with an equals sign": WEB + "    security_opt: [«seccomp=unconfined», «apparmor:unconfined»]\n",
        "paths": WEB + "    security_opt: [«systempaths=unconfined», no-new-privileges]\n",
    },
    "DC707": {
        "keys": WEB + "    volumes: ['«~/.ssh:/root/.ssh:ro»']\n",
        "through a volume": WEB + "    volumes: ['«root:/host»']\nvolumes:\n  root:\n"
        "    driver_opts: {type: none, o: bind, device: /}\n",
        "relative": WEB + "    volumes: [./etc:/etc/x, ../:/x, etc:/y]\nvolumes:\n  etc:\n",
        "time": WEB + "    volumes: ['/etc/localtime:/etc/localtime:ro', '/etc/timezone:/etc/timezone']\n",
        "engine's data": WEB + "    volumes: ['«/var/lib/docker/containers:/x:ro»']\n",
        "unknown": WEB + "    volumes: ['${DIR}:/x']\n",
    },
    "DC708": {
        "long form": WEB + "    devices: [{source: «/dev/nvme0n1», target: /dev/x}]\n",
        "sound and video": WEB + "    devices: [/dev/snd, /dev/video0, nvidia.com/gpu=all]\n",
    },
    "DC709": {
        "with others": WEB + "    volumes: ['/a:/b:ro,«shared»']\n",
        "folder of that name": WEB + "    volumes: ['/shared:/shared']\n",
    },
    "DC710": {
        "small letters": WEB + "    cap_add: [net_admin, «net_admn»]\n",
        "variable": WEB + "    cap_add: ['${CAP}']\n",
    },
    "DC801": {
        "capital letters": "services:\n  B:\n    image: b:1\n  c:\n    image: c:1\n  «a»:\n    image: a:1\n",
        "in flow": "services: {b: {image: 'b:1'}, «a»: {image: 'a:1'}}\n",
    },
    "DC802": {
        "extends first": "services:\n  a:\n    image: b:1\n    «extends»: {service: b}\n  b:\n    image: b:1\n",
        "unknown keys": "services:\n  a:\n    x-b: 1\n    «image»: a:1\n",
    },
    "DC804": {
        "long form": WEB + "    depends_on:\n      db: {condition: service_started}\n"
        "      «api»: {condition: service_started}\n  api: {image: 'a:1'}\n" + DB,
    },
    "DC805": {
        "only in the container": WEB + "    ports: ['81', '«80»']\n",
        "addresses": WEB + "    ports: [127.0.0.1:81:1, 0.0.0.0:82:1]\n",
    },
    "DC806": {
        "long form": WEB + "    volumes: [{type: volume, source: «'data'», target: /x}]\nvolumes: {data: {}}\n",
        "number": WEB + "    volumes: [«'1:/x'», 'a b:/x']\nvolumes: {'1': {}}\n",
        "braces": WEB + "    volumes: ['${A}:/x', '~/a:/b']\n",
    },
    "DC807": {
        "base of 60": WEB + "    ports: [22:22, «8080:80», «8080»]\n",
        "variable": WEB + "    ports:\n      - «${PORT}:80»\n",
    },
    "DC808": {
        "override": {
            "compose.yaml": "name: a\n" + WEB,
            "compose.override.yaml": "services:\n  web:\n    tty: true\n",
        },
    },
    "DC103": {
        "one letter": WEB + "    container_name: «c»\n",
        "unknown": WEB + "    container_name: ${A}_x\n",
    },
    "DC104": {
        "after variables": WEB + "    container_name: ${A:-x}\n  b:\n    image: b:1\n    container_name: «x»\n",
        "one that always runs": WEB + "    container_name: x\n  b:\n    image: b:1\n    profiles: [p]\n"
        "    container_name: «x»\n",
    },
    "DC410": {
        "once": {
            "compose.yaml": WEB + "    environment: ['A=«${A}»', 'B=${A}']\n",
            ".env": "X=1\n",
        },
        "in a script": {
            "compose.yaml": WEB + "    environment: ['A=${A}']\n",
            ".env": "X=1\n",
            "up.sh": "export A=1\n",
        },
        "inside a default": {"compose.yaml": WEB + "    environment: ['A=${A:-$B}']\n", ".env": "X=1\n"},
        "commented out": {"compose.yaml": WEB + "    environment: ['A=${A}']\n", ".env": "#A=1\n"},
    },
    "PJ160": {
        "ignored above": {
            "shop/compose.yaml": WEB + "    env_file: [app.env]\n",
            "shop/app.env": "API_TOKEN=8d5f2c61b7aa4e9d90c3\n",
            ".gitignore": "*.env\n",
        },
        "taken back": {
            "shop/compose.yaml": WEB + "    env_file: [«app.env»]\n",
            "shop/app.env": "API_TOKEN=8d5f2c61b7aa4e9d90c3\n",
            ".gitignore": "*.env\n!app.env\n",
        },
        "folder": {
            "compose.yaml": WEB + "    env_file: [conf/app.env]\n",
            "conf/app.env": "API_TOKEN=8d5f2c61b7aa4e9d90c3\n",
            ".gitignore": "conf/\n",
        },
        "only at the top": {
            "compose.yaml": WEB + "    env_file: [«conf/.env»]\n",
            "conf/.env": "API_TOKEN=8d5f2c61b7aa4e9d90c3\n",
            ".gitignore": "/.env\n",
        },
        "sample": {
            "compose.yaml": WEB + "    env_file: [.env.example]\n",
            ".env.example": "API_TOKEN=8d5f2c61b7aa4e9d90c3\n",
            ".gitignore": "x\n",
        },
        "no repository": {"compose.yaml": WEB + "    env_file: [.env]\n", ".env": "API_TOKEN=8d5f2c61b7aa4e9d90c3\n"},
    },
}


@pytest.mark.parametrize(("code", "name"), [(code, name) for code, cases in CASES.items() for name in cases], ids=str)
def test_marked(code: str, name: str) -> None:
    rule = RULES[code]
    files = as_files(CASES[code][name], "compose.yaml")
    assert marked(rule, files) == files


FIXED: dict[str, tuple[str, str, str]] = {
    "comments move along": (
        "DC801",
        "services:\n  b:\n    image: b:1 # b\n    # last of b\n\n  # first of a\n  a:\n    image: a:1\n  # left over\n",
        "services:\n  # first of a\n  a:\n    image: a:1\n\n  b:\n    image: b:1 # b\n    # last of b\n  # left over\n",
    ),
    "a comment of nobody": (
        "DC801",
        "services:\n  b:\n    image: b:1\n\n  # --- more ---\n\n  a:\n    image: a:1\n",
        "services:\n  b:\n    image: b:1\n\n  # --- more ---\n\n  a:\n    image: a:1\n",
    ),
    "an anchor stays before its alias": (
        "DC801",
        "services:\n  b: &b\n    image: b:1\n  a: *b\n",
        "services:\n  b: &b\n    image: b:1\n  a: *b\n",
    ),
    "a block text that ends with the file": (
        "DC801",
        "services:\n  b:\n    image: b:1\n  a:\n    image: a:1\n    command: |\n      x",
        "services:\n  b:\n    image: b:1\n  a:\n    image: a:1\n    command: |\n      x",
    ),
    "no newline at the end": (
        "DC803",
        "volumes: {}\nservices:\n  b:\n    image: b:1",
        "services:\n  b:\n    image: b:1\nvolumes: {}",
    ),
    "blank lines at the end of a text": (
        "DC802",
        "services:\n  b:\n    command: |+\n      x\n\n    image: b:1\n",
        "services:\n  b:\n    command: |+\n      x\n\n    image: b:1\n",
    ),
    "a list of one word": (
        "DC802",
        "services:\n  b:\n    ports:\n    - '80'\n    image: b:1\n",
        "services:\n  b:\n    image: b:1\n    ports:\n    - '80'\n",
    ),
}


@pytest.mark.parametrize("name", FIXED)
def test_fixed(name: str) -> None:
    code, before, after = FIXED[name]
    linter = Linter(rules=Rules.only([RULES[code]]), choice=Choice(select=[code]))
    workspace = Workspace.in_memory({"compose.yaml": before})
    changes = Mending(linter, workspace, [Target("", "compose.yaml", "compose.yaml")], {"safe"}).changes
    assert (changes[0].after if changes else before) == after


def messages(code: str, files: Mapping[str, str]) -> list[tuple[str, str]]:
    """Severity and message of what one rule finds."""
    linter = Linter(rules=Rules.only([RULES[code]]), choice=Choice(select=[code]))
    result = linter.check(Workspace.in_memory(files), [Target("", "compose.yaml", "compose.yaml")])
    return [(finding.severity, finding.message) for finding in result.findings]


def test_the_socket_is_for_the_program_that_the_dockerfile_is_built_on() -> None:
    text = "services:\n  panel:\n    build: .\n    volumes: ['/var/run/docker.sock:/var/run/docker.sock']\n"
    for base, severity in (("portainer/portainer", "info"), ("python:3.12", "warning")):
        found = messages("DC701", {"compose.yaml": text, "Dockerfile": f"FROM {base}\n"})
        assert [each for each, _ in found] == [severity]


@pytest.mark.parametrize(("tag", "named"), [("7", True), ("5.0", True), ("4.4", False), ("${TAG:-latest}", False)])
def test_mongosh_is_advised_where_it_is_there(tag: str, named: bool) -> None:
    text = f"services:\n  web:\n    image: web:1\n    depends_on: [db]\n  db:\n    image: mongo:{tag}\n"
    (found,) = messages("DC504", {"compose.yaml": text})
    assert ("mongosh" in found[1]) is named


def test_docker_in_docker_cannot_do_without() -> None:
    text = "services:\n  d:\n    image: docker:27-dind\n    privileged: true\n"
    assert [severity for severity, _ in messages("DC702", {"compose.yaml": text})] == ["info"]
