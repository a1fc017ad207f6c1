from __future__ import annotations

from dagdock.api import Bad, Problems, Run, rule

from ._caches import cache_problems


@rule(
    "DF318",
    severity="info",
    since="0.1",
    fix="safe",
    lessons=["L07"],
    aliases=["hadolint:DL3032", "trivy:DS-0015", "kics:yum-clean-all-missing", "sonar:S6587"],
    tags=["size"],
    words=["yum"],
    words_near=True,
    bad=[
        Bad(
            "FROM amazonlinux:2\nRUN «yum install» -y httpd\n",
            fixed="FROM amazonlinux:2\nRUN yum install -y httpd && yum clean all\n",
        ),
    ],
    good=[
        "FROM amazonlinux:2\nRUN yum install -y httpd && yum clean all && rm -rf /var/cache/yum\n",
        "FROM amazonlinux:2\nRUN --mount=type=cache,target=/var/cache/yum yum install -y httpd\n",
    ],
)
def yum_cache_left(run: Run) -> Problems:
    """yum's cache stays in the layer.

    yum keeps package lists and archives of some 100 MB that nothing needs once the packages are installed. Delete it
    in the same RUN: a later RUN cannot make an earlier layer smaller. A cache mount keeps it outside of the image and
    speeds up the builds.

    https://docs.docker.com/build/cache/optimize/#use-cache-mounts
    """
    yield from cache_problems(run, ("yum",))
