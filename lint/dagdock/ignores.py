"""Comments that silence findings, written where they do: above a statement, or at the top for a whole file."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import accumulate
from typing import Any

from dagdock.engine import Linter, Progress, Target, Workspace
from dagdock.fix import Edit, apply_edits
from dagdock.mend import Change, Place, document_at, document_kind, why_unsound
from dagdock.project import Document, parse
from dagdock.result import Result
from dagdock.rule import Finding, Problem, Suppression
from dagdock.stretches import Stretch, Stretches
from dagdock.suppress import Silencing, comments, layout_of, read, read_own, silences
from dagdock.text import Source, Span


def ignore_here(document: Document, findings: Sequence[Finding], reason: str = "") -> list[Edit]:
    """Edits that silence findings of a document where they stand: `# dagdock: ignore[CODES] -- reason`.

    A finding that no comment at its statement can silence is left out: it stands in no statement, it is about a
    comment that silences, the file's format has no comments, or its encoding has no sign for the reason.
    """
    return _edits(document, findings, lambda chosen: _here(document, chosen, _clean(reason)))


def ignore_in_file(document: Document, findings: Sequence[Finding], reason: str = "") -> list[Edit]:
    """Edits that silence the rules of findings in all of a document: `# dagdock: ignore-file[CODES] -- reason`."""
    return _edits(document, findings, lambda chosen: _in_file(document, chosen, _clean(reason)))


def can_hold(document: Document) -> bool:
    """Whether the format of a document has comments at all; JSON has none."""
    return not document.source.path.lower().endswith(".json")


def _edits(
    document: Document, findings: Sequence[Finding], make: Callable[[Sequence[Finding]], list[Edit]]
) -> list[Edit]:
    """What `make` makes of the findings, without those that its edits would not silence, or only at some harm."""
    if not can_hold(document):
        return []
    here = [finding for finding in findings if finding.span.source is document.source]
    edits = make(here)
    silenced = _silenced(document, edits, here)
    if silenced == here:
        return edits
    edits = make(silenced)
    if silenced and _silenced(document, edits, silenced) == silenced:
        return edits
    able = _able(document, here, make)  # some do harm to others
    edits = make(able)
    return edits if able and _silenced(document, edits, able) == able else []


def _able(
    document: Document, findings: Sequence[Finding], make: Callable[[Sequence[Finding]], list[Edit]]
) -> list[Finding]:
    """Those that can be silenced one by one, found by halves: where some are silenced together, each of them is."""
    if _silenced(document, make(findings), findings) == findings:
        return list(findings)
    if len(findings) < 2:
        return []
    middle = len(findings) // 2
    return [able for half in (findings[:middle], findings[middle:]) for able in _able(document, half, make)]


def _silenced(document: Document, edits: Sequence[Edit], findings: Sequence[Finding]) -> list[Finding]:
    """The findings that the edited text silences; none where the text would not be sound."""
    text = apply_edits(document.source, edits)
    if not edits or why_unsound(document, text, edits):
        return []
    source = document.source
    again = Source(source.path, source.encode(text), source.encoding)
    silencing = Silencing(read(parse(again, document_kind(document))))
    ends = sorted((edit.span.end, len(edit.text) - (edit.span.end - edit.span.start)) for edit in edits)
    shifts = [0, *accumulate(longer for _, longer in ends)]

    def moved(finding: Finding) -> Finding:
        shift = shifts[bisect_right(ends, finding.span.start, key=lambda end: end[0])]
        span = Span(again, finding.span.start + shift, finding.span.end + shift)
        return Finding(finding.rule, Problem(span, finding.message, aliases=finding.aliases), finding.severity)

    return [finding for finding in findings if silencing.by(moved(finding))]


# One comment for each statement


def _here(document: Document, findings: Sequence[Finding], reason: str) -> list[Edit]:
    layout, suppressions = layout_of(document), read(document)
    about_comments = Stretches((each.span.start, each.span.end - 1) for each in suppressions)
    covering: dict[Stretch, list[Suppression]] = {}
    for each in suppressions:
        covering.setdefault((each.covers.start, each.covers.end), []).append(each)
    codes: dict[int, set[str]] = {}
    covered: dict[int, tuple[int, int]] = {}
    for finding in findings:
        about_comment = any(about_comments.holding(finding.span.start))
        place = None if about_comment else layout.line_for(finding.span.start)
        if place:
            line, covered[line] = place
            codes.setdefault(line, set()).add(finding.rule.code)
    silent = {comment.line for comment in comments(document) if silences(comment.text, document)}
    edits = []
    for line, some in codes.items():
        same = covering.get(covered[line], ())
        what = f"ignore[{_listed(some)}]"
        edits.append(_longer(same, some, reason) or _comment_above(document, line, what, reason, silent))
    return edits


def _comment_above(document: Document, line: int, what: str, reason: str, silent: Collection[int]) -> Edit:
    """A comment of its own above a line, and above the comments there that silence: a peer's may have to stay next."""
    source = document.source
    # In an ignore file a `#` behind a blank begins a pattern.
    indentation = "" if hasattr(document, "patterns") else _indentation(source, line)
    while line - 1 in silent and source.line_span(line - 1).text.lstrip().startswith("#"):
        line -= 1
    at = source.line_span(line).start
    return Edit(Span(source, at, at), indentation + _written(what, reason) + source.newline)


