from __future__ import annotations

from dagdock.api import Bad, Dockerfile, Problems, rule

from ._faults import faults


@rule(
    "DF019",
    severity="error",
    since="0.1",
    precision="very-high",
    aliases=["dockerfile-utils:INVALID_ESCAPE_DIRECTIVE", "dockerfile-utils:DUPLICATED_ESCAPE_DIRECTIVE"],
    tags=["syntax"],
    bad=[
        Bad("# escape=«^»\nFROM alpine:3.20\n"),
    ],
    good=[
        "# escape=`\nFROM mcr.microsoft.com/windows/nanoserver:ltsc2022\n",
    ],
)
def escape_directive_invalid(file: Dockerfile) -> Problems:
    r"""A parser directive is given twice, or `# escape=` has a value other than `\` or a backtick.

    Directives are the comments at the very top that change how the file is read. Docker refuses one that it cannot
    follow.

    https://docs.docker.com/reference/dockerfile/#parser-directives
    """
    yield from faults(file, "escape-directive-invalid", related="given here first")
