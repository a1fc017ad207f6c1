"""Methods of Python's own values: texts, lists, dicts, sets, dates, paths."""

from __future__ import annotations

import ast
from datetime import date, time, timedelta, tzinfo
from pathlib import PurePath
from typing import Any

from dagdock.dag.evaluation.expressions import Expressions
from dagdock.dag.evaluation.frames import Frame
from dagdock.dag.evaluation.operations import HOST_ERRORS, has_large_number
from dagdock.dag.evaluation.state import MAX_TEXT
from dagdock.dag.evaluation.values import MISSING, Host, Raised, Unknown, Value

_TEXT = frozenset(
    "capitalize casefold center count encode endswith expandtabs find format format_map index isalnum isalpha isascii"
    " isdecimal isdigit isidentifier islower isnumeric isspace istitle isupper ljust lower lstrip partition"
    " removeprefix removesuffix replace rfind rindex rjust rpartition rsplit rstrip split splitlines startswith strip"
    " swapcase title translate upper zfill decode hex".split()
)
_DATES = frozenset(
    "astimezone combine ctime date day days days_in_month dst fold hour isocalendar isoformat isoweekday microsecond"
    " microseconds minute month replace second seconds strftime time timestamp timetuple timetz toordinal"
    " total_seconds tzinfo tzname utcoffset weekday year key".split()
)
_PATHS = frozenset(
    "anchor as_posix as_uri drive is_absolute is_relative_to joinpath match name parent parents parts relative_to root"
    " stem suffix suffixes with_name with_stem with_suffix".split()
)
_SETS = frozenset("copy difference intersection isdisjoint issubset issuperset symmetric_difference union".split())
_URL_PARTS = frozenset("fragment hostname netloc params password path port query scheme username".split())
_CHANGES = frozenset(
    "add append appendleft clear difference_update discard extend insert intersection_update pop popitem popleft remove"
    " reverse rotate setdefault sort update".split()
)
_PADDING = frozenset(("center", "expandtabs", "ljust", "rjust", "zfill"))


class Deque(list[Value]):
    """`collections.deque`."""

    def popleft(self) -> Value:
        return self.pop(0)

    def appendleft(self, value: Value) -> None:
        self.insert(0, value)

    def rotate(self, by: int = 1) -> None:
        if self:
            by %= len(self)
            self[:] = self[len(self) - by :] + self[: len(self) - by]


