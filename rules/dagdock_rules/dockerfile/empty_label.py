from __future__ import annotations

from dagdock.api import Bad, Label, Problem, Problems, rule

from ._labels import value_of

CONFIG = '[label-schema]\nmaintainer = "text"\n'


@rule(
    "DF805",
    severity="warning",
    since="0.1",
    aliases=["hadolint:DL3051"],
    bad=[Bad({"dagdock.toml": CONFIG, "Dockerfile": 'FROM alpine:3.20\nLABEL «maintainer=""»\n'})],
    good=[
        {"dagdock.toml": CONFIG, "Dockerfile": 'FROM alpine:3.20\nARG WHO\nLABEL maintainer=$WHO other=""\n'},
        'FROM alpine:3.20\nLABEL maintainer=""\n',
    ],
)
def empty_label(label: Label, *, label_schema: dict[str, str] = {}) -> Problems:
    """A label that the team wants on each image is there and empty.

    `label-schema` in the configuration names the labels that an image has to have; one without a value tells nobody
    anything.

    https://docs.docker.com/engine/manage-resources/labels/
    """
    for pair in label.pairs:
        value = value_of(label, pair)
        if pair.key in label_schema and value is not None and not value.strip():
            yield Problem(pair, f"the label `{pair.key}` is empty. Write what it is there for")
