"""Containers that tasks start: their images, and what they are let do on the machine."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from dagdock.api import Argument, DagModule, Task

DOCKER = frozenset(("DockerOperator", "DockerSwarmOperator", "docker"))
PODS = frozenset(
    ("EksPodOperator", "GKEStartPodOperator", "GKEPodOperator", "KubernetesPodOperator", "kubernetes", "kubernetes_cmd")
)


def is_docker(task: Task) -> bool:
    """Whether a task runs a container of Docker."""
    return task.known_signature and task.name in DOCKER


def is_pod(task: Task) -> bool:
    """Whether a task runs a pod of Kubernetes."""
    return task.known_signature and task.name in PODS


def runs_image(task: Task) -> bool:
    """Whether `image` is a container's image; a class of a company's own that is named so has it from these two."""
    return is_docker(task) or is_pod(task) or task.name.endswith(("DockerOperator", "PodOperator"))


def entries(module: DagModule, node: ast.expr) -> Iterator[tuple[str, ast.expr, ast.AST]]:
    """The entries of a dict and the keywords of a call, however deep: the name, the value, and what names it.

    Kubernetes' Python names (`host_path`) and those of its files (`hostPath`) come as one (`hostpath`).
    """
    waiting: list[ast.expr] = [node]
    for number, one in enumerate(waiting):
        if number > 500:
            return
        if isinstance(one, ast.Name):
            value = module.value(one)
            found = value.node if value.known else _assigned(module, one)
            if isinstance(found, (ast.Dict, ast.List, ast.Call, ast.Tuple)):
                waiting.append(found)
        elif isinstance(one, (ast.List, ast.Tuple)):
            waiting += one.elts
        elif isinstance(one, ast.Dict):
            for key, item in zip(one.keys, one.values, strict=True):
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    yield _plain(key.value), item, key
                waiting.append(item)
        elif isinstance(one, ast.Call):
            for keyword in one.keywords:
                if keyword.arg:
                    yield _plain(keyword.arg), keyword.value, keyword
                waiting.append(keyword.value)
            waiting += one.args


def _assigned(module: DagModule, node: ast.Name) -> ast.expr | None:
    bindings = module.names.bindings(node.id, node)
    return bindings[0].value if len(bindings) == 1 and bindings[0].kind == "assign" else None


def _plain(name: str) -> str:
    return name.replace("_", "").lower()


def texts(module: DagModule, argument: Argument) -> Iterator[tuple[str, ast.expr]]:
    """The texts in a list that is an argument, or the argument itself."""
    node = argument.node
    nodes = node.elts if isinstance(node, (ast.List, ast.Tuple)) else [node]
    for one in nodes:
        if (text := module.value(one).get(str)) is not None:
            yield text, one
