"""What is known at a moment of the evaluation: the work left, doubts, and the containers that are not to be trusted."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, time, timedelta, tzinfo
from itertools import islice
from pathlib import PurePath
from typing import TYPE_CHECKING, Protocol

from dagdock.dag.classes import is_foreign
from dagdock.dag.evaluation.frames import Frame
from dagdock.dag.evaluation.graph import Dag, Fault, Graph, Group, Label, Place, Task, XCom
from dagdock.dag.evaluation.values import (
    MISSING,
    Bound,
    Class,
    Exhausted,
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
    from dagdock.dag.module import DagModule

MAX_STEPS = 400_000
MAX_ITEMS = 100_000
MAX_TEXT = 1_000_000
MAX_BITS = 4_000
MAX_DEPTH = 60
MAX_DOUBTS = 200

_SCALARS = (str, int, float, bool, bytes, complex, type(None), date, time, timedelta, tzinfo, range, PurePath)
_WITH_TRUTH = (*_SCALARS, tuple, frozenset)
_OBJECTS = (Task, Dag, Group, XCom, Label, Function, Bound, Host, Class, ModuleValue)


class Surroundings(Protocol):
    """The project around a DAG file."""

    def path_of(self, module: DagModule) -> str:
        """The path of a module, as the other questions take it."""
        ...

    def file_name(self, path: str) -> str:
        """What `__file__` says in a file."""
        ...

    def module(self, name: str, level: int, path: str) -> tuple[DagModule, str] | None:
        """A module by its name, the dots before it and the file that imports it, with its path."""
        ...

    def read(self, name: str, path: str) -> bytes | None:
        """What a file holds, by the name that the code in `path` opens it by; None where it is not of the project."""
        ...

    def names(self, name: str, path: str) -> list[tuple[str, bool]] | None:
        """What a folder holds, each with whether it is a folder, too; None where it is not of the project."""
        ...


class Region:
    """Code of which it is not known whether it runs. What is made in it may be changed in it."""

    __slots__ = ("fresh", "why")

    def __init__(self, why: Unknown) -> None:
        self.why = why
        self.fresh: dict[int, Value] = {}


class State:
    """The state of one evaluation."""

    def __init__(self, major: int, surroundings: Surroundings) -> None:
        self.graph = Graph(major)
        self.surroundings = surroundings
        self.steps = MAX_STEPS
        self.depth = 0
        self.regions: list[Region] = []
        self.tainted: dict[int, tuple[Value, Unknown]] = {}
        """Lists, dicts and sets whose content is not known, by identity."""
        self.displays: dict[int, tuple[Value, ast.Dict, DagModule | None]] = {}
        """Where dicts are written, by identity."""
        self.loops: tuple[ast.AST, ...] = ()
        self.dags: list[Dag] = []
        self.collected: dict[int, Dag] = {}
        """The DAGs whose `with` blocks have run: Airflow collects them wherever they are."""
        self.unknown: list[Unknown] = []
        """What is not known about the file as a whole."""
        self.assumed: list[Unknown] = []
        self.errors: list[Fault] = []
        self.foreign_calls = 0
        """How many calls have been met that might raise anything."""
        self.frame_of_module: dict[str, ModuleValue] = {}

    # Work.

    def spend(self, steps: int, node: ast.AST) -> None:
        self.steps -= steps
        if self.steps < 0:
            raise Exhausted("too much work to follow", getattr(node, "lineno", 1))

    # Not knowing.

    def unknown_value(self, reason: str, node: ast.AST, frame: Frame, *, is_outside: bool = False) -> Unknown:
        return Unknown(reason, getattr(node, "lineno", 1), frame.path, is_outside=is_outside)

    def unknown_data(self, reason: str, node: ast.AST, frame: Frame) -> Unknown:
        return Unknown(reason, getattr(node, "lineno", 1), frame.path, is_data=True)

    def one_of(self, values: Iterable[Value], why: Unknown) -> Unknown:
        """One of several values, of which it is not known which."""
        values = list(values)
        is_data = all(is_mere_data(value) for value in values)
        is_outside = all(is_mere_data(value) or _is_from_outside(value) for value in values)
        return Unknown(why.reason, why.line, why.path, is_data=is_data, is_outside=is_outside)

    @property
    def doubt(self) -> Unknown | None:
        return self.regions[-1].why if self.regions else None

    def push(self, why: Unknown) -> None:
        self.regions.append(Region(why))
        self.graph.doubt = why

    def back_to(self, depth: int) -> None:
        """Leave the doubts that have come up since there were so many."""
        if len(self.regions) > depth:
            del self.regions[depth:]
            self.graph.doubt = self.doubt

    @contextmanager
    def doubting(self, why: Unknown) -> Iterator[None]:
        depth = len(self.regions)
        self.push(why)
        try:
            yield
        finally:
            self.back_to(depth)

    def made(self, value: Value) -> Value:
        """A container or object that has just been made."""
        if self.regions:
            self.regions[-1].fresh[id(value)] = value
        return value

    def may_change(self, value: Value) -> bool:
        """Whether a change of a container surely happens. If not, its content is no longer known."""
        if not self.regions or id(value) in self.regions[-1].fresh:
            return True
        self.taint(value, self.regions[-1].why)
        return False

    def taint(self, value: Value, why: Unknown) -> None:
        if isinstance(value, (list, dict, set)):
            self.tainted.setdefault(id(value), (value, why))
        elif isinstance(value, Instance):
            for name in value.attributes:
                value.attributes[name] = why

    def taint_of(self, value: Value) -> Unknown | None:
        if self.tainted:
            found = self.tainted.get(id(value))
            return found[1] if found else None
        return None

    def place(self, node: ast.AST, frame: Frame) -> Place:
        return Place(node, frame.module, frame.path, self.loops)

    def doubt_all(self, why: Unknown) -> None:
        """Something happened that may have touched any DAG made so far."""
        for dag in self.dags:
            dag.doubt(why)
        if len(self.unknown) < MAX_DOUBTS and not any(
            one.line == why.line and one.reason == why.reason for one in self.unknown
        ):
            self.unknown.append(why)

    def escape(self, value: Value, why: Unknown) -> None:
        """A value is put where it is not known what becomes of it: Airflow may collect a DAG from there, or not."""
        if isinstance(value, Dag) and not why.is_data:
            value.doubt(why)
            self.collected[id(value)] = value

    def assume(self, what: str, node: ast.AST, frame: Frame) -> None:
        """Go on with the default of something that is set elsewhere."""
        line = getattr(node, "lineno", 1)
        if not any(one.line == line and one.reason == what for one in self.assumed):
            self.assumed.append(Unknown(what, line, frame.path))

    # Looking at values.

    def unknown_in(self, value: Value, budget: int = 10_000) -> Unknown | None:
        """The first part of a value that is not a plain Python value, as an Unknown; None for one plain throughout."""
        if isinstance(value, _SCALARS):
            return None
        waiting = [value]
        while waiting:
            current = waiting.pop()
            if isinstance(current, _SCALARS):
                continue
            if isinstance(current, Unknown):
                return current
            budget -= 1  # for each time that it would be written out
            if budget < 0:
                return Unknown("a value too large to follow", 1, "")
            if taint := self.taint_of(current):
                return taint
            if isinstance(current, dict):
                waiting += current.keys()
                waiting += current.values()
            elif isinstance(current, (list, tuple, set, frozenset)):
                waiting += current
            else:
                return Unknown(f"made of {describe(current)}", 1, "")
            if len(waiting) > 50_000:
                return Unknown("a value too large to follow", 1, "")
        return None

    def truth(self, value: Value) -> bool | None:
        """Whether a value is true; None where that is not known."""
        if isinstance(value, (list, dict, set)):
            return None if self.taint_of(value) else bool(value)
        if isinstance(value, _WITH_TRUTH):
            return bool(value)
        if isinstance(value, _OBJECTS):
            return True
        if isinstance(value, Instance):
            return True if value.cls.find("__bool__") is MISSING and value.cls.find("__len__") is MISSING else None
        if isinstance(value, External) and not is_foreign(value.path):
            return True  # a module, class or function
        return None

    def items(self, value: Value, node: ast.AST) -> list[Value] | None:
        """What iterating over a value gives, None where that is not known. Raises Exhausted for more than fits."""
        if isinstance(value, (list, tuple, dict, set, str, bytes, range, frozenset)):
            if self.tainted and self.taint_of(value):
                return None
            if len(value) > MAX_ITEMS:
                raise Exhausted(f"a loop over {len(value)} items", getattr(node, "lineno", 1))
            found: list[Value] = list(value)
            if isinstance(value, (set, frozenset)):
                found.sort(key=repr)
        elif isinstance(value, Stream):
            try:
                found = list(islice(value.iterator, MAX_ITEMS + 1))
            except (TypeError, ValueError, ArithmeticError, LookupError):
                return None
            if len(found) > MAX_ITEMS:
                raise Exhausted("a loop without an end in sight", getattr(node, "lineno", 1))
        else:
            return None
        self.spend(len(found) // 4, node)
        return found

    def same(self, one: Value, other: Value) -> bool:
        """Whether two values are surely the same for whoever reads them."""
        if one is other:
            return True
        if isinstance(one, _SCALARS) and isinstance(other, _SCALARS):
            return type(one) is type(other) and bool(one == other)
        if isinstance(one, External) and isinstance(other, External):
            return one.path == other.path
        if isinstance(one, XCom) and isinstance(other, XCom):
            return one.tasks == other.tasks and one.plain == other.plain and one.key == other.key
        if isinstance(one, (tuple, list, dict)) and type(one) is type(other):
            return self.unknown_in([one, other]) is None and bool(one == other)
        return False

    def merge(self, frame: Frame, other: dict[str, Value], why: Unknown) -> None:
        """The names of a frame where either they or `other` may hold."""
        names = frame.names
        for name, value in other.items():
            if name not in names:
                names[name] = value
            elif not self.same(names[name], value):
                names[name] = self.one_of((names[name], value), why)

    def fail(self, kind: type, message: str, node: ast.AST) -> Raised:
        return Raised(kind, message, getattr(node, "lineno", 1))


def is_mere_data(value: Value) -> bool:
    """Whether a value has no code of the project or of others behind it."""
    return isinstance(value, (*_SCALARS, list, tuple, dict, set)) or (isinstance(value, Unknown) and value.is_data)


def _is_from_outside(value: Value) -> bool:
    return isinstance(value, External) or (isinstance(value, Unknown) and value.is_outside)


def describe(value: Value) -> str:
    """What a value is, for a reason."""
    if isinstance(value, External):
        return value.path
    if isinstance(value, (Function, Class, Host)):
        return value.name
    if isinstance(value, (Task, XCom)):
        return "a task"
    if isinstance(value, Instance):
        return f"an object of {value.cls.name}"
    if value is None:
        return "None"
    return f"a {type(value).__name__.lower()}"
