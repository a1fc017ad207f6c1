"""The page about other linters' codes: each has a rule or a reason, never both and never neither."""

from __future__ import annotations

from typing import Any

import pytest

from dagdock import coverage
from dagdock.hooks import Rules

RULES = Rules(third_party=False).all()


def about(**more: Any) -> dict[str, Any]:
    tool = {"title": "hadolint 2", "date": "2026-08", "source": "its README", "codes": "DL3020 DL9999", **more}
    return {"hadolint": tool}


def test_a_page() -> None:
    made = coverage.page(RULES, about(**{"not": {"DL9999": "its parser's errors"}, "but": {"DL3020": "not archives"}}))
    assert "1 of 2 codes have a rule. Codes as of 2026-08, from its README." in made
    assert "| DL3020 | [DF501 add-instead-of-copy](rules/dockerfile/add-instead-of-copy.md); not archives |" in made
    assert "| DL9999 | none: its parser's errors |" in made


@pytest.mark.parametrize("reasons", [{}, {"DL9999": "its parser's errors", "DL3020": "too loud"}])
def test_neither_and_both_are_faults(reasons: dict[str, str]) -> None:
    with pytest.raises(LookupError):
        coverage.page(RULES, about(**{"not": reasons}))
