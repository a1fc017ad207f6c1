from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Run, rule


@rule(
    "DF417",
    severity="warning",
    since="0.1",
    security=5.0,
    aliases=["sonar:S6431"],
    tags=["security"],
    bad=[
        Bad("FROM debian:12\nRUN «--network=host» curl -fO http://localhost:8080/tool\n"),
    ],
    good=[
        "FROM debian:12\nRUN --network=none make test\n",
    ],
    words=["--network"],
    words_near=True,
)
def run_network_host(run: Run) -> Problems:
    """A RUN uses the network of the machine that builds.

    With `--network=host` the step reaches every service of that machine and everything behind its firewall, and so
    does whatever it downloads and runs. BuildKit only does it when it is told to allow it.

    https://docs.docker.com/reference/dockerfile/#run---network
    """
    flag = run.flag("network")
    if flag and flag.value == "host":
        yield Problem(flag, "this step reaches every service of the machine that builds. Leave `--network=host` out")
