"""Facts about Airflow as data for the DAG rules, taken from installed Airflows.

    PYTHON_WITH_AIRFLOW_2 scripts/airflow_facts.py collect two.json
    PYTHON_WITH_AIRFLOW_3 scripts/airflow_facts.py collect three.json
    python scripts/airflow_facts.py read old.json FOLDER...      # older releases, unpacked and not imported
    python scripts/airflow_facts.py write two.json three.json old.json

`collect` imports every operator of the providers that are installed beside Airflow and tries how it answers to
arguments. `read` only looks at the text of older releases: an argument that any of them took is no slip of the pen.
`write` puts it all together, one file a provider below rules/dagdock_rules/data/airflow.
"""

from __future__ import annotations

import ast
import contextlib
import enum
import importlib
import importlib.metadata
import inspect
import json
import os
import signal
import sys
import textwrap
import warnings
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parent.parent / "rules" / "dagdock_rules" / "data" / "airflow"
KINDS = frozenset(("operators", "sensors", "transfers", "decorators"))
Facts = dict[str, Any]
# An operator that neither version has any more.
NOTHING: Facts = dict.fromkeys(("arguments", "required", "fields", "endings"), ()) | dict.fromkeys(
    ("decorator", "strict", "sensor", "branch", "sql", "silent")
)


def collect() -> Facts:
    """Everything there is to know about the Airflow of this Python."""
    import airflow

    warnings.simplefilter("ignore")
    base, sensor = _base_classes()
    modules: Facts = {}
    for path in map(Path, airflow.__path__):
        for file in sorted(path.rglob("*.py")):
            parts = file.relative_to(path).with_suffix("").parts
            if KINDS.isdisjoint(parts) or "example_dags" in parts or "tests" in parts:
                continue
            name = ".".join(("airflow", *(part for part in parts if part != "__init__")))
            for cls in _classes(name, base):
                modules.setdefault(name, {})[cls.__name__] = _operator(cls, base, sensor)
    return {
        "version": airflow.__version__,
        "providers": {
            each.metadata["Name"]: each.version
            for each in importlib.metadata.distributions()
            if each.metadata["Name"].startswith("apache-airflow-providers-")
        },
        "modules": modules,
        "moved": _moved(),
        "operator": _parameters(base.__init__),
        "sensor": _parameters(sensor.__init__),
        "modes": sorted(sensor.valid_modes),
        **_templates(),
        **_rules(),
    }


def _base_classes() -> tuple[Any, Any]:
    try:
        from airflow.sdk import BaseOperator, BaseSensorOperator
    except ImportError:
        from airflow.models.baseoperator import BaseOperator
        from airflow.sensors.base import BaseSensorOperator
    return BaseOperator, BaseSensorOperator


def _classes(module: str, base: type) -> Iterator[type]:
    """The operators that a module defines."""
    try:
        with _limit(60):
            found = importlib.import_module(module)
    except BaseException as error:  # a provider whose library is missing, or that ends the process
        print(f"{module}: {type(error).__name__}", file=sys.stderr)
        return
    for value in vars(found).values():
        if isinstance(value, type) and issubclass(value, base) and value.__module__ == module:
            yield value


def _operator(cls: Any, base: type, sensor: type) -> Facts:
    arguments: list[str] = []
    takes_base = True
    for owner in cls.__mro__:
        if owner in (base, sensor):
            break
        if "__init__" not in vars(owner):
            continue
        arguments += _parameters(owner.__init__)
        try:
            arguments += _popped(ast.parse(textwrap.dedent(inspect.getsource(owner.__init__))))
        except (OSError, SyntaxError, TypeError):
            takes_base = False
        kinds = {one.kind for one in inspect.signature(owner.__init__).parameters.values()}
        if inspect.Parameter.VAR_KEYWORD not in kinds:
            takes_base = False
            break
    required, strict = _tried(cls)
    initial = inspect.signature(cls.__init__).parameters.get("do_xcom_push")
    return {
        "arguments": _unique(arguments),
        "required": required,
        # Whether it refuses what it does not know, and takes what every operator does.
        "strict": strict and takes_base,
        "fields": _texts(getattr(cls, "template_fields", ())),
        "endings": _texts(getattr(cls, "template_ext", ())),
        "sensor": issubclass(cls, sensor),
        "branch": any("Branch" in one.__name__ or one.__name__ == "SkipMixin" for one in cls.__mro__),
        "sql": any(one.__name__ in ("BaseSQLOperator", "SQLExecuteQueryOperator") for one in cls.__mro__),
        "silent": initial is not None and initial.default is False,
        "decorator": _decorator(cls),
    }


