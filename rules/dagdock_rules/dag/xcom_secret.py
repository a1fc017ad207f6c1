from __future__ import annotations

import ast

from dagdock.api import Bad, DagModule, Origin, Problem, Problems, Related, rule

from ..secrets import is_secret_name
from ._pushes import pushed

# Steps that hand a secret on as it is, or in another form.
HANDING_ON = ("either", "list", "tuple", "dict", 'f""', "+", "%", "local()", "builtins.str()", "json.dumps()")


@rule(
    "AF405",
    severity="warning",
    since="0.1",
    security=6.0,
    lessons=["L40", "L44"],
    tags=["security"],
    bad=[
        Bad(
            "from airflow.decorators import task\nfrom airflow.hooks.base import BaseHook\n\n\n"
            "@task\ndef login():\n    shop = BaseHook.get_connection('shop')\n"
            "    return «{'user': shop.login, 'password': shop.password}»\n"
        ),
        Bad(
            "from airflow.decorators import task\nfrom airflow.models import Variable\n\n\n"
            "@task\ndef login(ti=None):\n    token = Variable.get('shop_api_token')\n"
            "    ti.xcom_push(key='token', value=«token»)\n"
        ),
    ],
    good=[
        "from airflow.decorators import task\nfrom airflow.hooks.base import BaseHook\n\n\n"
        "@task\ndef host():\n    shop = BaseHook.get_connection('shop')\n    return f'{shop.host}:{shop.port}'\n",
    ],
)
def xcom_secret(module: DagModule) -> Problems:
    """A task returns or pushes a password, a token or the address of a Connection with its password.

    XComs stand unencrypted in Airflow's database and are shown on its pages; the masking of logs does not cover
    them. Hand on the conn_id, and let the next task ask for the secret itself.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/xcoms.html
    """
    for value in pushed(module):
        secret = _secret(module, value.origin)
        if secret is not None:
            place = module.span(value.node)
            yield Problem(
                place,
                "a secret becomes readable on Airflow's pages and in its database: XComs are neither encrypted nor "
                "masked. Hand on the conn_id, and read the secret in the task that needs it",
                related=[] if place.holds(secret) else [Related(secret, "the secret comes from here")],
            )


def _secret(module: DagModule, origin: Origin, depth: int = 0) -> Origin | None:
    """The step that reads a secret, where the value holds it as it is."""
    if _reads_secret(module, origin):
        return origin
    if depth < 10 and origin.name in HANDING_ON:
        found = (_secret(module, part, depth + 1) for part in origin.inputs)
        return next((one for one in found if one), None)
    return None


def _reads_secret(module: DagModule, origin: Origin) -> bool:
    name, node = origin.name, origin.node
    if origin.method in ("password", "get_password", "get_uri") and origin.inputs:
        of = origin.inputs[0].name
        if of.endswith("get_connection()") or (of.startswith("airflow.") and of.endswith("Hook()")):
            return True
    if not isinstance(node, (ast.Call, ast.Subscript)):
        return False
    given: ast.expr | None = None
    if isinstance(node, ast.Subscript):
        given = node.slice if module.qualified(node.value) == "os.environ" else None
    elif name in ("os.getenv()", "os.environ.get()") or (
        name.startswith("airflow.") and name.endswith("Variable.get()")
    ):
        given = node.args[0] if node.args else None
    key = module.value(given).get(str) if given is not None else None
    return key is not None and is_secret_name(key)
