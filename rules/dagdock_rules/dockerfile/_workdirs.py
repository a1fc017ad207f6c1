"""WORKDIR: which paths are relative, and whether something above says to what."""

from __future__ import annotations

from dagdock.api import Workdir


def is_relative(workdir: Workdir) -> bool:
    """Whether the path surely begins at another one; paths of Windows and variables do not count."""
    path = workdir.path.value if workdir.path else ""
    return bool(path) and not path.startswith(("/", "$", "\\", "{", "%")) and path[1:2] != ":"


def is_settled(workdir: Workdir) -> bool:
    """Whether a WORKDIR above it, in the stage or those it is built on, is absolute, or unknown."""
    above = workdir.stage.workdirs_at(workdir) if workdir.stage else []
    return any(not is_relative(each) for each in above)
