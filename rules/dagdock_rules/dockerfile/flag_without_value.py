from __future__ import annotations

from dagdock.api import Bad, Dockerfile, Problems, rule

from ._faults import faults


@rule(
    "DF006",
    severity="error",
    since="0.1",
    precision="very-high",
    aliases=["dockerfile-utils:FLAG_MISSING_VALUE"],
    tags=["syntax"],
    bad=[
        Bad("FROM alpine:3.20\nCOPY «--from=» /app /app\n"),
    ],
    good=[
        "FROM alpine:3.20\nCOPY --link --from=nginx:1.27 /etc/nginx /etc/nginx\n",
    ],
)
def flag_without_value(file: Dockerfile) -> Problems:
    """A flag needs a value and has none.

    Docker refuses the file: `--chown`, `--from`, `--mount` and their like stand for nothing without `=` and a value.
    Only switches such as `--link` may stand alone.

    https://docs.docker.com/reference/dockerfile/
    """
    yield from faults(file, "flag-without-value")
