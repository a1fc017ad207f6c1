from __future__ import annotations

from dagdock.api import Bad, Dockerfile, Problems, rule

from ._faults import faults


@rule(
    "DF013",
    severity="error",
    since="0.1",
    precision="very-high",
    fix="unsafe",
    lessons=["L10"],
    aliases=["sonar:S7030", "dockerfile-utils:JSON_IN_SINGLE_QUOTES", "kics:not-using-proper-exec-form"],
    tags=["syntax"],
    bad=[
        Bad("FROM alpine:3.20\nCMD «['python', 'app.py']»\n", fixed='FROM alpine:3.20\nCMD ["python", "app.py"]\n'),
    ],
    good=[
        'FROM alpine:3.20\nCMD ["python", "app.py"]\n',
        "FROM alpine:3.20\nRUN [ -f /etc/passwd ] && echo yes\n",
    ],
)
def malformed_exec_form(file: Dockerfile) -> Problems:
    """An exec form is no valid JSON, so it is run as a shell line.

    An exec form is JSON: a list in square brackets, each word in double quotes, commas between. With single quotes, a
    comma too many or a bracket missing Docker says nothing and hands the whole line, brackets included, to the shell,
    which then looks for a program called `[`.

    https://docs.docker.com/reference/dockerfile/#shell-and-exec-form
    """
    yield from faults(file, "malformed-exec-form", mend="Write it as JSON: `{}`")
