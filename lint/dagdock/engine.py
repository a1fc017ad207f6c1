"""The story of one run: documents linked into projects, one walk for all rules, findings sorted out."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from time import perf_counter
from typing import TYPE_CHECKING, Any

from dagdock import suppress
from dagdock.config import Config, Finder
from dagdock.disk import shown, why_unreadable
from dagdock.facts import Disk, Facts, Memory, Overlay
from dagdock.hooks import Rules
from dagdock.names import Vocabulary
from dagdock.project import Broken, Project, find_root
from dagdock.result import Failure, FileKind, Result, Silenced
from dagdock.rule import KINDS, Finding, Kind, Option, Rule, Suppression
from dagdock.selection import Choice, Selection, kept

if TYPE_CHECKING:
    from dagdock.project import Document

Handlers = list[tuple[Rule, dict[str, Option]]]


Progress = Callable[[int, int], None]


class Target:
    """A file to check: its project's root, its path below it, and its full path (which decides the configuration).

    `named` says that the user named it rather than a folder above it.
    """

    __slots__ = ("full", "named", "path", "root")

    def __init__(self, root: str, path: str, full: str, named: bool = True) -> None:
        self.root = root
        self.path = path
        self.full = full
        self.named = named


class Workspace:
    """The projects of a run, one for each root; with files in another state than on disk where there are such."""

    def __init__(self, facts: Mapping[str, Facts] | None = None, *, airflow_version: str | None = None) -> None:
        self._facts: dict[str, Facts] = dict(facts or {})
        self._airflow_version = airflow_version
        self._projects: dict[tuple[str, str | None], Project] = {}
        self._roots: dict[str, str] = {}

    @classmethod
    def in_memory(cls, files: Mapping[str, str | bytes], *, airflow_version: str | None = None) -> Workspace:
        return cls({"": Memory(files)}, airflow_version=airflow_version)

    def with_files(self, files: Mapping[str, Mapping[str, bytes]]) -> Workspace:
        """The same workspace with other contents, by root and path; documents are parsed anew."""
        facts = {root: Overlay(self.facts(root), changed) for root, changed in files.items()}
        return Workspace({**self._facts, **facts}, airflow_version=self._airflow_version)

    def target(self, path: str, start: str | None = None) -> Target:
        """The target for an absolute path that was found below `start` (itself where the user named it)."""
        start = start or path
        if start not in self._roots:
            self._roots[start] = find_root(start)
        root = self._roots[start]
        return Target(root, os.path.relpath(path, root).replace(os.sep, "/"), path, named=start == path)

    def shown(self, target: Target) -> str:
        """The name of a target as the user sees it."""
        return shown(target.full) if self.facts(target.root).root else target.path

    def why_unreadable(self, target: Target) -> str | None:
        """Why there is no content to check; None where there is, or where nobody asked for this file."""
        facts = self.facts(target.root)
        return None if facts.read(target.path) is not None else why_unreadable(target.full, named=target.named)

    def facts(self, root: str) -> Facts:
        if root not in self._facts:
            self._facts[root] = Disk(root)
        return self._facts[root]

    def project(self, root: str, airflow_version: str | None = None) -> Project:
        """The project of a root, for the Airflow that the command line or the configuration names."""
        key = (root, self._airflow_version or airflow_version)
        if key not in self._projects:
            facts = self.facts(root)
            self._projects[key] = Project(
                facts, airflow_version=key[1], working_directory=os.getcwd() if facts.root else None
            )
        return self._projects[key]

    def projects(self, root: str) -> list[Project]:
        """The projects made so far for a root: more than one where configurations name different Airflows."""
        return [project for (of, _), project in self._projects.items() if of == root]


class Linter:
    """Rules and configuration, ready to check; the command line, the editor and the tests make one each."""

    def __init__(
        self, *, finder: Finder | None = None, choice: Choice | None = None, rules: Rules | None = None
    ) -> None:
        self.rules = rules or Rules()
        self.vocabulary = Vocabulary(self.rules)
        self._finder = finder or Finder(isolated=True)
        self._choice = choice or Choice()
        self._selections: dict[int, Selection] = {}
        self._on: dict[tuple[int, tuple[Kind, ...]], list[Rule]] = {}

    def config(self, folder: str) -> Config:
        return self._finder.of_folder(folder)

    def selection(self, folder: str) -> Selection:
        """What is on for the files of a folder. Raises ConfigError."""
        config = self.config(folder)
        if id(config) not in self._selections:
            self._selections[id(config)] = Selection(config, self._choice, self.vocabulary)
        return self._selections[id(config)]

    def check(self, workspace: Workspace, targets: Sequence[Target], progress: Progress | None = None) -> Result:
        """Check files. Raises ConfigError; everything else that goes wrong is among the result's errors.

        `progress` is told how many steps are done and how many there are, two for each file.
        """
        begin = perf_counter()
        tell = progress or _silent
        steps = 2 * len(targets)
        result = Result(targets[0].root if targets else "")
        checks: list[Check] = []
        for done, target in enumerate(targets):
            tell(done, steps)
            if check := self._open(workspace, target, result.errors):
                checks.append(check)
        kinds = self._load(checks, result)
        walker = Walker()
        for done, check in enumerate(checks):
            tell(steps - len(checks) + done, steps)
            check.rules = self._rules_on(check.selection, kinds)
            check.findings = list(walker.findings(check, result.errors))
        self._sort_out(checks, result)
        result.rules = sorted({rule.code: rule for check in checks for rule in check.rules}.values(), key=_code)
        result.seconds = perf_counter() - begin
        return result

    def _open(self, workspace: Workspace, target: Target, errors: list[Failure]) -> Check | None:
        """The document of a target, with the rules that hold for it; None where there is nothing to check."""
        selection = self.selection(os.path.dirname(target.full))
        project = workspace.project(target.root, selection.config.airflow_version)
        try:
            document = project.document(target.path)
        except Exception as problem:  # a parser must not fail, and when one does the other files are still checked
            errors.append(Failure(f"internal error while reading: {describe(problem)}", workspace.shown(target)))
            return None
        if isinstance(document, Broken):
            errors.append(Failure(document.message, workspace.shown(target)))
            return None
        if document is None:
            if reason := workspace.why_unreadable(target):
                errors.append(Failure(reason, workspace.shown(target)))
            return None
        if not (getattr(document, "is_dag_file", True) or getattr(document, "faults", ())):
            return None
        return Check(target, project, document, selection)

    def _rules_on(self, selection: Selection, kinds: tuple[Kind, ...]) -> list[Rule]:
        key = (id(selection), kinds)
        if key not in self._on:
            selection.check_names(kinds)
            self._on[key] = [rule for kind in kinds for rule in self.rules.of_kind(kind) if selection.is_on(rule)]
        return self._on[key]

    def _load(self, checks: Sequence[Check], result: Result) -> tuple[Kind, ...]:
        """Load the rules for the kinds at hand and count the files of each."""
        for check in checks:
            if counted := file_kind(check.document):
                result.files[counted] = result.files.get(counted, 0) + 1
        present = {check.document.kind for check in checks}
        kinds = tuple(kind for kind in KINDS if kind in present or (kind == "project" and present))
        for kind in kinds:
            self.rules.of_kind(kind)
        result.errors += (Failure(str(fault)) for fault in self.rules.faults)
        result.plugins = self.rules.plugins()
        return kinds

    def _sort_out(self, checks: Sequence[Check], result: Result) -> None:
        """Shown, silenced, or not asked for; then what the comments that did nothing are worth saying."""
        by_source = {id(check.document.source): check for check in checks}
        found: dict[int, list[Finding]] = {}
        seen: set[tuple[str, int, int, int, str]] = set()
        for check in checks:
            for finding in check.findings:
                span = finding.span
                key = (finding.rule.code, id(span.source), span.start, span.end, finding.message)
                if key in seen:
                    continue
                seen.add(key)
                if id(span.source) in by_source:
                    found.setdefault(id(span.source), []).append(finding)
                elif not check.is_document(finding):
                    self._show(check, [finding], (), result)
        walker = Walker()
        for source, check in by_source.items():
            suppressions = suppress.read(check.document)
            self._show(check, found.get(source, []), suppressions, result)
            kind = check.document.kind
            settled = [item for item in suppressions if suppress.settle(item, kind, check.ran, self.vocabulary)]
            if settled:
                about = list(walker.findings(check, result.errors, settled))
                self._show(check, about, suppressions, result)
        result.findings.sort(key=lambda finding: finding.order)
        result.silenced.sort(key=lambda silenced: silenced.finding.order)

    @staticmethod
    def _show(check: Check, findings: Sequence[Finding], suppressions: Sequence[Suppression], result: Result) -> None:
        for finding in kept(findings, check.ignored):
            if by := suppress.silence(finding, suppressions):
                result.silenced.append(Silenced(finding, by))
            else:
                result.findings.append(finding)


class Check:
    """One document on its way through the run."""

    __slots__ = ("crashed", "document", "findings", "ignored", "project", "rules", "selection", "target")

    def __init__(self, target: Target, project: Project, document: Document, selection: Selection) -> None:
        self.target = target
        self.project = project
        self.document: Any = document
        self.selection = selection
        self.ignored = selection.ignored_in(target.full)
        self.rules: list[Rule] = []
        self.crashed: set[str] = set()
        self.findings: list[Finding] = []

    @property
    def ran(self) -> list[Rule]:
        """The rules that looked at nodes of this document and finished."""
        kind = self.document.kind
        return [rule for rule in self.rules if rule.code not in self.crashed and getattr(rule.node, "kind", "") == kind]

    def is_document(self, finding: Finding) -> bool:
        """Whether a finding in another file than this one is in a document: one that nobody asked for, then."""
        path = self.project.path_of(finding.span)
        return path is not None and self.project.document(path) is not None


class Walker:
    """Takes nodes to the rules that look at their type."""

    def __init__(self) -> None:
        self._handlers: dict[tuple[int, type], Handlers] = {}

    def findings(self, check: Check, errors: list[Failure], nodes: Iterable[object] | None = None) -> Iterator[Finding]:
        """What the rules say about a document's nodes, or others. A rule that crashes is left out from then on."""
        if nodes is None:
            nodes = self._nodes(check, errors)
        for node in nodes:
            for rule, options in self._for(check, type(node)):
                if rule.code not in check.crashed:
                    yield from _ask(rule, options, node, check, errors)

    @staticmethod
    def _nodes(check: Check, errors: list[Failure]) -> Iterator[object]:
        try:
            yield from check.document.walk()
        except Exception as problem:  # as in Linter._open
            message = f"internal error while walking: {describe(problem)}"
            errors.append(Failure(message, check.document.source.path))

    def _for(self, check: Check, node: type) -> Handlers:
        key = (id(check.selection), node)
        if key not in self._handlers:
            self._handlers[key] = [
                (rule, check.selection.options(rule)) for rule in check.rules if issubclass(node, rule.node)
            ]
        return self._handlers[key]


