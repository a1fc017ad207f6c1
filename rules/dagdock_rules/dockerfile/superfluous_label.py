from __future__ import annotations

from dagdock.api import Bad, Label, Problem, Problems, nearest, rule

CONFIG = 'strict-labels = true\n\n[label-schema]\nmaintainer = "email"\n'


@rule(
    "DF804",
    severity="info",
    since="0.1",
    aliases=["hadolint:DL3050"],
    bad=[Bad({"dagdock.toml": CONFIG, "Dockerfile": "FROM alpine:3.20\nLABEL maintainer=a@example.com «team»=web\n"})],
    good=[
        {"dagdock.toml": CONFIG, "Dockerfile": "FROM alpine:3.20\nLABEL maintainer=a@example.com\n"},
        "FROM alpine:3.20\nLABEL team=web\n",
    ],
)
def superfluous_label(label: Label, *, label_schema: dict[str, str] = {}, strict_labels: bool = False) -> Problems:
    """A label is not one of those that the team has agreed on.

    With `strict-labels = true` in the configuration an image has the labels of `label-schema` and no others, so that
    nobody invents a second name for the same thing.

    https://docs.docker.com/engine/manage-resources/labels/
    """
    if not strict_labels:
        return
    for pair in label.pairs:
        key = pair.key_word.literal
        if key and key not in label_schema:
            close = nearest(key, label_schema)
            yield Problem(
                pair.key_word,
                f"`{key}` is not in `label-schema`, and `strict-labels` allows no other. "
                + (f"Did you mean `{close}`?" if close else "Leave it out, or add it to the schema"),
            )
