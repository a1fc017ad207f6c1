"""Variables of ARG and ENV whose name says secret, and whether their value can be one."""

from __future__ import annotations

from math import inf

from dagdock.api import Arg, Env, Pair, PairsInstruction, Stage, Variable, remembered

from ..secrets import is_secret_name, is_setting, known_secret, password_in_url

# What front-end frameworks write into the scripts that they send to every visitor; they name such variables so.
PUBLISHED = ("VITE_", "NEXT_PUBLIC_", "REACT_APP_", "NUXT_PUBLIC_", "PUBLIC_", "EXPO_PUBLIC_", "GATSBY_", "VUE_APP_")

# How names of files end: a script that resets a password, a file that holds one.
FILES = tuple(
    ".sh .bash .py .pl .rb .js .ps1 .bat .exe .exp .sql .txt .conf .cfg .ini .yml .yaml .json .xml .properties .pem "
    ".key .crt .jks .p12 .rsp".split()
)


def carries_secret(instruction: PairsInstruction, pair: Pair) -> bool:
    """Whether a variable is named for a secret and has, or is given, a value that may be one.

    Once for each name: not again where ENV keeps what an ARG brought, or a stage declares a global ARG.
    """
    if not _may_be_secret(instruction, pair):
        return False
    return not _is_repeated(instruction, pair) and not _is_passed_on(instruction, pair)


def _may_be_secret(instruction: PairsInstruction, pair: Pair) -> bool:
    return (
        is_secret_name(pair.key, loose=True)
        and pair.key.isidentifier()
        and not _names_entry(pair.key)
        and not pair.key.upper().startswith(PUBLISHED)
        and not _is_harmless(instruction, pair)
    )


def _names_entry(name: str) -> bool:
    """Whether it is the key of an entry in a list of settings: `Filters__0__Key`."""
    *_, place, last = ["", "", *name.split("__")]
    return place.isdigit() and last.lower() == "key"


def _is_passed_on(instruction: PairsInstruction, pair: Pair) -> bool:
    """Whether it is reported elsewhere: `ENV X=$X` behind `ARG X`, or a global ARG that a stage declares anew."""
    stage, name = instruction.stage, str(pair.key)
    if stage is None:
        stages = instruction.dockerfile.stages
        return isinstance(instruction, Arg) and any(name in _declared(stage) for stage in stages)
    if not isinstance(instruction, Env) or pair.value is None or _declared(stage).get(name, inf) > instruction.index:
        return False
    parts = pair.value.parts
    return len(parts) == 1 and isinstance(parts[0], Variable) and parts[0].name == name


@remembered
def _declared(stage: Stage) -> dict[str, int]:
    """The first ARG of a stage that declares each name, where it may bring a secret."""
    found: dict[str, int] = {}
    for argument in stage.all_of(Arg):
        for pair in argument.pairs:
            if _may_be_secret(argument, pair):
                found.setdefault(str(pair.key), argument.index)
    return found


def _is_harmless(instruction: PairsInstruction, pair: Pair) -> bool:
    """Whether the value gives nothing away: none at all, a switch, a path, an address."""
    if pair.value is None:
        return False  # ARG: the value comes from the command line and is kept
    value = pair.value.value.strip()
    if known_secret(value) or password_in_url(value):
        return True  # `secret-literal` says more
    if not value or _comes_to_nothing(instruction, pair):
        return True
    return pair.value.literal is not None and (is_setting(value) or value.lower().endswith(FILES))


def _comes_to_nothing(instruction: PairsInstruction, pair: Pair) -> bool:
    """Whether the value is made of variables alone that nothing above declares, without a default: it is empty."""
    word, stage = pair.value, instruction.stage
    if word is None or stage is None or not word.variables:
        return False
    scope = stage.scope_at(instruction)
    return all(isinstance(part, Variable) and _is_empty(part) and part.name not in scope for part in word.parts)


def _is_empty(variable: Variable) -> bool:
    """Whether an unset variable stands for nothing: `$X`, `${X:-}`."""
    return not variable.has_default or not (variable.word and variable.word.raw.strip("\"'"))


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
