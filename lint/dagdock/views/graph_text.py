"""Pictures as text for a terminal: what leads to a thing stands above it, and behind each what it leads to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from dagdock.report.terminal import Terminal, printable, shortened, width_of, wrapped

if TYPE_CHECKING:
    from dagdock.views.graph_picture import Edge, Node, Picture

TITLE_WIDTH = 40


def show(pictures: Sequence[Picture], terminal: Terminal) -> None:
    for number, picture in enumerate(pictures):
        if number:
            terminal.line()
        _show(picture, terminal)


def _show(picture: Picture, terminal: Terminal) -> None:
    title = terminal.paint(printable(picture.title), "strong")
    where = f"  {terminal.paint(printable(picture.where), 'related')}" if picture.where else ""
    terminal.line(f"{title}{where}  {terminal.paint(printable(picture.about), 'dim')}")
    nodes = [node for node in picture.in_order() if not node.minor]
    shown = {node.key: node for node in nodes}
    leads: dict[str, list[Edge]] = {}
    for edge in picture.edges:
        if edge.start in shown and edge.end in shown:
            leads.setdefault(edge.start, []).append(edge)
    width = min(max((width_of(printable(node.title)) for node in nodes), default=0), TITLE_WIDTH)
    groups = {group.key: group for group in picture.groups}
    detailed = bool(picture.verb) and any(node.facts for node in nodes)
    around: list[str] = []
    for node in nodes if not groups else _by_group(nodes, picture):
        way: list[str] = []
        key = node.group
        while key in groups and key not in way:
            way.insert(0, key)
            key = groups[key].parent
        if way != around:
            common = next((n for n, pair in enumerate(zip(way, around, strict=False)) if pair[0] != pair[1]), None)
            common = min(len(way), len(around)) if common is None else common
            for depth, each in enumerate(way[common:], common):
                unsure = " (may not be there)" if groups[each].uncertain else ""
                terminal.line(f"  {'  ' * depth}{terminal.paint(f'[{printable(groups[each].title)}]{unsure}', 'dim')}")
            around = way
        indent = "  " * (1 + len(way))
        if detailed:
            terminal.line()
        for line in _lines(node, leads.get(node.key, []), shown, width, picture.verb, terminal):
            terminal.line(indent + line)
    if picture.notes:
        terminal.line()
    for note in picture.notes:
        terminal.line(f"  {terminal.paint(printable(note), 'warning')}")


def _by_group(nodes: Sequence[Node], picture: Picture) -> list[Node]:
    """Nodes of a group together, where the first of them stands."""
    parents = {group.key: group.parent for group in picture.groups}
    first: dict[str | None, int] = {}
    ways: dict[str, list[str]] = {}
    for number, node in enumerate(nodes):
        way: list[str] = []
        key = node.group
        while key is not None and key not in way:
            way.insert(0, key)
            key = parents.get(key)
        ways[node.key] = way
        for each in way:
            first.setdefault(each, number)
    place = {node.key: number for number, node in enumerate(nodes)}
    return sorted(nodes, key=lambda node: [*(first[each] for each in ways[node.key]), place[node.key]])


def _lines(
    node: Node, leads: Sequence[Edge], shown: dict[str, Node], width: int, verb: str, terminal: Terminal
) -> Iterator[str]:
    title = shortened(printable(node.title), TITLE_WIDTH)
    badges = "".join(f" {each}" if each.startswith("[") else f" [{each}]" for each in map(printable, node.badges))
    if node.uncertain and not node.badges:
        badges = " [not certain]"
    room = " " * max(width - width_of(title), 0)
    goals = ", ".join(_goal(edge, shown) for edge in leads)
    line = f"{terminal.paint(title, 'strong')}{room}  {terminal.paint(printable(node.about), 'dim')}{badges}".rstrip()
    facts = [(printable(fact.word), fact.text) for fact in node.facts if fact.told]
    if goals and verb:
        facts.append((verb, goals))
    if goals and not verb and len(title + room + node.about + badges + goals) < terminal.width - 14:
        line, goals = f"{line}  → {goals}", ""
    yield line
    if goals and not verb:
        for number, part in enumerate(wrapped(goals, max(terminal.width - 12, 40))):
            yield f"    {' ' if number else '→'} {part}"
    last = ""
    for word, text in facts:
        for number, part in enumerate(wrapped(printable(text), max(terminal.width - 20, 40))):
            label = word if not number and word != last else ""
            yield f"  {terminal.paint(label, 'related')}{' ' * (10 - len(label))}  {part}"
        last = word


def _goal(edge: Edge, shown: dict[str, Node]) -> str:
    words = [edge.label] if edge.label else []
    words += ["if it is there"] if edge.uncertain else []
    title = printable(shown[edge.end].title)
    return f"{title} ({printable(', '.join(words))})" if words else title
