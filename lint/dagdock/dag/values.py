"""Constants worked out from an expression: known, or unknown with the reason."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from dagdock.dag.displays import entries
from dagdock.dag.names import airflow_name
from dagdock.text import Span

if TYPE_CHECKING:
    from dagdock.dag.loops import Loop
    from dagdock.dag.module import DagModule

T = TypeVar("T")

MAX_DEPTH = 60
MAX_CHANGES = 300
MAX_LENGTH = 100_000
MAX_NUMBER = 10**40
# Work for one expression and for all of a file; making a value costs its size.
MAX_STEPS = 60_000
MAX_STEPS_A_FILE = 500_000


class Known:
    """A value that the file alone settles.

    `value` is a plain Python object: str, bytes, int, float, bool, None, list, tuple, dict, set, range, and
    `datetime` objects (a named time zone other than UTC is a tzinfo with `key` and no offset). `node` is the
    expression where it is written (the literal behind a name), which is what `span` points at.
    """

    __slots__ = ("_module", "node", "value")
    known: Literal[True] = True

    def __init__(self, value: Any, node: ast.AST, module: DagModule) -> None:
        self.value = value
        self.node = node
        self._module = module

    @property
    def span(self) -> Span:
        return self._module.span(self.node)

    def get(self, kind: type[T]) -> T | None:
        """The value where it is of this type (True is no int), else None."""
        if isinstance(self.value, kind) and not (isinstance(self.value, bool) and kind is not bool):
            return self.value
        return None

    def __repr__(self) -> str:
        return f"Known({self.value!r})"


class Unknown:
    """A value that the file alone does not settle. `reason` says why in a few words, `node` is the part to blame."""

    __slots__ = ("_module", "node", "reason")
    known: Literal[False] = False

    def __init__(self, reason: str, node: ast.AST, module: DagModule) -> None:
        self.reason = reason
        self.node = node
        self._module = module

    @property
    def span(self) -> Span:
        return self._module.span(self.node)

    def get(self, kind: type[T]) -> T | None:
        """Always None: whoever asks for a str gets one only where it is known."""
        return None

    def __repr__(self) -> str:
        return f"Unknown({self.reason!r})"


Value = Known | Unknown


class Blocked(Exception):
    """Ends an evaluation: the place and the reason why it cannot be known."""

    def __init__(self, reason: str, node: ast.AST) -> None:
        self.reason = reason
        self.node = node


def evaluate(module: DagModule, node: ast.expr) -> Value:
    """The constant that an expression comes to, or Unknown. Never raises, never runs anything of the file."""
    evaluation = Evaluation(module)
    try:
        value = evaluation.of(node, {}, 0)
    except Blocked as blocked:
        return Unknown(blocked.reason, blocked.node, module)
    except (ArithmeticError, AttributeError, LookupError, MemoryError, RecursionError, TypeError, ValueError):
        # What Python itself would raise for these constants; the values are ours, nothing of the file has run.
        return Unknown("would raise", node, module)
    return Known(value, behind(module, node), module)


def behind(module: DagModule, node: ast.expr, names: int = MAX_DEPTH) -> ast.expr:
    """The expression behind a name that is assigned once; at most so many `names` may stand in between."""
    for _ in range(names):
        if not isinstance(node, ast.Name):
            break
        bindings = module.names.bindings(node.id, node)
        if len(bindings) != 1 or bindings[0].kind != "assign" or bindings[0].value is None:
            break
        node = bindings[0].value
    return node


def evaluate_rounds(module: DagModule, node: ast.expr, loops: Sequence[Loop]) -> list[Any] | None:
    """The constants that an expression comes to in the rounds of loops, outermost first; None where one is unknown."""
    evaluation = Evaluation(module)
    found: list[Any] = []

    def run(number: int, local: Mapping[str, Any]) -> None:
        if number == len(loops):
            found.append(evaluation.of(node, local, 0))
            return
        iterable, target = loops[number].iterable, loops[number].target
        if iterable is None or target is None:
            raise Blocked("a while loop", node)
        for item in _iterated(evaluation.of(iterable, local, 0), iterable):
            run(number + 1, {**local, **_bound(target, item)})

    try:
        run(0, {})
    except Blocked:
        return None
    except (ArithmeticError, AttributeError, LookupError, MemoryError, RecursionError, TypeError, ValueError):
        return None  # as in evaluate()
    return found


def class_constant(module: DagModule, owner: ast.Name, attribute: str) -> ast.expr | None:
    """The value of `Config.NAME`, where a plain class of this file sets it once and nobody changes it."""
    names = module.names
    bindings = names.bindings(owner.id, owner)
    if len(bindings) != 1 or not isinstance(bindings[0].node, ast.ClassDef) or names.mutated(owner.id, owner):
        return None
    if bindings[0].node.bases or bindings[0].node.decorator_list:
        return None
    found = names.inner[bindings[0].node].bindings.get(attribute, ())
    return found[0].value if len(found) == 1 and found[0].kind == "assign" else None


class Evaluation:
    """One expression worked out, within bounds on steps, depth and size.

    Raises Blocked where a value is unknown, and what Python raises for wrong operations on constants.
    """

    def __init__(self, module: DagModule) -> None:
        self.module = module
        self.steps = 0

    def of(self, node: ast.expr, local: Mapping[str, Any], depth: int) -> Any:
        method = _METHODS.get(node.__class__)
        if method is None:
            raise Blocked("not a constant", node)
        if depth > MAX_DEPTH:
            raise Blocked("too much to work out", node)
        return self.paid(method(self, node, local, depth + 1), node)

    def paid(self, value: Any, node: ast.AST) -> Any:
        """The value, when its size is within bounds and the work so far too."""
        size = _size(value)
        self.steps += size
        self.module.steps += size
        if size > MAX_LENGTH or self.steps > MAX_STEPS or self.module.steps > MAX_STEPS_A_FILE:
            raise Blocked("too much to work out", node)
        return value

    # One method for each kind of expression.

    def constant(self, node: ast.Constant, local: Mapping[str, Any], depth: int) -> Any:
        return node.value

    def name(self, node: ast.Name, local: Mapping[str, Any], depth: int) -> Any:
        if node.id in local:
            return local[node.id]
        names = self.module.names
        bindings = names.bindings(node.id, node)
        if not bindings:
            if node.id == "__doc__":
                return ast.get_docstring(self.module.tree, clean=False)
            raise Blocked("not defined in this file", node)
        values = []
        for binding in bindings:
            if binding.kind != "assign" or binding.value is None:
                raise Blocked(_REASONS.get(binding.kind, "not a constant"), node)
            values.append(self.of(binding.value, {}, depth))
        if any(value != values[0] or type(value) is not type(values[0]) for value in values):
            raise Blocked("assigned differently in several places", node)
        if isinstance(values[0], (list, dict, set)) and (changes := names.mutated(node.id, node)):
            return self.changed(values[0], changes, node, depth)
        return values[0]

    def changed(self, value: Any, changes: list[ast.AST], at: ast.Name, depth: int) -> Any:
        """A list, set or dict after the changes between its assignment and its use, where they are plain to see."""
        names = self.module.names
        binding = names.bindings(at.id, at)[0]
        value = value.copy()
        if len(changes) > MAX_CHANGES:
            raise Blocked("too much to work out", at)
        for change in changes:
            order = names.order(binding.node, change, at)
            if order == "between":
                self.apply(value, change, depth)
            elif order != "after":
                raise Blocked("changed after it was assigned", change)
        return value

    def apply(self, value: Any, change: ast.AST, depth: int) -> None:
        statement = self.module.names.parents.get(change)
        if isinstance(change, ast.Subscript) and isinstance(change.value, ast.Name):
            if isinstance(statement, ast.Assign) and len(statement.targets) == 1 and statement.targets[0] is change:
                value[self.of(change.slice, {}, depth)] = self.of(statement.value, {}, depth)
                return
        elif isinstance(change, ast.Call) and isinstance(statement, ast.Expr):
            method = change.func.attr if isinstance(change.func, ast.Attribute) else ""
            if method in ("append", "extend", "update", "add", "insert", "setdefault", "remove", "discard"):
                arguments = [self.of(argument, {}, depth) for argument in change.args]
                keywords = {keyword.arg or "": self.of(keyword.value, {}, depth) for keyword in change.keywords}
                if "" not in keywords and (method == "update" or not keywords):
                    _check_ranges(arguments, change)
                    getattr(value, method)(*arguments, **keywords)
                    return
        raise Blocked("changed after it was assigned", change)

    def fstring(self, node: ast.JoinedStr, local: Mapping[str, Any], depth: int) -> str:
        return "".join([str(self.of(part, local, depth)) for part in node.values])

    def formatted(self, node: ast.FormattedValue, local: Mapping[str, Any], depth: int) -> str:
        value = self.of(node.value, local, depth)
        if node.conversion != -1:
            value = (
                ascii(value)
                if node.conversion == ord("a")
                else repr(value)
                if node.conversion == ord("r")
                else str(value)
            )
        specification = self.of(node.format_spec, local, depth) if node.format_spec else ""
        _check_template(specification, (), node)
        return format(value, specification)

    def sequence(self, node: ast.List | ast.Tuple | ast.Set, local: Mapping[str, Any], depth: int) -> Any:
        items: list[Any] = []
        for item in node.elts:
            if isinstance(item, ast.Starred):
                items += _iterated(self.of(item.value, local, depth), node)
            else:
                items.append(self.of(item, local, depth))
        if isinstance(node, ast.List):
            return items
        return tuple(items) if isinstance(node, ast.Tuple) else set(items)

    def dictionary(self, node: ast.Dict, local: Mapping[str, Any], depth: int) -> dict[Any, Any]:
        result: dict[Any, Any] = {}
        for key, value in zip(node.keys, node.values, strict=True):
            if key is None:
                result.update(self.of(value, local, depth))
            else:
                result[self.of(key, local, depth)] = self.of(value, local, depth)
        return result

    def comprehension(
        self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp, local: Mapping[str, Any], depth: int
    ) -> Any:
        items = [self.of(node.elt, names, depth) for names in self.rounds(node.generators, local, depth)]
        return set(items) if isinstance(node, ast.SetComp) else items

    def dict_comprehension(self, node: ast.DictComp, local: Mapping[str, Any], depth: int) -> dict[Any, Any]:
        return {
            self.of(node.key, names, depth): self.of(node.value, names, depth)
            for names in self.rounds(node.generators, local, depth)
        }

    def rounds(
        self, loops: list[ast.comprehension], local: Mapping[str, Any], depth: int
    ) -> Iterator[Mapping[str, Any]]:
        if not loops:
            yield local
            return
        loop, *rest = loops
        for item in _iterated(self.of(loop.iter, local, depth), loop.iter):
            names = {**local, **_bound(loop.target, item)}
            if all(self.of(condition, names, depth) for condition in loop.ifs):
                yield from self.rounds(rest, names, depth + 1)

    def operation(self, node: ast.BinOp, local: Mapping[str, Any], depth: int) -> Any:
        # A sum of a thousand texts is a thousand deep on the left: go down that side without recursion.
        chain: list[ast.BinOp] = []
        left: ast.expr = node
        while isinstance(left, ast.BinOp):
            chain.append(left)
            left = left.left
        value = self.of(left, local, depth)
        for part in reversed(chain):
            value = self.paid(_operate(part, value, self.of(part.right, local, depth)), part)
        return value

    def unary(self, node: ast.UnaryOp, local: Mapping[str, Any], depth: int) -> Any:
        value = self.of(node.operand, local, depth)
        if isinstance(node.op, ast.Not):
            return not value
        if isinstance(node.op, ast.USub):
            return -value
        return +value if isinstance(node.op, ast.UAdd) else ~value

    def boolean(self, node: ast.BoolOp, local: Mapping[str, Any], depth: int) -> Any:
        value: Any = None
        for part in node.values:
            value = self.of(part, local, depth)
            if bool(value) is isinstance(node.op, ast.Or):
                break
        return value

    def comparison(self, node: ast.Compare, local: Mapping[str, Any], depth: int) -> bool:
        left = self.of(node.left, local, depth)
        for operator, right_node in zip(node.ops, node.comparators, strict=True):
            right = self.of(right_node, local, depth)
            if not _COMPARISONS[type(operator)](left, right):
                return False
            left = right
        return True

    def choice(self, node: ast.IfExp, local: Mapping[str, Any], depth: int) -> Any:
        return self.of(node.body if self.of(node.test, local, depth) else node.orelse, local, depth)

    def subscript(self, node: ast.Subscript, local: Mapping[str, Any], depth: int) -> Any:
        if self.module.qualified(node.value) == "os.environ":
            raise Blocked("environment variable", node)
        if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str) and not local:
            # One entry may be known where the whole dict is not.
            found = entries(self.module, node.value, depth)
            if node.slice.value in found:
                return self.of(found[node.slice.value], local, depth)
        value = self.of(node.value, local, depth)
        if isinstance(node.slice, ast.Slice):
            parts = (node.slice.lower, node.slice.upper, node.slice.step)
            return value[slice(*(part and self.of(part, local, depth) for part in parts))]
        return value[self.of(node.slice, local, depth)]

    def attribute(self, node: ast.Attribute, local: Mapping[str, Any], depth: int) -> Any:
        path = self.module.qualified(node)
        if path and (name := airflow_name(path)):
            owner, _, member = name.rpartition(".")
            if owner in ("TriggerRule", "WeightRule") and member.isupper():
                return member.lower()
        if path in ("datetime.timezone.utc", "pendulum.UTC", "pytz.utc", "pytz.UTC", "datetime.UTC"):
            return _zone("UTC")
        if isinstance(node.value, ast.Name) and (value := class_constant(self.module, node.value, node.attr)):
            return self.of(value, {}, depth)
        raise Blocked("not a constant", node)

    def call(self, node: ast.Call, local: Mapping[str, Any], depth: int) -> Any:
        path = self.module.qualified(node.func)
        if path in ("os.environ.get", "os.getenv"):
            raise Blocked("environment variable", node)
        function = _FUNCTIONS.get(path or "")
        if function is None and path and path.startswith("airflow.") and airflow_name(path) == "timezone.datetime":
            function = _moment_utc
        if function is not None:
            arguments = self.arguments(node, local, depth)
            if function is not len:
                _check_ranges(arguments, node)
            return function(*arguments, **self.keywords(node, local, depth))
        plain = path is None or path.startswith(("builtins.", "datetime.", "pendulum."))
        if plain and isinstance(node.func, ast.Attribute) and node.func.attr in _PURE_METHODS:
            owner = self.of(node.func.value, local, depth)
            if isinstance(owner, (str, dict, list, tuple)) or node.func.attr == "replace":
                arguments = self.arguments(node, local, depth)
                keywords = self.keywords(node, local, depth)
                _check_growth(owner, node.func.attr, arguments, keywords, node)
                result = getattr(owner, node.func.attr)(*arguments, **keywords)
                return list(result) if node.func.attr in ("keys", "values", "items") else result
        raise Blocked("result of a call", node)

    def arguments(self, node: ast.Call, local: Mapping[str, Any], depth: int) -> list[Any]:
        found: list[Any] = []
        for argument in node.args:
            if isinstance(argument, ast.Starred):
                found += _iterated(self.of(argument.value, local, depth), argument)
            else:
                found.append(self.of(argument, local, depth))
        return found

    def keywords(self, node: ast.Call, local: Mapping[str, Any], depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for keyword in node.keywords:
            value = self.of(keyword.value, local, depth)
            found.update(value if keyword.arg is None else {keyword.arg: value})
        return found

    def walrus(self, node: ast.NamedExpr, local: Mapping[str, Any], depth: int) -> Any:
        return self.of(node.value, local, depth)


_METHODS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Constant: Evaluation.constant,
    ast.Name: Evaluation.name,
    ast.JoinedStr: Evaluation.fstring,
    ast.FormattedValue: Evaluation.formatted,
    ast.List: Evaluation.sequence,
    ast.Tuple: Evaluation.sequence,
    ast.Set: Evaluation.sequence,
    ast.Dict: Evaluation.dictionary,
    ast.ListComp: Evaluation.comprehension,
    ast.SetComp: Evaluation.comprehension,
    ast.GeneratorExp: Evaluation.comprehension,
    ast.DictComp: Evaluation.dict_comprehension,
    ast.BinOp: Evaluation.operation,
    ast.UnaryOp: Evaluation.unary,
    ast.BoolOp: Evaluation.boolean,
    ast.Compare: Evaluation.comparison,
    ast.IfExp: Evaluation.choice,
    ast.Subscript: Evaluation.subscript,
    ast.Attribute: Evaluation.attribute,
    ast.Call: Evaluation.call,
    ast.NamedExpr: Evaluation.walrus,
}
_REASONS = {
    "import": "imported",
    "unpack": "unpacked from something else",
    "augmented": "changed after it was assigned",
    "for": "loop variable",
    "with": "not a constant",
    "parameter": "parameter of a function",
    "def": "a function",
    "class": "a class",
}
_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: lambda left, right: left == right,
    ast.NotEq: lambda left, right: left != right,
    ast.Lt: lambda left, right: left < right,
    ast.LtE: lambda left, right: left <= right,
    ast.Gt: lambda left, right: left > right,
    ast.GtE: lambda left, right: left >= right,
    ast.In: lambda left, right: left in right,
    ast.NotIn: lambda left, right: left not in right,
    ast.Is: lambda left, right: left is right,
    ast.IsNot: lambda left, right: left is not right,
}


_CONVERSIONS: dict[str, Callable[[Any], str]] = {"a": ascii, "r": repr, "s": str}
_OPERATIONS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: lambda left, right: left + right,
    ast.Sub: lambda left, right: left - right,
    ast.Mult: lambda left, right: left * right,
    ast.Div: lambda left, right: left / right,
    ast.FloorDiv: lambda left, right: left // right,
    ast.Mod: lambda left, right: left % right,
    ast.Pow: lambda left, right: left**right,
    ast.BitOr: lambda left, right: left | right,
    ast.BitAnd: lambda left, right: left & right,
}


def _timedelta(*arguments: Any, **keywords: Any) -> Any:
    from datetime import timedelta

    return timedelta(*arguments, **keywords)


def _duration(*arguments: Any, years: int = 0, months: int = 0, **keywords: Any) -> Any:
    return _timedelta(*arguments, **keywords, days=keywords.pop("days", 0) + 365 * years + 30 * months)


def _datetime(*arguments: Any, **keywords: Any) -> Any:
    from datetime import datetime

    return datetime(*arguments, **keywords)


def _date(*arguments: Any, **keywords: Any) -> Any:
    from datetime import date

    return date(*arguments, **keywords)


def _time(*arguments: Any, **keywords: Any) -> Any:
    from datetime import time

    return time(*arguments, **keywords)


def _fromisoformat(text: str) -> Any:
    from datetime import datetime

    return datetime.fromisoformat(text)


def _moment_utc(*arguments: Any, **keywords: Any) -> Any:
    return _datetime(*arguments, **{"tzinfo": _zone("UTC"), **keywords})


def _pendulum(*arguments: Any, tz: Any = "UTC", tzinfo: Any = None, **keywords: Any) -> Any:
    zone = tzinfo or tz
    return _datetime(*arguments, tzinfo=_zone(zone) if isinstance(zone, str) else zone, **keywords)


def _pendulum_today_free(*arguments: Any, **keywords: Any) -> Any:
    return _datetime(*arguments, **keywords)


def _zone(name: str) -> Any:
    """A time zone by name. UTC is real; others keep their name as `key` and no offset: the tables are not here."""
    from datetime import timezone, tzinfo

    if name.upper() in ("UTC", "ETC/UTC", "GMT", "Z"):
        return timezone.utc

    class Zone(tzinfo):
        key = name

        def utcoffset(self, moment: Any) -> None:
            return None

        def dst(self, moment: Any) -> None:
            return None

        def tzname(self, moment: Any) -> str:
            return name

    return Zone()


def _join(*parts: str) -> str:
    from posixpath import join

    return join(*parts)


def _product(*sequences: Any, repeat: int = 1) -> Any:
    from itertools import product

    size = 1
    for sequence in sequences:
        size *= len(sequence) ** min(repeat, 50)
    if size > MAX_LENGTH:
        raise ValueError("too many")
    return list(product(*sequences, repeat=repeat))


def _chain(*sequences: Any) -> Any:
    return [item for sequence in sequences for item in sequence]


def _dedent(text: str) -> str:
    from textwrap import dedent

    return dedent(text)


def _range(*arguments: int) -> range:
    return range(*arguments)


def _sorted(items: Any, reverse: bool = False) -> list[Any]:
    return sorted(items, reverse=reverse)


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "builtins.abs": abs,
    "builtins.all": all,
    "builtins.any": any,
    "builtins.bool": bool,
    "builtins.dict": dict,
    "builtins.enumerate": lambda items, start=0: list(enumerate(items, start)),
    "builtins.float": float,
    "builtins.frozenset": frozenset,
    "builtins.int": int,
    "builtins.len": len,
    "builtins.list": list,
    "builtins.max": max,
    "builtins.min": min,
    "builtins.range": _range,
    "builtins.reversed": lambda items: list(reversed(items)),
    "builtins.round": round,
    "builtins.set": set,
    "builtins.sorted": _sorted,
    "builtins.str": str,
    "builtins.sum": sum,
    "builtins.tuple": tuple,
    "builtins.zip": lambda *sequences: list(zip(*sequences, strict=False)),
    "datetime.date": _date,
    "datetime.datetime": _datetime,
    "datetime.datetime.fromisoformat": _fromisoformat,
    "datetime.time": _time,
    "datetime.timedelta": _timedelta,
    "dateutil.tz.gettz": _zone,
    "itertools.chain": _chain,
    "itertools.product": _product,
    "os.path.join": _join,
    "pendulum.DateTime": _pendulum_today_free,
    "pendulum.Duration": _duration,
    "pendulum.Timezone": _zone,
    "pendulum.datetime": _pendulum,
    "pendulum.duration": _duration,
    "pendulum.naive": _pendulum_today_free,
    "pendulum.timezone": _zone,
    "pendulum.tz.timezone": _zone,
    "pytz.timezone": _zone,
    "textwrap.dedent": _dedent,
    "typing.cast": lambda kind, value: value,
    "zoneinfo.ZoneInfo": _zone,
}
_PURE_METHODS = frozenset(
    (
        *("capitalize", "casefold", "endswith", "format", "isdigit", "isupper", "islower", "join", "ljust", "lower"),
        *("lstrip", "partition", "removeprefix", "removesuffix", "replace", "rjust", "rpartition", "rsplit", "rstrip"),
        *("split", "splitlines", "startswith", "strip", "swapcase", "title", "upper", "zfill"),
        *("copy", "count", "get", "index", "items", "keys", "values"),
    )
)


def _operate(node: ast.BinOp, left: Any, right: Any) -> Any:
    operator = type(node.op)
    if operator is ast.Mult:
        for one, other in ((left, right), (right, left)):
            if isinstance(other, int) and not isinstance(one, int) and _size(one) * other > MAX_LENGTH:
                raise Blocked("too much to work out", node)
    elif operator is ast.Mod and isinstance(left, (str, bytes)):
        _check_template(left, right if isinstance(right, tuple) else [right], node)
    elif operator is ast.Pow and not (isinstance(right, (int, float)) and abs(right) <= 100):
        raise Blocked("too much to work out", node)
    if operator not in _OPERATIONS:
        raise Blocked("not a constant", node)
    return _OPERATIONS[operator](left, right)


def _check_template(template: str | bytes, arguments: Sequence[Any], node: ast.AST) -> None:
    """Refuse templates that could fill the memory (`%9999999999d`, a width among the arguments) or look inside."""
    text = template if isinstance(template, str) else template.decode("latin-1")
    digits = 0
    for character in text:
        digits = digits + 1 if character in "0123456789" else 0
        if digits > 5:
            raise Blocked("too much to work out", node)
    size = max(map(_size, arguments), default=1) * (text.count("%") + text.count("{") + 1)
    wide = any(isinstance(argument, int) and abs(argument) > MAX_LENGTH for argument in arguments)
    if size > MAX_LENGTH or (wide and ("*" in text or ":" in text)) or ".__" in text:
        raise Blocked("too much to work out", node)


def _check_growth(owner: Any, method: str, arguments: list[Any], keywords: dict[str, Any], node: ast.AST) -> None:
    """Refuse methods that would make a huge text."""
    size = 1
    if method in ("ljust", "rjust", "zfill"):
        size = max((number for number in arguments if isinstance(number, int)), default=0)
    elif method == "format":
        _check_template(owner, (*arguments, *keywords.values()), node)
    elif method == "replace" and isinstance(owner, str) and len(arguments) > 1:
        size = _size(arguments[1]) * (owner.count(arguments[0]) + 1)
    elif method == "join" and arguments:
        size = _size(owner) * _size(arguments[0])
    if size > MAX_LENGTH:
        raise Blocked("too much to work out", node)


def _size(value: Any) -> int:
    """About how much memory and time a value costs: items of all levels and pieces of text; stops counting when big."""
    size = 0
    waiting = [value]
    while waiting and size <= MAX_LENGTH:
        item = waiting.pop()
        size += 1
        if isinstance(item, (str, bytes)):
            size += len(item) // 32
        elif isinstance(item, int):
            size += MAX_LENGTH if abs(item) > MAX_NUMBER else 0
        elif isinstance(item, dict):
            waiting += (*item, *item.values())
        elif isinstance(item, (list, tuple, set, frozenset)):
            if len(item) > MAX_LENGTH:
                return MAX_LENGTH + 1
            waiting += item
    return size


def _check_ranges(arguments: list[Any], node: ast.AST) -> None:
    """Refuse to go through a range that is only cheap as long as nobody does."""
    for argument in arguments:
        if isinstance(argument, range) and len(argument) > MAX_LENGTH:
            raise Blocked("too much to work out", node)


def _iterated(value: Any, node: ast.AST) -> list[Any]:
    if isinstance(value, range) and len(value) > MAX_LENGTH:
        raise Blocked("too much to work out", node)
    return list(value)


def _bound(target: ast.expr, item: Any) -> dict[str, Any]:
    """The names that a loop's target binds for one item."""
    if isinstance(target, ast.Name):
        return {target.id: item}
    if isinstance(target, (ast.Tuple, ast.List)):
        parts = list(item)
        if len(parts) == len(target.elts) and not any(isinstance(part, ast.Starred) for part in target.elts):
            found: dict[str, Any] = {}
            for part, value in zip(target.elts, parts, strict=True):
                found.update(_bound(part, value))
            return found
    raise Blocked("loop variable", target)
