"""The story of one run: every file examined, findings sorted out."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from time import perf_counter

from dagdock import suppress
from dagdock.config import Config, Finder
from dagdock.examine import Examined, about_suppressions, describe, examine, whole
from dagdock.hooks import Rules
from dagdock.names import Vocabulary
from dagdock.result import Failure, Result, Silenced
from dagdock.rule import KINDS, Finding, Kind, Rule, Suppression
from dagdock.selection import Choice, Selection, kept
from dagdock.workspace import Target, Workspace

__all__ = ["Linter", "Progress", "Target", "Workspace", "describe"]

Progress = Callable[[int, int], None]
# Below this many files, starting processes costs more than they save.
WORTH_PROCESSES = 200


class Linter:
    """Rules and configuration, ready to check; the command line, the editor and the tests make one each."""

    def __init__(
        self,
        *,
        finder: Finder | None = None,
        choice: Choice | None = None,
        rules: Rules | None = None,
        jobs: int = 1,
    ) -> None:
        """`jobs` is how many processes may work on many files; 0 means as many as there are cores."""
        self.rules = rules or Rules()
        self.vocabulary = Vocabulary(self.rules)
        self._finder = finder or Finder(isolated=True)
        self._choice = choice or Choice()
        self._jobs = jobs
        self._selections: dict[int, Selection] = {}

    def config(self, folder: str) -> Config:
        """The configuration that holds for the files of a folder. Raises ConfigError."""
        return self._finder.of_folder(folder)

    def selection(self, folder: str) -> Selection:
        """What is on for the files of a folder. Raises ConfigError."""
        config = self.config(folder)
        if id(config) not in self._selections:
            self._selections[id(config)] = Selection(config, self._choice, self.vocabulary)
        return self._selections[id(config)]

    def check(self, workspace: Workspace, targets: Sequence[Target], progress: Progress | None = None) -> Result:
        """Check files. Raises ConfigError; everything else that goes wrong is among the result's errors.

        `progress` is told how many files are done and how many there are.
        """
        begin = perf_counter()
        result = Result(targets[0].root if targets else "")
        examined = self._examine(workspace, targets, progress or _silent)
        for each in examined:
            if each.counts_as:
                result.files[each.counts_as] = result.files.get(each.counts_as, 0) + 1
        self._sort_out(examined, result)
        present = {each.kind for each in examined}
        for kind in KINDS:
            if kind in present:
                self.rules.of_kind(kind)  # here, too, where other processes did the work
        result.errors[:0] = [Failure(str(fault)) for fault in self.rules.faults]
        result.errors += (error for each in examined for error in each.errors)
        result.plugins = self.rules.plugins()
        result.rules = sorted({rule.code: rule for each in examined for rule in each.rules}.values(), key=_code)
        result.seconds = perf_counter() - begin
        return result

    def _examine(self, workspace: Workspace, targets: Sequence[Target], tell: Progress) -> list[Examined]:
        def work(target: Target) -> Examined:
            return examine(workspace, target, self._selection(target))

        if self._jobs != 1 and len(targets) >= WORTH_PROCESSES:
            from dagdock import workers

            if (processes := min(self._jobs or workers.available(), workers.available(), 16)) > 1:
                return workers.spread(
                    lambda target: whole(work(target)),
                    targets,
                    processes,
                    lost=lambda target, how: _lost(workspace, target, how),
                    name=_name,
                    find=self._rule,
                    tell=lambda done: tell(done, len(targets)),
                )
        examined = []
        for done, target in enumerate(targets):
            tell(done, len(targets))
            examined.append(work(target))
        return examined

    def _rule(self, name: tuple[Kind, str]) -> Rule:
        """A rule that another process found."""
        kind, code = name
        return next(rule for rule in self.rules.of_kind(kind) if rule.code == code)

    def _sort_out(self, examined: Sequence[Examined], result: Result) -> None:
        """Shown, silenced, or not asked for; then what the comments that did nothing are worth saying."""
        by_path = {each.path: each for each in examined if each.kind}
        found: dict[str, list[Finding]] = {path: [] for path in by_path}
        seen: set[tuple[str, str, int, int, str]] = set()
        for each in examined:
            for finding in [*each.findings, *each.strays]:
                key = (finding.rule.code, finding.path, finding.span.start, finding.span.end, finding.message)
                if key in seen:
                    continue
                seen.add(key)
                if finding.path in found:
                    found[finding.path].append(finding)
                elif finding in each.strays:
                    _show(each, [finding], (), result)
        for path, each in by_path.items():
            _show(each, found[path], each.suppressions, result)
            if each.kind and each.suppressions:
                settled = [
                    item for item in each.suppressions if suppress.settle(item, each.kind, each.ran, self.vocabulary)
                ]
                about = list(about_suppressions(each, settled, self._selection(each.target)))
                _show(each, about, each.suppressions, result)
        result.findings.sort(key=lambda finding: finding.order)
        result.silenced.sort(key=lambda silenced: silenced.finding.order)

    def _selection(self, target: Target) -> Selection:
        return self.selection(os.path.dirname(target.full))


def _show(each: Examined, findings: Sequence[Finding], suppressions: Sequence[Suppression], result: Result) -> None:
    for finding in kept(findings, each.ignored):
        if by := suppress.silence(finding, suppressions):
            result.silenced.append(Silenced(finding, by))
        else:
            result.findings.append(finding)


def _lost(workspace: Workspace, target: Target, how: str) -> Examined:
    examined = Examined(target, workspace.shown(target))
    examined.fail(f"internal error: the process that checked it ended with {how}")
    return examined


def _name(value: object) -> tuple[Kind, str] | None:
    """What stands for a rule on its way between processes."""
    return (value.kind, value.code) if isinstance(value, Rule) else None


def _silent(done: int, of: int) -> None:
    pass


def _code(rule: Rule) -> str:
    return rule.code
