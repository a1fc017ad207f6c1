from __future__ import annotations

from dagdock.api import Bad, Dockerfile, Problems, rule

from ._faults import faults


@rule(
    "DF021",
    severity="error",
    since="0.1",
    precision="very-high",
    tags=["syntax"],
    bad=[
        Bad("ARG TAG=1.27\nFROM alpine:3.20\nCOPY --from=«nginx:$TAG» /etc/nginx /etc/nginx\n"),
    ],
    good=[
        "ARG TAG=1.27\nFROM nginx:$TAG AS web\nFROM alpine:3.20\nCOPY --from=web /etc/nginx /etc/nginx\n",
    ],
)
def variable_in_copy_from(file: Dockerfile) -> Problems:
    """A variable stands in `COPY --from` or in `from=` of a mount.

    Docker does not replace variables there and refuses the file. Give the image a stage of its own, `FROM image:$TAG AS
    tools`, and copy from `tools`.

    https://docs.docker.com/reference/dockerfile/#copy---from
    """
    yield from faults(file, "variable-in-copy-from")
