"""Marked cases of rules as parameters of a test."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest


def each(cases: Mapping[str, Mapping[str, Any]]) -> list[Any]:
    """The cases, each as a code and its files; its code and its name make the name of the test."""
    return [
        pytest.param(code, files, id=f"{code} {name}") for code, named in cases.items() for name, files in named.items()
    ]
