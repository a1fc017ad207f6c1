"""Shell patterns in substitutions, as BuildKit reads them: `*` and `?`; None stands for "unknown" throughout."""

from __future__ import annotations

from re import Pattern


def trim(value: str, pattern: str, modifier: str) -> str | None:
    """`${value#pattern}`, `##`, `%`, `%%`: the value without the shortest or longest match at one end."""
    if modifier[0] == "%":
        # From behind, since a regular expression finds the match that begins first, not the one that ends last.
        trimmed = trim(value[::-1], _reversed(pattern), modifier.replace("%", "#"))
        return None if trimmed is None else trimmed[::-1]
    regex = _regex(pattern, len(value), greedy=modifier == "##")
    match = regex.match(value) if regex else None
    return None if regex is None else value[match.end() :] if match else value


def replace(value: str, pattern: str, replacement: str, every: bool) -> str | None:
    """`${value/pattern/replacement}`, `//` for `every` match."""
    regex = _regex(pattern, len(value) + len(replacement), greedy=True)
    return None if regex is None else regex.sub(lambda _: replacement, value, count=0 if every else 1)


def _reversed(pattern: str) -> str:
    pieces: list[str] = []
    position = 0
    while position < len(pattern):
        width = 2 if pattern[position] == "\\" else 1
        pieces.append(pattern[position : position + width])
        position += width
    return "".join(reversed(pieces))


def _regex(pattern: str, size: int, greedy: bool) -> Pattern[str] | None:
    """A shell pattern as a regular expression; None where Docker refuses it, or it might run for long.

    `size` is how much text it is to work on.
    """
    import re

    if pattern.count("*") > 2 or len(pattern) + size > 2000:
        return None
    out: list[str] = []
    characters = iter(pattern)
    for character in characters:
        if character == "*":
            out.append(".*" if greedy else ".*?")
        elif character == "?":
            out.append(".")
        elif character == "\\":
            escaped = next(characters, "")
            if escaped not in tuple("*?\\}/"):
                return None
            out.append(re.escape(escaped))
        else:
            out.append(re.escape(character))
    return re.compile("".join(out))
