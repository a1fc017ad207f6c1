"""Fixes that restructure Python: expressions replaced, and imports removed that nothing uses any more.

LibCST does the work on imports. Its import alone takes as long as checking many files, so it is loaded when such a
fix is worked out and an import has to go, never before.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from dagdock.fix import Edit, whole_lines

if TYPE_CHECKING:
    from dagdock.dag.module import DagModule


def replace_expressions(module: DagModule, replacements: Sequence[tuple[ast.expr, str]]) -> list[Edit]:
    """Edits that put new texts in place of expressions and remove imports that only those expressions used."""
    edits = [Edit(module.span(node), text) for node, text in replacements]
    gone = {inner for node, _ in replacements for inner in ast.walk(node) if isinstance(inner, ast.Name)}
    used = {node.id for node in module.names.parents if isinstance(node, ast.Name) and node not in gone}
    dropped = {name.id for name in gone} - used
    return edits + list(_without_imports(module, dropped))


def _without_imports(module: DagModule, names: set[str]) -> Iterable[Edit]:
    """Edits that take names out of the top-level imports; a statement that imports nothing else goes altogether."""
    if not names or _exports(module):
        return
    for statement in module.tree.body:
        if not isinstance(statement, (ast.Import, ast.ImportFrom)):
            continue
        bound = [alias.asname or alias.name.partition(".")[0] for alias in statement.names]
        kept = [name not in names for name in bound]
        if all(kept):
            continue
        span = module.span(statement)
        lines = whole_lines(span)
        alone = lines.text.strip() == span.text.strip()
        if "#" in span.text:  # a comment may belong to any of the names
            continue
        if any(kept):
            if (text := _keep(span.text, kept)) is not None:
                yield Edit(span, text)
        elif alone:
            yield Edit(lines, "")


def _keep(statement: str, kept: Sequence[bool]) -> str | None:
    """An import statement with only some of its names; None where LibCST cannot read it."""
    import libcst as cst

    try:
        line = cst.parse_statement(statement)
    except (cst.ParserSyntaxError, RecursionError, UnicodeError):
        return None
    imported = line.body[0] if isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1 else None
    if not isinstance(imported, (cst.Import, cst.ImportFrom)) or isinstance(imported.names, cst.ImportStar):
        return None
    names = [name for name, keep in zip(imported.names, kept, strict=True) if keep]
    if kept[-1] is False:  # what separates the last one from the end is the last one's own
        names[-1] = names[-1].with_changes(comma=imported.names[-1].comma)
    return cst.Module([]).code_for_node(imported.with_changes(names=names))


def _exports(module: DagModule) -> bool:
    """Whether the file says what it offers to others (`__all__`): an import may be part of that."""
    return any(isinstance(node, ast.Name) and node.id == "__all__" for node in module.names.parents)
