"""The one thread that judges, so that the one that talks to the editor is always free to listen."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Thread
from time import perf_counter
from typing import Any, ParamSpec, TypeVar

Given = TypeVar("Given")
P = ParamSpec("P")


# Garbage is looked for after so long without work, in seconds; after some jobs a breath is enough, in which the last
# result gets on its way; and after too many nothing is waited for.
_IDLE, _BREATH = 0.5, 0.003
# Behind every job where looking takes no longer than between two letters that are typed (that of sixteen jobs at once
# takes 200 ms); less often where many files are open.
_QUICK, _FEW, _MANY, _TOO_MANY = 0.08, 1, 16, 32


class Worker:
    """Does one thing after the other. Its thread is no reason for the process to stay.

    Documents are full of rings, and looking for garbage in the middle of a judgement takes as long as the judgement:
    once `tidy` was called that happens behind a job, when its result is on its way.
    """

    def __init__(self) -> None:
        self._jobs: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._tidy = False
        Thread(target=self._work, name="dagdock", daemon=True).start()

    async def run(self, function: Callable[P, Given], *args: P.args, **kwargs: P.kwargs) -> Given:
        """Have something done, and wait for it; what is cancelled before its turn comes is not begun."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Given] = loop.create_future()

        def job() -> None:
            if future.cancelled():
                return
            try:
                _tell(loop, future, future.set_result, function(*args, **kwargs))
            except BaseException as problem:  # whatever it is, it is for the one who waits
                _tell(loop, future, future.set_exception, problem)

        self._jobs.put(job)
        return await future

    def tidy(self) -> None:
        """From now on look for garbage between jobs; what is there already stays for good."""
        gc.disable()
        gc.collect()
        gc.freeze()
        self._tidy = True

    def _work(self) -> None:
        done, slow = 0, 0
        while True:
            # Once too slow may be somebody else's doing; after a long round one short one shows how it is now.
            enough = _MANY if slow > 1 else _FEW
            try:
                self._jobs.get(timeout=(_BREATH if done >= enough else _IDLE) if done else None)()
                done += 1
                if done < _TOO_MANY:
                    continue
            except Empty:
                pass
            if self._tidy:
                begin = perf_counter()
                gc.collect()
                if done >= _MANY:
                    slow = min(slow, 1)
                elif perf_counter() - begin > _QUICK:
                    slow += 1
                else:
                    slow = 0
            done = 0


def _tell(
    loop: asyncio.AbstractEventLoop, future: asyncio.Future[Any], how: Callable[[Any], None], what: object
) -> None:
    def tell() -> None:
        if not future.done():
            how(what)

    with suppress(RuntimeError):  # the loop is closed: nobody waits any more
        loop.call_soon_threadsafe(tell)
