from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from itertools import islice
from typing import NamedTuple

from dagdock.api import (
    Bad,
    Command,
    CopyLike,
    Edit,
    Fix,
    Instruction,
    Located,
    Problem,
    Problems,
    Related,
    Run,
    Span,
    Stage,
    remembered,
    rule,
)

from ..packages import PackageCommand, package_commands
from ._apt_lists import in_words, installs_without_lists
from ._caches import CACHES, deletes
from ._copies import absolute, from_context, inside_container, local_sources
from ._downloads import downloads
from ._layers import append_command, ships

LISTS = ("/var/lib/apt/lists",)
# Files that are large enough to matter; deleting a script or a list behind its use is mere tidiness.
LARGE = (
    *(".deb", ".rpm", ".apk", ".whl", ".jar", ".exe", ".iso", ".img", ".bin", ".run", ".zip", ".7z", ".tar", ".tgz"),
    *(".gz", ".bz2", ".xz", ".zst", ".dump", ".csv", ".parquet", ".sql", ".model", ".onnx"),
)


PACKAGE_LISTS = "the package lists"
APK = "what apk downloaded"
# So many steps are looked at for one that is surely run.
MOST = 40

# One of these stands in every clean-up.
WORDS = ("rm", "clean", "remove", "purge", "del", "erase")


class Cleanup(NamedTuple):
    """Something that a RUN deletes and that an earlier layer keeps."""

    place: Located
    maker: Instruction
    made_by: Located
    what: str
    needed_by: Sequence[int] = ()
    """The lines of RUNs between the two that need what is deleted."""
    is_file: bool = False
    in_between: bool = False
    """Whether another RUN between the two may need it."""


@rule(
    "DF206",
    severity="warning",
    since="0.1",
    fix="unsafe",
    lessons=["L07"],
    tags=["size"],
    bad=[
        Bad(
            "FROM debian:12\nRUN apt-get update && apt-get install -y curl\nRUN «rm -rf /var/lib/apt/lists/*»\n",
            fixed="FROM debian:12\nRUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*\n",
        ),
        Bad("FROM debian:12\nCOPY app.deb /tmp/\nRUN dpkg -i /tmp/app.deb\nRUN «rm /tmp/app.deb»\n"),
        Bad(
            "FROM alpine:3.20\nRUN apk add --no-cache gcc musl-dev\nRUN ./build.sh\nRUN «apk del gcc musl-dev»\n",
        ),
    ],
    good=[
        "FROM debian:12\nRUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*\n",
        "FROM debian:12 AS build\nRUN apt-get update && apt-get install -y gcc\nRUN rm -rf /var/lib/apt/lists/*\n"
        "FROM debian:12\nCOPY --from=build /app /app\n",
        "FROM debian:12\nRUN rm -rf /tmp/cache\n",
    ],
)
def cleanup_in_later_layer(run: Run) -> Problems:
    """Files are deleted in another step than the one that made them, which makes the image no smaller.

    Each step adds a layer, and a layer only says what has changed. Deleting a file hides it from the container, but
    the layer below still holds it and everybody downloads it. Delete in the same RUN that made the files; what was
    copied in can be mounted instead (`RUN --mount=type=bind`).

    https://docs.docker.com/build/building/best-practices/#run
    """
    if run.stage is None or run.onbuild is not None or not any(word in run.span.text for word in WORDS):
        return
    if not ships(run) or run.script.broken:
        return
    found = _cleanup(run)
    if found:
        yield Problem(
            found.place,
            f"this makes the image no smaller: the layer of line {found.maker.span.line} keeps {found.what}. "
            + (
                _in_run(found)
                if isinstance(found.maker, Run)
                else "Instead of copying it, mount it into the RUN that needs it (`--mount=type=bind`)"
            ),
            related=[Related(found.made_by, "made here, in a layer of its own")],
            fix=_fix(run, found),
        )


def _in_run(found: Cleanup) -> str:
    if found.what == APK:
        return "Add `--no-cache` to its `apk add`"
    if found.needed_by:
        lines = in_words(found.needed_by)
        needs = f"RUN in line {lines} needs" if len(found.needed_by) == 1 else f"RUNs in lines {lines} need"
        each = "it its" if len(found.needed_by) == 1 else "each its"
        return f"The {needs} these lists too: give {each} own `apt-get update`, and delete the lists in each RUN"
    if found.in_between:
        make = "Fetch" if found.is_file else "Install"
        return f"{make} it, use it and delete it in one RUN"
    return f"Delete {'them' if found.what == PACKAGE_LISTS else 'it'} in that RUN"


def _cleanup(run: Run) -> Cleanup | None:
    own = list(package_commands(run.script))
    for command in run.script.commands:
        if command.context:
            continue
        found = (
            _lists(command, own, run)
            or _caches_of(command, own, run)
            or _packages(command, own, run)
            or _files(command, run)
        )
        if found:
            return found
    return None


