"""Work in several processes gives what work in one gives, and fails as loudly."""

from __future__ import annotations

import os
import signal

import pytest

from dagdock import engine, workers
from dagdock.config import ConfigError
from dagdock.engine import Linter, Target, Workspace
from dagdock.report.json import write
from dagdock.rule import Rule

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked")


class Named:
    """Something that both sides have."""


BOTH = Named()


def spread(work: object, count: int = 100, processes: int = 3) -> tuple[list[object], list[int]]:
    told: list[int] = []
    values: list[object] = workers.spread(
        work,  # type: ignore[arg-type]
        range(count),
        processes,
        lost=lambda item, how: f"{item}: {how}",
        name=lambda value: "both" if isinstance(value, Named) else None,
        find=lambda name: BOTH,
        tell=told.append,
    )
    return values, told


def test_values_come_in_order() -> None:
    values, told = spread(lambda item: item * 2)
    assert values == [item * 2 for item in range(100)]
    assert told == sorted(told) and told[-1] == 100


def test_more_processes_than_work() -> None:
    assert spread(lambda item: item, 3, 8)[0] == [0, 1, 2]


def test_other_processes_do_the_work() -> None:
    found, _ = spread(lambda item: os.getpid())
    assert len(set(found)) == 3 and os.getpid() not in found


def test_what_both_sides_have_is_not_copied() -> None:
    assert all(value is BOTH for value in spread(lambda item: BOTH)[0])


def test_a_large_answer() -> None:
    values, _ = spread(lambda item: "x" * 200_000, 60)
    assert [len(str(value)) for value in values] == [200_000] * 60


def test_what_the_work_raises_is_raised() -> None:
    def work(item: int) -> int:
        if item == 40:
            raise ConfigError("line 3")
        return item

    with pytest.raises(ConfigError, match="line 3"):
        spread(work)


def test_where_a_process_dies_the_others_items_are_done() -> None:
    def work(item: int) -> int:
        if item in (0, 40, 41):
            os.kill(os.getpid(), signal.SIGKILL)
        if item == 99:
            os._exit(3)
        return item

    values, _ = spread(work)
    expected: list[object] = [*range(100)]
    for item in (0, 40, 41):
        expected[item] = f"{item}: signal 9"
    expected[99] = "99: status 3"
    assert values == expected


def test_the_same_findings(monkeypatch: pytest.MonkeyPatch) -> None:
    import io

    text = "# dagdock: ignore[DF604, DF101]\nFROM alpine:latest\nRUN apt-get install {}\nCMD a\n"
    files = {f"{number}/Dockerfile": text.format(number) for number in range(60)}
    files |= {
        f"dags/{number}.py": "from airflow import DAG\nwith DAG('a', catchup=True): x = (\n" for number in range(20)
    }
    monkeypatch.setattr(engine, "WORTH_PROCESSES", 10)
    monkeypatch.setattr(workers, "available", lambda: 3)

    def report(jobs: int) -> str:
        result = Linter(jobs=jobs).check(Workspace.in_memory(files), [Target("", path, path) for path in files])
        assert all(isinstance(finding.rule, Rule) for finding in result.findings)
        stream = io.StringIO()
        write(result, stream)
        return stream.getvalue()

    assert report(3) == report(1)
