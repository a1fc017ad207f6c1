from __future__ import annotations

from dagdock.api import Bad, Problems, Run, rule

from ._pins import unpinned_problems


@rule(
    "DF304",
    severity="info",
    since="0.1",
    default=False,
    lessons=["L16"],
    aliases=["hadolint:DL3008", "kics:apt-get-install-pin-version-not-defined"],
    tags=["reproducible"],
    words=["apt"],
    bad=[
        Bad("FROM debian:12\nRUN apt-get update && apt-get install -y «curl»\n"),
    ],
    good=[
        "FROM debian:12\nRUN apt-get update && apt-get install -y curl=7.88.1-10+deb12u8\n",
        (
            "FROM debian:12\n"
            "RUN apt-get update && apt-get install -y -t bookworm-backports git=1:2.39.2-1.1 ./tool.deb\n"
        ),
        ('FROM debian:12\nARG CURL="curl=7.88.1-10+deb12u8"\nRUN apt-get update && apt-get install -y $CURL\n'),
    ],
)
def unpinned_apt(run: Run) -> Problems:
    """A package of apt is installed without a version.

    The same Dockerfile gives another image next month, and nobody sees what changed.

    Versions vanish from the archives of a distribution when a newer one arrives, and then the pinned build fails: this
    is for those who keep a mirror or follow the updates with a tool.

    https://docs.docker.com/build/building/best-practices/#version-pinning
    """
    yield from unpinned_problems(run, ("apt",), ("install",))
