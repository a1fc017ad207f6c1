"""Stretches of a text, each within or beside the others: which of them hold a place, without a look at all of them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator

Stretch = tuple[int, int]


class Stretches:
    """Stretches (start and end, both inclusive) in the order of their starts, the longer first.

    Where two overlap and neither holds the other, every question looks at all; nothing in a language nests so.
    """

    __slots__ = ("_around", "_nested", "all")

    def __init__(self, stretches: Iterable[Stretch]) -> None:
        self.all = sorted(set(stretches), key=lambda stretch: (stretch[0], -stretch[1]))
        self._nested = True
        self._around: list[int] = []
        """For each the place of the nearest that holds it, -1 where there is none."""
        open_: list[int] = []
        for place, (start, end) in enumerate(self.all):
            while open_ and self.all[open_[-1]][1] <= start and self.all[open_[-1]][1] < end:
                open_.pop()
            self._nested = self._nested and (not open_ or end <= self.all[open_[-1]][1])
            self._around.append(open_[-1] if open_ else -1)
            open_.append(place)

    def first_from(self, offset: int) -> int:
        """The place in `all` of the first that begins at an offset or behind it."""
        return bisect_left(self.all, offset, key=_start)

    def holding(self, offset: int) -> Iterator[Stretch]:
        """Those that hold an offset, their ends included."""
        after = self.first_from(offset)
        while after < len(self.all) and self.all[after][0] == offset:
            yield self.all[after]
            after += 1
        if not self._nested:
            yield from (stretch for stretch in self.all if stretch[0] < offset <= stretch[1])
            return
        place = self.first_from(offset) - 1
        while place >= 0:
            if self.all[place][1] >= offset:
                yield self.all[place]
            place = self._around[place]


def _start(stretch: Stretch) -> int:
    return stretch[0]
