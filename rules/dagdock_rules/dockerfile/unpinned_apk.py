from __future__ import annotations

from dagdock.api import Bad, Problems, Run, rule

from ._pins import unpinned_problems


@rule(
    "DF305",
    severity="info",
    since="0.1",
    default=False,
    lessons=["L16"],
    aliases=["hadolint:DL3018", "kics:unpinned-package-version-in-apk-add"],
    tags=["reproducible"],
    words=["apk"],
    bad=[
        Bad("FROM alpine:3.20\nRUN apk add --no-cache «curl»\n"),
    ],
    good=[
        "FROM alpine:3.20\nRUN apk add --no-cache curl~8.9 'git>=2.45'\n",
        "FROM alpine:3.20\nRUN apk add --no-cache -t .build-deps gcc=13.2.1_git20240309-r0\n",
    ],
)
def unpinned_apk(run: Run) -> Problems:
    """A package of apk is installed without a version.

    The same Dockerfile gives another image next month, and nobody sees what changed. `~` pins less than `=`:
    `curl~8.9` takes any `8.9`.

    Versions vanish from the archives of a distribution when a newer one arrives, and then the pinned build fails: this
    is for those who keep a mirror or follow the updates with a tool.

    https://wiki.alpinelinux.org/wiki/Alpine_Package_Keeper#Advanced_APK_Usage
    """
    yield from unpinned_problems(run, ("apk",), ("add",))
