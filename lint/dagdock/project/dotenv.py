"""A `.env` file as Compose reads it, as far as its values can be known without an environment around it."""

from __future__ import annotations

import re
from functools import cache

_LONGEST = 50_000  # values longer than this are nobody's; one that doubles in each line would fill the memory
_ESCAPES = {
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
    "\\": "\\",
    '"': '"',
    "$": "$$",  # a dollar that begins no variable
}


def read_env(text: str) -> dict[str, str]:
    """The variables that a `.env` or an `env_file` sets; a value may use those above it, with defaults as in YAML.

    One whose value needs a variable that nothing sets is left out.
    """
    values: dict[str, str] = {}
    for match in _entry().finditer(text):
        value: str | None
        if match["single"] is not None:
            value = match["single"].replace("\\'", "'")
        elif match["double"] is not None:
            value = _filled_in(
                re.sub(r"\\(.)", lambda escape: _ESCAPES.get(escape[1], escape[0]), match["double"], flags=re.S), values
            )
        else:
            value = _filled_in(match["plain"].partition(" #")[0].rstrip(), values)
        values.pop(match["name"], None)
        if value is not None:
            values[match["name"]] = value
    return values


def _filled_in(text: str, values: dict[str, str]) -> str | None:
    """The text with its variables put in; None where one of them is unknown, or all is too long to be meant."""
    if "$" not in text:
        return text
    from dagdock.compose.interpolation import fill

    found = fill(text, values) if len(text) <= _LONGEST else None
    return found if found is not None and len(found) <= _LONGEST else None


@cache
def _entry() -> re.Pattern[str]:
    return re.compile(
        r"^\ufeff?[ \t]*(?:export[ \t]+)?(?P<name>[A-Za-z_][\w.-]*)[ \t]*[=:][ \t]*"
        r"(?:'(?P<single>(?:\\'|(?!\\')[^'])*)'|\"(?P<double>(?:\\.|[^\"\\])*)\"|(?P<plain>[^\r\n]*))",
        re.MULTILINE | re.DOTALL,
    )