def _decorator(cls: Any) -> str | None:
    """The name of the decorator that makes it, as `@task.docker`."""
    name = getattr(cls, "custom_operator_name", None)
    return name if isinstance(name, str) and name.startswith("@task") else None


def _tried(cls: Any) -> tuple[list[str], bool]:
    """The arguments that it asks for when it is made without them, and whether it complains about unknown ones."""
    given: dict[str, Any] = {"task_id": "tried"}
    if "Decorated" in cls.__name__:
        given.update(python_callable=_nothing, op_args=(), op_kwargs={})
    required: list[str] = []
    for _ in range(8):
        error = _made(cls, given)
        missing = [name for name in _quoted(error) if name != "task_id"] if "missing keyword" in error else []
        if not missing or any(name in given for name in missing):
            break
        required += missing
        given.update(dict.fromkeys(missing, "x"))
        if "python_callable" in given:
            given["python_callable"] = _nothing
    error = _made(cls, {**given, "no_such_argument": 1})
    return required, "no_such_argument" in error


def _nothing() -> None:
    """What a Python operator is given to run."""


def _made(cls: Any, given: dict[str, Any]) -> str:
    try:
        with _limit(10), contextlib.redirect_stdout(sys.stderr):
            cls(**given)
    except BaseException as error:
        return str(error)
    return ""


def _quoted(text: str) -> list[str]:
    return text.split("'")[1::2]


@contextlib.contextmanager
def _limit(seconds: int) -> Iterator[None]:
    def stop(*_: object) -> None:
        raise TimeoutError

    signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)


def _parameters(function: Any) -> list[str]:
    plain = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    found = [one.name for one in inspect.signature(function).parameters.values() if one.kind in plain]
    return [name for name in found if name != "self" and not name.startswith("_")]


def _popped(tree: ast.AST) -> Iterator[str]:
    """What a function takes out of its `kwargs` by name."""
    for node in ast.walk(tree):
        name: ast.expr | None = None
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _is_kwargs(node.func.value):
            name = node.args[0] if node.args and node.func.attr in ("pop", "get", "setdefault") else None
        elif isinstance(node, ast.Subscript) and _is_kwargs(node.value) and isinstance(node.ctx, ast.Load):
            name = node.slice
        elif isinstance(node, ast.Compare) and len(node.comparators) == 1 and _is_kwargs(node.comparators[0]):
            name = node.left
        if isinstance(name, ast.Constant) and isinstance(name.value, str):
            yield name.value


def _is_kwargs(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in ("kwargs", "base_operator_kwargs")


def _texts(value: Any) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, (list, tuple, set, dict)) else []


def _unique(names: Iterable[str]) -> list[str]:
    return sorted({name for name in names if name not in ("self", "task_id") and not name.startswith("_")})


def _moved() -> dict[str, str]:
    """Where the shims of Airflow 2 lead to, by the name of the class: `PostgresOperator` → its path in the provider."""
    import airflow

    found: dict[str, str] = {}
    for path in map(Path, airflow.__path__):
        for folder in ("operators", "sensors", "contrib/operators", "contrib/sensors"):
            for file in sorted((path / folder).glob("*.py")):
                for node in ast.walk(ast.parse(file.read_text())):
                    if isinstance(node, ast.Dict):
                        found.update(_texts_in(node))
    return found


