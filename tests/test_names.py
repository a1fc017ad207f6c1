"""Names of rules: codes, prefixes, names, tags, peers' codes."""

from __future__ import annotations

import pytest

from dagdock.api import Bad, Dockerfile, Problems, rule
from dagdock.hooks import Rules
from dagdock.names import Vocabulary, closeness, means_whole


@rule(
    "DF203",
    severity="warning",
    since="0.1",
    aliases=["hadolint:DL3059", "hadolint:DL3008", "buildkit:CopyIgnoredFile"],
    tags=["cache"],
    bad=[Bad("")],
    good=[""],
)
def copy_before_install(file: Dockerfile) -> Problems:
    """Summary."""
    yield from ()


@pytest.mark.parametrize(
    "name",
    [
        "DF203",
        "df203",
        "copy-before-install",
        "DF2",
        "DF",
        "cache",
        "ALL",
        "DL3059",
        "hadolint:DL3059",
        "dl3059",
        "CopyIgnoredFile",
        "hadolint:*",
    ],
)
def test_means(name: str) -> None:
    assert closeness(name, copy_before_install)


@pytest.mark.parametrize("name", ["DF204", "DF20x", "D", "copy", "DL305", "trivy:DL3059", "", "trivy:*", "DFX"])
def test_means_not(name: str) -> None:
    assert not closeness(name, copy_before_install)


def test_the_closest_name_decides() -> None:
    names = ["ALL", "cache", "DF", "DF2", "DF20", "DF203", "DL3059"]
    close = [closeness(name, copy_before_install) for name in names]
    assert close == sorted(close) and len(set(close)) == len(close)


def test_a_peers_code_means_the_findings_that_carry_it() -> None:
    assert closeness("DL3008", copy_before_install, ["hadolint:DL3008"])
    assert not closeness("DL3008", copy_before_install, ["hadolint:DL3059"])
    assert not means_whole("DL3008", copy_before_install)
    assert means_whole("DF2", copy_before_install)


VOCABULARY = Vocabulary(Rules.only([copy_before_install]))


def test_faults_name_the_nearest() -> None:
    assert VOCABULARY.fault("DF203", foreign=False) is None
    assert VOCABULARY.fault("copy-before-instal", foreign=False) == (
        "no rule is called `copy-before-instal`; did you mean `copy-before-install`?"
    )
    assert VOCABULARY.fault("DF999", foreign=True) == "no rule is called `DF999`"


def test_codes_of_peers_that_no_rule_stands_for() -> None:
    assert VOCABULARY.fault("DL4001", foreign=True) is None
    assert VOCABULARY.fault("E501", foreign=True) is None
    assert VOCABULARY.fault("kics:whatever", foreign=True) is None
    assert VOCABULARY.fault("DL4001", foreign=False) == "dagdock has no rule for `DL4001`"
    assert VOCABULARY.fault("nobody:X1", foreign=True)


def test_a_code_of_a_kind_not_at_hand_is_taken_on_trust() -> None:
    assert VOCABULARY.fault("AF999", ("dockerfile",), foreign=False) is None
    assert VOCABULARY.fault("AF999", foreign=False)
