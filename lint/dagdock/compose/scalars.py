"""What Compose takes a plain scalar for. Its loader follows neither YAML 1.1 nor 1.2.

`22:22` and `yes` stay text, `012` is 10, `1_000` is 1000, `1.10` is 1.1 (as measured on docker compose 2.40).
"""

from __future__ import annotations

import re
from functools import cache
from typing import Literal

ScalarType = Literal["null", "bool", "int", "float", "date", "text"]

_NULL = frozenset(("", "~", "null", "Null", "NULL"))
_BOOL = frozenset(("true", "True", "TRUE", "false", "False", "FALSE"))
_FLOAT = {
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), "+Inf"),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), "-Inf"),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), "NaN"),
}
_TRUE = frozenset(("true", "y", "yes", "on"))
_FALSE = frozenset(("false", "n", "no", "off"))


def resolve(text: str) -> tuple[ScalarType, str]:
    """The type of a plain scalar, and its text as Compose hands it on (`012` as `10`)."""
    if text in _NULL:
        return "null", ""
    if text in _BOOL:
        return "bool", text.lower()
    if text[0] not in "+-.0123456789":
        return "text", text
    if text in _FLOAT:
        return "float", _FLOAT[text]
    if _date().match(text):
        return "date", text
    digits = text.replace("_", "")
    if (integer := _integer(digits)) is not None:
        return "int", str(integer)
    if _float().fullmatch(digits):
        number = float(digits)
        if number not in (float("inf"), float("-inf")):
            return "float", format_float(number)
    return "text", text


def boolean(text: str) -> bool | None:
    """What a boolean field makes of a text: `yes` and `on` count there, with a warning."""
    lower = text.lower()
    return True if lower in _TRUE else False if lower in _FALSE else None


def format_float(number: float) -> str:
    """A number as Go's `%g` writes it: shortest, with an exponent from a million on."""
    # The digits are Python's, the shortest that give this very number back; formatting would round ties another way.
    written, _, power = repr(abs(number)).partition("e")
    whole, _, rest = written.partition(".")
    digits = (whole + rest).strip("0") or "0"
    if whole != "0":
        exponent = int(power or 0) + len(whole) - 1
    else:
        exponent = -(len(rest) - len(rest.lstrip("0")) + 1) if digits != "0" else 0
    sign = "-" if number < 0 else ""
    if exponent < -4 or exponent >= 6:
        return f"{sign}{digits[0]}{'.' if digits[1:] else ''}{digits[1:]}e{exponent:+03d}"
    if exponent < 0:
        return f"{sign}0.{'0' * (-exponent - 1)}{digits}"
    whole, rest = digits[: exponent + 1].ljust(exponent + 1, "0"), digits[exponent + 1 :]
    return f"{sign}{whole}.{rest}" if rest else f"{sign}{whole}"


def _integer(digits: str) -> int | None:
    match = _int().fullmatch(digits)
    if match is None or len(digits) > 100:  # Python refuses to read numbers of thousands of digits
        return None
    base = {"x": 16, "b": 2, "o": 8, "decimal": 10}[(match.lastgroup or "decimal")]
    value = int(match[1] + match[match.lastgroup or "decimal"], base)
    return value if -(2**63) <= value < 2**64 else None


@cache
def _int() -> re.Pattern[str]:
    return re.compile(
        r"([-+]?)(?:0[xX](?P<x>[0-9a-fA-F]+)|0[bB](?P<b>[01]+)|0[oO]?(?P<o>[0-7]+)|(?P<decimal>[1-9]\d*|0))", re.A
    )


@cache
def _float() -> re.Pattern[str]:
    return re.compile(r"[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?", re.A)


@cache
def _date() -> re.Pattern[str]:
    return re.compile(r"\d{4}-\d{1,2}-\d{1,2}([Tt ]\d{1,2}:\d{1,2}:\d{1,2}(\.\d*)?(Z|[-+]\d{1,2}:?\d{0,2})?)?\Z", re.A)
