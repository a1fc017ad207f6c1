"""What other files of the project do while Airflow reads a DAG file: modules that it imports, functions it calls."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from dagdock.api import Call, DagModule, Function, Problems, Project, Related

_NO_HELPERS = ("airflow.", "builtins.", "datetime.", "os.", "pendulum.", "json.", "logging.", "pathlib.")
_PERHAPS = (ast.If, ast.IfExp, ast.While, ast.ExceptHandler, ast.BoolOp)


MAX_MODULES = 60


class ReadModule:
    """A module whose own lines run each time Airflow reads a DAG file: that file, or one that it imports.

    `readings` says when that is, `related` is the import.
    """

    __slots__ = ("module", "readings", "related")

    def __init__(self, module: DagModule, importer: DagModule | None = None, alias: ast.alias | None = None) -> None:
        self.module = module
        self.readings = "Airflow reads the file, about every 30 seconds"
        self.related: list[Related] = []
        if importer and alias:
            self.readings = "Airflow reads a DAG that imports this module, about every 30 seconds"
            self.related = [Related(importer.span(alias), "it is imported here")]

    def readings_at(self, call: Call) -> str:
        """When a call of the module runs: as `readings` says, or in the making of an operator."""
        return "Airflow reads a DAG with this operator" if is_in_init(call) else self.readings

    @property
    def is_own(self) -> bool:
        """Whether this is the DAG file itself."""
        return not self.related


def is_in_init(call: Call) -> bool:
    """Whether a call stands in `__init__`: that of an operator runs wherever a DAG makes one."""
    return call.function is not None and call.function.name == "__init__"


def in_all_read(module: DagModule, project: Project, look: Callable[[ReadModule, Project], Problems]) -> Problems:
    """What there is to say about a DAG file and about the modules of the project that it imports.

    A module that several files import is looked at once, and what is found in it is the same for all of them, so that
    it is told once.
    """
    own, *others = read_with(module, project)
    yield from look(own, project)
    for other in others:
        yield from project.once((look, other.module), lambda other=other: list(look(other, project)))  # type: ignore[misc]


def read_with(module: DagModule, project: Project) -> list[ReadModule]:
    """A DAG file and the modules of the project that it imports, worked out once."""
    return project.once(("read with", module), lambda: _read_with(module, project))


def _read_with(module: DagModule, project: Project) -> list[ReadModule]:
    """The file and what it imports, also by way of others, without other DAG files, which are looked at too."""
    found = [ReadModule(module)]
    seen = {module}
    for one in found:  # grows while it runs
        for imported, alias in project.imported_modules(one.module):
            if imported not in seen and not imported.is_dag_file and len(found) < MAX_MODULES:
                seen.add(imported)
                found.append(ReadModule(imported, one.module, alias))
    return found


def calls_on_made(module: DagModule) -> Iterator[tuple[str, Call]]:
    """The calls on what a function of the file makes, by what that is: `client().get` as `httpx.Client().get`."""
    for call in module.calls():
        function = call.node.func
        if call.name is not None or not isinstance(function, ast.Attribute):
            continue
        made: ast.expr = function.value
        if isinstance(made, ast.Name):
            bindings = module.names.bindings(made.id, made)
            if len(bindings) != 1 or bindings[0].kind not in ("assign", "with") or bindings[0].value is None:
                continue
            made = bindings[0].value
        maker = module.function(made.func) if isinstance(made, ast.Call) else None
        if maker is None or isinstance(maker.node, ast.Lambda) or maker.node.decorator_list or len(maker.returns) != 1:
            continue
        if path := module.qualified(maker.returns[0].node):
            yield f"{path}.{function.attr}", call


def calls_elsewhere(module: DagModule, project: Project) -> Iterator[tuple[Call, Call]]:
    """The calls that run while the file is read of functions in other files, each with what it surely calls there.

    One file deep: what that calls in turn is not followed.
    """
    for name, calls in module.calls_by_name.items():
        if "." not in name or "()" in name or name.startswith(_NO_HELPERS):
            continue
        function = project.imported_function(module, name)
        if function is None or isinstance(function.node, ast.Lambda) or function.node.decorator_list:
            continue
        inside = [call for call in function.module.calls() if call.function is function]
        done = [call for call in inside if not _is_perhaps(call, function.node)]
        for call in calls:
            if call.runs_at == "parse":
                yield from ((call, inner) for inner in done)


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


def makes_dags(module: DagModule, function: Function) -> bool:
    """Whether a function makes DAGs or tasks, which it does while the file is read."""
    made = [*(dag.node for dag in module.dags), *(task.call for task in module.tasks)]
    return any(module.function_at(node) is function for node in made)
