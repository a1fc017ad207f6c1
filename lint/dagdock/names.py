"""Every way to name a rule: its code, a prefix of codes, its name, a tag, a peer's code, or `ALL`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from dagdock.hooks import Rules
from dagdock.peers import is_foreign
from dagdock.rule import FAMILIES, KINDS, Kind, Rule

ALL = "ALL"

# How closely a name means one rule; the closest decides where several speak about it. A prefix adds its length; a
# peer's code comes last because it may mean only some of a rule's findings.
_EVERY, _TAG, _PREFIX, _EXACT, _PEER = 1, 2, 10, 80, 90


def closeness(name: str, rule: Rule, aliases: Sequence[str] | None = None) -> int:
    """How closely a name means a rule, 0 where it does not.

    With `aliases`, the peers' codes of one finding: a peer's code means a finding that carries it, not the whole rule.
    """
    upper = name.upper()
    if upper == rule.code or name.lower() == rule.name:
        return _EXACT
    given = rule.aliases if aliases is None else tuple(aliases)
    if name.lower() in _forms(given) or (aliases is None and _stands_for(name, given)):
        return _TAG if name.endswith(":*") else _PEER
    if len(name) > 1 and upper.isalnum() and rule.code.startswith(upper):
        return _PREFIX + len(name)
    if name in rule.tags:
        return _TAG
    return _EVERY if upper == ALL else 0


def means_whole(name: str, rule: Rule) -> bool:
    """Whether a name means all that a rule may find, so that the rule need not run where it is ignored."""
    return closeness(name, rule, ()) > 0


@cache
def _forms(aliases: tuple[str, ...]) -> frozenset[str]:
    """The ways to write peers' codes: `hadolint:dl3008`, `dl3008`, and `hadolint:*` for all of a tool."""
    forms: set[str] = set()
    for alias in aliases:
        tool, _, code = alias.lower().rpartition(":")
        forms |= {alias.lower(), code, f"{tool}:*"}
    return frozenset(forms)


def _stands_for(name: str, aliases: tuple[str, ...]) -> bool:
    """Whether aliases stand for all codes of a family (`shellcheck:SC*`), and a name is one of those."""
    for alias in aliases:
        if alias.endswith("*"):
            tool, _, family = alias[:-1].rpartition(":")
            code = name.upper().removeprefix(f"{tool.upper()}:")
            if code.startswith(family) and code[len(family) :].isdigit():
                return True
    return False


class Vocabulary:
    """The names that the installed rules go by."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules

    def of_kind(self, kind: Kind) -> list[Rule]:
        return self._rules.of_kind(kind)

    def plugins(self) -> dict[str, str]:
        return self._rules.plugins()

    def find(self, name: str, kinds: Sequence[Kind] = KINDS) -> list[Rule]:
        """The rules that a name means, among the kinds given."""
        return [rule for kind in kinds for rule in self._rules.of_kind(kind) if closeness(name, rule)]

    def fault(self, name: str, kinds: Sequence[Kind] = KINDS, *, foreign: bool) -> str | None:
        """What is wrong with a name, with the nearest right one; None where it means a rule.

        `kinds` are those at hand: rules of other kinds are looked through only where a name is none of theirs, for
        that costs loading, and a code of another kind's family is taken on trust. `foreign` lets pass what only a
        peer can know.
        """
        family = FAMILIES.get(name.upper().rstrip("0123456789"))
        if name.upper() == ALL or self.find(name, kinds) or (family and family not in kinds):
            return None
        if is_foreign(name) and not family and foreign:
            return None
        if self.find(name):
            return None
        if is_foreign(name) and not family:
            return f"dagdock has no rule for `{name}`"
        nearest = self.nearest(name)
        return f"no rule is called `{name}`" + (f"; did you mean `{nearest}`?" if nearest else "")

    def nearest(self, name: str) -> str | None:
        """The code or name of a rule that is most like a name that nothing has."""
        from dagdock.spelling import nearest

        rules = self._rules.all()
        known = {word for rule in rules for word in (rule.code, rule.name, *rule.tags)}
        known |= {alias.rpartition(":")[2] for rule in rules for alias in rule.aliases}
        return nearest(name, known)
