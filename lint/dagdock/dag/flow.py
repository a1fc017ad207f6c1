"""Where a value comes from: the calls, attributes and assignments that it went through inside a function."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from dagdock.text import Span

if TYPE_CHECKING:
    from dagdock.dag.module import DagModule


class Origin:
    """One step of a value's way, with the steps before it as `inputs`.

    `name` says what the step is:

    - `pandas.read_csv()`, `builtins.open()`: a call of a name that is known by its import; a method of an object
      that such a call made is chained: `requests.get().json()`, `builtins.open().read()`
    - `.fetchall()`, `.content`: a method call or an attribute of an object of unknown making
    - `[]` an item, `[:]` a slice, `item` what a loop hands out
    - `str`, `int`, `bytes`, `list`, `dict`, `tuple`, `set`, `None` … a literal or display; `f""` an f-string;
      `+` and the like an operation
    - `either` one of several assignments or branches; `filled` a list, set or dict that is filled later on
    - `parameter` of the function; `?` anything else

    `method` is the bare name of the called method or attribute (`json`, `fetchall`, `content`), if there is one.
    `inputs` begins with the receiver of a method, then the arguments, or the parts of a display.
    """

    __slots__ = ("_module", "inputs", "method", "name", "node")

    def __init__(
        self, module: DagModule, node: ast.AST, name: str, inputs: tuple[Origin, ...] = (), method: str | None = None
    ) -> None:
        self._module = module
        self.node = node
        self.name = name
        self.inputs = inputs
        self.method = method

    @property
    def span(self) -> Span:
        return self._module.span(self.node)

    def walk(self) -> Iterator[Origin]:
        """This step and all before it, each once."""
        waiting, seen = [self], {id(self)}
        while waiting:
            step = waiting.pop()
            yield step
            for before in reversed(step.inputs):
                if id(before) not in seen:
                    seen.add(id(before))
                    waiting.append(before)

    def __repr__(self) -> str:
        return f"Origin({self.name!r})" if not self.inputs else f"Origin({self.name!r}, {list(self.inputs)!r})"


class Return:
    """A `return` (or the body of a lambda) with a value: `node` is the expression, `origin` its way."""

    __slots__ = ("_module", "node", "origin")

    def __init__(self, module: DagModule, node: ast.expr, origin: Origin) -> None:
        self._module = module
        self.node = node
        self.origin = origin

    @property
    def span(self) -> Span:
        return self._module.span(self.node)
