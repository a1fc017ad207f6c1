"""The settings of a client."""

from __future__ import annotations

import pytest

from dagdock.lsp.options import Options, read


def test_nothing_said_is_the_default() -> None:
    assert read(None) == (Options(), [])
    assert read({}) == (Options(), [])
    assert read({"somebodyElse": 1, "config": "", "select": None}) == (Options(), [])


def test_every_setting_counts() -> None:
    given = {
        "enable": False,
        "select": ["DF"],
        "extendSelect": ["DF801"],
        "ignore": ["DL3008"],
        "config": "ci/dagdock.toml",
        "isolated": True,
        "airflowVersion": "2.10",
        "fixAll": False,
        "unsafeFixes": False,
        "logLevel": "debug",
    }
    options, faults = read(given)
    assert options == Options(
        False, ("DF",), ("DF801",), ("DL3008",), "ci/dagdock.toml", True, "2.10", False, False, "debug"
    )
    assert faults == []


@pytest.mark.parametrize("wrapped", [{"dagdock": {"enable": False}}, {"settings": {"dagdock": {"enable": False}}}])
def test_a_client_may_wrap_them(wrapped: object) -> None:
    assert read(wrapped) == (Options(enable=False), [])


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ({"enable": "yes"}, "the setting `dagdock.enable` must be true or false"),
        ({"select": "DF"}, 'the setting `dagdock.select` must be a list of texts, such as ["DF", "DL3008"]'),
        ({"airflowVersion": "new"}, 'the setting `dagdock.airflowVersion` must be a version, such as "2.10"'),
        ({"airflowVersion": 2.1}, 'the setting `dagdock.airflowVersion` must be a version, such as "2.10"'),
        ({"logLevel": []}, "the setting `dagdock.logLevel` must be one of error, warning, info, debug"),
        ([1], "the settings `dagdock` must be an object"),
    ],
)
def test_a_wrong_value_is_named_and_the_others_hold(value: object, fault: str) -> None:
    assert read(value) == (Options(), [fault])
    if isinstance(value, dict):
        assert read({**value, "fixAll": False})[0] == Options(fix_all=False)
