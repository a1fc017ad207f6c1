"""Ids of DAGs, tasks and groups: what Airflow allows in them."""

from __future__ import annotations

import ast
import re
from functools import cache

from dagdock.api import Argument, Fix

LONGEST = 250
LONGEST_GROUP = 200


def fault(argument: Argument, what: str, *, of_group: bool = False) -> str | None:
    """What is wrong with an id, in the words of a message; None where nothing is, or it is not known."""
    longest = LONGEST_GROUP if of_group else LONGEST
    for text in _texts(argument):
        if text == "" and argument.value.known:
            return f"{what} cannot be empty"
        if wrong := re.search(r"[^\w\-]" if of_group else r"[^\w.\-]", text.removesuffix("\n")):
            sign = wrong[0]
            return f"{what} cannot hold {f'`{sign}`' if sign.strip() else 'blanks'}"
        if len(text) > longest:
            return f"{what} has at most {longest} letters, this has {len(text)}"
    return None


def stripped(argument: Argument) -> Fix | None:
    """The plain literal without the blanks around it, where nothing else is wrong."""
    written, text = argument.span.text, argument.value.get(str) or ""
    short = text.strip(" ")
    if written[1:-1] != text or written[:1] not in ("'", '"') or not re.fullmatch(r"[\w.\-]+", short):
        return None
    return Fix.replace("Take the blanks away", argument, f"{written[0]}{short}{written[0]}")


@cache
def compiled(pattern: str) -> re.Pattern[str] | None:
    """A pattern from the configuration; None where it is none."""
    try:
        return re.compile(pattern)
    except re.error:
        return None


def _texts(argument: Argument) -> list[str]:
    """The id where it is known, else the parts of an f-string that are."""
    known = argument.value.get(str)
    if known is not None:
        return [known]
    if isinstance(argument.node, ast.JoinedStr):
        return [str(part.value) for part in argument.node.values if isinstance(part, ast.Constant)]
    return []
