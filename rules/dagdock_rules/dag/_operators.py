"""What is known of the operators of Airflow and its providers: arguments, template fields, what they ask for."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from functools import cache
from typing import Any, Literal

from dagdock.api import Located, Project, Task, load_json

Major = Literal[2, 3]
# The older of the two Airflows that the facts are from.
OLDEST = (2, 10)
_TWO_PARTS = ("apache", "cncf", "common", "dbt", "microsoft")


class Operator:
    """An operator, sensor or decorator by its class: the same questions for Airflow 2, 3, or either of them."""

    __slots__ = ("_facts", "_known", "is_sensor", "legacy", "name")

    def __init__(self, name: str, facts: dict[str, Any], *, legacy: bool) -> None:
        self.name = name
        self._facts = facts
        self._known: dict[tuple[str, Major | None], frozenset[str]] = {}
        self.legacy = legacy
        """Whether it is imported from where Airflow 1 had it, so that it may be meant for that."""
        self.is_sensor: bool = "sensor" in facts.get("is", "")

    @property
    def strict(self) -> bool:
        """Whether it is known to refuse what it does not know."""
        return "in" in self._facts and "open" not in self._facts.get("is", "")

    def arguments(self, major: Major | None = None) -> frozenset[str]:
        """What it takes in that Airflow, or in either of them."""
        found = self._known.get(("arguments", major))
        if found is None:
            found = self._known["arguments", major] = self._own("a", major) | _of_all(self.is_sensor, major)
        return found

    def earlier_arguments(self) -> frozenset[str]:
        """What it took in earlier releases and takes in neither Airflow any more."""
        return self._own("old", None)

    def required(self) -> set[str]:
        """What it asks for in both."""
        return set(self._facts.get("r", "").split())

    def fields(self, major: Major | None = None) -> frozenset[str]:
        """The arguments that it renders, in that Airflow, in either of them, or in an earlier release."""
        return self._own("t", major) | self._own("told", None)

    def endings(self) -> frozenset[str]:
        """What the names of template files end with."""
        return self._own("e", None)

    def _own(self, key: str, major: Major | None) -> frozenset[str]:
        found = self._known.get((key, major))
        if found is None:
            keys = [key, f"{key}2", f"{key}3"] if major is None else [key, f"{key}{major}"]
            names = [name for one in keys for name in self._facts.get(one, "").split()]
            found = self._known[key, major] = frozenset(names)
        return found


def operator_of(task: Task) -> Operator | None:
    """The operator of a task; None for classes that neither Airflow nor its usual providers bring."""
    if not task.known_signature:
        return None
    return _operator(task.operator, taskflow=task.taskflow)


class OwnClass:
    """An operator class of the file itself, by what can be seen of it and of its bases.

    `base` is the class of Airflow that it comes from; None for BaseOperator and BaseSensorOperator. `fields` are its
    template fields, None where they cannot be read. `parameters` are those that its own `__init__`s name, `methods`
    the names of what it defines.
    """

    __slots__ = ("base", "fields", "is_sensor", "methods", "parameters")

    def __init__(
        self,
        base: Operator | None,
        fields: set[str] | None,
        parameters: set[str],
        methods: set[str],
        *,
        is_sensor: bool,
    ) -> None:
        self.base = base
        self.methods = methods
        self.fields = fields
        self.parameters = parameters
        self.is_sensor = is_sensor


def own_class_of(task: Task) -> OwnClass | None:
    """The class of a task where this file defines it, and all its bases up to one of Airflow's are known."""
    module = task.module
    definition = module.classes.definition(task.target) if not task.taskflow else None
    fields: set[str] | None = None
    parameters: set[str] = set()
    methods: set[str] = set()
    is_read = False
    for _ in range(10):
        if definition is None or len(definition.bases) != 1:
            return None
        for statement in definition.body:
            methods.add(getattr(statement, "name", ""))
            if isinstance(statement, ast.FunctionDef) and statement.name == "__init__":
                parameters |= {one.arg for one in (*statement.args.args, *statement.args.kwonlyargs)}
            targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
            if not is_read and any(isinstance(one, ast.Name) and one.id == "template_fields" for one in targets):
                value = getattr(statement, "value", None)
                known = module.value(value) if isinstance(value, ast.expr) else None
                fields = set(map(str, known.value)) if known is not None and known.known else None
                is_read = True
        base = definition.bases[0]
        path = module.qualified(base)
        if path is None:
            definition = module.classes.definition(base)
            continue
        name = path.rpartition(".")[2]
        if not path.startswith("airflow."):
            return None
        if name in ("BaseOperator", "BaseSensorOperator"):
            fields = fields if is_read else set()
            return OwnClass(None, fields, parameters, methods, is_sensor=name == "BaseSensorOperator")
        operator = _operator(path, taskflow=False)
        if operator is None:
            return None
        fields = fields if is_read else set(operator.fields())
        return OwnClass(operator, fields, parameters, methods, is_sensor=operator.is_sensor)
    return None


