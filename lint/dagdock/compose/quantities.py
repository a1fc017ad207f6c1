"""Durations, sizes, numbers and truth values as Compose reads them from text."""

from __future__ import annotations

import re
from functools import cache

from dagdock.compose import scalars

_BINARY = {"": 0, "b": 0, "k": 10, "m": 20, "g": 30, "t": 40, "p": 50}
_MOST = 2**63 - 1


def duration(text: str) -> float | None:
    """The seconds that `1m30s` means; None for what Compose refuses."""
    if text in ("0", "+0", "-0"):
        return 0.0
    if not _duration().fullmatch(text):
        return None
    sign = -1 if text.startswith("-") else 1
    return sign * sum(float(number) * _SECONDS[unit] for number, unit in _part().findall(text))


def size(text: str) -> int | None:
    """The bytes that `512m` means, in steps of 1024; None for what Compose refuses."""
    match = _size().fullmatch(text)
    if match is None:
        return None
    return int(float(match[1]) * (1 << _BINARY[match[2].lower()[:1]]))


def is_integer(text: str) -> bool:
    return bool(_integer().fullmatch(text)) and len(text) < 21 and -_MOST - 1 <= int(text) <= _MOST


def is_number(text: str) -> bool:
    return bool(_number().fullmatch(text))


def is_boolean(text: str) -> bool:
    return scalars.boolean(text) is not None


_SECONDS = {
    "ns": 1e-9,
    "us": 1e-6,
    "µs": 1e-6,
    "μs": 1e-6,
    "ms": 1e-3,
    "s": 1.0,
    "m": 60.0,
    "h": 3600.0,
    "d": 86400.0,
    "w": 604800.0,
}


@cache
def _part() -> re.Pattern[str]:
    return re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h|d|w)", re.A)


@cache
def _duration() -> re.Pattern[str]:
    return re.compile(rf"[-+]?(?:{_part().pattern})+", re.A)


@cache
def _size() -> re.Pattern[str]:
    return re.compile(r"\+?((?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?) ?(b|[kmgtp](?:i?b)?|)", re.A | re.I)


@cache
def _integer() -> re.Pattern[str]:
    return re.compile(r"[-+]?\d+", re.A)


@cache
def _number() -> re.Pattern[str]:
    return re.compile(r"[-+]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|inf(?:inity)?|nan)", re.A | re.I)
