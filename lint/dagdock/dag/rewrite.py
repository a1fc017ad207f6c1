"""Fixes that restructure Python: expressions replaced, and imports removed that nothing uses any more.

LibCST does the work on imports. Its import alone takes as long as checking many files, so it is loaded when such a
fix is worked out, never before.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from dagdock.fix import Edit, apply_edits
from dagdock.text import BOM, Span

if TYPE_CHECKING:
    from dagdock.dag.module import DagModule


def replace_expressions(
    module: DagModule, replacements: Sequence[tuple[ast.expr, str]], *, unused: Iterable[tuple[str, str]] = ()
) -> list[Edit]:
    """Edits that put new texts in place of expressions and remove imports that are unused afterwards.

    `unused` names the imports to look at as pairs of module and name (`("airflow.models", "Variable")`); one that is
    still used stays. Where LibCST cannot read the file, the imports stay.
    """
    edits = [Edit(module.span(node), text) for node, text in replacements]
    return [*edits, *_import_edits(module, apply_edits(module.source, edits), list(unused))]


def _import_edits(module: DagModule, text: str, unused: list[tuple[str, str]]) -> list[Edit]:
    """What removing the imports from the changed text means for the lines of the original."""
    import libcst as cst
    from libcst.codemod import CodemodContext
    from libcst.codemod.visitors import RemoveImportsVisitor

    bom = BOM if text.startswith(BOM) else ""
    try:
        tree = cst.parse_module(text.removeprefix(BOM))
        context = CodemodContext()
        for path, name in unused:
            RemoveImportsVisitor.remove_unused_import(context, path, name)
        tidy = bom + RemoveImportsVisitor(context).transform_module(tree).code
    except (cst.ParserSyntaxError, RecursionError, UnicodeError):
        return []
    before, after = text.splitlines(keepends=True), tidy.splitlines(keepends=True)
    imports = _import_lines(module)
    edits: list[Edit] = []
    for change, low, high, new_low, new_high in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if change == "equal":
            continue
        # The replaced expressions may have changed how many lines there are, but never above the imports.
        if high > len(module.source.line_starts) or not set(range(low + 1, high + 1)) <= imports:
            return []
        start = module.source.full_line_span(low + 1).start
        end = module.source.full_line_span(high).end
        edits.append(Edit(Span(module.source, start, end), "".join(after[new_low:new_high])))
    return edits


def _import_lines(module: DagModule) -> set[int]:
    """The lines (from 1) that hold imports of the top level."""
    return {
        line
        for node in module.tree.body
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
