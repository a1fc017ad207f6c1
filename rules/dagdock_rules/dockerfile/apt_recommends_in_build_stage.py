from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Run, rule

from ._layers import ships
from ._made_for import is_for_development
from ._recommends import installs_recommended, may_recommend


@rule(
    "DF334",
    severity="info",
    since="0.1",
    default=False,
    aliases=[
        "hadolint:DL3015",
        "trivy:DS-0029",
        "kics:apt-get-install-not-avoiding-additional-packages",
        "sonar:S6500",
    ],
    tags=["size"],
    words=["apt"],
    bad=[
        Bad(
            "FROM debian:12 AS build\nRUN apt-get update && «apt-get install» -y gcc\n"
            "FROM debian:12\nCOPY --from=build /app /app\n"
        ),
    ],
    good=["FROM debian:12\nRUN apt-get update && apt-get install -y --no-install-recommends libpq-dev\n"],
)
def apt_recommends_in_build_stage(run: Run) -> Problems:
    """`apt-get install` leaves it to apt to bring recommended packages, where that hardly matters.

    In a stage that others only copy from, in an image to work in, and with packages that recommend nothing, the option
    makes no image smaller. For teams that want it written everywhere; where it matters, `apt-recommends` says so.

    https://docs.docker.com/build/building/best-practices/#apt-get
    """
    found = installs_recommended(run)
    matters = any(may_recommend(install) for install in found) and not (run.stage and is_for_development(run.stage))
    if found and not (ships(run) and matters):
        yield Problem(
            found[0].head,
            f"`{found[0].manager} install` leaves it to apt to bring recommended packages. Add "
            "`--no-install-recommends`",
        )
