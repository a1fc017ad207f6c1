"""Fixes put to work: in rounds, each result proven sound before anything is written."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from dagdock import disk
from dagdock.engine import Linter, Progress, Target, Workspace, describe
from dagdock.fix import Edit, Safety, apply_edits, without_overlap
from dagdock.project import Broken, parse
from dagdock.result import Failure, Result
from dagdock.rule import Finding
from dagdock.suppress import comments, silences
from dagdock.text import Source

if TYPE_CHECKING:
    from dagdock.project import Document

ROUNDS = 10

Place = tuple[str, str]  # a project's root and a path below it


class Change:
    """A file before and after its fixes."""

    __slots__ = ("after", "before", "full")

    def __init__(self, before: Source, after: str, full: str) -> None:
        self.before = before
        self.after = after
        self.full = full
        """The absolute path of the file (its path in the project where there is no disk behind it)."""


class Mending:
    """What the fixes of some files come to: the changes, what they mended, and what is left to find afterwards."""

    def __init__(
        self,
        linter: Linter,
        workspace: Workspace,
        targets: Sequence[Target],
        safeties: Collection[Safety],
        only: Collection[str] = (),
        among: Callable[[Result], Sequence[Finding]] | None = None,
        progress: Progress | None = None,
    ) -> None:
        """`only` are the codes or names of the rules whose fixes are wanted, all where it is empty.

        `among` chooses from the findings of a check those that are to be mended.
        """
        self._linter = linter
        self._workspace = workspace
        self._targets = {(target.root, target.path): target for target in targets}
        self._safeties = safeties
        self._only = only
        self._among = among
        self._first: dict[Place, Source] = {}
        self._texts: dict[Place, str] = {}
        self._dropped: set[tuple[str, str, str]] = set()
        self._fixed: list[tuple[Finding, set[Place]]] = []
        self.notes: list[str] = []
        self.result = self._run(progress)

    @property
    def changes(self) -> list[Change]:
        """The files that differ from before, sorted by path."""
        changed = [
            Change(self._first[place], text, self._full(place))
            for place, text in self._texts.items()
            if text != self._first[place].text
        ]
        return sorted(changed, key=lambda change: change.before.path)

    def _run(self, progress: Progress | None) -> Result:
        result = self._linter.check(self._workspace, list(self._targets.values()), progress)
        workspace = self._workspace
        current = result
        for _ in range(ROUNDS):
            touched = self._round(current, workspace)
            if not touched:
                break
            workspace = self._with_texts()
            # The next round looks only at what has changed; the last check sees all files again.
            current = self._linter.check(workspace, self._next_targets(touched))
        else:
            self._give_up(current, workspace)
            workspace = self._with_texts()
        if self.changes:
            result = self._linter.check(workspace, list(self._targets.values()))
        result.notes += self.notes
        result.fixed = [finding for finding, _ in self._fixed]
        return result

    def _round(self, result: Result, workspace: Workspace) -> set[Place]:
        """Apply what can be applied together; the files that changed."""
        wanted = list(self._wanted(result))
        places = self._places(wanted, workspace)
        inside = []
        for finding in wanted:
            if all(id(edit.span.source) in places for edit in _edits(finding)):
                inside.append(finding)
            else:
                self._drop(finding, "it reaches outside the project")
        fixes = {id(fix) for fix in without_overlap([finding.fix for finding in inside if finding.fix])}
        chosen = [finding for finding in inside if id(finding.fix) in fixes]
        while True:
            texts, unsound = self._apply(chosen, places, workspace)
            if not unsound:
                break
            chosen = self._without_culprits(chosen, unsound, places, workspace)
        for place, text in texts.items():
            self._first.setdefault(place, source_of(document_at(workspace, place)))
            self._texts[place] = text
        self._fixed += ((finding, {places[id(edit.span.source)] for edit in _edits(finding)}) for finding in chosen)
        return set(texts)

    def _wanted(self, result: Result) -> Iterator[Finding]:
        for finding in self._among(result) if self._among else result.findings:
            fix = finding.fix
            if fix and fix.safety in self._safeties and _key(finding) not in self._dropped:
                if self._only and not {finding.rule.code, finding.rule.name} & set(self._only):
                    continue
                try:
                    if fix.edits:
                        yield finding
                except Exception as problem:  # a fix may be worked out only now, by the code of any rule
                    self._drop(finding, f"cannot be worked out: {describe(problem)}")

    def _places(self, findings: Sequence[Finding], workspace: Workspace) -> dict[int, Place]:
        """Where the sources that the fixes edit belong; what is of no project is not among them."""
        places: dict[int, Place] = {}
        for root in {target.root for target in self._targets.values()}:
            for project in workspace.projects(root):
                for finding in findings:
                    for edit in _edits(finding):
                        if path := project.path_of(edit):
                            places[id(edit.span.source)] = (root, path)
        return places

    def _apply(
        self, findings: Sequence[Finding], places: dict[int, Place], workspace: Workspace
    ) -> tuple[dict[Place, str], dict[Place, str]]:
        """The texts after the fixes, and for those that are not sound why."""
        edits: dict[Place, list[Edit]] = {}
        fixes = {id(finding.fix): finding.fix for finding in findings if finding.fix}  # several may share one
        for fix in fixes.values():
            for edit in fix.edits:
                edits.setdefault(places[id(edit.span.source)], []).append(edit)
        texts: dict[Place, str] = {}
        unsound: dict[Place, str] = {}
        for place, some in edits.items():
            document = document_at(workspace, place)
            texts[place] = apply_edits(source_of(document), some)
            if reason := why_unsound(document, texts[place], some):
                unsound[place] = reason
        return texts, unsound

    def _without_culprits(
        self, findings: list[Finding], unsound: dict[Place, str], places: dict[int, Place], workspace: Workspace
    ) -> list[Finding]:
        """The findings without those whose fix breaks a file; where only several together do, one at a time."""
        suspects = [item for item in findings if any(places[id(edit.span.source)] in unsound for edit in _edits(item))]
        out = self._culprits(suspects, places, workspace) or suspects[1:]
        if not out:
            self._drop(suspects[0], next(iter(unsound.values())))
            out = suspects
        gone = set(map(id, out))
        return [finding for finding in findings if id(finding) not in gone]

    def _culprits(self, suspects: list[Finding], places: dict[int, Place], workspace: Workspace) -> list[Finding]:
        """Those whose fix alone breaks a file, found by halves: where some are sound together, none of them does."""
        _, unsound = self._apply(suspects, places, workspace)
        if not unsound:
            return []
        if len(suspects) == 1:
            self._drop(suspects[0], next(iter(unsound.values())))
            return suspects
        middle = len(suspects) // 2
        halves = suspects[:middle], suspects[middle:]
        return [culprit for half in halves for culprit in self._culprits(half, places, workspace)]

    def _drop(self, finding: Finding, reason: str) -> None:
        self._dropped.add(_key(finding))
        line, column = finding.span.begin
        self.notes.append(f"{finding.path}:{line}:{column} the fix of {finding.rule.code} is not applied: {reason}")

    def _give_up(self, result: Result, workspace: Workspace) -> None:
        """Files whose fixes never settle are left as they were."""
        restless = list(self._wanted(result))
        places = self._places(restless, workspace)
        sources = {id(edit.span.source) for finding in restless for edit in _edits(finding)}
        spoiled = {place for source, place in places.items() if source in sources}
        for _, touched in self._fixed:
            if touched & spoiled:
                spoiled |= touched
        for place in sorted(spoiled & set(self._texts)):
            codes = ", ".join(sorted({finding.rule.code for finding in restless}))
            path = self._first[place].path
            self.notes.append(f"{path}: left as it is, its fixes do not settle in {ROUNDS} rounds ({codes})")
            del self._texts[place]
        self._fixed = [(finding, touched) for finding, touched in self._fixed if not touched & spoiled]

    def _with_texts(self) -> Workspace:
        files: dict[str, dict[str, bytes]] = {}
        for (root, path), text in self._texts.items():
            files.setdefault(root, {})[path] = self._first[root, path].encode(text)
        return self._workspace.with_files(files)

    def _next_targets(self, touched: Collection[Place]) -> list[Target]:
        """The files that changed; all of the run where one of them is looked at only for the sake of another."""
        if any(place not in self._targets for place in touched):
            return list(self._targets.values())
        return [self._targets[place] for place in sorted(touched)]

    def _full(self, place: Place) -> str:
        target = self._targets.get(place)
        return target.full if target else "/".join(part for part in place if part)

    def content(self, target: Target) -> bytes | None:
        """What a file holds after its fixes; None where it cannot be read."""
        place = (target.root, target.path)
        if place in self._texts:
            return self._first[place].encode(self._texts[place])
        return self._workspace.facts(target.root).read(target.path)

    def write(self) -> None:
        """Put the changes on disk; what cannot be written is among the result's errors, and is not fixed."""
        failed = write_changes(self.changes, self.result)
        self.result.fixed = [finding for finding, touched in self._fixed if failed.isdisjoint(map(self._full, touched))]


