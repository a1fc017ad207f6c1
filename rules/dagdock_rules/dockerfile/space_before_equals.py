from __future__ import annotations

from dagdock.api import Arg, Bad, Edit, Fix, Label, Pair, PairsInstruction, Problem, Problems, rule

from ..secrets import without_secrets


@rule(
    "DF622",
    severity="error",
    since="0.1",
    precision="very-high",
    fix="unsafe",
    aliases=["sonar:S6574", "buildkit:LegacyKeyValueFormat"],
    bad=[
        Bad("FROM debian:12\nENV «TZ =Europe/Berlin»\n", fixed="FROM debian:12\nENV TZ=Europe/Berlin\n"),
        Bad(
            "FROM debian:12\nLABEL «description = Our web site»\n",
            fixed='FROM debian:12\nLABEL description="Our web site"\n',
        ),
    ],
    good=["FROM debian:12\nENV TZ=Europe/Berlin\nENV EXPRESSION 1 = 1\n"],
)
def space_before_equals(instruction: PairsInstruction) -> Problems:
    """There is a blank before the `=` of ENV or LABEL.

    Docker takes the line for the old form without `=`, in which all behind the first blank is the value: `ENV A =b`
    sets A to `=b`.

    https://docs.docker.com/reference/dockerfile/#env
    """
    if isinstance(instruction, Arg):
        return
    for pair in instruction.pairs:
        if pair.legacy and pair.value is not None and pair.value.raw.startswith("="):
            shown = _short(pair.value.raw, pair.key)
            yield Problem(
                pair,
                f"the blank before `=` makes it a part of the value: `{pair.key}` is `{shown}`. Take the blank out",
                fix=_fix(pair),
                severity="warning" if isinstance(instruction, Label) else None,
            )


def _short(raw: str, name: str) -> str:
    value = raw[1:].strip()
    text = raw if without_secrets(value, name) == value else "=…"
    return text if len(text) <= 30 else text[:29] + "…"


def _fix(pair: Pair) -> Fix | None:
    if pair.value is None:
        return None
    rest = pair.value.raw[1:].strip()
    if pair.span.text != f"{pair.key_word.raw}{pair.span.text[len(pair.key_word.raw) :]}" or "\n" in pair.span.text:
        return None
    if any(character.isspace() for character in rest):
        if any(sign in rest for sign in "\"'\\`="):
            return None
        rest = f'"{rest}"'
    return Fix("Take the blank out", [Edit(pair, f"{pair.key_word.raw}={rest}")], "unsafe")
