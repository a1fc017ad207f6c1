"""Variables and Connections that are read along with the file: what they are used for, and who sets Variables."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from posixpath import dirname, join
from typing import Literal

from dagdock.api import DagModule, Project, Task

from ._operators import operator_of

Use = Literal["rendered", "in a task", "elsewhere"]
# What Airflow renders the members of as well, and texts that take in a template which has a name.
_CONTAINERS = (ast.Dict, ast.List, ast.Set, ast.Tuple)
_TEXTS = (ast.FormattedValue, ast.JoinedStr)
_PREFIX = "AIRFLOW_VAR_"
MAX_NAMES = 4  # how often a value may be handed on to another name
_ENV_FILES = (".env", "airflow.env", "docker.env")


def uses_of(module: DagModule, call: ast.Call) -> set[Use]:
    """What becomes of a value: it goes whole into rendered arguments, is read by tasks, or is needed at once.

    Empty where it only gets a name that nothing reads.
    """
    return _uses(module, call, 0)


def _uses(module: DagModule, value: ast.AST, depth: int) -> set[Use]:
    found: set[Use] = set()
    for node in _places(module, value):
        argument = _member(module, node) if isinstance(node, ast.Name) else node
        above = module.names.parents.get(argument)
        while isinstance(above, (*_CONTAINERS, *_TEXTS) if isinstance(node, ast.Name) else _CONTAINERS):
            argument, above = above, module.names.parents.get(above)
        if isinstance(argument, (*_CONTAINERS, *_TEXTS)) and _is_named(module, argument) and depth < MAX_NAMES:
            found |= _uses(module, argument, depth + 1)
        elif is_rendered(module, argument):
            found.add("rendered")
        elif module.runs_at(node) == "task" or _is_passed_on(module, argument):
            found.add("in a task")
        else:
            found.add("elsewhere")
    return found


def _member(module: DagModule, node: ast.AST) -> ast.AST:
    """What is taken out of a value: `settings["bucket"]`, `settings.get("bucket")`, `settings.host` for `settings`."""
    above = module.names.parents.get(node)
    if isinstance(above, ast.Subscript) and above.value is node:
        return _member(module, above)
    if not isinstance(above, ast.Attribute):
        return node
    call = module.names.parents.get(above)
    if not isinstance(call, ast.Call) or call.func is not above:
        return _member(module, above)
    return _member(module, call) if above.attr == "get" else node


def is_rendered(module: DagModule, node: ast.AST) -> bool:
    """Whether an expression is the whole value of an argument that Airflow renders."""
    keyword = module.names.parents.get(node)
    if not isinstance(keyword, ast.keyword) or keyword.arg is None:
        return False
    task = _task_given(module, keyword)
    operator = operator_of(task) if task else None
    return operator is not None and task is not None and not task.taskflow and keyword.arg in operator.fields()


def is_argument(module: DagModule, node: ast.AST) -> bool:
    """Whether an expression is all or a part of an argument of an operator that has no function to ask in."""
    above = module.names.parents.get(node)
    while isinstance(above, ast.expr):
        above = module.names.parents.get(above)
    task = _task_given(module, above) if isinstance(above, ast.keyword) else None
    return task is not None and not task.taskflow and "python_callable" not in task.own


def is_set_in_environment(project: Project, name: str) -> bool:
    """Whether a file of the project sets the environment variable that Airflow looks a Variable up in first."""
    wanted = f"{_PREFIX}{name.upper()}".encode()
    inventory = project.inventory
    files = [*inventory.compose, *inventory.other_yaml, *inventory.dockerfiles]
    beside = [join(folder, one) for folder in dict.fromkeys(("", *map(dirname, files))) for one in _ENV_FILES]
    return any(_sets(project.facts.read(path) or b"", wanted) for path in dict.fromkeys((*files, *beside)))


def _sets(content: bytes, name: bytes) -> bool:
    start = content.find(name)
    while start >= 0:
        end = start + len(name)
        if not content[end : end + 1].isalnum() and content[end : end + 1] != b"_":
            return True
        start = content.find(name, end)
    return False


def _places(module: DagModule, node: ast.AST, depth: int = 0) -> Iterator[ast.AST]:
    """The expressions that are a value: itself, or where the only names are read that it, or a part of it, gets."""
    whole = _member(module, node)
    parent = module.names.parents.get(whole)
    targets = parent.targets if isinstance(parent, ast.Assign) else []
    if isinstance(parent, ast.AnnAssign):
        targets = [parent.target]
    if len(targets) != 1 or not isinstance(targets[0], ast.Name) or depth == MAX_NAMES:
        yield node
        return
    for load in module.names.loads.get(targets[0].id, ()):
        if any(binding.node is parent for binding in module.names.bindings(load.id, load)):
            yield from _places(module, load, depth + 1)


def _is_named(module: DagModule, node: ast.AST) -> bool:
    """Whether a display or a text gets a name of its own, which is read somewhere."""
    parent = module.names.parents.get(node)
    targets = parent.targets if isinstance(parent, ast.Assign) else []
    return len(targets) == 1 and isinstance(targets[0], ast.Name) and bool(module.names.loads.get(targets[0].id))


def _task_given(module: DagModule, node: ast.AST) -> Task | None:
    """The task that a keyword or an argument belongs to."""
    owner = module.names.parents.get(node)
    return next((task for task in module.tasks if owner in task.given or owner is task.call), None)


def _is_passed_on(module: DagModule, node: ast.AST) -> bool:
    """Whether an expression is handed to a TaskFlow function, which could read it itself."""
    above = module.names.parents.get(node)
    task = _task_given(module, above if isinstance(above, ast.keyword) else node)
    return task is not None and task.taskflow and module.runs_at(node) != "unknown" and _is_in_call(task, above)


def _is_in_call(task: Task, above: ast.AST | None) -> bool:
    """Whether the argument is one of the function's own, and not one of its decorator."""
    return above is task.call or above in task.call.keywords
