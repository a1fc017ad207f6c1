from __future__ import annotations

from dagdock.api import Bad, ComposeFile, Fix, Problem, Problems, Project, rule

from ._airflow import deployment_of, is_own


@rule(
    "DC922",
    severity="info",
    since="0.1",
    default=False,
    fix="unsafe",
    tags=["airflow"],
    bad=[
        Bad(
            "services:\n  scheduler:\n    image: apache/airflow:2.9.1\n    command: scheduler\n    environment:\n"
            "      AIRFLOW__CORE__LOAD_EXAMPLES: '«true»'\n",
            fixed="services:\n  scheduler:\n    image: apache/airflow:2.9.1\n    command: scheduler\n    environment:\n"
            "      AIRFLOW__CORE__LOAD_EXAMPLES: 'false'\n",
        ),
    ],
    good=[
        "services:\n  scheduler:\n    image: apache/airflow:2.9.1\n    command: scheduler\n    environment:\n"
        "      AIRFLOW__CORE__LOAD_EXAMPLES: 'false'\n",
    ],
)
def airflow_examples_loaded(file: ComposeFile, project: Project) -> Problems:
    """Airflow shows its example DAGs.

    They are fine for a first look. In a deployment of one's own they fill the list, cost time at each parsing, and
    somebody runs one by mistake.

    https://airflow.apache.org/docs/apache-airflow/stable/configurations-ref.html#load-examples
    """
    airflow = deployment_of(file, project)
    told = set()
    for part in airflow.parts if airflow else ():
        option = part.option("core.load_examples")
        if option is None or (option.value or "").lower() not in ("true", "1", "t", "yes") or option.setting is None:
            continue
        span = option.place.span
        if span not in told and is_own(option.place, file):
            told.add(span)
            exact = span.text.lower() == (option.value or "").lower()
            yield Problem(
                option.place,
                "Airflow's example DAGs are loaded beside your own. Write `false`",
                fix=Fix.replace("Leave the examples out", option.place, "false", "unsafe") if exact else None,
            )
