"""Functions of Python and its standard library that move values around, known ones and others."""

from __future__ import annotations

import ast
import builtins
import itertools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from dagdock.dag.classes import kind_of_import
from dagdock.dag.evaluation.files import OpenFile, exists, glob, is_dir, is_file, list_dir, open_file, scan_dir, walk
from dagdock.dag.evaluation.frames import Frame
from dagdock.dag.evaluation.graph import Dag, Group, Label, Task, XCom
from dagdock.dag.evaluation.methods import Deque
from dagdock.dag.evaluation.objects import Made
from dagdock.dag.evaluation.operations import HOST_ERRORS
from dagdock.dag.evaluation.plain import plain_function
from dagdock.dag.evaluation.state import MAX_ITEMS
from dagdock.dag.evaluation.values import (
    BARE_BASES,
    MISSING,
    Bound,
    Class,
    External,
    Function,
    Host,
    Instance,
    ModuleValue,
    Raised,
    Stream,
    Unknown,
    Value,
)

if TYPE_CHECKING:
    from dagdock.dag.evaluation.calls import Calls

Handler = Callable[["Calls", list[Value], dict[str, Value], ast.AST, Frame], Value]


def _iterable(run: Calls, value: Value, node: ast.AST, frame: Frame) -> list[Value] | Unknown:
    items = run.items(value, node)
    if items is not None:
        return items
    if isinstance(value, Unknown):
        return value
    return run.taint_of(value) or run.unknown_value("what is iterated over", node, frame)


