"""What names stand for while a file is followed: plain Python values, and these where plain ones do not do.

Texts, numbers, lists, dicts and so on are Python's own objects, so that two names of one list change together.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dagdock.dag.evaluation.frames import Frame
    from dagdock.dag.module import DagModule

Value = Any
"""A plain Python object or one of the classes below."""


class Unknown:
    """A value that the project's files do not settle. `line` is the place to blame in the file `path`."""

    __slots__ = ("is_data", "is_outside", "line", "path", "reason")

    def __init__(self, reason: str, line: int, path: str, *, is_data: bool = False, is_outside: bool = False) -> None:
        self.reason = reason
        self.line = line
        self.path = path
        self.is_data = is_data
        """Whether it is mere data, such as a text: its methods make no tasks."""
        self.is_outside = is_outside
        """Whether it comes from outside the project: it knows only the DAGs that it is given."""

    def __repr__(self) -> str:
        return f"Unknown({self.reason!r}, line {self.line})"


class External:
    """A module or a name of one that is not part of the project, by its full path: `airflow.DAG`, `pandas`."""

    __slots__ = ("path",)

    def __init__(self, path: str) -> None:
        self.path = path

    def __repr__(self) -> str:
        return f"External({self.path})"


class ModuleValue:
    """A module of the project that has been imported."""

    __slots__ = ("frame", "module", "name")

    def __init__(self, name: str, module: DagModule | None, frame: Frame) -> None:
        self.name = name
        self.module = module
        self.frame = frame


class Function:
    """A `def` or `lambda`, with the names it sees and the defaults worked out where it stands."""

    __slots__ = ("attributes", "defaults", "frame", "keyword_defaults", "name", "node", "owner", "wrapped")

    def __init__(
        self,
        node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda,
        frame: Frame,
        defaults: list[Value],
        keyword_defaults: dict[str, Value],
    ) -> None:
        self.node = node
        self.frame = frame
        self.defaults = defaults
        self.keyword_defaults = keyword_defaults
        self.name = "<lambda>" if isinstance(node, ast.Lambda) else node.name
        self.owner: Class | None = None
        """The class it is a method of."""
        self.wrapped: Function | None = None
        """What `functools.wraps` says it stands for."""
        self.attributes: dict[str, Value] = {}


class Wrapper:
    """A method with `staticmethod`, `classmethod`, `property` or `contextmanager` (its `kind`) around it."""

    __slots__ = ("function", "kind")

    def __init__(self, kind: str, function: Value) -> None:
        self.kind = kind
        self.function = function


class Bound:
    """A function of the file with its first arguments given: a method of an object, a `functools.partial`."""

    __slots__ = ("args", "function", "kwargs")

    def __init__(self, function: Value, args: tuple[Value, ...], kwargs: dict[str, Value] | None = None) -> None:
        self.function = function
        self.args = args
        self.kwargs = kwargs or {}


class Host:
    """Something callable that is followed by Python code of ours: `run(arguments, keywords, node)`."""

    __slots__ = ("name", "run")

    def __init__(self, name: str, run: Callable[[list[Value], dict[str, Value], ast.AST], Value]) -> None:
        self.name = name
        self.run = run


class Class:
    """A class of the project."""

    __slots__ = ("_lineage", "bases", "frame", "is_record", "name", "names", "node")

    def __init__(self, node: ast.ClassDef, bases: list[Value], names: dict[str, Value], frame: Frame) -> None:
        self.node = node
        self.name = node.name
        self.bases = bases
        self.names = names
        self.frame = frame
        self._lineage: list[Value] | None = None
        self.is_record = False
        """Whether it gets an `__init__` from its annotated fields, as dataclasses, named tuples and models do."""

    def lineage(self) -> list[Value]:
        """Itself and its bases in the order in which Python looks through them."""
        if self._lineage is None:
            self._lineage = [self]  # for a class among its own bases
            self._lineage = [self, *_merged([[*_lineage_of(base)] for base in self.bases] + [list(self.bases)])]
        return self._lineage

    @property
    def is_enum(self) -> bool:
        """Whether it is an enumeration."""
        return any(isinstance(one, External) and one.path in ENUM_BASES for one in self.lineage())

    def find(self, name: str) -> Value:
        """What a name stands for in it or its bases; MISSING where it is in none, the base where that is not known."""
        for one in self.lineage():
            if isinstance(one, Class):
                if name in one.names:
                    return one.names[name]
            elif not (isinstance(one, External) and one.path in BARE_BASES):
                return one
        return MISSING


ENUM_BASES = ("enum.Enum", "enum.IntEnum", "enum.StrEnum", "enum.Flag", "enum.IntFlag")
MAX_LINEAGE = 100
# Bases from outside that have nothing of their own that matters here.
BARE_BASES = frozenset(("abc.ABC", "builtins.Exception", "builtins.object", "typing.Generic", "typing.Protocol"))


def _lineage_of(base: Value) -> list[Value]:
    return base.lineage() if isinstance(base, Class) else [base]


def _merged(lineages: list[list[Value]]) -> list[Value]:
    """The order of several lineages as one, by Python's rule: nothing before what comes before it in one of them."""
    waiting = [lineage[::-1] for lineage in lineages if lineage]
    behind: dict[object, int] = {}  # in how many lineages something stands behind the first place
    for lineage in waiting:
        for one in lineage[:-1]:
            behind[_identity(one)] = behind.get(_identity(one), 0) + 1
    found: list[Value] = []
    while waiting:
        head = next((each[-1] for each in waiting if not behind.get(_identity(each[-1]))), waiting[0][-1])
        found.append(head)
        for lineage in waiting:
            if _identity(lineage[-1]) == _identity(head):
                lineage.pop()
                if lineage:
                    behind[_identity(lineage[-1])] -= 1
        waiting = [lineage for lineage in waiting if lineage]
        if len(found) > MAX_LINEAGE:
            break
    return found


def _identity(value: Value) -> object:
    return value.path if isinstance(value, External) else id(value)


class Instance:
    """An object of a class of the project. `items` is the list or dict that it is besides, if its class is one."""

    __slots__ = ("attributes", "cls")

    def __init__(self, cls: Class) -> None:
        self.cls = cls
        self.attributes: dict[str, Value] = {}


class Super:
    """What `super()` gives: the rest of the classes behind one of them, for one object."""

    __slots__ = ("cls", "receiver")

    def __init__(self, cls: Class, receiver: Value) -> None:
        self.cls = cls
        self.receiver = receiver


class Stream:
    """An iterator: what was taken from it is gone."""

    __slots__ = ("iterator",)

    def __init__(self, iterator: Iterator[Value]) -> None:
        self.iterator = iterator


class Missing:
    """Nothing is there (None is a value of the file)."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING = Missing()


class Raised(Exception):
    """The file raises an exception. `kind` is Python's class, a class of the project, or the path of another."""

    def __init__(self, kind: Value, message: str, line: int, value: Value = None) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.line = line
        self.value = value

    @property
    def name(self) -> str:
        """The exception's name as a traceback would show it."""
        if isinstance(self.kind, type):
            return self.kind.__name__
        return str(getattr(self.kind, "name", getattr(self.kind, "path", "an exception"))).rpartition(".")[2]


class Exhausted(Exception):
    """A limit on the work was reached; nothing after this is known."""

    def __init__(self, reason: str, line: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line
