"""What a dict or a sequence is made of, expression by expression, even where the parts themselves are unknown."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dagdock.dag.module import DagModule

MAX_DEPTH = 20
MAX_CHANGES = 300
MAX_ELEMENTS = 10_000


class Entries(dict[str, ast.expr]):
    """The text keys of a dict expression with the expressions behind them; `open` when there may be other keys.

    `keys_at` says where a key is written: the text of a display, the keyword of `dict(key=…)`.
    """

    __slots__ = ("keys_at", "open")

    def __init__(self, *, unseen: bool = False) -> None:
        super().__init__()
        self.open = unseen
        self.keys_at: dict[str, ast.AST] = {}

    def put(self, key: str, at: ast.AST, value: ast.expr) -> None:
        self[key] = value
        self.keys_at[key] = at

    def copy(self) -> Entries:
        other = Entries()
        other.take(self)
        return other

    def take(self, other: Entries) -> None:
        """As `{**self, **other}`. What the other may hold out of sight may hide what is here."""
        if other.open:
            self.clear()
        self.update(other)
        self.keys_at.update(other.keys_at)
        self.open = self.open or other.open


def entries(module: DagModule, node: ast.expr, depth: int = 0) -> Entries:
    """What a dict expression holds: displays, `dict()`, `{**a, **b}`, `a | b`, copies, names assigned once.

    The result belongs to whoever asks.
    """
    if depth > MAX_DEPTH:
        return Entries(unseen=True)
    found = module.known_entries.get(node)
    if found is None:
        module.known_entries[node] = Entries(unseen=True)  # for a dict that is made of itself
        found = module.known_entries[node] = _entries(module, node, depth)
    return found.copy()


def _entries(module: DagModule, node: ast.expr, depth: int) -> Entries:
    if isinstance(node, ast.Dict):
        found = Entries()
        for key, value in zip(node.keys, node.values, strict=True):
            if key is None:
                found.take(entries(module, value, depth + 1))
            else:
                _put(module, found, key, value)
        return found
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        found = entries(module, node.left, depth + 1)
        found.take(entries(module, node.right, depth + 1))
        return found
    if isinstance(node, ast.Call):
        return _called(module, node, depth)
    if isinstance(node, ast.Name):
        return _named(module, node, depth)
    if isinstance(node, ast.Constant) and node.value is None:
        return Entries()
    return Entries(unseen=True)


def _called(module: DagModule, node: ast.Call, depth: int) -> Entries:
    path = module.qualified(node.func)
    if path == "builtins.dict" and len(node.args) <= 1:
        found = entries(module, node.args[0], depth + 1) if node.args else Entries()
        _keywords(module, found, node, depth)
        return found
    if path in ("copy.copy", "copy.deepcopy") and len(node.args) == 1:
        return entries(module, node.args[0], depth + 1)
    if isinstance(node.func, ast.Attribute) and node.func.attr == "copy" and not node.args:
        return entries(module, node.func.value, depth + 1)
    return Entries(unseen=True)


def _named(module: DagModule, node: ast.Name, depth: int) -> Entries:
    names = module.names
    bindings = names.bindings(node.id, node)
    if len(bindings) != 1 or bindings[0].kind != "assign" or bindings[0].value is None:
        return Entries(unseen=True)
    found = entries(module, bindings[0].value, depth + 1)
    changes = names.mutated(node.id, node)
    if len(changes) > MAX_CHANGES:
        return Entries(unseen=True)
    for change in changes:
        order = names.order(bindings[0].node, change, node)
        if order == "after":
            continue
        if order != "between" or not _apply(module, found, change, depth):
            return Entries(unseen=True)
    return found


def _apply(module: DagModule, found: Entries, change: ast.AST, depth: int) -> bool:
    """Follow `d["key"] = value` or `d.update(…)`; False where the change is anything else."""
    statement = module.names.parents.get(change)
    if isinstance(change, ast.Subscript) and isinstance(change.value, ast.Name) and isinstance(statement, ast.Assign):
        _put(module, found, change.slice, statement.value)
        return True
    if isinstance(change, ast.Call) and isinstance(change.func, ast.Attribute) and change.func.attr == "update":
        if len(change.args) == 1:
            found.take(entries(module, change.args[0], depth + 1))
        _keywords(module, found, change, depth)
        return len(change.args) <= 1
    # `d["nested"]["key"] = value` leaves the keys of `d` itself alone, but not what stands behind them.
    return False


def _keywords(module: DagModule, found: Entries, call: ast.Call, depth: int) -> None:
    for keyword in call.keywords:
        if keyword.arg is None:
            found.take(entries(module, keyword.value, depth + 1))
        else:
            found.put(keyword.arg, keyword, keyword.value)


def _put(module: DagModule, found: Entries, key: ast.expr, value: ast.expr) -> None:
    known = module.value(key)
    if not known.known:
        found.clear()  # any of them may be hidden by a key that is not known
        found.open = True
    elif isinstance(known.value, str):
        found.put(known.value, key, value)


def elements(module: DagModule, node: ast.expr, depth: int = 0) -> list[ast.expr] | None:
    """The expressions in a list, tuple or set, where all of them can be seen."""
    if depth > MAX_DEPTH:
        return None
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        found: list[ast.expr] = []
        for item in node.elts:
            if isinstance(item, ast.Starred):
                more = elements(module, item.value, depth + 1)
                if more is None:
                    return None
                found += more
            else:
                found.append(item)
        return found if len(found) <= MAX_ELEMENTS else None
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left = elements(module, node.left, depth + 1)
        right = None if left is None else elements(module, node.right, depth + 1)
        return None if left is None or right is None or len(left) + len(right) > MAX_ELEMENTS else left + right
    if isinstance(node, ast.Call) and len(node.args) == 1 and not node.keywords:
        if module.qualified(node.func) in ("builtins.list", "builtins.tuple", "builtins.sorted", "builtins.reversed"):
            return elements(module, node.args[0], depth + 1)
        return None
    if isinstance(node, ast.Name):
        names = module.names
        bindings = names.bindings(node.id, node)
        if len(bindings) != 1 or bindings[0].kind != "assign" or bindings[0].value is None:
            return None
        if all(names.order(bindings[0].node, change, node) == "after" for change in names.mutated(node.id, node)):
            return elements(module, bindings[0].value, depth + 1)
    return None
