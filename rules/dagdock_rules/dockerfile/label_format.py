from __future__ import annotations

from dagdock.api import Bad, Label, Problem, Problems, rule

from ._labels import TYPES, value_of

CONFIG = '[label-schema]\nversion = "semver"\nlicense = "spdx"\ncreated = "rfc3339"\n'


@rule(
    "DF806",
    severity="warning",
    since="0.1",
    aliases=[code for _, _, code in TYPES.values()],
    bad=[
        Bad({"dagdock.toml": CONFIG, "Dockerfile": "FROM alpine:3.20\nLABEL version=«1.2» license=«Apache2»\n"}),
        Bad({"dagdock.toml": CONFIG, "Dockerfile": "FROM alpine:3.20\nLABEL created=«22.11.2026»\n"}),
    ],
    good=[
        {
            "dagdock.toml": CONFIG,
            "Dockerfile": "FROM alpine:3.20\nARG VERSION=dev\n"
            'LABEL version=$VERSION license="Apache-2.0 OR MIT" created=2026-11-22T15:04:05+01:00\n',
        },
        "FROM alpine:3.20\nLABEL version=1.2\n",
    ],
)
def label_format(label: Label, *, label_schema: dict[str, str] = {}) -> Problems:
    """A label does not hold what `label-schema` says.

    The schema of the configuration gives each label a type: `text` for anything, `url`, `rfc3339` (a time), `spdx`
    (a license), `hash` (of a commit), `semver` (a version) or `email`. Tools that read the label count on it.

    https://docs.docker.com/engine/manage-resources/labels/
    """
    for pair in label.pairs:
        test, wanted, code = TYPES.get(label_schema.get(str(pair.key), ""), (None, "", ""))
        value = value_of(label, pair)
        if test is not None and pair.value is not None and value and not test(value):
            yield Problem(pair.value, f"`{pair.key}` is to be {wanted}, and `{value}` is none", aliases=[code])
