"""Cron schedules as Airflow reads them: what a text means, whether it ever fires, and what surprises people.

Airflow hands the text to croniter, so what croniter takes is valid here, whatever other crons say of it. croniter
itself is no dependency: its import alone takes as long as checking a file.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Literal, NamedTuple

PRESETS = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@quarterly": "0 0 1 */3 *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
# Airflow's own; no times stand behind them. Unlike most of the others they must be in lower case.
AIRFLOW_ONLY = ("@once", "@continuous")
CASE_MATTERS = (*AIRFLOW_ONLY, "@quarterly")

SurpriseKind = Literal[
    "every-minute",  # `* * * * *`
    "every-minute-of-hour",  # `* 5 * * *` fires sixty times where one was meant
    "step-too-large",  # `*/90` in minutes is 0
    "uneven-step",  # `*/45` in minutes is 0 and 45, then 0 again
    "reversed-range",  # `5-2` goes round the end of the field
    "equal-range",  # `5-5` is every value
    "day-or-weekday",  # `0 0 1 * MON` is every first and every Monday
    "more-than-five-fields",  # the sixth is seconds, the seventh years
    "random",  # `R` is another time at each parse
]


class CronFault:
    """Why a text is no schedule: a message, and the stretch of the text that is at fault (offsets within it)."""

    __slots__ = ("end", "message", "start")

    def __init__(self, message: str, start: int, end: int) -> None:
        self.message = message
        self.start = start
        self.end = end

    def __repr__(self) -> str:
        return f"<CronFault {self.start}-{self.end}: {self.message}>"


class CronSurprise:
    """A stretch of a valid schedule that means something else than it seems to."""

    __slots__ = ("end", "kind", "message", "start")

    def __init__(self, kind: SurpriseKind, message: str, start: int, end: int) -> None:
        self.kind: SurpriseKind = kind
        self.message = message
        self.start = start
        self.end = end

    def __repr__(self) -> str:
        return f"<CronSurprise {self.kind} {self.start}-{self.end}: {self.message}>"


class Cron:
    """A schedule that Airflow accepts.

    `preset` is its name in lower case where it is one (`@daily`). `never_fires` is certain: no such date exists.
    """

    __slots__ = ("never_fires", "preset", "surprises", "text")

    def __init__(self, text: str, preset: str | None = None) -> None:
        self.text = text
        self.preset = preset
        self.never_fires = False
        self.surprises: list[CronSurprise] = []


class _Field(NamedTuple):
    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()  # names of the values from `low` on


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_MINUTE = _Field("minute", 0, 59)
_HOUR = _Field("hour", 0, 23)
_DAY = _Field("day of the month", 1, 31)
_MONTH = _Field("month", 1, 12, _MONTHS)
_WEEKDAY = _Field("day of the week", 0, 6, _WEEKDAYS)
_FIELDS = (_MINUTE, _HOUR, _DAY, _MONTH, _WEEKDAY, _Field("second", 0, 59), _Field("year", 1970, 2099))
_DAYS_IN_MONTH = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def parse(text: str) -> Cron | CronFault:
    """The schedule that `text` (`0 5 * * MON`, `@daily`) stands for, or what is wrong with it."""
    lower = text.lower()
    preset = lower if lower in PRESETS or lower in AIRFLOW_ONLY else None
    if preset in CASE_MATTERS and text != preset:
        return CronFault(f"`{text}` must be written `{preset}`", 0, len(text))
    if preset:
        return Cron(text, preset)
    fields = [(match.start(), match.group()) for match in _words().finditer(text)]
    if not 5 <= len(fields) <= 7:
        return CronFault(_wrong_count(text, len(fields)), 0, len(text))
    cron = Cron(text)
    values: list[_Values] = []
    for (start, field_text), field in zip(fields, _FIELDS, strict=False):
        reader = _FieldReader(cron, field, field_text.lower(), start)
        found = reader.read()
        if isinstance(found, CronFault):
            return found
        values.append(found)
    cron.never_fires = _never_fires(values)
    cron.surprises += _surprises(fields, values)
    return cron


class _Values:
    """What a field allows: numbers, and whether something stands in it that numbers do not tell."""

    __slots__ = ("numbers", "special", "star")

    def __init__(self) -> None:
        self.numbers: set[int] = set()
        self.special = False  # `L`, `15W`, `MON#1`
        self.star = False


class _FieldReader:
    """Reads one field (in lower case) that begins at offset `start` of the text."""

    def __init__(self, cron: Cron, field: _Field, text: str, start: int) -> None:
        self.cron = cron
        self.field = field
        self.text = text
        self.start = start
        self.values = _Values()
        self.literal_weekday = False
        self.nth_weekday = False

    def read(self) -> _Values | CronFault:
        if "?" in self.text:
            if self.text != "?" or self.field not in (_DAY, _WEEKDAY):
                return self.fault("`?` stands alone, and only for the day of the month or of the week", self.text, 0)
            self.values.star = True
            return self.values
        if random := _random().fullmatch(self.text):
            return self.read_random(random)
        at = 0
        for item in self.text.split(","):
            if fault := self.read_item(item, at):
                return fault
            at += len(item) + 1
        all_weekdays = len(self.values.numbers) == 7
        if self.nth_weekday and self.literal_weekday and not all_weekdays:
            return self.fault("weekdays with `#` or `L` cannot stand beside plain ones", self.text, 0)
        return self.values

    def read_item(self, item: str, at: int) -> CronFault | None:
        if item == "*":
            self.values.star = True
            return None
        if self.field is _WEEKDAY and (nth := _nth_weekday().fullmatch(item)):
            return self.read_nth(item, at, nth)
        if self.field is _DAY and item == "l":
            self.values.special = True
            return None
        if self.field is _DAY and (nearest := _nearest_weekday().fullmatch(item)):
            if "," in self.text:
                return self.fault("`W` cannot stand in a list", item, at)
            self.values.special = True
            return self.number(nearest["a"] or nearest["b"], item, at, self.values.numbers)
        found: set[int] = set()
        if fault := self.read_numbers(item, at, found):
            return fault
        self.literal_weekday = True
        self.values.numbers |= found
        return None

    def read_nth(self, item: str, at: int, nth: re.Match[str]) -> CronFault | None:
        """`MON#1`, the first Monday; `L5`, the last Friday."""
        if nth["nth"] and nth["nth"] not in "12345":
            return self.fault(f"a month has no weekday number {nth['nth']}; `#` takes 1 to 5", item, at)
        self.values.special = self.nth_weekday = True
        return self.read_numbers(nth["day"] or nth["last"], at, self.values.numbers)

    def read_numbers(self, item: str, at: int, found: set[int]) -> CronFault | None:
        """`5`, `1-5`, `*/2`, `1-30/2` or `10/5`, with names for months and weekdays."""
        shape = _item().fullmatch(item)
        if not shape:
            return self.fault(self.not_understood(item), item, at)
        field = self.field
        step = _int(shape["step"] or "1")
        if step == 0:
            return self.fault("a step of 0 never moves on", item, at)
        if shape["low"] == "*":
            found.update(range(field.low, field.high + 1, step))
            self.note_step(item, at, step)
            return None
        low: set[int] = set()
        high: set[int] = set()
        if fault := self.number(shape["low"], item, at, low):
            return fault
        if shape["high"]:
            end = "31" if field is _DAY and shape["high"] == "l" else shape["high"]
            if fault := self.number(end, item, at, high):
                return fault
        first, last = low.pop(), high.pop() if high else field.high if shape["step"] else None
        if field is _WEEKDAY and last == 0 < first and shape["high"] in ("7", "sun"):
            found.update(day % 7 for day in range(first, 8, step))  # Sunday as the last day of the week
        elif last is None:
            found.add(first)
        elif first == last and shape["high"]:
            found.update(range(field.low, field.high + 1, step))
            self.surprise("equal-range", f"`{item}` is every {field.name}, not just {shape['low']}", item, at)
        elif first <= last:
            found.update(range(first, last + 1, step))
        else:
            # Which values a step meets beyond the end of the field matters to nobody here.
            found.update(range(first, field.high + 1))
            found.update(range(field.low, last + 1))
            self.surprise(
                "reversed-range", f"`{item}` goes round the end of the field and on from {field.low}", item, at
            )
        return None

    def read_random(self, random: re.Match[str]) -> _Values | CronFault:
        field = self.field
        low, high = _int(random["low"] or str(field.low)), _int(random["high"] or str(field.high))
        if (random["step"] and _int(random["step"]) == 0) or not field.low <= low < high <= field.high:
            return self.fault(f"`{self.text.upper()}` is no range of a {field.name}", self.text, 0)
        self.surprise("random", "`R` picks another time whenever the file is parsed", self.text, 0)
        self.values.special = True
        return self.values

    def number(self, text: str, item: str, at: int, found: set[int]) -> CronFault | None:
        """Add the value of a number or name to `found`."""
        field = self.field
        if text in field.names:
            found.add(field.low + field.names.index(text))
            return None
        if not (text.isascii() and text.isdigit()):
            return self.fault(self.not_understood(item), item, at)
        value = _int(text)
        if field is _WEEKDAY and value == 7:
            value = 0
        if not field.low <= value <= field.high:
            return self.fault(f"{field.name} `{text}` is out of range: {field.low} to {field.high}", item, at)
        found.add(value)
        return None

    def note_step(self, item: str, at: int, step: int) -> None:
        field = self.field
        size = field.high - field.low + 1
        if step >= size and field.name != "year":
            self.surprise(
                "step-too-large",
                f"`{item}` fires at {field.name} {field.low} alone: a step counts within its field, which has {size}",
                item,
                at,
            )
        elif field in (_MINUTE, _HOUR) and size % step:
            last = (size - 1) // step * step
            self.surprise("uneven-step", f"`{item}` starts again at {field.low} after {last}", item, at)

    def not_understood(self, item: str) -> str:
        if item.startswith("h"):
            return "`H` is Jenkins's; Airflow does not know it"
        kind = "no number or name" if self.field.names else "no number"
        return f"`{item}` is {kind} that a {self.field.name} can have"

    def fault(self, message: str, item: str, at: int) -> CronFault:
        return CronFault(message, self.start + at, self.start + at + len(item))

    def surprise(self, kind: SurpriseKind, message: str, item: str, at: int) -> None:
        self.cron.surprises.append(CronSurprise(kind, message, self.start + at, self.start + at + len(item)))


def _never_fires(fields: list[_Values]) -> bool:
    """Whether no month has the day, as on 30 February."""
    days, months, weekdays = fields[2], fields[3], fields[4]
    if days.star or days.special or months.star or months.special or not weekdays.star:
        return False
    lengths = list(_DAYS_IN_MONTH)
    if (
        len(fields) == 7
        and fields[6].numbers
        and not fields[6].star
        and not any(_is_leap(year) for year in fields[6].numbers)
    ):
        lengths[1] = 28
    return min(days.numbers) > max(lengths[month - 1] for month in months.numbers)


def _int(digits: str) -> int:
    """The number, or a huge one: a million digits are no reason to fail."""
    return int((digits.lstrip("0") or "0")[:9])


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _surprises(texts: list[tuple[int, str]], fields: list[_Values]) -> list[CronSurprise]:
    """What only several fields together tell."""
    found: list[CronSurprise] = []
    minute, hour, day, _, weekday, *more = fields
    start, text = texts[0]
    if minute.star or len(minute.numbers) == 60:
        if hour.star or len(hour.numbers) == 24:
            found.append(CronSurprise("every-minute", "it fires every minute", start, start + len(text)))
        elif "-" not in texts[1][1] and "/" not in texts[1][1]:  # a span of hours is one to do something all along
            message = f"`{text}` fires at every minute of the hour, sixty times"
            found.append(CronSurprise("every-minute-of-hour", message, start, start + len(text)))
    if not day.star and not weekday.star:
        message = "it fires when either the day of the month or the day of the week fits, not only when both do"
        found.append(CronSurprise("day-or-weekday", message, texts[2][0], texts[4][0] + len(texts[4][1])))
    if more:
        message = "the sixth field is seconds" + (" and the seventh years" if len(more) > 1 else "")
        found.append(CronSurprise("more-than-five-fields", message, texts[5][0], texts[-1][0] + len(texts[-1][1])))
    return found


def _wrong_count(text: str, count: int) -> str:
    if "@" + text.strip().lower() in (*PRESETS, *AIRFLOW_ONLY):
        return f"`{text}` is no schedule; write `@{text.strip().lower()}`"
    if text.startswith("@"):
        return f"`{text}` is no preset that Airflow knows: {', '.join((*PRESETS, *AIRFLOW_ONLY))}"
    return f"a cron schedule has five fields, this has {count}" if count else "a cron schedule cannot be empty"


@cache
def _words() -> re.Pattern[str]:
    return re.compile(r"\S+", re.ASCII)


@cache
def _item() -> re.Pattern[str]:
    return re.compile(r"(?P<low>\*(?=/)|[^-/*]+)(?:-(?P<high>[^-/*]+))?(?:/(?P<step>[0-9]+))?")


@cache
def _nth_weekday() -> re.Pattern[str]:
    return re.compile(r"(?P<day>[a-z0-9]+(?:-[a-z]+)?)#(?P<nth>[0-9]+)|l(?P<last>[0-9]+)")


@cache
def _nearest_weekday() -> re.Pattern[str]:
    return re.compile(r"(?P<a>[0-9]+)w|w(?P<b>[0-9]+)")


@cache
def _random() -> re.Pattern[str]:
    return re.compile(r"r(?:\((?P<low>[0-9]+)-(?P<high>[0-9]+)\))?(?:/(?P<step>[0-9]+))?")
