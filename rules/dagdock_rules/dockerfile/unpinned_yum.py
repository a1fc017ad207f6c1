from __future__ import annotations

from dagdock.api import Bad, Problems, Run, rule

from ._pins import unpinned_problems


@rule(
    "DF310",
    severity="info",
    since="0.1",
    default=False,
    lessons=["L16"],
    aliases=["hadolint:DL3033", "kics:yum-install-without-version"],
    tags=["reproducible"],
    words=["yum"],
    bad=[
        Bad("FROM amazonlinux:2\nRUN yum install -y «httpd» && yum clean all\n"),
    ],
    good=[
        ("FROM amazonlinux:2\nRUN yum install -y httpd-2.4.62 gcc-c++-7.3.1 ./tool.rpm && yum clean all\n"),
        "FROM amazonlinux:2\nARG HTTPD=2.4.62\nRUN yum install -y httpd-${HTTPD} && yum clean all\n",
    ],
)
def unpinned_yum(run: Run) -> Problems:
    """A package of yum is installed without a version.

    The same Dockerfile gives another image next month, and nobody sees what changed.

    Versions vanish from the archives of a distribution when a newer one arrives, and then the pinned build fails: this
    is for those who keep a mirror or follow the updates with a tool.

    https://docs.docker.com/build/building/best-practices/#version-pinning
    """
    yield from unpinned_problems(run, ("yum",), ("install", "reinstall", "module install"))
