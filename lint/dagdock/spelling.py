"""The name that was probably meant: one idea of nearness for every "did you mean"."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(name: str, names: Iterable[str]) -> str | None:
    """The one of `names` that `name` is a slip of: at most one or two letters added, lost, changed or swapped.

    None where nothing is that close, or two are equally close and choosing would be a guess. Case is ignored. Short
    names (under five letters) allow one slip, longer ones two.
    """
    allowed = 1 if len(name) < 5 else 2
    lower = name.lower()
    best: list[str] = []
    for candidate in sorted(set(names)):
        slips = _slips(lower, candidate.lower(), allowed)
        if slips < allowed:
            allowed, best = slips, [candidate]
        elif slips == allowed:
            best.append(candidate)
    return best[0] if len(best) == 1 else None


def _slips(one: str, other: str, limit: int) -> int:
    """How many single-letter slips lie between two words (optimal string alignment), at most `limit + 1`."""
    if abs(len(one) - len(other)) > limit:
        return limit + 1
    before_last: list[int] = []
    last = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        row = [i]
        for j, against in enumerate(other, start=1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (letter != against))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == against:
                cost = min(cost, before_last[j - 2] + 1)
            row.append(cost)
        if min(row) > limit:
            return limit + 1
        before_last, last = last, row
    return min(last[-1], limit + 1)
