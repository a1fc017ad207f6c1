"""Comments that silence findings: found in a document, put to work, and those that do nothing told apart."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from dagdock.fix import Edit, Fix, whole_lines
from dagdock.names import ALL, Vocabulary, closeness
from dagdock.peers import Comment, Scope, mentioned, read_comment
from dagdock.rule import Finding, Kind, Rule, Suppression
from dagdock.stretches import Stretch, Stretches
from dagdock.text import Source, Span, Text

if TYPE_CHECKING:
    import ast

    from dagdock.compose import ComposeFile
    from dagdock.dag import DagModule
    from dagdock.dockerfile import Dockerfile
    from dagdock.ignorefile import IgnoreFile
    from dagdock.project import Document


def read(document: Document) -> list[Suppression]:
    """The suppressions that the comments of a document hold, in order."""
    text = document.source.text
    if "dagdock" not in text.casefold() and not mentioned(text):
        return []
    return list(_of_document(document))


def _of_document(document: Document) -> Iterator[Suppression]:
    source = document.source
    layout: Layout | None = None
    kind = _dialect(document)
    directives = [directive.span for directive in getattr(document, "directives", ())]
    for number, span in enumerate([*directives, *comments(document)]):
        said = read_own(span.text) or read_comment(span.text, kind)
        if said is None:
            continue
        if said.style == "buildkit" and number < len(directives):
            said = said._replace(scope="file")
        layout = layout or layout_of(document)
        names = [Text(name, Span(source, span.start + at, span.start + at + len(name))) for name, at in said.names]
        yield Suppression(span, layout.covered(span, said), said.style, names, said.reason, said.fault)


def silences(comment: str, document: Document) -> bool:
    """Whether a comment of a document is one that is meant to silence something."""
    return bool(read_own(comment) or read_comment(comment, _dialect(document)))


def _dialect(document: Document) -> str:
    """Whose comments to expect: those for the document's kind; an ignore file has none of peers."""
    return "" if hasattr(document, "patterns") else document.kind


def read_own(comment: str) -> Comment | None:
    """What a comment says to dagdock: `# dagdock: ignore[DF203] -- reason`. None where it says nothing."""
    match = _own().match(comment)
    if not match:
        return None
    scope: Scope = "file" if match["verb"].lower().startswith("ignore-f") else "statement"
    names = [
        (name.group(), match.start("names") + name.start()) for name in re.finditer(r"[^\s,]+", match["names"] or "")
    ]
    reason = (match["reason"] or "").strip()
    fault = None
    if match["verb"].lower() not in ("ignore", "ignore-file"):
        fault = f"`{match['verb']}` is nothing that dagdock knows; write `# dagdock: ignore[DF203]`"
        names = []
    elif not names:
        fault = f"name the rules that are meant, as in `# dagdock: {match['verb']}[DF203]`"
    return Comment("dagdock", scope, names, reason, fault)


@cache
def _own() -> re.Pattern[str]:
    return re.compile(
        r"#\s*dagdock\s*:\s*(?P<verb>[\w-]+)\s*(?:\[(?P<names>[^\]]*)\])?[^\S\n]*(?:--(?P<reason>.*))?", re.IGNORECASE
    )


# Where comments stand and what they cover


class Layout:
    """The statements of a document, so that a comment finds the one it stands behind or above."""

    def __init__(self, source: Source, statements: Sequence[Stretch], stages: Sequence[Stretch] = ()) -> None:
        self._source = source
        self._statements = Stretches(statements)
        self._stages = Stretches(stages)
        self.joined: dict[int, int] = {}
        """Lines that end a text of several lines, with the line where it begins."""

    def covered(self, comment: Span, said: Comment) -> Span:
        source = self._source
        if said.scope == "file":
            return source.whole
        line = source.position(comment.start).line
        if said.scope == "line":
            return source.line_span(self.joined.get(line, line)).to(source.line_span(line))
        start, end = self._statement(comment, source.line_span(line).start) or (comment.start, comment.end)
        if said.scope == "stage":
            around = (stage for stage in self._stages.holding(start) if start < stage[1])
            start, end = next(around, (start, end))
        return Span(source, start, end)

    def line_for(self, offset: int) -> tuple[int, Stretch] | None:
        """The line above which a comment covers an offset, as near as can be, and all that it covers there.

        None where the offset is in no statement, or in none that begins its line.
        """
        around = self._statements.holding(offset)
        for stretch in sorted(around, key=lambda stretch: (stretch[1] == offset, stretch[1] - stretch[0])):
            line = self._source.position(stretch[0]).line
            start = self._source.line_span(line).start
            if self._around(Span(self._source, start, start)):
                continue  # in the middle of a text, perhaps
            covered = self._statements.all[self._statements.first_from(start)]
            if covered[0] <= offset <= covered[1]:
                return line, covered
        return None

    def _statement(self, comment: Span, line_start: int) -> Stretch | None:
        text = self._source.text
        if text[line_start : comment.start].strip():
            first, after = (self._statements.first_from(offset) for offset in (line_start, comment.start))
            if starting := self._statements.all[first:after]:
                return starting[0][0], max(end for _, end in starting)
            return _shortest(stretch for stretch in self._statements.holding(line_start) if stretch[0] < line_start)
        if inside := self._around(comment):
            return inside
        following = self._statements.first_from(comment.end)
        return self._statements.all[following] if following < len(self._statements.all) else None

    def _around(self, comment: Span) -> Stretch | None:
        return None


