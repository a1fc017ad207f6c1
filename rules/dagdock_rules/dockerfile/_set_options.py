"""The options of the shell's `set`, and what stands behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dagdock.api import Command, Word


def parameter_behind_options(command: Command) -> Word | None:
    """What `set -e` takes for a parameter of the script. None for `set a b` and `set -- a b`, which mean to."""
    is_first = True
    arguments = iter(command.arguments)
    for word in arguments:
        value = word.value or "--"
        if value == "--" or (is_first and value[0] not in "-+"):
            return None
        if value[0] not in "-+":
            return word
        is_first = False
        if value.endswith("o"):
            next(arguments, None)
    return None
