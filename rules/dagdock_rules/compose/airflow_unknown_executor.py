from __future__ import annotations

import re

from dagdock.api import Bad, ComposeFile, Fix, Problem, Problems, Project, nearest, rule

from ._airflow import deployment_of, is_own

# https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/executor/index.html
OF_3 = ("LocalExecutor", "CeleryExecutor", "KubernetesExecutor", "EdgeExecutor")
GONE = {
    "CeleryKubernetesExecutor": "CeleryExecutor,KubernetesExecutor",
    "LocalKubernetesExecutor": "LocalExecutor,KubernetesExecutor",
    "DaskExecutor": "",
    "DebugExecutor": "LocalExecutor",
}


@rule(
    "DC903",
    severity="error",
    since="0.1",
    fix="unsafe",
    lessons=["L57"],
    tags=["airflow"],
    bad=[
        Bad(
            "services:\n  scheduler:\n    image: apache/airflow:2.9.1\n    command: scheduler\n"
            "    environment:\n      AIRFLOW__CORE__EXECUTOR: «LocalExcutor»\n",
            fixed="services:\n  scheduler:\n    image: apache/airflow:2.9.1\n    command: scheduler\n"
            "    environment:\n      AIRFLOW__CORE__EXECUTOR: LocalExecutor\n",
        ),
        Bad(
            "services:\n  scheduler:\n    image: apache/airflow:3.0.2\n    command: scheduler\n"
            "    environment:\n      - AIRFLOW__CORE__EXECUTOR=«CeleryKubernetesExecutor»\n",
            fixed="services:\n  scheduler:\n    image: apache/airflow:3.0.2\n    command: scheduler\n"
            "    environment:\n      - AIRFLOW__CORE__EXECUTOR=CeleryExecutor,KubernetesExecutor\n",
        ),
    ],
    good=[
        "services:\n  scheduler:\n    image: apache/airflow:2.9.1\n    command: scheduler\n"
        "    environment:\n      AIRFLOW__CORE__EXECUTOR: CeleryKubernetesExecutor\n",
        "services:\n  scheduler:\n    image: apache/airflow:3.0.2\n    command: scheduler\n"
        "    environment:\n      AIRFLOW__CORE__EXECUTOR: LocalExecutor,shop.executors.FastExecutor\n",
    ],
)
def airflow_unknown_executor(file: ComposeFile, project: Project) -> Problems:
    """The executor has a name that this Airflow does not know.

    Airflow looks the name up when it starts, letter by letter, and stops where there is none: `Local` or
    `localexecutor` is no executor. An executor of one's own is named with its module: `shop.executors.FastExecutor`.
    Airflow 3 took CeleryKubernetesExecutor, LocalKubernetesExecutor, DaskExecutor and DebugExecutor away; it takes a
    list of executors instead.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/executor/index.html
    """
    airflow = deployment_of(file, project)
    if airflow is None:
        return
    for option in airflow.executors():
        value = option.value or ""
        if option.key != "AIRFLOW__CORE__EXECUTOR" or not is_own(option.place, file):
            continue
        for name in (part.strip() for part in value.split(",")):
            if not re.fullmatch(r"\w+", name, re.ASCII) or name in OF_3 or name == "SequentialExecutor":
                continue
            is_gone = name in GONE
            if is_gone and airflow.at_least(3) is not True and name != "DebugExecutor":
                continue
            right = GONE[name] if is_gone else _meant(name)
            about = "is no executor of Airflow, so nothing starts"
            if is_gone:
                about = "was taken out of Airflow 3"
                if airflow.at_least(3) is not True:
                    about = "runs one task after the other in the scheduler itself, to look at a DAG in an editor"
            exact = option.setting is not None and option.place.span.text == name
            yield Problem(
                option.place,
                f"`{name}` {about}" + (f". Write `{right}`" if right else ". Use `LocalExecutor` or `CeleryExecutor`"),
                fix=Fix.replace(f"Write `{right}`", option.place, right, "unsafe") if right and exact else None,
            )


def _meant(name: str) -> str | None:
    names = (*OF_3[:3], "SequentialExecutor")
    return nearest(name, names) or nearest(f"{name}Executor", names)
