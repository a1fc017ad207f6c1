"""What functions of other files of the project do when a DAG file calls them while it is read."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from dagdock.api import Call, DagModule, Project

_NO_HELPERS = ("airflow.", "builtins.", "datetime.", "os.", "pendulum.", "json.", "logging.", "pathlib.")
_PERHAPS = (ast.If, ast.IfExp, ast.While, ast.ExceptHandler, ast.BoolOp)


def calls_elsewhere(module: DagModule, project: Project) -> Iterator[tuple[Call, Call]]:
    """The calls that run while the file is read of functions in other files, each with what it surely calls there.

    One file deep: what that calls in turn is not followed.
    """
    for call in module.calls():
        name = call.name
        if name is None or "." not in name or "()" in name or name.startswith(_NO_HELPERS) or call.runs_at != "parse":
            continue
        function = project.imported_function(module, name)
        if function is None or isinstance(function.node, ast.Lambda) or function.node.decorator_list:
            continue
        for inner in function.module.calls():
            if inner.function is function and not _is_perhaps(inner, function.node):
                yield call, inner


def _is_perhaps(call: Call, function: ast.AST) -> bool:
    """Whether a condition inside the function decides if a call in it runs, or a `return` before it may end it."""
    names = call.module.names
    if any(one.lineno < call.node.lineno and names.scopes[one].node is function for one in names.returns):
        return True
    for above in names.ancestors(call.node):
        if above is function:
            return False
        if isinstance(above, _PERHAPS):
            return True
    return False