class Lines(Layout):
    """A layout whose statements may go on over comment lines: such a comment is about the statement around it."""

    def _around(self, comment: Span) -> Stretch | None:
        around = self._statements.holding(comment.start)
        return _shortest(stretch for stretch in around if stretch[0] < comment.start < stretch[1])


def _shortest(stretches: Iterable[Stretch]) -> Stretch | None:
    return min(stretches, key=lambda stretch: stretch[1] - stretch[0], default=None)


def comments(document: Any) -> Iterator[Span]:
    """Every comment of a document, from its `#` to the end of its line."""
    if document.kind == "dag":
        for start, end in _python(document)[0]:
            yield Span(document.source, start, end)
    elif document.kind == "compose":
        yield from (comment.span for comment in document.tree.comments)
    else:
        yield from (comment.span for comment in document.comments)


def layout_of(document: Any) -> Layout:
    """The statements of a document."""
    if document.kind == "dag":
        return _dag_layout(document)
    if document.kind == "compose":
        return _compose_layout(document)
    return _dockerfile_layout(document) if hasattr(document, "instructions") else _ignore_layout(document)


def _dockerfile_layout(file: Dockerfile) -> Layout:
    instructions = [(item.span.start, item.span.end) for item in file.instructions]
    starts = [stage.span.start for stage in file.stages]
    ends = [*starts[1:], len(file.source.text)]
    return Lines(file.source, instructions, list(zip(starts, ends, strict=False)))


def _ignore_layout(file: IgnoreFile) -> Layout:
    return Layout(file.source, [(pattern.span.start, pattern.span.end) for pattern in file.patterns])


def _compose_layout(file: ComposeFile) -> Layout:
    from dagdock.yamltree import Mapping, Node, Sequence

    stretches: list[Stretch] = []
    waiting: list[Node] = [document.root for document in file.tree.documents if document.root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Mapping):
            for entry in node.entries:
                stretches.append((entry.span.start, entry.span.end))
                waiting += (entry.key, entry.value)
        elif isinstance(node, Sequence):
            for item in node.items:
                stretches.append((item.span.start, item.span.end))
                waiting.append(item)
    return Layout(file.source, stretches)


def _dag_layout(module: DagModule) -> Layout:
    import ast

    source = module.source
    stretches: list[Stretch] = []
    for node in ast.walk(module.tree):
        if isinstance(node, ast.stmt):
            first, last = _statement_lines(node, source)
            stretches.append((source.full_line_span(first).start, source.line_span(last).end))
    layout = Lines(source, stretches)
    layout.joined = _python(module)[1]
    return layout


def _statement_lines(node: ast.stmt, source: Source) -> tuple[int, int]:
    """First and last line of a statement; of one with a body only its head, decorators included."""
    body = getattr(node, "body", None) or getattr(node, "cases", None)
    if not isinstance(body, list):
        return _first_line(node), node.end_lineno or node.lineno
    last = min(getattr(node, "end_lineno", 0), _first_line(body[0]) - 1) if hasattr(body[0], "lineno") else 0
    # Comments between the head and the body belong to what comes next.
    while last > node.lineno and source.line_span(last).text.strip()[:1] in ("", "#"):
        last -= 1
    return _first_line(node), max(node.lineno, last)


