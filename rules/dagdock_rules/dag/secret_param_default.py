from __future__ import annotations

import ast

from dagdock.api import Bad, DagModule, Problem, Problems, rule

from ..secrets import is_filled_in, is_likely_secret, is_placeholder, is_secret_name


@rule(
    "AF508",
    severity="warning",
    since="0.1",
    security=6.0,
    lessons=["L40"],
    tags=["security"],
    words=["Param"],
    bad=[
        Bad(
            "from airflow import DAG\nfrom airflow.models.param import Param\n\n"
            "dag = DAG('sales', params={'api_password': Param(«'k3Jd92-prod'», type='string', format='password')})\n"
        ),
    ],
    good=[
        "from airflow import DAG\nfrom airflow.models.param import Param\n\n"
        "dag = DAG('sales', params={'api_password': Param('', type='string', format='password')})\n",
    ],
)
def secret_param_default(module: DagModule) -> Problems:
    """A Param for a secret has a default.

    The default stands in the DAG file and in the form that Airflow shows before each run, and what is filled in there
    is kept with the run for everyone to see. Take secrets from a Connection, not from a Param.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/params.html
    """
    for call in module.calls():
        if call.airflow != "Param":
            continue
        given = {keyword.arg: keyword.value for keyword in call.node.keywords}
        default = call.node.args[0] if call.node.args else given.get("default")
        text = module.value(default).get(str) if default is not None else None
        if default is None or not text or is_placeholder(text) or is_filled_in(text):
            continue
        marked = "format" in given and module.value(given["format"]).get(str) == "password"
        name = _name(module, call.node)
        if marked or (name and is_secret_name(name) and is_likely_secret(text, name)):
            yield Problem(
                module.span(default),
                "this default of a secret is shown to everyone who starts or reads the DAG. Take the secret from a "
                "Connection, and change it",
            )


def _name(module: DagModule, call: ast.Call) -> str | None:
    """The key of the dict that the Param is the value of, in either way to write one."""
    above = module.names.parents.get(call)
    if isinstance(above, ast.keyword):
        return above.arg
    if isinstance(above, ast.Dict):
        key = above.keys[above.values.index(call)]
        return module.value(key).get(str) if key is not None else None
    return None
