from __future__ import annotations

import ast

from dagdock.api import Bad, DagModule, Problem, Problems, rule

from ..secrets import is_likely_secret, is_random, is_secret_name, known_secret
from ._secrets import named


@rule(
    "AF506",
    severity="warning",
    since="0.1",
    default=False,
    precision="medium",
    security=6.0,
    lessons=["L40"],
    tags=["security"],
    bad=[Bad("from airflow import DAG\n\nSHOP_KEY = «'q8Zr2Lw0XvT5kYb7NcJd3MfHsPgA9eUi4RtW'»\ndag = DAG('sales')\n")],
    good=[
        "from airflow import DAG\n\nSORT_KEY = 'customer_id'\nIMAGE = '9d464930a677c5ff470f8e4b61b6d809'\ndag = "
        "DAG('sales')\n"
    ],
)
def secret_high_entropy(module: DagModule) -> Problems:
    """A text that looks drawn at random stands under a name that may mean a secret.

    Names such as `key` or `auth` are often no secrets at all, so this rule asks for a long random value as well and is
    off unless you select it. `hardcoded-secret` reports what is sure.

    https://airflow.apache.org/docs/apache-airflow/stable/security/secrets/index.html
    """
    told: set[ast.AST] = set()
    for text in named(module, _may_be_secret):
        if text.node in told:
            continue
        if is_random(text.value) and is_likely_secret(text.value) and not known_secret(text.value):
            told.add(text.node)
            yield Problem(
                module.span(text.node),
                f"`{text.name}` looks like a secret that was drawn at random. If it is one, keep it in a "
                "Connection or a "
                "secrets backend",
            )


def _may_be_secret(name: str) -> bool:
    return is_secret_name(name, loose=True) and not is_secret_name(name)
