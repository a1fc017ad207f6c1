from __future__ import annotations

from dagdock.api import Arg, Bad, Edit, Fix, Pair, PairsInstruction, Problem, Problems, Span, rule

from ..secrets import without_secrets


@rule(
    "DF621",
    severity="info",
    since="0.1",
    precision="very-high",
    fix="safe",
    aliases=["buildkit:LegacyKeyValueFormat"],
    tags=["style"],
    bad=[
        Bad("FROM debian:12\nENV «LANG C.UTF-8»\n", fixed="FROM debian:12\nENV LANG=C.UTF-8\n"),
        Bad(
            "FROM debian:12\nLABEL «description Our web site»\n",
            fixed='FROM debian:12\nLABEL description="Our web site"\n',
        ),
    ],
    good=['FROM debian:12\nENV LANG=C.UTF-8\nLABEL description="Our web site"\n'],
)
def legacy_key_value(instruction: PairsInstruction) -> Problems:
    """ENV or LABEL is written without `=`.

    In this old form everything behind the first blank is the value, so a second pair in the same line silently
    becomes a part of the first: `ENV A 1 B=2` sets A to `1 B=2`. Docker keeps the form only for old files.

    https://docs.docker.com/reference/build-checks/legacy-key-value-format/
    """
    if isinstance(instruction, Arg):
        return
    for pair in instruction.pairs:
        if pair.legacy and pair.value is not None and not pair.value.raw.startswith("="):
            yield Problem(
                pair,
                f"{instruction.name} without `=` is a form that Docker keeps only for old files: everything after the "
                f"first space becomes the value. {_remedy(instruction.keyword, pair)}",
                fix=_fix(pair),
            )


def _remedy(keyword: str, pair: Pair) -> str:
    """How the line reads with `=`; of a value that is long, a secret or in need of care only what to do with it."""
    raw = pair.value.raw if pair.value else ""
    has_blanks = any(character.isspace() for character in raw)
    if pair.key == "DEBIAN_FRONTEND":
        return "Put `=` behind it"  # whether it is better an ARG, noninteractive-env-kept tells
    if without_secrets(raw, pair.key) != raw:
        return f"Write `{keyword} {pair.key}=…`"
    if len(raw) > 80 or "\n" in raw or any(sign in raw for sign in "\"'\\`"):
        if _is_one_string(raw) and len(raw) <= 80 and "$" not in raw:
            return f"Write `{keyword} {pair.key}={raw}`"
        return f"Put `=` behind `{pair.key}`" + (", and the value in double quotes" if has_blanks else "")
    value = f'"{raw}"' if has_blanks else raw
    return f"Write `{keyword} {pair.key}={value}`"


def _fix(pair: Pair) -> Fix | None:
    value = pair.value
    if value is None or not pair.key_word.raw or "=" in pair.key_word.raw:
        return None
    raw = value.raw
    span, gap = value.span, Span(value.span.source, pair.key_word.span.end, value.span.start)
    if "#" in gap.text:
        return None
    if not any(character.isspace() for character in raw) or _is_one_string(raw):
        edits = [Edit(gap, "=")]
    elif any(sign in raw for sign in "\"'\\`") or (span.text != raw and "#" in span.text):
        return None
    else:
        edits = [Edit(gap, '="'), Edit(span.source.span(span.end, span.end), '"')]
    return Fix(f"Write `{pair.key}=…`", edits)


def _is_one_string(raw: str) -> bool:
    """Whether all of a value stands in one pair of quotes."""
    return len(raw) > 1 and raw[0] == raw[-1] and raw[0] in "\"'" and not any(sign in raw[1:-1] for sign in "\"'\\`")
