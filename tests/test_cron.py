"""Cron schedules: what is accepted (held against croniter, which Airflow uses), and what is said about it."""

from __future__ import annotations

from datetime import datetime

import pytest
from croniter import CroniterBadDateError, croniter
from hypothesis import given, settings
from hypothesis import strategies as st

from dagdock.cron import AIRFLOW_ONLY, PRESETS, Cron, CronFault, parse


def accepted(text: str) -> bool:
    try:
        return bool(croniter.is_valid(text))
    except Exception:
        return False


VALID = [
    "* * * * *",
    "0 5 * * MON",
    "0 0 1 JAN ?",
    "0 0 L * *",
    "0 0 * * MON#1",
    "0 0 * * mon-fri#2",
    "0 0 * * L5",
    "0 0 * * FRI-MON",
    "0 0 * * 7",
    "0 0 15W * *",
    "5-1 * * * *",
    "*/61 * * * *",
    "10/5 * * * *",
    "0 0 20-L * *",
    "0 0 30 2 *",
    "0 0 * * * 30",
    "0 0 1 1 * 0 2030",
    "R 0 * * *",
    "  0   0 * *\t* ",
]
INVALID = [
    "61 * * * *",
    "0 24 * * *",
    "0 0 0 * *",
    "0 0 32 * *",
    "0 0 * 13 *",
    "0 0 * * 8",
    "*/0 * * * *",
    "* * * *",
    "* * * * * * * *",
    "",
    "daily",
    "@every_5_minutes",
    "H 0 * * *",
    "? * * * *",
    "0 0 ?,1 * *",
    "0 0 * * 5L",
    "0 0 1,15W * *",
    "0 0 * * MON#6",
    "0 0 * * MON#1,TUE",
    "1,,2 * * * *",
    "-5 * * * *",
    "5- * * * *",
    "a * * * *",
    "JAN * * * *",
    "0 0 * MON *",
    "0 0 0-5 * *",
    "0 0 * * * 60",
    "0 0 * * * 0 1960",
    "0 0 * *\u00a0*",
]


@pytest.mark.parametrize("text", VALID)
def test_accepts_what_airflow_accepts(text: str) -> None:
    assert accepted(text)
    assert isinstance(parse(text), Cron)


@pytest.mark.parametrize("text", INVALID)
def test_refuses_what_airflow_refuses(text: str) -> None:
    assert not accepted(text)
    fault = parse(text)
    assert isinstance(fault, CronFault)
    assert 0 <= fault.start <= fault.end <= len(text)
    assert fault.message


PIECES = [
    "*",
    "0",
    "1",
    "5",
    "7",
    "28",
    "29",
    "31",
    "59",
    "60",
    "jan",
    "Feb",
    "MON",
    "fri",
    "l",
    "L",
    "w",
    "#",
    "?",
    "-",
]
PIECES += ["/", ",", "2", "00", "1-5", "6-2", "*/5", "*/90", "mon-fri", "r", "h", "(", ")", "é", "١"]
fields = st.one_of(
    st.sampled_from(["*", "0", "*/2", "1-5", "?", "L", "MON", "1", "31", "30", "2", "L5", "1#2", "5-1", "7"]),
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=4).map("".join),
)


@settings(max_examples=1500, deadline=None)
@given(st.lists(fields, min_size=4, max_size=8).map(" ".join))
def test_agrees_with_croniter(text: str) -> None:
    assert isinstance(parse(text), Cron) == accepted(text)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=40))
def test_never_fails(text: str) -> None:
    found = parse(text)
    if isinstance(found, CronFault):
        assert 0 <= found.start <= found.end <= len(text)


days = st.lists(st.integers(1, 31), min_size=1, max_size=3).map(lambda numbers: ",".join(map(str, numbers)))
months = st.lists(st.integers(1, 12), min_size=1, max_size=3).map(lambda numbers: ",".join(map(str, numbers)))


