from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Run, rule

from ..packages import installs
from ._pins import is_meant, unpinned


@rule(
    "DF335",
    severity="info",
    since="0.1",
    default=False,
    lessons=["L16"],
    aliases=["hadolint:DL3013", "kics:unpinned-package-version-in-pip-install"],
    tags=["reproducible"],
    words=["pip"],
    bad=[Bad("FROM python:3.12-slim\nRUN pip install --no-cache-dir --upgrade «pip»\n")],
    good=[
        "FROM python:3.12-slim\nRUN pip install --no-cache-dir --upgrade pip==24.3.1\n",
        "FROM python:3.12-slim\nRUN pip install --no-cache-dir flask\n",
    ],
)
def unpinned_installer(run: Run) -> Problems:
    """pip, or a program like it, is brought to its newest version.

    Whoever writes `pip install --upgrade pip` wants that, and a new pip seldom breaks a build. For teams that want
    every version said; `unpinned-pip` speaks of the packages.

    https://pip.pypa.io/en/stable/topics/repeatable-installs/
    """
    for call in installs(run.script):
        if call.family == "pip" and call.verb == "install":
            found = unpinned(call, run)
            if found and is_meant(call, found, run):
                name = found[0][1]
                yield Problem(
                    found[0][0], f"`{name}` comes in its newest version on each day. Pin it: `{name}==VERSION`"
                )
