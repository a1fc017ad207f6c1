"""Literal texts in DAG files that hold secrets: where they stand and under which name."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

from dagdock.api import DagModule, Span

from ..secrets import may_name_secret

# Stands for what an f-string puts in: no rule takes it for a secret.
HOLE = "{x}"
# Functions of a name and a value: what is set, or what holds where nothing is set.
NAME_AND_VALUE = (
    "os.environ.setdefault", "os.environ.get", "os.getenv", "os.putenv",
    "kubernetes.client.models.V1EnvVar", "kubernetes.client.V1EnvVar",
)  # fmt: skip
# Functions that take a password by its place among the arguments.
PASSWORD_AT = {
    "requests.auth.HTTPBasicAuth": 1,
    "requests.auth.HTTPDigestAuth": 1,
    "httpx.BasicAuth": 1,
    "aiohttp.BasicAuth": 1,
    "smtplib.SMTP().login": 1,
    "smtplib.SMTP_SSL().login": 1,
    "imaplib.IMAP4_SSL().login": 1,
    "ftplib.FTP": 2,
    "ftplib.FTP().login": 1,
    "ftplib.FTP_TLS().login": 1,
    "paramiko.SSHClient().connect": 3,
    "pymysql.connect": 2,
    "MySQLdb.connect": 2,
    "pymssql.connect": 2,
    "cx_Oracle.connect": 1,
}
LIBRARIES = tuple(dict.fromkeys(path.partition(".")[0] for path in PASSWORD_AT))


class Named(NamedTuple):
    """A literal text and the name it is given: an argument, a key, a variable."""

    name: str
    value: str
    node: ast.Constant
    call: ast.Call | None
    """The call whose argument it is."""


@lru_cache(maxsize=1)  # several rules ask, one after the other
def texts(module: DagModule) -> list[tuple[str, ast.expr]]:
    """Every literal text of the file but docstrings and other texts that stand alone; f-strings with HOLEs."""
    parents = module.names.parents
    found: list[tuple[str, ast.expr]] = [
        (_text(node), node)
        for node in module.names.constants
        if isinstance(node.value, (str, bytes)) and not isinstance(parents[node], (ast.Expr, ast.JoinedStr))
    ]
    for node in module.names.fstrings:
        parts = [part.value if isinstance(part, ast.Constant) else HOLE for part in node.values]
        found.append(("".join(map(str, parts)), node))
    return found


@lru_cache(maxsize=1)
def all_text(module: DagModule) -> str:
    """All the texts in one, much shorter than the file: to look for what none of them may hold."""
    return "\n".join([text for text, _ in texts(module)])


def may_hold_secret(module: DagModule) -> bool:
    """Whether the text of a file holds a word that secrets go by, an address, or a library that takes passwords."""
    text = module.source.text
    return may_name_secret(text) or "://" in text or any(library in text for library in LIBRARIES)


def named(module: DagModule, is_wanted: Callable[[str], bool]) -> Iterator[Named]:
    """Literal texts with a wanted name: arguments, dict entries, assignments, defaults of parameters, environments.

    A text may come more than once, under several names.
    """
    answers: dict[str, bool] = {}  # the same few names come over and over
    for name, value, call in _pairs(module):
        wanted = answers.get(name)
        if wanted is None:
            wanted = answers[name] = is_wanted(name)
        if wanted:
            for choice in _choices(value):
                literal = _value(choice) or _behind(module, choice)
                if literal is not None and literal.value:
                    yield Named(name, _text(literal), literal, call)


def compared(module: DagModule) -> Iterator[Named]:
    """Literal texts that something with a name is compared with: `password == "…"`."""
    if "==" not in module.source.text and "!=" not in module.source.text:
        return
    for node in module.names.parents:
        if isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.ops[0], (ast.Eq, ast.NotEq)):
            for one, other in ((node.left, node.comparators[0]), (node.comparators[0], node.left)):
                literal, name = _value(one), _asked_name(module, other)
                if literal is not None and name is not None:
                    yield Named(name, _text(literal), literal, None)


def inside(module: DagModule, node: ast.expr, text: str, start: int, end: int) -> Span:
    """Where a part of a literal's text stands: exactly, where it is written as it is, else the whole literal."""
    span = module.span(node)
    written, part = span.text, text[start:end]
    if text in written:
        at = written.index(text) + start
        return Span(span.source, span.start + at, span.start + at + len(part))
    if len(part) > 3 and written.count(part) == 1:
        at = written.index(part)
        return Span(span.source, span.start + at, span.start + at + len(part))
    return span


