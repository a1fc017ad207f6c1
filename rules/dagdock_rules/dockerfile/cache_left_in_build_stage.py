from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Run, rule

from ._caches import CACHES, cache_left
from ._layers import ships
from ._pip import downloads_kept_by_pip

ALIASES = {
    "apk": "hadolint:DL3019",
    "dnf": "hadolint:DL3040",
    "microdnf": "hadolint:DL3040",
    "yum": "hadolint:DL3032",
    "zypper": "hadolint:DL3036",
}


@rule(
    "DF332",
    severity="info",
    since="0.1",
    default=False,
    aliases=["hadolint:DL3019", "hadolint:DL3032", "hadolint:DL3036", "hadolint:DL3040", "hadolint:DL3042"],
    tags=["size"],
    bad=[
        Bad("FROM alpine:3.20 AS build\nRUN «apk add» gcc\nFROM alpine:3.20\nCOPY --from=build /app /app\n"),
    ],
    good=[
        ("FROM alpine:3.20 AS build\nRUN apk add --no-cache gcc\nFROM alpine:3.20\nCOPY --from=build /app /app\n"),
    ],
)
def cache_left_in_build_stage(run: Run) -> Problems:
    """A package manager's cache stays in the layer of a stage that others only copy from.

    Such a layer is in no image, so the cache costs nothing there but room in the build cache, and time where that is
    sent to other machines. For the stages that are shipped there are the rules `pip-cache-left`, `apk-cache-left` and
    their like.

    https://docs.docker.com/build/cache/optimize/#use-cache-mounts
    """
    if ships(run):
        return
    for family, alias in ALIASES.items():
        call = cache_left(run, family)
        if call and not (family == "apk" and call.options.has("--no-cache")):
            yield Problem(
                call.head,
                f"{call.manager} keeps what it downloaded in this layer of a build stage. "
                f"End the RUN with `{CACHES[family].clean}`, or use a cache mount",
                aliases=[alias],
            )
    kept = downloads_kept_by_pip(run)
    if kept:
        yield Problem(
            kept[0].head,
            "pip keeps its downloads in this layer of a build stage. Use a cache mount, or add `--no-cache-dir`",
            aliases=["hadolint:DL3042"],
        )
