"""Pictures as a Mermaid flowchart, which GitHub, GitLab and many editors draw. https://mermaid.js.org/syntax/flowchart

Every text is quoted, with the signs that mean something to Mermaid, Markdown or HTML as entities.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from dagdock.report.terminal import printable, shortened
from dagdock.views.graph_dot import words_of

if TYPE_CHECKING:
    from dagdock.views.graph_picture import Node, Picture

_SHAPES = {
    "port": ('(["', '"])'),
    "volume": ('[("', '")]'),
    "branch": ('{"', '"}'),
    "sensor": ('{{"', '"}}'),
    "many": ('[["', '"]]'),
    "setup": ('[/"', '"\\]'),
    "teardown": ('[\\"', '"/]'),
}
_BOX = ('["', '"]')
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .,:/-_()+=?!×→…@")


def as_mermaid(pictures: Sequence[Picture]) -> str:
    """One flowchart; each of several pictures is a subgraph of it."""
    lines = ["flowchart LR"]
    for number, picture in enumerate(pictures):
        lines += _picture(picture, number, len(pictures) > 1)
    lines.append("  classDef unsure stroke-dasharray: 5 4")
    return "\n".join([*lines, ""])


def _picture(picture: Picture, number: int, boxed: bool) -> Iterator[str]:
    names = {node.key: f"n{number}_{index}" for index, node in enumerate(picture.nodes)}
    indent = "    " if boxed else "  "
    if boxed:
        yield f"  subgraph p{number} [{_quoted(picture.title)}]"
    else:
        yield f"  %% {shortened(_comment(f'{picture.title} {picture.where}: {picture.about}'), 200)}"
    yield from _inside(picture, None, names, number, indent)
    for edge in picture.edges:
        arrow = "-.->" if edge.uncertain or edge.faint else "-->"
        label = f"|{_quoted(edge.label)}|" if edge.label else ""
        yield f"{indent}{names[edge.start]} {arrow}{label} {names[edge.end]}"
    for index, note in enumerate(picture.notes):
        yield f"{indent}note{number}_{index}>{_quoted(note)}]:::unsure"
    if boxed:
        yield "  end"


def _inside(picture: Picture, group: str | None, names: dict[str, str], number: int, indent: str) -> Iterator[str]:
    for node in picture.nodes:
        if node.group == group:
            before, behind = _SHAPES.get(node.kind, _BOX)
            yield f"{indent}{names[node.key]}{before}{_text(node)}{behind}{':::unsure' if node.uncertain else ''}"
    for index, each in enumerate(picture.groups):
        if each.parent == group:
            yield f"{indent}subgraph g{number}_{index} [{_quoted(each.title)}]"
            yield from _inside(picture, each.key, names, number, indent + "  ")
            yield f"{indent}end"


def _text(node: Node) -> str:
    return "<br/>".join(_escaped(line) for line in words_of(node).split("\n"))


def _quoted(text: str) -> str:
    return f'"{_escaped(text)}"'


def _escaped(text: str) -> str:
    text = shortened(printable(text), 80)
    signs = [sign if sign in _PLAIN or (sign.isalpha() and sign > "\x7f") else f"#{ord(sign)};" for sign in text]
    mark = len(text) - len(text.lstrip("0123456789"))
    if text[mark : mark + 1] in (".", "-", "+", ")"):  # a list to Markdown, which Mermaid refuses
        signs[mark] = f"#{ord(text[mark])};"
    return "".join(signs)


def _comment(text: str) -> str:
    return printable(text).replace("{", "(").replace("}", ")")
