"""One file examined: its document, the rules taken to its nodes, and the comments that silence them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from dagdock import suppress
from dagdock.project import Broken, Project
from dagdock.quiet import Quiet, is_left_out, why_quiet
from dagdock.result import Failure, FileKind
from dagdock.rule import Finding, Kind, Option, Rule, Suppression
from dagdock.selection import Selection
from dagdock.workspace import Target, Workspace


class Examined:
    """What became of one file. It holds no document, so that it can come from another process."""

    __slots__ = (
        "counts_as",
        "errors",
        "findings",
        "ignored",
        "kind",
        "path",
        "quiet",
        "ran",
        "rules",
        "strays",
        "suppressions",
        "target",
    )

    def __init__(self, target: Target, path: str) -> None:
        self.target = target
        self.path = path
        """As the user sees it; findings in this file carry it."""
        self.kind: Kind | None = None
        """Which rules are for it; None where there was nothing to check."""
        self.counts_as: FileKind | None = None
        self.quiet: Quiet = ""
        self.ignored: list[str] = []
        """The names that `per-file-ignores` gives for it."""
        self.rules: list[Rule] = []
        """The rules that were on."""
        self.ran: list[Rule] = []
        """Those of them that looked at the file itself and finished."""
        self.findings: list[Finding] = []
        self.strays: list[Finding] = []
        """Findings in files that are no documents, such as requirements: nobody else will report them."""
        self.suppressions: list[Suppression] = []
        self.errors: list[Failure] = []

    def fail(self, message: str, rule: Rule | None = None) -> None:
        code, plugin = (rule.code, rule.plugin) if rule else (None, None)
        self.errors.append(Failure(message, self.path, code, plugin))


def examine(workspace: Workspace, target: Target, selection: Selection) -> Examined:
    """Take the rules that are on to a file. Raises ConfigError; all else that goes wrong is among the errors."""
    found = Examined(target, workspace.shown(target))
    project = workspace.project(target.root, selection.config.airflow_version)
    try:
        document: Any = project.own_document(target.path)
    except Exception as problem:  # a parser must not fail, and when one does the other files are still checked
        found.fail(f"internal error while reading: {describe(problem)}")
        return found
    if isinstance(document, Broken):
        found.fail(document.message)
    elif document is None:
        if reason := workspace.why_unreadable(target):
            found.fail(reason)
    elif getattr(document, "is_dag_file", True) or getattr(document, "faults", ()):
        _examine(found, document, project, selection)
    return found


def _examine(found: Examined, document: Any, project: Project, selection: Selection) -> None:
    found.path = document.source.path
    found.kind = document.kind
    found.counts_as = (
        None if hasattr(document, "patterns") else document.kind
    )  # an ignore file goes with its Dockerfile
    found.ignored = selection.ignored_in(found.target.full)
    found.rules = selection.rules(document.kind)
    if selection.config.quiet:
        found.quiet = why_quiet(found.target.below, document)
    crashed: set[str] = set()
    seen: set[type] = set()
    text = document.source.text
    for finding in _findings(found, _nodes(found, document, seen), selection, project, crashed, text):
        at_home = finding.span.source is document.source or _is_document(project, finding)
        (found.findings if at_home else found.strays).append(finding)
    found.ran = selection.that_look(document.kind, frozenset(seen))
    if crashed:
        found.ran = [rule for rule in found.ran if rule.code not in crashed]
    try:
        heard = suppress.read(document)
        found.suppressions = [each for each in heard if each.style != "hadolint" or selection.config.hadolint_comments]
    except Exception as problem:  # as while reading
        found.fail(f"internal error while reading its comments: {describe(problem)}")


def whole(found: Examined) -> Examined:
    """The same with every fix worked out, ready to go to another process."""
    for finding in (*found.findings, *found.strays):
        try:
            _ = finding.fix and finding.fix.edits
        except Exception as problem:  # as for the rule itself
            finding.fix = None
            found.fail(f"the fix of {finding.rule.code} cannot be worked out: {describe(problem)}", finding.rule)
    return found


def about_suppressions(found: Examined, suppressions: Sequence[Suppression], selection: Selection) -> Iterator[Finding]:
    """What rules have to say about comments that silence, once it is known what those did."""
    return _findings(found, suppressions, selection, None, set())


def _nodes(found: Examined, document: Any, seen: set[type]) -> Iterator[object]:
    try:
        for node in document.walk():
            seen.add(type(node))
            yield node
    except Exception as problem:  # as while reading
        found.fail(f"internal error while walking: {describe(problem)}")


def _findings(
    found: Examined,
    nodes: Iterable[Any],
    selection: Selection,
    project: Project | None,
    crashed: set[str],
    text: str = "",
) -> Iterator[Finding]:
    """What the rules say about nodes of a text, each taken to those that look at its type. One that crashes is left
    out then."""
    assert found.kind, "there is something to look at"
    looking: dict[type, list[tuple[Rule, dict[str, Option]]]] = {}
    particular: dict[type, bool] = {}
    for node in nodes:
        # A file of 500 lines comes to thousands of calls, nearly all of which find nothing.
        if type(node) not in looking:
            looking[type(node)] = rules = selection.looking_at(type(node), found.kind, text)
            particular[type(node)] = any(rule.words_near for rule, _ in rules)
        near = node.span.text if particular[type(node)] else ""
        for rule, options in looking[type(node)]:
            if (near and rule.words_near and not rule.may_speak(near)) or (crashed and rule.code in crashed):
                continue
            try:
                check = rule.check
                for problem in check(node, project, **options) if rule.takes_project else check(node, **options):
                    finding = Finding(rule, problem, selection.severity(rule, problem))
                    if selection.keeps(rule, finding.aliases) and not _is_hushed(found, finding, selection):
                        yield finding
            except (Exception, SystemExit) as problem:  # whatever a rule does wrong, the others go on
                crashed.add(rule.code)
                found.fail(f"rule {rule.code} {rule.name} crashed: {describe(problem)}", rule)


def _is_hushed(found: Examined, finding: Finding, selection: Selection) -> bool:
    """Whether nobody wants to hear this of such a file, unless somebody asked for it. No fix is left where it would be
    overwritten."""
    if found.quiet == "generated":
        finding.fix = None
    return (
        bool(found.quiet)
        and is_left_out(found.quiet, finding.rule, finding.severity)
        and not selection.is_asked_for(finding.rule, finding.aliases)
    )


def _is_document(project: Project, finding: Finding) -> bool:
    path = project.path_of(finding.span)
    document = project.document(path) if path is not None else None
    return document is not None and getattr(document, "is_dag_file", True)


def describe(problem: BaseException) -> str:
    """An exception in one line, with the place in the code that raised it."""
    trace = problem.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = f" ({trace.tb_frame.f_code.co_filename}:{trace.tb_lineno})" if trace else ""
    text = " ".join(str(problem).split())
    return f"{type(problem).__name__}{': ' if text else ''}{text}{place}"
