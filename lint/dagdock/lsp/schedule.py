"""When a file is judged: at once where it has changed, and the others that it may concern when it is quiet."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from time import perf_counter

# How long nothing must have changed before the other files are looked at.
QUIET = 0.3
# What part of the time that a file last took is waited for further changes, and how long at most.
_PATIENCE, _LONGEST = 0.2, 0.3
# Files that are judged quicker than that are not waited for.
_QUICK = 0.1


class Schedule:
    """Judges one file at a time: the last that changed first. What changes while it is judged is judged again."""

    def __init__(self, judge: Callable[[str, bool], Awaitable[None]], when_done: Callable[[], Awaitable[None]]) -> None:
        """`judge` is told whether it is quiet; `when_done` is called when it is and nothing is left to be judged."""
        self._judge = judge
        self._when_done = when_done
        self._now: dict[str, None] = {}
        self._later: dict[str, None] = {}
        self._due = False
        self._took: dict[str, float] = {}
        self._last_change = 0.0
        self._wake = asyncio.Event()
        self._task = asyncio.ensure_future(self._run())

    def at_once(self, key: str) -> None:
        """A file has changed."""
        self._now.pop(key, None)
        self._now[key] = None
        self._later.pop(key, None)
        self._changed()

    def when_quiet(self, keys: Iterable[str]) -> None:
        """Files whose findings may be others now."""
        self._later.update(dict.fromkeys(key for key in keys if key not in self._now))
        self._due = True
        self._changed()

    def forget(self, key: str) -> None:
        for known in (self._now, self._later, self._took):
            known.pop(key, None)

    def _changed(self) -> None:
        self._last_change = perf_counter()
        self._wake.set()

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            if self._now:
                key = next(reversed(self._now))
                if await self._interrupted(self._pause(key)):
                    continue
                self._now.pop(key, None)
                await self._timed(key, False)
            elif self._due:
                if await self._interrupted(self._last_change + QUIET - perf_counter()):
                    continue
                if self._later:
                    key = next(iter(self._later))
                    del self._later[key]
                    await self._timed(key, True)
                else:
                    self._due = False
                    await self._when_done()
            else:
                await self._wake.wait()

    def _pause(self, key: str) -> float:
        took = self._took.get(key, 0.0)
        return 0.0 if took < _QUICK else min(took * _PATIENCE, _LONGEST)

    async def _interrupted(self, seconds: float) -> bool:
        """Wait; whether something changed meanwhile."""
        if seconds <= 0:
            return False
        try:
            await asyncio.wait_for(self._wake.wait(), seconds)
        except asyncio.TimeoutError:
            return False
        return True

    async def _timed(self, key: str, quiet: bool) -> None:
        begin = perf_counter()
        await self._judge(key, quiet)
        if not quiet:
            self._took[key] = perf_counter() - begin
