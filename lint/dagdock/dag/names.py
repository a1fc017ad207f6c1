"""Scopes and bindings of a Python file, and what a name stands for at a place.

The whole tree is walked once, without recursion (real files nest a thousand `+` deep). Everything else is looked up
when it is asked for.
"""

from __future__ import annotations

import ast
import builtins
from bisect import bisect_left
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Literal

BindingKind = Literal["import", "assign", "unpack", "augmented", "for", "with", "def", "class", "parameter", "other"]
FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
Looping = ast.For | ast.AsyncFor | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
MAX_DEPTH = 40

# fmt: off
# Fields that hold no nodes.
_PLAIN_FIELDS = frozenset((
    "arg", "asname", "attr", "conversion", "ctx", "id", "is_async", "kind", "kwd_attrs", "level", "module", "name",
    "names", "op", "ops", "rest", "simple", "str", "tag", "type_comment", "type_ignores",
))
# Methods that change a list, dict or set in place.
_MUTATORS = frozenset((
    "add", "append", "clear", "difference_update", "discard", "extend", "insert", "intersection_update", "pop",
    "popitem", "remove", "reverse", "setdefault", "sort", "update",
))
# fmt: on
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_MATCH = tuple(getattr(ast, name) for name in ("MatchAs", "MatchStar", "MatchMapping"))
_BRANCHING: tuple[type[ast.AST], ...] = (
    ast.If,
    ast.For,
    ast.AsyncFor,
    ast.While,
    ast.Try,
    ast.ExceptHandler,
    ast.IfExp,
    ast.BoolOp,
    ast.Match,
    ast.match_case,
    *([ast.TryStar] if hasattr(ast, "TryStar") else []),
)


class Binding:
    """One place that gives a name a meaning.

    `node` is the statement (or comprehension), `target` the bound name, `value` the expression behind it: what is
    assigned, iterated over (`for`) or entered (`with`). `path` is what an import names.
    """

    __slots__ = ("kind", "node", "path", "scope", "target", "value")

    def __init__(
        self,
        kind: BindingKind,
        scope: Scope,
        node: ast.AST,
        target: ast.AST,
        value: ast.expr | None = None,
        path: str | None = None,
    ) -> None:
        self.kind: BindingKind = kind
        self.scope = scope
        self.node = node
        self.target = target
        self.value = value
        self.path = path


class Scope:
    """A module, class, function, lambda or comprehension, and the names bound in it."""

    __slots__ = ("bindings", "elsewhere", "kind", "node", "parent")

    def __init__(
        self,
        node: ast.AST,
        parent: Scope | None,
        kind: Literal["module", "class", "function", "comprehension"],
    ) -> None:
        self.node = node
        self.parent = parent
        self.kind = kind
        self.bindings: dict[str, list[Binding]] = {}
        self.elsewhere: dict[str, Literal["global", "nonlocal"]] = {}
        """Names declared `global` or `nonlocal` here."""


