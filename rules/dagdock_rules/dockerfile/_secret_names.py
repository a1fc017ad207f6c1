"""Variables of ARG and ENV whose name says secret, and whether their value can be one."""

from __future__ import annotations

from dagdock.api import Pair, PairsInstruction, Stage, Variable, remembered

from ..secrets import is_secret_name, is_setting, known_secret, password_in_url


def carries_secret(instruction: PairsInstruction, pair: Pair) -> bool:
    """Whether a variable is named for a secret and has, or is given, a value that may be one."""
    return (
        is_secret_name(pair.key, loose=True)
        and not _is_harmless(instruction, pair)
        and not _is_repeated(instruction, pair)
    )


def _is_harmless(instruction: PairsInstruction, pair: Pair) -> bool:
    """Whether the value gives nothing away: none at all, a switch, a path, an address."""
    if pair.value is None:
        return False  # ARG: the value comes from the command line and is kept
    value = pair.value.value.strip()
    if known_secret(value) or password_in_url(value):
        return True  # `secret-literal` says more
    return not value or _comes_to_nothing(instruction, pair) or (pair.value.literal is not None and is_setting(value))


def _comes_to_nothing(instruction: PairsInstruction, pair: Pair) -> bool:
    """Whether the value is made of variables alone that nothing above declares: it is empty."""
    word, stage = pair.value, instruction.stage
    if word is None or stage is None or not word.variables:
        return False
    scope = stage.scope_at(instruction)
    return all(isinstance(part, Variable) and not part.has_default and part.name not in scope for part in word.parts)


def _is_repeated(instruction: PairsInstruction, pair: Pair) -> bool:
    """Whether the stage says the same above, where it is reported."""
    if instruction.stage is None:
        return False
    said = _first_said(instruction.stage).get((instruction.name, str(pair.key), pair.span.text), instruction.index)
    return said < instruction.index


@remembered
def _first_said(stage: Stage) -> dict[tuple[str, str, str], int]:
    """The first instruction of a stage that says each `key=value`, by its keyword."""
    found: dict[tuple[str, str, str], int] = {}
    for instruction in stage.instructions:
        if isinstance(instruction, PairsInstruction):
            for pair in instruction.pairs:
                found.setdefault((instruction.name, str(pair.key), pair.span.text), instruction.index)
    return found
