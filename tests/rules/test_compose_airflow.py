"""Rules about Airflow in Compose files on their edge cases, as marked files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from dagdock.engine import Linter, Workspace
from dagdock.examples import as_files
from dagdock.hooks import Rules
from dagdock.selection import Choice
from dagdock.testing import marked

RULES = {rule.code: rule for kind in ("compose", "project") for rule in Rules(third_party=False).of_kind(kind)}

Files = str | Mapping[str, str]


def service(name: str, command: str, *lines: str, image: str = "apache/airflow:2.9.1") -> str:
    more = "".join(f"    {line}\n" for line in lines)
    return f"  {name}:\n    image: {image}\n    command: {command}\n{more}"


def airflow(*services: str) -> str:
    return "services:\n" + "".join(services)


WEB = service("web", "webserver")
SCHEDULER = service("scheduler", "scheduler")
DB = "  db:\n    image: postgres:16\n"


def env(*lines: str) -> str:
    return "environment: [" + ", ".join(f"'{line}'" for line in lines) + "]"


SQL_CONN = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"
SEQUENTIAL = "AIRFLOW__CORE__EXECUTOR=«SequentialExecutor»"
CONFIG = "[core]\nexecutor = SequentialExecutor\n"

CASES: dict[str, dict[str, Files]] = {
    "DC901": {
        "an image of one's own, by the command": {
            "compose.yaml": airflow(
                "  web:\n    build: .\n    command: airflow webserver\n",
                "  «scheduler»:\n    build: .\n    command: [airflow, scheduler]\n",
            ),
            "Dockerfile": "FROM python:3.11-slim\nRUN pip install apache-airflow==2.6.3\n",
        },
        "an image of one's own, by its options": {
            "compose.yaml": airflow(
                "  web:\n    build: .\n    command: webserver\n",
                "  scheduler:\n    build: .\n    command: scheduler\n",
            ),
            "Dockerfile": "FROM team/python:3\nENV AIRFLOW__CORE__EXECUTOR=LocalExecutor\nENTRYPOINT [airflow]\n",
        },
        "no part of Airflow": {
            "compose.yaml": airflow("  a:\n    build: .\n    command: webserver\n", "  b:\n    build: .\n"),
            "Dockerfile": "FROM python:3.11-slim\nRUN pip install flask\n",
        },
        "whole path": airflow(
            service("web", "webserver", env("AIRFLOW__CORE__EXECUTOR=«airflow.executors.x.SequentialExecutor»")),
            SCHEDULER,
        ),
        "default of a variable": airflow(
            service("web", "webserver", env("AIRFLOW__CORE__EXECUTOR=«${EXECUTOR:-SequentialExecutor}»")), SCHEDULER
        ),
        "value in .env": {
            "compose.yaml": airflow(service("web", "webserver", env("AIRFLOW__CORE__EXECUTOR=${EXECUTOR}")), SCHEDULER),
            ".env": "EXECUTOR=LocalExecutor\n",
        },
        "env file": {
            "compose.yaml": airflow(service("web", "webserver", "env_file: «a.env»"), SCHEDULER),
            "a.env": "AIRFLOW__CORE__EXECUTOR=SequentialExecutor\n",
        },
        "env file, overridden": {
            "compose.yaml": airflow(
                service("web", "webserver", "env_file: a.env", env("AIRFLOW__CORE__EXECUTOR=LocalExecutor")),
                service("scheduler", "scheduler", "env_file: a.env", env("AIRFLOW__CORE__EXECUTOR=LocalExecutor")),
            ),
            "a.env": "AIRFLOW__CORE__EXECUTOR=SequentialExecutor\n",
        },
        "override": {
            "compose.yaml": airflow(
                service("web", "webserver", env("AIRFLOW__CORE__EXECUTOR=SequentialExecutor")), SCHEDULER
            ),
            "compose.override.yaml": "services:\n  web:\n    environment: [AIRFLOW__CORE__EXECUTOR=LocalExecutor]\n"
            "  scheduler:\n    environment: [AIRFLOW__CORE__EXECUTOR=LocalExecutor]\n",
        },
        "one container with a database": airflow(
            service(
                "all",
                "bash -c 'airflow scheduler & airflow webserver'",
                env(SEQUENTIAL, "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN=postgresql://a@db/a"),
            ),
            DB,
        ),
        "shared by an anchor, told once": "x-e: &e {AIRFLOW__CORE__EXECUTOR: «SequentialExecutor»}\n"
        + airflow(service("web", "webserver", "environment: *e"), service("scheduler", "scheduler", "environment: *e")),
        "image of puckel": airflow(
            service("web", "webserver", env("EXECUTOR=«Sequential»"), image="puckel/docker-airflow:1.10.9"),
            service("scheduler", "scheduler", image="puckel/docker-airflow:1.10.9"),
        ),
        "none set, of a release that has another default": airflow(
            service("api", "api-server", image="apache/airflow:3.0.2"),
            service("scheduler", "scheduler", image="apache/airflow:3.0.2"),
        ),
        "none set, of an image that may set it": airflow(
            service("web", "webserver", image="team/airflow:2.9.1"),
            service("scheduler", "scheduler", image="team/airflow:2.9.1"),
        ),
        "not Airflow": "services:\n  web:\n    image: nginx:1.27\n    command: scheduler\n",
    },
    "DC902": {
        "one file on a volume": airflow(
            service("web", "webserver", env(f"{SQL_CONN}=«sqlite:////db/a.db»"), "volumes: ['db:/db']"),
            service("scheduler", "scheduler", env(f"{SQL_CONN}=«sqlite:////db/a.db»"), "volumes: ['db:/db']"),
        ),
        "volumes of another service": airflow(
            service("web", "webserver", env(f"{SQL_CONN}=sqlite:////db/a.db"), "volumes_from: [files]"),
            service("scheduler", "scheduler", env(f"{SQL_CONN}=sqlite:////db/a.db"), "volumes_from: [files]"),
            "  files:\n    image: busybox:1.36\n",
        ),
        "the old name of the option": airflow(
            service("web", "webserver", env("AIRFLOW__CORE__SQL_ALCHEMY_CONN=«sqlite:////x.db»")),
            service("scheduler", "scheduler", env("AIRFLOW__CORE__SQL_ALCHEMY_CONN=postgresql://a@db/a")),
        ),
        "from a command": airflow(
            service("web", "webserver", env("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_CMD=cat /run/secrets/c")),
            service("scheduler", "scheduler", env("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_CMD=cat /run/secrets/c")),
        ),
        "from outside": airflow(
            service("web", "webserver", env("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN")),
            service("scheduler", "scheduler", env("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN")),
        ),
        "an airflow.cfg that is not there": airflow(
            service("web", "webserver", "volumes: [./airflow.cfg:/opt/airflow/airflow.cfg]"),
            service("scheduler", "scheduler", "volumes: [./airflow.cfg:/opt/airflow/airflow.cfg]"),
        ),
        "a volume over the home": airflow(
            service("web", "webserver", "volumes: ['home:/opt/airflow']"),
            service("scheduler", "scheduler", "volumes: ['home:/opt/airflow']"),
        ),
        "a worker beside one server": airflow(service("all", "standalone"), service("flower", "celery flower")),
    },
    "DC903": {
        "puckel's way in the option": airflow(service("s", "scheduler", env("AIRFLOW__CORE__EXECUTOR=«Local»"))),
        "lower case": airflow(service("s", "scheduler", env("AIRFLOW__CORE__EXECUTOR=«celeryexecutor»"))),
        "alias of a module": airflow(service("s", "scheduler", env("AIRFLOW__CORE__EXECUTOR=LocalExecutor:local"))),
        "own": airflow(service("s", "scheduler", env("AIRFLOW__CORE__EXECUTOR=shop.executors.Fast"))),
        "gone, release unknown": airflow(
            service("s", "scheduler", env("AIRFLOW__CORE__EXECUTOR=DaskExecutor"), image="apache/airflow")
        ),
    },
    "DC904": {
        "several": airflow(
            service("s", "scheduler", env("AIRFLOW__CORE__FERNET_KEY=" + "a" * 43 + "=," + "b" * 43 + "="))
        ),
        "a byte too few": airflow(service("s", "scheduler", env("AIRFLOW__CORE__FERNET_KEY=«" + "a" * 42 + "=»"))),
        "to be filled in": airflow(service("s", "scheduler", env("AIRFLOW__CORE__FERNET_KEY=<put yours here>"))),
    },
    "DC906": {
        "unknown": airflow(
            service("web", "webserver", env("AIRFLOW__CORE__FERNET_KEY=${A}")),
            service("scheduler", "scheduler", env("AIRFLOW__CORE__FERNET_KEY=${B}")),
        ),
        "short and whole name": airflow(
            service("web", "webserver", env("AIRFLOW__CORE__EXECUTOR=LocalExecutor")),
            service("scheduler", "scheduler", env("AIRFLOW__CORE__EXECUTOR=airflow.executors.local.LocalExecutor")),
        ),
        "a task beside": airflow(
            service("web", "webserver", env("AIRFLOW__CORE__EXECUTOR=LocalExecutor")),
            service("once", "dags list", env("AIRFLOW__CORE__EXECUTOR=SequentialExecutor")),
        ),
    },
    "DC907": {
        "a script that may run more": airflow(WEB, service("more", "./start.sh")),
        "beside": {
            "compose.yaml": airflow(service("web", "webserver", image="apache/airflow:2.1.4")),
            "docker-compose.scheduler.yml": airflow(service("scheduler", "scheduler", image="apache/airflow:2.1.4")),
        },
        "with a profile": airflow(
            service("web", "webserver", image="apache/airflow:2.1.4"),
            service("scheduler", "scheduler", "profiles: [all]", image="apache/airflow:2.1.4"),
        ),
        "workers of another machine": airflow(service("worker", "celery worker", image="apache/airflow:2.1.4")),
        "an image with an entry point of its own": {
            "compose.yaml": "services:\n  web:\n    build: .\n    command: webserver\n",
            "Dockerfile": 'FROM apache/airflow:2.1.4\nENTRYPOINT ["/all.sh"]\n',
        },
        "puckel starts both": airflow(service("web", "webserver", image="puckel/docker-airflow:1.10.9")),
    },
    "DC908": {
        "old image": airflow(service("api", "«api-server»")),
        "through the image's entry point only": airflow(service("worker", "worker", image="team/airflow:2.9.1")),
        "release of the build": {
            "compose.yaml": "services:\n  web:\n    build:\n      context: .\n      args: {AIRFLOW: 3.0.2}\n"
            "    command: «webserver»\n",
            "Dockerfile": "ARG AIRFLOW=2.9.1\nFROM apache/airflow:${AIRFLOW}\n",
        },
    },
    "DC911": {
        "alias of a network": airflow(
            service("worker", "celery worker", env("AIRFLOW__CELERY__BROKER_URL=redis://queue:6379/0")),
            "  redis:\n    image: redis:7\n    networks: {default: {aliases: [queue]}}\n",
        ),
        "password from outside": airflow(
            service("worker", "celery worker", env("AIRFLOW__CELERY__BROKER_URL=«redis://:${PW}@redis:6379/0»"))
        ),
        "host from outside": airflow(
            service("worker", "celery worker", env("AIRFLOW__CELERY__BROKER_URL=redis://:x@${HOST}:6379/0"))
        ),
        "external network": airflow(
            service("worker", "celery worker", env("AIRFLOW__CELERY__BROKER_URL=redis://redis:6379/0"), "networks: [n]")
        )
        + "networks:\n  n:\n    external: true\n",
    },
    "DC913": {
        "switched off": airflow(
            service("init", "version", env("_AIRFLOW_WWW_USER_CREATE=false", "_AIRFLOW_WWW_USER_PASSWORD=airflow"))
        ),
        "a password of one's own": airflow(service("init", "version", env("_AIRFLOW_WWW_USER_PASSWORD=Kj7hs9dk2l"))),
        "in .env": {
            "compose.yaml": airflow(service("init", "version", env("_AIRFLOW_WWW_USER_PASSWORD=${P:-airflow}"))),
            ".env": "P=Kj7hs9dk2l\n",
        },
        "with an equals sign": airflow(service("init", "users create --username a --password=«admin» --role Admin")),
        "database": airflow(
            service("web", "webserver", env("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN=postgresql://airflow:airflow@db/a")),
            DB,
        ),
    },
    "DC915": {
        "web server without": airflow(
            WEB,
            service(
                "scheduler",
                "scheduler",
                env("AIRFLOW__CORE__EXECUTOR=LocalExecutor"),
                "volumes: [./dags:/opt/airflow/dags]",
            ),
        ),
        "a folder above": airflow(
            service("worker", "celery worker", "volumes: [.:/opt/airflow]"),
            service("other", "celery worker", "volumes: [./dags:/opt/airflow/dags]"),
        ),
        "the same, written otherwise": airflow(
            service("worker", "celery worker", "volumes: [./dags/:/opt/airflow/dags]"),
            service("other", "celery worker", "volumes: [./dags/../dags:/opt/airflow/dags]"),
        ),
        "an image that may bring them": airflow(
            service("worker", "celery worker", "volumes: [./dags:/opt/airflow/dags]"),
            service("other", "celery worker", image="team/airflow:2.9.1"),
        ),
    },
    "DC917": {
        "both names": airflow(
            service(
                "s",
                "scheduler",
                env("AIRFLOW__CORE__SQL_ALCHEMY_CONN=a", "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN=a"),
            )
        ),
        "of a command": airflow(
            service("s", "scheduler", "environment: {«AIRFLOW__CORE__SQL_ALCHEMY_CONN_CMD»: cat /run/secrets/c}")
        ),
        "gone": airflow(
            service(
                "s", "scheduler", "environment: {«AIRFLOW__CORE__CHECK_SLAS»: 'true'}", image="apache/airflow:3.0.2"
            )
        ),
        "two moves": airflow(
            service("s", "scheduler", "environment: {«AIRFLOW__API__AUTH_BACKEND»: x}", image="apache/airflow:3.0.2")
        ),
    },
    "DC918": {
        "plugin's section": airflow(service("s", "scheduler", "environment: {AIRFLOW__SHOP__LEVEL: x}")),
        "connection, variable": airflow(
            service("s", "scheduler", "environment: {AIRFLOW_CONN_A: x, AIRFLOW_VAR_B: x}")
        ),
        "the image's own": airflow(service("s", "scheduler", "environment: {AIRFLOW_UID: 1, AIRFLOW_HOME: /a}")),
        "section": airflow(service("s", "scheduler", "environment: {«AIRFLOW__DATABSE__SQL_ALCHEMY_CONN»: x}")),
        "of a secret": airflow(service("s", "scheduler", "environment: {AIRFLOW__CORE__FERNET_KEY_SECRET: x}")),
        "one underscore too few": airflow(service("s", "scheduler", "environment: {«AIRFLOW__CORE_EXECUTOR»: x}")),
        "pods": airflow(service("s", "scheduler", "environment: {AIRFLOW__KUBERNETES__ENV: x}")),
    },
    "DC923": {
        "through another": airflow(
            service("init", "db migrate"),
            service("scheduler", "scheduler", "depends_on: {init: {condition: service_completed_successfully}}"),
            service("web", "webserver", "depends_on: {scheduler: {condition: service_started}}"),
        ),
        "the list": airflow(service("init", "db migrate"), service("scheduler", "scheduler", "depends_on: [«init»]")),
        "it makes them itself": airflow(
            service("init", "db migrate"), service("all", "bash -c 'airflow db migrate && airflow scheduler'")
        ),
        "nobody makes them here": airflow(SCHEDULER),
    },
    "PJ120": {
        "set in the environment": {
            "compose.yaml": airflow(
                service(
                    "web",
                    "webserver",
                    "volumes: [./airflow.cfg:/opt/airflow/airflow.cfg]",
                    env("AIRFLOW__CORE__EXECUTOR=A"),
                ),
                service(
                    "s",
                    "scheduler",
                    "volumes: [./airflow.cfg:/opt/airflow/airflow.cfg]",
                    env("AIRFLOW__CORE__EXECUTOR=A"),
                ),
            ),
            "airflow.cfg": CONFIG,
        },
        "elsewhere by AIRFLOW_CONFIG": {
            "compose.yaml": airflow(
                service("web", "webserver", "volumes: [./c:/c]", env("AIRFLOW_CONFIG=/c/a.cfg")), SCHEDULER
            ),
            "c/a.cfg": "[core]\nexecutor = «SequentialExecutor»\n",
        },
        "a comment": {
            "compose.yaml": airflow(
                service("web", "webserver", "volumes: [./airflow.cfg:/opt/airflow/airflow.cfg]"), SCHEDULER
            ),
            "airflow.cfg": "[core]\n# executor = SequentialExecutor\nexecutor = LocalExecutor\n",
        },
        "copied": {
            "compose.yaml": "services:\n  web:\n    build: .\n    command: webserver\n"
            "  s:\n    build: .\n    command: scheduler\n",
            "Dockerfile": "FROM apache/airflow:2.9.1\nCOPY airflow.cfg ${AIRFLOW_HOME}/\n",
            "airflow.cfg": "[core]\nexecutor = «SequentialExecutor»\n",
        },
    },
}


@pytest.mark.parametrize(("code", "name"), [(code, name) for code, cases in CASES.items() for name in cases])
def test_case(code: str, name: str) -> None:
    files = as_files(CASES[code][name], "compose.yaml")
    assert marked(RULES[code], files) == files


@pytest.mark.parametrize(
    ("sources", "said"),
    [(("db", "db"), "write to one SQLite file"), (("db", "other"), "have one each"), (("db", None), "have one each")],
)
def test_whether_parts_share_a_sqlite_file(
    sources: tuple[str | None, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    conn = env(f"{SQL_CONN}=sqlite:////db/a.db")
    mounts = [f"volumes: ['{source}:/db']" if source else "init: true" for source in sources]
    text = airflow(service("web", "webserver", conn, mounts[0]), service("scheduler", "scheduler", conn, mounts[1]))
    (tmp_path / "compose.yaml").write_text(text)
    workspace = Workspace()
    linter = Linter(rules=Rules(third_party=False), choice=Choice(select=["DC902"]))
    found = linter.check(workspace, [workspace.target(str(tmp_path / "compose.yaml"))]).findings
    assert len(found) == 2
    assert all(said in one.message for one in found)