class Names:
    """What the names of one file stand for. `calls` is in source order."""

    def __init__(self, tree: ast.Module) -> None:
        self.tree = tree
        self.root = Scope(tree, None, "module")
        self.parents: dict[ast.AST, ast.AST] = {}
        self.scopes: dict[ast.AST, Scope] = {tree: self.root}
        self.calls: list[ast.Call] = []
        self.functions: list[FunctionNode] = []
        self.classes: list[ast.ClassDef] = []
        self.returns: list[ast.Return] = []
        self.fstrings: list[ast.JoinedStr] = []
        self.constants: list[ast.Constant] = []
        self.expressions: list[ast.Expr] = []
        self.rounds: list[Looping] = []
        """Every `for` and comprehension, those around others first."""
        self.imports: dict[str, list[ast.alias]] = {}
        self.star_imports: list[str] = []
        self.loads: dict[str, list[ast.Name]] = {}
        self.attributes: dict[str, list[ast.Attribute]] = {}
        self.mutations: dict[str, list[ast.AST]] = {}
        """By name, the calls (`x.append()`), targets (`x[0] =`) and deletions that change a value in place."""
        self.aliases: dict[str, set[str]] = {}
        """Names that are assigned to each other (`a = b`): a change of one's value changes the other's."""
        self.inner: dict[ast.AST, Scope] = {}
        """The scope that a function, class or comprehension opens."""
        self.declared = False
        """Whether anything is declared `global` or `nonlocal`, so that names are bound from other scopes."""
        self._qualified: dict[ast.AST, str | None] = {}
        self._bound: dict[ast.AST, list[Binding]] = {}
        self._mutated: dict[tuple[str, Scope | None], list[ast.AST]] = {}
        self._handed: dict[str, list[tuple[ast.Name, int, ast.Call]]] | None = None
        self._walk(tree)
        self.calls.sort(key=_position)
        for bindings in self._all_bindings():
            if len(bindings) > 1:
                bindings.sort(key=_place_of)

    # The one walk.

    def _walk(self, tree: ast.Module) -> None:
        parents, scopes, loads, attributes = self.parents, self.scopes, self.loads, self.attributes
        calls, constants = self.calls, self.constants
        nodes: list[ast.AST] = [tree]
        for node in nodes:  # grows while it runs
            cls = node.__class__
            if cls is ast.Name:
                if node.ctx.__class__ is ast.Load:  # type: ignore[attr-defined]
                    loads.setdefault(node.id, []).append(node)  # type: ignore[attr-defined, arg-type]
                continue
            if cls is ast.Constant:
                constants.append(node)  # type: ignore[arg-type]
                continue
            if cls is ast.MatchSingleton:
                continue
            scope = scopes[node]
            if cls is ast.Attribute:
                attributes.setdefault(node.attr, []).append(node)  # type: ignore[attr-defined, arg-type]
            elif cls is ast.Call:
                calls.append(node)  # type: ignore[arg-type]
                self._call(node)  # type: ignore[arg-type]
            elif visitor := _VISITORS.get(cls):
                for child, of in visitor(self, node, scope):
                    parents[child] = node
                    scopes[child] = of
                    nodes.append(child)
                continue
            elif binder := _BINDERS.get(cls):
                binder(self, node, scope)
            for name in _FIELDS[cls]:
                value = getattr(node, name, None)
                if value.__class__ is list:
                    for child in value:
                        if isinstance(child, ast.AST):
                            parents[child] = node
                            scopes[child] = scope
                            nodes.append(child)
                elif isinstance(value, ast.AST):
                    parents[value] = node
                    scopes[value] = scope
                    nodes.append(value)

    def _function(self, node: FunctionNode, scope: Scope) -> Iterator[tuple[ast.AST, Scope]]:
        self.functions.append(node)
        inner = self.inner[node] = Scope(node, scope, "function")
        arguments = node.args
        everything = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        everything += [extra for extra in (arguments.vararg, arguments.kwarg) if extra]
        for argument in everything:
            inner.bindings.setdefault(argument.arg, []).append(Binding("parameter", inner, argument, argument))
        yield arguments, scope
        if isinstance(node, ast.Lambda):
            yield node.body, inner
            return
        self._bind(scope, node.name, Binding("def", scope, node, node))
        for decorator in node.decorator_list:
            yield decorator, scope
        if node.returns:
            yield node.returns, scope
        for parameter in getattr(node, "type_params", ()):
            yield parameter, inner
        for statement in node.body:
            yield statement, inner

    def _class(self, node: ast.ClassDef, scope: Scope) -> Iterator[tuple[ast.AST, Scope]]:
        self.classes.append(node)
        inner = self.inner[node] = Scope(node, scope, "class")
        self._bind(scope, node.name, Binding("class", scope, node, node))
        for outside in (*node.decorator_list, *node.bases, *node.keywords):
            yield outside, scope
        for inside in (*getattr(node, "type_params", ()), *node.body):
            yield inside, inner

    def _comprehension(
        self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp, scope: Scope
    ) -> Iterator[tuple[ast.AST, Scope]]:
        self.rounds.append(node)
        inner = self.inner[node] = Scope(node, scope, "comprehension")
        for loop in node.generators:
            self._bind_target(inner, loop.target, "for", loop, loop.iter)
            yield loop, inner
        if isinstance(node, ast.DictComp):
            yield node.key, inner
            yield node.value, inner
        else:
            yield node.elt, inner

    def _comprehension_for(self, node: ast.comprehension, scope: Scope) -> Iterator[tuple[ast.AST, Scope]]:
        whole = self.parents[node]
        first = node is whole.generators[0]  # type: ignore[attr-defined]
        yield node.target, scope
        # Only the first iterable is evaluated outside.
        yield node.iter, self.scopes[whole] if first else scope
        for condition in node.ifs:
            yield condition, scope

    def _call(self, node: ast.Call) -> None:
        function = node.func
        if isinstance(function, ast.Attribute):
            owner = function.value
            if isinstance(owner, ast.Name) and function.attr in _MUTATORS:
                self.mutations.setdefault(owner.id, []).append(node)

    def _import(self, node: ast.Import, scope: Scope) -> None:
        for alias in node.names:
            self.parents[alias] = node
            self.scopes[alias] = scope
            self.imports.setdefault(alias.name, []).append(alias)
            name = alias.asname or alias.name.partition(".")[0]
            path = alias.name if alias.asname else name
            self._bind(scope, name, Binding("import", scope, node, alias, path=path))

    def _import_from(self, node: ast.ImportFrom, scope: Scope) -> None:
        module = "." * node.level + (node.module or "")
        for alias in node.names:
            self.parents[alias] = node
            self.scopes[alias] = scope
            path = module + alias.name if module.endswith(".") else f"{module}.{alias.name}"
            self.imports.setdefault(path, []).append(alias)
            if alias.name == "*":
                self.star_imports.append(module)
            else:
                self._bind(scope, alias.asname or alias.name, Binding("import", scope, node, alias, path=path))

    def _assign(self, node: ast.Assign, scope: Scope) -> None:
        for target in node.targets:
            self._bind_target(scope, target, "assign", node, node.value)
            if isinstance(node.value, ast.Name) and isinstance(target, ast.Name):
                self.aliases.setdefault(node.value.id, set()).add(target.id)
                self.aliases.setdefault(target.id, set()).add(node.value.id)

    def _annotated(self, node: ast.AnnAssign, scope: Scope) -> None:
        if node.value:
            self._bind_target(scope, node.target, "assign", node, node.value)

    def _augmented(self, node: ast.AugAssign, scope: Scope) -> None:
        self._bind_target(scope, node.target, "augmented", node, node.value)

    def _walrus(self, node: ast.NamedExpr, scope: Scope) -> None:
        while scope.kind == "comprehension" and scope.parent:
            scope = scope.parent
        self._bind_target(scope, node.target, "assign", node, node.value)

    def _for(self, node: ast.For | ast.AsyncFor, scope: Scope) -> None:
        self.rounds.append(node)
        self._bind_target(scope, node.target, "for", node, node.iter)

    def _with(self, node: ast.With | ast.AsyncWith, scope: Scope) -> None:
        for item in node.items:
            if item.optional_vars:
                self._bind_target(scope, item.optional_vars, "with", node, item.context_expr)

    def _except(self, node: ast.ExceptHandler, scope: Scope) -> None:
        if node.name:
            self._bind(scope, node.name, Binding("other", scope, node, node))

    def _delete(self, node: ast.Delete, scope: Scope) -> None:
        for target in node.targets:
            self._bind_target(scope, target, "other", node, None)

    def _declaration(self, node: ast.Global | ast.Nonlocal, scope: Scope) -> None:
        self.declared = True
        for name in node.names:
            scope.elsewhere[name] = "global" if isinstance(node, ast.Global) else "nonlocal"
            for binding in scope.bindings.pop(name, ()):
                self._bind(scope, name, binding)

    def _match(self, node: ast.MatchAs | ast.MatchStar | ast.MatchMapping, scope: Scope) -> None:
        name = node.rest if isinstance(node, ast.MatchMapping) else node.name
        if name:
            self._bind(scope, name, Binding("other", scope, node, node))

    def _return(self, node: ast.Return, scope: Scope) -> None:
        self.returns.append(node)

    def _expression(self, node: ast.Expr, scope: Scope) -> None:
        self.expressions.append(node)

    def _fstring(self, node: ast.JoinedStr, scope: Scope) -> None:
        self.fstrings.append(node)

    def _bind_target(
        self, scope: Scope, target: ast.expr, kind: BindingKind, node: ast.AST, value: ast.expr | None
    ) -> None:
        waiting: list[tuple[ast.expr, BindingKind, ast.expr | None]] = [(target, kind, value)]
        while waiting:
            target, kind, value = waiting.pop()
            if isinstance(target, ast.Name):
                self._bind(scope, target.id, Binding(kind, scope, node, target, value))
            elif isinstance(target, ast.Starred):
                waiting.append((target.value, "unpack", value))
            elif isinstance(target, (ast.Tuple, ast.List)):
                paired = _pairs(target, value) if kind == "assign" else None
                unpacked: BindingKind = "for" if kind == "for" else "unpack"
                for number, part in enumerate(target.elts):
                    waiting.append((part, "assign", paired[number]) if paired else (part, unpacked, value))
            elif isinstance(target, (ast.Subscript, ast.Attribute)):
                owner = target.value
                while isinstance(owner, (ast.Subscript, ast.Attribute)):
                    owner = owner.value
                if isinstance(owner, ast.Name):
                    self.mutations.setdefault(owner.id, []).append(target)

    def _bind(self, scope: Scope, name: str, binding: Binding) -> None:
        where = scope.elsewhere.get(name)
        if where == "global":
            scope = self.root
        elif where == "nonlocal" and scope.parent:
            scope = self.defining(name, scope.parent) or scope
        scope.bindings.setdefault(name, []).append(binding)

    def _all_bindings(self) -> Iterator[list[Binding]]:
        yield from self.root.bindings.values()
        for scope in self.inner.values():
            yield from scope.bindings.values()

    # Looking up.

    def ancestors(self, node: ast.AST) -> Iterator[ast.AST]:
        """The nodes around a node, innermost first."""
        parents = self.parents
        above = parents.get(node)
        while above is not None:
            yield above
            above = parents.get(above)

    def defining(self, name: str, scope: Scope) -> Scope | None:
        """The scope whose binding of `name` is seen from `scope`."""
        where: Scope | None = scope
        if scope.elsewhere.get(name) == "global":
            return self.root if name in self.root.bindings else None
        while where is not None:
            if name in where.bindings and (where is scope or where.kind != "class"):
                return where
            where = where.parent
        return None

    def bindings(self, name: str, at: ast.AST) -> list[Binding]:
        """The bindings that may be what `name` means at a place, in source order."""
        if at.__class__ is not ast.Name or at.id != name:
            return self._bindings(name, at)
        found = self._bound.get(at)
        if found is None:
            found = self._bound[at] = self._bindings(name, at)
        return found

    def _bindings(self, name: str, at: ast.AST) -> list[Binding]:
        start = self.scopes[at]
        scope = self.defining(name, start)
        if scope is None:
            return []
        found = scope.bindings[name]
        if len(found) == 1:
            return found
        return self._reaching(found, at, scope) if self._inline(start, scope) else self._final(found, scope)

    def mutated(self, name: str, at: ast.AST) -> list[ast.AST]:
        """What changes the value of `name`, as seen from a place: methods, items, calls of functions that do so."""
        scope = self.defining(name, self.scopes[at])
        found = self._mutated.get((name, scope))
        if found is None:
            found = self._mutated[name, scope] = self._changes(name, scope)
        return found

    def _changes(self, name: str, scope: Scope | None) -> list[ast.AST]:
        found: list[ast.AST] = []
        waiting, seen = [name], {name}
        while waiting:
            one = waiting.pop()
            found += [
                change
                for change in self.mutations.get(one, ())
                if one != name or self.defining(one, self.scopes[change]) is scope
            ]
            for other in self.aliases.get(one, ()):
                if other not in seen:
                    seen.add(other)
                    waiting.append(other)
        for load, number, call in self._handed_over().get(name, ()):
            if self._changes_argument(call, number) and self.defining(name, self.scopes[load]) is scope:
                found.append(call)
        return sorted(found, key=_position) if len(found) > 1 else found

    def _handed_over(self) -> dict[str, list[tuple[ast.Name, int, ast.Call]]]:
        """By name, where it is an argument of a plain function: the name, its number and the call."""
        if self._handed is None:
            self._handed = {}
            for call in self.calls:
                if isinstance(call.func, ast.Name):
                    for number, given in enumerate(call.args):
                        if isinstance(given, ast.Name):
                            self._handed.setdefault(given.id, []).append((given, number, call))
        return self._handed

    def _changes_argument(self, call: ast.Call, number: int) -> bool:
        """Whether what is called is a function of this file that changes the parameter of that number."""
        bindings = self.bindings(call.func.id, call.func)  # type: ignore[attr-defined]
        if len(bindings) != 1 or not isinstance(function := bindings[0].node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return False
        parameters = [*function.args.posonlyargs, *function.args.args]
        return number < len(parameters) and any(
            self.defining(parameters[number].arg, self.scopes[change]) is self.inner[function]
            for change in self.mutations.get(parameters[number].arg, ())
        )

    def order(self, start: ast.AST, change: ast.AST, use: ast.AST) -> Literal["between", "after", "unclear"]:
        """When a change of a value happens, seen from the statement that makes the value and a place that uses it.

        `between`: surely, once, after the start and before the use. `after`: too late to matter.
        """
        scope = self.scopes[start]
        statement = change
        while not isinstance(statement, ast.stmt):
            statement = self.parents[statement]
        at_once = self.scopes[change] is scope and self._inline(self.scopes[use], scope)
        if at_once and _position(change) > _position(use):
            around = {id(loop) for loop in self.loops(use)}
            return "unclear" if any(id(loop) in around for loop in self.loops(change)) else "after"
        same_block = self.scopes[statement] is scope and self.parents.get(statement) is self.parents.get(start)
        parent = self.parents.get(start)
        apart = isinstance(parent, _BRANCHING) and _branch(parent, statement) != _branch(parent, start)
        if same_block and not apart:
            return "between" if _position(start) < _position(change) else "unclear"
        return "unclear"

    def loops(self, node: ast.AST) -> list[ast.For | ast.AsyncFor | ast.While]:
        """The loop statements around a place inside its function, innermost first."""
        found: list[ast.For | ast.AsyncFor | ast.While] = []
        inner = node
        for above in self.ancestors(node):
            if isinstance(above, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)) and inner is not above.args:
                if not isinstance(above, ast.Lambda) and inner in above.decorator_list:
                    inner = above
                    continue
                break
            if isinstance(above, (ast.For, ast.AsyncFor, ast.While)) and _branch(above, inner) == "body":
                found.append(above)
            inner = above
        return found

    def _inline(self, start: Scope, scope: Scope) -> bool:
        """Whether code of `start` runs where it stands in `scope`: only comprehensions and classes are between."""
        inside: Scope | None = start
        while inside is not scope and inside is not None and inside.kind in ("comprehension", "class"):
            inside = inside.parent
        return inside is scope

    def _reaching(self, bindings: list[Binding], at: ast.AST, scope: Scope) -> list[Binding]:
        """Of several bindings in the scope that the place runs in, those that it may see."""
        inside: dict[int, ast.AST] = {id(at): at}  # each node around the place, with its child on the way there
        loops: list[ast.AST] = []
        inner = at
        for node in self.ancestors(at):
            inside[id(node)] = inner
            inner = node
            if node is scope.node:
                break
            if isinstance(node, (ast.For, ast.AsyncFor, ast.While)):
                loops.append(node)
        seen = [binding for binding in bindings if binding.scope is not scope] if self.declared else []
        first_after = bisect_left(bindings, _position(at), key=_place_of)
        for number in range(first_after - 1, -1, -1):
            binding = bindings[number]
            if binding.scope is scope and not _assigns_around(binding, inside):
                meets, certain = self._meeting(binding, inside)
                if meets:
                    seen.append(binding)
                    if certain:
                        break
        if loops:
            # What the body binds further down is seen in the next round.
            end = (loops[-1].end_lineno or 0, loops[-1].end_col_offset or 0)  # type: ignore[attr-defined]
            for binding in bindings:
                if binding.scope is scope and binding not in seen and _place_of(binding) < end:
                    around = _assigns_around(binding, inside) or _place_of(binding) > _position(at)
                    if around and any(loop in loops for loop in self.ancestors(binding.target)):
                        seen.append(binding)
        return sorted(seen, key=_place_of) if len(seen) > 1 else seen

    def _meeting(self, binding: Binding, inside: dict[int, ast.AST]) -> tuple[bool, bool]:
        """Whether a binding and a place inside these nodes can both run, and whether the binding surely runs."""
        node: ast.AST = binding.target
        certain = True
        while id(node) not in inside:
            parent = self.parents.get(node)
            if parent is None:
                break
            if isinstance(parent, _BRANCHING):
                mine = _branch(parent, node)
                if id(parent) in inside:
                    return _meeting_branches(parent, mine, _branch(parent, inside[id(parent)]), certain)
                if mine not in ("test", "finalbody"):
                    certain = False
            node = parent
        return True, certain

    def _final(self, bindings: list[Binding], scope: Scope) -> list[Binding]:
        """Of several bindings of a scope, those that may hold when all of it has run."""
        seen: list[Binding] = []
        settled = False
        for binding in reversed(bindings):
            if binding.scope is not scope:
                seen.append(binding)
            elif not settled:
                seen.append(binding)
                settled = self._meeting(binding, {id(scope.node): scope.node})[1]
        return seen[::-1]

    def qualified(self, node: ast.AST, depth: int = 0) -> str | None:
        """What a name, attribute chain or call stands for by its import, None where that is not sure."""
        if node in self._qualified:
            return self._qualified[node]
        self._qualified[node] = None  # also ends `x = x.y` that looks at itself
        if depth > MAX_DEPTH:
            return None
        found: str | None = None
        if isinstance(node, ast.Name):
            found = self._qualified_name(node, depth)
        elif isinstance(node, ast.Attribute):
            base = self.qualified(node.value, depth + 1)
            found = base and f"{base}.{node.attr}"
        elif isinstance(node, ast.Call):
            base = self.qualified(node.func, depth + 1)
            found = base and f"{base}()"
        elif isinstance(node, (ast.Await, ast.NamedExpr)):
            found = self.qualified(node.value, depth + 1)
        if found and len(found) > 500:
            found = None
        self._qualified[node] = found
        return found

    def _qualified_name(self, node: ast.Name, depth: int) -> str | None:
        bindings = self.bindings(node.id, node)
        if not bindings:
            if hasattr(builtins, node.id):
                return f"builtins.{node.id}"
            return f"{self.star_imports[0]}.{node.id}" if len(self.star_imports) == 1 else None
        meanings: list[str | None] = []
        imports: list[str] = []
        for binding in bindings:
            if binding.path:
                imports.append(binding.path)
            elif binding.kind in ("assign", "with") and binding.value is not None:
                if isinstance(binding.value, ast.Constant) and binding.value.value is None:
                    continue  # `except ImportError: pandas = None`
                meanings.append(self.qualified(binding.value, depth + 1))
            elif binding.kind in ("def", "class") and len(bindings) > 1 and self._in_handler(binding.node):
                continue  # a stand-in for what could not be imported
            else:
                meanings.append(None)
        if imports and all(meaning in imports for meaning in meanings):
            return imports[0]  # of `try: import new / except ImportError: import old` the first is what is meant
        return meanings[0] if meanings and not imports and len(set(meanings)) == 1 else None

    def _in_handler(self, node: ast.AST) -> bool:
        return any(isinstance(above, ast.ExceptHandler) for above in self.ancestors(node))


