from __future__ import annotations

from dagdock.api import Bad, Instruction, Onbuild, Problem, Problems, Related, Run, rule

from ._joins import join, same_flags


@rule(
    "DF211",
    severity="info",
    since="0.1",
    default=False,
    fix="unsafe",
    aliases=["hadolint:DL3059", "kics:multiple-run-add-copy", "sonar:S7031"],
    tags=["size"],
    bad=[
        Bad(
            "FROM debian:12\nRUN ./build.sh\n«RUN» ./install.sh\n",
            fixed="FROM debian:12\nRUN ./build.sh \\\n    && ./install.sh\n",
        ),
    ],
    good=[
        "FROM debian:12\nRUN ./build.sh && ./install.sh\n",
        "FROM debian:12\nRUN ./build.sh\nCOPY etc /etc\nRUN ./install.sh\n",
        "FROM debian:12\nRUN --mount=type=cache,target=/root/.cache ./build.sh\nRUN ./install.sh\n",
    ],
)
def consecutive_run(run: Run) -> Problems:
    """A RUN follows another one, and each of them makes a layer for a single command.

    Each layer keeps what its step wrote, also what a later one deletes. Steps that belong together fit in one RUN.
    Splitting them on purpose is as good a choice, so that the cache keeps the slow half: that is why the rule is off
    by default.

    https://docs.docker.com/build/building/best-practices/#run
    """
    before = _before(run)
    if before is None or not same_flags(before, run) or _is_long(run) or _is_long(before):
        return
    yield Problem(
        run.keyword,
        f"the RUN in line {before.span.line} could do this too, in one layer. Join them with `&&`",
        related=[Related(before.keyword, "the RUN before")],
        fix=join(before, run, "Join the two") if run.onbuild is None else None,
    )


def _is_long(run: Run) -> bool:
    """Whether a RUN does more than one thing, so that it deserves a layer of its own."""
    works = [each for each in run.script.commands if each.name not in ("[", "test") and "script" not in each.context]
    return len(works) > 1


def _before(run: Run) -> Run | None:
    """The RUN right before this one, both in a stage or both behind ONBUILD."""
    steps = run.dockerfile.instructions
    before: Instruction | None = steps[run.index - 1] if run.index else None
    if run.onbuild is not None:
        before = before.inner if isinstance(before, Onbuild) else None
    return before if isinstance(before, Run) and before.stage is run.stage else None
