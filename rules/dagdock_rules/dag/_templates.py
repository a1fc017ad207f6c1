"""Texts in the arguments of tasks that Airflow renders, or that look as if it should."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from dagdock.api import Argument, Dag, DagModule, Project, Span, Task, parse_jinja, remembered

from ._operators import Major, major_of, operator_of, own_class_of, terms
from ._secrets import inside

# Stands for what an f-string puts in.
HOLE = "x_filled_in_x"
# Arguments whose texts are for people, or for objects with template fields of their own.
NOT_TEXT = frozenset(
    (
        "default_args",
        "doc",
        "doc_json",
        "doc_md",
        "doc_rst",
        "doc_yaml",
        "executor_config",
        "inlets",
        "map_index_template",
        "outlets",
    )
)


# Names that are ordinary words as well: only with something behind them are they Airflow's.
PLAIN = frozenset(("conf", "dag", "exception", "params", "reason", "task", "test_mode", "var", "conn", "macros"))
# Arguments for which the operator brings names and filters of its own (`results_df | tabulate`).
OWN_NAMES = frozenset(("slack_message",))


class Piece(NamedTuple):
    """A text inside an argument, with HOLEs where an f-string fills in what is not known."""

    argument: Argument
    node: ast.expr
    text: str

    def span(self, start: int, end: int) -> Span:
        """Where a part of the text stands: exactly, where it is written as it is."""
        module = self.argument.module
        literal = module.span(self.node)
        at = literal.text.find(self.text)
        if at >= 0:
            return Span(literal.source, literal.start + at + start, literal.start + at + end)
        return inside(module, self.node, self.text, start, end)


@remembered
def rendered(task: Task) -> list[Piece]:
    """The texts with braces in arguments that are template fields of the operator, whatever its version."""
    operator = operator_of(task)
    if operator is None:
        return []
    fields = operator.fields()
    found = [piece for name, one in task.arguments.items() if name in fields for piece in pieces(one)]
    if task.taskflow and fields >= {"op_args", "op_kwargs"}:
        found += _of_call(task)
    return found


def unrendered(task: Task, project: Project) -> Iterator[Piece]:
    """The texts with braces in arguments of a known operator that it does not render."""
    operator, own = operator_of(task), own_class_of(task)
    if any(isinstance(one.ctx, ast.Store) for one in task.module.names.attributes.get("template_fields", ())):
        return  # `BashOperator.template_fields = …`
    if operator is not None:
        major = major_of(task, project)
        fields = operator.fields(major)
        takes = operator.arguments(major) | operator.earlier_arguments()
    elif own is not None and own.fields is not None:
        # What a class of this file hands on by itself may be rendered under another name.
        fields = frozenset(own.fields)
        takes = terms("operator") | (set() if own.base else own.parameters)
    else:
        return
    for name, argument in task.own.items():
        if name in takes and name not in fields and name not in NOT_TEXT:
            yield from pieces(argument)


def pieces(argument: Argument, holding: str = "{") -> Iterator[Piece]:
    """The texts that hold a sign (a brace) in an argument: itself, or inside its lists and dicts."""
    module = argument.module
    waiting: list[ast.expr] = [argument.node]
    for node in waiting:
        if len(waiting) > 2000:
            return
        if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            waiting += node.elts
        elif isinstance(node, ast.Dict):
            waiting += node.values
        elif isinstance(node, ast.Call) and module.qualified(node.func) == "builtins.dict":
            waiting += [keyword.value for keyword in node.keywords]
        else:
            found = _text(module, node)
            if found is None and isinstance(node, ast.Name):
                behind = module.value(node)
                if behind.known and isinstance(behind.node, (ast.List, ast.Tuple, ast.Dict)):
                    waiting.append(behind.node)
            if found is not None and holding in found[1]:
                yield Piece(argument, *found)


def _text(module: DagModule, node: ast.expr) -> tuple[ast.expr, str] | None:
    if isinstance(node, ast.Constant):
        return (node, node.value) if isinstance(node.value, str) else None
    value = module.value(node)
    if value.known:
        return (value.node, value.value) if isinstance(value.value, str) and isinstance(value.node, ast.expr) else None
    if isinstance(node, ast.JoinedStr):
        parts = [part.value if isinstance(part, ast.Constant) else HOLE for part in node.values]
        return node, "".join(map(str, parts))
    return None


def _of_call(task: Task) -> Iterator[Piece]:
    """What a TaskFlow function is called with is rendered, too."""
    for node in task.call.args:
        yield from pieces(Argument(task.module, "op_args", node, "positional"))
    for keyword in task.call.keywords:
        if keyword.arg:
            yield from pieces(Argument(task.module, "op_kwargs", keyword.value, "keyword", keyword))


def names_for(task: Task, major: Major | None) -> frozenset[str] | None:
    """The names that templates of a task may use; None where the DAG may bring others that cannot be seen."""
    dag = task.dag
    if not isinstance(dag, Dag) or dag.open:
        return None
    if "user_defined_macros" in dag.module.names.attributes:
        return None  # it gets them, or more of them, once it is made
    known = terms("context", major) | terms("globals", major)
    macros = dag.arguments.get("user_defined_macros")
    if macros is not None:
        entries = task.module.entries(macros.node)
        if entries.open:
            return None
        known |= set(entries)
    if "template_undefined" in dag.arguments or "jinja_environment_kwargs" in dag.arguments:
        return None
    return known


def speaks_airflow(text: str) -> str | None:
    """The expression in braces that is plainly meant for Airflow: it parses, and asks for one of its names."""
    if "{{" not in text:
        return None
    template = parse_jinja(text)
    if template.fault is not None:
        return None
    context = terms("context")
    for name in template.names:
        start, end = text.rfind("{{", 0, name.start), text.find("}}", name.end)
        if name.text in PLAIN and not name.path:
            continue  # `{{ var("x") }}` is dbt's
        if name.text in context and start >= 0 and end >= 0 and HOLE not in text[start:end]:
            return text[start : end + 2]
    return None