def _ask(
    rule: Rule, options: dict[str, Option], node: object, check: Check, errors: list[Failure]
) -> Iterator[Finding]:
    arguments = (node, check.project) if rule.takes_project else (node,)
    try:
        for problem in rule.check(*arguments, **options):
            finding = Finding(rule, problem, check.selection.severity(rule, problem))
            if check.selection.keeps(rule, finding.aliases):
                yield finding
    except Exception as problem:  # whatever a rule does wrong, the others go on
        check.crashed.add(rule.code)
        message = f"rule {rule.code} {rule.name} crashed: {describe(problem)}"
        errors.append(Failure(message, check.document.source.path, rule.code, rule.plugin))


def describe(problem: BaseException) -> str:
    """An exception in one line, with the place in the code that raised it."""
    trace = problem.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = f" ({trace.tb_frame.f_code.co_filename}:{trace.tb_lineno})" if trace else ""
    text = " ".join(str(problem).split())
    return f"{type(problem).__name__}{': ' if text else ''}{text}{place}"


def file_kind(document: Any) -> FileKind | None:
    """The kind that a document counts as; an ignore file is checked but not counted."""
    kind: FileKind = document.kind
    return None if hasattr(document, "patterns") else kind


def _silent(done: int, steps: int) -> None:
    pass


def _code(rule: Rule) -> str:
    return rule.code
