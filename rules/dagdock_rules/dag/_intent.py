"""What a file is there for, by its name and by what it leaves open."""

from __future__ import annotations

import builtins
import re
from functools import cache

from dagdock.api import DagModule


def is_for_show(path: str) -> bool:
    """Whether a file shows how something is done, by its name or that of a folder."""
    return bool(_show().search(path.lower()))


def is_template(module: DagModule) -> bool:
    """Whether something else makes the file that Airflow reads: by its name, or by names that nothing in it defines."""
    if any("template" in part for part in module.source.path.lower().split("/")[-2:]):  # not of the repository
        return True
    names = module.names
    return not names.star_imports and any(
        not names.bindings(name, load) and module.runs_at(load) == "parse"
        for name, loads in names.loads.items()
        if name not in _known()
        for load in loads[:1]
    )


@cache
def _known() -> frozenset[str]:
    """Names that every file has."""
    return frozenset([*dir(builtins), "__file__", "__path__"])


@cache
def _show() -> re.Pattern[str]:
    return re.compile(r"(?:^|[/_-])(?:example|toy|tutorial|demo|sample|playground|study)s?(?:[_-]|/|[_-][^/]*/)")
