from __future__ import annotations

from dagdock.api import Bad, Problems, Run, rule

from ._pins import unpinned_problems


@rule(
    "DF312",
    severity="info",
    since="0.1",
    default=False,
    lessons=["L16"],
    aliases=["hadolint:DL3037", "kics:zypper-install-without-version"],
    tags=["reproducible"],
    words=["zypper"],
    bad=[
        Bad("FROM opensuse/leap:15.6\nRUN zypper -n install «httpd» && zypper clean\n"),
    ],
    good=[
        ("FROM opensuse/leap:15.6\nRUN zypper -n install httpd=2.4.58 'git>=2.43' ./tool.rpm && zypper clean\n"),
    ],
)
def unpinned_zypper(run: Run) -> Problems:
    """A package of zypper is installed without a version.

    The same Dockerfile gives another image next month, and nobody sees what changed.

    Versions vanish from the archives of a distribution when a newer one arrives, and then the pinned build fails: this
    is for those who keep a mirror or follow the updates with a tool.

    https://en.opensuse.org/SDB:Zypper_manual
    """
    yield from unpinned_problems(run, ("zypper",), ("install", "in"))
