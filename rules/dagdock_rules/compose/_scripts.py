"""What the commands of a service run, as a shell reads them; the shell's grammar is loaded only when somebody asks."""

from __future__ import annotations

import re
from posixpath import basename
from typing import TYPE_CHECKING

from dagdock.api import Service, remembered

if TYPE_CHECKING:
    from dagdock.api import Script

_SHELLS = ("sh", "bash", "ash", "dash", "ksh", "zsh")


@remembered
def scripts_of(service: Service) -> list[Script]:
    """The scripts behind `entrypoint` and `command`, which are one line together: the script of `[bash, -c]` as entry
    point stands in `command`.
    """
    from dagdock.api import parse_exec, parse_shell

    commands = [command for command in (service.entrypoint, service.command) if command]
    if shells := [command.shell for command in commands if command.shell]:
        return [parse_shell(shell) for shell in shells]
    words = [word.mapped for command in commands for word in command.words]
    texts = [word.text for word in words]
    if len(words) > 2 and basename(texts[0]) in _SHELLS and re.fullmatch(r"-[a-z]*c", texts[1]):
        return [parse_shell(words[2])]
    return [parse_exec([word.piece(0, len(word.text)) for word in words])] if words else []
