"""What an editor may do about a finding: mend it, silence it, read about it; and mend all of a file at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from lsprotocol import types as lsp

from dagdock.fix import Edit, apply_edits
from dagdock.ignores import ignore_here, ignore_in_file
from dagdock.lsp.client import Client
from dagdock.lsp.diagnostics import UriOf, of_finding
from dagdock.lsp.places import range_of
from dagdock.lsp.session import Look, Session
from dagdock.mend import Mending, why_unsound
from dagdock.project import Broken
from dagdock.rule import Finding
from dagdock.text import Source, Span

EXPLAIN = "dagdock.explain"
FIX_ALL = "source.fixAll.dagdock"
KINDS = (lsp.CodeActionKind.QuickFix, FIX_ALL)
# A selection with more findings than that wants fixes, not comments for each of them.
_MAX_IGNORED = 10


def admits(only: Sequence[str], kind: str) -> bool:
    """Whether a request for some kinds of actions is also for this one; one for none in particular is for all."""
    return not only or any(kind == each or not each or kind.startswith(f"{each}.") for each in only)


class Actions:
    """The actions for one state of a session."""

    def __init__(
        self, session: Session, client: Client, uri_of: UriOf, version_of: Callable[[str], int | None]
    ) -> None:
        """`version_of` gives the version of an open text by its URI."""
        self._session = session
        self._client = client
        self._uri_of = uri_of
        self._version_of = version_of

    def at(self, key: str, place: lsp.Range, only: Sequence[str]) -> list[lsp.CodeAction]:
        look = self._session.look(key)
        if look is None or look.document is None:
            return []
        found: list[lsp.CodeAction] = []
        shown = self._session.shown(key)
        if admits(only, lsp.CodeActionKind.QuickFix):
            start, end = (self._offset(look, each) for each in (place.start, place.end))
            touched = [each for each in shown if each.span.start <= end and start <= each.span.end]
            found += self._fixes(look, touched)
            found += self._ignores(look, touched)
            found += self._explanations(touched)
        if admits(only, FIX_ALL) and self._session.options.fix_all:
            found += self._fix_all(key, look, shown)
        return found

    def fix_all(self, key: str) -> lsp.WorkspaceEdit | None:
        """The edit that mends all that can be mended safely in a file; None where there is nothing."""
        look = self._session.look(key)
        if look is None:
            return None
        mending = Mending(look.linter, look.workspace, [look.examined.target], ["safe"])
        edits = [edit for change in mending.changes for edit in _difference(change.before, change.after)]
        return self._workspace_edit(edits) if edits else None

    def _offset(self, look: Look, place: lsp.Position) -> int:
        assert look.document
        return look.document.source.editor_offset(place.line, place.character, self._client.encoding)

    def _fixes(self, look: Look, findings: Sequence[Finding]) -> Iterator[lsp.CodeAction]:
        offered: set[int] = set()
        for finding in findings:
            fix = finding.fix
            if fix is None or id(fix) in offered or (fix.safety == "unsafe" and not self._session.options.unsafe_fixes):
                continue
            offered.add(id(fix))
            if edits := _sound_edits(look, finding):
                warning = "" if fix.safety == "safe" else ", unsafe: may change the meaning"
                yield lsp.CodeAction(
                    f"{fix.title} ({finding.rule.code}{warning})",
                    kind=lsp.CodeActionKind.QuickFix,
                    diagnostics=[self._diagnostic(finding)],
                    is_preferred=fix.safety == "safe" or None,
                    edit=self._workspace_edit(edits),
                )

    def _ignores(self, look: Look, findings: Sequence[Finding]) -> Iterator[lsp.CodeAction]:
        assert look.document
        in_file: set[str] = set()
        for finding in findings[:_MAX_IGNORED]:
            code = finding.rule.code
            ways = [(f"Ignore {code} here", ignore_here)]
            if code not in in_file:
                in_file.add(code)
                ways.append((f"Ignore {code} in this file", ignore_in_file))
            for title, way in ways:
                if edits := way(look.document, [finding]):
                    yield lsp.CodeAction(
                        title,
                        kind=lsp.CodeActionKind.QuickFix,
                        diagnostics=[self._diagnostic(finding)],
                        edit=self._workspace_edit(edits),
                    )

    def _explanations(self, findings: Sequence[Finding]) -> Iterator[lsp.CodeAction]:
        first: dict[str, Finding] = {}
        for finding in findings:
            first.setdefault(finding.rule.code, finding)
        for code, finding in first.items():
            title = f"Explain {code} {finding.rule.name}"
            yield lsp.CodeAction(
                title,
                kind=lsp.CodeActionKind.QuickFix,
                diagnostics=[self._diagnostic(finding)],
                command=lsp.Command(title, EXPLAIN, arguments=[code]),
            )

    def _fix_all(self, key: str, look: Look, shown: Sequence[Finding]) -> Iterator[lsp.CodeAction]:
        if not any(finding.fix and finding.fix.safety == "safe" for finding in shown):
            return
        action = lsp.CodeAction("Fix all that dagdock can fix safely", kind=FIX_ALL, data={"fixAll": key})
        if not self._client.resolves:
            action.edit = self.fix_all(key)
            if action.edit is None:
                return
        yield action

    def _diagnostic(self, finding: Finding) -> lsp.Diagnostic:
        return of_finding(finding, self._client, self._uri_of)

    def _workspace_edit(self, edits: Sequence[Edit]) -> lsp.WorkspaceEdit:
        by_uri: dict[str, list[lsp.TextEdit]] = {}
        for edit in edits:
            uri = self._uri_of(edit.span.source.path)
            by_uri.setdefault(uri, []).append(lsp.TextEdit(range_of(edit.span, self._client.encoding), edit.text))
        if not self._client.versions:
            return lsp.WorkspaceEdit(changes=by_uri)
        return lsp.WorkspaceEdit(
            document_changes=[
                lsp.TextDocumentEdit(
                    lsp.OptionalVersionedTextDocumentIdentifier(uri, self._version_of(uri)), list(some)
                )
                for uri, some in by_uri.items()
            ]
        )


def _sound_edits(look: Look, finding: Finding) -> tuple[Edit, ...]:
    """The edits of a finding's fix; none where it cannot be worked out, is out of date or would break a file."""
    assert finding.fix
    try:
        edits = finding.fix.edits
    except Exception:  # a fix may be worked out only now, by the code of any rule
        return ()
    by_source: dict[int, list[Edit]] = {}
    for edit in edits:
        by_source.setdefault(id(edit.span.source), []).append(edit)
    for some in by_source.values():
        path = look.project.path_of(some[0])
        document: Any = look.project.document(path) if path else None
        if document is None or isinstance(document, Broken) or document.source is not some[0].span.source:
            return ()
        try:
            if why_unsound(document, apply_edits(document.source, some), some):
                return ()
        except ValueError:  # edits that overlap
            return ()
    return edits


def _difference(before: Source, after: str) -> Iterator[Edit]:
    """The edits that turn a text into another, line by line, so that the cursor stays where it is."""
    from difflib import SequenceMatcher

    old = [before.full_line_span(line).text for line in range(1, len(before.line_starts) + 1)]
    new = Source(before.path, after)
    lines = [new.full_line_span(line).text for line in range(1, len(new.line_starts) + 1)]
    for kind, low, high, first, last in SequenceMatcher(None, old, lines, autojunk=False).get_opcodes():
        if kind != "equal":
            start = before.line_starts[low] if low < len(old) else len(before.text)
            end = before.line_starts[high] if high < len(old) else len(before.text)
            yield Edit(Span(before, start, end), "".join(lines[first:last]))
