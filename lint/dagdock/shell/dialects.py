"""Which shell a text is for: POSIX-like ones are read, PowerShell, cmd and unfilled templates are left alone."""

from __future__ import annotations

import re
from functools import cache

SHELLS = frozenset(("sh", "bash", "dash", "ash", "ksh", "mksh", "zsh"))
# `/bin/sh`, whatever stands behind it.
POSIX_SH = "posix-sh"
# Commands of Windows.
_PROGRAMS = tuple("setx choco msiexec icacls cmd powershell powershell.exe reg del copy xcopy robocopy".split())


def is_posix(text: str, dialect: str) -> bool:
    """Whether the text is a script for a POSIX-like shell, by the name of its shell and by its looks."""
    if (dialect not in SHELLS and dialect != POSIX_SH) or _starts_foreign(text):
        return False
    if not any(mark in text for mark in _MARKS):
        return True
    # In quotes it is often an argument: `--format '{{.ID}}'`, `pwsh -c '$env:HOME'`.
    return not _foreign_anywhere().search(_quoted().sub("", text))


_MARKS = ("{{", "{%", "<%", "@@", "$env:", "$Env:", "$ENV:", "Preference", "%")


@cache
def _quoted() -> re.Pattern[str]:
    return re.compile(r"'[^']*'|\"(?:[^\"\\]|\\.)*\"", re.DOTALL)


def _starts_foreign(text: str) -> bool:
    """Whether a text begins as PowerShell (a cmdlet, `$x = …`, a .NET type) or cmd (its commands, a drive)."""
    first = (text[:100].split(maxsplit=1) or [""])[0]
    if first[:1].isalpha() and first.islower() and first not in _PROGRAMS and ":" not in first:
        return False  # as nearly all: no need to compile the pattern
    return _foreign_start().match(text) is not None


@cache
def _foreign_start() -> re.Pattern[str]:
    verbs = "Add|Clear|Copy|Disable|Enable|Expand|Export|Find|Get|Import|Install|Invoke|Move|New|Out|Read|Register"
    verbs += "|Remove|Rename|Resolve|Restart|Select|Set|Start|Stop|Test|Uninstall|Update|Wait|Where|Write"
    programs = "|".join(map(re.escape, _PROGRAMS))
    return re.compile(
        rf"\s*(?:(?:{verbs})-[A-Z]\w+|\$\w+(?::\w+)?\s*=|\[[A-Z]\w*(?:\.\w+)+\]|[A-Za-z]:\\|(?:{programs})(?:\s|$))"
    )


@cache
def _foreign_anywhere() -> re.Pattern[str]:
    """Placeholders of templates, variables of PowerShell and cmd."""
    return re.compile(
        r"\{\{|\{%|<%|@@\w+@@|(?<!\w)%%[A-Z_]+%%"  # `${name%%PATTERN}` is an expansion
        r"|\$(?:env|Env|ENV):\w|\$(?:ErrorAction|Progress)Preference|(?:^|\s)%[A-Za-z_]\w*%(?:\\|$|\s)"
    )
