"""Loops and comprehensions around a place, how often they run, and how many things a place therefore makes."""

from __future__ import annotations

import ast
from collections.abc import Callable
from math import prod
from typing import TYPE_CHECKING, Literal

from dagdock.dag.displays import elements
from dagdock.dag.names import FunctionNode
from dagdock.dag.values import Known, Unknown, Value
from dagdock.text import Span

if TYPE_CHECKING:
    from dagdock.dag.flow import Origin
    from dagdock.dag.functions import Function
    from dagdock.dag.module import DagModule

MAX_DEPTH = 40
LoopNode = ast.For | ast.AsyncFor | ast.While | ast.comprehension


class Loop:
    """A `for`, a `while` or one `for` of a comprehension.

    `size` is how often it runs at most (an int where known), `size_is_exact` whether nothing in it (`break`,
    `return`, an `if` of a comprehension) makes it fewer. `origin` is where its items come from, traced through
    assignments (None for `while`). `span` is the iterable (the condition of a `while`).
    """

    __slots__ = ("iterable", "kind", "module", "node", "target")

    def __init__(self, module: DagModule, node: LoopNode) -> None:
        self.module = module
        self.node = node
        self.kind: Literal["for", "while", "comprehension"] = (
            "while"
            if isinstance(node, ast.While)
            else "comprehension"
            if isinstance(node, ast.comprehension)
            else "for"
        )
        self.iterable: ast.expr | None = None if isinstance(node, ast.While) else node.iter
        self.target: ast.expr | None = None if isinstance(node, ast.While) else node.target

    @property
    def size(self) -> Value:
        if self.iterable is None:
            return Unknown("a while loop", self.node, self.module)
        return size(self.module, self.iterable)

    @property
    def size_is_exact(self) -> bool:
        if isinstance(self.node, ast.comprehension):
            return not self.node.ifs
        known = self.module.known_exact.get(self.node)
        if known is None:
            text = self.module.source.text
            known = not ("break" in text or "return" in text) or not any(
                isinstance(node, (ast.Break, ast.Return)) for node in ast.walk(self.node)
            )
            self.module.known_exact[self.node] = known
        return known

    @property
    def origin(self) -> Origin | None:
        return None if self.iterable is None else self.module.origin(self.iterable)

    @property
    def names(self) -> list[str]:
        """The names that the loop binds."""
        return [] if self.target is None else [part.id for part in ast.walk(self.target) if isinstance(part, ast.Name)]

    @property
    def span(self) -> Span:
        if isinstance(self.node, ast.While):
            return self.module.span(self.node.test)
        return self.module.span(self.node.iter)

    def __repr__(self) -> str:
        return f"<{self.kind} loop {self.span!r}>"


class Count:
    """How often something happens: at least `low`, at most `high` (None: nobody knows), and the loops behind it."""

    __slots__ = ("high", "loops", "low")

    def __init__(self, low: int, high: int | None, loops: tuple[Loop, ...] = ()) -> None:
        self.low = low
        self.high = high
        self.loops = loops

    @property
    def exact(self) -> bool:
        return self.low == self.high

    def __repr__(self) -> str:
        return f"Count({self.low}, {self.high})"


