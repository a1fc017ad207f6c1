"""The labels that a team wants on its images, `label-schema` in the configuration, and what their values have to be."""

from __future__ import annotations

from collections.abc import Callable

from dagdock.api import Label, Pair, Stage, load_data


def labels(stage: Stage) -> list[tuple[Label, Pair]]:
    """The labels that a stage sets itself."""
    return [(label, pair) for label in stage.all_of(Label) for pair in label.pairs]


def value_of(label: Label, pair: Pair) -> str | None:
    """The value of a label; None where a build may say another one."""
    if pair.value is None:
        return None
    scope = label.stage.scope_at(label) if label.stage else None
    if scope is None or pair.value.literal is not None:
        return pair.value.literal
    bindings = [scope.get(variable.name) for variable in pair.value.variables]
    if any(binding is None or binding.kind != "env" for binding in bindings):
        return None
    return pair.value.resolve(scope)


def is_url(text: str) -> bool:
    import re

    return re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s/?#]+[^\s]*|(?:mailto|urn):\S+", text) is not None


def is_time(text: str) -> bool:
    """A time of RFC 3339: date, `T`, time and zone."""
    import re
    from datetime import datetime

    found = re.fullmatch(
        r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:)(\d\d)(?:\.\d+)?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)", text
    )
    if not found:
        return False
    try:
        # A leap second is right, and unknown to Python.
        datetime.fromisoformat(f"{found[1]}T{found[2]}{min(found[3], '59') if found[3] == '60' else found[3]}")
    except ValueError:
        return False
    return True


def is_license(text: str) -> bool:
    """An SPDX identifier, or an expression of them: `Apache-2.0 OR MIT`, `GPL-2.0-only WITH "
    "Classpath-exception-2.0`."""
    import re

    data = load_data("dagdock_rules", "spdx-licenses")
    licenses = {name.lower() for name in data["licenses"].split()}
    exceptions = {name.lower() for name in data["exceptions"].split()}
    words = re.findall(r"[()]|[^\s()]+", text)
    depth, wanted = 0, "license"
    for word in words:
        lower = word.lower()
        if wanted in ("license", "exception"):
            if word == "(" and wanted == "license":
                depth += 1
                continue
            custom = re.fullmatch(r"(documentref-[\w.-]+:)?licenseref-[\w.-]+", lower) is not None
            known = lower.removesuffix("+") in licenses or custom if wanted == "license" else lower in exceptions
            if not known:
                return False
            wanted = "operator"
        elif word == ")":
            depth -= 1
            if depth < 0:
                return False
        elif lower in ("and", "or", "with"):
            wanted = "exception" if lower == "with" else "license"
        else:
            return False
    return bool(words) and depth == 0 and wanted == "operator"


def is_hash(text: str) -> bool:
    return len(text) in (7, 40) and all(digit in "0123456789abcdef" for digit in text)


def is_semver(text: str) -> bool:
    """A version of semver.org, build and pre-release included."""
    import re

    number, identifier = r"(?:0|[1-9]\d*)", r"(?:0|[1-9]\d*|\d*[A-Za-z-][\dA-Za-z-]*)"
    return (
        re.fullmatch(
            rf"{number}\.{number}\.{number}(?:-{identifier}(?:\.{identifier})*)?(?:\+[\dA-Za-z-]+(?:\.[\dA-Za-z-]+)*)?",
            text,
        )
        is not None
    )


def is_email(text: str) -> bool:
    import re

    return re.fullmatch(r"[\w.!#$%&'*+/=?^`{|}~-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*", text) is not None


# For each type of a schema: its test, what to call it, and hadolint's code for it.
TYPES: dict[str, tuple[Callable[[str], bool], str, str]] = {
    "url": (is_url, "an address such as `https://example.com/`", "hadolint:DL3052"),
    "rfc3339": (is_time, "a time such as `2026-11-22T15:04:05Z`", "hadolint:DL3053"),
    "spdx": (is_license, "the SPDX name of a license, such as `Apache-2.0`", "hadolint:DL3054"),
    "hash": (is_hash, "the hash of a commit, with 7 or 40 digits", "hadolint:DL3055"),
    "semver": (is_semver, "a version of three numbers, such as `1.2.3`", "hadolint:DL3056"),
    "email": (is_email, "an address such as `team@example.com`", "hadolint:DL3058"),
}