_VISITORS: dict[type[ast.AST], Callable[..., Iterator[tuple[ast.AST, Scope]]]] = {
    ast.FunctionDef: Names._function,
    ast.AsyncFunctionDef: Names._function,
    ast.Lambda: Names._function,
    ast.ClassDef: Names._class,
    ast.comprehension: Names._comprehension_for,
    **dict.fromkeys(_COMPREHENSIONS, Names._comprehension),
}
_BINDERS: dict[type[ast.AST], Callable[..., None]] = {
    ast.Import: Names._import,
    ast.ImportFrom: Names._import_from,
    ast.Assign: Names._assign,
    ast.AnnAssign: Names._annotated,
    ast.AugAssign: Names._augmented,
    ast.NamedExpr: Names._walrus,
    ast.For: Names._for,
    ast.AsyncFor: Names._for,
    ast.With: Names._with,
    ast.AsyncWith: Names._with,
    ast.ExceptHandler: Names._except,
    ast.Delete: Names._delete,
    ast.Global: Names._declaration,
    ast.Nonlocal: Names._declaration,
    ast.Return: Names._return,
    ast.JoinedStr: Names._fstring,
    ast.Expr: Names._expression,
    **dict.fromkeys(_MATCH, Names._match),
}


# The fields of each kind of node that may hold nodes.
_FIELDS: dict[type[ast.AST], tuple[str, ...]] = {
    kind: tuple(name for name in kind._fields if name not in _PLAIN_FIELDS)
    for kind in vars(ast).values()
    if isinstance(kind, type) and issubclass(kind, ast.AST)
}


