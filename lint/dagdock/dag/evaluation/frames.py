"""Names in scope while a file is followed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagdock.dag.evaluation.values import MISSING, Class, Function, Value

if TYPE_CHECKING:
    from collections.abc import Callable

    from dagdock.dag.module import DagModule


class Frame:
    """The names of a module, class, comprehension or running function, and the frames around it."""

    __slots__ = (
        "dag_file",
        "elsewhere",
        "function",
        "kind",
        "methods",
        "module",
        "names",
        "on_yield",
        "outer",
        "path",
        "pending",
        "receiver",
        "returned",
        "root",
        "within",
    )

    def __init__(self, kind: str, outer: Frame | None = None, module: DagModule | None = None) -> None:
        self.kind = kind
        """`module`, `class`, `function` or `comprehension`."""
        self.outer = outer
        self.module: DagModule | None = module if module is not None else (outer.module if outer else None)
        self.root: Frame = outer.root if outer else self
        """The module's frame."""
        self.path: str = outer.path if outer else ""
        """The file, as the facts call it."""
        self.names: dict[str, Value] = {}
        self.elsewhere: dict[str, str] = {}
        """Names declared `global` or `nonlocal`."""
        self.function: Function | None = None
        self.within: Class | None = None
        """The class whose method runs."""
        self.receiver: Value = MISSING
        self.on_yield: Callable[[Value], Value] | None = None
        self.methods: list[Function] = []
        """The functions defined in a class, whatever decorators make of them."""
        self.returned: list[Value] = []
        """What may have been returned, where whether it was is not known."""
        self.pending: list[dict[str, Value]] = []
        """The names as they were where a `continue` or `break` may have left the loop's body."""

    def look_up(self, name: str) -> Value:
        """What a name stands for; MISSING where it has no meaning here."""
        if self.elsewhere.get(name) == "global":
            return self.root.names.get(name, MISSING)
        found = self.names.get(name, MISSING)
        if found is not MISSING:
            return found
        frame = self.outer
        while frame is not None:
            if frame.kind != "class":
                found = frame.names.get(name, MISSING)
                if found is not MISSING:
                    return found
            frame = frame.outer
        return MISSING

    def home_of(self, name: str) -> Frame:
        """The frame in which an assignment to a name puts it."""
        where = self.elsewhere.get(name)
        if where == "global":
            return self.root
        if where == "nonlocal":
            frame = self.outer
            while frame is not None:
                if frame.kind == "function" and name in frame.names:
                    return frame
                frame = frame.outer
        return self