def _texts_in(node: ast.Dict) -> Iterator[tuple[str, str]]:
    for key, value in zip(node.keys, node.values, strict=True):
        pair = [one.value for one in (key, value) if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        if len(pair) == 2 and pair[1].startswith("airflow."):
            yield pair[0], pair[1]


def _templates() -> Facts:
    """What a template may name."""
    try:
        from airflow.sdk.definitions.context import Context
        from airflow.sdk.execution_time import macros

        keys = list(Context.__annotations__)
    except ImportError:
        from airflow import macros
        from airflow.utils.context import KNOWN_CONTEXT_KEYS

        keys = list(KNOWN_CONTEXT_KEYS)
    from jinja2 import Environment

    try:
        from airflow.sdk.definitions._internal.templater import FILTERS
    except ImportError:
        from airflow.templates import FILTERS
    plain = Environment()
    return {
        "context": sorted({*keys, "var", "conn"}),
        "macros": sorted(name for name in dir(macros) if not name.startswith("_") and name != "annotations"),
        "filters": sorted({*FILTERS, *plain.filters}),
        "tests": sorted(plain.tests),
        "globals": sorted(plain.globals),
    }


def _rules() -> Facts:
    """Values that arguments may have, and the arguments of a DAG."""
    try:
        from airflow.sdk import DAG, TriggerRule, WeightRule
    except ImportError:
        from airflow.models.dag import DAG
        from airflow.utils.trigger_rule import TriggerRule
        from airflow.utils.weight_rule import WeightRule
    return {
        "trigger_rules": _members(TriggerRule),
        "weight_rules": _members(WeightRule),
        "dag": _unique([*_parameters(DAG.__init__), "dag_id"]),
    }


def _members(cls: type[enum.Enum]) -> list[str]:
    return sorted(str(one.value) for one in cls)


# Older releases, by their text alone.


def read(folders: Iterable[Path]) -> Facts:
    """By class: the arguments and template fields that any of these releases has, and the arguments of all."""
    found: dict[str, dict[str, set[str]]] = {}
    places: dict[str, str] = {}
    for folder in folders:
        classes: dict[str, list[ast.ClassDef]] = {}
        for file in folder.rglob("airflow/**/*.py"):
            try:
                tree = ast.parse(file.read_text())
            except (SyntaxError, UnicodeDecodeError):
                continue
            for node in ast.walk(tree):
                if isinstance(node, ast.ClassDef):
                    classes.setdefault(node.name, []).append(node)
                    if not KINDS.isdisjoint(file.parts):
                        places[node.name] = ".".join(file.relative_to(folder).with_suffix("").parts)
        for name in classes:
            if name.endswith(("Operator", "Sensor", "OperatorAsync", "SensorAsync")):
                entry = found.setdefault(name, {"arguments": set(), "fields": set()})
                taken: set[str] = set()
                for one in _read_bases(name, classes):
                    taken.update(_read_arguments(one))
                    entry["fields"].update(_read_fields(one))
                entry["arguments"] |= taken
                entry["always"] = entry.get("always", taken) & taken
    return {
        "old": {name: {key: sorted(values) for key, values in entry.items()} for name, entry in found.items()},
        "places": places,
    }


def _read_bases(name: str, classes: dict[str, list[ast.ClassDef]]) -> Iterator[ast.ClassDef]:
    waiting, seen = [name], {name}
    for one in waiting:
        for node in classes.get(one, ()):
            yield node
            for base in node.bases:
                last = base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "")
                if last not in seen:
                    seen.add(last)
                    waiting.append(last)


def _read_arguments(node: ast.ClassDef) -> Iterator[str]:
    for part in node.body:
        if isinstance(part, ast.FunctionDef) and part.name == "__init__":
            for argument in (*part.args.posonlyargs, *part.args.args, *part.args.kwonlyargs):
                if argument.arg != "self":
                    yield argument.arg
            yield from _popped(part)


def _read_fields(node: ast.ClassDef) -> Iterator[str]:
    for part in node.body:
        targets = part.targets if isinstance(part, ast.Assign) else [getattr(part, "target", None)]
        if any(isinstance(one, ast.Name) and one.id == "template_fields" for one in targets):
            for inner in ast.walk(part):
                if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
                    yield inner.value


# The files that the rules read.


def write(two: Facts, three: Facts, old: Facts) -> None:
    """One file a provider, and `core` for Airflow itself and its standard provider."""
    DATA.mkdir(parents=True, exist_ok=True)
    head = {
        "source": f"apache-airflow {two['version']} and {three['version']} with their providers, as installed",
        "date": date.today().isoformat(),
    }
    of_all = {*two["operator"], *three["operator"], *old["old"]["BaseOperator"]["arguments"], "task_id", "context"}
    of_sensors = {*two["sensor"], *three["sensor"], *of_all}
    files: dict[str, Facts] = {}
    for facts, key in ((two, "2"), (three, "3")):
        for module, classes in facts["modules"].items():
            for name, one in classes.items():
                found = files.setdefault(_file_of(module), {}).setdefault(name, {})
                # A class that stands in two modules is one for us: it takes what either of them does.
                found[key] = _joined(found[key], one) if key in found else one
    for name, module in old["places"].items():
        known = name in files.get(_file_of(module), {})
        if module.startswith("airflow.providers.") and name in old["old"] and not known:
            files.setdefault(_file_of(module), {})[name] = {}
    for file, by_name in sorted(files.items()):
        entries = {}
        for name, versions in sorted(by_name.items()):
            general = of_sensors if any(one["sensor"] for one in versions.values()) else of_all
            entries[name] = _entry(versions.get("2"), versions.get("3"), old["old"].get(name, {}), general)
        _save(file, {**head, "operators": entries})
    earlier = sorted(set(old["old"]["BaseOperator"]["arguments"]) - {*two["operator"], *three["operator"], "context"})
    decorators = {
        str(one["decorator"]).removeprefix("@"): [file, name]
        for file, by_name in sorted(files.items())
        for name, versions in by_name.items()
        for one in versions.values()
        if one["decorator"]
    }
    _save("terms", {**head, **_terms(two, three), "operator_old": _named(earlier), "decorators": decorators})
    _save("moved", {**head, "files": _moved_to(two["moved"], files)})


