"""Where a value comes from: the calls, attributes and assignments that it went through inside a function."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from dagdock.dag.names import Binding
from dagdock.dag.values import class_constant
from dagdock.text import Span

if TYPE_CHECKING:
    from dagdock.dag.module import DagModule

MAX_DEPTH = 60


class Origin:
    """One step of a value's way, with the steps before it as `inputs`.

    `name` says what the step is:

    - `pandas.read_csv()`, `builtins.open()`: a call of a name that is known by its import; a method of an object
      that such a call made is chained: `requests.get().json()`, `builtins.open().read()`
    - `.fetchall()`, `.content`: a method call or an attribute of an object of unknown making
    - `local()`: a call of a function of this file; its inputs are what that returns
    - `[]` an item, `[:]` a slice, `item` what a loop hands out
    - `str`, `int`, `bytes`, `list`, `dict`, `tuple`, `set`, `None` … a literal, display or comprehension; `f""` an
      f-string; `+` and the like an operation
    - `either` one of several assignments or branches; `filled` a list, set or dict that is filled later on
    - `parameter` of the function; `?` anything else

    Steps are shared: whoever follows `inputs` himself remembers where he was, or uses `walk()`.

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

    __slots__ = ("module", "node")

    def __init__(self, module: DagModule, node: ast.expr) -> None:
        self.module = module
        self.node = node

    @property
    def origin(self) -> Origin:
        return self.module.origin(self.node)

    @property
    def span(self) -> Span:
        return self.module.span(self.node)