def _list(run: Calls, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
    if not args:
        return run.made([])
    items = _iterable(run, args[0], node, frame)
    return items if isinstance(items, Unknown) else run.made(items)


def _tuple(run: Calls, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
    found = _list(run, args, kwargs, node, frame)
    return found if isinstance(found, Unknown) else tuple(found)


def _set(run: Calls, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
    found = _list(run, args, kwargs, node, frame)
    if isinstance(found, Unknown):
        return found
    for one in found:
        if isinstance(one, Unknown):
            return one
    try:
        return run.made(set(found))
    except TypeError:
        raise run.fail(TypeError, "a set of what cannot be in one", node) from None


def _dict(run: Calls, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
    made: dict[Value, Value] = run.made({})
    for arg in args:
        if isinstance(arg, dict):
            made.update(arg)
            if taint := run.taint_of(arg):
                run.taint(made, taint)
            continue
        pairs = _iterable(run, arg, node, frame)
        if isinstance(pairs, Unknown):
            run.taint(made, pairs)
            continue
        for pair in pairs:
            if not isinstance(pair, (tuple, list)) or len(pair) != 2 or isinstance(pair[0], Unknown):
                run.taint(made, run.unknown_value("a dict made of parts", node, frame))
            else:
                made[pair[0]] = pair[1]
    if "**" in kwargs:
        run.taint(made, kwargs.pop("**"))
    made.update(kwargs)
    if isinstance(node, ast.Call) and not args:
        shown = ast.Dict(
            keys=[ast.Constant(value=keyword.arg) for keyword in node.keywords if keyword.arg],
            values=[keyword.value for keyword in node.keywords if keyword.arg],
        )
        run.displays[id(made)] = (made, shown, frame.module)
    return made


def _enumerate(run: Calls, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
    items = _iterable(run, args[0], node, frame) if args else []
    start = args[1] if len(args) > 1 else kwargs.get("start", 0)
    if isinstance(items, Unknown) or not isinstance(start, int):
        return items if isinstance(items, Unknown) else run.unknown_data("enumerate()", node, frame)
    return Stream(iter(list(enumerate(items, start))))


def _zip(run: Calls, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
    lists: list[Any] = []
    for arg in args:
        if isinstance(arg, Stream):
            lists.append(arg.iterator)
            continue
        items = _iterable(run, arg, node, frame)
        if isinstance(items, Unknown):
            return items
        lists.append(items)
    return Stream(zip(*lists))  # noqa: B905 - as the file has it


def _longest(run: Calls, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
    lists: list[Any] = [_iterable(run, arg, node, frame) for arg in args]
    for one in lists:
        if isinstance(one, Unknown):
            return one
    return Stream(itertools.zip_longest(*lists, fillvalue=kwargs.get("fillvalue")))


def _map(run: Calls, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
    lists = [_iterable(run, arg, node, frame) for arg in args[1:]]
    for one in lists:
        if isinstance(one, Unknown):
            with run.doubting(one):
                run.call(args[0], [one for _ in lists], {}, node, frame)
            return one
    return Stream(iter([run.call(args[0], list(some), {}, node, frame) for some in zip(*lists)]))  # noqa: B905


def _filter(run: Calls, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
    items = _iterable(run, args[1], node, frame) if len(args) > 1 else []
    if isinstance(items, Unknown):
        return items
    found = []
    for item in items:
        verdict = item if args[0] is None else run.call(args[0], [item], {}, node, frame)
        truth = run.truth(verdict)
        if truth is None:
            return verdict if isinstance(verdict, Unknown) else run.unknown_data("what is filtered", node, frame)
        if truth:
            found.append(item)
    return Stream(iter(found))


def _reversed(run: Calls, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
    items = _iterable(run, args[0], node, frame) if args else []
    return items if isinstance(items, Unknown) else Stream(reversed(items))


def _sorted(run: Calls, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
    items = _iterable(run, args[0], node, frame) if args else []
    return items if isinstance(items, Unknown) else run.sorted(items, kwargs, node, frame)


def _len(run: Calls, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
    value = args[0] if args else None
    if isinstance(value, (str, bytes, list, tuple, dict, set, frozenset, range)):
        return run.taint_of(value) or len(value)
    if isinstance(value, Instance):
        method = value.cls.find("__len__")
        if isinstance(method, Function):
            return run.call(method, [value], {}, node, frame)
    return value if isinstance(value, Unknown) else run.unknown_data("a length", node, frame)


def _any(run: Calls, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
    return _verdict(run, args, node, frame, wanted=True)


def _all(run: Calls, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
    return _verdict(run, args, node, frame, wanted=False)


def _verdict(run: Calls, args: list[Value], node: ast.AST, frame: Frame, *, wanted: bool) -> Value:
    items = _iterable(run, args[0], node, frame) if args else []
    if isinstance(items, Unknown):
        return items
    truths = [run.truth(item) for item in items]
    if wanted in truths:
        return wanted
    return run.unknown_data("a verdict", node, frame) if None in truths else not wanted


def _range(run: Calls, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
    for arg in args:
        if not isinstance(arg, int):
            return arg if isinstance(arg, Unknown) else run.unknown_data("range()", node, frame)
    return run.host_call(range, args, {}, node, frame)


def _str(run: Calls, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
    if len(args) == 2 and isinstance(args[0], bytes):
        return run.host_call(str, args, {}, node, frame)
    return run.text_of(args[0], node, frame) if args else ""


def _int(run: Calls, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
    if args and (why := run.unknown_in(args[0])) is not None:
        return why
    if args and isinstance(args[0], str) and len(args[0]) > 1000:
        return run.unknown_data("a number too large to follow", node, frame)
    return run.host_call(int, args, kwargs, node, frame)


def _isinstance(run: Calls, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
    value, kinds = (args[0], args[1]) if len(args) == 2 else (None, ())
    if isinstance(value, Unknown):
        return value
    unsure = False
    for kind in kinds if isinstance(kinds, tuple) else (kinds,):
        verdict = _is_a(value, kind)
        if verdict:
            return True
        unsure = unsure or verdict is None
    return run.unknown_data("isinstance()", node, frame) if unsure else False


def _is_a(value: Value, kind: Value) -> bool | None:
    if isinstance(kind, Class):
        return isinstance(value, Instance) and kind in value.cls.lineage()
    if not isinstance(kind, External):
        return None
    name = kind.path.rpartition(".")[2]
    ours: type | None = {
        "DAG": Dag,
        "TaskGroup": Group,
        "BaseOperator": Task,
        "AbstractOperator": Task,
        "Operator": Task,
        "XComArg": XCom,
        "EdgeModifier": Label,
    }.get(name)
    if ours and kind.path.startswith("airflow."):
        return isinstance(value, ours)
    if isinstance(value, Task) and kind_of_import(kind.path) == "operator":
        return True if value.operator.rpartition(".")[2] == name else None
    if kind.path.startswith("builtins."):
        host = getattr(builtins, name, None)
        if isinstance(host, type):
            if isinstance(value, (Task, Dag, Group, XCom, Function, Class, Host, Bound, ModuleValue)):
                return host is object
            if isinstance(value, Instance):
                return True if host is object else _is_bare(value)
            return None if isinstance(value, (External, Stream)) else isinstance(value, host)
    if isinstance(value, (str, int, float, bool, bytes, list, dict, tuple, set, type(None))):
        from collections import abc

        if kind.path.startswith(("collections.abc.", "typing.")) and isinstance(getattr(abc, name, None), type):
            return isinstance(value, getattr(abc, name))
        if kind.path.startswith(("airflow.", "datetime.", "pathlib.", "pendulum.")):
            return False
    return None


def _is_bare(value: Instance) -> bool | None:
    """False for an object all of whose classes are of the project: it is no list, text or the like."""
    bases = [one for one in value.cls.lineage() if not isinstance(one, Class)]
    return False if all(isinstance(base, External) and base.path in BARE_BASES for base in bases) else None


def _next(run: Calls, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
    if args and isinstance(args[0], Stream):
        if run.regions:
            return run.regions[-1].why
        try:
            return next(args[0].iterator)
        except StopIteration:
            if len(args) > 1:
                return args[1]
            raise run.fail(StopIteration, "", node) from None
        except HOST_ERRORS:
            pass
    return args[0] if args and isinstance(args[0], Unknown) else run.unknown_value("next()", node, frame)


def _iter(run: Calls, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
    if args and isinstance(args[0], Stream):
        return args[0]
    items = _iterable(run, args[0], node, frame) if args else []
    return items if isinstance(items, Unknown) else Stream(iter(items))


def _getattr(run: Calls, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
    if len(args) < 2 or not isinstance(args[1], str):
        return run.unknown_value("getattr()", node, frame)
    if len(args) == 2 or isinstance(args[0], Unknown):
        return run.attribute(args[0], args[1], node, frame)
    found = run.find_attribute(args[0], args[1], node, frame)
    return args[2] if found is MISSING else found


def _hasattr(run: Calls, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
    if len(args) < 2 or not isinstance(args[1], str) or isinstance(args[0], (Unknown, External)):
        return run.unknown_data("hasattr()", node, frame)
    found = run.find_attribute(args[0], args[1], node, frame)
    return found if isinstance(found, Unknown) else found is not MISSING


def _setattr(run: Calls, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
    if len(args) == 3 and isinstance(args[1], str):
        run.set_attribute(args[0], args[1], args[2], node, frame)
    return None


def _globals(run: Calls, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
    return frame.root.names


def _locals(run: Calls, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
    return frame.names if frame.kind == "module" else run.made(dict(frame.names))


def _vars(run: Calls, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
    if args and isinstance(args[0], Instance):
        return args[0].attributes
    return _locals(run, args, kwargs, node, frame)


def _type(run: Calls, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
    if len(args) == 1:
        if isinstance(args[0], Instance):
            return args[0].cls
        if isinstance(args[0], Task) and not args[0].operator.startswith("@"):
            return args[0].cls or External(args[0].operator)
        if isinstance(args[0], (str, int, float, bool, list, dict, tuple, set, type(None))):
            return External(f"builtins.{type(args[0]).__name__}")
    return run.unknown_value("type()", node, frame)


def _callable(run: Calls, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
    if args and isinstance(args[0], (Function, Class, Host, Bound)):
        return True
    return run.unknown_data("callable()", node, frame)


def _none(run: Calls, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
    return None


def _partial(run: Calls, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
    return Bound(args[0], tuple(args[1:]), kwargs) if args else run.unknown_value("partial()", node, frame)


def _reduce(run: Calls, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
    items = _iterable(run, args[1], node, frame) if len(args) > 1 else []
    if isinstance(items, Unknown):
        return items
    items = [*args[2:3], *items]
    if not items:
        raise run.fail(TypeError, "reduce() of nothing", node)
    value = items[0]
    for item in items[1:]:
        value = run.call(args[0], [value, item], {}, node, frame)
    return value


def _itertool(name: str) -> Handler:
    def handler(run: Calls, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
        given: list[Value] = []
        for arg in args:
            if isinstance(arg, int) or (arg is None and name == "islice"):
                given.append(arg)
                continue
            if isinstance(arg, Stream):
                given.append(arg.iterator)
                continue
            items = _iterable(run, arg, node, frame)
            if isinstance(items, Unknown):
                return items
            given.append(items)
        if any(not isinstance(value, int) for value in kwargs.values()):
            return run.unknown_value(f"{name}()", node, frame)
        try:
            return Stream(getattr(itertools, name)(*given, **kwargs))
        except HOST_ERRORS as problem:
            raise Raised(type(problem), str(problem), getattr(node, "lineno", 1)) from None

    return handler


def _chain_from(run: Calls, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
    outer = _iterable(run, args[0], node, frame) if args else []
    if isinstance(outer, Unknown):
        return outer
    return _itertool("chain")(run, outer, {}, node, frame)


def _repeat(run: Calls, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
    times = args[1] if len(args) > 1 else kwargs.get("times", MAX_ITEMS + 1)
    if not isinstance(times, int):
        return run.unknown_value("repeat()", node, frame)
    return Stream(itertools.repeat(args[0], times))


def _group_by(run: Calls, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
    items = _iterable(run, args[0], node, frame) if args else []
    if isinstance(items, Unknown):
        return items
    key = kwargs.get("key", args[1] if len(args) > 1 else None)
    groups: list[tuple[Value, list[Value]]] = []
    for item in items:
        value = item if key is None else run.call(key, [item], {}, node, frame)
        if run.unknown_in(value) is not None:
            return run.unknown_value("groupby()", node, frame)
        if not groups or groups[-1][0] != value:
            groups.append((value, []))
        groups[-1][1].append(item)
    return Stream(iter(groups))


def _deque(run: Calls, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
    items = _iterable(run, args[0], node, frame) if args else []
    return items if isinstance(items, Unknown) or kwargs else run.made(Deque(items))


def _counter(run: Calls, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
    from collections import Counter

    items = _iterable(run, args[0], node, frame) if args else []
    if isinstance(items, Unknown) or any(isinstance(item, Unknown) for item in items) or kwargs:
        return items if isinstance(items, Unknown) else run.unknown_data("Counter()", node, frame)
    try:
        return run.made(Counter(items) if not isinstance(args[0], dict) else Counter(args[0]))
    except TypeError:
        return run.unknown_data("Counter()", node, frame)


def _default_dict(run: Calls, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
    factory = args[0] if args else None

    class Default(dict[Value, Value]):
        def __missing__(self, key: Value) -> Value:
            if factory is None:
                raise KeyError(key)
            self[key] = run.call(factory, [], {}, node, frame)
            return self[key]

    made = Default()
    for arg in args[1:]:
        if isinstance(arg, dict):
            made.update(arg)
    return run.made(made)


def _named_tuple(run: Calls, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
    fields = args[1] if len(args) > 1 else None
    if isinstance(fields, str):
        fields = fields.replace(",", " ").split()
    names = run.items(fields, node) if fields is not None else None
    if (
        not isinstance(args[0] if args else None, str)
        or names is None
        or not all(isinstance(one, str) for one in names)
    ):
        return run.unknown_value("namedtuple()", node, frame)
    definition = ast.ClassDef(
        name=args[0],
        bases=[],
        keywords=[],
        body=[ast.AnnAssign(target=ast.Name(id=name), annotation=ast.Constant(value=None), simple=1) for name in names],
        decorator_list=[],
    )
    made = Class(definition, [External("typing.NamedTuple")], {}, frame)
    made.is_record = True
    return made


def _copy(run: Calls, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
    value = args[0] if args else None
    if isinstance(value, (list, dict, set)):
        made = run.made(value.copy())
        if taint := run.taint_of(value):
            run.taint(made, taint)
        return made
    if isinstance(value, Instance):
        copied = Instance(value.cls)
        copied.attributes = dict(value.attributes)
        return run.made(copied)
    return value


def _deep_copy(run: Calls, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
    return _deep(run, args[0] if args else None, 0, node)


def _deep(run: Calls, value: Value, depth: int, node: ast.AST) -> Value:
    if depth > 30 or not isinstance(value, (list, dict, tuple, Instance)):
        return value
    run.spend(len(value) if not isinstance(value, Instance) else 1, node)
    made: Value
    if isinstance(value, dict):
        made = {key: _deep(run, one, depth + 1, node) for key, one in value.items()}
        if (display := run.displays.get(id(value))) is not None:
            run.displays[id(made)] = (made, display[1], display[2])
    elif isinstance(value, Instance):
        made = Instance(value.cls)
        made.attributes = {key: _deep(run, one, depth + 1, node) for key, one in value.attributes.items()}
    else:
        made = type(value)(_deep(run, one, depth + 1, node) for one in value)
    if taint := run.taint_of(value):
        run.taint(made, taint)
    return run.made(made)


def _getenv(run: Calls, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
    name = args[0] if args else kwargs.get("key")
    default = args[1] if len(args) > 1 else kwargs.get("default")
    if not isinstance(name, str) or name.startswith(_SET_EVERYWHERE):
        return run.unknown_data(f"the environment variable {name}", node, frame)
    run.assume(f"the environment variable {name} is not set", node, frame)
    return default


_SET_EVERYWHERE = ("AIRFLOW", "HOME", "USER", "PATH", "PWD", "HOSTNAME", "LANG", "TZ", "PYTHON", "SHELL", "LOGNAME")


def _min_max(name: str) -> Handler:
    function: Any = getattr(builtins, name)

    def handler(run: Calls, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
        items = args if len(args) > 1 else (_iterable(run, args[0], node, frame) if args else [])
        if isinstance(items, Unknown):
            return items
        key = kwargs.get("key")
        keys = items if key is None else [run.call(key, [item], {}, node, frame) for item in items]
        if (why := run.unknown_in(keys)) is not None:
            return run.unknown_data(why.reason, node, frame)
        if not items and "default" in kwargs:
            return kwargs["default"]
        try:
            return items[function(range(len(items)), key=keys.__getitem__)]
        except HOST_ERRORS as problem:
            raise Raised(type(problem), str(problem), getattr(node, "lineno", 1)) from None

    return handler


def _sum(run: Calls, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
    items = _iterable(run, args[0], node, frame) if args else []
    if isinstance(items, Unknown):
        return items
    total: Value = args[1] if len(args) > 1 else kwargs.get("start", 0)
    for item in items:
        total = run.binary(ast.Add(), total, item, node, frame)
    return total


def _load(path: str) -> Handler:
    def handler(run: Calls, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
        if args and isinstance(args[0], OpenFile):
            args = [args[0].content, *args[1:]]
        function = plain_function(path)
        if not args or run.unknown_in(args[0]) is not None or function is None or "**" in kwargs:
            run.foreign_calls += 1
            if args and isinstance(args[0], Unknown):
                return args[0]
            return run.unknown_data(f"{path}()", node, frame)
        return run.host_call(function, args[:1], {}, node, frame)

    return handler


def _operator(op: ast.operator) -> Handler:
    def handler(run: Calls, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
        if len(args) != 2:
            return run.unknown_value("an operator", node, frame)
        return run.binary(op, args[0], args[1], node, frame)

    return handler


def _item_getter(run: Calls, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
    def get(given: list[Value], _: dict[str, Value], at: ast.AST) -> Value:
        found = tuple(run.item(given[0], key, at, frame) for key in args)
        return found[0] if len(args) == 1 else found

    return Host("itemgetter", get)


def _attribute_getter(run: Calls, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
    def get(given: list[Value], _: dict[str, Value], at: ast.AST) -> Value:
        if len(args) != 1 or not isinstance(args[0], str):
            return run.unknown_value("attrgetter()", at, frame)
        return run.attribute(given[0], args[0], at, frame)

    return Host("attrgetter", get)


def _digest(name: str) -> Handler:
    def handler(run: Calls, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
        if len(args) != 1 or not isinstance(args[0], bytes):
            return run.unknown_data(f"hashlib.{name}()", node, frame)
        import hashlib

        digest = hashlib.new(name, args[0], usedforsecurity=False)
        return Made(f"hashlib.{name}", [], {"hexdigest": Host("hexdigest", lambda *_: digest.hexdigest())}, node)

    return handler


HANDLERS: dict[str, Handler] = {
    "hashlib.md5": _digest("md5"),
    "hashlib.sha1": _digest("sha1"),
    "hashlib.sha256": _digest("sha256"),
    "operator.add": _operator(ast.Add()),
    "operator.attrgetter": _attribute_getter,
    "operator.concat": _operator(ast.Add()),
    "operator.iadd": _operator(ast.Add()),
    "operator.itemgetter": _item_getter,
    "operator.lshift": _operator(ast.LShift()),
    "operator.mul": _operator(ast.Mult()),
    "operator.or_": _operator(ast.BitOr()),
    "operator.rshift": _operator(ast.RShift()),
    "builtins.all": _all,
    "builtins.any": _any,
    "builtins.callable": _callable,
    "builtins.dict": _dict,
    "builtins.enumerate": _enumerate,
    "builtins.filter": _filter,
    "builtins.frozenset": _set,
    "builtins.getattr": _getattr,
    "builtins.globals": _globals,
    "builtins.hasattr": _hasattr,
    "builtins.int": _int,
    "builtins.isinstance": _isinstance,
    "builtins.iter": _iter,
    "builtins.len": _len,
    "builtins.list": _list,
    "builtins.locals": _locals,
    "builtins.map": _map,
    "builtins.max": _min_max("max"),
    "builtins.min": _min_max("min"),
    "builtins.next": _next,
    "builtins.open": open_file,
    "builtins.print": _none,
    "builtins.range": _range,
    "builtins.reversed": _reversed,
    "builtins.set": _set,
    "builtins.setattr": _setattr,
    "builtins.sorted": _sorted,
    "builtins.str": _str,
    "builtins.sum": _sum,
    "builtins.tuple": _tuple,
    "builtins.type": _type,
    "builtins.vars": _vars,
    "builtins.zip": _zip,
    "collections.Counter": _counter,
    "collections.OrderedDict": _dict,
    "collections.defaultdict": _default_dict,
    "collections.deque": _deque,
    "collections.namedtuple": _named_tuple,
    "copy.copy": _copy,
    "copy.deepcopy": _deep_copy,
    "functools.partial": _partial,
    "functools.reduce": _reduce,
    "glob.glob": glob,
    "glob.iglob": glob,
    "io.open": open_file,
    "itertools.accumulate": _itertool("accumulate"),
    "itertools.chain": _itertool("chain"),
    "itertools.chain.from_iterable": _chain_from,
    "itertools.combinations": _itertool("combinations"),
    "itertools.count": _itertool("count"),
    "itertools.cycle": _itertool("cycle"),
    "itertools.groupby": _group_by,
    "itertools.islice": _itertool("islice"),
    "itertools.pairwise": _itertool("pairwise"),
    "itertools.permutations": _itertool("permutations"),
    "itertools.product": _itertool("product"),
    "itertools.repeat": _repeat,
    "itertools.zip_longest": _longest,
    "json.load": _load("json.loads"),
    "os.environ.get": _getenv,
    "os.getenv": _getenv,
    "os.listdir": list_dir,
    "os.path.exists": exists,
    "os.path.isdir": is_dir,
    "os.path.isfile": is_file,
    "os.scandir": scan_dir,
    "os.walk": walk,
    "random.seed": _none,
    "sys.path.append": _none,
    "sys.path.insert": _none,
    "warnings.filterwarnings": _none,
    "warnings.simplefilter": _none,
    "yaml.full_load": _load("yaml.safe_load"),
    "yaml.load": _load("yaml.safe_load"),
    "yaml.safe_load": _load("yaml.safe_load"),
}
