"""What a Compose file may look like: `data/shape.toml` as types that nodes can be held against."""

from __future__ import annotations

from functools import cache
from typing import Any, Literal

from dagdock.tables import load_data

_SCALARS = frozenset(("text", "int", "number", "bool", "null"))
_FORMATS = frozenset(("int-text", "number-text", "bool-text", "duration", "size", "address", "entry", "words"))
Names = Literal["any", "strict", "loose"]


class Type:
    """What may stand at a place: one or several ways."""

    __slots__ = (
        "anything",
        "choices",
        "forms",
        "items",
        "names",
        "range",
        "required",
        "scalars",
        "table",
        "unique",
        "values",
    )

    def __init__(self) -> None:
        self.anything = False
        self.required = False  # whether the key must be there
        self.scalars: set[str] = set()
        self.choices: list[str] = []
        self.forms: list[str] = []  # formats, and the names of `forms`
        self.range: tuple[int, int | None] | None = None
        self.items: Type | None = None
        self.unique = False
        self.names: Names | None = None
        self.values: Type | None = None
        self.table: Table | None = None

    @property
    def takes_text(self) -> bool:
        """Whether some text is right."""
        return "text" in self.scalars or bool(self.choices) or bool(self.forms)

    @property
    def takes_mapping(self) -> bool:
        return self.table is not None or self.values is not None


class Table:
    """A mapping with known keys; `keys` holds what each takes as it is described, `type_of` as a type."""

    __slots__ = ("_types", "closed", "keys", "name", "newer", "open", "required")

    def __init__(self, name: str) -> None:
        data = _data()
        self.name = name
        self.keys: dict[str, str] = data["tables"][name]
        self.newer: list[str] = data["newer"].get(name, [])
        self.closed = name in data["closed"]
        self.open = name in data["open"]
        self._types: dict[str, Type] = {}
        self.required = [key for key, text in self.keys.items() if text.startswith("required ")]

    def type_of(self, key: str) -> Type:
        found = self._types.get(key)
        if found is None:
            found = self._types[key] = type_of(self.keys[key])
        return found


@cache
def table(name: str) -> Table:
    return Table(name)


@cache
def type_of(text: str) -> Type:
    """The type that an expression of the description means."""
    found = Type()
    _fill(found, text)
    return found


def form(name: str) -> dict[str, Any]:
    """How a form is written (`is`, a regular expression) and what it is in words (`says`)."""
    found: dict[str, Any] = _data()["forms"][name]
    return found


def _data() -> dict[str, Any]:
    return load_data("dagdock.compose", "shape")


def _fill(found: Type, text: str) -> None:
    if text.startswith("required "):
        found.required, text = True, text[9:]
    for way in _ways(text):
        _add(found, way)


def _add(found: Type, way: str) -> None:
    data = _data()
    word, _, bounds = way.partition(" ")
    if way == "any":
        found.anything = True
    elif word in _SCALARS:
        found.scalars.add(word)
        if bounds:
            low, high = bounds.split("..")
            found.range = (int(low), int(high) if high else None)
    elif way in _FORMATS:
        found.forms.append(way)
    elif way[0] == "'":
        found.choices.append(way[1:-1])
    elif way[0] == "/":
        found.forms.append(way[1:-1])
    elif way[0] == "[":
        found.unique = way.endswith("!")
        found.items = type_of(way.rstrip("!")[1:-1])
    elif way[0] == "{":
        inside = way[1:-1]
        for sign, names in (("name: ", "strict"), ("name?: ", "loose"), ("", "any")):
            if inside.startswith(sign):
                found.names = names  # type: ignore[assignment]
                found.values = type_of(inside[len(sign) :])
                break
    elif way in data["types"]:
        _fill(found, data["types"][way])
    else:
        found.table = table(way)


def _ways(text: str) -> list[str]:
    """The ways between the `|` that stand in no bracket."""
    found, depth, start = [], 0, 0
    for place, sign in enumerate(text):
        depth += (sign in "[{") - (sign in "]}")
        if sign == "|" and depth == 0:
            found.append(text[start:place].strip())
            start = place + 1
    return [*found, text[start:].strip()]
