from __future__ import annotations

import re

from dagdock.api import Bad, Problem, Problems, Service, rule


@rule(
    "DC715",
    severity="info",
    since="0.1",
    default=False,
    security=3.0,
    precision="very-high",
    lessons=["L25"],
    aliases=["compose-lint:CL-0022"],
    tags=["security"],
    bad=[Bad("services:\n  web:\n    image: web:1\n    tmpfs: «/tmp:exec,size=64m»\n")],
    good=["services:\n  web:\n    image: web:1\n    tmpfs: ['/tmp:size=64m,noexec', /exec]\n"],
)
def tmpfs_runs_programs(service: Service) -> Problems:
    """A folder in memory from which programs may be run.

    Docker forbids that in a `tmpfs` by default, so that nobody who gets into the container puts a program there and
    runs it. `exec` and `suid` allow it again.

    https://docs.docker.com/engine/storage/tmpfs/
    """
    for value in service.values("tmpfs"):
        options = (value.resolved or "").partition(":")[2]
        found = re.search(r"(?:^|,)(exec|suid)(?:,|$)", options)
        if found:
            yield Problem(value, f"`{found[1]}` lets programs be run from this folder. Leave it out")
