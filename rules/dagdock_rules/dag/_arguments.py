"""Changes to the arguments of a call, as text edits that keep its layout."""

from __future__ import annotations

import ast

from dagdock.api import DagModule, Edit


def add_keyword(module: DagModule, call: ast.Call, text: str) -> list[Edit]:
    """Edits that add `name=value` behind the last argument of a call, on a line of its own where each has one.

    A comment stays with the argument that it stands behind.
    """
    arguments: list[ast.expr] = [*call.args, *(keyword.value for keyword in call.keywords)]
    if not arguments:
        return []
    last = max(arguments, key=lambda node: (node.end_lineno or 0, node.end_col_offset or 0))
    if isinstance(last, ast.GeneratorExp):
        return []
    span = module.span(last)
    source = span.source
    keyword = next((keyword for keyword in call.keywords if keyword.value is last), None)
    begin = module.span(keyword).start if keyword else span.start
    before = source.text[source.line_span(source.position(begin).line).start : begin]
    if before.strip() or not before:
        return [Edit(source.span(span.end, span.end), f", {text}")]
    own_line = f"{source.newline}{before}{text}"
    line_end = source.line_span(source.position(span.end).line).end
    behind = source.text[span.end : line_end].strip()
    comment = behind.removeprefix(",").strip()
    if not comment.startswith("#"):
        return [Edit(source.span(span.end, span.end), f",{own_line}")]
    if behind.startswith(","):
        return [Edit(source.span(line_end, line_end), f"{own_line},")]
    return [Edit(source.span(span.end, span.end), ","), Edit(source.span(line_end, line_end), own_line)]
