from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Run, rule

from ._pipes import open_pipes


@rule(
    "DF431",
    severity="info",
    since="0.1",
    default=False,
    aliases=["hadolint:DL4006", "kics:shell-running-a-pipe-without-pipefail-flag", "semgrep:set-pipefail"],
    bad=[
        Bad("FROM debian:12\nRUN «echo app:x | tee -a /etc/passwd»\n"),
    ],
    good=[
        "FROM debian:12\nRUN echo app:x >> /etc/passwd\n",
    ],
)
def harmless_pipe_without_pipefail(run: Run) -> Problems:
    """A pipe stands in a RUN without `pipefail`, though nothing in its first part can fail.

    For teams that want `pipefail` everywhere: this also reports pipes that begin with `echo` and the like, and those
    in a condition. `pipe-without-pipefail` reports those in which a failure goes unseen. Mind that `yes | command`
    fails with `pipefail`.

    https://docs.docker.com/build/building/best-practices/#using-pipes
    """
    matters, others = open_pipes(run)
    if others and not matters:
        first, last = others[0][0], others[0][-1]
        yield Problem(
            first.span.to(last) if first.start < last.start else first,
            "no `pipefail` is in force, so only the last command of this pipe can make the step fail. Set it with "
            "SHELL",
        )
