"""Literal texts in DAG files that hold secrets: where they stand and under which name."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from dagdock.api import DagModule, Span


class Named(NamedTuple):
    """A literal text and the name it is given: an argument, a key, a variable."""

    name: str
    value: str
    node: ast.Constant
    call: ast.Call | None
    """The call whose argument it is."""


def texts(module: DagModule) -> Iterator[tuple[str, ast.Constant]]:
    """Every literal text of the file but docstrings and other texts that stand alone, in source order."""
    for node in module.names.parents:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and not _stands_alone(module, node):
            yield node.value, node


def _stands_alone(module: DagModule, node: ast.AST) -> bool:
    return isinstance(module.names.parents.get(node), ast.Expr)


def named(module: DagModule) -> Iterator[Named]:
    """Literal texts with a name: keyword arguments, dict entries, assignments, defaults of parameters."""
    for node in module.names.parents:
        match node:
            case ast.Call():
                for keyword in node.keywords:
                    if keyword.arg and (text := _literal(keyword.value)):
                        yield Named(keyword.arg, text.value, text, node)
            case ast.Dict():
                for key, value in zip(node.keys, node.values, strict=True):
                    if (name := _literal(key)) and (text := _literal(value)):
                        yield Named(name.value, text.value, text, None)
            case ast.Assign():
                if text := _literal(node.value):
                    for target in node.targets:
                        if name_of := _target(target):
                            yield Named(name_of, text.value, text, None)
            case ast.AnnAssign():
                if (text := _literal(node.value)) and (name_of := _target(node.target)):
                    yield Named(name_of, text.value, text, None)
            case ast.arguments():
                given = node.posonlyargs + node.args
                pairs = [*zip(given[len(given) - len(node.defaults) :], node.defaults, strict=True)]
                for parameter, default in [*pairs, *zip(node.kwonlyargs, node.kw_defaults, strict=True)]:
                    if text := _literal(default):
                        yield Named(parameter.arg, text.value, text, None)


def inside(module: DagModule, node: ast.Constant, start: int, end: int) -> Span:
    """Where a part of a literal's value stands: exactly, where the text is written as it is, else the whole literal."""
    span = module.span(node)
    written = span.text
    value = node.value
    if isinstance(value, str) and written.count(value[start:end]) == 1 and len(value[start:end]) > 3:
        at = written.index(value[start:end])
        return Span(span.source, span.start + at, span.start + at + end - start)
    return span


class _Text(ast.Constant):
    value: str


def _literal(node: ast.expr | None) -> _Text | None:
    return node if isinstance(node, ast.Constant) and isinstance(node.value, str) else None  # type: ignore[return-value]


def _target(node: ast.expr) -> str | None:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Subscript) and (key := _literal(node.slice)):
        return key.value
    return None
