from __future__ import annotations

from dagdock.api import Bad, Problems, Run, rule

from ._caches import cache_problems


@rule(
    "DF319",
    severity="info",
    since="0.1",
    fix="safe",
    lessons=["L07"],
    aliases=[
        "hadolint:DL3040",
        "trivy:DS-0019",
        "trivy:DS-0027",
        "kics:missing-dnf-clean-all",
        "sonar:S6587",
        "semgrep:missing-dnf-clean-all",
    ],
    tags=["size"],
    words=["dnf"],
    words_near=True,
    bad=[
        Bad(
            "FROM fedora:40\nRUN «dnf install» -y httpd\n",
            fixed="FROM fedora:40\nRUN dnf install -y httpd && dnf clean all\n",
        ),
        Bad("FROM redhat/ubi9-minimal:9.4\nRUN dnf clean all && «microdnf install» -y tar; true &\n"),
    ],
    good=[
        "FROM fedora:40\nRUN dnf install -y httpd && dnf clean all\n",
        "FROM redhat/ubi9-minimal:9.4\nRUN microdnf install -y tar && rm -rf /var/cache/yum/*\n",
        "FROM fedora:41\nRUN --mount=type=cache,target=/var/cache/libdnf5 dnf install -y httpd\n",
    ],
)
def dnf_cache_left(run: Run) -> Problems:
    """dnf's cache stays in the layer.

    dnf keeps package lists and archives of some 100 MB that nothing needs once the packages are installed. Delete it
    in the same RUN: a later RUN cannot make an earlier layer smaller. A cache mount keeps it outside of the image and
    speeds up the builds.

    https://docs.docker.com/build/cache/optimize/#use-cache-mounts
    """
    yield from cache_problems(run, ("dnf", "microdnf", "tdnf"))
