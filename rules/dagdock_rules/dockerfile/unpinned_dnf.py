from __future__ import annotations

from dagdock.api import Bad, Problems, Run, rule

from ._pins import unpinned_problems


@rule(
    "DF311",
    severity="info",
    since="0.1",
    default=False,
    lessons=["L16"],
    aliases=["hadolint:DL3041", "kics:missing-version-specification-in-dnf-install"],
    tags=["reproducible"],
    words=["dnf"],
    bad=[
        Bad("FROM fedora:40\nRUN dnf install -y «httpd» && dnf clean all\n"),
        Bad("FROM redhat/ubi9-minimal:9.4\nRUN microdnf install -y «tar» && microdnf clean all\n"),
    ],
    good=[
        ("FROM fedora:40\nRUN dnf install -y httpd-2.4.62 && dnf module install -y nodejs:20 && dnf clean all\n"),
        'FROM fedora:40\nRUN dnf -y group install "Development Tools" && dnf clean all\n',
    ],
)
def unpinned_dnf(run: Run) -> Problems:
    """A package of dnf is installed without a version.

    The same Dockerfile gives another image next month, and nobody sees what changed.

    Versions vanish from the archives of a distribution when a newer one arrives, and then the pinned build fails: this
    is for those who keep a mirror or follow the updates with a tool.

    https://docs.docker.com/build/building/best-practices/#version-pinning
    """
    yield from unpinned_problems(
        run, ("dnf", "microdnf", "tdnf"), ("install", "in", "reinstall", "rei", "module install")
    )
