from __future__ import annotations

import re

from dagdock.api import (
    Bad,
    Cmd,
    Entrypoint,
    Fix,
    Mapped,
    Problem,
    Problems,
    Project,
    Related,
    Source,
    Stage,
    parse_shell,
    rule,
)

from ._entry_scripts import script_of
from ._started import PROGRAMS, takes_no_shell_line

SHELLS = frozenset("sh bash ash dash zsh".split())
# Options of a shell that change nothing of what it takes its arguments for.
PLAIN = frozenset(("-e", "-x", "-ex", "-l", "-u", "-eu"))


@rule(
    "DF624",
    severity="error",
    since="0.1",
    fix="unsafe",
    lessons=["L10"],
    aliases=[
        "hadolint:DL3025",
        "buildkit:JSONArgsRecommended",
        "kics:not-using-json-in-cmd-and-entrypoint-arguments",
        "sonar:S7019",
        "semgrep:prefer-json-notation",
    ],
    bad=[
        Bad(
            'FROM python:3.12-slim\nENTRYPOINT python app.py\n«CMD ["--port", "8000"]»\n',
            fixed='FROM python:3.12-slim\nENTRYPOINT ["python", "app.py"]\nCMD ["--port", "8000"]\n',
        ),
        Bad('FROM python:3.12-slim\nENTRYPOINT ["python"]\n«CMD app.py»\n'),
        Bad('FROM python:3.12-slim\nENTRYPOINT ["/bin/bash"]\n«CMD ["python", "app.py"]»\n'),
        Bad(
            {
                "Dockerfile": 'FROM python:3.12\nCOPY run.sh /\nENTRYPOINT ["/run.sh"]\n«CMD ["flask", "run"]»\n',
                "run.sh": "#!/bin/sh\nset -e\nexec python app.py\n",
            }
        ),
    ],
    good=[
        'FROM python:3.12-slim\nENTRYPOINT ["python", "app.py"]\nCMD ["--port", "8000"]\n',
        'FROM python:3.12-slim\nENTRYPOINT ["/entrypoint.sh"]\nCMD gunicorn --bind :$PORT app:app\n',
        'FROM python:3.12-slim\nENTRYPOINT exec python app.py "$0" "$@"\nCMD ["--port", "8000"]\n',
    ],
)
def cmd_ignored(stage: Stage, project: Project) -> Problems:
    """CMD never reaches the program that ENTRYPOINT starts.

    Docker hands the words of CMD to ENTRYPOINT as arguments. An ENTRYPOINT in shell form takes none: it is
    `/bin/sh -c` with one text, and CMD and whatever stands behind `docker run IMAGE` fall away. And a CMD in shell form
    arrives as `/bin/sh -c "…"`, which a program such as `python` takes for the name of a file. Write both in exec form.
    A script as ENTRYPOINT has to run the words itself, with `exec "$@"` as its last line; a shell alone takes the first
    of them for a script to read.

    https://docs.docker.com/reference/dockerfile/#understand-how-cmd-and-entrypoint-interact
    """
    entrypoint, cmd = stage.last(Entrypoint), stage.last(Cmd)
    if entrypoint is None or cmd is None or (entrypoint.stage is not stage and cmd.stage is not stage):
        return
    if entrypoint.json_fault or cmd.json_fault or not cmd.command.text or cmd.exec_form == []:
        return
    if (entrypoint.stage or stage).index > (cmd.stage or stage).index:
        return  # an ENTRYPOINT takes back the CMD of the stage below: cmd-lost-by-entrypoint
    script = _script(entrypoint)
    related = [Related(entrypoint, "ENTRYPOINT stands here")]
    if script:
        if not any(sign in script for sign in ("$@", "$*", "$0", "$1", "${@", "${1", "$#")):
            yield Problem(
                cmd,
                "this CMD is never used: ENTRYPOINT is a shell line, which takes no arguments. Write ENTRYPOINT as a "
                "JSON list of words",
                related=related,
                fix=_fix(entrypoint),
                aliases=(),
            )
    elif entrypoint.exec_form and cmd.shell_text is not None and takes_no_shell_line(list(entrypoint.exec_form)):
        yield Problem(
            cmd,
            f"in shell form this CMD reaches `{entrypoint.exec_form[0]}` as the words `/bin/sh -c …`, which it takes "
            "for arguments. Write CMD as a JSON list of words",
            related=related,
            severity="warning",
        )
    elif entrypoint.exec_form and cmd.exec_form:
        yield from _not_run(entrypoint, cmd, project)


def _not_run(entrypoint: Entrypoint, cmd: Cmd, project: Project) -> Problems:
    """What a shell alone, or a script that does not look at its arguments, makes of the words of CMD."""
    words, handed = list(entrypoint.exec_form or ()), list(cmd.exec_form or ())
    shell = words[0].rpartition("/")[2]
    related = [Related(entrypoint, "ENTRYPOINT stands here")]
    if shell in SHELLS and all(word.startswith("-") and word in PLAIN for word in words[1:]):
        if handed[0] in PROGRAMS:
            yield Problem(
                cmd,
                f"`{shell}` takes `{handed[0]}` for a script to read, and ends with an error. Leave the ENTRYPOINT out",
                related=related,
                aliases=(),
            )
        return
    if len(words) != 1 or (source := script_of(words[0], entrypoint, project)) is None:
        return
    if _ignores_arguments(source):
        yield Problem(
            cmd,
            f'this CMD is never used: `{source.path}` does not look at its arguments. Let it end with `exec "$@"`, or '
            "leave CMD out",
            related=related,
            severity="warning",
            aliases=(),
        )


def _ignores_arguments(source: Source) -> bool:
    """Whether a shell script surely looks at none of the words that it is given."""
    first = source.text.lstrip("\ufeff").partition("\n")[0]
    if not first.startswith("#!") or "sh" not in first.rpartition("/")[2]:
        return False
    if re.search(
        r"\$(?:[@*#1-9]|\{[@*#!1-9])|\b(?:shift|getopts?|source|eval|BASH_ARGV)\b|^\s*\.\s", source.text, re.MULTILINE
    ):
        return False
    script = parse_shell(Mapped.of(source.whole), "bash")
    return script.understood and not script.broken and bool(script.commands)


def _script(entrypoint: Entrypoint) -> str:
    """The shell line of an ENTRYPOINT in shell form, or of `["sh", "-c", "…"]`; empty where it is none."""
    if entrypoint.shell_text is not None:
        return entrypoint.shell_text.text.strip()
    words = entrypoint.exec_form or []
    if len(words) == 3 and words[0].rpartition("/")[2] in ("sh", "bash", "ash", "dash") and words[1] == "-c":
        return str(words[2])
    return ""


def _fix(entrypoint: Entrypoint) -> Fix | None:
    import json

    commands = entrypoint.script.commands
    text = entrypoint.shell_text
    if text is None or len(commands) != 1 or not entrypoint.script.understood or entrypoint.comments:
        return None
    only = commands[0]
    words = only.words[1:] if only.name == "exec" else only.words
    values = [word.value for word in words]
    if not values or None in values or only.redirects or only.assignments or any(word.glob for word in words):
        return None
    place = text.span(0, len(text.text.rstrip()))
    return Fix.replace("Write ENTRYPOINT in exec form", place, json.dumps(values, ensure_ascii=False), "unsafe")
