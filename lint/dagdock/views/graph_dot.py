"""Pictures in the language of Graphviz. https://graphviz.org/doc/info/lang.html"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from dagdock.report.terminal import printable, shortened

if TYPE_CHECKING:
    from dagdock.views.graph_picture import Node, Picture

_SHAPES = {"port": "oval", "volume": "cylinder", "branch": "diamond", "sensor": "hexagon", "many": "box3d"}
_FILLS = {
    "sensor": "#fff8c5",
    "branch": "#fbefff",
    "setup": "#dafbe1",
    "teardown": "#ffe7d1",
    "empty": "#eff2f5",
    "port": "#ddf4ff",
    "volume": "#fff8c5",
    "built": "#dafbe1",
    "other": "#eff2f5",
}


def as_dot(pictures: Sequence[Picture]) -> str:
    """One directed graph; each of several pictures is a cluster of it."""
    lines = [
        "digraph dagdock {",
        "  rankdir=LR;",
        "  compound=true;",
        '  node [shape=box, style="rounded,filled", fillcolor="#ffffff", color="#818b98", fontname="Helvetica", '
        "fontsize=11];",
        '  edge [color="#818b98", fontname="Helvetica", fontsize=9];',
    ]
    for number, picture in enumerate(pictures):
        lines += _picture(picture, number, len(pictures) > 1)
    return "\n".join([*lines, "}", ""])


def _picture(picture: Picture, number: int, boxed: bool) -> Iterator[str]:
    title = _quoted("\n".join(filter(None, (picture.title, picture.where, picture.about))))
    names = {node.key: f"n{number}_{index}" for index, node in enumerate(picture.nodes)}
    indent = "    " if boxed else "  "
    if boxed:
        yield f"  subgraph cluster_{number} {{"
    yield f'{indent}label={title}; labelloc=t; fontname="Helvetica";'
    yield from _inside(picture, None, names, number, indent)
    for edge in picture.edges:
        marks = [f"label={_quoted(edge.label)}"] if edge.label else []
        marks += ["style=dashed"] if edge.uncertain else []
        marks += ['color="#d0d7de"'] if edge.faint else []
        yield f"{indent}{names[edge.start]} -> {names[edge.end]} [{', '.join(marks)}];"
    for index, note in enumerate(picture.notes):
        yield f"{indent}note{number}_{index} [shape=note, style=dashed, label={_quoted(note)}];"
    if boxed:
        yield "  }"


def _inside(picture: Picture, group: str | None, names: dict[str, str], number: int, indent: str) -> Iterator[str]:
    for node in picture.nodes:
        if node.group == group:
            yield f"{indent}{names[node.key]} [{_marks(node)}];"
    for index, each in enumerate(picture.groups):
        if each.parent == group:
            yield f"{indent}subgraph cluster_{number}_{index} {{"
            style = "rounded,dashed" if each.uncertain else "rounded"
            yield f'{indent}  label={_quoted(each.title)}; style="{style}"; color="#afb8c1";'
            yield from _inside(picture, each.key, names, number, indent + "  ")
            yield f"{indent}}}"


def _marks(node: Node) -> str:
    marks = [f"label={_quoted(words_of(node))}"]
    if shape := _SHAPES.get(node.kind):
        marks.append(f"shape={shape}")
        if shape != "oval":
            marks.append("style=filled")
    if fill := _FILLS.get(node.kind):
        marks.append(f'fillcolor="{fill}"')
    if node.uncertain:
        marks = [mark for mark in marks if not mark.startswith("style")] + ['style="filled,dashed"']
    return ", ".join(marks)


def words_of(node: Node) -> str:
    """What stands in a node, line by line."""
    badges = "".join(f" {each}" if each.startswith("[") else f" [{each}]" for each in node.badges)
    facts = [f"{fact.word}: {fact.text}" if fact.word else fact.text for fact in node.facts if fact.drawn]
    return "\n".join([node.title + badges, *([node.about] if node.about else ()), *facts])


def _quoted(text: str) -> str:
    lines = [shortened(printable(line), 80).replace("\\", "\\\\").replace('"', '\\"') for line in text.split("\n")]
    return '"' + "\\n".join(lines) + '"'
