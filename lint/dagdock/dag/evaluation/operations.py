"""Operators between values: arithmetic, comparison, and `>>` between tasks."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import PurePath
from typing import Any

from dagdock.dag.evaluation.frames import Frame
from dagdock.dag.evaluation.graph import NODES, Dag, GraphError, Group, XCom, tasks_of
from dagdock.dag.evaluation.state import MAX_BITS, MAX_ITEMS, MAX_TEXT, State, describe
from dagdock.dag.evaluation.values import External, Function, Instance, Raised, Unknown, Value

_ARITHMETIC: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.BitOr: operator.or_,
    ast.BitAnd: operator.and_,
    ast.BitXor: operator.xor,
    ast.LShift: operator.lshift,
    ast.RShift: operator.rshift,
}
_METHODS: dict[type[ast.AST], str] = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.Div: "truediv",
    ast.FloorDiv: "floordiv",
    ast.Mod: "mod",
    ast.BitOr: "or",
    ast.BitAnd: "and",
}
_COMPARISONS: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
HOST_ERRORS = (TypeError, ValueError, LookupError, ArithmeticError, AttributeError, RecursionError, MemoryError)


class Operations(State):
    """Operators of Python."""

    def binary(self, op: ast.operator, left: Value, right: Value, node: ast.AST, frame: Frame) -> Value:
        if isinstance(op, (ast.RShift, ast.LShift)) and not (isinstance(left, int) and isinstance(right, int)):
            return self._shift(left, right, node, frame, upstream=isinstance(op, ast.LShift))
        for one in (left, right):
            if isinstance(one, Unknown):
                return one
        if isinstance(left, list) and isinstance(right, list) and isinstance(op, ast.Add):
            return self._joined(left, right, node)
        if isinstance(left, dict) and isinstance(right, dict) and isinstance(op, ast.BitOr):
            merged = self.made({**left, **right})
            for one in (left, right):
                if taint := self.taint_of(one):
                    self.taint(merged, taint)
            return merged
        if isinstance(op, ast.Mult) and isinstance(left, (list, tuple)) and isinstance(right, int):
            if len(left) * max(right, 0) > MAX_ITEMS:
                return self.unknown_data("a list too large to follow", node, frame)
            self.spend(len(left) * max(right, 0) // 8, node)
            return self.made(left * right)
        if isinstance(left, Instance) or isinstance(right, Instance):
            return self._by_method(_METHODS.get(type(op), ""), left, right, node, frame)
        for one in (left, right):
            if (why := self.unknown_in(one)) is not None:
                return self.unknown_data(why.reason, node, frame)
        if reason := _too_large(op, left, right):
            return self.unknown_value(reason, node, frame)
        function = _ARITHMETIC.get(type(op))
        if function is None:
            return self.unknown_data("an operator that is not followed", node, frame)
        try:
            result = function(left, right)
        except HOST_ERRORS as problem:
            raise Raised(type(problem), str(problem), getattr(node, "lineno", 1)) from None
        return self.weighed(result, node, frame)

    def _by_method(self, name: str, left: Value, right: Value, node: ast.AST, frame: Frame) -> Value:
        """An operator that a class of the project defines."""
        for receiver, other, method_name in ((left, right, f"__{name}__"), (right, left, f"__r{name}__")):
            method = receiver.cls.find(method_name) if isinstance(receiver, Instance) else None
            if isinstance(method, Function):
                return self.call(method, [receiver, other], {}, node, frame)
        return self.unknown_value(f"an operator on {describe(left)}", node, frame)

    def call(self, callee: Value, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
        raise NotImplementedError

    def weighed(self, result: Value, node: ast.AST, frame: Frame) -> Value:
        """A result of Python's own code: its size is paid for, and one that is too large is not kept."""
        if isinstance(result, (str, bytes)):
            if len(result) > MAX_TEXT:
                return self.unknown_data("a text too long to follow", node, frame)
            self.spend(len(result) // 64, node)
        elif isinstance(result, (list, tuple, set, dict)):
            if len(result) > MAX_ITEMS:
                return self.unknown_data("a list too large to follow", node, frame)
            self.spend(len(result) // 8, node)
            self.made(result)
        elif result is NotImplemented:
            return self.unknown_data("an operator that is not followed", node, frame)
        return result

    def _joined(self, left: list[Value], right: list[Value], node: ast.AST) -> list[Value]:
        joined = [*left, *right]
        self.made(joined)
        self.spend(len(joined) // 8, node)
        for one in (left, right):
            if taint := self.taint_of(one):
                self.taint(joined, taint)
        return joined

    # Dependencies.

    def _shift(self, left: Value, right: Value, node: ast.AST, frame: Frame, *, upstream: bool) -> Value:
        self.graph.line = getattr(node, "lineno", 1)
        name = "lshift" if upstream else "rshift"
        if isinstance(left, Instance) and isinstance(left.cls.find(f"__{name}__"), Function):
            return self._by_method(name, left, right, node, frame)
        if isinstance(right, Instance) and not isinstance(left, NODES):
            return self._by_method(name, left, right, node, frame)
        try:
            if isinstance(left, NODES):
                self._relate_values(left, right, node, frame, upstream=upstream)
                return right
            if isinstance(right, NODES):
                self._relate_values(right, left, node, frame, upstream=not upstream)
                return right
            if isinstance(left, Unknown) or isinstance(right, Unknown):
                self._blur_around(left, right, node, frame)
                return right if isinstance(left, Unknown) else left
        except GraphError as error:
            self.graph_error(error, node, frame, left, right)
            return right
        refused = GraphError("not-a-task", f"{describe(left)} and {describe(right)} cannot be made dependent with this")
        if isinstance(left, (list, tuple)) and isinstance(right, (list, tuple)):
            refused = GraphError("list-to-list", "a list cannot be made dependent on a list")
        elif isinstance(left, (set, int)) and isinstance(right, (set, int)):
            return self.unknown_data("a shift", node, frame)
        self.graph_error(refused, node, frame, left, right)
        return right

    def _relate_values(self, node: Value, others: Value, at: ast.AST, frame: Frame, *, upstream: bool) -> None:
        if taint := self.taint_of(others):
            others = [*others, taint]
        if isinstance(others, External):
            others = self.unknown_value(f"a dependency on {others.path}", at, frame)
        if isinstance(others, Instance):
            others = self.unknown_value(f"a dependency on an object of {others.cls.name}", at, frame)
        if isinstance(others, list):
            others = [
                self.unknown_value(f"a dependency on {describe(one)}", at, frame)
                if isinstance(one, (External, Instance))
                else one
                for one in others
            ]
        if upstream:
            self.graph.upstream(node, others)
        else:
            self.graph.downstream(node, others)

    def relate(self, node: Value, others: Value, at: ast.AST, frame: Frame, *, upstream: bool) -> None:
        """`set_upstream`, `set_downstream`, and what is made of them."""
        self.graph.line = getattr(at, "lineno", 1)
        try:
            if isinstance(node, NODES):
                self._relate_values(node, others, at, frame, upstream=upstream)
            elif isinstance(node, Unknown):
                self._blur_around(node, others, at, frame)
            else:
                raise GraphError("not-a-task", f"{describe(node)} stands where a task is needed")
        except GraphError as error:
            self.graph_error(error, at, frame, node, others)

    def _blur_around(self, left: Value, right: Value, node: ast.AST, frame: Frame) -> None:
        """A dependency of something unknown."""
        why = left if isinstance(left, Unknown) else right
        dags = {id(dag): dag for dag in (*self._dags_of(left), *self._dags_of(right))}
        current = self.graph.current_dag
        if not dags and current is not None:
            dags = {id(current): current}
        for dag in dags.values():
            dag.doubt(why)

    def _dags_of(self, value: Value) -> list[Dag]:
        values = value if isinstance(value, (list, tuple)) else [value]
        return [task.dag for one in values for task in tasks_of(one) if task.dag]

    def graph_error(self, error: GraphError, node: ast.AST, frame: Frame, *around: Value) -> None:
        """Airflow would stop loading the file here. What the DAG looks like is left unknown."""
        line = getattr(node, "lineno", 1)
        fault = (error.kind, line, error.message, node, frame.module)
        if self.doubt is None:
            self.errors.append(fault)
        why = Unknown(f"Airflow does not load this: {error.message}", line, frame.path)
        dags = [dag for value in around for dag in self._dags_of(value)]
        dags += [value.dag for value in around if isinstance(value, Group)]
        current = self.graph.current_dag
        for dag in dags or ([current] if current else self.dags):
            dag.doubt(why)
            if self.doubt is None:
                dag.errors.append(fault)

    # Comparisons.

    def compare(self, op: ast.cmpop, left: Value, right: Value, node: ast.AST, frame: Frame) -> Value:
        if isinstance(op, (ast.Is, ast.IsNot)):
            result = self._identical(left, right)
        elif isinstance(op, (ast.In, ast.NotIn)):
            result = self.contains(right, left)
        else:
            result = self._compared(op, left, right, node, frame)
        if isinstance(result, Unknown):
            return self.unknown_data(result.reason, node, frame)
        return not result if isinstance(op, (ast.IsNot, ast.NotIn)) else result

    def _identical(self, left: Value, right: Value) -> Value:
        for one in (left, right):
            if isinstance(one, Unknown):
                return one
        if isinstance(left, External) and isinstance(right, External):
            return left.path == right.path
        return left is right

    def contains(self, container: Value, value: Value) -> Value:
        if isinstance(container, Unknown):
            return container
        if isinstance(container, str):
            return value in container if isinstance(value, str) else self._no_idea(value)
        if isinstance(container, (list, tuple, dict, set, frozenset, range)):
            if isinstance(value, Instance):
                return self._contains_object(container, value)
            if taint := self.taint_of(container):
                return taint
            if isinstance(value, Unknown):
                return value if container else False
            if any(one is value for one in container):
                return True
            if self.unknown_in(value) is not None and not isinstance(value, NODES):
                return self._no_idea(value)
            try:
                if isinstance(container, (dict, set, frozenset, range)):
                    return value in container
            except TypeError:
                return self._no_idea(value)
            for one in container:
                if isinstance(one, Unknown):
                    return one
                if self.unknown_in(one) is None and one == value:
                    return True
            return False
        return self._no_idea(container)

    def _contains_object(self, container: Value, value: Instance) -> Value:
        if taint := self.taint_of(container):
            return taint
        if any(one is value for one in container):
            return True
        if isinstance(value.cls.find("__eq__"), Function) or any(isinstance(one, Unknown) for one in container):
            return self._no_idea(value)
        return False

    def _no_idea(self, value: Value) -> Unknown:
        return value if isinstance(value, Unknown) else Unknown(f"a look into {describe(value)}", 1, "")

    def _compared(self, op: ast.cmpop, left: Value, right: Value, node: ast.AST, frame: Frame) -> Value:
        for one in (left, right):
            if isinstance(one, Unknown):
                return one
        left, right = _mixed_in(left), _mixed_in(right)
        if isinstance(left, Instance) or isinstance(right, Instance):
            return self._compared_by_method(op, left, right, node, frame)
        if isinstance(op, (ast.Eq, ast.NotEq)) and (self._is_object(left) or self._is_object(right)):
            equal = left is right or (
                isinstance(left, XCom)
                and isinstance(right, XCom)
                and left.tasks == right.tasks
                and left.key == right.key
            )
            if isinstance(left, External) or isinstance(right, External):
                return Unknown("a comparison with something from outside", 1, "")
            return equal if isinstance(op, ast.Eq) else not equal
        for one in (left, right):
            if (why := self.unknown_in(one)) is not None:
                return why
        try:
            return bool(_COMPARISONS[type(op)](left, right))
        except HOST_ERRORS as problem:
            raise Raised(type(problem), str(problem), getattr(node, "lineno", 1)) from None

    def _compared_by_method(self, op: ast.cmpop, left: Value, right: Value, node: ast.AST, frame: Frame) -> Value:
        owner = left if isinstance(left, Instance) else right
        method = owner.cls.find(
            f"__{type(op).__name__.lower().replace('noteq', 'ne').replace('gte', 'ge').replace('lte', 'le')}__"
        )
        if isinstance(method, Function):
            return self.call(method, [owner, right if owner is left else left], {}, node, frame)
        if not isinstance(op, (ast.Eq, ast.NotEq)):
            return self.unknown_data(f"a comparison with {describe(owner)}", node, frame)
        if isinstance(op, ast.NotEq) and isinstance(owner.cls.find("__eq__"), Function):
            equal = self.truth(self._compared_by_method(ast.Eq(), left, right, node, frame))
            return (
                self.unknown_data(f"a comparison with {describe(owner)}", node, frame) if equal is None else not equal
            )
        equal = left is right or self._equal_records(left, right)
        return equal if isinstance(op, ast.Eq) else not equal

    def _equal_records(self, left: Value, right: Value) -> bool:
        if not isinstance(left, Instance) or not isinstance(right, Instance) or left.cls is not right.cls:
            return False
        return left.cls.is_record and all(
            name in right.attributes and self.same(value, right.attributes[name])
            for name, value in left.attributes.items()
        )

    def _is_object(self, value: Value) -> bool:
        return value is not None and type(value).__module__.startswith("dagdock.")


def _mixed_in(value: Value) -> Value:
    """The text or number that a member of an enumeration is besides."""
    if isinstance(value, Instance) and value.cls.is_enum:
        bases = [one.path for one in value.cls.lineage() if isinstance(one, External)]
        if any(path in ("builtins.str", "builtins.int", "enum.StrEnum", "enum.IntEnum") for path in bases):
            return value.attributes.get("value")
    return value


def _too_large(op: ast.operator, left: Value, right: Value) -> str | None:
    """Why an operation on plain values is not carried out: its result would not fit."""
    if isinstance(op, ast.Mult):
        for text, times in ((left, right), (right, left)):
            if isinstance(text, (str, bytes, list, tuple)) and isinstance(times, int) and len(text) * times > MAX_TEXT:
                return "a text too long to follow"
    if isinstance(left, int) and isinstance(right, int):
        bits = left.bit_length() + right.bit_length()
        if isinstance(op, ast.Mult) and bits > MAX_BITS:
            return "a number too large to follow"
        if isinstance(op, ast.Pow) and (right > MAX_BITS or left.bit_length() * max(right, 1) > MAX_BITS):
            return "a number too large to follow"
        if isinstance(op, ast.LShift) and (right > MAX_BITS or bits > MAX_BITS):
            return "a number too large to follow"
    if isinstance(op, ast.Mod) and isinstance(left, (str, bytes)) and has_large_number(left, right):
        return "a text too long to follow"
    if isinstance(op, ast.Pow) and not (isinstance(left, (int, float)) and isinstance(right, (int, float))):
        return None if isinstance(left, (date, timedelta, PurePath)) else "a power"
    return None


def has_large_number(template: str | bytes, *values: Value) -> bool:
    """Whether formatting might make a text out of all proportion: `%999999999d`, `%*d`."""
    text = template if isinstance(template, str) else template.decode("latin-1")
    digits = 0
    for char in text:
        digits = digits + 1 if char.isdigit() else 0
        if digits > 4:
            return True
    if "*" in text or ":{" in text:
        return any(isinstance(one, int) and one > 10_000 for value in values for one in _scalars(value))
    return False


def _scalars(value: Value) -> list[Value]:
    if isinstance(value, (list, tuple)):
        return list(value)
    return list(value.values()) if isinstance(value, dict) else [value]
