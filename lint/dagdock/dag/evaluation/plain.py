"""Functions of Python's standard library that are called as they are, with plain values alone."""

from __future__ import annotations

import math
import posixpath
from collections.abc import Callable
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Any

from dagdock.dag.evaluation.values import Value

# Functions that are called as they are when all arguments are plain values.
_PLAIN: dict[str, Callable[..., Any]] = {
    "abs": abs,
    "ascii": ascii,
    "bin": bin,
    "bool": bool,
    "chr": chr,
    "complex": complex,
    "divmod": divmod,
    "float": float,
    "hash": lambda value: hash(value) if isinstance(value, int) else NotImplemented,
    "hex": hex,
    "max": max,
    "min": min,
    "oct": oct,
    "ord": ord,
    "round": round,
    "slice": slice,
    "sum": sum,
    "math.ceil": math.ceil,
    "math.floor": math.floor,
    "math.sqrt": math.sqrt,
    "math.log": math.log,
    "math.log2": math.log2,
    "math.log10": math.log10,
    "os.path.basename": posixpath.basename,
    "os.path.commonprefix": posixpath.commonprefix,
    "os.path.dirname": posixpath.dirname,
    "os.path.abspath": posixpath.normpath,
    "os.path.realpath": posixpath.normpath,
    "os.path.normpath": posixpath.normpath,
    "os.path.join": posixpath.join,
    "os.path.split": posixpath.split,
    "os.path.splitext": posixpath.splitext,
    "os.path.isabs": posixpath.isabs,
    "os.fspath": str,
    "os.path.relpath": lambda path, start=".": NotImplemented,
    "pathlib.Path": PurePosixPath,
    "pathlib.PurePath": PurePosixPath,
    "pathlib.PurePosixPath": PurePosixPath,
    "pathlib.PosixPath": PurePosixPath,
}


_URLS = frozenset(
    f"urllib.parse.{name}"
    for name in ("urlparse", "urlsplit", "urljoin", "quote", "quote_plus", "unquote", "urlencode")
)


@lru_cache(maxsize=4096)
def plain_function(path: str) -> Callable[..., Any] | None:
    """Python's own function of that name, where it is safe with any plain values."""
    found = _PLAIN.get(path.removeprefix("builtins."))
    if found is not None:
        return found
    if path.startswith("datetime."):
        import datetime

        dates: dict[str, Callable[..., Any]] = {
            "datetime.datetime": datetime.datetime,
            "datetime.date": datetime.date,
            "datetime.time": datetime.time,
            "datetime.timedelta": datetime.timedelta,
            "datetime.timezone": datetime.timezone,
            "datetime.datetime.strptime": datetime.datetime.strptime,
            "datetime.datetime.fromisoformat": datetime.datetime.fromisoformat,
            "datetime.datetime.fromtimestamp": lambda stamp, tz=None: NotImplemented,
            "datetime.datetime.combine": datetime.datetime.combine,
            "datetime.date.fromisoformat": datetime.date.fromisoformat,
        }
        return dates.get(path)
    if path in ("pendulum.datetime", "pendulum.duration", "pendulum.timezone"):
        makers: dict[str, Callable[..., Any]] = {
            "datetime": _pendulum_datetime,
            "duration": _duration,
            "timezone": _timezone,
        }
        return makers[path.rpartition(".")[2]]
    if path in ("json.loads", "json.dumps"):
        import json

        return json.loads if path == "json.loads" else json.dumps
    if path in _URLS:
        from urllib import parse

        function: Callable[..., Any] = getattr(parse, path.rpartition(".")[2])
        return function
    if path in ("textwrap.dedent", "textwrap.indent"):
        import textwrap

        return textwrap.dedent if path == "textwrap.dedent" else textwrap.indent
    if path in ("yaml.safe_load", "yaml.full_load", "yaml.load"):
        return _yaml
    if path in ("re.sub", "re.match", "re.search", "re.split", "re.findall"):
        return _regex(path)
    return None


def _pendulum_datetime(
    year: int,
    month: int,
    day: int,
    hour: int = 0,
    minute: int = 0,
    second: int = 0,
    microsecond: int = 0,
    tz: Any = "UTC",
    **_: Any,
) -> Any:
    from datetime import datetime

    zone = _timezone(tz) if isinstance(tz, str) else tz
    return datetime(year, month, day, hour, minute, second, microsecond, zone)


def _duration(years: int = 0, months: int = 0, **parts: Any) -> Any:
    from datetime import timedelta

    return timedelta(days=parts.pop("days", 0) + years * 365 + months * 30, **parts)


def _timezone(name: Any) -> Any:
    from datetime import timedelta, timezone

    if isinstance(name, int):
        return timezone(timedelta(hours=name))
    if name in ("UTC", "utc", "Etc/UTC"):
        return timezone.utc
    return _named_zone(str(name))


def _named_zone(name: str) -> Any:
    """A time zone that is known by its name alone."""
    from datetime import timedelta, tzinfo

    class Zone(tzinfo):
        key = name

        def utcoffset(self, _: Any) -> timedelta | None:
            return None

        def dst(self, _: Any) -> timedelta | None:
            return None

        def tzname(self, _: Any) -> str:
            return name

    return Zone()


def _yaml(text: str, Loader: Any = None) -> Any:
    if not isinstance(text, (str, bytes)) or len(text) > 300_000:
        return NotImplemented
    import yaml

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return yaml.load(text, loader)
    except yaml.YAMLError as problem:
        raise ValueError(str(problem)) from None


def _regex(path: str) -> Callable[..., Any]:
    name = path.rpartition(".")[2]

    def run(pattern: str, *args: Any, **kwargs: Any) -> Any:
        import re

        texts = [arg for arg in args if isinstance(arg, str)]
        # Only what cannot run away: few repetitions, on short texts.
        repeats = sum(pattern.count(char) for char in "*+{")
        if repeats > 2 or ")*" in pattern or ")+" in pattern or ")?" in pattern or "){" in pattern or "\\1" in pattern:
            return NotImplemented
        if any(len(text) > 300 for text in texts):
            return NotImplemented
        found = getattr(re, name)(pattern, *args, **kwargs)
        return found if name in ("sub", "split", "findall") or found is None else NotImplemented

    return run


# Attributes of modules that are plain values.
CONSTANTS: dict[str, Value] = {
    "os.sep": "/",
    "os.linesep": "\n",
    "os.curdir": ".",
    "os.pardir": "..",
    "math.pi": math.pi,
    "string.ascii_lowercase": "abcdefghijklmnopqrstuvwxyz",
    "string.ascii_uppercase": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "string.digits": "0123456789",
    "typing.TYPE_CHECKING": False,
}
