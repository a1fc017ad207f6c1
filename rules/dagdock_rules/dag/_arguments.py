"""Changes to the arguments of a call, as text edits that keep its layout."""

from __future__ import annotations

import ast

from dagdock.api import DagModule, Edit, Span


def add_keyword(module: DagModule, call: ast.Call, text: str) -> Edit | None:
    """An edit that adds `name=value` behind the last argument of a call, on a line of its own where each has one."""
    arguments: list[ast.expr] = [*call.args, *(keyword.value for keyword in call.keywords)]
    if not arguments:
        return None
    last = max(arguments, key=lambda node: (node.end_lineno or 0, node.end_col_offset or 0))
    if isinstance(last, ast.GeneratorExp):
        return None
    span = module.span(last)
    source = span.source
    keyword = next((keyword for keyword in call.keywords if keyword.value is last), None)
    begin = module.span(keyword).start if keyword else span.start
    line = source.line_span(source.position(begin).line)
    before = source.text[line.start : begin]
    separator = f",{source.newline}{before}" if not before.strip() and begin > line.start else ", "
    return Edit(Span(source, span.end, span.end), separator + text)
