from __future__ import annotations

import re
from functools import cache

from dagdock.api import Bad, Problem, Problems, Run, Stage, remembered, rule


@rule(
    "DF410",
    severity="warning",
    since="0.1",
    aliases=["hadolint:DL4005", "kics:changing-default-shell-using-run-command", "semgrep:use-shell-instruction"],
    words=["bin/sh"],
    words_near=True,
    bad=[
        Bad("FROM ubuntu:24.04\nRUN rm /bin/sh && «ln -s /bin/bash /bin/sh»\n"),
    ],
    good=[
        'FROM ubuntu:24.04\nSHELL ["/bin/bash", "-c"]\nRUN ln -sf /bin/true /sbin/initctl\n',
        "FROM ubuntu:24.04\nRUN ln -s /bin/bash /usr/local/bin/sh5\n",
    ],
)
def link_bin_sh(run: Run) -> Problems:
    """`/bin/sh` is replaced by a link to another shell.

    Scripts of the system rely on the shell that belongs to it, and the next update of its package puts the old one
    back. To run the build's own steps in bash, say so with SHELL, which changes nothing in the image.

    https://docs.docker.com/reference/dockerfile/#shell
    """
    for command in run.script.commands:
        arguments = command.effective.arguments
        if (
            command.effective.name != "ln"
            or len(arguments) < 2
            or arguments[-1].value not in ("/bin/sh", "/usr/bin/sh")
        ):
            continue
        if command.effective.has_flag("-f", "--force") is not False or "/bin/sh" in run.body.text[: command.start]:
            advice = (
                'Use `SHELL ["/bin/bash", "-c"]` for the steps of the build'
                if _is_for_steps(run)
                else "Begin the scripts that need another shell with its name, as in `#!/bin/bash`"
            )
            yield Problem(
                command.effective, f"this replaces `/bin/sh`, which the system's own scripts rely on. {advice}"
            )


def _is_for_steps(run: Run) -> bool:
    """Whether a later step uses what only bash and its like know."""
    return run.stage is not None and _last_for_bash(run.stage) > run.index


@remembered
def _last_for_bash(stage: Stage) -> int:
    """The index of the last RUN of a stage that /bin/sh would not understand; -1 where there is none."""
    runs = (run.index for run in reversed(stage.all_of(Run)) if _bashism().search(run.body.text))
    return next(runs, -1)


@cache
def _bashism() -> re.Pattern[str]:
    return re.compile(r"\[\[ |<\(|<<<|\$'|\{\d+\.\.\d+\}|&>|=\(|\bpipefail\b|\b(?:source|shopt|declare|function)\s")
