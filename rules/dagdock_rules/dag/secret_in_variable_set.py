from __future__ import annotations

from dagdock.api import Bad, DagModule, Problem, Problems, rule

from ..secrets import is_common_password, is_likely_secret, is_secret_name


@rule(
    "AF503",
    severity="error",
    since="0.1",
    security=8.0,
    lessons=["L40", "L41"],
    tags=["security"],
    words=["Variable"],
    bad=[
        Bad(
            "from airflow import DAG\nfrom airflow.models import Variable\n\n"
            "Variable.set('shop_api_password', «'k3Jd92prod'»)\ndag = DAG('sales')\n"
        ),
    ],
    good=[
        "import os\nfrom airflow import DAG\nfrom airflow.models import Variable\n\n"
        "Variable.set('shop_api_password', os.environ['PW'])\nVariable.set('bucket', 'shop-sales')\ndag = "
        "DAG('sales')\n",
    ],
)
def secret_in_variable_set(module: DagModule) -> Problems:
    """A secret is written into a Variable from code.

    The secret stands in the DAG file, which is in the repository and on Airflow's pages. Set it once by hand, by
    `AIRFLOW_VAR_…` or in a secrets backend, better as a Connection, and change it: this one is known now.

    https://airflow.apache.org/docs/apache-airflow/stable/howto/variable.html
    """
    for call in module.calls():
        if call.airflow != "Variable.set":
            continue
        given = dict(zip(("key", "value"), call.node.args, strict=False))
        given |= {keyword.arg or "": keyword.value for keyword in call.node.keywords}
        if "key" in given and "value" in given:
            key, value = module.value(given["key"]).get(str), module.value(given["value"])
            text = value.get(str)
            if key and text and is_secret_name(key) and (is_likely_secret(text, key) or is_common_password(text)):
                yield Problem(
                    value,
                    f"the secret `{key}` stands here for everyone who can read the DAG. Set it in `AIRFLOW_VAR_…` or a "
                    "secrets backend, and change it",
                )
