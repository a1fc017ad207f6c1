"""Stages in which both curl and wget are at work."""

from __future__ import annotations

from dagdock.api import Onbuild, Run, Stage, remembered

from ._downloads import Download, downloads
from ._shells import has_busybox


@remembered
def second_uses(stage: Stage) -> list[tuple[Download, Download]]:
    """The first download of each RUN once both programs have been used, with the first use of the other program.

    The small wget that BusyBox has costs nothing and does not count.
    """
    first: dict[str, Download] = {}
    found: list[tuple[Download, Download]] = []
    for instruction in stage.instructions:
        inner = instruction.inner if isinstance(instruction, Onbuild) else instruction
        said = False
        for download in downloads(inner.script) if isinstance(inner, Run) else ():
            if download.name == "wget" and isinstance(inner, Run) and has_busybox(inner):
                continue
            first.setdefault(download.name, download)
            if len(first) == 2 and not said:
                found.append((download, first["wget" if download.name == "curl" else "curl"]))
                said = True
    return found
