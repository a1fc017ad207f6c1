"""Old findings set apart, so that a project with many of them can start: the baselines of a run, read and written."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from dagdock import baseline, disk
from dagdock.baseline import Baseline, Key, Sorted, sort_out
from dagdock.changed import Past
from dagdock.engine import Linter, Target, Workspace
from dagdock.project import find_root
from dagdock.result import Failure, Result
from dagdock.rule import Finding

MAX_STALE = 10


class Judged:
    """What a run can say about a finding that it does not have: whether its rule looked where it was."""

    def __init__(self, result: Result, linter: Linter, paths: Sequence[str]) -> None:
        """`paths` are the files and folders that the user gave."""
        self._by_path = {os.path.abspath(path): names for path, names in result.judged.items()}
        crashed = {failure.rule for failure in result.errors}
        self._ran = {rule.name: rule for rule in result.rules if rule.code not in crashed}
        self._in_part = {rule.name for rule in result.rules if linter.asked_in_part(rule)}
        self._found = {each.rule.name for each in (*result.findings, *(one.finding for one in result.silenced))}
        self._folders = [os.path.abspath(path) for path in paths if os.path.isdir(path)]

    def could_find(self, key: Key, listed: Baseline) -> bool:
        """Whether the run would have the finding of a key, had it been there still.

        A rule across files may find something in one file while it looks at another, and so may a rule for Compose
        files, which include each other: their findings are missed only where everything around the baseline was
        checked. One that asks another program is taken to have had it only where it found anything.
        """
        name = listed.names[key.rule]
        rule = self._ran.get(name)
        if rule is None or name in self._in_part or (key.rule != rule.code and name not in self._found):
            return False
        if rule.kind in ("compose", "project"):
            return any(_below(listed.folder, start) for start in self._folders)
        return name in self._by_path.get(os.path.normpath(os.path.join(listed.folder, key.path)), ())


def _below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(os.path.join(folder, ""))


class Adoption:
    """What sets the old findings of a run apart: baselines, and the state at a revision."""

    def __init__(
        self,
        linter: Linter,
        workspace: Workspace,
        targets: Sequence[Target],
        paths: Sequence[str],
        *,
        explicit: str | None = None,
        configured: bool = True,
        write_to: str | None = None,
        prune: bool = False,
        revision: str | None = None,
    ) -> None:
        """`paths` are the files and folders that the user gave.

        `explicit` is the baseline for all files; else each file has the one that its configuration names, where
        `configured` wants it. `write_to` makes all findings known in a baseline. `prune` takes out of the baselines
        what they list without need. `revision` leaves only what changes since then have caused.

        Raises ConfigError for a baseline that cannot be used, UsageError for a revision that git does not know.
        """
        self._linter = linter
        self._workspace = workspace
        self._targets = targets
        self._paths = paths
        self._explicit = os.path.abspath(explicit) if explicit is not None else None
        self._configured = configured and write_to is None
        self._write_to = write_to
        self._prune = prune
        roots = {target.root for target in targets} or {find_root(path) for path in paths}
        self._past = Past(revision, roots) if revision is not None else None
        self._before: Baseline | None = None
        self._files: dict[str, str | None] = {}
        # Nothing is checked, mended or written where a baseline turns out to be unusable.
        self._baselines: dict[str, Baseline] = {}
        if write_to is not None and os.path.lexists(write_to):
            baseline.read(write_to)
        for file in {self._file(os.path.dirname(target.full)) for target in targets} | {self._explicit}:
            if file:
                self._baseline(file)

    def caused(self, result: Result) -> Sequence[Finding]:
        """The findings of a run that changes since the revision have caused; all where none was asked for."""
        return self._by_past(result).new if self._past else result.findings

    def set_apart(self, result: Result) -> None:
        """Move what is known from the findings of a run to `known` and `older`, and name idle entries of baselines."""
        if self._write_to is not None:
            _write_all(result, Judged(result, self._linter, self._paths), self._write_to)
            return
        before = self._by_past(result) if self._past and result.findings else None
        self._by_baselines(result)
        if before:
            new = set(before.new)
            result.older = [finding for finding in result.findings if finding not in new]
            result.findings = [finding for finding in result.findings if finding in new]

    def _by_past(self, result: Result) -> Sorted:
        assert self._past, "a revision was asked for"
        if self._before is None:
            self._before = self._past.findings(self._linter, self._workspace, self._targets, result)
        return sort_out(result.findings, self._before, partial(_gone, self._before))

    def _by_baselines(self, result: Result) -> None:
        judged = Judged(result, self._linter, self._paths)
        by_file: dict[str | None, list[Finding]] = {file: [] for file in self._baselines}
        for finding in result.findings:
            by_file.setdefault(self._file(os.path.dirname(os.path.abspath(finding.path))), []).append(finding)
        new: list[Finding] = []
        for file, findings in by_file.items():
            if not file:
                new += findings
                continue
            listed = self._baseline(file)
            sorted_out = sort_out(findings, listed, partial(_gone, listed))
            new += sorted_out.new
            result.known += sorted_out.known
            stale = {
                key: count
                for key, count in sorted_out.left.items()
                if _gone(listed, key.path) or judged.could_find(key, listed)
            }
            if not self._prune:
                result.notes += _named(disk.shown(file), listed, stale)
            elif stale or sorted_out.moved:
                result.notes += _pruned(file, listed, stale, sorted_out.moved, result)
        result.findings = sorted(new, key=lambda finding: finding.order)
        result.known.sort(key=lambda finding: finding.order)

    def _file(self, folder: str) -> str | None:
        """The absolute path of the baseline for the files of a folder."""
        if self._explicit is not None:
            return self._explicit
        if folder not in self._files:
            config = self._linter.config(folder) if self._configured else None
            named = config.baseline if config else None
            self._files[folder] = os.path.join(config.folder, named) if config and named else None
        return self._files[folder]

    def _baseline(self, file: str) -> Baseline:
        if file not in self._baselines:
            self._baselines[file] = baseline.read(disk.shown(file))
        return self._baselines[file]


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
        renamed = sum(map(len, moved.values()))
        counts = [(sum(stale.values()), "taken out"), (renamed, "moved along with files"), (known.total, "left")]
        yield f"{disk.shown(file)}: {', '.join(f'{count} {what}' for count, what in counts if count or what == 'left')}"


def _write_all(result: Result, judged: Judged, file: str) -> None:
    """Make all findings known: write them into a baseline. What it lists of files and rules outside the run stays."""
    file = os.path.abspath(file)
    written = Baseline.of(result.findings, os.path.dirname(file))
    if os.path.lexists(file):
        before = baseline.read(disk.shown(file))
        for key, count in before.counts.items():
            if not _gone(before, key.path) and not judged.could_find(key, before):
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
