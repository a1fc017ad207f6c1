from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from dagdock.api import Bad, Problem, Problems, Related, rule

if TYPE_CHECKING:
    from dagdock.api import CommandInstruction, Dockerfile, Project, Source


@rule(
    "PJ130",
    severity="error",
    since="0.1",
    kind="project",
    bad=[
        Bad(
            {
                "Dockerfile": 'FROM python:3.12-alpine\nCOPY entry.sh /entry.sh\n«ENTRYPOINT ["/entry.sh"]»\n',
                "entry.sh": '#!/bin/bash\nexec "$@"\n',
            }
        ),
        Bad(
            {
                "Dockerfile": "FROM alpine:3.20\nCOPY entry.sh /entry.sh\n«CMD sh /entry.sh»\n",
                "entry.sh": 'options=(--port 80)\nexec app "${options[@]}"\n',
            }
        ),
    ],
    good=[
        {
            "Dockerfile": 'FROM python:3.12-alpine\nCOPY entry.sh /entry.sh\nENTRYPOINT ["/entry.sh"]\n',
            "entry.sh": '#!/bin/sh\nset -e\nif [[ "$1" = run ]]; then\n  exec app\nfi\n',
        },
        {
            "Dockerfile": "FROM python:3.12-alpine\nRUN apk add --no-cache bash\nCOPY entry.sh /entry.sh\n"
            'ENTRYPOINT ["/entry.sh"]\n',
            "entry.sh": '#!/bin/bash\nexec "$@"\n',
        },
        {
            "Dockerfile": 'FROM python:3.12-slim\nCOPY entry.sh /entry.sh\nENTRYPOINT ["/entry.sh"]\n',
            "entry.sh": '#!/bin/bash\nexec "$@"\n',
        },
    ],
)
def interpreter_mismatch(file: Dockerfile, project: Project) -> Problems:
    """The image starts a script that needs bash, and has no bash.

    Alpine brings BusyBox's small shell, distroless images and `scratch` none at all. A script that begins with
    `#!/bin/bash` then ends before its first line, with `no such file or directory` although the file is there; one
    that is given to `sh` ends at the first array. Install bash, or write the script for `sh`.

    https://docs.docker.com/reference/dockerfile/#entrypoint
    """
    from ..dockerfile._entry_scripts import entry_scripts

    for starter, script in entry_scripts(file, project):
        why = _why(starter, script)
        if why:
            line, reason = why
            yield Problem(
                starter,
                f"`{script.path.rpartition('/')[2]}` needs bash ({reason}), and this image has none, so the container "
                "ends at once. Install bash, or write the script for `sh`",
                related=[Related(script.line_span(line), "this needs bash")],
            )


def _why(starter: CommandInstruction, script: Source) -> tuple[int, str] | None:
    """The line of a script that needs bash in an image without it, and what is there; None where all is well."""
    from ..dockerfile._shells import has_no_bash

    stage = starter.stage
    if stage is None or not stage.is_final or not has_no_bash(stage):
        return None
    first = script.text.lstrip("\ufeff").partition("\n")[0].rstrip()
    called = next((word.value or "" for command in starter.script.commands for word in command.words[:1]), "")
    shell = called.rpartition("/")[2]
    if shell == "bash":
        return 1, f"`{called}` is called"
    by_shell = shell in ("sh", "ash", "busybox")
    if first.startswith("#!") and not by_shell:
        return (1, f"`{first}`") if re.fullmatch(r"#!\s*(?:\S*/)?(?:env\s+(?:-\S+\s+)?)?bash(?:\s.*)?", first) else None
    found = _arrays().search(script.text) if by_shell else None
    return (script.position(found.start()).line, f"`{found[0].strip()}`") if found else None


@cache
def _arrays() -> re.Pattern[str]:
    """What BusyBox's shell cannot read: arrays, here-strings, process substitution, `mapfile`."""
    return re.compile(
        r"^[ \t]*(?:(?:local|declare|export)[ \t]+(?:-\w+[ \t]+)?)?[A-Za-z_]\w*\+?=\((?!\()"
        r"|^[ \t]*(?:mapfile|readarray|declare[ \t]+-[aA])\b|<<<|[ \t]<\([^(]|\$\{\w+\[@\]\}",
        re.MULTILINE,
    )
