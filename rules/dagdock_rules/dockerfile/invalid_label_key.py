from __future__ import annotations

from dagdock.api import Bad, Label, Pair, Problem, Problems, rule

RESERVED = ("com.docker.", "io.docker.", "org.dockerproject.")
# Docker asks the makers of extensions to set these themselves.
FOR_EXTENSIONS = ("com.docker.extension.", "com.docker.desktop.extension.")


@rule(
    "DF802",
    severity="info",
    since="0.1",
    default=False,
    aliases=["hadolint:DL3048"],
    tags=["style"],
    bad=[
        Bad('FROM alpine:3.20\nLABEL «Description»="Our web site"\n'),
        Bad("FROM alpine:3.20\nLABEL «com.docker.team»=web\n"),
    ],
    good=['FROM alpine:3.20\nLABEL org.opencontainers.image.title="Our web site" com.example.team=web version=1.2\n'],
)
def invalid_label_key(label: Label) -> Problems:
    """The name of a label does not follow Docker's guidelines.

    A name begins and ends with a lower-case letter or a digit, with letters, digits, `.`, `-`, `_` and `/` between, and
    without two dots or dashes in a row; `com.docker.`, `io.docker.` and `org.dockerproject.` belong to Docker. Docker
    takes others too, but tools that filter by labels stumble over them.

    https://docs.docker.com/engine/manage-resources/labels/#key-format-recommendations
    """
    for pair in label.pairs:
        key = _key(label, pair)
        if key and "{{" not in key and (reason := _fault(key)):
            yield Problem(pair.key_word, f"`{key}` is no good name for a label: {reason}")


def _key(label: Label, pair: Pair) -> str | None:
    """The name of a label; with a `$` in it where that begins no variable that is known here."""
    scope = label.stage.scope_at(label) if label.stage else None
    if any(scope is None or variable.name in scope for variable in pair.key_word.variables):
        return None
    return str(pair.key)


def _fault(key: str) -> str:
    import re

    if key.startswith(RESERVED) and not key.startswith(FOR_EXTENSIONS):
        return f"names that begin with `{next(each for each in RESERVED if key.startswith(each))}` belong to Docker"
    if key != key.lower():
        return f"only lower-case letters are meant to stand in it. Write `{key.lower()}`"
    if not re.fullmatch(r"[a-z].*", key):
        return "it has to begin with a letter"
    if not re.fullmatch(r".*[a-z0-9]", key):
        return "it has to end with a letter or a digit"
    if strange := re.search(r"[^a-z0-9._/-]", key):
        return f"`{strange.group()}` is not meant to stand in it"
    if ".." in key or "--" in key:
        return "two dots or dashes stand in a row"
    return ""
