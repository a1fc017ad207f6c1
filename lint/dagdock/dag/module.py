"""A Python file parsed: its tree, what stands where, and the door to all that is known about it."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from typing import ClassVar

from dagdock.dag import loops
from dagdock.dag.classes import Classes
from dagdock.dag.discovery import find_dags, find_groups, find_tasks, find_unseen
from dagdock.dag.displays import Entries, elements, entries
from dagdock.dag.flow import Origin, Return, Tracer
from dagdock.dag.functions import Function, RunsAt, runs_at
from dagdock.dag.loops import Count, Loop
from dagdock.dag.model import Call, Dag, Group, Task
from dagdock.dag.names import FunctionNode, Names, airflow_name
from dagdock.dag.places import Places
from dagdock.dag.values import Unknown, Value, evaluate
from dagdock.remembered import cached_property
from dagdock.rule import Kind
from dagdock.text import BOM, Source, Span, Text


class Fault:
    """Why a file cannot be parsed: `kind` is `syntax`, `encoding` or `nesting`."""

    __slots__ = ("kind", "message", "span")

    def __init__(self, kind: str, span: Span, message: str) -> None:
        self.kind = kind
        self.span = span
        self.message = message

    def __repr__(self) -> str:
        return f"<{self.kind}: {self.message} {self.span!r}>"


class DagModule:
    """A Python file. With a fault the tree is empty and so is everything else."""

    kind: ClassVar[Kind] = "dag"

    def __init__(self, source: Source, tree: ast.Module, faults: list[Fault]) -> None:
        self.source = source
        self.tree = tree
        self.faults = faults
        self.steps = 0
        """Work spent on values so far."""
        self._functions: dict[ast.AST, Function] = {}
        self._values: dict[ast.AST, Value] = {}
        self.known_sizes: dict[ast.AST, Value] = {}
        self.known_exact: dict[ast.AST, bool] = {}
        self.known_entries: dict[ast.AST, Entries] = {}
        self.known_counts: dict[tuple[ast.AST, ast.AST | None], Count] = {}

    @cached_property
    def is_dag_file(self) -> bool:
        """Whether it imports Airflow and makes DAGs or tasks (also `@task` functions for others to call)."""
        if not self.imports_airflow:
            return False
        return bool(self.dags or self.tasks or any(function.is_taskflow for function in self.functions))

    @cached_property
    def imports_airflow(self) -> bool:
        """Whether it imports Airflow, or cosmos, which builds Airflow DAGs itself."""
        return any(path.partition(".")[0] in ("airflow", "cosmos") for path in self.imports)

    @property
    def imports(self) -> dict[str, list[ast.alias]]:
        """Every imported module or name by its full path (`airflow.DAG`, `pandas`), with the places."""
        return self.names.imports

    @cached_property
    def may_be_guarded(self) -> bool:
        """Whether anything may stand in `if __name__ == "__main__"` or `if TYPE_CHECKING`: a look from afar."""
        return "__name__" in self.source.text or "TYPE_CHECKING" in self.source.text

    @cached_property
    def names(self) -> Names:
        """Scopes and bindings."""
        return Names(self.tree)

    @cached_property
    def classes(self) -> Classes:
        return Classes(self)

    @cached_property
    def places(self) -> Places:
        return Places(self)

    @cached_property
    def dags(self) -> list[Dag]:
        return find_dags(self) if self.imports_airflow else []

    @cached_property
    def tasks(self) -> list[Task]:
        return find_tasks(self) if self.imports_airflow else []

    @cached_property
    def groups(self) -> list[Group]:
        return find_groups(self) if self.imports_airflow else []

    @cached_property
    def tasks_of(self) -> dict[Dag | Function | None, list[Task]]:
        """The tasks by their DAG and by the function they run; under None those whose DAG is not known."""
        found: dict[Dag | Function | None, list[Task]] = {}
        for task in self.tasks:
            if isinstance(task.dag, (Dag, Unknown)):
                found.setdefault(task.dag if isinstance(task.dag, Dag) else None, []).append(task)
            if task.function:
                found.setdefault(task.function, []).append(task)
        return found

    @cached_property
    def taskflow_ids(self) -> dict[tuple[Dag | None, Group | None, str], list[Task]]:
        """TaskFlow calls that ask for the same id, as they run: arguments before the call around them."""
        found: dict[tuple[Dag | None, Group | None, str], list[Task]] = {}
        for task in sorted(self.tasks, key=lambda task: (task.call.end_lineno or 0, task.call.end_col_offset or 0)):
            name = task.task_id.get(str) if task.taskflow else None
            if name is not None and not isinstance(task.dag, Unknown) and not isinstance(task.group, Unknown):
                found.setdefault((task.dag, task.group, name), []).append(task)
        return found

    @cached_property
    def unseen(self) -> list[tuple[ast.Call, Dag | None]]:
        """Calls that may add tasks out of sight, with the DAG that they work on (None: any)."""
        return find_unseen(self) if self.dags else []

    @cached_property
    def functions(self) -> list[Function]:
        """Every `def` and `lambda`, in source order."""
        nodes = sorted(self.names.functions, key=lambda node: (node.lineno, node.col_offset))
        return [self.function_of(node) for node in nodes]

    def walk(self) -> Iterator[DagModule | Dag | Task]:
        """The module, its DAGs and its tasks: what a rule can look at."""
        yield self
        yield from self.dags
        yield from self.tasks

    def calls(self) -> list[Call]:
        """Every call of the file, in source order."""
        return self._calls

    @cached_property
    def _calls(self) -> list[Call]:
        return [Call(self, node) for node in self.names.calls]

    @cached_property
    def calls_by_name(self) -> dict[str, list[Call]]:
        """The calls by what they call (`Call.name`), where that is known; each list in source order."""
        found: dict[str, list[Call]] = {}
        for call in self._calls:
            if (name := call.name) is not None:
                found.setdefault(name, []).append(call)
        return found

    # Places.

    def span(self, node: ast.AST) -> Span:
        """Where a node stands (for a function or class from `def` or its first decorator on)."""
        holder = self._fstring_around(node) if self.names.fstrings else None
        if holder is not None:
            return self._span_in_fstring(node, holder)
        return self._plain_span(node)

    def _plain_span(self, node: ast.AST) -> Span:
        start_line = getattr(node, "lineno", None)
        if start_line is None:
            return self._span_of_children(node)
        end_line, end_column = getattr(node, "end_lineno", None), getattr(node, "end_col_offset", None)
        start = self._offset(start_line, node.col_offset)  # type: ignore[attr-defined]
        return Span(self.source, start, start if end_line is None else self._offset(end_line, end_column or 0))

    def _offset(self, line: int, column: int) -> int:
        return self.source.offset_of_utf8(min(line, len(self.source.line_starts)), column)

    def _span_of_children(self, node: ast.AST) -> Span:
        """The span of a node without a place of its own: `arguments`, `withitem`, `comprehension`, the module."""
        spans = [self._plain_span(child) for child in ast.iter_child_nodes(node) if hasattr(child, "lineno")]
        if not spans or isinstance(node, ast.Module):
            return self.source.top
        return Span(self.source, min(span.start for span in spans), max(span.end for span in spans))

    def _fstring_around(self, node: ast.AST) -> ast.JoinedStr | None:
        found: ast.JoinedStr | None = None
        for above in self.names.ancestors(node):
            if isinstance(above, ast.JoinedStr):
                found = above
            elif isinstance(above, ast.stmt):
                break
        return found

    def _span_in_fstring(self, node: ast.AST, holder: ast.JoinedStr) -> Span:
        """Before Python 3.12 places inside f-strings may be wrong: keep those that read like the node itself."""
        span = self._plain_span(node)
        if sys.version_info >= (3, 12):
            return span
        try:
            there = ast.parse(span.text.strip(), mode="eval").body
            if ast.dump(there) == ast.dump(node):
                return span
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            pass
        return self._plain_span(holder)

    def definition_name(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> Text:
        """The name of a function or class where its definition writes it."""
        start = self._offset(node.lineno, node.col_offset)
        text = self.source.text
        for word in ("async", "def", "class"):
            if text.startswith(word, start):
                start += len(word)
                while start < len(text) and (text[start].isspace() or text[start] == "\\"):
                    start += 1
        return Text(node.name, Span(self.source, start, start + len(node.name)))

    def parent(self, node: ast.AST) -> ast.AST | None:
        return self.names.parents.get(node)

    # Meanings.

    def qualified(self, node: ast.AST) -> str | None:
        """What a name, attribute chain or call stands for by its import, None where that is not sure.

        `pd.read_csv` → `pandas.read_csv`; the call itself → `pandas.read_csv()`; `hook.get_conn` where
        `hook = PostgresHook()` → `airflow…PostgresHook().get_conn`; builtins → `builtins.open`.
        """
        return self.names.qualified(node)

    def airflow(self, node: ast.AST) -> str | None:
        """The same without the module path, for names of Airflow alone: `Variable.get`, `DAG`, `days_ago`."""
        return airflow_name(self.names.qualified(node))

    def value(self, node: ast.expr) -> Value:
        """The constant that an expression comes to, or Unknown. Names are followed, calls of pure things folded."""
        found = self._values.get(node)
        if found is None:
            self._values[node] = Unknown("made of itself", node, self)
            found = self._values[node] = evaluate(self, node)
        return found

    def entries(self, node: ast.expr) -> Entries:
        """The text keys of a dict expression with the expressions of their values, and whether there may be more."""
        return entries(self, node)

    def elements(self, node: ast.expr) -> list[ast.expr] | None:
        """The expressions in a list, tuple or set, where all can be seen."""
        return elements(self, node)

    @cached_property
    def _tracer(self) -> Tracer:
        return Tracer(self)

    def origin(self, node: ast.expr) -> Origin:
        """Where a value comes from, followed through the assignments of its function."""
        return self._tracer.origin(node)

    # Functions and when they run.

    def runs_at(self, node: ast.AST) -> RunsAt:
        """When the code at a place runs."""
        return runs_at(self, node)

    def function_of(self, node: ast.AST) -> Function:
        """The function that a `def` or `lambda` node is."""
        assert isinstance(node, FunctionNode)
        found = self._functions.get(node)
        if found is None:
            found = self._functions[node] = Function(self, node)
        return found

    def function_at(self, node: ast.AST) -> Function | None:
        """The innermost function around a place."""
        scope = self.names.scopes[node]
        while scope.kind != "function":
            if scope.parent is None:
                return None
            scope = scope.parent
        return self.function_of(scope.node)

    def function(self, node: ast.expr) -> Function | None:
        """The function of this file that an expression names: a name, a lambda, a method, a `partial` of one."""
        for _ in range(20):
            if isinstance(node, ast.Lambda):
                return self.function_of(node)
            if isinstance(node, ast.Call) and self.qualified(node.func) == "functools.partial" and node.args:
                node = node.args[0]
                continue
            if isinstance(node, ast.Attribute):
                return self._method(node)
            if not isinstance(node, ast.Name):
                return None
            bindings = self.names.bindings(node.id, node)
            if len(bindings) != 1:
                return None
            binding = bindings[0]
            if isinstance(binding.node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                return self.function_of(binding.node)
            if binding.kind != "assign" or binding.value is None:
                return None
            node = binding.value
        return None

    def _method(self, node: ast.Attribute) -> Function | None:
        """The method that `Class.method`, `Class().method` or `made.method` names, for a class of this file."""
        owner = node.value
        if isinstance(owner, ast.Name):
            bindings = self.names.bindings(owner.id, owner)
            made = bindings[0].value if len(bindings) == 1 and bindings[0].kind == "assign" else None
            owner = made if isinstance(made, ast.Call) else owner
        definition = self.classes.definition(owner.func if isinstance(owner, ast.Call) else owner)
        found = self.names.inner[definition].bindings.get(node.attr, ()) if definition else ()
        if len(found) == 1 and isinstance(found[0].node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return self.function_of(found[0].node)
        return None

    @cached_property
    def _returns(self) -> dict[ast.AST, list[Return]]:
        found: dict[ast.AST, list[Return]] = {}
        for node in self.names.returns:
            if node.value is not None:
                found.setdefault(self.names.scopes[node].node, []).append(Return(self, node.value))
        for returns in found.values():
            returns.sort(key=lambda one: (one.node.lineno, one.node.col_offset))
        return found

    def returns_of(self, node: FunctionNode) -> list[Return]:
        if isinstance(node, ast.Lambda):
            return [Return(self, node.body)]
        return self._returns.get(node, [])

    # Loops.

    def loops(self, node: ast.AST) -> list[Loop]:
        """The loops and comprehensions around a place inside its function, outermost first."""
        return loops.around(self, node)

    def size(self, node: ast.expr) -> Value:
        """How many items an iterable hands out."""
        return loops.size(self, node)

    def count(self, node: ast.AST, inside: ast.AST | None = None) -> Count:
        """How often a place runs while the file is parsed: its loops times those around the calls of its function.

        With `inside` (a DAG's `node`) what is around that too is left out.
        """
        return loops.count(self, node, inside)


def parse(source: Source) -> DagModule:
    """The module of a source. Never raises: what Python cannot parse is a fault, with its place."""
    import warnings

    text = source.text.removeprefix(BOM)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # `"\d"` and the like are for the author's own Python to grumble about
            return DagModule(source, ast.parse(text), [])
    except SyntaxError as error:
        fault = _syntax_fault(source, error)
    except UnicodeEncodeError as error:  # bytes that are not valid in the file's encoding
        start = error.start + len(source.text) - len(text)
        fault = Fault("encoding", source.span(start, start + 1), "not valid text in this file's encoding")
    except ValueError:
        place = max(source.text.find("\0"), 0)
        fault = Fault("syntax", source.span(place, place + 1), "a null character, which Python does not accept")
    except (RecursionError, MemoryError):
        fault = Fault("nesting", source.top, "nested too deeply for Python to parse")
    return DagModule(source, ast.Module(body=[], type_ignores=[]), [fault])


def _syntax_fault(source: Source, error: SyntaxError) -> Fault:
    """Where Python stopped: its columns are code points from 1, and 0 or nothing where it does not know."""
    if "\0" in source.text and "null" in error.msg:
        place = source.text.index("\0")
        return Fault("syntax", source.span(place, place + 1), "a null character, which Python does not accept")
    line = min(max(error.lineno or 1, 1), len(source.line_starts))
    start = source.offset(line, max(error.offset or 1, 1))
    end = start
    if error.end_lineno and error.end_offset and error.end_offset > 0:
        end = source.offset(min(error.end_lineno, len(source.line_starts)), error.end_offset)
    if end <= start:
        end = min(start + 1, source.line_span(line).end)
    # Of two sentences the second is advice for Python programs, such as on limits that they can change.
    return Fault("syntax", source.span(start, max(start, end)), error.msg.partition("; ")[0])
