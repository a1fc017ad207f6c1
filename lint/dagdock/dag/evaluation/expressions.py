"""Expressions: what each comes to, piece by piece."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from dagdock.dag.evaluation.frames import Frame
from dagdock.dag.evaluation.graph import Group, Task, XCom
from dagdock.dag.evaluation.operations import HOST_ERRORS, Operations, has_large_number
from dagdock.dag.evaluation.state import describe
from dagdock.dag.evaluation.values import (
    MISSING,
    Class,
    External,
    Function,
    Instance,
    ModuleValue,
    Raised,
    Stream,
    Unknown,
    Value,
)


class Expressions(Operations):
    """Follows expressions. Calls and attributes are looked after by the classes above."""

    def attribute(self, value: Value, name: str, node: ast.AST, frame: Frame) -> Value:
        raise NotImplementedError

    def evaluate(self, node: ast.expr, frame: Frame) -> Value:
        self.steps -= 1
        if self.steps < 0:
            self.spend(0, node)
        kind = node.__class__
        if kind is ast.Constant:
            return node.value  # type: ignore[attr-defined]
        if kind is ast.Name:
            return self._name(node, frame)  # type: ignore[arg-type]
        handler = _HANDLERS.get(kind)
        if handler is None:
            return self.unknown_value(f"{kind.__name__} is not followed", node, frame)
        return handler(self, node, frame)

    def _name(self, node: ast.Name, frame: Frame) -> Value:
        name = node.id
        found = frame.names.get(name, MISSING)
        if found is MISSING or frame.elsewhere:
            found = frame.look_up(name)
        if found is MISSING:
            if name in _BUILTINS:
                return External(f"builtins.{name}")
            if name in ("__file__", "__name__", "__doc__"):
                return self.unknown_value(name, node, frame)
            if "*" in frame.root.names:
                return frame.root.names["*"]
            if self.regions or frame.kind != "module":
                return self.unknown_value(f"{name} is not defined", node, frame)
            raise Raised(NameError, f"name {name!r} is not defined", node.lineno)
        return found

    def _attribute(self, node: ast.Attribute, frame: Frame) -> Value:
        return self.attribute(self.evaluate(node.value, frame), node.attr, node, frame)

    # Operators.

    def _binary(self, node: ast.BinOp, frame: Frame) -> Value:
        # `a >> b >> c …` nests to the left as deep as it is long.
        chain: list[ast.BinOp] = [node]
        while isinstance(chain[-1].left, ast.BinOp):
            chain.append(chain[-1].left)
        self.spend(len(chain), node)
        value = self.evaluate(chain[-1].left, frame)
        for one in reversed(chain):
            value = self.binary(one.op, value, self.evaluate(one.right, frame), one, frame)
        return value

    def _boolean(self, node: ast.BoolOp, frame: Frame) -> Value:
        wanted = isinstance(node.op, ast.Or)
        value: Value = None
        for number, part in enumerate(node.values):
            value = self.evaluate(part, frame)
            if number == len(node.values) - 1:
                return value
            truth = self.truth(value)
            if truth is None:
                why = self._why(value, part, frame)
                with self.doubting(why):
                    rest = [self.evaluate(other, frame) for other in node.values[number + 1 :]]
                return self.one_of((value, *rest), why)
            if truth is wanted:
                return value
        return value

    def _why(self, value: Value, node: ast.AST, frame: Frame) -> Unknown:
        return (
            value if isinstance(value, Unknown) else self.unknown_data(f"the truth of {describe(value)}", node, frame)
        )

    def _unary(self, node: ast.UnaryOp, frame: Frame) -> Value:
        value = self.evaluate(node.operand, frame)
        if isinstance(node.op, ast.Not):
            truth = self.truth(value)
            return self.unknown_data(self._why(value, node, frame).reason, node, frame) if truth is None else not truth
        if isinstance(value, (int, float)) or type(value).__name__ == "timedelta":
            try:
                if isinstance(node.op, ast.USub):
                    return -value
                return +value if isinstance(node.op, ast.UAdd) else ~value
            except HOST_ERRORS:
                pass
        return self.unknown_data("an operator that is not followed", node, frame)

    def _compare(self, node: ast.Compare, frame: Frame) -> Value:
        left = self.evaluate(node.left, frame)
        result: Value = True
        for op, part in zip(node.ops, node.comparators, strict=True):
            right = self.evaluate(part, frame)
            result = self.compare(op, left, right, node, frame)
            if self.truth(result) is not True:
                return result
            left = right
        return result

    def _either(self, node: ast.IfExp, frame: Frame) -> Value:
        test = self.evaluate(node.test, frame)
        truth = self.truth(test)
        if truth is not None:
            return self.evaluate(node.body if truth else node.orelse, frame)
        why = self._why(test, node, frame)
        with self.doubting(why):
            one = self.evaluate(node.body, frame)
        with self.doubting(why):
            other = self.evaluate(node.orelse, frame)
        return one if self.same(one, other) else self.one_of((one, other), why)

    def _walrus(self, node: ast.NamedExpr, frame: Frame) -> Value:
        value = self.evaluate(node.value, frame)
        home = frame
        while home.kind == "comprehension" and home.outer is not None:
            home = home.outer
        self.assign(node.target, value, home)
        return value

    # Displays.

    def sequence(self, nodes: Sequence[ast.expr], frame: Frame) -> tuple[list[Value], Unknown | None]:
        """The values of the parts of a list, with what is unknown about which there are."""
        values: list[Value] = []
        doubt: Unknown | None = None
        for part in nodes:
            if isinstance(part, ast.Starred):
                value = self.evaluate(part.value, frame)
                items = self.items(value, part)
                if items is None:
                    doubt = self.taint_of(value) or self._why(value, part, frame)
                else:
                    values += items
            else:
                values.append(self.evaluate(part, frame))
        return values, doubt

    def _list(self, node: ast.List, frame: Frame) -> Value:
        values, doubt = self.sequence(node.elts, frame)
        self.made(values)
        if doubt:
            self.taint(values, doubt)
        return values

    def _tuple(self, node: ast.Tuple, frame: Frame) -> Value:
        values, doubt = self.sequence(node.elts, frame)
        return doubt if doubt else tuple(values)

    def _set(self, node: ast.Set, frame: Frame) -> Value:
        values, doubt = self.sequence(node.elts, frame)
        try:
            found = self.made(set(values))
        except TypeError:
            return self.unknown_data("a set of what cannot be in one", node, frame)
        if doubt or any(isinstance(value, Unknown) for value in values):
            self.taint(found, doubt or next(value for value in values if isinstance(value, Unknown)))
        return found

    def _dict(self, node: ast.Dict, frame: Frame) -> Value:
        found: dict[Value, Value] = self.made({})
        for key_node, value_node in zip(node.keys, node.values, strict=True):
            if key_node is None:
                more = self.evaluate(value_node, frame)
                if isinstance(more, dict):
                    found.update(more)
                    if taint := self.taint_of(more):
                        self.taint(found, taint)
                else:
                    self.taint(found, self._why(more, value_node, frame))
                continue
            key = self.evaluate(key_node, frame)
            value = self.evaluate(value_node, frame)
            if isinstance(key, Unknown):
                self.taint(found, key)
                continue
            try:
                found[key] = value
            except TypeError:
                raise self.fail(TypeError, "a dict's key that cannot be one", node) from None
        self.displays[id(found)] = (found, node, frame.module)
        return found

    def _joined_text(self, node: ast.JoinedStr, frame: Frame) -> Value:
        parts: list[str] = []
        doubt: Unknown | None = None
        for part in node.values:
            if isinstance(part, ast.Constant):
                parts.append(str(part.value))
                continue
            text = self._formatted(part, frame) if isinstance(part, ast.FormattedValue) else self.evaluate(part, frame)
            if isinstance(text, str):
                parts.append(text)
            else:
                doubt = doubt or self._why(text, part, frame)
        return doubt or self.weighed("".join(parts), node, frame)

    def _formatted(self, node: ast.FormattedValue, frame: Frame) -> Value:
        value = self.evaluate(node.value, frame)
        spec = self.evaluate(node.format_spec, frame) if node.format_spec else ""
        if not isinstance(spec, str) or has_large_number(spec):
            return spec if isinstance(spec, Unknown) else self.unknown_data("a format", node, frame)
        if not spec and node.conversion in (-1, 115):
            return self.text_of(value, node, frame)
        if (why := self.unknown_in(value)) is not None:
            return self.unknown_data(why.reason, node, frame)
        if node.conversion == 115:
            value = str(value)
        elif node.conversion in (114, 97):
            value = repr(value)
        try:
            return format(value, spec)
        except HOST_ERRORS as problem:
            raise Raised(type(problem), str(problem), node.lineno) from None

    def text_of(self, value: Value, node: ast.AST, frame: Frame) -> Value:
        """`str(value)`."""
        if isinstance(value, str):
            return value
        if isinstance(value, XCom) and value.template is not None:
            return value.template
        if isinstance(value, Instance):
            method = value.cls.find("__str__")
            if isinstance(method, Function):
                return self.call(method, [value], {}, node, frame)
            return self._text_of_member(value, node, frame)
        if isinstance(value, Unknown):
            return value
        if (why := self.unknown_in(value)) is not None:
            return self.unknown_data(why.reason, node, frame)
        try:
            return self.weighed(str(value), node, frame)
        except HOST_ERRORS:
            return self.unknown_data("a text that cannot be made", node, frame)

    def _text_of_member(self, value: Instance, node: ast.AST, frame: Frame) -> Value:
        """`str()` of an enumeration's member; unknown where that depends on Python's version, and for other objects."""
        bases = [one.path for one in value.cls.lineage() if isinstance(one, External)]
        if "enum.StrEnum" in bases:
            return value.attributes.get("value")
        if bases == ["enum.Enum"]:
            return f"{value.cls.name}.{value.attributes.get('name')}"
        return self.unknown_data(f"the text of an object of {value.cls.name}", node, frame)

    # Comprehensions.

    def _list_comprehension(self, node: ast.ListComp, frame: Frame) -> Value:
        values, doubt = self._rounds(node.generators, frame, lambda inner: self.evaluate(node.elt, inner))
        return self._collected(self.made(list(values)), doubt)

    def _set_comprehension(self, node: ast.SetComp, frame: Frame) -> Value:
        values, doubt = self._rounds(node.generators, frame, lambda inner: self.evaluate(node.elt, inner))
        try:
            return self._collected(self.made(set(values)), doubt)
        except TypeError:
            return self.unknown_data("a set of what cannot be in one", node, frame)

    def _generator(self, node: ast.GeneratorExp, frame: Frame) -> Value:
        values, doubt = self._rounds(node.generators, frame, lambda inner: self.evaluate(node.elt, inner))
        return doubt if doubt else Stream(iter(values))

    def _dict_comprehension(self, node: ast.DictComp, frame: Frame) -> Value:
        pairs, doubt = self._rounds(
            node.generators, frame, lambda inner: (self.evaluate(node.key, inner), self.evaluate(node.value, inner))
        )
        found: dict[Value, Value] = self.made({})
        for key, value in pairs:
            if isinstance(key, Unknown):
                doubt = doubt or key
                continue
            try:
                found[key] = value
            except TypeError:
                doubt = doubt or self.unknown_value("a dict's key that cannot be one", node, frame)
        return self._collected(found, doubt)

    def _collected(self, found: Value, doubt: Unknown | None) -> Value:
        if doubt:
            self.taint(found, doubt)
        return found

    def _rounds(
        self, generators: list[ast.comprehension], frame: Frame, element: Callable[[Frame], Value]
    ) -> tuple[list[Value], Unknown | None]:
        """The elements of all rounds, and why there may be more or fewer."""
        inner = Frame("comprehension", frame)
        inner.function, inner.within, inner.receiver = frame.function, frame.within, frame.receiver
        values: list[Value] = []
        doubts: list[Unknown] = []
        around = self.loops

        def run(level: int) -> None:
            if level == len(generators):
                values.append(element(inner))
                return
            generator = generators[level]
            source = self.evaluate(generator.iter, frame if level == 0 else inner)
            items = self.items(source, generator.iter)
            if items is None:
                why = self.taint_of(source) or self._why(source, generator.iter, frame)
                doubts.append(why)
                with self.doubting(why):
                    self.assign(generator.target, why, inner)
                    for test in generator.ifs:
                        self.evaluate(test, inner)
                    run(level + 1)
                return
            for item in items:
                self.assign(generator.target, item, inner)
                depth = len(self.regions)
                if self._passes(generator.ifs, inner, doubts):
                    run(level + 1)
                self.back_to(depth)

        self.loops = (*around, *generators)
        try:
            run(0)
        finally:
            self.loops = around
        return values, doubts[0] if doubts else None

    def _passes(self, tests: list[ast.expr], frame: Frame, doubts: list[Unknown]) -> bool:
        for test in tests:
            value = self.evaluate(test, frame)
            truth = self.truth(value)
            if truth is False:
                return False
            if truth is None:
                why = self._why(value, test, frame)
                doubts.append(why)
                self.push(why)
        return True

    # Subscripts.

    def _subscript(self, node: ast.Subscript, frame: Frame) -> Value:
        value = self.evaluate(node.value, frame)
        if isinstance(value, External) and value.path not in ("os.environ", "sys.modules"):
            if isinstance(node.slice, (ast.Name, ast.Attribute, ast.Constant, ast.Tuple)):
                return (
                    value
                    if value.path.startswith(("typing.", "builtins.", "collections."))
                    else self.unknown_value(f"an item of {value.path}", node, frame)
                )
            return self.unknown_value(f"an item of {value.path}", node, frame)
        key = self.evaluate(node.slice, frame)
        return self.item(value, key, node, frame)

    def item(self, value: Value, key: Value, node: ast.AST, frame: Frame) -> Value:
        """`value[key]`."""
        if isinstance(value, Unknown):
            return value
        if isinstance(value, Class):
            return value.names.get(key, value) if value.is_enum and isinstance(key, str) else value  # `Generic[T]`
        if isinstance(value, XCom):
            return XCom(value.tasks, key) if value.plain else self.unknown_data("an item of a result", node, frame)
        if isinstance(value, (str, bytes, list, tuple, dict, range)):
            if taint := self.taint_of(value):
                return taint
            if isinstance(key, Unknown):
                return key
            try:
                found = value[key]
            except HOST_ERRORS as problem:
                if self.regions:
                    return self.unknown_value(f"no item {key!r}", node, frame)
                raise Raised(type(problem), str(problem), getattr(node, "lineno", 1), key) from None
            return self.weighed(found, node, frame) if isinstance(key, slice) else found
        if isinstance(value, Instance):
            method = value.cls.find("__getitem__")
            if isinstance(method, Function):
                return self.call(method, [value, key], {}, node, frame)
        if isinstance(value, Group) and isinstance(key, str):
            wanted = value.child_id(key)
            for child in value.children:
                if (child.task_id if isinstance(child, Task) else child.group_id) == wanted:
                    return child
        if isinstance(value, External) and value.path == "sys.modules" and key == frame.root.names.get("__name__"):
            return ModuleValue(key, frame.root.module, frame.root)
        if isinstance(value, External):
            return self.unknown_data(f"{value.path}[{key!r}]" if isinstance(key, str) else value.path, node, frame)
        return self.unknown_value(f"an item of {describe(value)}", node, frame)

    def _slice(self, node: ast.Slice, frame: Frame) -> Value:
        parts = [self.evaluate(part, frame) if part else None for part in (node.lower, node.upper, node.step)]
        for part in parts:
            if isinstance(part, Unknown):
                return part
        return slice(*parts)

    # Calls and functions.

    def _call(self, node: ast.Call, frame: Frame) -> Value:
        callee = self.evaluate(node.func, frame)
        if not self.makes_nodes(callee):
            return self.call(callee, *self._arguments(node, frame), node, frame)
        self.in_argument += 1
        try:
            args, kwargs = self._arguments(node, frame)
        finally:
            self.in_argument -= 1
        return self.call(callee, args, kwargs, node, frame)

    in_argument = 0
    """How many calls of operators and DAGs have their arguments worked out at the moment."""

    def makes_nodes(self, callee: Value) -> bool:
        """Whether what is called makes a task or DAG out of its arguments."""
        raise NotImplementedError

    def _arguments(self, node: ast.Call, frame: Frame) -> tuple[list[Value], dict[str, Value]]:
        args, doubt = self.sequence(node.args, frame)
        kwargs: dict[str, Value] = {}
        for keyword in node.keywords:
            value = self.evaluate(keyword.value, frame)
            if keyword.arg is not None:
                kwargs[keyword.arg] = value
            elif isinstance(value, dict):
                kwargs.update((key, more) for key, more in value.items() if isinstance(key, str))
                doubt = doubt or self.taint_of(value)
            else:
                doubt = doubt or self._why(value, keyword, frame)
        if doubt:
            kwargs["**"] = doubt
        return args, kwargs

    def _lambda(self, node: ast.Lambda, frame: Frame) -> Value:
        return self.function(node, frame)

    def function(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, frame: Frame) -> Function:
        defaults = [self.evaluate(default, frame) for default in node.args.defaults]
        keyword_defaults = {
            argument.arg: self.evaluate(default, frame)
            for argument, default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
            if default is not None
        }
        return Function(node, frame, defaults, keyword_defaults)

    def _await(self, node: ast.Await, frame: Frame) -> Value:
        self.evaluate(node.value, frame)
        return self.unknown_value("what is awaited", node, frame)

    def _yield(self, node: ast.Yield, frame: Frame) -> Value:
        value = self.evaluate(node.value, frame) if node.value else None
        return self._give(value, frame)

    def _give(self, value: Value, frame: Frame) -> Value:
        home: Frame | None = frame
        while home is not None and home.on_yield is None:
            home = home.outer if home.kind == "comprehension" else None
        return home.on_yield(value) if home and home.on_yield else None

    def _yield_from(self, node: ast.YieldFrom, frame: Frame) -> Value:
        source = self.evaluate(node.value, frame)
        items = self.items(source, node)
        if items is None:
            why = self.taint_of(source) or self._why(source, node, frame)
            with self.doubting(why):
                return self._give(why, frame)
        for item in items:
            self._give(item, frame)
        return None

    # Assignment.

    def assign(self, target: ast.expr, value: Value, frame: Frame) -> None:
        if isinstance(target, ast.Name):
            home = frame.home_of(target.id) if frame.elsewhere else frame
            if home is not frame and self.regions and not self.same(home.names.get(target.id), value):
                value = self.regions[-1].why
            home.names[target.id] = value
        elif isinstance(target, (ast.Tuple, ast.List)):
            self._unpack(target, value, frame)
        elif isinstance(target, ast.Attribute):
            self.set_attribute(self.evaluate(target.value, frame), target.attr, value, target, frame)
        elif isinstance(target, ast.Subscript):
            holder = self.evaluate(target.value, frame)
            self.set_item(holder, self.evaluate(target.slice, frame), value, target, frame)
        elif isinstance(target, ast.Starred):
            self.assign(target.value, value, frame)

    def _unpack(self, target: ast.Tuple | ast.List, value: Value, frame: Frame) -> None:
        items = self.items(value, target)
        if items is None:
            why = self.taint_of(value) or self._why(value, target, frame)
            if isinstance(value, XCom):
                raise Raised(TypeError, "the result of a task cannot be taken apart", target.lineno)
            for part in target.elts:
                self.assign(part, why, frame)
            return
        parts = target.elts
        starred = [number for number, part in enumerate(parts) if isinstance(part, ast.Starred)]
        if starred:
            before, after = starred[0], len(parts) - starred[0] - 1
            if len(items) >= before + after:
                middle = self.made(items[before : len(items) - after])
                items = [*items[:before], middle, *(items[len(items) - after :] if after else [])]
        if len(items) != len(parts):
            if not self.regions:
                raise Raised(ValueError, f"{len(items)} values for {len(parts)} names", target.lineno)
            items = [self.unknown_value("not as many values as names", target, frame)] * len(parts)
        for part, item in zip(parts, items, strict=True):
            self.assign(part, item, frame)

    def set_attribute(self, holder: Value, name: str, value: Value, node: ast.AST, frame: Frame) -> None:
        raise NotImplementedError

    def set_item(self, holder: Value, key: Value, value: Value, node: ast.AST, frame: Frame) -> None:
        """`holder[key] = value`."""
        if isinstance(holder, (dict, list)):
            if not self.may_change(holder):
                return
            if isinstance(key, Unknown):
                self.taint(holder, key)
                return
            try:
                holder[key] = value
            except HOST_ERRORS as problem:
                raise Raised(type(problem), str(problem), getattr(node, "lineno", 1)) from None
        elif isinstance(holder, Unknown):
            self.escape(value, holder)
        elif isinstance(holder, Instance):
            method = holder.cls.find("__setitem__")
            if isinstance(method, Function):
                self.call(method, [holder, key, value], {}, node, frame)


_HANDLERS: dict[type[ast.AST], Callable[[Any, Any, Frame], Value]] = {
    ast.Attribute: Expressions._attribute,
    ast.Await: Expressions._await,
    ast.BinOp: Expressions._binary,
    ast.BoolOp: Expressions._boolean,
    ast.Call: Expressions._call,
    ast.Compare: Expressions._compare,
    ast.Dict: Expressions._dict,
    ast.DictComp: Expressions._dict_comprehension,
    ast.FormattedValue: Expressions._formatted,
    ast.GeneratorExp: Expressions._generator,
    ast.IfExp: Expressions._either,
    ast.JoinedStr: Expressions._joined_text,
    ast.Lambda: Expressions._lambda,
    ast.List: Expressions._list,
    ast.ListComp: Expressions._list_comprehension,
    ast.NamedExpr: Expressions._walrus,
    ast.Set: Expressions._set,
    ast.SetComp: Expressions._set_comprehension,
    ast.Slice: Expressions._slice,
    ast.Subscript: Expressions._subscript,
    ast.Tuple: Expressions._tuple,
    ast.UnaryOp: Expressions._unary,
    ast.Yield: Expressions._yield,
    ast.YieldFrom: Expressions._yield_from,
}


def _builtin_names() -> Iterator[str]:
    import builtins

    return (name for name in dir(builtins) if not name.startswith("_") or name == "__import__")


_BUILTINS = frozenset(_builtin_names())