def write_changes(changes: Sequence[Change], result: Result) -> set[str]:
    """Put changes on disk. The full paths of the files where that failed, each among the result's errors."""
    failed: set[str] = set()
    for change in changes:
        before = change.before.encode()
        try:
            with open(change.full, "rb") as file:
                same = file.read() == before
            if same:
                disk.replace(change.full, change.before.encode(change.after))
                continue
            reason = "the file has changed meanwhile"
        except OSError as problem:
            reason = problem.strerror or str(problem)
        failed.add(change.full)
        result.errors.append(Failure(f"not written: {reason}", change.before.path))
    return failed


def why_unsound(document: Document | Source, text: str, edits: Sequence[Edit]) -> str | None:
    """Why a text that edits made cannot take the place of a document's own; None where it can.

    It must come back from its bytes as it is, parse with no fault that was not there before, and hold every comment.
    """
    source = source_of(document)
    try:
        again = Source(source.path, source.encode(text), source.encoding)
    except UnicodeError:
        return f"the file's encoding ({source.encoding}) has no sign for it"
    if again.text != text or source.encode() != Source(source.path, source.encode(), source.encoding).encode():
        return f"the file's encoding ({source.encoding}) does not give its text back"
    if isinstance(document, Source):
        return _why_unsound_text(source, again)
    kind = document_kind(document)
    try:
        before: Any = parse(source, kind)
        after: Any = parse(again, kind)
        if Counter(map(_fault_key, after.faults)) - Counter(map(_fault_key, before.faults)):
            return "it would leave a syntax error"
        if (tokens := getattr(after, "tokens", None)) is not None and "".join(token.text for token in tokens) != text:
            return "the result does not read back as it is"
        lost = Counter(_comments_to_keep(document, edits)) - Counter(
            comment.text.strip() for comment in comments(after)
        )
        if lost:
            return f"it would lose the comment `{next(iter(lost))}`"
    except Exception as problem:  # a parser must not fail, but no file may suffer from one that does
        return f"the result cannot be read: {describe(problem)}"
    return None


