"""The thread that judges."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

pytest.importorskip("pytest_asyncio")

from dagdock.lsp.worker import Worker


async def test_things_are_done_one_after_the_other_while_the_loop_goes_on() -> None:
    worker, order = Worker(), []

    def work(number: int) -> threading.Thread:
        time.sleep(0.05)
        order.append(number)
        return threading.current_thread()

    ticks = 0
    jobs = asyncio.gather(*(worker.run(work, number) for number in range(3)))
    while not jobs.done():
        await asyncio.sleep(0.005)
        ticks += 1
    threads = set(await jobs)
    assert order == [0, 1, 2] and ticks > 5
    assert len(threads) == 1 and threading.current_thread() not in threads and next(iter(threads)).daemon


async def test_what_goes_wrong_is_for_the_one_who_waits() -> None:
    worker = Worker()
    with pytest.raises(ZeroDivisionError):
        await worker.run(lambda: 1 // 0)
    with pytest.raises(SystemExit):
        await worker.run(lambda: exit(3))
    assert await worker.run(lambda: 7) == 7


async def test_what_is_cancelled_before_its_turn_is_not_begun() -> None:
    worker = Worker()
    begun: list[int] = []
    first = asyncio.ensure_future(worker.run(time.sleep, 0.1))
    second = asyncio.ensure_future(worker.run(begun.append, 1))
    await asyncio.sleep(0.02)
    second.cancel()
    await first
    await worker.run(lambda: None)
    assert begun == []
