"""Old findings set apart, so that a project with many of them can start: the baselines of a run, read and written."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from dagdock import baseline, disk
from dagdock.baseline import Baseline, Key, Sorted, sort_out
from dagdock.engine import Linter
from dagdock.result import Failure, Result
from dagdock.rule import Finding

MAX_STALE = 10


class Judged:
    """What a run can say about a finding that it does not have: whether its rule looked where it was."""

    def __init__(self, result: Result, paths: Sequence[str]) -> None:
        """`paths` are the files and folders that the user gave."""
        self._by_path = {os.path.abspath(path): codes for path, codes in result.judged.items()}
        crashed = {failure.rule for failure in result.errors}
        self._across = {rule.code for rule in result.rules if rule.kind == "project"} - crashed
        self._folders = [os.path.abspath(path) for path in paths if os.path.isdir(path)]

    def could_find(self, key: Key, folder: str) -> bool:
        """Whether the run would have the finding of a key, had it been there still.

        A rule across files may find something in one file while it looks at another: its findings are missed only
        where everything around the baseline was checked.
        """
        if key.rule in self._by_path.get(os.path.normpath(os.path.join(folder, key.path)), ()):
            return True
        return key.rule in self._across and any(_below(folder, start) for start in self._folders)


def _below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(os.path.join(folder, ""))


def caused(findings: Sequence[Finding], before: Baseline) -> Sorted:
    """Findings sorted by those that were there before a change."""
    return sort_out(findings, before, partial(_gone, before))


def set_apart(
    result: Result, linter: Linter, paths: Sequence[str], *, explicit: str | None = None, prune: bool = False
) -> int:
    """Move what a baseline knows from the findings to `result.known`, and name what it lists without need.

    `explicit` is the baseline for all files; else each file has the one that its configuration names. `prune` takes
    out of the baselines what they list without need. Gives how many baselines there are. Raises ConfigError.
    """
    judged = Judged(result, paths)
    new: list[Finding] = []
    by_file = _by_baseline(result, linter, explicit)
    for file, findings in by_file.items():
        if not file:
            new += findings
            continue
        known = baseline.read(disk.shown(file))
        sorted_out = sort_out(findings, known, partial(_gone, known))
        new += sorted_out.new
        result.known += sorted_out.known
        stale = {
            key: count
            for key, count in sorted_out.left.items()
            if _gone(known, key.path) or judged.could_find(key, known.folder)
        }
        if not prune:
            result.notes += _named(disk.shown(file), known, stale)
        elif stale or sorted_out.moved:
            result.notes += _pruned(file, known, stale, sorted_out.moved, result)
    result.findings = sorted(new, key=lambda finding: finding.order)
    result.known.sort(key=lambda finding: finding.order)
    return len([file for file in by_file if file])


def _by_baseline(result: Result, linter: Linter, explicit: str | None) -> dict[str, list[Finding]]:
    """The findings by the absolute path of the baseline that holds for their file; empty where there is none."""
    files: dict[str, str] = {}
    found: dict[str, list[Finding]] = {os.path.abspath(explicit): []} if explicit is not None else {}
    for path in (*result.judged, *(finding.path for finding in result.findings)):
        if path not in files:
            config = linter.config(os.path.dirname(os.path.abspath(path)))
            named = os.path.join(config.folder, config.baseline) if config.baseline else ""
            files[path] = os.path.abspath(explicit) if explicit is not None else named
            found.setdefault(files[path], [])
    for finding in result.findings:
        found[files[finding.path]].append(finding)
    return found


def _gone(known: Baseline, path: str) -> bool:
    return not os.path.lexists(os.path.join(known.folder, path))


def _named(shown: str, known: Baseline, stale: Mapping[Key, int]) -> Iterator[str]:
    for number, (key, count) in enumerate(sorted(stale.items())):
        if number == MAX_STALE:
            yield f"{shown}: and {len(stale) - MAX_STALE} more"
            break
        often = "" if count == known.counts[key] == 1 else f" ({count} of {known.counts[key]})"
        yield f"{shown}: lists {key.rule} {known.names[key.rule]} in {key.path}, which is there no more{often}"
    if stale:
        yield f"{shown}: `--prune` takes out what is there no more"


def _pruned(
    file: str, known: Baseline, stale: Mapping[Key, int], moved: Mapping[Key, Sequence[Key]], result: Result
) -> Iterator[str]:
    for key, count in stale.items():
        known.counts[key] -= count
    for origin, places in moved.items():
        known.counts[origin] -= len(places)
        for place in places:
            known.add(place, known.names[place.rule])
    if _write(file, known, result):
        yield f"{disk.shown(file)}: {sum(stale.values())} taken out, {known.total} left"


def write(result: Result, paths: Sequence[str], file: str) -> None:
    """Make all findings known: write them into a baseline. What it lists of files and rules outside the run stays.

    Raises ConfigError where the file is there and is no baseline.
    """
    file = os.path.abspath(file)
    judged = Judged(result, paths)
    written = Baseline.of(result.findings, os.path.dirname(file))
    if os.path.lexists(file):
        before = baseline.read(disk.shown(file))
        for key, count in before.counts.items():
            if not _gone(before, key.path) and not judged.could_find(key, before.folder):
                written.counts[key] = max(count, written.counts.get(key, 0))
                written.names.setdefault(key.rule, before.names[key.rule])
    if _write(file, written, result):
        result.notes.append(f"{disk.shown(file)}: written, with {_count(written.total)}")
        result.known, result.findings = result.findings, []


def _write(file: str, content: Baseline, result: Result) -> bool:
    """Whether the file is there now as it should be; if not, the result says so."""
    data = baseline.dumped(content)
    try:
        if os.path.lexists(file):
            disk.replace(file, data)
        else:
            with open(file, "xb") as stream:
                stream.write(data)
    except OSError as problem:
        result.errors.append(Failure(f"the baseline cannot be written: {problem.strerror}", disk.shown(file)))
        return False
    return True


def _count(number: int) -> str:
    return f"{number:,} finding{'' if number == 1 else 's'}"
