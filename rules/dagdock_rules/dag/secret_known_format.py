from __future__ import annotations

from dagdock.api import Bad, DagModule, Problem, Problems, rule

from ..secrets import known_secrets, may_hold_known_secret
from ._secrets import all_text, inside, texts


@rule(
    "AF505",
    severity="error",
    since="0.1",
    security=9.0,
    precision="very-high",
    lessons=["L40"],
    tags=["security"],
    bad=[
        Bad(
            "from airflow import DAG\n\nHEADERS = {'PRIVATE-TOKEN': '«glpat-"
            + "Zk3xQ9vT2mLr8WcYb5Nd»'}\ndag = DAG('sales')\n"
        ),
    ],
    good=[
        "from airflow import DAG\n\nKEY = 'AKIAIOSFODNN7EXAMPLE'\nDIGEST = '9d464930a677c5ff470f8e4b61b6d809'\n"
        "dag = DAG('sales')\n",
    ],
)
def secret_known_format(module: DagModule) -> Problems:
    """A token stands in the file whose form alone says what it opens.

    Tokens of the big services have a form of their own, so programs that search public repositories find them within
    minutes. Revoke it, make a new one, and keep that in a Connection or a secrets backend.

    https://airflow.apache.org/docs/apache-airflow/stable/security/secrets/index.html
    """
    if not may_hold_known_secret(all_text(module)):
        return
    for text, node in texts(module):
        for token in known_secrets(text):
            yield Problem(
                inside(module, node, text, token.start, token.end),
                f"a {token.kind} stands here for everyone who can read the DAG. Revoke it, and keep the new one in a "
                "Connection or a secrets backend",
            )
