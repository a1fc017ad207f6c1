"""Calls: functions and classes of the project run, everything else handed to what knows it."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from functools import lru_cache

from dagdock.dag.classes import kind_of_import
from dagdock.dag.evaluation.airflow import dags_in
from dagdock.dag.evaluation.attributes import Attributes, DagTask
from dagdock.dag.evaluation.frames import Frame
from dagdock.dag.evaluation.graph import Dag, Group, Task
from dagdock.dag.evaluation.library import HANDLERS
from dagdock.dag.evaluation.objects import DagFactory, GroupFactory, TaskFlow
from dagdock.dag.evaluation.plain import plain_function
from dagdock.dag.evaluation.state import MAX_DEPTH, describe
from dagdock.dag.evaluation.values import (
    MISSING,
    Bound,
    Class,
    External,
    Function,
    Host,
    Instance,
    Raised,
    Stream,
    Super,
    Unknown,
    Value,
    Wrapper,
)
from dagdock.dag.names import airflow_name

_RECORD_BASES = ("typing.NamedTuple", "pydantic.BaseModel", "pydantic.main.BaseModel", "typing.TypedDict")
_WRAPPERS = {
    "builtins.staticmethod": "staticmethod",
    "builtins.classmethod": "classmethod",
    "builtins.property": "property",
    "functools.cached_property": "property",
    "contextlib.contextmanager": "contextmanager",
    "contextlib.asynccontextmanager": "contextmanager",
}
# Decorators that leave a function what it is.
_TRANSPARENT = frozenset(
    (
        *("functools.lru_cache", "functools.cache", "functools.wraps", "abc.abstractmethod", "typing.overload"),
        *("typing.no_type_check", "functools.total_ordering", "enum.unique", "typing.final"),
    )
)


class Calls(Attributes):
    """Calls of all kinds."""

    def call(self, callee: Value, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
        kind = type(callee)
        if kind is External:
            return self._external(callee.path, args, kwargs, node, frame)
        if kind is Function:
            return self.run_function(callee, args, kwargs, node, frame)
        if kind is Bound:
            return self.call(callee.function, [*callee.args, *args], {**callee.kwargs, **kwargs}, node, frame)
        if kind is Host:
            return callee.run(args, kwargs, node)
        if kind is Class:
            return self.make_object(callee, args, kwargs, node, frame)
        if kind is TaskFlow:
            return self.call_taskflow(callee, args, kwargs, node, frame)
        if kind is GroupFactory:
            return self.call_group_factory(callee, args, kwargs, node, frame)
        if kind is DagFactory:
            return self.call_dag_factory(callee, args, kwargs, node, frame)
        if kind is DagTask:
            return self._dag_task(callee, args, kwargs, node, frame)
        if kind is Wrapper:
            return self._wrapper(callee, args, kwargs, node, frame)
        if kind is Unknown:
            self._unknown_call(callee, args, kwargs, node, frame)
            return callee
        if kind is Instance:
            method = callee.cls.find("__call__")
            if isinstance(method, Function):
                return self.run_function(method, [callee, *args], kwargs, node, frame)
        self._unknown_call(self.unknown_value(f"a call of {describe(callee)}", node, frame), args, kwargs, node, frame)
        return self.unknown_value(f"a call of {describe(callee)}", node, frame)

    # Objects of the project that say themselves what they hold.

    def items(self, value: Value, node: ast.AST) -> list[Value] | None:
        if isinstance(value, Class) and value.is_enum:
            return members(value)
        if isinstance(value, Instance):
            method = value.cls.find("__iter__")
            if isinstance(method, Function):
                return super().items(self._asked(method, [value], node), node)
        return super().items(value, node)

    def truth(self, value: Value) -> bool | None:
        if value is True or value is False:  # what comparisons give
            return value
        if isinstance(value, Instance):
            for name in ("__bool__", "__len__"):
                method = value.cls.find(name)
                if isinstance(method, Function):
                    return super().truth(self._asked(method, [value], method.node))
        return super().truth(value)

    def contains(self, container: Value, value: Value) -> Value:
        if isinstance(container, Instance):
            method = container.cls.find("__contains__")
            if isinstance(method, Function):
                return self._asked(method, [container, value], method.node)
        return super().contains(container, value)

    def _asked(self, method: Function, args: list[Value], node: ast.AST) -> Value:
        return self.run_function(method, args, {}, node, method.frame)

    def makes_nodes(self, callee: Value) -> bool:
        if isinstance(callee, External):
            return not callee.path.startswith("builtins.") and kind_of_import(callee.path) is not None
        return isinstance(callee, Class) and self._kind(callee) in ("operator", "dag", "group")

    def _unknown_call(
        self, callee: Unknown, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame
    ) -> None:
        """Something unknown is called: it may do what it likes with the DAGs it is given."""
        self.foreign_calls += 1
        given = [*args, *(value for key, value in kwargs.items() if key != "**")]
        for dag in {id(dag): dag for one in given for dag in dags_in(one)}.values():
            dag.doubt(callee)
        if callee.is_data:
            return
        if not callee.is_outside and not self.in_argument:
            self.doubt_all(callee)
        current = self.graph.current_dag
        if current is not None and not self.in_argument and not isinstance(node, ast.FunctionDef):
            current.doubt(callee)
        if "task_id" in kwargs and current is not None:
            current.doubt(callee)

    def _external(self, path: str, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
        handler = HANDLERS.get(path)
        if handler is not None:
            return handler(self, args, kwargs, node, frame)
        if path in _WRAPPERS and args:
            return Wrapper(_WRAPPERS[path], args[0])
        if path == "builtins.super":
            return self._super(args, node, frame)
        if path in _TRANSPARENT:
            return self._transparent(path, args, frame)
        if path in ("dataclasses.dataclass", "attr.s", "attr.define", "attrs.define", "attr.dataclass"):
            return self._record_decorator(args, frame)
        function = plain_function(path)
        if function is not None:
            if "**" in kwargs:
                return kwargs["**"]
            for value in (*args, *kwargs.values()):
                if isinstance(value, External):
                    return self.unknown_value(f"{path}() of {value.path}", node, frame)
                if (why := self.unknown_in(value)) is not None:
                    return Unknown(why.reason, getattr(node, "lineno", 1), frame.path, is_data=True)
            return self.host_call(function, args, kwargs, node, frame)
        if path.startswith("builtins.") and path[9:] in _EXCEPTIONS:
            return External(path)
        if path in ("sys.exit", "builtins.exit", "builtins.quit"):
            raise Raised(SystemExit, "the file ends itself", getattr(node, "lineno", 1))
        if path.endswith(".partial") and kind_of_import(path[:-8]) == "operator":
            return self.make_partial(External(path[:-8]), args, kwargs, node, frame)
        return self.airflow_call(path, args, kwargs, node, frame)

    def _transparent(self, path: str, args: list[Value], frame: Frame) -> Value:
        if args and isinstance(args[0], (Function, Class, Wrapper)) and path != "functools.wraps":
            return args[0]
        model = args[0] if args else None

        def decorate(given: list[Value], _: dict[str, Value], at: ast.AST) -> Value:
            if not given:
                return self.unknown_value(path, at, frame)
            if path == "functools.wraps" and isinstance(given[0], Function) and isinstance(model, Function):
                given[0].wrapped = model.wrapped or model
            return given[0]

        return Host(path, decorate)

    def _record_decorator(self, args: list[Value], frame: Frame) -> Value:
        def decorate(given: list[Value], _: dict[str, Value], at: ast.AST) -> Value:
            if given and isinstance(given[0], Class):
                given[0].is_record = True
                return given[0]
            return self.unknown_value("a dataclass", at, frame)

        return decorate(args, {}, ast.Pass()) if args else Host("dataclass", decorate)

    def _dag_task(
        self, value: DagTask, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame
    ) -> Value:
        made = self._task_decorator(value.name, args, kwargs, node, frame)
        if isinstance(made, TaskFlow):
            made.dag = value.dag
            return made

        def decorate(given: list[Value], keywords: dict[str, Value], at: ast.AST) -> Value:
            flow = made.run(given, keywords, at)
            if isinstance(flow, TaskFlow):
                flow.dag = value.dag
            return flow

        return Host(value.name, decorate)

    def _wrapper(
        self, callee: Wrapper, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame
    ) -> Value:
        if callee.kind == "contextmanager":
            return ContextManager(callee.function, args, kwargs)
        return self.call(callee.function, args, kwargs, node, frame)

    def _super(self, args: list[Value], node: ast.AST, frame: Frame) -> Value:
        if len(args) == 2 and isinstance(args[0], Class):
            return Super(args[0], args[1])
        home: Frame | None = frame
        while home is not None and home.within is None:
            home = home.outer
        if home is None or home.within is None or home.receiver is MISSING:
            return self.unknown_value("super()", node, frame)
        return Super(home.within, home.receiver)

    # Functions.

    def run_function(
        self, function: Function, args: Sequence[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame
    ) -> Value:
        """Call a function of the project."""
        if self.depth >= MAX_DEPTH:
            return self._too_deep(function, node, frame)
        inner = Frame("function", function.frame)
        inner.function = function
        inner.within = function.owner
        inner.receiver = args[0] if args and function.owner is not None else MISSING
        self.bind(function, inner, list(args), kwargs, node, frame)
        body = function.node
        self.spend(12, node)
        self.depth += 1
        doubts = len(self.regions)
        try:
            if isinstance(body, ast.Lambda):
                return self.evaluate(body.body, inner)
            if isinstance(body, ast.AsyncFunctionDef):
                return self.unknown_value(f"{function.name}() is asynchronous", node, frame)
            if function.frame.module is not None and is_generator(body):
                return self._generate(function, inner)
            return self.run_body(body, inner)
        except RecursionError:
            return self._too_deep(function, node, frame)
        finally:
            self.depth -= 1
            self.back_to(doubts)

    def _too_deep(self, function: Function, node: ast.AST, frame: Frame) -> Value:
        # Each call on the way may have made a DAG, and may come here several times.
        self.spend(20 + 20 * len(self.dags), node)
        why = self.unknown_value(f"{function.name}() calls itself too deep to follow", node, frame)
        self.doubt_all(why)
        return why

    def _generate(self, function: Function, inner: Frame) -> Value:
        """The values of a generator, all at once."""
        values: list[Value] = []
        doubts: list[Unknown] = []

        def take(value: Value) -> Value:
            values.append(value)
            if self.doubt is not None and len(self.regions) > depth:
                doubts.append(self.doubt)
            return None

        depth = len(self.regions)
        inner.on_yield = take
        assert isinstance(function.node, ast.FunctionDef)
        self.run_body(function.node, inner)
        return doubts[0] if doubts else Stream(iter(values))

    def run_body(self, node: ast.FunctionDef, frame: Frame) -> Value:
        """Run a function's statements; gives what it returns."""
        raise NotImplementedError

    def bind(
        self,
        function: Function,
        inner: Frame,
        args: list[Value],
        kwargs: dict[str, Value],
        node: ast.AST,
        frame: Frame,
    ) -> None:
        """Give the parameters their values."""
        parameters = function.node.args
        names, keyword_only = _names_of(parameters)
        kwargs = dict(kwargs)
        open_end = kwargs.pop("**", None)
        found = inner.names
        for name, value in zip(names, args, strict=False):
            found[name] = value
        if len(args) > len(names) and not parameters.vararg:
            raise Raised(TypeError, f"{function.name}() is given too many arguments", getattr(node, "lineno", 1))
        if parameters.vararg:
            extra = tuple(args[len(names) :])
            found[parameters.vararg.arg] = open_end if open_end is not None and not kwargs else extra
        for name in (*names, *keyword_only):
            if name in kwargs:
                if name in found:
                    raise Raised(TypeError, f"{function.name}() is given {name!r} twice", getattr(node, "lineno", 1))
                found[name] = kwargs.pop(name)
        self._defaults(function, inner, names, keyword_only, open_end, node, frame)
        if parameters.kwarg:
            rest = self.made(dict(kwargs))
            if open_end is not None:
                self.taint(rest, open_end)
            found[parameters.kwarg.arg] = rest
        elif kwargs:
            name = next(iter(kwargs))
            raise Raised(TypeError, f"{function.name}() has no parameter {name!r}", getattr(node, "lineno", 1))

    def _defaults(
        self,
        function: Function,
        inner: Frame,
        names: list[str],
        keyword_only: list[str],
        open_end: Value,
        node: ast.AST,
        frame: Frame,
    ) -> None:
        missing = [name for name in (*names, *keyword_only) if name not in inner.names]
        if not missing:
            return
        defaults = dict(zip(reversed(names), reversed(function.defaults), strict=False))
        for name in missing:
            if open_end is not None:
                inner.names[name] = open_end
            elif name in defaults:
                inner.names[name] = defaults[name]
            elif name in function.keyword_defaults:
                inner.names[name] = function.keyword_defaults[name]
            else:
                raise Raised(TypeError, f"{function.name}() is not given {name!r}", getattr(node, "lineno", 1))

    # Objects.

    def is_operator(self, cls: Class) -> bool:
        return self._kind(cls) == "operator"

    def _kind(self, cls: Class) -> str | None:
        """What a class of the project is by its bases: `dag`, `operator`, `group`, `enum`, `record`, …"""
        if cls.is_enum:
            return "enum"
        for one in cls.lineage():
            if isinstance(one, External):
                kind = kind_of_import(one.path)
                if kind is not None:
                    return kind
                if airflow_name(one.path) in ("BaseOperator", "BaseSensorOperator", "AbstractOperator"):
                    return "operator"
                if one.path in _RECORD_BASES or one.path.endswith(".BaseModel"):
                    return "record"
                if one.path in ("builtins.dict", "builtins.list", "collections.OrderedDict", "collections.UserDict"):
                    return "container"
                if one.path == "typing.Generic" or one.path in ("abc.ABC", "builtins.object", "typing.Protocol"):
                    continue
                return "outside"
            elif isinstance(one, Unknown):
                return "outside"
        return None

    def make_object(
        self, cls: Class, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame
    ) -> Value:
        if self.depth >= MAX_DEPTH:
            return self.unknown_value(f"{cls.name}() is too deep to follow", node, frame)
        kind = self._kind(cls)
        if kind == "operator" or (kind == "outside" and "task_id" in kwargs):
            return self.make_task(cls, args, kwargs, node, frame)
        if kind == "dag":
            return self._make_own_dag(cls, args, kwargs, node, frame)
        if kind == "group":
            return self._make_own_group(cls, args, kwargs, node, frame)
        if kind == "enum":
            return self._member(cls, args, node, frame)
        made = self.made(Instance(cls))
        init = cls.find("__init__")
        if isinstance(init, Function):
            self.run_function(init, [made, *args], kwargs, node, frame)
        elif kind == "record" or any(isinstance(one, Class) and one.is_record for one in cls.lineage()):
            self._fill_record(made, args, kwargs, node, frame)
        elif kind in ("outside", "container"):
            return self.unknown_value(f"an object of {cls.name}", node, frame)
        elif args or kwargs:
            raise Raised(TypeError, f"{cls.name}() takes no arguments", getattr(node, "lineno", 1))
        return made

    def _make_own_dag(
        self, cls: Class, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame
    ) -> Value:
        init = cls.find("__init__")
        if not isinstance(init, Function):
            return self.make_dag(cls, args, kwargs, node, frame)
        dag = self.make_dag(cls, [], {"dag_id": self.unknown_data("the dag_id", node, frame)}, node, frame)
        self.run_function(init, [dag, *args], kwargs, node, frame)
        return dag

    def _make_own_group(
        self, cls: Class, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame
    ) -> Value:
        init = cls.find("__init__")
        if not isinstance(init, Function):
            return self.make_group(args, kwargs, node, frame)
        made = Instance(cls)
        self.run_function(init, [made, *args], kwargs, node, frame)
        found = made.attributes.get("__group__", MISSING)
        if isinstance(found, Group):
            return found
        why = self.unknown_value(f"the task group {cls.name}", node, frame)
        self.doubt_all(why)
        return why

    def outer_init(
        self, receiver: Value, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame
    ) -> Value:
        if isinstance(receiver, Task):
            self.init_task(receiver, kwargs, node, frame)
        elif isinstance(receiver, Dag):
            fresh = self.make_dag(receiver.source, args, kwargs, node, frame)
            self.dags.remove(fresh)
            receiver.dag_id, receiver.arguments = fresh.dag_id, fresh.arguments
            receiver.default_args = fresh.default_args
        elif isinstance(receiver, Instance):
            if self._kind(receiver.cls) == "group":
                receiver.attributes["__group__"] = self.make_group(args, kwargs, node, frame)
            elif receiver.cls.is_record or self._kind(receiver.cls) == "record":
                self._fill_record(receiver, args, kwargs, node, frame)
        return None

    def _member(self, cls: Class, args: list[Value], node: ast.AST, frame: Frame) -> Value:
        for member in cls.names.values():
            if isinstance(member, Instance) and args and self.same(member.attributes.get("value"), args[0]):
                return member
        return self.unknown_value(f"a member of {cls.name}", node, frame)

    def _fill_record(
        self, made: Instance, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame
    ) -> None:
        """The `__init__` that a dataclass gets from its annotated fields."""
        fields: dict[str, tuple[ast.expr | None, Class]] = {}
        for one in reversed([one for one in made.cls.lineage() if isinstance(one, Class)]):
            for statement in one.node.body:
                if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
                    fields[statement.target.id] = (statement.value, one)
        given = dict(zip(fields, args, strict=False))
        open_end = kwargs.get("**")
        for name, (default, owner) in fields.items():
            if name in kwargs:
                given[name] = kwargs[name]
            elif name not in given:
                given[name] = self._field_default(name, default, owner, open_end, node, frame)
        made.attributes.update(given)
        after = made.cls.find("__post_init__")
        if isinstance(after, Function):
            self.run_function(after, [made], {}, node, frame)

    def _field_default(
        self, name: str, default: ast.expr | None, owner: Class, open_end: Value, node: ast.AST, frame: Frame
    ) -> Value:
        if open_end is not None:
            return open_end
        if default is None:
            return self.unknown_value(f"{name} of {owner.name}", node, frame)
        if isinstance(default, ast.Call):
            for keyword in default.keywords:
                if keyword.arg in ("default_factory", "factory"):
                    return self.call(self.evaluate(keyword.value, owner.frame), [], {}, node, frame)
                if keyword.arg == "default":
                    return self.evaluate(keyword.value, owner.frame)
        return owner.names.get(name, self.unknown_value(f"{name} of {owner.name}", node, frame))


