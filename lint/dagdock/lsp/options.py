"""What a client sets for the server: `initializationOptions`, or the section `dagdock` of its configuration."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, NamedTuple

LogLevel = Literal["error", "warning", "info", "debug"]
LEVELS: tuple[LogLevel, ...] = ("error", "warning", "info", "debug")


class Options(NamedTuple):
    """The settings of an editor; what a project says in its own configuration comes below them."""

    enable: bool = True
    select: tuple[str, ...] | None = None
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    config: str | None = None
    """The only configuration file to read."""
    isolated: bool = False
    airflow_version: str | None = None
    fix_all: bool = True
    """Whether `source.fixAll.dagdock` is offered; it never holds a fix that may change the meaning."""
    unsafe_fixes: bool = True
    """Whether fixes that may change the meaning are offered, one by one."""
    log_level: LogLevel = "warning"


def read(value: object) -> tuple[Options, list[str]]:
    """The settings in a client's JSON, and what is wrong with it in words for the user; the rest still holds."""
    if not isinstance(value, dict):
        return Options(), [] if value is None else ["the settings `dagdock` must be an object"]
    table: dict[str, Any] = value
    for wrapper in ("settings", "dagdock"):
        if isinstance(table.get(wrapper), dict):
            table = table[wrapper]
    given: dict[str, Any] = {}
    faults: list[str] = []
    for key, (field, fits, expected) in _KEYS.items():
        said = table.get(key)
        if said is None or said == "":
            continue
        if fits(said):
            given[field] = tuple(said) if isinstance(said, list) else said
        else:
            faults.append(f"the setting `dagdock.{key}` must be {expected}")
    return Options(**given), faults


def _flag(value: object) -> bool:
    return isinstance(value, bool)


def _text(value: object) -> bool:
    return isinstance(value, str)


def _texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _version(value: object) -> bool:
    from dagdock.project import AirflowVersion

    return isinstance(value, str) and AirflowVersion.parse(value) is not None


_RULES = 'a list of texts, such as ["DF", "DL3008"]'
_KEYS: dict[str, tuple[str, Callable[[object], bool], str]] = {
    "enable": ("enable", _flag, "true or false"),
    "select": ("select", _texts, _RULES),
    "extendSelect": ("extend_select", _texts, _RULES),
    "ignore": ("ignore", _texts, _RULES),
    "config": ("config", _text, "the path of a file"),
    "isolated": ("isolated", _flag, "true or false"),
    "airflowVersion": ("airflow_version", _version, 'a version, such as "2.10"'),
    "fixAll": ("fix_all", _flag, "true or false"),
    "unsafeFixes": ("unsafe_fixes", _flag, "true or false"),
    "logLevel": ("log_level", LEVELS.__contains__, f"one of {', '.join(LEVELS)}"),
}
