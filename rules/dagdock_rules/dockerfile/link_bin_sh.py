from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Run, rule


@rule(
    "DF410",
    severity="warning",
    since="0.1",
    aliases=["hadolint:DL4005", "kics:changing-default-shell-using-run-command", "semgrep:use-shell-instruction"],
    words=["bin/sh"],
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
        if command.effective.name == "ln" and len(arguments) > 1 and arguments[-1].value in ("/bin/sh", "/usr/bin/sh"):
            yield Problem(
                command.effective,
                "this replaces `/bin/sh`, which the system's own scripts rely on. Use "
                '`SHELL ["/bin/bash", "-c"]` for the steps of the build',
            )
