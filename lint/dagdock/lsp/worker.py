"""The one thread that judges, so that the one that talks to the editor is always free to listen."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, ParamSpec, TypeVar

Given = TypeVar("Given")
P = ParamSpec("P")


# Garbage is looked for after so long without work, in seconds; after so many jobs a breath is enough, in which the last
# result gets on its way; and after so many more nothing is waited for.
_IDLE = 0.5
_MANY, _BREATH = 16, 0.01
_TOO_MANY = 32


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
        done = 0
        while True:
            try:
                self._jobs.get(timeout=(_BREATH if done >= _MANY else _IDLE) if done else None)()
                done += 1
            except Empty:
                done = _TOO_MANY
            if done >= _TOO_MANY:
                if self._tidy:
                    gc.collect()
                done = 0


def _tell(
    loop: asyncio.AbstractEventLoop, future: asyncio.Future[Any], how: Callable[[Any], None], what: object
) -> None:
    def tell() -> None:
        if not future.done():
            how(what)

    with suppress(RuntimeError):  # the loop is closed: nobody waits any more
        loop.call_soon_threadsafe(tell)