def around(module: DagModule, node: ast.AST) -> list[Loop]:
    """The loops and comprehensions around a place inside its function, outermost first."""
    found: list[Loop] = []
    if not module.names.rounds and "while" not in module.source.text:
        return found
    inner = node
    for above in module.names.ancestors(node):
        if _leaves(above, inner):
            break
        if isinstance(above, (ast.For, ast.AsyncFor, ast.While)):
            if any(inner is statement for statement in above.body):
                found.append(Loop(module, above))
        elif isinstance(above, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
            # A place in the iterable of one `for` is inside the `for`s before it only.
            until = next((n for n, loop in enumerate(above.generators) if loop is inner), len(above.generators))
            found += [Loop(module, loop) for loop in reversed(above.generators[:until])]
        elif isinstance(above, ast.comprehension) and any(inner is condition for condition in above.ifs):
            found.append(Loop(module, above))
        inner = above
    return found[::-1]


def count(module: DagModule, node: ast.AST, inside: ast.AST | None = None, depth: int = 0) -> Count:
    """How often a place runs while the file is parsed: its loops times those around the calls of its function.

    With `inside` (a DAG's call or decorator) loops and conditions that are around that too are left out.
    """
    names = module.names
    shared = {id(above) for above in names.ancestors(inside)} if inside is not None else set()
    loops = [loop for loop in around(module, node) if not _shares(module, loop, shared)]
    low, high = _times(loops)
    if _conditional(module, node, shared):
        low = 0
    function = module.function_at(node)
    if function is None or id(function.node) in shared or _holds(function.node, inside):
        return Count(low, high, tuple(loops))
    if function.runs_at == "task":
        return Count(0, 0)
    called = _called(module, function, inside, depth)
    total = None if high is None or called.high is None else high * called.high
    return Count(low * called.low, total, (*called.loops, *loops))


def _called(module: DagModule, function: Function, inside: ast.AST | None, depth: int) -> Count:
    """How often a function is called while the file is parsed."""
    key = (function.node, inside)
    if key not in module.known_counts:
        module.known_counts[key] = Count(0, None)  # for calls that come back to the function itself
        if depth < MAX_DEPTH and function.calls:
            module.known_counts[key] = added(
                [count(module, call, inside, depth + 1) for call in function.calls], unseen=function.escapes
            )
    return module.known_counts[key]


def added(counts: list[Count], *, unseen: bool = False) -> Count:
    """Counts of several places in one; `unseen` says that there may be other places."""
    highs = [one.high for one in counts]
    high = None if unseen or None in highs else sum(number or 0 for number in highs)
    loops = {id(loop.node): loop for one in counts for loop in one.loops}
    return Count(sum(one.low for one in counts), high, tuple(loops.values()))


def _times(loops: list[Loop]) -> tuple[int, int | None]:
    low, high = 1, 1
    unknown = False
    for loop in loops:
        number = loop.size.get(int)
        if number is None:
            unknown, low = True, 0
        else:
            low *= number if loop.size_is_exact else 0
            high *= number
    return low, None if unknown and high else high


def _conditional(module: DagModule, node: ast.AST, shared: set[int]) -> bool:
    """Whether an `if`, a handler or the like inside its function decides if a place runs."""
    inner = node
    for above in module.names.ancestors(node):
        if id(above) in shared or _leaves(above, inner):
            return False
        if isinstance(above, (ast.If, ast.IfExp)) and inner is not above.test:
            return True
        if isinstance(above, (ast.ExceptHandler, ast.match_case)):
            return True
        if isinstance(above, ast.BoolOp) and inner is not above.values[0]:
            return True
        if isinstance(above, (ast.For, ast.AsyncFor, ast.While)) and _skips(module, above, inner):
            return True
        inner = above
    return False


def _skips(module: DagModule, loop: ast.For | ast.AsyncFor | ast.While, statement: ast.AST) -> bool:
    """Whether a `continue` before a statement of a loop may leave it out."""
    if "continue" not in module.source.text:
        return False
    for earlier in loop.body:
        if earlier is statement:
            return False
        if any(isinstance(node, ast.Continue) for node in ast.walk(earlier)):
            return True
    return False


def _leaves(above: ast.AST, inner: ast.AST) -> bool:
    """Whether going up from `inner` leaves the body of a function."""
    if isinstance(above, ast.Lambda):
        return inner is above.body
    if isinstance(above, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return isinstance(inner, ast.stmt)
    return False


def _shares(module: DagModule, loop: Loop, shared: set[int]) -> bool:
    node = loop.node
    return id(module.names.parents[node] if isinstance(node, ast.comprehension) else node) in shared


def _holds(function: FunctionNode, inside: ast.AST | None) -> bool:
    """Whether `inside` is the decorator of the function: its body is what is inside."""
    return not isinstance(function, ast.Lambda) and any(inside is decorator for decorator in function.decorator_list)


def size(module: DagModule, node: ast.expr, depth: int = 0) -> Value:
    """How many items an iterable hands out."""
    if node not in module.known_sizes:
        module.known_sizes[node] = Unknown("made of itself", node, module)
        module.known_sizes[node] = _size(module, node, depth)
    return module.known_sizes[node]


def _size(module: DagModule, node: ast.expr, depth: int) -> Value:
    value = module.value(node)
    if value.known:
        if isinstance(value.value, range):  # `len` gives up on a very long one
            numbers = value.value
            return Known((numbers[-1] - numbers[0]) // numbers.step + 1 if numbers else 0, node, module)
        if isinstance(value.value, (str, list, tuple, dict, set, frozenset)):
            return Known(len(value.value), node, module)
        return Unknown("not a sequence", node, module)
    if depth > MAX_DEPTH:
        return value
    found: int | Value = value
    if isinstance(node, (ast.List, ast.Tuple)) or (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add)):
        items = elements(module, node)
        found = value if items is None else len(items)
    elif isinstance(node, ast.Dict):
        # Equal keys would count once; keys that are not known are hardly ever equal to others.
        plain = all(key is not None and module.value(key).known for key in node.keys)
        found = len({module.value(key).get(str) or key for key in node.keys if key}) if plain else value
    elif isinstance(node, (ast.ListComp, ast.GeneratorExp)):
        found = _comprehension_size(module, node, depth)
    elif isinstance(node, ast.Call):
        found = _call_size(module, node, value, depth)
    elif isinstance(node, ast.Name):
        found = _name_size(module, node, value, depth)
    return Known(found, node, module) if isinstance(found, int) else found


def _comprehension_size(module: DagModule, node: ast.ListComp | ast.GeneratorExp, depth: int) -> int | Value:
    sizes: list[int] = []
    for loop in node.generators:
        if loop.ifs:
            return Unknown("filtered by a condition", loop.ifs[0], module)
        one = size(module, loop.iter, depth + 1)
        if not one.known:
            return one
        sizes.append(one.value)
    return prod(sizes)


def _call_size(module: DagModule, node: ast.Call, value: Unknown, depth: int) -> int | Value:
    path = module.qualified(node.func)
    if any(isinstance(argument, ast.Starred) for argument in node.args):
        return value
    if path in _SAME_SIZE and node.args:
        return size(module, node.args[0], depth + 1)
    if path == "builtins.map" and len(node.args) == 2:
        return size(module, node.args[1], depth + 1)
    if isinstance(node.func, ast.Attribute) and node.func.attr in ("items", "keys", "values", "copy") and not node.args:
        return size(module, node.func.value, depth + 1)
    combine = _COMBINED.get(path or "")
    if combine and node.args and not _repeats(node):
        sizes = [size(module, argument, depth + 1) for argument in node.args]
        for one in sizes:
            if not one.known:
                return one
        return combine([one.value for one in sizes if one.known])
    return value


def _repeats(node: ast.Call) -> bool:
    return any(keyword.arg != "strict" for keyword in node.keywords)


def _name_size(module: DagModule, node: ast.Name, value: Unknown, depth: int) -> int | Value:
    names = module.names
    bindings = names.bindings(node.id, node)
    if len(bindings) != 1 or bindings[0].kind != "assign" or bindings[0].value is None:
        return value
    for change in names.mutated(node.id, node):
        order = names.order(bindings[0].node, change, node)
        if order == "after" or (isinstance(change, ast.Call) and _keeps_size(change)):
            continue
        return Unknown("filled after it was assigned", change, module)
    return size(module, bindings[0].value, depth + 1)


def _keeps_size(change: ast.Call) -> bool:
    return isinstance(change.func, ast.Attribute) and change.func.attr in ("sort", "reverse")


_SAME_SIZE = (
    "builtins.enumerate",
    "builtins.sorted",
    "builtins.reversed",
    "builtins.list",
    "builtins.tuple",
    "builtins.iter",
)
_COMBINED: dict[str, Callable[[list[int]], int]] = {
    "builtins.zip": min,
    "itertools.chain": sum,
    "itertools.product": prod,
}
