from __future__ import annotations

from collections.abc import Iterator

from dagdock.api import Bad, Problem, Problems, Task, rule

from ._containers import entries, is_docker, is_pod, texts

# Capabilities that are as good as all of them.
MIGHTY = frozenset(("ALL", "SYS_ADMIN", "CAP_SYS_ADMIN", "SYS_MODULE", "SYS_PTRACE", "DAC_READ_SEARCH"))


@rule(
    "AF721",
    severity="warning",
    since="0.1",
    security=7.0,
    tags=["security"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n"
            "from airflow.providers.docker.operators.docker import DockerOperator\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
            "    DockerOperator(task_id='load', image='shop/load:1.4', «privileged=True»)\n"
        ),
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n"
            "from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
            "    KubernetesPodOperator(task_id='load', image='shop/load:1.4',\n"
            "                          container_security_context={«'privileged': True»})\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\n"
        "from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator\n\n"
        "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
        "    KubernetesPodOperator(task_id='load', image='shop/load:1.4',\n"
        "                          container_security_context={'privileged': False, 'runAsNonRoot': True})\n",
    ],
)
def container_privileged(task: Task) -> Problems:
    """A task runs a container that may do everything on its machine.

    A privileged container, or one with the capability SYS_ADMIN or ALL, is not held in by anything: whoever gets into
    it has the machine, and with it the other tasks. Give it the one capability that it needs.

    https://docs.docker.com/engine/containers/run/#runtime-privilege-and-linux-capabilities
    """
    if is_docker(task):
        argument = task.own.get("privileged")
        if argument and argument.value.get(bool) is True:
            yield Problem(argument.whole, f"`{task.name}` runs this container privileged: {REST}")
        if capabilities := task.own.get("cap_add"):
            for text, node in texts(task.module, capabilities):
                if text.upper() in MIGHTY:
                    yield Problem(task.module.span(node), f"with the capability `{text}` {REST}")
    elif is_pod(task):
        yield from _in_pod(task)


REST = "whoever gets into it has the machine. Give it only the capability that it needs"


def _in_pod(task: Task) -> Iterator[Problem]:
    module = task.module
    for name in ("container_security_context", "security_context", "full_pod_spec", "init_containers"):
        if argument := task.own.get(name):
            for key, value, place in entries(module, argument.node):
                if key == "privileged" and module.value(value).get(bool) is True:
                    whole = module.span(place).to(module.span(value))
                    yield Problem(whole, f"`{task.name}` runs this container privileged: {REST}")