class Tracer:
    """Follows values of one file back to where they come from; every expression is followed once."""

    def __init__(self, module: DagModule) -> None:
        self.module = module
        self.known: dict[ast.AST, Origin] = {}
        self.active: set[ast.AST] = set()

    def origin(self, node: ast.expr, depth: int = 0) -> Origin:
        if found := self.known.get(node):
            return found
        if depth > MAX_DEPTH or node in self.active:  # too deep, or a loop that feeds itself
            return self.step(node, "?")
        self.active.add(node)
        found = self._follow(node, depth + 1)
        self.active.discard(node)
        self.known[node] = found
        return found

    def step(self, node: ast.AST, name: str, inputs: tuple[Origin, ...] = (), method: str | None = None) -> Origin:
        return Origin(self.module, node, name, inputs, method)

    def _follow(self, node: ast.expr, depth: int) -> Origin:
        match node:
            case ast.Name():
                return self._name(node, depth)
            case ast.Call():
                return self._call(node, depth)
            case ast.Attribute():
                path = self.module.qualified(node)
                if path and "()" not in path:
                    return self.step(node, path, method=node.attr)
                if isinstance(node.value, ast.Name) and (value := class_constant(self.module, node.value, node.attr)):
                    return self.origin(value, depth)
                if kept := self._kept_in(node):
                    return self._either(node, [self.origin(value, depth) for value in kept])
                return self.step(node, path or f".{node.attr}", (self.origin(node.value, depth),), node.attr)
            case ast.Subscript():
                name = "[:]" if isinstance(node.slice, ast.Slice) else "[]"
                return self.step(node, name, (self.origin(node.value, depth),))
            case ast.Constant():
                return self.step(node, "None" if node.value is None else type(node.value).__name__)
            case ast.Await() | ast.NamedExpr() | ast.Starred():
                return self.origin(node.value, depth)
            case ast.IfExp():
                return self._either(node, [self.origin(node.body, depth), self.origin(node.orelse, depth)])
            case ast.BoolOp():
                return self._either(node, [self.origin(part, depth) for part in node.values])
            case ast.JoinedStr():
                parts = [part.value for part in node.values if isinstance(part, ast.FormattedValue)]
                return self.step(node, 'f""', self._all(parts, depth))
            case ast.BinOp():
                return self._operation(node, depth)
            case ast.Dict():
                parts = [part for pair in zip(node.keys, node.values, strict=True) for part in pair if part]
                return self.step(node, "dict", self._all(parts, depth))
            case ast.List() | ast.Tuple() | ast.Set():
                return self.step(node, type(node).__name__.lower(), self._all(node.elts, depth))
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp():
                parts = [node.elt, *(loop.iter for loop in node.generators)]
                name = {ast.ListComp: "list", ast.SetComp: "set"}.get(type(node), "generator")
                return self.step(node, name, self._all(parts, depth))
            case ast.DictComp():
                parts = [node.key, node.value, *(loop.iter for loop in node.generators)]
                return self.step(node, "dict", self._all(parts, depth))
            case ast.Compare():
                return self.step(node, "bool")
            case ast.UnaryOp():
                return self.step(node, "bool" if isinstance(node.op, ast.Not) else "-")
        return self.step(node, "?")

    def _kept_in(self, node: ast.Attribute) -> list[ast.expr]:
        """What the methods of a class of this file assign to `self.name`, for `self.name` and `made.name`."""
        names = self.module.names
        owner = self._class_of(node.value)
        found: list[ast.expr] = []
        for store in names.attributes.get(node.attr, ()) if owner is not None else ():
            if isinstance(store.ctx, ast.Load) or self._class_of(store.value) is not owner:
                continue
            statement = names.parents.get(store)
            if not isinstance(statement, (ast.Assign, ast.AnnAssign)) or statement.value is None:
                return []
            found.append(statement.value)
        return found

    def _class_of(self, node: ast.expr) -> ast.ClassDef | None:
        """The class of this file that `self`, or a variable with an instance, belongs to."""
        if not isinstance(node, ast.Name):
            return None
        bindings = self.module.names.bindings(node.id, node)
        if len(bindings) != 1:
            return None
        binding = bindings[0]
        if binding.kind == "parameter" and node.id == "self":
            around = binding.scope.parent
            return around.node if around is not None and isinstance(around.node, ast.ClassDef) else None
        if binding.kind == "assign" and isinstance(binding.value, ast.Call):
            return self.module.classes.definition(binding.value.func)
        return None

    def _all(self, nodes: list[ast.expr], depth: int) -> tuple[Origin, ...]:
        return tuple([self.origin(node, depth) for node in nodes])

    def _either(self, node: ast.AST, choices: list[Origin]) -> Origin:
        return choices[0] if len(choices) == 1 else self.step(node, "either", tuple(choices))

    def _operation(self, node: ast.BinOp, depth: int) -> Origin:
        # The left side of a long sum is as deep as the sum is long.
        parts: list[ast.expr] = []
        left: ast.expr = node
        while isinstance(left, ast.BinOp):
            parts.append(left.right)
            left = left.left
        return self.step(node, _SYMBOLS.get(type(node.op), "operation"), self._all([left, *reversed(parts)], depth))

    def _call(self, node: ast.Call, depth: int) -> Origin:
        module = self.module
        function = node.func
        if local := module.function(function):
            if local.decorator:  # a task or a DAG: what it gives is decided when it runs
                return self.step(node, "?")
            return self.step(node, "local()", tuple([self.origin(result.node, depth) for result in local.returns]))
        path = module.qualified(function)
        arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
        if isinstance(function, ast.Attribute):
            owner = module.qualified(function.value)
            receiver = [] if owner and "()" not in owner else [function.value]
            name = f"{path or '.' + function.attr}()"
            return self.step(node, name, self._all([*receiver, *arguments], depth), function.attr)
        return self.step(node, f"{path}()" if path else "?", self._all(arguments, depth))

    def _name(self, node: ast.Name, depth: int) -> Origin:
        bindings = self.module.names.bindings(node.id, node)
        if not bindings:
            return self.step(node, self.module.qualified(node) or "?")
        choices = [self._binding(binding, node, depth) for binding in bindings]
        found = self._either(node, choices)
        additions: list[ast.expr] = []
        for change in self.module.names.mutated(node.id, node):
            statement = self.module.names.parents.get(change)
            if isinstance(change, ast.Call):
                additions += change.args
            elif isinstance(statement, (ast.Assign, ast.AugAssign)):
                additions.append(statement.value)
        return self.step(node, "filled", (found, *self._all(additions, depth))) if additions else found

    def _binding(self, binding: Binding, use: ast.Name, depth: int) -> Origin:
        value = binding.value
        if binding.kind == "parameter":
            return self.step(binding.target, "parameter")
        if binding.path:
            return self.step(use, binding.path)
        if value is None:
            return self.step(use, "?")
        if binding.kind == "for":
            return self.step(binding.target, "item", (self.origin(value, depth),))
        if binding.kind == "unpack":
            return self.step(binding.target, "[]", (self.origin(value, depth),))
        if binding.kind == "augmented" and isinstance(binding.target, ast.Name):
            return self._added_to(binding, binding.target, value, depth)
        return self.origin(value, depth)

    def _added_to(self, binding: Binding, target: ast.Name, value: ast.expr, depth: int) -> Origin:
        """`x += value`: what x was before, and the value."""
        if found := self.known.get(target):
            return found
        if depth > MAX_DEPTH or target in self.active:
            return self.step(target, "?")
        self.active.add(target)
        earlier = self.module.names.bindings(target.id, target)
        before = [self._binding(one, target, depth + 1) for one in earlier if one is not binding]
        self.active.discard(target)
        found = self.step(binding.node, "+", (*before, self.origin(value, depth)))
        self.known[target] = found
        return found


_SYMBOLS: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Mod: "%"}
