"""The story of one run: every file examined, findings sorted out."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import TYPE_CHECKING

from dagdock import suppress
from dagdock.config import Config, Finder
from dagdock.examine import Examined, about_suppressions, describe, examine, whole
from dagdock.hooks import Rules
from dagdock.names import Vocabulary, closeness, means_whole
from dagdock.project.classify import is_dockerfile_name
from dagdock.result import Failure, Result, Silenced
from dagdock.rule import KINDS, Finding, Kind, Rule, Suppression
from dagdock.selection import Choice, Selection, kept
from dagdock.workspace import Target, Workspace

if TYPE_CHECKING:
    from dagdock.shellcheck import Body, ShellCheck

__all__ = ["Linter", "Progress", "Target", "Workspace", "comments_beside", "describe"]

Progress = Callable[[int, int], None]
# Below this many files, starting processes costs more than they save.
WORTH_PROCESSES = 200
# The option of a rule that wants ShellCheck asked.
SHELLCHECK = "shellcheck"


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

    def asked_in_part(self, rule: Rule) -> bool:
        """Whether the command line names a peer's code of the rule, so that not all of what it finds is wanted."""
        names = (*(self._choice.select or ()), *self._choice.extend_select, *self._choice.ignore)
        return any(closeness(name, rule) and not means_whole(name, rule) for name in names)

    def check(self, workspace: Workspace, targets: Sequence[Target], progress: Progress | None = None) -> Result:
        """Check files. Raises ConfigError; everything else that goes wrong is among the result's errors.

        `progress` is told how many files are done and how many there are.
        """
        begin = perf_counter()
        result = Result(targets[0].root if targets else "")
        result.errors += self._ask_shellcheck(workspace, targets)
        examined = self._examine(workspace, targets, progress or _silent)
        same: dict[frozenset[str], frozenset[str]] = {}
        for each in examined:
            if each.counts_as:
                result.files[each.counts_as] = result.files.get(each.counts_as, 0) + 1
            if each.kind:
                judged = frozenset(rule.name for rule in each.ran if rule.kind == each.kind)
                result.judged[each.path] = same.setdefault(judged, judged)
            if found := [*each.findings, *each.strays]:
                # A Compose file is read with its `.env` and the files that it includes.
                linked = each.kind == "compose" or any(finding.rule.takes_project for finding in found)
                result.reporters[each.target.full] = linked
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
            return self.examine(workspace, target)

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

    def _ask_shellcheck(self, workspace: Workspace, targets: Sequence[Target]) -> list[Failure]:
        """Hand all shell text of a run to ShellCheck at once: a process for each file would cost more than all else."""
        bodies: dict[ShellCheck, list[Body]] = {}
        failures: dict[str, Failure] = {}
        for target in targets:
            if (setting := self._shellcheck_setting(target)) is not None:
                from dagdock import shellcheck
                from dagdock.dockerfile import Dockerfile

                try:
                    if program := shellcheck.installed(setting, workspace.facts(target.root).root):
                        project = workspace.project(target.root, self._selection(target).config.airflow_version)
                        document = project.document(target.path)
                        if isinstance(document, Dockerfile):
                            bodies.setdefault(program, []).extend(shellcheck.bodies_of(document))
                except shellcheck.ShellCheckError as problem:
                    failures[str(problem)] = Failure(str(problem))
        for program, some in bodies.items():
            try:
                program.look_at(some)
            except shellcheck.ShellCheckError as problem:
                failures[str(problem)] = Failure(str(problem))
        return list(failures.values())

    def _shellcheck_setting(self, target: Target) -> str | None:
        """The setting `shellcheck` for a Dockerfile; None where no rule that is on wants to know."""
        if not is_dockerfile_name(os.path.basename(target.path).lower()):
            return None
        selection = self._selection(target)
        for rule in selection.rules("dockerfile"):
            if SHELLCHECK in rule.options:
                return str(selection.options(rule).get(SHELLCHECK, rule.options[SHELLCHECK]))
        return None

    def _rule(self, name: tuple[Kind, str, str]) -> Rule:
        """A rule that another process found."""
        kind, name_, code = name
        rule = next(rule for rule in self.rules.of_kind(kind) if rule.name == name_)
        return rule if rule.code == code else rule.as_code(code)

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
                    _show(each, [finding], comments_beside(finding), result)
        for path, each in by_path.items():
            self.sort_out(each, found[path], result)
        result.findings.sort(key=lambda finding: finding.order)
        result.silenced.sort(key=lambda silenced: silenced.finding.order)

    def examine(self, workspace: Workspace, target: Target) -> Examined:
        """One file by itself, its findings not yet sorted out. Raises ConfigError."""
        return examine(workspace, target, self._selection(target))

    def sort_out(self, each: Examined, findings: Sequence[Finding], result: Result) -> None:
        """What a file's comments leave of all that was found in it, by its own rules and those of other files."""
        for suppression in each.suppressions:
            suppression.begin_anew()
        _show(each, findings, each.suppressions, result)
        if each.kind and each.suppressions:
            settled = [
                item for item in each.suppressions if suppress.settle(item, each.kind, each.ran, self.vocabulary)
            ]
            about = list(about_suppressions(each, settled, self._selection(each.target)))
            _show(each, about, each.suppressions, result)

    def _selection(self, target: Target) -> Selection:
        return self.selection(os.path.dirname(target.full))


def _show(each: Examined, findings: Sequence[Finding], suppressions: Sequence[Suppression], result: Result) -> None:
    silencing = suppress.Silencing(suppressions) if suppressions else None
    for finding in kept(findings, each.ignored):
        if silencing and (by := silencing.by(finding)):
            result.silenced.append(Silenced(finding, by))
        else:
            result.findings.append(finding)


def comments_beside(finding: Finding) -> Sequence[Suppression]:
    """The comments that silence in a Python file that is no document, such as a module that a DAG imports."""
    if not finding.path.endswith(".py"):
        return ()
    from dagdock import dag

    return suppress.read(dag.parse(finding.span.source))


def _lost(workspace: Workspace, target: Target, how: str) -> Examined:
    examined = Examined(target, workspace.shown(target))
    examined.fail(f"internal error: the process that checked it ended with {how}")
    return examined


def _name(value: object) -> tuple[Kind, str, str] | None:
    """What stands for a rule on its way between processes."""
    return (value.kind, value.name, value.code) if isinstance(value, Rule) else None


def _silent(done: int, of: int) -> None:
    pass


def _code(rule: Rule) -> str:
    return rule.code