def _indentation(source: Source, line: int) -> str:
    text = source.line_span(line).text
    return text[: len(text) - len(text.lstrip(" \t"))]


# One comment for all of a file


def _in_file(document: Document, findings: Sequence[Finding], reason: str) -> list[Edit]:
    codes = {finding.rule.code for finding in findings}
    whole = [each for each in read(document) if (said := read_own(each.span.text)) and said.scope == "file"]
    return [_longer(whole, codes, reason) or _comment_on_top(document, f"ignore-file[{_listed(codes)}]", reason)]


def _comment_on_top(document: Document, what: str, reason: str) -> Edit:
    """A comment below those that a file begins with: directives, a `#!`, an encoding, a licence."""
    source = document.source
    first: Any = document
    found = {span.span.line for span in (*getattr(first, "directives", ()), *comments(document))}
    line = 1
    while line in found and source.line_span(line).text.lstrip().startswith("#"):
        line += 1
    text = _written(what, reason)
    if line > len(source.line_starts):  # nothing but comments, and no newline behind the last
        end = len(source.text)
        return Edit(Span(source, end, end), source.newline + text)
    at = source.line_span(line).start
    return Edit(Span(source, at, at), text + source.newline)


# How a comment is written


def _longer(suppressions: Iterable[Suppression], codes: Iterable[str], reason: str) -> Edit | None:
    """One of our comments with more codes, where it gives the same reason (or none is asked for)."""
    for each in suppressions:
        if each.style == "dagdock" and each.names and not each.fault and reason in ("", each.reason):
            end = each.names[-1].span.end
            return Edit(Span(each.span.source, end, end), f", {_listed(codes)}")
    return None


def _written(what: str, reason: str) -> str:
    return f"# dagdock: {what}{f' -- {reason}' if reason else ''}"


def _listed(codes: Iterable[str]) -> str:
    return ", ".join(sorted(codes))


def _clean(reason: str) -> str:
    """A reason in one line, without signs that no comment may hold."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in reason).split())


# All that a run shows, silenced


class Ignoring:
    """Comments for all findings of a run: the files that they change, and what is left to find afterwards."""

    def __init__(
        self,
        linter: Linter,
        workspace: Workspace,
        targets: Sequence[Target],
        reason: str,
        set_apart: Callable[[Result], None],
        progress: Progress | None = None,
    ) -> None:
        """`set_apart` takes out of a result what is not shown and so needs no comment."""
        texts: dict[Place, Source] = {}
        first: dict[Place, Source] = {}
        result = linter.check(workspace, targets, progress)
        set_apart(result)
        found = len(result.findings)
        full = {(target.root, target.path): target.full for target in targets}
        for make in (ignore_here, ignore_in_file):
            changed = False
            for place, findings in _by_place(result, workspace, full).items():
                document = document_at(workspace, place)
                if isinstance(document, Source):
                    continue  # no comment in such a file silences
                if edits := make(document, findings, reason):
                    source = document.source
                    first.setdefault(place, source)
                    text = apply_edits(source, edits)
                    texts[place] = Source(source.path, source.encode(text), source.encoding)
                    changed = True
            if changed:
                workspace = workspace.with_files(_contents(texts))
                result = linter.check(workspace, targets)
                set_apart(result)
        silenced = found - len(result.findings)
        result.notes.append(
            f"comments for {silenced:,} of {found:,} findings, in {len(texts):,} file{'' if len(texts) == 1 else 's'}"
        )
        result.notes += (_why_left(finding) for finding in result.findings)
        self.result = result
        self.changes = [Change(first[place], texts[place].text, full[place]) for place in sorted(texts)]


def _by_place(result: Result, workspace: Workspace, places: Collection[Place]) -> dict[Place, list[Finding]]:
    """The findings by the file that they stand in, for those of the run."""
    found: dict[Place, list[Finding]] = {}
    for root in {root for root, _ in places}:
        for project in workspace.projects(root):
            for finding in result.findings:
                path = project.path_of(finding.span)
                if path is not None and (root, path) in places:
                    found.setdefault((root, path), []).append(finding)
    return found


def _contents(texts: Mapping[Place, Source]) -> dict[str, dict[str, bytes]]:
    files: dict[str, dict[str, bytes]] = {}
    for (root, path), source in texts.items():
        files.setdefault(root, {})[path] = source.encode()
    return files


def _why_left(finding: Finding) -> str:
    line, column = finding.span.begin
    return f"{finding.path}:{line}:{column} {finding.rule.code} stays: no comment there can silence it"