class Methods(Expressions):
    """Calls of methods of plain values. What changes a container that may not be changed makes it unknown."""

    def plain_attribute(self, value: Value, name: str, node: ast.AST, frame: Frame) -> Value:
        """An attribute of a plain value: for methods something to call. MISSING where there is no such thing."""
        if isinstance(value, (list, dict, set, tuple, frozenset)):
            if not hasattr(value, name):
                return MISSING
            if isinstance(value, tuple) and name in _URL_PARTS:
                return getattr(value, name)
            return Host(name, lambda args, kwargs, at: self._container(value, name, args, kwargs, at, frame))
        if isinstance(value, (str, bytes)):
            if name == "join":
                return Host(name, lambda args, kwargs, at: self._join(value, args, at, frame))
            allowed = _TEXT
        elif isinstance(value, PurePath):
            allowed = _PATHS
        elif isinstance(value, (date, time, timedelta, tzinfo)):
            allowed = _DATES
        elif isinstance(value, (int, float, complex)):
            allowed = frozenset(("real", "imag", "numerator", "denominator", "bit_length", "is_integer", "__str__"))
        elif isinstance(value, range):
            allowed = frozenset(("start", "stop", "step", "index", "count"))
        else:
            allowed = frozenset()
        if name not in allowed:
            return (
                self.unknown_value(f".{name}", node, frame)
                if hasattr(value, name) or allowed in (_DATES, _PATHS)
                else MISSING
            )
        try:
            found = getattr(value, name)
        except HOST_ERRORS:
            return MISSING
        if not callable(found):
            return found
        return Host(name, lambda args, kwargs, at: self._pure(value, name, args, kwargs, at, frame))

    def _pure(
        self, value: Value, name: str, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame
    ) -> Value:
        if name in ("format", "format_map") and isinstance(value, str):
            # Objects of the file have texts of their own.
            args = [self._shown(arg, node, frame) for arg in args]
            kwargs = {key: self._shown(arg, node, frame) for key, arg in kwargs.items()}
        for arg in (*args, *kwargs.values()):
            if (why := self.unknown_in(arg)) is not None:
                return Unknown(why.reason, getattr(node, "lineno", 1), frame.path, is_data=True)
        if name in _PADDING and any(isinstance(arg, int) and arg > 10_000 for arg in args):
            return self.unknown_data("a text too long to follow", node, frame)
        if name in ("format", "format_map") and has_large_number(value, *args, *kwargs.values()):
            return self.unknown_data("a text too long to follow", node, frame)
        if name == "strftime" and args and isinstance(args[0], str) and has_large_number(args[0]):
            return self.unknown_data("a text too long to follow", node, frame)
        if name == "replace" and len(args) > 1 and isinstance(args[1], (str, bytes)):
            longest = len(args[1]) * (len(value) + 1)
            if longest > MAX_TEXT:
                return self.unknown_data("a text too long to follow", node, frame)
        return self.host_call(getattr(value, name), args, kwargs, node, frame)

    def _shown(self, value: Value, node: ast.AST, frame: Frame) -> Value:
        if isinstance(value, Unknown) or self.unknown_in(value) is None:
            return value
        return self.text_of(value, node, frame)

    def host_call(
        self, function: Any, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame
    ) -> Value:
        """Call Python's own function with plain values, or values that it only moves around."""
        try:
            result = function(*args, **kwargs)
        except HOST_ERRORS as problem:
            raise Raised(type(problem), str(problem), getattr(node, "lineno", 1)) from None
        return self.weighed(result, node, frame)

    def _join(self, value: Value, args: list[Value], node: ast.AST, frame: Frame) -> Value:
        items = self.items(args[0], node) if len(args) == 1 else None
        if items is None:
            why = args[0] if args and isinstance(args[0], Unknown) else None
            return why or (self.taint_of(args[0]) if args else None) or self.unknown_data("join()", node, frame)
        for item in items:
            if (why := self.unknown_in(item)) is not None:
                return Unknown(why.reason, getattr(node, "lineno", 1), frame.path, is_data=True)
        if sum(len(item) for item in items if isinstance(item, (str, bytes))) + len(value) * len(items) > MAX_TEXT:
            return self.unknown_data("a text too long to follow", node, frame)
        return self.host_call(value.join, [items], {}, node, frame)

    def _container(
        self, value: Value, name: str, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame
    ) -> Value:
        if "**" in kwargs:
            if name in _CHANGES:
                self.taint(value, kwargs["**"])
            return kwargs["**"]
        taint = self.taint_of(value)
        if name in _CHANGES:
            if not self.may_change(value):
                return self.regions[-1].why if name in ("pop", "popitem", "setdefault") else None
            return self._change(value, name, args, kwargs, taint, node, frame)
        if taint:
            return taint
        if isinstance(value, dict):
            return self._look(value, name, args, node, frame)
        if name in ("index", "count"):
            if args and (why := self.unknown_in([value, *args])) is not None:
                if name == "index" and any(one is args[0] for one in value):
                    return next(number for number, one in enumerate(value) if one is args[0])
                return self.unknown_data(why.reason, node, frame)
            return self.host_call(getattr(value, name), args, kwargs, node, frame)
        if name == "copy":
            return self.made(value.copy())
        if name in _SETS:
            for arg in args:
                if (why := self.unknown_in(arg)) is not None:
                    return self.unknown_data(why.reason, node, frame)
            return self.host_call(getattr(value, name), args, kwargs, node, frame)
        return self.unknown_value(f".{name}()", node, frame)

    def _look(self, value: dict[Value, Value], name: str, args: list[Value], node: ast.AST, frame: Frame) -> Value:
        if name == "get" and args:
            if isinstance(args[0], Unknown):
                return args[0]
            try:
                return value.get(args[0], args[1] if len(args) > 1 else None)
            except TypeError:
                return self.unknown_value("get()", node, frame)
        if name == "most_common":
            return self.host_call(value.most_common, args, {}, node, frame)  # type: ignore[attr-defined]
        if name in ("items", "keys", "values"):
            self.spend(len(value) // 4, node)
            return self.made([*getattr(value, name)()])
        if name == "copy":
            copied = self.made(dict(value))
            if (display := self.displays.get(id(value))) is not None:
                self.displays[id(copied)] = (copied, display[1], display[2])
            return copied
        if name == "fromkeys" and args and (items := self.items(args[0], node)) is not None:
            return self.host_call(dict.fromkeys, [items, *args[1:]], {}, node, frame)
        return self.unknown_value(f".{name}()", node, frame)

    def _change(
        self,
        value: Value,
        name: str,
        args: list[Value],
        kwargs: dict[str, Value],
        taint: Unknown | None,
        node: ast.AST,
        frame: Frame,
    ) -> Value:
        if name == "sort":
            return self._sort(value, kwargs, node, frame)
        if name in ("extend", "update", "difference_update", "intersection_update"):
            return self._extend(value, name, args, kwargs, node, frame)
        by_key = name in ("add", "discard", "remove", "pop", "setdefault") and not isinstance(value, list)
        if by_key and args and isinstance(args[0], Unknown):
            self.taint(value, args[0])
            return args[0]
        if name in ("pop", "popitem") and taint:
            return taint
        if name == "remove" and isinstance(value, list) and args and (why := self.unknown_in([value, *args])):
            found = [number for number, one in enumerate(value) if one is args[0]]
            if not found or isinstance(args[0], Unknown):
                self.taint(value, why)
            else:
                del value[found[0]]
            return None
        if name in ("insert", "pop") and args and isinstance(args[0], Unknown):
            self.taint(value, args[0])
            return args[0] if name == "pop" else None
        self.spend(1, node)
        return self._result_of_change(getattr(value, name), args, kwargs, node)

    def _result_of_change(self, method: Any, args: list[Value], kwargs: dict[str, Value], node: ast.AST) -> Value:
        try:
            return method(*args, **kwargs)
        except HOST_ERRORS as problem:
            raise Raised(type(problem), str(problem), getattr(node, "lineno", 1)) from None

    def _extend(
        self, value: Value, name: str, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame
    ) -> Value:
        for arg in args:
            if isinstance(value, dict) and isinstance(arg, dict):
                if why := self.taint_of(arg):
                    self.taint(value, why)
                value.update(arg)
                continue
            items = self.items(arg, node)
            if items is None:
                self.taint(
                    value,
                    arg if isinstance(arg, Unknown) else self.taint_of(arg) or self.unknown_value(name, node, frame),
                )
            elif isinstance(value, list):
                value.extend(items)
            elif any(isinstance(item, Unknown) for item in items):
                self.taint(value, self.unknown_value(name, node, frame))
            else:
                self._result_of_change(getattr(value, name), [items], {}, node)
        if isinstance(value, dict):
            value.update(kwargs)
        return None

    def _sort(self, value: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
        ordered = self.sorted(list(value), kwargs, node, frame)
        if isinstance(ordered, Unknown):
            self.taint(value, ordered)
        else:
            value[:] = ordered
        return None

    def sorted(self, items: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
        """`sorted(items, key=…, reverse=…)`."""
        key = kwargs.get("key")
        keys = items if key is None else [self.call(key, [item], {}, node, frame) for item in items]
        if (why := self.unknown_in(keys)) is not None or isinstance(kwargs.get("reverse"), Unknown):
            return self.unknown_data(why.reason if why else "the order", node, frame)
        self.spend(len(items), node)
        try:
            order = sorted(range(len(items)), key=keys.__getitem__, reverse=bool(kwargs.get("reverse")))
        except HOST_ERRORS as problem:
            raise Raised(type(problem), str(problem), getattr(node, "lineno", 1)) from None
        return self.made([items[number] for number in order])
