from __future__ import annotations

from dagdock.api import Bad, DagModule, Problem, Problems, rule

from ..secrets import UrlPassword, is_common_password, is_example_host, passwords_in_urls
from ._secrets import HOLE, inside, texts


@rule(
    "AF501",
    severity="error",
    since="0.1",
    security=8.5,
    lessons=["L40"],
    tags=["security"],
    words=["://"],
    bad=[
        Bad(
            "from airflow import DAG\nfrom sqlalchemy import create_engine\n\n"
            "engine = create_engine('postgresql://etl:«k3Jd92-prod»@warehouse.shop.internal/sales')\ndag = "
            "DAG('sales')\n"
        ),
    ],
    good=[
        "from airflow import DAG\nfrom sqlalchemy import create_engine\n\n"
        "engine = create_engine(f'postgresql://etl:{password}@warehouse.shop.internal/sales')\ndag = DAG('sales')\n",
        "from airflow import DAG\nfrom airflow.models import Connection\n\n"
        "c = Connection(uri='postgresql://etl:{{ var.value.pw }}@warehouse/sales')\ndag = DAG('sales')\n",
        "from airflow import DAG\n\nLOCAL = 'postgresql://postgres:postgres@localhost/postgres'\ndag = DAG('sales')\n",
    ],
)
def secret_in_uri(module: DagModule) -> Problems:
    """An address holds a password.

    A DAG file is in the repository, and Airflow shows it to everyone who may look at its pages. Store the address as
    an Airflow Connection and ask a Hook for it, and change the password: this one is known now.

    https://airflow.apache.org/docs/apache-airflow/stable/howto/connection.html
    """
    for text, node in texts(module):
        for found in passwords_in_urls(text):
            if not _opens_nothing(found):
                user = found.user or found.host
                yield Problem(
                    inside(module, node, text, found.start, found.end),
                    f"the password {'in this address' if HOLE in user else f'of `{user}`'} stands here for everyone "
                    "who can read the DAG. Store the address as an Airflow Connection, and change the password",
                )


def _opens_nothing(found: UrlPassword) -> bool:
    """Whether it is what a test set-up comes with: `airflow:airflow@postgres`, `user:password@localhost`."""
    nearby = is_example_host(found.host) or "." not in found.host.partition(":")[0]
    return nearby and (found.user == found.password or is_common_password(found.password))