def _why_unsound_text(before: Source, after: Source) -> str | None:
    """The same for a file that is no document: a script, or a list of requirements."""
    lost = Counter(_comment_lines(before)) - Counter(_comment_lines(after))
    if lost:
        return f"it would lose the comment `{next(iter(lost))}`"
    if before.text.startswith("#!") or before.path.endswith((".sh", ".bash", ".ksh")):
        from dagdock import shell
        from dagdock.text import Mapped

        faults = [len(shell.parse(Mapped.of(source.whole), "bash").errors) for source in (before, after)]
        if faults[1] > faults[0]:
            return "it would leave a syntax error"
    return None


def _comment_lines(source: Source) -> Iterator[str]:
    return (line.strip() for line in source.text.splitlines() if line.lstrip().startswith("#"))


def _comments_to_keep(document: Document, edits: Sequence[Edit]) -> Iterator[str]:
    """The comments that nobody meant to change: an edit inside of one, or one that silences, is about the comment."""
    starts = sorted((edit.span.start, edit.span.end) for edit in edits)
    for comment in comments(document):
        first, after = (bisect_left(starts, (offset, 0)) for offset in (comment.start, comment.end + 1))
        edited = any(end <= comment.end for _, end in starts[first:after])
        if not edited and not silences(comment.text, document):
            yield comment.text.strip()


def _fault_key(fault: Any) -> str:
    return str(getattr(fault, "kind", "syntax"))


def document_kind(document: Any) -> Any:
    """The kind under which `parse` reads a document's text again."""
    return "ignorefile" if hasattr(document, "patterns") else document.kind


def document_at(workspace: Workspace, place: Place) -> Document | Source:
    """The document of a place that a run has looked at, or the text of a file that is none, such as a script that a
    Dockerfile starts. Raises LookupError where there is neither."""
    for project in workspace.projects(place[0]):
        document = project.document(place[1])
        if document is not None and not isinstance(document, Broken):
            return document
    for project in workspace.projects(place[0]):
        if (text := project.text(place[1])) is not None:
            return parse(text, "dag") if place[1].endswith(".py") else text
    raise LookupError(place)


def source_of(document: Document | Source) -> Source:
    return document if isinstance(document, Source) else document.source


def _edits(finding: Finding) -> tuple[Edit, ...]:
    return finding.fix.edits if finding.fix else ()


def _key(finding: Finding) -> tuple[str, str, str]:
    return finding.rule.code, finding.path, finding.message


def diff(changes: Sequence[Change]) -> Iterator[bytes]:
    """Unified diffs in the files' own bytes, line by line without newlines, so that `patch` can apply them."""
    from difflib import unified_diff

    for change in changes:
        path = change.before.path
        before, after = (_lines(text) for text in (change.before.text, change.after))
        for line in unified_diff(before, after, f"a/{path}", f"b/{path}"):
            yield change.before.encode(line.removesuffix("\n"))
            if not line.endswith("\n"):
                yield b"\\ No newline at end of file"


def _lines(text: str) -> list[str]:
    lines = text.split("\n")
    return [line + "\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