@lru_cache(maxsize=1)
def _pairs(module: DagModule) -> list[tuple[str, ast.expr, ast.Call | None]]:
    found: list[tuple[str, ast.expr, ast.Call | None]] = []
    for node in module.names.parents:
        if pairs := _PAIRS.get(node.__class__):
            found += pairs(module, node)
    return found


def _of_options(_: DagModule, node: ast.List) -> Iterator[tuple[str, ast.expr, None]]:
    """`["--password", "…"]`, as containers and programs take their arguments."""
    for one, other in pairwise(node.elts):
        if (option := _literal(one)) and option.value.startswith("--"):
            yield option.value[2:], other, None


def _of_template(template: ast.expr, given: list[ast.expr]) -> Iterator[tuple[str, ast.expr, None]]:
    """The password that `%` or `format` puts into an address: `"postgresql://%s:%s@%s" % (user, "…", host)`."""
    text = _literal(template)
    if text is None or "://" not in text.value:
        return
    match = re.search(r"://(?:%s|\{\}|[^\s/:@]+):(%s|\{\})@", text.value)
    if match is not None:
        at = text.value.count(match[1], 0, match.start(1))
        if at < len(given) and not isinstance(given[at], ast.Starred):
            yield "password", given[at], None


def _asked_name(module: DagModule, node: ast.expr) -> str | None:
    """What a value is called where it is used: a variable, an attribute, a key, an environment variable."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return node.attr
    key: ast.expr | None = None
    if isinstance(node, ast.Subscript):
        key = node.slice
    elif isinstance(node, ast.Call) and node.args:
        path = module.qualified(node.func) or ""
        if path in NAME_AND_VALUE or path.endswith("Variable.get") or getattr(node.func, "attr", "") == "get":
            key = node.args[0]
    literal = _literal(key)
    return literal.value if literal else None


def _choices(value: ast.expr) -> Iterator[ast.expr]:
    """What a value may be: each side of an `or` or an `if`, the text that is encoded."""
    if isinstance(value, ast.BoolOp):
        for part in value.values:
            yield from _choices(part)
    elif isinstance(value, ast.IfExp):
        yield from _choices(value.body)
        yield from _choices(value.orelse)
    elif isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr == "encode":
        yield from _choices(value.func.value)
    else:
        yield value


def _of_parameters(_: DagModule, node: ast.arguments) -> Iterator[tuple[str, ast.expr, None]]:
    given = node.posonlyargs + node.args
    for parameter, default in zip(given[len(given) - len(node.defaults) :], node.defaults, strict=True):
        yield parameter.arg, default, None
    for parameter, missing in zip(node.kwonlyargs, node.kw_defaults, strict=True):
        if missing is not None:
            yield parameter.arg, missing, None


def _of_call(module: DagModule, call: ast.Call) -> Iterator[tuple[str, ast.expr, ast.Call | None]]:
    given = {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
    for name, value in given.items():
        yield name, value, call
        if name == "auth" and isinstance(value, ast.Tuple) and len(value.elts) == 2:
            yield "password", value.elts[1], call
    if "name" in given and "value" in given and (entry := _literal(given["name"])):
        yield entry.value, given["value"], call
    if not call.args:
        return
    path = module.qualified(call.func) or ""
    if path in NAME_AND_VALUE and len(call.args) == 2 and (entry := _literal(call.args[0])):
        yield entry.value, call.args[1], None
    elif path in PASSWORD_AT:
        for password in call.args[PASSWORD_AT[path] :][:1]:
            yield "password", password, None
    elif isinstance(call.func, ast.Attribute) and call.func.attr == "set_password":
        yield "password", call.args[0], None
    elif isinstance(call.func, ast.Attribute) and call.func.attr == "format":
        yield from _of_template(call.func.value, call.args)
    elif path.startswith("airflow.") and path.endswith("Variable.get") and (entry := _literal(call.args[0])):
        for default in (*call.args[1:2], *(given[name] for name in ("default_var", "default") if name in given)):
            yield entry.value, default, None


def _of_dict(_: DagModule, node: ast.Dict) -> Iterator[tuple[str, ast.expr, None]]:
    pairs = zip(node.keys, node.values, strict=True)
    entries = {key.value: value for key, value in pairs if isinstance(key, ast.Constant) and isinstance(key.value, str)}
    for name, value in entries.items():
        yield name, value, None
    # `{"name": "DB_PASSWORD", "value": "…"}`, as containers take their environment.
    if "name" in entries and "value" in entries and (entry := _literal(entries["name"])):
        yield entry.value, entries["value"], None


def _of_assignment(_: DagModule, node: ast.Assign) -> Iterator[tuple[str, ast.expr, None]]:
    for target in node.targets:
        yield from _of_target(target, node.value)


def _of_annotated(_: DagModule, node: ast.AnnAssign) -> Iterator[tuple[str, ast.expr, None]]:
    if node.value is not None:
        yield from _of_target(node.target, node.value)


def _of_alternatives(module: DagModule, node: ast.BoolOp) -> Iterator[tuple[str, ast.expr, None]]:
    first, *others = node.values
    if name := _asked_name(module, first):
        for other in others:
            yield name, other, None


def _of_operator(_: DagModule, node: ast.BinOp) -> Iterator[tuple[str, ast.expr, None]]:
    if isinstance(node.op, ast.Mod):
        yield from _of_template(node.left, node.right.elts if isinstance(node.right, ast.Tuple) else [node.right])


def _of_target(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr, None]]:
    if isinstance(target, ast.Name):
        yield target.id, value, None
    elif isinstance(target, ast.Attribute):
        yield target.attr, value, None
    elif isinstance(target, ast.Subscript) and (key := _literal(target.slice)):
        yield key.value, value, None
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        for part, given in zip(target.elts, value.elts, strict=True):
            yield from _of_target(part, given)


_PAIRS: dict[type[ast.AST], Callable[[DagModule, Any], Iterator[tuple[str, ast.expr, ast.Call | None]]]] = {
    ast.Call: _of_call,
    ast.Dict: _of_dict,
    ast.Assign: _of_assignment,
    ast.AnnAssign: _of_annotated,
    ast.arguments: _of_parameters,
    ast.BoolOp: _of_alternatives,
    ast.List: _of_options,
    ast.BinOp: _of_operator,
}


class _Text(ast.Constant):
    value: str


def _literal(node: ast.expr | None) -> _Text | None:
    return node if isinstance(node, ast.Constant) and isinstance(node.value, str) else None  # type: ignore[return-value]


def _value(node: ast.expr | None) -> ast.Constant | None:
    return node if isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes)) else None


def _text(literal: ast.Constant) -> str:
    return literal.value if isinstance(literal.value, str) else literal.value.decode("latin-1")  # type: ignore[union-attr]


def _behind(module: DagModule, node: ast.expr) -> ast.Constant | None:
    """The literal that a plain name stands for."""
    if not isinstance(node, ast.Name):
        return None
    value = module.value(node)
    return _value(value.node) if value.known and isinstance(value.node, ast.expr) else None
