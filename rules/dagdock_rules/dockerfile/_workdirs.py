"""WORKDIR: which paths are relative, and whether something above says to what."""

from __future__ import annotations

from math import inf

from dagdock.api import Stage, Workdir, remembered


def is_relative(workdir: Workdir) -> bool:
    """Whether the path surely begins at another one; paths of Windows and unknown variables do not count."""
    path = workdir.path.value if workdir.path else ""
    if path.startswith("$") and workdir.path and workdir.stage:
        path = workdir.path.resolve(workdir.stage.scope_at(workdir)) or ""
    return bool(path) and not path.startswith(("/", "$", "\\", "{", "%")) and path[1:2] != ":"


def is_settled(workdir: Workdir) -> bool:
    """Whether a WORKDIR above it, in the stage or those it is built on, is absolute, or unknown."""
    stage = workdir.stage
    return stage is not None and (
        _first_settled(stage) < workdir.index
        or any(_first_settled(part) < workdir.index for part in stage.chain() if part is not stage)
    )


@remembered
def _first_settled(stage: Stage) -> float:
    """The index of the first WORKDIR of a stage that is not surely relative; infinity where there is none."""
    return next((each.index for each in stage.all_of(Workdir) if not is_relative(each)), inf)
