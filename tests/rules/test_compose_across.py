"""Rules about services among each other and against what lies around them, on their edge cases, as marked files."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from dagdock.examples import as_files
from dagdock.hooks import Rules
from dagdock.testing import marked

RULES = {rule.code: rule for kind in ("compose", "project") for rule in Rules(third_party=False).of_kind(kind)}

Files = str | Mapping[str, str]

WEB = "services:\n  web:\n    image: web:1.4\n"
BUILT = "services:\n  web:\n    build: .\n"
DB = "  db:\n    image: postgres:16\n"
KEEP = "    volumes: ['data:/var/lib/postgresql/data']\n"

CASES: dict[str, dict[str, Files]] = {
    "DC211": {
        "list of variables": WEB + "    environment: ['A=redis://«cache:6380»/0']\n"
        "  cache:\n    image: redis:7\n    ports: ['6380:6379']\n",
        "name of the container": WEB + "    environment: {A: 'http://«shop-api:8080»'}\n"
        "  api:\n    image: nginx:1.27\n    container_name: shop-api\n    ports: ['8080:80']\n",
        "alias in a network": WEB + "    environment: {A: 'http://«backend:8080»'}\n"
        "  api:\n    image: nginx:1.27\n    networks: {default: {aliases: [backend]}}\n    ports: ['8080:80']\n",
        "range": WEB + "    environment: {A: 'http://«api:8081»'}\n"
        "  api:\n    image: nginx:1.27\n    ports: ['8080-8081:80-81']\n",
        "port in a variable of its own": WEB + "    environment: {DB_HOST: db, DB_PORT: «5433»}\n"
        "  db:\n    image: postgres:16\n    ports: ['5433:5432']\n",
        "same number inside": WEB + "    environment: {A: 'http://api:8080'}\n"
        "  api:\n    image: api:1\n    ports: ['8080:8080']\n",
        "EXPOSE of its Dockerfile": {
            "compose.yaml": WEB + "    environment: {A: 'http://api:8080'}\n"
            "  api:\n    build: .\n    ports: ['8080:80']\n",
            "Dockerfile": "FROM nginx:1.27\nEXPOSE 80 8080\n",
        },
        "told by a variable": WEB + "    environment: {A: 'http://api:8080'}\n"
        "  api:\n    image: api:1\n    environment: {PORT: 8080}\n    ports: ['8080:80']\n",
        "settings that are not seen": WEB + "    environment: {A: 'http://api:8080'}\n"
        "  api:\n    image: api:1\n    env_file: api.env\n    ports: ['8080:80']\n",
        "a database with a password in a file": WEB + "    environment: {DB: 'postgres://«db:5433»/x'}\n"
        "  db:\n    image: postgres:16\n    env_file: db.env\n    ports: ['5433:5432']\n",
        "host network": WEB + "    network_mode: host\n    environment: {A: 'http://api:8080'}\n"
        "  api:\n    image: nginx:1.27\n    ports: ['8080:80']\n",
        "longer name": WEB + "    environment: {A: 'http://api.example.com:8080'}\n"
        "  api:\n    image: nginx:1.27\n    ports: ['8080:80']\n",
        "variable without a value": WEB + "    environment: {A: 'http://api:${PORT}'}\n"
        "  api:\n    image: nginx:1.27\n    ports: ['8080:80']\n",
    },
    "DC212": {
        "letters swapped": WEB
        + "    environment: ['A=amqp://guest@«rabbtimq»:5672']\n  rabbitmq:\n    image: rabbitmq:4\n",
        "in a command": WEB + "    command: [serve, --db, 'postgres://u@«postgers»/x']\n"
        "  postgres:\n    image: postgres:16\n",
        "JDBC": WEB + "    environment: {A: 'jdbc:mysql://«mysqll»:3306/x'}\n  mysql:\n    image: mysql:8.4\n",
        "the one server of that kind": WEB + "    environment: {A: 'amqp://«rabbitmq»:5672', DB_HOST: «mysql»}\n"
        "  db:\n    image: mariadb:11\n  queue:\n    image: rabbitmq:4\n",
        "which of two": WEB + "    environment: {DB_HOST: mysql}\n" + DB + "  db2:\n    image: mysql:8.4\n",
        "of another kind": WEB + "    environment: {REDIS_HOST: store}\n" + DB,
        "link": WEB + "    links: ['db:pgdb']\n    environment: {DB_HOST: pgdb}\n" + DB,
        "extra host": WEB + "    extra_hosts: ['dbs:10.0.0.5']\n    environment: {DB_HOST: dbs1}\n" + DB,
        "full name": WEB + "    environment: {A: 'http://webb.example.com'}\n",
        "network of others": WEB + "    networks: [shared]\n    environment: {A: 'redis://redis-1'}\n"
        "  redis_1:\n    image: redis:7\nnetworks:\n  shared:\n    external: true\n",
        "another number": WEB + "    environment: {A: 'http://node2:80'}\n  node1:\n    image: node:22\n",
        "itself": "services:\n  server1:\n    image: x:1\n    environment: {A: 'http://serverl:80'}\n",
        "fragment": {
            "compose.override.yaml": "services:\n  web:\n    environment: {A: 'redis://reddis'}\n  redis: {}\n"
        },
        "another case": WEB + "    environment: {DB_HOST: Postgres}\n  postgres:\n    image: postgres:16\n",
    },
    "DC307": {
        "bound folder": WEB + "  a:\n    image: mysql:8.4\n    volumes: ['./data:/var/lib/mysql']\n"
        "  b:\n    image: mysql:8.4\n    volumes: ['«./data»:/var/lib/mysql']\n",
        "long form": f"{WEB}{DB}{KEEP}  b:\n    image: postgres:16\n"
        "    volumes: [{type: volume, source: «data», target: /var/lib/postgresql/data}]\nvolumes: {data: }\n",
        "profiles of their own": "services:\n  a:\n    image: postgres:16\n    profiles: [a]\n"
        f"{KEEP}  b:\n    image: postgres:17\n    profiles: [b]\n{KEEP}volumes: {{data: }}\n",
        "only read": f"{WEB}{DB}{KEEP}  b:\n    image: postgres:16\n"
        "    volumes: ['data:/var/lib/postgresql/data:ro']\nvolumes: {data: }\n",
        "another program": f"{WEB}{DB}{KEEP}  b:\n    image: postgres:16\n    entrypoint: /backup.sh\n{KEEP}"
        "volumes: {data: }\n",
        "other folders of one volume": f"{WEB}{DB}{KEEP}  b:\n    image: postgres:16\n"
        "    volumes: ['data:/backup']\nvolumes: {data: }\n",
    },
    "DC513": {
        "host alone": WEB + "    environment: {DB_HOST: «db»}\n" + DB,
        "whoever starts before": WEB + "    depends_on: [api]\n    environment: {DB_HOST: db}\n"
        "  api:\n    image: api:1\n    links: [db]\n" + DB,
        "an anchor is told once": "x-env: &env\n  DB_HOST: «db»\nservices:\n"
        "  a:\n    image: a:1\n    environment: *env\n  b:\n    image: b:1\n    environment: *env\n" + DB,
        "part of a name": WEB + "    environment: {A: 'http://db-admin:80'}\n" + DB,
        "no server": WEB + "    environment: {A: 'http://api:80'}\n  api:\n    image: api:1\n",
        "profile of its own": WEB + "    environment: {DB_HOST: db}\n" + DB + "    profiles: [db]\n",
        "connection of a DAG": WEB + "    environment: {AIRFLOW_CONN_SHOP: 'postgres://db:5432'}\n" + DB,
        "in the override": {
            "compose.yaml": WEB + "    environment: {DB_HOST: db}\n" + DB,
            "compose.override.yaml": "services:\n  web:\n    depends_on: [db]\n",
        },
    },
    "DC717": {
        "part of it": "services:\n  web:\n    image: nginx\n    «read_only»: true\n    tmpfs: /run\n",
        "volume": "services:\n  web:\n    image: nginx\n    read_only: true\n"
        "    volumes: [/var/cache/nginx, /var/run]\n",
        "own settings": "services:\n  web:\n    image: nginx\n    read_only: true\n"
        "    volumes: ['./c:/etc/nginx/conf.d']\n",
        "not switched on": "services:\n  web:\n    image: nginx\n    read_only: false\n",
        "another registry": "services:\n  web:\n    image: quay.io/a/nginx\n    read_only: true\n",
    },
    "DC809": {
        "keys": 'services:\n  «\'web\'»:\n    image: "web:1"\n    hostname: "a"\n',
        "as many of each": "services:\n  web:\n    image: \"web:1\"\n    hostname: «'a'»\n",
        "backslash": "services:\n  web:\n    image: 'web:1'\n    hostname: \"a\\tb\"\n",
        "anchor": "services:\n  web:\n    image: &i 'web:1'\n    hostname: \"b\"\n",
    },
    "PJ163": {
        "configuration": {
            "compose.yaml": WEB + "    configs: [c]\nconfigs:\n  c:\n    file: «./conf/app.toml»\n",
            "conf/other.toml": "x = 1\n",
        },
        "from the environment": WEB + "    secrets: [a]\nsecrets:\n  a: {environment: TOKEN}\n",
        "sample beside it": {
            "compose.yaml": WEB + "    secrets: [a]\nsecrets:\n  a: {file: ./token.txt}\n",
            "token.example.txt": "x\n",
        },
        "variable": WEB + "    secrets: [a]\nsecrets:\n  a: {file: '${SECRETS}/token.txt'}\n",
        "outside": WEB + "    secrets: [a]\nsecrets:\n  a: {file: /run/token.txt}\n",
    },
    "PJ164": {
        "ignored by a pattern": {
            "compose.yaml": WEB + "secrets:\n  a: {file: secrets/a.txt}\n",
            "secrets/a.txt": "8d5f2c61b7aa4e9d90c3\n",
            ".gitignore": "/secrets/*\n",
        },
        "certificate": {
            "compose.yaml": WEB + "secrets:\n  a: {file: ca.crt}\n",
            "ca.crt": "-----BEGIN CERTIFICATE-----\n",
            ".gitignore": "x\n",
        },
        "to be replaced": {
            "compose.yaml": WEB + "secrets:\n  a: {file: a.txt}\n",
            "a.txt": "changeme\n",
            ".gitignore": "x\n",
        },
        "no repository": {"compose.yaml": WEB + "secrets:\n  a: {file: a.txt}\n", "a.txt": "8d5f2c61b7aa4e9d90c3\n"},
    },
    "PJ165": {
        "only a name": {"compose.yaml": WEB + "    env_file: a.env\n    environment: [A]\n", "a.env": "A=1\n"},
        "from outside": {
            "compose.yaml": WEB + "    env_file: a.env\n    environment: {A: '${A:-2}'}\n",
            "a.env": "A=1\n",
        },
        "list": {"compose.yaml": WEB + "    env_file: [a.env]\n    environment: [A=«2»]\n", "a.env": "A=1\n"},
    },
    "PJ166": {
        "FROM of a stage that is used": {
            "compose.yaml": "services:\n  web:\n    «build»: {context: ., target: b}\n",
            "Dockerfile": "FROM debian AS a\nARG V\nRUN get-$V\nFROM a AS b\nFROM b AS c\nARG W\nRUN get-$W\n",
        },
        "default of the shell": {
            "compose.yaml": BUILT,
            "Dockerfile": "FROM debian\nARG V\nRUN get-${V:-1}\n",
        },
        "default above FROM": {
            "compose.yaml": BUILT,
            "Dockerfile": "ARG V=1\nFROM debian\nARG V\nRUN get-$V\n",
        },
        "set by an ENV": {"compose.yaml": BUILT, "Dockerfile": "FROM debian\nARG V\nENV V=1\nRUN get-$V\n"},
        "flags": {"compose.yaml": BUILT, "Dockerfile": "FROM golang\nARG GOFLAGS\nRUN go build $GOFLAGS\n"},
        "platform": {"compose.yaml": BUILT, "Dockerfile": "FROM debian\nARG TARGETARCH\nRUN get-$TARGETARCH\n"},
        "in the override": {
            "compose.yaml": BUILT,
            "compose.override.yaml": "services:\n  web:\n    build: {args: {V: 1}}\n",
            "Dockerfile": "FROM debian\nARG V\nRUN get-$V\n",
        },
    },
    "PJ167": {
        "another port of nginx": "services:\n  web:\n    image: nginx:1.27\n    ports: [«'8080:8080'»]\n",
        "settings are mounted": "services:\n  web:\n    image: nginx:1.27\n    ports: ['8080:8080']\n"
        "    volumes: ['./nginx.conf:/etc/nginx/nginx.conf']\n",
        "range": {
            "compose.yaml": BUILT + "    ports: ['8000-8010:8000-8010']\n",
            "Dockerfile": "FROM a\nEXPOSE 80\n",
        },
        "range of EXPOSE": {
            "compose.yaml": BUILT + "    ports: ['8000:8005']\n",
            "Dockerfile": "FROM a\nEXPOSE 8000-8010\n",
        },
        "EXPOSE with a variable": {
            "compose.yaml": BUILT + "    ports: ['8000:8000']\n",
            "Dockerfile": "FROM a\nARG PORT=8000\nEXPOSE $PORT\n",
        },
        "two ports": {
            "compose.yaml": BUILT + "    ports: ['80:80', '9229:9229']\n",
            "Dockerfile": "FROM a\nEXPOSE 80\n",
        },
        "told by ENV": {
            "compose.yaml": BUILT + "    ports: ['8000:8000']\n",
            "Dockerfile": "FROM a\nENV PORT=8000\nEXPOSE 80\n",
        },
    },
    "PJ168": {
        "behind tini": {
            "compose.yaml": BUILT + "    entrypoint: «[tini, --]»\n",
            "Dockerfile": 'FROM a\nCMD ["serve"]\n',
        },
        "no CMD": {"compose.yaml": BUILT + "    entrypoint: /entrypoint.sh\n", "Dockerfile": "FROM a\n"},
        "with its arguments": {
            "compose.yaml": BUILT + "    entrypoint: [/entrypoint.sh, serve]\n",
            "Dockerfile": 'FROM a\nCMD ["serve"]\n',
        },
    },
    "PJ169": {
        "yarn": {
            "compose.yaml": BUILT + "    volumes: [«./web:/src»]\n",
            "Dockerfile": "FROM node:22\nWORKDIR /src\nCOPY . .\nRUN yarn --frozen-lockfile\n",
        },
        "of the host": {
            "compose.yaml": BUILT + "    volumes: [.:/src]\n",
            "Dockerfile": "FROM node:22\nWORKDIR /src\nRUN npm ci\n",
            "node_modules/a/index.js": "",
        },
        "installed at the start": {
            "compose.yaml": BUILT + "    volumes: [.:/src]\n    command: sh -c 'npm install && npm start'\n",
            "Dockerfile": "FROM node:22\nWORKDIR /src\nRUN npm ci\n",
        },
        "for everybody": {
            "compose.yaml": BUILT + "    volumes: [.:/src]\n",
            "Dockerfile": "FROM node:22\nWORKDIR /src\nRUN npm install -g nodemon\n",
        },
        "moved up": {
            "compose.yaml": BUILT + "    volumes: [.:/src]\n",
            "Dockerfile": "FROM node:22\nWORKDIR /src\nRUN npm ci && mv node_modules /\n",
        },
        "another folder": {
            "compose.yaml": BUILT + "    volumes: [./data:/data]\n",
            "Dockerfile": "FROM node:22\nWORKDIR /src\nRUN npm ci\n",
        },
    },
    "PJ170": {
        "the same": {
            "compose.yaml": WEB + "    ports: ['8080:80']\n",
            "compose.override.yaml": "services:\n  web:\n    ports: ['8080:80']\n",
        },
        "long form": {
            "compose.yaml": WEB + "    ports: [{target: 80, published: 8080}]\n",
            "compose.override.yaml": "services:\n  web:\n    ports: [«{target: 80, published: 9090}»]\n",
        },
        "another protocol": {
            "compose.yaml": WEB + "    ports: ['53:53']\n",
            "compose.override.yaml": "services:\n  web:\n    ports: ['5353:53/udp']\n",
        },
        "stands alone": {
            "compose.yaml": WEB + "    ports: ['8080:80']\n",
            "compose.prod.yaml": WEB + "    ports: ['80:80']\n",
        },
    },
    "PJ171": {
        "comment": {"compose.yaml": WEB, ".env": "# OLD=1\n"},
        "of Compose": {"compose.yaml": WEB, ".env": "COMPOSE_FILE=compose.yaml\nDOCKER_BUILDKIT=1\n"},
        "used by another entry": {
            "compose.yaml": "services:\n  web:\n    image: web:${TAG}\n",
            ".env": "VERSION=1\nTAG=${VERSION}-slim\n",
        },
        "exported": {"compose.yaml": WEB, ".env": "export «OLD»=1\n"},
    },
}


@pytest.mark.parametrize(("code", "name"), [(code, name) for code, cases in CASES.items() for name in cases], ids=str)
def test_marked(code: str, name: str) -> None:
    files = as_files(CASES[code][name], "compose.yaml")
    assert marked(RULES[code], files) == files
