from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Run, rule


@rule(
    "DF430",
    severity="info",
    since="0.1",
    default=False,
    aliases=[
        "hadolint:DL3003",
        "trivy:DS-0013",
        "kics:run-cd-instead-of-workdir",
        "sonar:S6597",
        "semgrep:use-workdir",
    ],
    tags=["style"],
    bad=[
        Bad("FROM debian:12\nRUN make && «cd sub» && make\n"),
    ],
    good=[
        "FROM debian:12\nWORKDIR /sub\nRUN make\n",
    ],
)
def cd_in_run(run: Run) -> Problems:
    """A RUN changes its folder by `cd` on the way.

    For teams that want a WORKDIR for every folder: this also reports a `cd` between two steps, in a subshell, or to a
    folder for temporary files, where it is mostly the better way. The rules `use-workdir-not-cd` and `lost-run-state`
    report those that are worth a change.

    https://docs.docker.com/build/building/best-practices/#workdir
    """
    commands = run.script.commands
    for command in commands:
        if command.effective.name == "cd":
            yield Problem(
                command, f"`{' '.join(command.span.text.split())[:60]}` holds for this RUN only. Use `WORKDIR`"
            )
            return
