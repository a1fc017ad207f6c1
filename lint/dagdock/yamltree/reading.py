"""The parser's events put together to a tree."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import yaml

from dagdock.rule import Related
from dagdock.text import BOM, Source, Span, Text
from dagdock.yamltree.nodes import Alias, Document, Entry, Fault, Mapping, Node, Scalar, Sequence, Style, Tree, follow

if TYPE_CHECKING:
    import re

# Real files are a dozen levels deep; with a limit, whatever walks a tree is free to recurse.
MAX_DEPTH = 100
_STYLES: dict[str | None, Style] = {"'": "single", '"': "double", "|": "literal", ">": "folded"}
# PyYAML also ends a line at the separators of Unicode.
_BREAKS = "\r\n\x85\u2028\u2029"
_BLANK = " \t" + _BREAKS


def parse(source: Source) -> Tree:
    """Read YAML. Never raises: what is wrong is in `faults`, and the tree holds what stands before it."""
    offset = 1 if source.text.startswith(BOM) else 0
    text = source.text[offset:]
    try:
        tree = _Builder(source, offset).build(text)
    except (yaml.reader.ReaderError, UnicodeEncodeError):
        # Characters that YAML forbids stop the reader before it has read anything: go on without them.
        tree = _Builder(source, offset).build(_forbidden_characters().sub("\ufffd", text))
        tree.faults.insert(0, _forbidden(source))
    tree.faults.sort(key=lambda fault: fault.span.start)
    return tree


class _Builder:
    """Takes events and keeps what is still open."""

    def __init__(self, source: Source, offset: int) -> None:
        self.tree = Tree(source)
        self.source = source
        self.text = source.text
        self.offset = offset  # of what the parser sees in the source's text
        self.anchors: dict[str, Node] = {}
        self.open: list[Sequence | Mapping] = []
        self.keys: list[Node | None] = []  # for each open container, the key that waits for its value

    def build(self, text: str) -> Tree:
        parser = _parser(text)
        try:
            while (event := parser.get_event()) is not None and self._take(event):
                pass
        except yaml.MarkedYAMLError as error:
            from dagdock.yamltree.errors import explain

            self.tree.faults.append(explain(self.source, self.offset, error))
        while self.open:
            self._close(None)
        return self.tree

    def _take(self, event: Any) -> bool:
        """Add what an event brings; False where reading must stop."""
        kind = type(event)
        if kind is yaml.ScalarEvent:
            self._scalar(event)
        elif kind is yaml.AliasEvent:
            self._alias(event)
        elif kind is yaml.MappingStartEvent:
            return self._container(event, Mapping)
        elif kind is yaml.SequenceStartEvent:
            return self._container(event, Sequence)
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            self._close(event.end_mark.index + self.offset)
        elif kind is yaml.DocumentStartEvent:
            self.anchors = {}
            self.tree.documents.append(Document())
        return True

    def _scalar(self, event: Any) -> None:
        start, end = event.start_mark.index + self.offset, event.end_mark.index + self.offset
        style = _STYLES.get(event.style, "plain")
        node = Scalar(self.source, start, end, event.value, style)
        if event.anchor is not None or event.tag is not None:
            self._properties(node)
        if node.is_block:
            node.end = _block_end(self.text, node.start, end)
        self._add(node)

    def _alias(self, event: Any) -> None:
        start, end = event.start_mark.index + self.offset, event.end_mark.index + self.offset
        name = Text(event.anchor, Span(self.source, start + 1, end))
        target = self.anchors.get(name)
        if target is None:
            self._fault(start, end, f"no anchor `&{name}` stands above; a text that begins with `*` needs quotes")
        elif target in self.open:
            self._fault(start, end, f"`*{name}` stands inside the value that `&{name}` names: it would never end")
            target = None
        self._add(Alias(self.source, start, end, name, target))

    def _container(self, event: Any, kind: type[Sequence | Mapping]) -> bool:
        start = event.start_mark.index + self.offset
        if len(self.open) == MAX_DEPTH:
            self._fault(start, start, f"this is nested more than {MAX_DEPTH} levels deep; what follows was not read")
            return False
        node = kind(self.source, start, start, bool(event.flow_style))
        if event.anchor is not None or event.tag is not None:
            self._properties(node)
        self._add(node)
        self.open.append(node)
        self.keys.append(None)
        return True

    def _close(self, end: int | None) -> None:
        """Close the innermost container; `end` is the parser's mark, None where the text broke off."""
        node, key = self.open.pop(), self.keys.pop()
        last = node.start
        if isinstance(node, Mapping):
            if key is not None:
                node.entries.append(Entry(key, Scalar(self.source, key.end, key.end, "", "plain")))
            if len(node.entries) > 1:
                self._doubles(node)
            if node.entries:
                last = node.entries[-1].span.end
        elif node.items:
            last = node.items[-1].end
        # The parser ends a block behind the blank lines and comments that follow it.
        node.end = end if node.flow and end is not None else last

    def _add(self, node: Node) -> None:
        if not self.open:
            self.tree.documents[-1].root = node
        elif isinstance(parent := self.open[-1], Sequence):
            parent.items.append(node)
        elif (key := self.keys[-1]) is None:
            self.keys[-1] = node
            if isinstance(node, (Sequence, Mapping)):
                self.tree.odd_keys.append(node)
        else:
            parent.entries.append(Entry(key, node))
            self.keys[-1] = None

    def _properties(self, node: Node) -> None:
        """Read `&anchor` and `!tag`, and let the node start behind them."""
        text, position, end = self.text, node.start, node.end
        while position < len(text) and text[position] in "&!":
            end = _word_end(text, position)
            word = text[position + 1 : end]
            if text[position] == "&":
                node.anchor = Text(word, Span(self.source, position + 1, end))
                self.anchors[word] = node
            else:
                node.tag = Text("!" + word, Span(self.source, position, end))
            position = _next_token(text, end)
        if isinstance(node, Scalar) and not node.value and node.style == "plain":
            node.start = node.end = end  # nothing but properties
        else:
            node.start = min(position, len(text))

    def _doubles(self, node: Mapping) -> None:
        first: dict[str, Entry] = {}
        for entry in node.entries:
            key = follow(entry.key)
            if isinstance(key, Scalar) and (other := first.setdefault(key.value, entry)) is not entry:
                line = other.name.span.line
                message = f"`{key.value}` is already set in line {line}; the same key may stand only once in a mapping"
                related = (Related(other.name, "the first one is here"),)
                self.tree.faults.append(Fault("duplicate-key", entry.name.span, message, related))

    def _fault(self, start: int, end: int, message: str) -> None:
        self.tree.faults.append(Fault("syntax", Span(self.source, start, end), message))


