"""Stages in which both curl and wget are at work."""

from __future__ import annotations

from dagdock.api import Onbuild, Run, Stage, remembered

from ..packages import installs, package_commands
from ._downloads import Download, downloads
from ._shells import has_busybox

# Images of a system alone, which have one of the two at most.
BARE = frozenset("alpine almalinux amazonlinux centos debian fedora rockylinux ubuntu".split())
# Images made of `buildpack-deps`, which has both; but for their small variants.
WITH_BOTH = frozenset("buildpack-deps gcc golang node perl python ruby rust".split())


def _is_taken_out(run: Run, download: Download) -> bool:
    """Whether the RUN removes the program again behind the download, so that no image needs it."""
    name = download.name
    for call in package_commands(run.script, "remove"):
        if call.command.start < download.command.start:
            continue
        named = {word.value for word in call.packages}
        virtual = {
            group
            for install in installs(run.script)
            if name in {word.value for word in install.packages}
            for group in install.options.values("-t", "--virtual")
        }
        if name in named or named & virtual:
            return True
        # `apt-mark auto` and `apt-get purge --auto-remove`: all that was only installed to build with.
        if call.family == "apt" and not named - {None} and _marks_anew(run) and _installs(run, name):
            return True
    return False


def _marks_anew(run: Run) -> bool:
    return any(command.effective.name == "apt-mark" for command in run.script.commands)


def _installs(run: Run, name: str) -> bool:
    return any(name == word.value for install in installs(run.script) for word in install.packages)


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
            if isinstance(inner, Run) and _is_taken_out(inner, download):
                continue
            if download.name == "wget" and isinstance(inner, Run) and has_busybox(inner):
                continue
            first.setdefault(download.name, download)
            if len(first) == 2 and not said:
                found.append((download, first["wget" if download.name == "curl" else "curl"]))
                said = True
    return found if found and not _may_come_with_both(stage) else []


def _may_come_with_both(stage: Stage) -> bool:
    """Whether the base image may have both, as the file installs neither: then nothing is saved."""
    image = stage.root_image
    if image is None or not image.tag or image.familiar in BARE or "slim" in image.tag:
        return False
    if image.familiar in WITH_BOTH and "alpine" not in image.tag:
        return True
    runs = [run for part in stage.chain() for run in part.all_of(Run)]
    return not any(_installs(run, name) for run in runs for name in ("curl", "wget"))