def is_sensor(task: Task) -> bool:
    """Whether a task surely waits as Airflow's sensors do, with their arguments as they are."""
    operator = operator_of(task)
    if operator is not None:
        return operator.is_sensor
    own = own_class_of(task)
    if own is None or not own.is_sensor or not own.parameters.isdisjoint(terms("sensor")):
        return False
    return "execute" not in own.methods  # it may hand the waiting to the triggerer


def major_of(where: Located, project: Project) -> Major | None:
    """The Airflow that a place is for; None where it may be either, or Airflow 1."""
    version = project.airflow_version(where)
    if version is None:
        return None
    if version.at_least(3) is True:
        return 3
    return 2 if version.major == 2 else None


@cache
def terms(key: str, major: Major | None = None) -> frozenset[str]:
    """Names that are not of one operator: `context`, `macros`, `trigger_rules`, in that Airflow or either of them."""
    table = load_json("dagdock_rules", "airflow/terms")
    versions = ("2", "3") if major is None else (str(major),)
    return frozenset(name for version in ("", *versions) for name in table.get(key + version, ()))


@cache
def _of_all(is_sensor: bool, major: Major | None) -> frozenset[str]:
    found = terms("operator", major) | {"task_id"}
    return frozenset(found | terms("sensor", major) if is_sensor else found)


@cache
def _operator(path: str, *, taskflow: bool) -> Operator | None:
    if taskflow:
        return _decorated(path.split("."))
    module, _, cls = path.rpartition(".")
    parts = module.split(".")
    # `airflow.operators.X` without a module was Airflow 1's, or a plugin's.
    legacy = "contrib" in parts or len(parts) == 2 or parts[-1].endswith(("_operator", "_sensor", "_operators"))
    facts = next((found for file in _files(parts, cls, legacy=legacy) if (found := _classes(file).get(cls))), None)
    return Operator(cls, facts, legacy=legacy) if facts else None


def _decorated(parts: list[str]) -> Operator | None:
    """What a decorator makes; a bare `@setup` or `@teardown` makes what `@task` does."""
    name = ".".join(parts[parts.index("task") :]) if "task" in parts else "task"
    if "task" not in parts and parts[-1] not in ("setup", "teardown"):
        return None
    file, cls = load_json("dagdock_rules", "airflow/terms")["decorators"].get(name, ("", ""))
    facts = _classes(file).get(cls) if file else None
    return Operator(f"@{name}", facts, legacy=False) if facts else None


def _files(parts: list[str], cls: str, *, legacy: bool) -> Iterable[str]:
    """Where a class may be described: with its provider, with Airflow itself, or with who took it over."""
    if len(parts) > 2 and parts[1] == "providers":
        yield "core" if parts[2] == "standard" else "_".join(parts[2 : 4 if parts[2] in _TWO_PARTS else 3])
        return
    yield "core"
    if legacy and len(parts) > 2 and (moved := load_json("dagdock_rules", "airflow/moved")["files"].get(cls)):
        yield moved


def _classes(file: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = load_json("dagdock_rules", f"airflow/{file}").get("operators", {})
    return found
