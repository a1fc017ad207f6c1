"""What Acme expects of its Dockerfiles and DAGs, as dagdock rules."""

from __future__ import annotations

import sys

from dagdock.api import Kind, Rule, hookimpl, rules_in

__version__ = "1.2.0"


@hookimpl
def dagdock_rules(kind: Kind) -> list[Rule]:
    return rules_in(sys.modules[__name__], [kind])
