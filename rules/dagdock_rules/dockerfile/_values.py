"""What the words of a RUN come to once the shell has put in the variables that the Dockerfile shows."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from dagdock.api import Arg, Command, Run, Word

from ._base_image import known_image


def texts_of(word: Word, run: Run) -> list[str] | None:
    """The words that a word of a RUN becomes: one, or several where a variable outside quotes holds several.

    None where that hangs on something nobody can see in the file.
    """
    if word.value is not None:
        return [word.value]
    text = word.inside.text
    if len(word.variables) == 1 and _plain_variable().fullmatch(text):
        items = _looped(run).get(word.variables[0])
        if items:
            return items
    values = {name: _value(name, run) for name in word.variables}
    if None in values.values():
        return None
    text = _plain_variable().sub(lambda match: values[match[1] or match[2]] or "", text)
    if "$" in text or "`" in text or "{{" in text:
        return None
    return text.split() if word.may_split else [text]


def hides_options(command: Command, run: Run) -> bool:
    """Whether a variable among the words may come to an option: its value is unknown, or begins like one."""
    texts = [texts_of(word, run) for word in command.words if word.value is None]
    return not all(each and not any(text.startswith("-") for text in each) for each in texts)


def _value(name: str, run: Run) -> str | None:
    """The value of a variable in a RUN: set there, by ARG or ENV, or by nothing at all; None where it is unknown."""
    set_here = _assignments(run).get(name, [])
    written: str | None = set_here[0].value if len(set_here) == 1 else None
    if written is not None and "+=" not in written:
        return written.partition("=")[2]
    others = _set_otherwise(run)
    if set_here or run.stage is None or others is None or name in others:
        return None
    scope = run.stage.scope_at(run)
    binding = scope.get(name)
    if binding is not None:
        return binding.value
    if any(name == pair.key for other in run.dockerfile.instructions if isinstance(other, Arg) for pair in other.pairs):
        return None  # an ARG that does not reach this far: what it should be is not for this rule to say
    known = known_image(run.stage.root_image)
    listed: list[str] | None = known.get("env") if known else None
    return "" if scope.complete or (listed is not None and name not in listed) else None


@lru_cache(maxsize=64)
def _looped(run: Run) -> dict[str, list[str]]:
    """The plain words that a loop goes through, by its variable: `for p in numpy pandas; do …`."""
    if "for" not in run.body.text:
        return {}
    text = run.body.text.replace("\\\n", " ")
    found: dict[str, list[str]] = {}
    for match in _loop().finditer(text):
        items = match[2].split()
        plain = items and all(_plain_item().fullmatch(item) for item in items)
        found[match[1]] = items if plain and match[1] not in found and match[1] not in _assignments(run) else []
    return found


_DECLARE = ("export", "declare", "local", "readonly", "typeset")


@lru_cache(maxsize=64)
def _assignments(run: Run) -> dict[str, list[Word]]:
    """The words of a RUN that set variables (`A=1`, `export A=1`), by name."""
    found: dict[str, list[Word]] = {}
    for command in run.script.commands:
        for word in (*command.assignments, *(command.words if command.name in _DECLARE else ())):
            name, equals, _ = word.text.partition("=")
            if equals:
                found.setdefault(name.rstrip("+"), []).append(word)
    return found


@lru_cache(maxsize=64)
def _set_otherwise(run: Run) -> frozenset[str] | None:
    """The variables that a loop or `read` sets; None where a file is sourced, which may set any."""
    text = run.body.text
    if _source().search(text):
        return None
    return frozenset(name for match in _setter().finditer(text) for name in match[1].split())


@cache
def _plain_variable() -> re.Pattern[str]:
    return re.compile(r"\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))")


@cache
def _loop() -> re.Pattern[str]:
    return re.compile(r"\bfor\s+(\w+)\s+in\s+([^;\n]*?)\s*[;\n]\s*do\b")


@cache
def _plain_item() -> re.Pattern[str]:
    return re.compile(r"[\w./@:=+~<>-]+")


@cache
def _setter() -> re.Pattern[str]:
    return re.compile(r"\b(?:for[ \t]+(?=\w)|(?:read|getopts|mapfile|readarray|printf -v)\b)([^;&|<>\n]*)")


@cache
def _source() -> re.Pattern[str]:
    return re.compile(r"(?:^|[;&|\n])\s*(?:\.|source|eval)\s")