# Lower-case names whose attributes mean nothing without them: `task.branch`, `timezone.utcnow`.
_TELLING = (("decorators", "task"), ("sdk", "task"), ("utils", "timezone"), ("sdk", "timezone"))


@lru_cache(maxsize=4096)
def airflow_name(path: str | None) -> str | None:
    """A qualified name without its module path, for what comes from Airflow: `DAG`, `Variable.get`, `task.branch`."""
    if not path or not path.startswith("airflow."):
        return None
    parts = path.split(".")
    before = ""
    for number, part in enumerate(parts):
        spaced = (part == "task" and before in ("decorators", "sdk")) or (
            part == "timezone" and before in ("utils", "sdk")
        )
        if part[:1].isupper() or spaced:
            return ".".join(parts[number:])
        if part.endswith(")"):
            break
        before = part
    return parts[-1] if "()" not in path.rpartition(".")[0] else None


def _position(node: ast.AST) -> tuple[int, int]:
    return node.lineno, node.col_offset  # type: ignore[attr-defined]


def _pairs(target: ast.Tuple | ast.List, value: ast.expr | None) -> list[ast.expr] | None:
    """The expressions that the parts of `a, b = 1, 2` receive, where they stand there one by one."""
    if not isinstance(value, (ast.Tuple, ast.List)) or len(value.elts) != len(target.elts):
        return None
    if any(isinstance(part, ast.Starred) for part in (*target.elts, *value.elts)):
        return None
    return value.elts


