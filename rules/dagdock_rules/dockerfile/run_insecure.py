from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Run, rule


@rule(
    "DF418",
    severity="warning",
    since="0.1",
    security=7.0,
    aliases=["sonar:S6502"],
    tags=["security"],
    bad=[
        Bad("FROM debian:12\nRUN «--security=insecure» make test\n"),
    ],
    good=[
        "FROM debian:12\nRUN --security=sandbox make test\n",
    ],
    words=["--security"],
    words_near=True,
)
def run_insecure(run: Run) -> Problems:
    """A RUN has all rights on the machine that builds.

    With `--security=insecure` the step runs without a sandbox, as `docker run --privileged` does: whatever it
    downloads may take over the machine. BuildKit only does it when it is told to allow it.

    https://docs.docker.com/reference/dockerfile/#run---security
    """
    flag = run.flag("security")
    if flag and flag.value == "insecure":
        yield Problem(flag, "this step may do anything to the machine that builds. Leave `--security=insecure` out")