@settings(max_examples=150, deadline=None)
@given(days, months, st.sampled_from(["*", "?", "1", "0-6"]))
def test_never_fires_as_croniter_finds_no_date(day: str, month: str, weekday: str) -> None:
    text = f"0 0 {day} {month} {weekday}"
    cron = parse(text)
    assert isinstance(cron, Cron)
    try:
        croniter(text, datetime(2024, 1, 1)).get_next(datetime)
    except CroniterBadDateError:
        assert cron.never_fires
    else:
        assert not cron.never_fires


@pytest.mark.parametrize(
    ("text", "never"),
    [
        ("0 0 30 2 *", True),
        ("0 0 31 4,6,9,11 *", True),
        ("0 0 31 4 MON", False),
        ("0 0 29 2 *", False),
        ("0 0 29 2 * 0 2025", True),
        ("0 0 29 2 * 0 2024-2028", False),
        ("0 0 L 2 *", False),
        ("0 0 31 * *", False),
        ("0 0 30-31 feb ?", True),
    ],
)
def test_never_fires(text: str, never: bool) -> None:
    cron = parse(text)
    assert isinstance(cron, Cron)
    assert cron.never_fires is never


@pytest.mark.parametrize("preset", [*PRESETS, *AIRFLOW_ONLY])
def test_presets(preset: str) -> None:
    cron = parse(preset)
    assert isinstance(cron, Cron)
    assert (cron.preset, cron.never_fires, cron.surprises) == (preset, False, [])


def test_presets_in_other_case() -> None:
    assert isinstance(parse("@Daily"), Cron)
    assert isinstance(parse("@Once"), CronFault)
    assert isinstance(parse("@QUARTERLY"), CronFault)
    assert isinstance(parse("@daily "), CronFault)


def test_a_fault_points_at_the_item() -> None:
    text = "0 0 1,é,3 * *"
    fault = parse(text)
    assert isinstance(fault, CronFault)
    assert text[fault.start : fault.end] == "é"
    out = parse("0 25 * * *")
    assert isinstance(out, CronFault)
    assert (out.start, out.end, out.message) == (2, 4, "hour `25` is out of range: 0 to 23")


def test_a_forgotten_at_sign_is_named() -> None:
    fault = parse("daily")
    assert isinstance(fault, CronFault)
    assert fault.message == "`daily` is no schedule; write `@daily`"


@pytest.mark.parametrize(
    ("text", "kind", "place"),
    [
        ("* * * * *", "every-minute", "*"),
        ("*/1 * * * *", "every-minute", "*/1"),
        ("* 5 * * *", "every-minute-of-hour", "*"),
        ("* 5,17 * * *", "every-minute-of-hour", "*"),
        ("*/90 * * * *", "step-too-large", "*/90"),
        ("0 */24 * * *", "step-too-large", "*/24"),
        ("*/45 * * * *", "uneven-step", "*/45"),
        ("5-2 * * * *", "reversed-range", "5-2"),
        ("5-5 * * * *", "equal-range", "5-5"),
        ("0 0 1 * MON", "day-or-weekday", "1 * MON"),
        ("0 0 * * * 30", "more-than-five-fields", "30"),
        ("R 0 * * *", "random", "R"),
    ],
)
def test_surprises(text: str, kind: str, place: str) -> None:
    cron = parse(text)
    assert isinstance(cron, Cron)
    assert (kind, place) in [(surprise.kind, text[surprise.start : surprise.end]) for surprise in cron.surprises]


@pytest.mark.parametrize(
    "text", ["0 5 * * *", "*/5 * * * *", "0 0 1 * *", "30 */2 * * 1-5", "0 0 ? * MON", "0 5 * * 1-7", "0 5 * * FRI-SUN"]
)
def test_ordinary_schedules_surprise_nobody(text: str) -> None:
    cron = parse(text)
    assert isinstance(cron, Cron)
    assert cron.surprises == []
