"""Outline: what a file is made of, as a tree of symbols."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from dagdock.lsp.unfinished import at_home, without_faults
from dagdock.text import Source, Span

if TYPE_CHECKING:
    from dagdock.dag import Argument, Dag, DagModule, Function, Group, Task, Value
    from dagdock.dag.names import FunctionNode
    from dagdock.dockerfile import Dockerfile, Instruction, Stage
    from dagdock.project import Document
    from dagdock.yamltree import Entry, Node

# fmt: off
Kind = Literal[
    "stage", "instruction", "variable", "section", "service", "network", "volume", "secret", "config", "key",
    "dag", "group", "task",
]
# fmt: on
_LONGEST = 60


class Symbol(NamedTuple):
    """One thing of a file: `span` is all of it, `name_span` (inside `span`) where its name stands.

    The spans of `children` lie inside `span`.
    """

    name: str
    kind: Kind
    detail: str
    span: Span
    name_span: Span
    children: list[Symbol]


def outline(document: Document) -> list[Symbol]:
    """The symbols of a document, in the order of the file; of a broken one those that could be read."""
    found: Any = document
    if hasattr(found, "patterns"):
        return []
    if found.kind == "dag":
        return _of_module(found)
    return list(_of_compose(found) if found.kind == "compose" else _of_dockerfile(found))


def _short(text: str) -> str:
    """A text in one line, and no longer than a list can show."""
    line = " ".join(text[: 4 * _LONGEST].split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1].rstrip() + "…"


# Dockerfile


def _of_dockerfile(file: Dockerfile) -> Iterator[Symbol]:
    for instruction in file.instructions:
        if instruction.stage is None:
            yield _instruction(instruction)
    for stage in file.stages:
        yield _stage(stage)


def _stage(stage: Stage) -> Symbol:
    first = stage.from_instruction
    inner = [_instruction(each) for each in stage.instructions if each is not first]
    base = stage.image_word.raw if stage.image_word else ""
    if stage.name:
        return Symbol(stage.name, "stage", f"FROM {base}", stage.span, stage.name.span, inner)
    if stage.image_word:
        return Symbol(_short(base), "stage", f"stage {stage.index}", stage.span, stage.image_word.span, inner)
    keyword = stage.instructions[0].keyword
    return Symbol(f"stage {stage.index}", "stage", "", stage.span, keyword.span, inner)


def _instruction(instruction: Instruction) -> Symbol:
    kind: Kind = "variable" if instruction.name in ("ARG", "ENV") else "instruction"
    name = f"{instruction.name} {_short(instruction.body.text)}".rstrip()
    return Symbol(name, kind, "", instruction.span, instruction.keyword.span, [])


# Compose


_RESOURCES: dict[str, Kind] = {
    "services": "service",
    "networks": "network",
    "volumes": "volume",
    "secrets": "secret",
    "configs": "config",
}


def _of_compose(file: Any) -> Iterator[Symbol]:
    for document in file.tree.documents:
        for entry in _entries(document.root):
            kind = _RESOURCES.get(entry.name)
            if kind is None:
                yield _key(entry, "key", [])
            else:
                yield _key(entry, "section", [_resource(inner, kind) for inner in _entries(entry.value)])


def _resource(entry: Entry, kind: Kind) -> Symbol:
    symbol = _key(entry, kind, [_key(inner, "key", []) for inner in _entries(entry.value)])
    return symbol._replace(detail=_made_of(entry.value)) if kind == "service" else symbol


def _made_of(service: Node) -> str:
    """The image of a service, or the folder that it is built from."""
    from dagdock.yamltree import Mapping

    if not isinstance(service, Mapping):
        return ""
    build, image = service.get("build"), service.get("image")
    if build is None:
        return _value(image) if image else ""
    context = build.get("context") if isinstance(build, Mapping) else build
    return f"build {_value(context) if context else '.'}"


def _key(entry: Entry, kind: Kind, children: list[Symbol]) -> Symbol:
    return Symbol(_short(entry.name), kind, _value(entry.value), entry.span, entry.name.span, children)


def _entries(node: Node | None) -> list[Entry]:
    """The entries that are written in a mapping, without those that have no name."""
    from dagdock.yamltree import Mapping

    if not isinstance(node, Mapping):
        return []
    return [entry for entry in node.entries if entry.name.strip() and not entry.is_merge]


def _value(node: Node) -> str:
    """What a value is, in a few words."""
    from dagdock.yamltree import Alias, Scalar, Sequence

    if isinstance(node, Scalar):
        return _short(node.value)
    if isinstance(node, Alias):
        return _short(node.span.text)
    if isinstance(node, Sequence) and node.items and all(isinstance(item, Scalar) for item in node.items):
        return _short(", ".join(item.value for item in node.items if isinstance(item, Scalar)))
    return ""


# Airflow


def _of_module(module: DagModule) -> list[Symbol]:
    if not module.faults:
        return _Made(module).symbols()
    from dagdock.dag import parse

    rest = without_faults(module.source)
    return [_moved(symbol, module.source) for symbol in _Made(parse(rest)).symbols()] if rest else []


def _moved(symbol: Symbol, source: Source) -> Symbol:
    return symbol._replace(
        span=at_home(symbol.span, source),
        name_span=at_home(symbol.name_span, source),
        children=[_moved(child, source) for child in symbol.children],
    )


class _Made:
    """The DAGs, groups and tasks that a file makes, each put into what it belongs to."""

    def __init__(self, module: DagModule) -> None:
        self._module = module
        self._inside: dict[Dag | Group | None, list[Dag | Group | Task | Function]] = {}
        dags: dict[object, Dag] = {dag: dag for dag in module.dags}
        groups: dict[object, Group] = {group: group for group in module.groups}
        dag_of: dict[Group, Dag] = {}
        for task in module.tasks:
            dag, group = dags.get(task.dag), groups.get(task.group)
            self._put(task, group or dag)
            while group and dag and group not in dag_of:
                dag_of[group] = dag
                group = groups.get(group.parent)
        for group in module.groups:
            around = dag_of.get(group) or dags.get(module.places.dag_around(group.made_at))
            self._put(group, groups.get(group.parent) or around)
        for function in module.functions:
            if function.is_taskflow and not function.tasks:  # for other files to call, or not called yet
                self._put(function, dags.get(module.places.dag_around(function.node)))
        for dag in module.dags:
            self._put(dag, None)

    def _put(self, thing: Dag | Group | Task | Function, place: Dag | Group | None) -> None:
        self._inside.setdefault(place, []).append(thing)

    def symbols(self, place: Dag | Group | None = None) -> list[Symbol]:
        found = [self._symbol(thing) for thing in self._inside.get(place, ())]
        return sorted(found, key=lambda symbol: (symbol.span.start, symbol.name_span.start))

    def _symbol(self, thing: Dag | Group | Task | Function) -> Symbol:
        from dagdock.dag import Dag, Function, Group

        if isinstance(thing, Function):
            return Symbol(thing.name, "task", f"@{thing.decorator}", self._definition(thing.node), thing.span, [])
        if isinstance(thing, Dag):
            schedule = _short(thing.schedule.whole.text) if thing.schedule else ""
            name, argument = thing.dag_id, thing.arguments.get("dag_id")
            at = (thing.function or thing).span
            return self._made("dag", thing.node, at, name, argument, schedule, self.symbols(thing))
        if isinstance(thing, Group):
            name, argument = thing.group_id, thing.arguments.get("group_id")
            at = (thing.function or thing).span
            return self._made("group", thing.node, at, name, argument, "", self.symbols(thing))
        operator = f"@{thing.operator.partition('decorators.')[2] or thing.name}" if thing.taskflow else thing.name
        detail = f"{operator}, mapped" if thing.mapped else operator
        return self._made("task", thing.call, thing.span, thing.task_id, thing.own.get("task_id"), detail, [])

    def _made(
        self,
        kind: Kind,
        node: ast.expr,
        called: Span,
        name: Value,
        argument: Argument | None,
        detail: str,
        children: list[Symbol],
    ) -> Symbol:
        """What a call or a decorator makes, under the name that is known, else as it is written."""
        own = self._whole(node)
        title = name.get(str) or _short(argument.span.text if argument else called.text)
        place = next((place.span for place in (argument, called) if place and own.holds(place)), own)
        start = min([own.start, *(child.span.start for child in children)])
        end = max([own.end, *(child.span.end for child in children)])
        return Symbol(title or kind, kind, detail, Span(own.source, start, end), place, children)

    def _whole(self, node: ast.expr) -> Span:
        """The statement that is there for the sake of a call or decorator, else just that."""
        for above in self._module.names.ancestors(node):
            if isinstance(above, (ast.With, ast.AsyncWith)):
                whole = any(item.context_expr is node for item in above.items)
            elif isinstance(above, (ast.FunctionDef, ast.AsyncFunctionDef)) and node in above.decorator_list:
                return self._definition(above)
            else:
                whole = isinstance(above, (ast.Assign, ast.AnnAssign, ast.Expr, ast.Return)) and above.value is node
            if whole:
                return self._module.span(above)
            if isinstance(above, ast.stmt):
                break
        return self._module.span(node)

    def _definition(self, node: FunctionNode) -> Span:
        """A function with its decorators."""
        whole = self._module.span(node)
        if isinstance(node, ast.Lambda) or not node.decorator_list:
            return whole
        first = self._module.span(node.decorator_list[0])
        return Span(whole.source, whole.source.text.rfind("@", 0, first.start), whole.end)
