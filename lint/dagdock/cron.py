"""Cron schedules as Airflow reads them: what a text means, whether it ever fires, and what surprises people."""

from __future__ import annotations


class CronFault:
    """Why a text is no schedule: a message, and the stretch of the text that is at fault."""

    __slots__ = ("end", "message", "start")

    def __init__(self, message: str, start: int, end: int) -> None:
        self.message = message
        self.start = start
        self.end = end


class CronSurprise(CronFault):
    """A stretch of a valid schedule that means something else than it seems to."""

    __slots__ = ()


class Cron:
    """A schedule that Airflow accepts."""

    __slots__ = ("never_fires", "preset", "surprises", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.preset: str | None = None
        self.never_fires = False
        self.surprises: list[CronSurprise] = []


def parse(text: str) -> Cron | CronFault:
    """The schedule that `text` (`0 5 * * MON`, `@daily`) stands for, or what is wrong with it."""
    return Cron(text)
