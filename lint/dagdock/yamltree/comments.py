"""Comments of a YAML file, which the parser does not tell: every `#` that starts one outside a scalar."""

from __future__ import annotations

from collections.abc import Mapping

from dagdock.text import BOM, Span, Text
from dagdock.yamltree.nodes import Entry, Scalar, Tree


def comments_of(tree: Tree) -> list[Text]:
    text = tree.source.text
    found: list[Text] = []
    skip = _scalars(tree)
    position, region = text.find("#"), 0
    while position >= 0:
        while region < len(skip) and skip[region][1] <= position:
            region += 1
        if region < len(skip) and skip[region][0] <= position:
            position = text.find("#", skip[region][1])
        elif position and text[position - 1] not in " \t\r\n" + BOM:
            position = text.find("#", position + 1)
        else:
            end = line_end(text, position)
            found.append(Text(text[position:end], Span(tree.source, position, end)))
            position = text.find("#", end)
    return found


def above(entry: Entry, by_line: Mapping[int, Text]) -> list[Text]:
    """The comments that fill the lines right above a key, indented as it is."""
    source = entry.key.source
    line, column = source.position(entry.key.begin)
    found: list[Text] = []
    while (comment := by_line.get(line - len(found) - 1)) is not None:
        start = comment.span.start
        before = source.text[source.line_span(line - len(found) - 1).start : start]
        if source.position(start).column != column or before.strip(" \t" + BOM):
            break
        found.insert(0, comment)
    return found


def line_end(text: str, position: int) -> int:
    """The end of the line that `position` is on, without its newline."""
    newline = text.find("\n", position)
    end = newline if newline >= 0 else len(text)
    carriage = text.find("\r", position, end)
    return carriage if carriage >= 0 else end


def _scalars(tree: Tree) -> list[tuple[int, int]]:
    """The stretches of all scalars, where `#` is text; a comment in the header of a block is left out of them."""
    found: list[tuple[int, int]] = []
    for node in tree.nodes():
        if isinstance(node, Scalar) and node.end > node.start:
            start = line_end(node.source.text, node.start) if node.is_block else node.start
            found.append((start, max(start, node.end)))
    return found