def _first_line(node: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


def _python(module: DagModule) -> tuple[list[Stretch], dict[int, int]]:
    """The comments of a Python file, and the lines that end a text of several lines with the line it begins on."""
    import io
    import tokenize

    source = module.source
    # The tokenizer of Python 3.12 refuses bytes that could not be decoded; as long as they stay one sign, any will do.
    text = re.sub("[\ud800-\udfff]", "\ufffd", source.text.lstrip("\ufeff"))
    found: list[Stretch] = []
    joined: dict[int, int] = {}
    opened: list[int] = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(text, newline="").readline):
            name = tokenize.tok_name[token.type]
            if name == "COMMENT":
                start = source.offset(token.start[0], token.start[1] + 1)
                found.append((start, start + len(token.string.rstrip("\r\n"))))
            elif name == "STRING" and token.start[0] < token.end[0]:
                joined[token.end[0]] = token.start[0]
            elif name.endswith("STRING_START"):
                opened.append(token.start[0])
            elif name.endswith("STRING_END") and opened and (begin := opened.pop()) < token.end[0]:
                joined[token.end[0]] = begin
    except (tokenize.TokenError, SyntaxError, IndexError, RecursionError):
        pass  # broken Python: what was found before holds
    return found, joined


# Put to work


class Silencing:
    """Suppressions put to work: which of them silences a finding, however many there are."""

    def __init__(self, suppressions: Sequence[Suppression]) -> None:
        self._order = {id(suppression): place for place, suppression in enumerate(suppressions)}
        # What covers the same stretch is kept together, by the names: many comments say the same.
        self._named: dict[Stretch, dict[str, list[Suppression]]] = {}
        for suppression in suppressions:
            if not suppression.fault:
                covers = suppression.covers
                named = self._named.setdefault((covers.start, covers.end), {})
                for name in suppression.names:
                    named.setdefault(name, []).append(suppression)
        self._stretches = Stretches(self._named)
        self._heard: set[tuple[Stretch, str]] = set()

    def by(self, finding: Finding) -> Suppression | None:
        """The first suppression that silences a finding; every one that does is told so."""
        found: list[Suppression] = []
        for stretch in self._stretches.holding(finding.span.start):
            for name, suppressions in self._named[stretch].items():
                if closeness(name, finding.rule, finding.aliases):
                    found.append(suppressions[0])
                    if (stretch, name) not in self._heard:
                        self._heard.add((stretch, name))
                        for suppression in suppressions:
                            suppression.used.update(text for text in suppression.names if text == name)
        return min(found, key=lambda suppression: self._order[id(suppression)], default=None)


def settle(suppression: Suppression, kind: Kind, ran: Sequence[Rule], vocabulary: Vocabulary) -> bool:
    """Find out which names of a suppression did nothing; `ran` are the rules that looked at this file of a `kind`.

    A peer's comment is never idle: the peer may find what we leave alone on purpose.
    Whether there is anything to say about the suppression.
    """
    for name in suppression.names if suppression.style == "dagdock" else ():
        if name in suppression.used or name == ALL or name.endswith(":*"):
            continue
        # With its aliases as a finding has them: one of ShellCheck's many codes hangs on which one is installed.
        if any(closeness(name, rule, rule.aliases) for rule in ran):
            suppression.idle += (name,)
        else:
            meant = vocabulary.find(name)
            if not meant:
                suppression.unknown[name] = vocabulary.nearest(name) or ""
            elif all(rule.kind not in (kind, "project") for rule in meant):
                suppression.idle += (name,)
    if suppression.idle or suppression.unknown:
        suppression.remedy = _remedy(suppression)
    return bool(suppression.idle or suppression.unknown or suppression.fault)


def _remedy(suppression: Suppression) -> Fix | None:
    """Take out the names that do nothing, and the comment where no other is left."""
    span, source = suppression.span, suppression.span.source
    gone = {*suppression.idle, *suppression.unknown}
    left = [name for name in suppression.names if name not in gone]
    if left:
        names = suppression.names
        edit = Edit(names[0].span.to(names[-1]), ", ".join(left))
        return Fix("Remove what the comment does not need to name", [edit])
    line = source.line_span(span.line)
    before = source.text[line.start : span.start]
    if before.strip():
        edit = Edit(Span(source, line.start + len(before.rstrip()), span.end), "")
    else:
        edit = Edit(whole_lines(span), "")
    return Fix("Remove the comment", [edit])
