"""When files are judged: what was typed last comes first, and the rest waits until it is quiet."""

from __future__ import annotations

import asyncio

import pytest

pytest.importorskip("pytest_asyncio")

from dagdock.lsp.schedule import QUIET, Schedule


class Judge:
    """Notes what it is asked, and takes its time."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.asked: list[tuple[str, bool]] = []
        self.done = 0
        self._seconds = seconds

    async def judge(self, key: str, quiet: bool) -> None:
        self.asked.append((key, quiet))
        await asyncio.sleep(self._seconds)

    async def when_done(self) -> None:
        self.done += 1


async def test_a_file_that_has_changed_is_judged_at_once_and_once() -> None:
    judge = Judge()
    schedule = Schedule(judge.judge, judge.when_done)
    for _ in range(3):
        schedule.at_once("a")
    await asyncio.sleep(0.05)
    assert judge.asked == [("a", False)]


async def test_the_last_that_changed_comes_first_and_the_others_when_it_is_quiet() -> None:
    judge = Judge()
    schedule = Schedule(judge.judge, judge.when_done)
    schedule.when_quiet(["c", "b"])
    schedule.at_once("a")
    schedule.at_once("b")
    await asyncio.sleep(QUIET / 2)
    assert judge.asked == [("b", False), ("a", False)] and judge.done == 0
    await asyncio.sleep(QUIET * 2)
    assert judge.asked[2:] == [("c", True)] and judge.done == 1


async def test_changes_while_a_slow_file_is_judged_are_judged_together() -> None:
    judge = Judge(0.1)
    schedule = Schedule(judge.judge, judge.when_done)
    for _ in range(10):
        schedule.at_once("a")
        await asyncio.sleep(0.02)
    await asyncio.sleep(0.4)
    assert 2 <= len(judge.asked) <= 4


async def test_it_is_not_quiet_while_somebody_types() -> None:
    judge = Judge()
    schedule = Schedule(judge.judge, judge.when_done)
    for _ in range(8):
        schedule.when_quiet(["b"])
        schedule.at_once("a")
        await asyncio.sleep(QUIET / 4)
    assert ("b", True) not in judge.asked
    await asyncio.sleep(QUIET * 2)
    assert judge.asked[-1] == ("b", True)


async def test_what_is_forgotten_is_not_judged() -> None:
    judge = Judge()
    schedule = Schedule(judge.judge, judge.when_done)
    schedule.at_once("a")
    schedule.when_quiet(["b"])
    schedule.forget("a")
    schedule.forget("b")
    await asyncio.sleep(QUIET * 2)
    assert judge.asked == [] and judge.done == 1
