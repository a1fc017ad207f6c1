from __future__ import annotations

import ast
import re

from dagdock.api import Bad, Problem, Problems, Task, rule

from ..secrets import is_secret_name
from ._secrets import inside

# Arguments that are shown as they are rendered, and kept: in Airflow's pages, in pods, in container definitions.
SHOWN = {
    "BashOperator": ("bash_command",),
    "SSHOperator": ("command",),
    "DockerOperator": ("command", "environment"),
    "KubernetesPodOperator": ("arguments", "cmds", "env_vars"),
}
# What gives a secret out: a Connection's password, its address, an entry of its extras, or a Variable.
TEMPLATE = (
    r"\{\{-?\s*(?:"
    r"conn(?:\.\w+|\[['\"][^'\"]+['\"]\]|\.get\(['\"][^'\"]+['\"]\))"
    r"(?:\.password|\.get_uri\(\)|\.extra_dejson(?:\.|\[['\"]|\.get\(['\"])(?P<extra>\w+))"
    r"|var\.(?:value|json)(?:\.get\(['\"](?P<got>[^'\"]+)['\"]|\.(?P<name>\w+(?:\.\w+)*))"
    r")[^{}]*\}\}"
)


@rule(
    "AF507",
    severity="info",
    since="0.1",
    security=4.0,
    lessons=["L40", "L41"],
    tags=["security"],
    words=["{{"],
    bad=[
        Bad(
            "from airflow import DAG\nfrom airflow.operators.bash import BashOperator\n\nwith DAG('sales') as dag:\n"
            "    BashOperator(task_id='load', bash_command='load.sh --password «{{ conn.shop.password }}»')\n"
        ),
    ],
    good=[
        "from airflow import DAG\nfrom airflow.operators.bash import BashOperator\n\nwith DAG('sales') as dag:\n"
        "    BashOperator(task_id='load', bash_command='load.sh', env={'PW': '{{ conn.shop.password }}'})\n",
    ],
)
def secret_rendered(task: Task) -> Problems:
    """A template puts a secret into a command or a container's definition.

    Airflow hides passwords in its logs, but the command line of a process is seen by everyone on the machine, and the
    definition of a pod or container keeps it. Hand it over by the environment of the process, or as a secret of the
    platform.

    https://airflow.apache.org/docs/apache-airflow/stable/security/secrets/mask-sensitive-values.html
    """
    for name in SHOWN.get(task.name, ()) if task.known_signature else ():
        argument = task.arguments.get(name)
        if argument is None:
            continue
        written = argument.value.node if argument.value.known else argument.node
        for node in ast.walk(written):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and "{{" in node.value:
                for match in re.finditer(TEMPLATE, node.value):
                    names = [name for name in (match["name"], match["got"], match["extra"]) if name]
                    if not names or is_secret_name(names[0].rpartition(".")[2]):
                        yield Problem(
                            inside(task.module, node, node.value, match.start(), match.end()),
                            f"this secret becomes readable in `{name}`: on the machine, or in the container's "
                            "definition. "
                            "Hand it over by the environment or as a secret of the platform",
                        )
