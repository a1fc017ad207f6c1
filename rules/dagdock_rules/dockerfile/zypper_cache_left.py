from __future__ import annotations

from dagdock.api import Bad, Problems, Run, rule

from ._caches import cache_problems


@rule(
    "DF320",
    severity="info",
    since="0.1",
    fix="safe",
    lessons=["L07"],
    aliases=["hadolint:DL3036", "trivy:DS-0020", "kics:missing-zypper-clean", "semgrep:missing-zypper-clean"],
    tags=["size"],
    words=["zypper"],
    words_near=True,
    bad=[
        Bad(
            "FROM opensuse/leap:15.6\nRUN «zypper -n install» httpd\n",
            fixed="FROM opensuse/leap:15.6\nRUN zypper -n install httpd && zypper clean --all\n",
        ),
    ],
    good=[
        "FROM opensuse/leap:15.6\nRUN zypper -n install httpd && zypper cc\n",
        ("FROM opensuse/leap:15.6\nRUN --mount=type=cache,target=/var/cache/zypp zypper -n install httpd\n"),
    ],
)
def zypper_cache_left(run: Run) -> Problems:
    """zypper's cache stays in the layer.

    zypper keeps package lists and archives that nothing needs once the packages are installed. Delete it in the same
    RUN: a later RUN cannot make an earlier layer smaller. A cache mount keeps it outside of the image and speeds up
    the builds.

    https://docs.docker.com/build/cache/optimize/#use-cache-mounts
    """
    yield from cache_problems(run, ("zypper",))