def _file_of(module: str) -> str:
    """`amazon` for a module below airflow.providers.amazon; two-part providers have both (`apache_spark`)."""
    parts = module.split(".")
    if parts[1] != "providers" or parts[2] == "standard":
        return "core"
    return "_".join(parts[2:4]) if parts[2] in ("apache", "cncf", "common", "dbt", "microsoft") else parts[2]


def _joined(one: Facts, other: Facts) -> Facts:
    """What at least one of two classes of the same name takes, and what both ask for."""
    joined = {**one, "strict": one["strict"] and other["strict"], "decorator": one["decorator"] or other["decorator"]}
    for key in ("arguments", "fields", "endings"):
        joined[key] = _unique([*one[key], *other[key]])
    joined["required"] = [name for name in one["required"] if name in other["required"]]
    return joined


def _entry(two: Facts | None, three: Facts | None, old: Facts, general: set[str]) -> Facts:
    """What holds in both, with what is true of one alone apart; empty things are left out.

    `a` are the arguments that are its own, `r` those it asks for, `t` the template fields, `e` the endings of files
    that are templates; `old` and `told` arguments and template fields of earlier releases.
    """
    one: Facts = three or two or NOTHING
    entry: Facts = {"in": "".join(("2" if two else "", "3" if three else ""))}
    for key, short in (("arguments", "a"), ("required", "r"), ("fields", "t"), ("endings", "e")):
        in_two, in_three = set((two or one)[key]), set((three or one)[key])
        if key == "arguments":
            in_two, in_three = in_two - general, in_three - general
        entry[short] = " ".join(sorted(in_two & in_three))
        entry[f"{short}2"] = " ".join(sorted(in_two - in_three))
        entry[f"{short}3"] = " ".join(sorted(in_three - in_two))
    # What an earlier release did not know cannot have been asked for by it.
    entry["r"] = " ".join(name for name in entry["r"].split() if name in old.get("always", (name,)))
    known = {*(two or one)["arguments"], *(three or one)["arguments"], *general}
    fields = {*(two or one)["fields"], *(three or one)["fields"]}
    entry["old"] = " ".join(_named(set(old.get("arguments", ())) - known))
    entry["told"] = " ".join(_named(set(old.get("fields", ())) - fields))
    strict = (two or one)["strict"] and (three or one)["strict"]
    flags = {"open": not strict, **{name: one[name] for name in ("sensor", "branch", "sql", "silent")}}
    entry["is"] = " ".join(name for name, value in flags.items() if value)
    entry["by"] = one["decorator"]
    return {key: value for key, value in entry.items() if value}


def _named(names: Iterable[str]) -> list[str]:
    return sorted(name for name in names if not name.startswith("_"))


def _terms(two: Facts, three: Facts) -> Facts:
    """What is not of one operator: with `2` and `3` behind the name what is true of one version alone."""
    found: Facts = {}
    for key in (
        *("operator", "sensor", "modes", "context", "macros", "filters", "tests", "globals"),
        *("trigger_rules", "weight_rules", "dag"),
    ):
        in_two, in_three = set(two[key]), set(three[key])
        found[key] = sorted(in_two & in_three)
        found[f"{key}2"] = sorted(in_two - in_three)
        found[f"{key}3"] = sorted(in_three - in_two)
    return {key: value for key, value in found.items() if value}


def _moved_to(moved: dict[str, str], files: dict[str, Facts]) -> dict[str, str]:
    """The providers that took over classes from Airflow itself, by the names of those that kept theirs."""
    found: dict[str, str] = {}
    for before, now in sorted(moved.items()):
        module, _, name = now.rpartition(".")
        file = _file_of(module) if module.count(".") > 1 else ""
        if before == name and file != "core" and name in files.get(file, {}):
            found[name] = file
    return found


def _save(name: str, facts: Facts) -> None:
    lines = [f"{json.dumps(key)}: {_lines(value)}" for key, value in facts.items()]
    (DATA / f"{name}.json").write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def _lines(value: Any) -> str:
    """Each class on a line of its own, so that a new version shows as a short difference."""
    if isinstance(value, dict) and any(isinstance(one, dict) for one in value.values()):
        return "{\n" + ",\n".join(f"{json.dumps(key)}: {_lines(one)}" for key, one in value.items()) + "\n}"
    return json.dumps(value, separators=(",", ":"))


def main(arguments: list[str]) -> None:
    command, *rest = arguments
    if command == "write":
        write(*(json.loads(Path(name).read_text()) for name in rest))
        return
    facts = collect() if command == "collect" else read(map(Path, rest[1:]))
    Path(rest[0]).write_text(json.dumps(facts))
    # Providers may have left threads that never end.
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