def _parser(text: str) -> Any:
    """PyYAML's parser of events: the one in C, or its slower twin where that was not built."""
    if yaml.__with_libyaml__:
        from yaml._yaml import CParser

        return CParser(text)
    return _pure_parser()(text)


@cache
def _pure_parser() -> Any:
    from yaml.parser import Parser
    from yaml.reader import Reader
    from yaml.scanner import Scanner

    class PureParser(Reader, Scanner, Parser):
        def __init__(self, text: str) -> None:
            Reader.__init__(self, text)
            Scanner.__init__(self)
            Parser.__init__(self)

    return PureParser


@cache
def _forbidden_characters() -> re.Pattern[str]:
    import re

    return re.compile("[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _forbidden(source: Source) -> Fault:
    match = _forbidden_characters().search(source.text)
    start, character = (match.start(), match.group()) if match else (0, "\0")
    if "\ud800" <= character <= "\udfff":
        what = f"a byte that is not {source.encoding.upper()} (0x{ord(character) & 0xFF:02X})"
    else:
        what = f"the control character U+{ord(character):04X}"
    return Fault("syntax", Span(source, start, start + 1), f"{what} stands here, and YAML forbids it even in comments")


def _word_end(text: str, position: int) -> int:
    """The end of the anchor or tag that begins at `position`."""
    if text.startswith("!<", position):
        return text.find(">", position) + 1 or len(text)
    end = position + 1
    while end < len(text) and text[end] not in _BLANK and text[end] not in ",[]{}":
        end += 1
    return end


def _next_token(text: str, position: int) -> int:
    """The next character that is neither blank nor part of a comment."""
    while position < len(text):
        if text[position] == "#":
            while position < len(text) and text[position] not in _BREAKS:
                position += 1
        elif text[position] in _BLANK:
            position += 1
        else:
            break
    return position


def _block_end(text: str, start: int, end: int) -> int:
    """The end of a block scalar's last line that is not blank (of its header, where there is none)."""
    last = start + len(text[start:end].rstrip(_BLANK))
    while last < end and text[last] not in _BREAKS:
        last += 1
    return last