def _assigns_around(binding: Binding, inside: dict[int, ast.AST]) -> bool:
    """Whether the place is within the value of the binding itself: `x = x + 1`, `for x in x`."""
    return binding.value is not None and binding.kind != "with" and id(binding.value) in inside


def _place_of(binding: Binding) -> tuple[int, int]:
    return _position(binding.target)


def _meeting_branches(parent: ast.AST, mine: str, other: str, certain: bool) -> tuple[bool, bool]:
    """As Names._meeting, for two branches of one statement: where the binding is, and where the place is."""
    if mine == other or "test" in (mine, other):
        return True, certain
    if isinstance(parent, (ast.If, ast.IfExp, ast.Match)):
        return False, False
    if mine == "body" and other == "orelse":
        return True, certain and not isinstance(parent, (ast.For, ast.AsyncFor, ast.While))
    # A body may end anywhere before its handlers and `finally` run.
    return (mine == "body" and other.startswith("handlers")) or other == "finalbody", False


def _branch(parent: ast.AST, child: ast.AST | None) -> str:
    """The part of a branching statement that a child stands in."""
    for name in ("body", "orelse", "finalbody", "handlers", "cases"):
        part = getattr(parent, name, None)
        if part is child:
            return name
        if isinstance(part, list):
            for number, member in enumerate(part):
                if member is child:
                    # Each handler and each case is a branch of its own.
                    return f"{name}{number}" if name in ("handlers", "cases") else name
    return "test"
