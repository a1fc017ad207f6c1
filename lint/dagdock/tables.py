"""Facts as TOML files beside the code that uses them, read as fast as compiled code is."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any


def toml(text: str) -> dict[str, Any]:
    """A TOML text as a table. Raises ValueError where it is none."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    return tomllib.loads(text)


@cache
def load_data(package: str, name: str) -> dict[str, Any]:
    """The facts in `data/<name>.toml` of a package, read once; nobody may change what is returned. Dates are texts.

    Python's TOML reader takes longer than all else that a small run does, so what it read is kept in `__pycache__`,
    as Python keeps compiled modules: only where that can be written, and until the file changes.
    """
    return _load(package, name, "toml", lambda text: _plain(toml(text)))


@cache
def load_json(package: str, name: str) -> dict[str, Any]:
    """The same for `data/<name>.json`: tables too big for TOML, each read only when something in it is asked for.

    Empty where there is no such file.
    """

    def read(text: str) -> dict[str, Any]:
        import json

        found: dict[str, Any] = json.loads(text)
        return found

    try:
        return _load(package, name, "json", read)
    except FileNotFoundError:
        return {}


def _load(package: str, name: str, form: str, read: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    folder = os.path.join(import_module(package).__path__[0], "data")
    path = os.path.join(folder, f"{name}.{form}")
    status = os.stat(path)
    stamp = (status.st_mtime_ns, status.st_size)
    kept = os.path.join(folder, "__pycache__", f"{name}.{sys.implementation.cache_tag}.marshal")
    found = _read_kept(kept, stamp)
    if found is None:
        with open(path, encoding="utf-8") as file:
            found = read(file.read())
        if not sys.dont_write_bytecode:
            _keep(kept, stamp, found)
    return found


def _read_kept(path: str, stamp: tuple[int, int]) -> dict[str, Any] | None:
    import marshal

    try:
        with open(path, "rb") as file:
            of, table = marshal.loads(file.read())
    except (OSError, ValueError, EOFError, TypeError):
        return None
    return table if of == stamp else None


def _keep(path: str, stamp: tuple[int, int], table: dict[str, Any]) -> None:
    import marshal

    temporary = f"{path}.{os.getpid()}"
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(temporary, "wb") as file:
            file.write(marshal.dumps((stamp, table)))
        os.replace(temporary, path)
    except OSError:
        pass  # a folder that is not ours to write to: the next run reads the TOML again


def _plain(value: Any) -> Any:
    """Tables, lists, texts and numbers only."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value if isinstance(value, str | int | float) else str(value)
