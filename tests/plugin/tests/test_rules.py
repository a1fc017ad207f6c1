"""The examples in the rules are their tests."""

from __future__ import annotations

import dagdock_acme
import pytest

from dagdock.api import Rule, rules_in
from dagdock.testing import check_examples


@pytest.mark.parametrize("rule", rules_in(dagdock_acme, ["dockerfile", "dag"]), ids=lambda rule: rule.name)
def test_examples(rule: Rule) -> None:
    check_examples(rule)
