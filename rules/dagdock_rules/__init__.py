"""dagdock's built-in rules: an ordinary plugin, one rule a file, sorted into a folder for each kind."""

from __future__ import annotations

import sys

from dagdock.api import Kind, Rule, hookimpl, rules_in


@hookimpl
def dagdock_rules(kind: Kind) -> list[Rule]:
    return rules_in(sys.modules[__name__], [kind])
