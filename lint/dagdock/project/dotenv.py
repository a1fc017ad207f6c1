"""A `.env` file as Compose reads it, as far as its values can be known without an environment around it."""

from __future__ import annotations

import re
from functools import cache

_LONGEST = 50_000  # values longer than this are nobody's; one that doubles in each line would fill the memory
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\", '"': '"', "$": "$"}


def read_env(text: str) -> dict[str, str]:
    """The variables that a `.env` sets. One whose value needs a variable that nothing sets is left out."""
    values: dict[str, str] = {}
    for match in _entry().finditer(text):
        value: str | None
        if match["single"] is not None:
            value = match["single"]
        elif match["double"] is not None:
            unescaped = re.sub(r"\\(.)", lambda escape: _ESCAPES.get(escape[1], escape[0]), match["double"])
            value = _filled_in(unescaped, values)
        else:
            value = _filled_in(re.split(r"(?:^|\s)#", match["plain"], maxsplit=1)[0].strip(), values)
        values.pop(match["name"], None)
        if value is not None:
            values[match["name"]] = value
    return values


def _filled_in(text: str, values: dict[str, str]) -> str | None:
    """The text with `$NAME` and `${NAME}` put in.

    None where one of them, or anything more intricate, is unknown, or all is too long to be meant.
    """
    if "$" not in text:
        return text
    found = [match[1] or match[2] for match in _variable().finditer(text)]
    if any(name not in values for name in found) or text.count("$") != len(found):
        return None
    if len(text) + sum(len(values[name]) for name in found) > _LONGEST:
        return None
    return _variable().sub(lambda match: values[match[1] or match[2]], text)


@cache
def _entry() -> re.Pattern[str]:
    return re.compile(
        r"^\ufeff?[ \t]*(?:export[ \t]+)?(?P<name>[A-Za-z_][\w.-]*)[ \t]*[=:][ \t]*"
        r"(?:'(?P<single>[^']*)'|\"(?P<double>(?:\\.|[^\"\\])*)\"|(?P<plain>[^\r\n]*))",
        re.MULTILINE | re.DOTALL,
    )


@cache
def _variable() -> re.Pattern[str]:
    return re.compile(r"\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\})")
