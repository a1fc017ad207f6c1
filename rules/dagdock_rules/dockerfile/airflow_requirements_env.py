from __future__ import annotations

from dagdock.api import Bad, Env, Problem, Problems, rule


@rule(
    "DF394",
    severity="warning",
    since="0.1",
    lessons=["L16", "L29"],
    tags=["airflow"],
    bad=[
        Bad('FROM apache/airflow:2.9.1\nENV «_PIP_ADDITIONAL_REQUIREMENTS="pandas==2.2.2"»\n'),
    ],
    good=[
        "FROM apache/airflow:2.9.1\nRUN pip install apache-airflow==2.9.1 pandas==2.2.2\n",
        'FROM apache/airflow:2.9.1\nENV _PIP_ADDITIONAL_REQUIREMENTS=""\n',
    ],
)
def airflow_requirements_env(env: Env) -> Problems:
    """Packages are installed anew each time a container starts.

    `_PIP_ADDITIONAL_REQUIREMENTS` makes the entrypoint of the Airflow image run `pip install` at every start: slow, and
    a container does not come up when the package index is away or has something newer that does not fit. The image is
    built here anyway: install them with RUN.

    https://airflow.apache.org/docs/docker-stack/entrypoint.html#installing-additional-requirements
    """
    for pair in env.pairs:
        if pair.key == "_PIP_ADDITIONAL_REQUIREMENTS" and pair.value is not None and pair.value.literal:
            yield Problem(
                pair,
                "the containers install these packages at each start, before anything runs. Install them once, with "
                "`RUN pip install`",
            )
