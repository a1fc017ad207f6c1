"""Scalars as Compose reads them; the expected texts are what `docker compose config` 2.40.3 prints."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagdock.compose import scalars

MEASURED = """\
012 10|0o17 15|0x1F 31|1_000 1000|1e3 1000|1.10 1.1|.inf +Inf|22:22 22:22|yes yes|0b101 5|-012 -10|+12 12|1. 1|.5 0.5
08 8|0.0 0|-0 0|1e21 1e+21|123456789012345678901234567890 1.2345678901234568e+29|1e20 1e+20|0777 511|True true|.NaN NaN
1__0 10|_1 _1|1e 1e|12e03 12000|-.inf -Inf|0x 0x|18446744073709551615 18446744073709551615|1.0 1|100000000.0 1e+08
1.5e300 1.5e+300|0.00001 1e-05|FALSE false|1,000 1,000|-0x1F -31|+.inf +Inf|1.2.3 1.2.3|= =|0_1 1|1_0.5_0 10.5|0b_1 1
0o_7 7|0O17 15|0X1F 31|019 19|00 0|1E+2 100|123456.789e-3 123.456789|2147483648 2147483648|TRUE true|tRue tRue
Infinity Infinity|0x_1 1|3_ 3|0.1_ 0.1|1e-7 1e-07|1234567.0 1.234567e+06|12345678901234567890.0 1.2345678901234567e+19
1e400 1e400|0x1p4 0x1p4|y y|12:30:45 12:30:45|9223372036854775808 9223372036854775808|0.000001 1e-06"""


@pytest.mark.parametrize("pair", MEASURED.replace("\n", "|").split("|"))
def test_as_measured(pair: str) -> None:
    written, read = pair.split(" ")
    assert scalars.resolve(written)[1] == read


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        *(("", "null"), ("~", "null"), ("NULL", "null"), ("nULL", "text"), ("on", "text"), ("true", "bool")),
        *(("-5", "int"), ("5.5", "float"), ("2024-01-31", "date"), ("2024-1-3 10:20:30", "date")),
        *(("2024-01", "text"), ("-", "text")),
    ],
)
def test_types(written: str, kind: str) -> None:
    assert scalars.resolve(written)[0] == kind


def test_boolean_fields_take_more_words() -> None:
    assert [scalars.boolean(text) for text in ("yes", "On", "y", "TRUE", "off", "N", "1", "")] == [
        True, True, True, True, False, False, None, None,
    ]  # fmt: skip


@given(st.integers(-(2**63), 2**64 - 1))
def test_integers_stay(number: int) -> None:
    assert scalars.resolve(str(number)) == ("int", str(number))


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_floats_keep_their_value(number: float) -> None:
    assert float(scalars.format_float(number)) == number


@given(st.text())
def test_any_text(text: str) -> None:
    assert scalars.resolve(text)[0] in ("null", "bool", "int", "float", "date", "text")


def test_long_numbers() -> None:
    assert scalars.resolve("9" * 5000) == ("text", "9" * 5000)  # more than a float holds
    assert scalars.resolve("0" * 5000 + "1.5") == ("float", "1.5")
