"""How many rows an SQL query gives, as far as its text tells."""

from __future__ import annotations

import ast
import re

from dagdock.api import DagModule, Origin

FEW = 1000
MAX_DEPTH = 20
# Stands in a query's text for a part that is put in later.
HOLE = "\0"
_ASKING = ("execute", "sql", "query", "run", "get_records", "read_sql")


def query_text(module: DagModule, call: ast.Call, receiver: Origin | None) -> str | None:
    """The query that a call asks for, or that the cursor it is called on was given; None where it is not known.

    Parts that are put in later are HOLEs.
    """
    given = _argument(call)
    if given is None and receiver is not None:
        given = _of_result(receiver) or _of_cursor(module, call)
    return _text(module, given, 0) if given is not None else None


def _argument(call: ast.Call) -> ast.expr | None:
    named = [word.value for word in call.keywords if word.arg in ("sql", "query", "statement", "operation")]
    return call.args[0] if call.args else named[0] if named else None


def _of_result(receiver: Origin) -> ast.expr | None:
    """`connection.execute(query).fetchall()`, `spark.sql(query).collect()`, also through names."""
    for step in receiver.walk():
        if step.method in _ASKING and isinstance(step.node, ast.Call):
            return _argument(step.node)
    return None


def _of_cursor(module: DagModule, call: ast.Call) -> ast.expr | None:
    """The last query that a cursor was given before a `cursor.fetchall()`."""
    cursor = call.func.value if isinstance(call.func, ast.Attribute) else None
    if not isinstance(cursor, ast.Name):
        return None
    function = module.function_at(call)
    found: list[ast.Call] = []
    for attribute in module.names.attributes.get("execute", ()):
        asked = module.parent(attribute)
        same = isinstance(attribute.value, ast.Name) and attribute.value.id == cursor.id
        if same and isinstance(asked, ast.Call) and asked.func is attribute and module.function_at(asked) is function:
            found.append(asked)
    before = [one for one in found if (one.lineno, one.col_offset) < (call.lineno, call.col_offset)]
    return _argument(max(before, key=lambda one: (one.lineno, one.col_offset))) if before else None


def _text(module: DagModule, node: ast.expr, depth: int) -> str | None:
    known = module.value(node).get(str)
    if known is not None:
        return known
    if depth > MAX_DEPTH:
        return None
    if isinstance(node, ast.Name):
        bindings = module.names.bindings(node.id, node)
        if len(bindings) != 1 or bindings[0].kind != "assign" or bindings[0].value is None:
            return None
        return _text(module, bindings[0].value, depth + 1)
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else HOLE for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _text(module, node.left, depth + 1), _text(module, node.right, depth + 1)
        return None if left is None and right is None else f"{left or HOLE}{right or HOLE}"
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        return _text(module, node.left, depth + 1)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("format", "strip"):
        return _text(module, node.func.value, depth + 1)
    if (
        isinstance(node, ast.Call)
        and module.qualified(node.func) in ("sqlalchemy.text", "textwrap.dedent")
        and node.args
    ):
        return _text(module, node.args[0], depth + 1)
    return None


def gives_few_rows(query: str | None) -> bool | None:
    """Whether a query gives a handful of rows; False where it surely gives what a table holds, None if unknown."""
    if query is None:
        return None
    text = " ".join(re.sub(r"--[^\n]*|/\*.*?\*/", " ", query, flags=re.DOTALL).lower().split()).rstrip("; ")
    if not re.match(r"\(?\s*(select|with)\b", text):
        return None if HOLE in text[:10] else True
    if limit := re.search(r"\blimit\s+(\d+)(?!\d*\s*,)|\btop\s*\(?\s*(\d+)|\brownum\s*<=?\s*(\d+)", text):
        return int(next(filter(None, limit.groups()))) <= FEW or None
    if re.search(r"\blimit\b|\btop\b|\brownum\b|\bfetch (first|next)\b", text):
        return None
    if " from " not in text or re.search(r"information_schema|pg_catalog|pg_tables|sqlite_master|\bsys\.", text):
        return True
    # Groups, distinct values, single keys and holes where the condition may stand: nobody can tell from here.
    if re.search(r"\bwhere [\w.\"`]*(id|key|code)[\w\"`]* in ?\((?! ?select)", text):
        return None
    if re.search(r"\bgroup by\b|\bselect distinct\b|\bwhere [\w.]*id ?= ?|\bunion\b|\bover ?\(|\breturning\b", text):
        return None
    if re.match(r"\(?\s*select\s[^*]*?\b(count|sum|avg|min|max|array_agg|bool_or|bool_and|exists)\s*\(", text):
        return True if text.startswith(("select", "(")) else None
    return None if text.rstrip().endswith(HOLE) and " where " in text and text.count(HOLE) > 3 else False


def gives_narrow_rows(query: str | None) -> bool:
    """Whether each row is one to three plain columns of one table, as ids and names are looked up."""
    text = " ".join(re.sub(r"--[^\n]*|/\*.*?\*/", " ", query or "", flags=re.DOTALL).lower().split())
    column = r"[\w.\"`]+(?: as [\w\"`]+)?"
    found = re.match(rf"select {column}(?: ?, ?{column}){{0,2}} from [^,]+$", text)
    return bool(found) and " join " not in text and " union " not in text
