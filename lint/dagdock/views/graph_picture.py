"""A picture of things and what leads from one to another, whatever it is drawn as: text, Mermaid, dot or SVG."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple


class Fact(NamedTuple):
    """Something to know about a node: `networks`, `backend, frontend`.

    `drawn` is False for what only a text says: a drawing shows it by nodes of their own, or has no room for it.
    `told` is False for what only a drawing says. `chips` are names that things have in common, each with a colour of
    its own where there are colours; they are all of the text then.
    """

    word: str
    text: str
    drawn: bool = True
    told: bool = True
    chips: tuple[str, ...] = ()


class Node:
    """One thing. `kind` decides shape and colour, `about` says what it is in a few words.

    `badges` are short marks such as `sensor` or `× 300`. `uncertain` things may not be there. A `minor` node is drawn,
    but a text says what it means as a fact of its neighbour.
    """

    __slots__ = ("about", "badges", "facts", "group", "key", "kind", "minor", "title", "uncertain")

    def __init__(
        self,
        key: str,
        title: str,
        kind: str,
        about: str = "",
        *,
        badges: Sequence[str] = (),
        facts: Sequence[Fact] = (),
        group: str | None = None,
        uncertain: bool = False,
        minor: bool = False,
    ) -> None:
        self.key = key
        self.title = title
        self.kind = kind
        self.about = about
        self.badges = list(badges)
        self.facts = list(facts)
        self.group = group
        self.uncertain = uncertain
        self.minor = minor


class Group(NamedTuple):
    """A box around nodes and other groups."""

    key: str
    title: str
    parent: str | None = None
    uncertain: bool = False


class Edge(NamedTuple):
    """From one node to another; a `faint` one is of less weight than the others."""

    start: str
    end: str
    label: str = ""
    uncertain: bool = False
    faint: bool = False


class Picture:
    """What is drawn as one piece: a DAG, the services of a project.

    `notes` are what the picture cannot show, in sentences: what is unknown and why.
    """

    __slots__ = ("about", "edges", "groups", "nodes", "notes", "title", "verb", "where")

    def __init__(
        self,
        title: str,
        about: str,
        nodes: Sequence[Node],
        edges: Sequence[Edge],
        groups: Sequence[Group] = (),
        notes: Sequence[str] = (),
        verb: str = "",
        where: str = "",
    ) -> None:
        self.title = title
        self.about = about
        self.nodes = list(nodes)
        self.edges = list(edges)
        self.groups = list(groups)
        self.notes = list(notes)
        self.verb = verb
        """What an edge says about its ends, in a word for the text: `needs`."""
        self.where = where
        """File and line, where the title does not say it."""

    def in_order(self) -> list[Node]:
        """The nodes with what leads to them first; those of a circle as they are given."""
        from heapq import heappop, heappush

        number = {node.key: index for index, node in enumerate(self.nodes)}
        after: dict[str, list[str]] = {}
        waiting = dict.fromkeys(number, 0)
        for start, end in {(edge.start, edge.end) for edge in self.edges if edge.start != edge.end}:
            after.setdefault(start, []).append(end)
            waiting[end] += 1
        ready = [number[key] for key, count in waiting.items() if not count]
        found: list[Node] = []
        done: set[int] = set()
        rest = iter(range(len(self.nodes)))
        while len(found) < len(self.nodes):
            if not ready:  # a circle: its first node goes on
                heappush(ready, next(index for index in rest if index not in done))
            index = heappop(ready)
            if index in done:
                continue
            done.add(index)
            found.append(self.nodes[index])
            for end in after.get(self.nodes[index].key, ()):
                waiting[end] -= 1
                if not waiting[end]:
                    heappush(ready, number[end])
        return found

    def children(self, group: str | None) -> Iterator[Node | Group]:
        """What stands directly in a group, or in none: nodes as they are given, then the groups."""
        yield from (node for node in self.nodes if node.group == group)
        yield from (each for each in self.groups if each.parent == group)
