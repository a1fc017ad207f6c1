from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Stage, rule

from ._labels import labels

CONFIG = '[label-schema]\nmaintainer = "email"\n"org.opencontainers.image.source" = "url"\n'


@rule(
    "DF803",
    severity="info",
    since="0.1",
    aliases=["hadolint:DL3049", "sonar:S7028"],
    bad=[Bad({"dagdock.toml": CONFIG, "Dockerfile": "«FROM alpine:3.20»\nLABEL maintainer=team@example.com\n"})],
    good=[
        {
            "dagdock.toml": CONFIG,
            "Dockerfile": "FROM golang:1.23 AS build\nFROM alpine:3.20\nCOPY --from=build /app /app\n"
            'LABEL maintainer=team@example.com \\\n    "org.opencontainers.image.source"=https://example.com/app\n',
        },
        "FROM alpine:3.20\n",
    ],
)
def missing_label(stage: Stage, *, label_schema: dict[str, str] = {}) -> Problems:
    """An image lacks labels that the team wants on each of them.

    `label-schema` in the configuration names the labels and what they hold. Labels of the stage that an image is built
    on count; stages that others are built on or copy from are no images of their own. Without a schema the rule says
    nothing.

    https://docs.docker.com/engine/manage-resources/labels/
    """
    if not label_schema or stage.from_instruction is None or stage.used_by:
        return
    given = {str(pair.key) for part in stage.chain() for _, pair in labels(part)}
    missing = [name for name in label_schema if name not in given]
    if missing:
        listed = ", ".join(f"`{name}`" for name in missing)
        yield Problem(
            stage.from_instruction,
            f"this image lacks {'the label' if len(missing) == 1 else 'the labels'} {listed}, which every image is to "
            "have. Add a LABEL line",
        )