class Making(NamedTuple):
    """Something that a step leaves in its layer; `number` is the step's index."""

    number: int
    step: Instruction
    place: Located
    what: str


def _last(run: Run, find: Callable[[Stage], Sequence[Making]]) -> Making | None:
    """The last of what is made above a RUN, in its stage and those it is built on; `find` gives it in order.

    What is made behind no switch (`if [ $A = true ]`) goes first: it is surely there.
    """
    for part in run.stage.chain() if run.stage else ():
        made = find(part)
        place = bisect_left(made, run.index, key=_number)
        if place:
            nearest = made[max(0, place - MOST) : place]
            return next((each for each in reversed(nearest) if not _is_switched(each.place)), nearest[-1])
    return None


def _is_switched(place: Located) -> bool:
    return isinstance(place, Command) and bool(place.context)


def _number(making: Making) -> int:
    return making.number


def _lists(command: Command, own: list[PackageCommand], run: Run) -> Cleanup | None:
    """`rm -rf /var/lib/apt/lists/*` where another RUN has updated."""
    if not deletes(command, LISTS) or any(call.family == "apt" and call.action == "update" for call in own):
        return None
    made = _last(run, _lists_made)
    if made is None:
        return None
    assert isinstance(made.step, Run)
    later = installs_without_lists(made.step)
    # This RUN may install from them itself before it deletes them.
    last = command.span.line
    between = [call.span.line for call in later if call.span.source is run.span.source and call.span.line < last]
    return Cleanup(command, made.step, made.place, PACKAGE_LISTS, list(dict.fromkeys(between)))


@remembered
def _lists_made(stage: Stage) -> list[Making]:
    found = []
    for run in stage.all_of(Run):
        for call in package_commands(run.script, "update"):
            if call.family == "apt" and not _deletes_after(run, LISTS) and not _mounted(run, LISTS):
                found.append(Making(run.index, run, call.command, ""))
                break
    return found


def _caches_of(command: Command, own: list[PackageCommand], run: Run) -> Cleanup | None:
    """`yum clean all`, `rm -rf /var/cache/apk/*` where another RUN has installed."""
    for family, cache in CACHES.items():
        cleans = deletes(command, cache.folders) or any(
            call.family == family and call.action == "clean" and call.command.span == command.span for call in own
        )
        if not cleans or any(call.family == family and call.action in ("install", "upgrade") for call in own):
            continue
        made = _last(run, lambda stage, family=family: _caches_made(stage).get(family, []))  # type: ignore[misc]
        if made:
            return Cleanup(command, made.step, made.place, f"what {made.what} downloaded")
    return None


@remembered
def _caches_made(stage: Stage) -> dict[str, list[Making]]:
    """By the family of the package manager, with its name."""
    found: dict[str, list[Making]] = {}
    for run in stage.all_of(Run):
        cleaned = {call.family for call in package_commands(run.script, "clean")}
        for call in package_commands(run.script, "install", "upgrade"):
            family = call.family
            if family not in CACHES or family in cleaned or call.options.has("--no-cache") is not False:
                continue
            folders = CACHES[family].folders
            made = found.setdefault(family, [])
            if not (made and made[-1].step is run) and not _deletes_after(run, folders) and not _mounted(run, folders):
                made.append(Making(run.index, run, call.command, call.manager))
    return found


def _packages(command: Command, own: list[PackageCommand], run: Run) -> Cleanup | None:
    """`apk del gcc` where another RUN has installed it."""
    for call in own:
        if call.action != "remove" or call.command.span != command.span:
            continue
        names = {word.value for word in call.packages if word.value} | {
            value for value in call.options.values("-t", "--virtual") if value
        }
        # What this very RUN has installed is deleted in time.
        keys = [(call.family, name) for name in sorted(names - _installed(own, call.family))]
        last = (_last(run, lambda stage, key=key: _packages_made(stage).get(key, [])) for key in keys)  # type: ignore[misc]
        made = [each for each in last if each]
        if made:
            best = min(made, key=lambda each: (-each.number, each.place.span.start))
            return Cleanup(command, best.step, best.place, f"`{best.what}`", in_between=_is_used(best, run))
    return None


def _installed(calls: list[PackageCommand], family: str) -> set[str]:
    """The packages, and the groups of apk, that calls install."""
    found = [call for call in calls if call.family == family and call.action == "install"]
    return {word.value for call in found for word in call.packages if word.value} | {
        value for call in found for value in call.options.values("-t", "--virtual") if value
    }


