from __future__ import annotations

import ast
from collections.abc import Iterator
from posixpath import normpath

from dagdock.api import Argument, Bad, Problem, Problems, Task, rule

from ._containers import entries, is_docker, is_pod, texts

# Folders of a machine that give it away.
GIVEN_AWAY = frozenset(("/", "/boot", "/dev", "/etc", "/proc", "/root", "/run", "/sys", "/var", "/var/run"))


@rule(
    "AF722",
    severity="warning",
    since="0.1",
    security=6.0,
    tags=["security"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n"
            "from airflow.providers.docker.operators.docker import DockerOperator\nfrom docker.types import Mount\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
            "    DockerOperator(task_id='load', image='shop/load:1.4',\n"
            "                   mounts=[Mount(target='/var/run/docker.sock', «source='/var/run/docker.sock'»,\n"
            "                                 type='bind')])\n"
        ),
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n"
            "from airflow.providers.docker.operators.docker import DockerOperator\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
            "    DockerOperator(task_id='load', image='shop/load:1.4', «network_mode='host'»)\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\n"
        "from airflow.providers.docker.operators.docker import DockerOperator\nfrom docker.types import Mount\n\n"
        "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
        "    DockerOperator(task_id='load', image='shop/load:1.4', docker_url='unix://var/run/docker.sock',\n"
        "                   mounts=[Mount(target='/data', source='/srv/sales', type='bind')])\n",
    ],
)
def container_host_mounts(task: Task) -> Problems:
    """A task runs a container with the machine's network, Docker socket or system folders.

    Through Docker's socket a container starts others with any right; in the machine's network it reaches what listens
    for local programs only; with `/etc` or `/` it changes the machine itself. Mount the one folder that it needs, and
    give it a network of its own.

    https://docs.docker.com/engine/security/#docker-daemon-attack-surface
    """
    own = task.own
    if is_docker(task):
        network = own.get("network_mode")
        if network and network.value.get(str) == "host":
            yield Problem(network.whole, f"`{task.name}` gives the container the machine's own network: {LOCAL}")
        if volumes := own.get("volumes"):
            for text, node in texts(task.module, volumes):
                yield from _mount(task, text.partition(":")[0], task.module.span(node).start, node)
        if mounts := own.get("mounts"):
            yield from _sources(task, mounts, ("source",))
    elif is_pod(task):
        network = own.get("hostnetwork")
        if network and network.value.get(bool) is True:
            yield Problem(network.whole, f"`{task.name}` gives the pod the machine's own network: {LOCAL}")
        for name in ("volumes", "full_pod_spec"):
            if volumes := own.get(name):
                yield from _host_paths(task, volumes)


LOCAL = "it reaches what listens for local programs only. Give it a network of its own"


def _sources(task: Task, argument: Argument, keys: tuple[str, ...]) -> Iterator[Problem]:
    module = task.module
    for key, value, place in entries(module, argument.node):
        text = module.value(value).get(str) if key in keys else None
        if text is not None:
            yield from _mount(task, text, module.span(place).start, value)


def _host_paths(task: Task, argument: Argument) -> Iterator[Problem]:
    """`host_path=V1HostPathVolumeSource(path=…)`, `{"hostPath": {"path": …}}`."""
    module = task.module
    for key, value, _ in entries(module, argument.node):
        if key == "hostpath":
            for inner, path, place in entries(module, value):
                text = module.value(path).get(str) if inner == "path" else None
                if text is not None:
                    yield from _mount(task, text, module.span(place).start, path)


def _mount(task: Task, path: str, start: int, node: ast.expr) -> Iterator[Problem]:
    span = task.module.span(node)
    place = span.source.span(start, span.end)
    if path.endswith("/docker.sock"):
        yield Problem(place, "with Docker's socket this container can start others with any right on the machine")
    elif path.startswith("/") and normpath(path) in GIVEN_AWAY:
        yield Problem(place, f"this gives the container `{path}` of the machine. Mount the one folder that it needs")
