"""Statements, one after the other; where it is not known which of them run, all are followed and what they do is
marked as possible."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any

from dagdock.dag.classes import is_foreign
from dagdock.dag.evaluation.calls import Calls, ContextManager
from dagdock.dag.evaluation.files import OpenFile
from dagdock.dag.evaluation.frames import Frame
from dagdock.dag.evaluation.graph import Dag, GraphError, Group, SetupTeardown
from dagdock.dag.evaluation.objects import DagFactory, Made, Opened
from dagdock.dag.evaluation.operations import HOST_ERRORS
from dagdock.dag.evaluation.state import describe
from dagdock.dag.evaluation.values import (
    MISSING,
    Class,
    External,
    Function,
    Instance,
    ModuleValue,
    Raised,
    Unknown,
    Value,
    Wrapper,
)


class Return:
    """A function returns."""

    __slots__ = ("value",)

    def __init__(self, value: Value) -> None:
        self.value = value


class Break:
    """A loop ends."""


class Continue:
    """A loop's next round begins."""


MAX_ROUNDS = 20_000
FIRST_ROUNDS = 100
BREAK, CONTINUE = Break(), Continue()
Outcome = Return | Break | Continue | None


class Statements(Calls):
    """Follows statements."""

    def execute(self, body: Sequence[ast.stmt], frame: Frame) -> Outcome:
        for statement in body:
            self.steps -= 1
            if self.steps < 0:
                self.spend(0, statement)
            handler = _HANDLERS.get(statement.__class__)
            if handler is not None:
                outcome = handler(self, statement, frame)
                if outcome is not None:
                    return outcome
        return None

    def run_body(self, node: ast.FunctionDef, frame: Frame) -> Value:
        outcome = self.execute(node.body, frame)
        value = outcome.value if isinstance(outcome, Return) else None
        if any(not self.same(other, value) for other in frame.returned):
            why = self.unknown_value(f"what {node.name}() returns", node, frame)
            return self.one_of([value, *frame.returned], why)
        return value

    # Simple statements.

    def _expression(self, node: ast.Expr, frame: Frame) -> Outcome:
        if not isinstance(node.value, ast.Constant):
            self.evaluate(node.value, frame)
        return None

    def _assign(self, node: ast.Assign, frame: Frame) -> Outcome:
        value = self.evaluate(node.value, frame)
        for target in node.targets:
            self.assign(target, value, frame)
        return None

    def _annotated(self, node: ast.AnnAssign, frame: Frame) -> Outcome:
        if node.value is not None:
            self.assign(node.target, self.evaluate(node.value, frame), frame)
        return None

    def _augmented(self, node: ast.AugAssign, frame: Frame) -> Outcome:
        target = node.target
        holder: Value = MISSING
        key: Value = None
        if isinstance(target, ast.Name):
            old = self.evaluate(ast.copy_location(ast.Name(id=target.id, ctx=ast.Load()), target), frame)
        elif isinstance(target, ast.Attribute):
            holder = self.evaluate(target.value, frame)
            old = self.attribute(holder, target.attr, target, frame)
        else:
            holder, key = self.evaluate(target.value, frame), self.evaluate(target.slice, frame)
            old = self.item(holder, key, target, frame)
        value = self.evaluate(node.value, frame)
        if isinstance(old, list) and isinstance(node.op, ast.Add):
            method = self.attribute(old, "extend", node, frame)
            self.call(method, [value], {}, node, frame)
            return None
        if isinstance(old, (set, dict)) and isinstance(node.op, ast.BitOr):
            self.call(self.attribute(old, "update", node, frame), [value], {}, node, frame)
            return None
        result = self.binary(node.op, old, value, node, frame)
        if isinstance(target, ast.Name):
            self.assign(target, result, frame)
        elif isinstance(target, ast.Attribute):
            self.set_attribute(holder, target.attr, result, target, frame)
        else:
            self.set_item(holder, key, result, target, frame)
        return None

    def _delete(self, node: ast.Delete, frame: Frame) -> Outcome:
        for target in node.targets:
            if isinstance(target, ast.Name):
                if not self.regions:
                    frame.home_of(target.id).names.pop(target.id, None)
            elif isinstance(target, ast.Subscript):
                holder = self.evaluate(target.value, frame)
                key = self.evaluate(target.slice, frame)
                if isinstance(holder, (dict, list)) and self.may_change(holder):
                    if isinstance(key, Unknown):
                        self.taint(holder, key)
                        continue
                    try:
                        del holder[key]
                    except HOST_ERRORS as problem:
                        raise Raised(type(problem), str(problem), node.lineno) from None
        return None

    def _return(self, node: ast.Return, frame: Frame) -> Outcome:
        return Return(self.evaluate(node.value, frame) if node.value else None)

    def _raise(self, node: ast.Raise, frame: Frame) -> Outcome:
        value = self.evaluate(node.exc, frame) if node.exc else None
        kind: Value = value.cls if isinstance(value, Instance) else value
        if kind is None:
            kind = External("builtins.Exception")
        raise Raised(kind, "raised by the file", node.lineno, value)

    def _assert(self, node: ast.Assert, frame: Frame) -> Outcome:
        if self.truth(self.evaluate(node.test, frame)) is False:
            raise Raised(AssertionError, "an assertion fails", node.lineno)
        return None

    def _global(self, node: ast.Global | ast.Nonlocal, frame: Frame) -> Outcome:
        for name in node.names:
            frame.elsewhere[name] = "global" if isinstance(node, ast.Global) else "nonlocal"
        return None

    def _break(self, node: ast.Break, frame: Frame) -> Outcome:
        return BREAK

    def _continue(self, node: ast.Continue, frame: Frame) -> Outcome:
        return CONTINUE

    # Definitions.

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef, frame: Frame) -> Outcome:
        decorators = [self.evaluate(decorator, frame) for decorator in node.decorator_list]
        value: Value = self.function(node, frame)
        if frame.kind == "class":
            frame.methods.append(value)
        for decorator, written in zip(reversed(decorators), reversed(node.decorator_list), strict=True):
            value = self._decorated(decorator, value, written, frame)
        frame.home_of(node.name).names[node.name] = value
        return None

    def _decorated(self, decorator: Value, value: Value, node: ast.expr, frame: Frame) -> Value:
        if isinstance(decorator, Unknown) or (isinstance(decorator, External) and is_foreign(decorator.path)):
            return self._around_function(decorator, value, node, frame)
        return self.call(decorator, [value], {}, node, frame)

    def _around_function(self, decorator: Value, value: Value, node: ast.expr, frame: Frame) -> Value:
        """A function with a decorator that is not here to be read: what it does when it is called is not known."""
        name = describe(decorator) if not isinstance(decorator, Unknown) else decorator.reason
        return self.unknown_value(f"a function with the decorator {name}", node, frame)

    def _class(self, node: ast.ClassDef, frame: Frame) -> Outcome:
        bases = [self.evaluate(base, frame) for base in node.bases]
        decorators = [self.evaluate(decorator, frame) for decorator in node.decorator_list]
        inner = Frame("class", frame)
        self.execute(node.body, inner)
        made = Class(node, bases, inner.names, frame)
        made.is_record = any(isinstance(base, Class) and base.is_record for base in bases)
        for function in inner.methods:
            function.owner = made
        if made.is_enum:
            self._make_members(made)
        value = made
        for decorator, written in zip(reversed(decorators), reversed(node.decorator_list), strict=True):
            value = self._decorated_class(decorator, value, written, frame)
        frame.home_of(node.name).names[node.name] = value
        return None

    def _decorated_class(self, decorator: Value, value: Value, node: ast.expr, frame: Frame) -> Value:
        outside = isinstance(decorator, Unknown) or (isinstance(decorator, External) and is_foreign(decorator.path))
        if outside and self.makes_nodes(value):
            return self._around_function(decorator, value, node, frame)
        found = value if outside else self.call(decorator, [value], {}, node, frame)
        return value if isinstance(found, Unknown) else found

    def _make_members(self, made: Class) -> None:
        """The members of an enumeration, with their names and values."""
        number = 0
        for name, value in list(made.names.items()):
            if isinstance(value, Unknown) and value.reason == "enum.auto()":
                number += 1
                value = number
            elif isinstance(value, int):
                number = value
            if not name.startswith("_") and not isinstance(value, (Function, Wrapper, Class)):
                member = Instance(made)
                member.attributes = {"name": name, "value": value, "_value_": value, "_name_": name}
                made.names[name] = member

    # Imports.

    def _import(self, node: ast.Import, frame: Frame) -> Outcome:
        for alias in node.names:
            module = self.import_module(alias.name, 0, node, frame)
            if alias.asname:
                frame.home_of(alias.asname).names[alias.asname] = module
            else:
                top = alias.name.partition(".")[0]
                bound = module if "." not in alias.name else self.import_module(top, 0, node, frame)
                if isinstance(module, ModuleValue) and isinstance(bound, External):
                    bound = ModuleValue(top, None, Frame("module"))  # a folder without `__init__.py`
                frame.home_of(top).names[top] = bound
        return None

    def _import_from(self, node: ast.ImportFrom, frame: Frame) -> Outcome:
        if node.module == "__future__":
            return None
        module = self.import_module(node.module or "", node.level, node, frame)
        for alias in node.names:
            name = alias.asname or alias.name
            if alias.name == "*":
                self._import_all(module, node, frame)
            elif isinstance(module, (ModuleValue, External)):
                frame.home_of(name).names[name] = self._imported(module, alias.name, node, frame)
            else:
                frame.home_of(name).names[name] = self.unknown_value(
                    f"{alias.name} of {'.' * node.level}{node.module or ''}", node, frame
                )
        return None

    def _imported(self, module: ModuleValue | External, name: str, node: ast.ImportFrom, frame: Frame) -> Value:
        """A name of a module, or a module in a folder without `__init__.py`."""
        if isinstance(module, External) and is_foreign(module.path):
            inner = self.import_module(f"{module.path}.{name}", 0, node, frame)
            if isinstance(inner, ModuleValue):
                return inner
        return self.attribute(module, name, node, frame)

    def _import_all(self, module: Value, node: ast.ImportFrom, frame: Frame) -> None:
        if isinstance(module, ModuleValue):
            for name, value in module.frame.names.items():
                if not name.startswith("_"):
                    frame.names[name] = value
        elif not (isinstance(module, External) and module.path.partition(".")[0] in ("typing", "datetime")):
            frame.root.names["*"] = self.unknown_value("what `import *` brings", node, frame)

    def import_module(self, name: str, level: int, node: ast.AST, frame: Frame) -> Value:
        top = name.partition(".")[0]
        if (
            level == 0
            and top in ("airflow", "pendulum", "datetime", "os", "json", "typing")
            and "example_dags" not in name
        ):
            return External(name)
        found = self.surroundings.module(name, level, frame.path)
        if found is None:
            if level:
                return self.unknown_value(f"the module {'.' * level}{name}", node, frame)
            return External(name)
        module, path = found
        if path in self.frame_of_module:
            return self.frame_of_module[path]
        inner = Frame("module", module=module)
        inner.path = path
        value = self.frame_of_module[path] = ModuleValue(name, module, inner)
        if module.faults or self.depth > 20:
            return self.unknown_value(f"the module {name}", node, frame)
        inner.names["__name__"] = name
        inner.names["__file__"] = self.file_name(path)
        self.depth += 1
        context, self.graph.context = self.graph.context, self.graph.context
        argument, self.in_argument = self.in_argument, 0
        try:
            self.execute(module.tree.body, inner)
        except Raised as problem:
            self.foreign_calls += 1
            inner.names["*"] = Unknown(f"{name} raises {problem.name}", getattr(node, "lineno", 1), frame.path)
        finally:
            self.depth -= 1
            self.graph.context = context
            self.in_argument = argument
        return value

    def file_name(self, path: str) -> str:
        """What `__file__` says."""
        raise NotImplementedError

    # Branches.

    def _if(self, node: ast.If, frame: Frame) -> Outcome:
        test = self.evaluate(node.test, frame)
        truth = self.truth(test)
        if truth is not None:
            return self.execute(node.body if truth else node.orelse, frame)
        return self._both(self._why(test, node.test, frame), node.body, node.orelse, frame)

    def _both(self, why: Unknown, body: Sequence[ast.stmt], orelse: Sequence[ast.stmt], frame: Frame) -> Outcome:
        """Follow two branches of which one runs."""
        before = dict(frame.names)
        outcome, stopped = self._branch(why, body, frame)
        names = dict(frame.names)
        frame.names.clear()
        frame.names.update(before)
        other, other_stopped = self._branch(why, orelse, frame)
        if stopped and other_stopped:
            raise stopped
        if stopped:
            return other
        if other_stopped or (outcome is None and other is not None):
            # From here on the names are those of the branch that goes on.
            names, outcome, other = self._swap(frame, names), other, outcome
            if other_stopped:
                return other
        if outcome is None:
            self.merge(frame, names, why)
            return None
        if other is not None:
            return self._either_outcome(outcome, other, names, why, frame)
        self._leave(outcome, names, why, frame)
        return None

    def _swap(self, frame: Frame, names: dict[str, Value]) -> dict[str, Value]:
        current = dict(frame.names)
        frame.names.clear()
        frame.names.update(names)
        return current

    def _branch(self, why: Unknown, body: Sequence[ast.stmt], frame: Frame) -> tuple[Outcome, Raised | None]:
        depth = len(self.regions)
        self.push(why)
        self.spend(5 + len(frame.names) // 10, body[0] if body else ast.Pass())
        try:
            return self.execute(body, frame), None
        except Raised as problem:
            return None, problem
        finally:
            self.back_to(depth)

    def _leave(self, outcome: Outcome, names: dict[str, Value], why: Unknown, frame: Frame) -> None:
        """One branch left the function or the round of the loop, perhaps: what follows is in doubt."""
        if isinstance(outcome, Return):
            frame.returned.append(outcome.value)
        elif outcome is not None:
            frame.pending.append(names)
        self.push(why)

    def _either_outcome(
        self, first: Outcome, second: Outcome, names: dict[str, Value], why: Unknown, frame: Frame
    ) -> Outcome:
        if isinstance(first, Return) and isinstance(second, Return):
            return first if self.same(first.value, second.value) else Return(why)
        if isinstance(first, Return):
            frame.returned.append(first.value)
            return second
        if isinstance(second, Return):
            frame.returned.append(second.value)
            return first
        frame.pending.append(names)
        return second

    def _match(self, node: Any, frame: Frame) -> Outcome:
        subject = self.evaluate(node.subject, frame)
        for number, case in enumerate(node.cases):
            verdict = self._matches(case.pattern, subject, frame)
            if verdict and case.guard is not None:
                verdict = self.truth(self.evaluate(case.guard, frame))
            if verdict is True:
                return self.execute(case.body, frame)
            if verdict is None:
                rest = ast.copy_location(ast.Match(subject=node.subject, cases=node.cases[number + 1 :]), node)
                return self._both(self._why(subject, node.subject, frame), case.body, [rest], frame)
        return None

    def _matches(self, pattern: Any, subject: Value, frame: Frame) -> bool | None:
        if isinstance(pattern, ast.MatchValue):
            return self.truth(self.compare(ast.Eq(), subject, self.evaluate(pattern.value, frame), pattern, frame))
        if isinstance(pattern, ast.MatchSingleton):
            return None if isinstance(subject, Unknown) else subject is pattern.value
        if isinstance(pattern, ast.MatchAs) and pattern.pattern is None:
            if pattern.name:
                frame.names[pattern.name] = subject
            return True
        if isinstance(pattern, ast.MatchOr):
            verdicts = [self._matches(one, subject, frame) for one in pattern.patterns]
            return True if True in verdicts else None if None in verdicts else False
        return None

    # Loops.

    def _for(self, node: ast.For, frame: Frame) -> Outcome:
        source = self.evaluate(node.iter, frame)
        if isinstance(source, (range, list, tuple)) and len(source) > MAX_ROUNDS:
            return self._first_rounds(node, source, frame)
        items = self.items(source, node.iter)
        around = self.loops
        self.loops = (*around, node)
        depth, returned = len(self.regions), len(frame.returned)
        pending, frame.pending = frame.pending, []
        try:
            if items is None:
                return self._unknown_rounds(node, source, frame)
            left: list[dict[str, Value]] = []
            for number, item in enumerate(items):
                self.steps -= 1
                if self.steps < 0:
                    self._count_rest(node, len(items) - number, number)
                    self.spend(0, node)
                self.assign(node.target, item, frame)
                inner = len(self.regions)
                outcome = self.execute(node.body, frame)
                if outcome is BREAK:
                    break
                if isinstance(outcome, Return):
                    return outcome
                if len(self.regions) > inner:
                    # A `break` or `continue` that may have been taken.
                    why = self.regions[-1].why
                    for names in frame.pending:
                        self.merge(frame, names, why)
                    left += frame.pending
                    frame.pending = []
                    if not _breaks(node.body) and len(frame.returned) == returned:
                        self.back_to(inner)
            else:
                self.back_to(depth)
                return self.execute(node.orelse, frame)
        finally:
            self.loops = around
            frame.pending = pending
            if len(frame.returned) == returned:
                self.back_to(depth)
        return None

    def _first_rounds(self, node: ast.For, source: Sequence[Value], frame: Frame) -> Outcome:
        """A loop that is too long to be followed: some rounds, and what they make times the others."""
        before = dict(frame.names)
        why = self.unknown_value(f"a loop of {len(source)} rounds", node, frame)
        around = self.loops
        self.loops = (*around, node)
        try:
            for item in source[:FIRST_ROUNDS]:
                self.assign(node.target, item, frame)
                if self.execute(node.body, frame) not in (None, CONTINUE):
                    break
        finally:
            self.loops = around
        self._count_rest(node, len(source) - FIRST_ROUNDS, FIRST_ROUNDS)
        self.merge(frame, before, why)
        self.doubt_all(why)
        return None

    def _count_rest(self, node: ast.AST, rest: int, done: int) -> None:
        """The rounds that are not followed any more make tasks as those before did."""
        if done:
            for dag in self.dags:
                inside = sum(any(one is node for one in task.place.loops) for task in dag.tasks)
                dag.extra += inside * rest // done

    def _unknown_rounds(self, node: ast.For | ast.While, source: Value, frame: Frame) -> Outcome:
        """A loop of which it is not known how often it runs: its body once, in doubt."""
        at = node.iter if isinstance(node, ast.For) else node.test
        why = self.taint_of(source) or self._why(source, at, frame)
        before = dict(frame.names)
        outcome: Outcome = None
        try:
            with self.doubting(why):
                if isinstance(node, ast.For):
                    self.assign(node.target, why, frame)
                outcome = self.execute(node.body, frame)
        except Raised:
            pass
        if isinstance(outcome, Return):
            frame.returned.append(outcome.value)
        self.merge(frame, before, why)
        for names in frame.pending:
            self.merge(frame, names, why)
        if node.orelse:
            self.execute(node.orelse, frame)
        return None

    def _while(self, node: ast.While, frame: Frame) -> Outcome:
        around = self.loops
        self.loops = (*around, node)
        depth, returned = len(self.regions), len(frame.returned)
        pending, frame.pending = frame.pending, []
        try:
            while True:
                test = self.evaluate(node.test, frame)
                truth = self.truth(test)
                if truth is None:
                    return self._unknown_rounds(node, test, frame)
                if truth is False:
                    return self.execute(node.orelse, frame)
                outcome = self.execute(node.body, frame)
                if outcome is BREAK:
                    return None
                if isinstance(outcome, Return):
                    return outcome
                if len(self.regions) > depth:
                    why = self.regions[-1].why
                    for names in frame.pending:
                        self.merge(frame, names, why)
                    if _breaks(node.body) or len(frame.returned) > returned:
                        return None
                    self.back_to(depth)
        finally:
            self.loops = around
            frame.pending = pending
            if len(frame.returned) == returned:
                self.back_to(depth)

    # Blocks.

    def _with(self, node: ast.With, frame: Frame) -> Outcome:
        return self._with_items(node, list(node.items), frame)

    def _with_items(self, node: ast.With, items: list[ast.withitem], frame: Frame) -> Outcome:
        if not items:
            return self.execute(node.body, frame)
        item = items[0]
        value = self.evaluate(item.context_expr, frame)
        if isinstance(value, DagFactory):
            value = self.unknown_value("a function with @dag as a context", node, frame)
        if isinstance(value, (Dag, Group)):
            if item.optional_vars is not None:
                self.assign(item.optional_vars, value, frame)
            with Opened(self, value):
                outcome = self._with_items(node, items[1:], frame)
            if isinstance(value, Group) and value.mapped:
                self.relate(value, list(value.mapped), node, frame, upstream=True)
            return outcome
        if isinstance(value, ContextManager):
            return self._around(value, node, items, frame)
        context = self.setup_context(value)
        if context is not None:
            return self._in_setup(context, node, items, frame)
        entered = self._entered(value, item, frame)
        if item.optional_vars is not None:
            self.assign(item.optional_vars, entered, frame)
        if isinstance(value, Unknown) and self._may_be_dag(item.context_expr, value):
            return self._in_unknown(value, node, items, frame)
        if isinstance(value, Instance) and isinstance(value.attributes.get("__group__"), Group):
            with Opened(self, value.attributes["__group__"]):
                return self._with_items(node, items[1:], frame)
        suppresses = isinstance(value, External) and value.path.startswith("contextlib.suppress")
        try:
            outcome = self._with_items(node, items[1:], frame)
        except Raised:
            if not suppresses and not (isinstance(value, Unknown) and "suppress" in value.reason):
                raise
            return None
        method = value.cls.find("__exit__") if isinstance(value, Instance) else None
        if isinstance(method, Function):
            self.call(method, [value, None, None, None], {}, node, frame)
        return outcome

    def _entered(self, value: Value, item: ast.withitem, frame: Frame) -> Value:
        if isinstance(value, Instance):
            method = value.cls.find("__enter__")
            if isinstance(method, Function):
                return self.call(method, [value], {}, item.context_expr, frame)
        if isinstance(value, (Unknown, OpenFile)):
            return value
        if isinstance(value, Made) and not is_foreign(value.path):
            return self.unknown_data("what a context gives", item.context_expr, frame)
        return self.unknown_value("what a context gives", item.context_expr, frame, is_outside=isinstance(value, Made))

    def _may_be_dag(self, node: ast.expr, value: Unknown) -> bool:
        return self.graph.current_dag is None

    def _in_unknown(self, value: Unknown, node: ast.With, items: list[ast.withitem], frame: Frame) -> Outcome:
        """A context that may be a DAG that is made out of sight."""
        before = len(self.dags)
        dag = self.make_dag(External("airflow.DAG"), [], {"dag_id": value}, items[0].context_expr, frame)
        dag.doubt(value)
        if items[0].optional_vars is not None:
            self.assign(items[0].optional_vars, dag, frame)
        with Opened(self, dag):
            outcome = self._with_items(node, items[1:], frame)
        if not dag.tasks:
            # It was something else: a lock, a connection, a file.
            del self.dags[before : before + 1]
            self.collected.pop(id(dag), None)
            if items[0].optional_vars is not None:
                self.assign(items[0].optional_vars, value, frame)
        return outcome

    def _in_setup(self, context: SetupTeardown, node: ast.With, items: list[ast.withitem], frame: Frame) -> Outcome:
        if items[0].optional_vars is not None:
            self.assign(items[0].optional_vars, context, frame)
        context.open()
        try:
            return self._with_items(node, items[1:], frame)
        finally:
            try:
                context.close()
            except GraphError as error:
                self.graph_error(error, node, frame)

    def _around(self, manager: ContextManager, node: ast.With, items: list[ast.withitem], frame: Frame) -> Outcome:
        """A `with` block inside a function with `@contextmanager`: the block runs where that yields."""
        function = manager.function
        if not isinstance(function, Function) or not isinstance(function.node, ast.FunctionDef):
            return self._with_items(node, items[1:], frame)
        inner = Frame("function", function.frame)
        inner.function = function
        outcomes: list[Outcome] = []

        def run_block(value: Value) -> Value:
            if items[0].optional_vars is not None:
                self.assign(items[0].optional_vars, value, frame)
            outcomes.append(self._with_items(node, items[1:], frame))
            return None

        inner.on_yield = run_block
        self.bind(function, inner, list(manager.args), manager.kwargs, node, frame)
        self.run_body(function.node, inner)
        return outcomes[0] if outcomes else None

    def _try(self, node: ast.Try, frame: Frame) -> Outcome:
        before = dict(frame.names)
        calls = self.foreign_calls
        outcome: Outcome = None
        depth, context = len(self.regions), list(self.graph.context)
        try:
            outcome = self.execute(node.body, frame)
            if outcome is None:
                outcome = self.execute(node.orelse, frame)
        except Raised as problem:
            self.back_to(depth)
            self.graph.context[:] = context
            outcome = self._handle(problem, node, frame)
        else:
            if self.foreign_calls > calls and not _imports_only(node.body):
                self._maybe_handled(node, before, outcome, frame)
        finally:
            if node.finalbody:
                last = self.execute(node.finalbody, frame)
                if last is not None:
                    outcome = last
        return outcome

    def _handle(self, problem: Raised, node: ast.Try, frame: Frame) -> Outcome:
        for handler in node.handlers:
            verdict = self._catches(handler, problem, frame)
            if verdict is None:
                why = Unknown(f"whether {problem.name} is caught", node.lineno, frame.path)
                self.doubt_all(why)
                verdict = True
            if verdict:
                if handler.name:
                    frame.names[handler.name] = self.unknown_data("an exception", handler, frame)
                return self.execute(handler.body, frame)
        raise problem

    def _catches(self, handler: ast.ExceptHandler, problem: Raised, frame: Frame) -> bool | None:
        if handler.type is None:
            return True
        kinds = self.evaluate(handler.type, frame)
        unsure = False
        for kind in kinds if isinstance(kinds, tuple) else (kinds,):
            verdict = _is_kind_of(problem.kind, kind)
            if verdict:
                return True
            unsure = unsure or verdict is None
        return None if unsure else False

    def _maybe_handled(self, node: ast.Try, before: dict[str, Value], outcome: Outcome, frame: Frame) -> None:
        """Something in the body may have raised: the handlers may have run, from how it was before."""
        why = self.unknown_data("something that may raise an exception", node, frame)
        after = dict(frame.names)
        for handler in node.handlers:
            if _is_for_imports(handler):
                continue
            frame.names.clear()
            frame.names.update(before)
            if handler.name:
                frame.names[handler.name] = why
            other, stopped = self._branch(why, handler.body, frame)
            names = dict(frame.names)
            frame.names.clear()
            frame.names.update(after)
            if stopped is None and other is None and outcome is None:
                self.merge(frame, names, why)
            elif stopped is None and isinstance(other, Return):
                frame.returned.append(other.value)
            after = dict(frame.names)


def _is_kind_of(raised: Value, wanted: Value) -> bool | None:
    """Whether an exception is caught as `wanted`; None where that is not known."""
    import builtins

    wanted_type = (
        getattr(builtins, wanted.path[9:], None)
        if isinstance(wanted, External) and wanted.path.startswith("builtins.")
        else None
    )
    if wanted_type in (Exception, BaseException):
        return True
    if isinstance(raised, External) and raised.path.startswith("builtins."):
        raised = getattr(builtins, raised.path[9:], raised)
    if isinstance(raised, type) and isinstance(wanted_type, type):
        return issubclass(raised, wanted_type)
    if isinstance(raised, Class):
        return None if not isinstance(wanted, Class) else wanted in raised.lineage()
    if isinstance(raised, External) and isinstance(wanted, External):
        return True if raised.path == wanted.path else None
    if isinstance(raised, type):
        return False if isinstance(wanted, Class) else None
    return None


def _is_for_imports(handler: ast.ExceptHandler) -> bool:
    """Whether only an import that fails leads to a handler."""
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return all(isinstance(kind, ast.Name) and kind.id in ("ImportError", "ModuleNotFoundError") for kind in kinds)


def _imports_only(body: Sequence[ast.stmt]) -> bool:
    return all(isinstance(statement, (ast.Import, ast.ImportFrom)) for statement in body)


def _breaks(body: Sequence[ast.stmt]) -> bool:
    """Whether a loop's body has a `break` of its own."""
    waiting: list[ast.AST] = list(body)
    while waiting:
        current = waiting.pop()
        if isinstance(current, ast.Break):
            return True
        if not isinstance(current, (ast.For, ast.While, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.expr)):
            waiting += ast.iter_child_nodes(current)
    return False


_HANDLERS: dict[type[ast.AST], Callable[[Any, Any, Frame], Outcome]] = {
    ast.AnnAssign: Statements._annotated,
    ast.Assert: Statements._assert,
    ast.Assign: Statements._assign,
    ast.AsyncFunctionDef: Statements._function,
    ast.AugAssign: Statements._augmented,
    ast.Break: Statements._break,
    ast.ClassDef: Statements._class,
    ast.Continue: Statements._continue,
    ast.Delete: Statements._delete,
    ast.Expr: Statements._expression,
    ast.For: Statements._for,
    ast.FunctionDef: Statements._function,
    ast.Global: Statements._global,
    ast.If: Statements._if,
    ast.Import: Statements._import,
    ast.ImportFrom: Statements._import_from,
    ast.Match: Statements._match,
    ast.Nonlocal: Statements._global,
    ast.Raise: Statements._raise,
    ast.Return: Statements._return,
    ast.Try: Statements._try,
    ast.While: Statements._while,
    ast.With: Statements._with,
}
if hasattr(ast, "TryStar"):
    _HANDLERS[ast.TryStar] = Statements._try