def members(cls: Class) -> list[Value]:
    """The members of an enumeration."""
    return [one for one in cls.names.values() if isinstance(one, Instance) and one.cls is cls]


class ContextManager:
    """A call of a function with `@contextmanager`, to be run around a `with` block."""

    __slots__ = ("args", "function", "kwargs")

    def __init__(self, function: Value, args: list[Value], kwargs: dict[str, Value]) -> None:
        self.function = function
        self.args = args
        self.kwargs = kwargs


@lru_cache(maxsize=10_000)
def _names_of(parameters: ast.arguments) -> tuple[list[str], list[str]]:
    """The names of a function's parameters, and of those that are given by name alone."""
    names = [one.arg for one in (*parameters.posonlyargs, *parameters.args)]
    return names, [one.arg for one in parameters.kwonlyargs]


@lru_cache(maxsize=10_000)
def is_generator(node: ast.FunctionDef) -> bool:
    """Whether a function has a `yield` of its own."""
    waiting: list[ast.AST] = list(node.body)
    while waiting:
        current = waiting.pop()
        if isinstance(current, (ast.Yield, ast.YieldFrom)):
            return True
        if not isinstance(current, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
            waiting += ast.iter_child_nodes(current)
    return False


def _exceptions() -> frozenset[str]:
    import builtins

    found = vars(builtins).items()
    return frozenset(name for name, value in found if isinstance(value, type) and issubclass(value, BaseException))


_EXCEPTIONS = _exceptions()