def _is_used(made: Making, run: Run) -> bool:
    """Whether a step may need what was made: a RUN between, or this one before it deletes."""
    if not isinstance(made.step, Run) or run.stage is None:
        return False
    between = False
    if made.step.stage is run.stage:
        steps = run.stage.instructions
        first = steps[0].index
        between = any(isinstance(step, Run) for step in islice(steps, made.number + 1 - first, run.index - first))
    return between or not _is_tidying(run.script.commands[0])


def _is_tidying(command: Command) -> bool:
    words = [word.value for word in command.effective.words[:2]]
    return command.effective.name in ("rm", "apk", "apt", "apt-get", "yum", "dnf", "find") and "install" not in words


@remembered
def _packages_made(stage: Stage) -> dict[tuple[str, str], list[Making]]:
    """By the family of the package manager and the package's name."""
    found: dict[tuple[str, str], list[Making]] = {}
    for run in stage.all_of(Run):
        for call in package_commands(run.script, "install"):
            for name in {word.value for word in call.packages} | set(call.options.values("-t", "--virtual")):
                made = found.setdefault((call.family, name), []) if name else []
                if name and not (made and made[-1].step is run):
                    made.append(Making(run.index, run, call.command, name))
    return found


def _files(command: Command, run: Run) -> Cleanup | None:
    """`rm /tmp/app.deb` where an earlier layer copied or downloaded that very file."""
    if command.effective.name != "rm":
        return None
    words = (word.value for word in command.effective.arguments if word.value and word.value[0] not in "-~")
    paths = {path for value in words if (path := _in_image(value.rstrip("/"), run))}
    large = sorted(path for path in paths if path.lower().endswith(LARGE))
    last = (_last(run, lambda stage, path=path: _files_made(stage).get(path, [])) for path in large)  # type: ignore[misc]
    made = [each for each in last if each]
    if not made:
        return None
    best = min(made, key=lambda each: (-each.number, each.place.span.start))
    # Below the working directory of the base image, which nobody knows, it goes by its name.
    shown = best.what.rpartition(")/")[2]
    return Cleanup(command, best.step, best.place, f"`{shown}`", is_file=True, in_between=_is_used(best, run))


@remembered
def _files_made(stage: Stage) -> dict[str, list[Making]]:
    """By the path of the file."""
    found: dict[str, list[Making]] = {}
    for step in stage.instructions:
        for path, place in _made_by(step):
            made = found.setdefault(path, [])
            if not (made and made[-1].step is step):
                made.append(Making(step.index, step, place, path))
    return found


def _made_by(step: Instruction) -> list[tuple[str, Located]]:
    """The absolute paths of files that a step surely puts into the image."""
    found: list[tuple[str, Located]] = []
    if isinstance(step, CopyLike) and from_context(step) and step.destination is not None:
        target = inside_container(step)
        for source in local_sources(step) if target else ():
            name = source.rstrip("/").rpartition("/")[2]
            if target and not any(sign in source for sign in "*?["):
                folder = step.destination.value.endswith("/")
                found.append((f"{target.rstrip('/')}/{name}" if folder else target, step))
    elif isinstance(step, Run):
        for download in downloads(step.script):
            file = download.file
            kept = not any(
                other.effective.name in ("rm", "mv") and any(word.value == file for word in other.effective.arguments)
                for other in step.script.commands
            )
            path = _in_image(file, step) if file and kept else None
            if path:
                found.append((path, download.command))
    return found


def _in_image(path: str, run: Run) -> str | None:
    """A path of a RUN from the root; None where the RUN may have gone to another folder before."""
    if path.startswith("/") or not path:
        return path or None
    if any(command.name in ("cd", "pushd", "popd") for command in run.script.commands):
        return None
    return absolute(run, path)


def _deletes_after(run: Run, folders: tuple[str, ...]) -> bool:
    return any(deletes(command, folders) for command in run.script.commands)


def _mounted(run: Run, folders: tuple[str, ...]) -> bool:
    targets = [str(mount.target or "").rstrip("/") for mount in run.mounts if mount.type in ("cache", "tmpfs")]
    return any(
        folder == target or folder.startswith(f"{target}/") for folder in folders for target in targets if target
    )


def _fix(run: Run, found: Cleanup) -> Fix | None:
    """Move the command to the end of the RUN that made the files, where it is all that its RUN does."""
    if not isinstance(found.maker, Run) or found.maker.stage is not run.stage or len(run.script.commands) != 1:
        return None
    if found.maker.index != run.index - 1 or run.flags or run.exec_form is not None or run.heredocs:
        return None
    text = found.place.span.text
    moved = append_command(found.maker, "", text) if "\n" not in text and "#" not in run.lines.text else None
    if moved is None:
        return None
    source = run.span.source
    lines = Span(source, source.full_line_span(run.span.line).start, run.lines.end)
    return Fix(
        f"Do it at the end of the RUN in line {found.maker.span.line}", [*moved.edits, Edit(lines, "")], "unsafe"
    )
