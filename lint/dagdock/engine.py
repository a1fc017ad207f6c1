"""The story of one run: gather, parse, link, check, sort out."""

from __future__ import annotations

from dagdock.result import Failure, Result, Silenced

__all__ = ["Failure", "Result", "Silenced"]
