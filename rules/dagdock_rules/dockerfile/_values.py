"""What the words of a RUN come to once the shell has put in the variables that the Dockerfile shows."""

from __future__ import annotations

import re
from functools import cache

from dagdock.api import Arg, Run, Word

from ._base_image import known_image


def texts_of(word: Word, run: Run) -> list[str] | None:
    """The words that a word of a RUN becomes: one, or several where a variable outside quotes holds several.

    None where that hangs on something nobody can see in the file.
    """
    if word.value is not None:
        return [word.value]
    text = word.inside.text
    values = {name: _value(name, run) for name in word.variables}
    if None in values.values():
        return None
    text = _plain_variable().sub(lambda match: values[match[1] or match[2]] or "", text)
    if "$" in text or "`" in text or "{{" in text:
        return None
    return text.split() if word.may_split else [text]


def _value(name: str, run: Run) -> str | None:
    """The value of a variable in a RUN: set there, by ARG or ENV, or by nothing at all; None where it is unknown."""
    set_here = [
        word
        for command in run.script.commands
        for word in (*command.assignments, *(command.words if command.name in _DECLARE else ()))
        if word.text.startswith((f"{name}=", f"{name}+="))
    ]
    written: str | None = set_here[0].value if len(set_here) == 1 else None
    if written is not None and "+=" not in written:
        return written.partition("=")[2]
    if set_here or run.stage is None or _other_setter(name).search(run.body.text):
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


_DECLARE = ("export", "declare", "local", "readonly", "typeset")


@cache
def _plain_variable() -> re.Pattern[str]:
    return re.compile(r"\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))")


@cache
def _other_setter(name: str) -> re.Pattern[str]:
    """A loop, `read`, or a file that is sourced."""
    name = re.escape(name)
    return re.compile(rf"\bfor\s+{name}\b|\bread\b[^;&|\n]*\b{name}\b|(?:^|[;&|\n])\s*(?:\.|source|eval)\s|\b{name}=")
