"""Where the things of a picture stand: layers from left to right, groups as boxes, lines led around what is between.

The method is Sugiyama's: circles are opened, each thing comes behind what leads to it, lines over several layers get
a place in each of them, the order within a layer follows the neighbours, and so do the heights. A group is laid out
by itself and then stands in its surroundings as one thing. Nothing here is left to chance: the same picture is always
laid out alike.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from itertools import pairwise
from math import ceil, sqrt
from typing import NamedTuple

from dagdock.views.graph_picture import Group, Node, Picture

Point = tuple[float, float]

NODE_GAP, LINE_GAP, LAYER_GAP = 18.0, 10.0, 64.0
PAD, HEAD = 16.0, 30.0  # around what is in a group, and above it for the title
PORT_GAP = 17.0  # between the ends of lines with words on them
SWEEPS, SETTLINGS = 10, 24
COLUMN = 6  # so many things without lines stand below each other
MAX_PLACES = 20_000  # beyond that many places of lines, lines go straight


class Box(NamedTuple):
    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    @property
    def middle(self) -> float:
        return self.y + self.height / 2


class Layout:
    """The places of nodes and groups, and for each edge of the picture the points that its line runs through.

    Where two points are equally high the line is straight, elsewhere it bends, and sets out and arrives level. A line
    that goes back has points above each other: there it turns round.
    """

    def __init__(self) -> None:
        self.nodes: dict[str, Box] = {}
        self.groups: dict[str, Box] = {}
        self.lines: list[list[Point]] = []
        self.width = 0.0
        self.height = 0.0


def lay_out(
    picture: Picture,
    size_of: Callable[[Node], tuple[float, float]],
    room_of: Callable[[str], float] = lambda words: 0.0,
    title_room: Callable[[Group], float] = lambda group: 0.0,
) -> Layout:
    """`size_of` gives width and height of a node, `room_of` the width of the words on an edge."""
    layout = Layout()
    levels = _Levels(picture, size_of, room_of, title_room)
    top = levels.of(None)
    layout.width, layout.height = top.width, top.height
    levels.place(top, 0.0, 0.0, layout)
    layout.lines = [levels.line(index, layout) for index in range(len(picture.edges))]
    for line in layout.lines:
        layout.height = max(layout.height, *(y + LINE_GAP for _, y in line)) if line else layout.height
    return layout


class _Cell:
    """What takes room in a layer: a node, a group, or (`item` None) a place where a line passes."""

    __slots__ = ("before", "behind", "height", "item", "layer", "level", "ports", "right", "width", "x", "y")

    def __init__(self, item: str | None, layer: int, width: float, height: float, level: _Level | None = None) -> None:
        self.item = item
        self.layer = layer
        self.width = width
        self.height = height
        self.level = level  # of a group
        self.x = 0.0
        self.y = 0.0
        self.right = 0.0  # where its layer ends: only from there on a line may bend
        self.before: list[_Link] = []
        self.behind: list[_Link] = []
        self.ports: dict[str, float] = {}  # heights at which lines arrive, by the words on them


class _Link(NamedTuple):
    """A piece of a line between two layers; the keys say which node the line comes from and goes to."""

    start: _Cell
    end: _Cell
    source: str
    target: str
    words: str

    @property
    def leaves(self) -> float:
        """The height at which it leaves, from the top of its start."""
        level = self.start.level
        return level.exits[self.source].y + LINE_GAP / 2 if level else self.start.height / 2

    @property
    def arrives(self) -> float:
        level = self.end.level
        if level:
            return level.entries[self.target].y + LINE_GAP / 2
        return self.end.ports.get(self.words, self.end.height / 2)


class _Level:
    """What stands in one group (or in none): the cells, layer by layer, and where lines cross its border."""

    def __init__(self) -> None:
        self.layers: list[list[_Cell]] = []
        self.cells: dict[str, _Cell] = {}
        self.exits: dict[str, _Cell] = {}
        self.entries: dict[str, _Cell] = {}
        self.chains: dict[int, list[_Link]] = {}  # by number of an edge
        self.width = 0.0
        self.height = 0.0
        self.x = 0.0  # once placed
        self.y = 0.0

    def border(self, crossings: dict[str, _Cell], key: str, layer: int) -> _Cell:
        """Where lines of a node cross the border."""
        if key not in crossings:
            crossings[key] = _Cell(None, layer, 0.0, LINE_GAP)
            self.layers[layer].append(crossings[key])
        return crossings[key]


class _Levels:
    def __init__(
        self,
        picture: Picture,
        size_of: Callable[[Node], tuple[float, float]],
        room_of: Callable[[str], float],
        title_room: Callable[[Group], float],
    ) -> None:
        self._picture = picture
        self._size_of = size_of
        self._room_of = room_of
        self._title_room = title_room
        self._parents: dict[str, str | None] = {group.key: group.parent for group in picture.groups}
        self._groups = {group.key: group for group in picture.groups}
        self._homes = {node.key: node.group for node in picture.nodes}
        self._levels: dict[str | None, _Level] = {}
        self._items: dict[str | None, list[Node | Group]] = {}
        for node in picture.nodes:
            self._items.setdefault(node.group, []).append(node)
        for group in picture.groups:
            self._items.setdefault(group.parent, []).append(group)
        # For each level, which edges it has a part in: from which item (or its border) to which.
        self._parts: dict[str | None, list[tuple[int, str | None, str | None]]] = {}
        self._home: list[str | None] = []  # for each edge the innermost level that holds both its ends
        self.backwards: set[int] = set()
        for index, edge in enumerate(picture.edges):
            starts, ends = self._path(edge.start), self._path(edge.end)
            common = next(level for level in starts if level in ends)
            self._home.append(common)
            first, last = edge.start, edge.end
            for level in starts:
                if level == common or level is None:
                    break
                self._parts.setdefault(level, []).append((index, first, None))
                first = level
            for level in ends:
                if level == common or level is None:
                    break
                self._parts.setdefault(level, []).append((index, None, last))
                last = level
            self._parts.setdefault(common, []).append((index, first, last))

    def _path(self, key: str) -> dict[str | None, None]:
        """The levels around a node, from the inside out."""
        found: dict[str | None, None] = {}
        level = self._homes[key]
        while level is not None and level not in found:
            found[level] = None
            level = self._parents.get(level)
        found[None] = None
        return found

    def of(self, group: str | None) -> _Level:
        if group not in self._levels:
            self._levels[group] = self._arranged(group)
        return self._levels[group]

    def _arranged(self, group: str | None) -> _Level:
        level = _Level()
        for item in self._items.get(group, ()):
            if isinstance(item, Node):
                level.cells[item.key] = _Cell(item.key, 0, *self._size_of(item))
            else:
                inner = self.of(item.key)
                level.cells[item.key] = _Cell(item.key, 0, inner.width, inner.height, inner)
        parts = self._parts.get(group, [])
        count = self._assign_layers(level, [(index, a, b) for index, a, b in parts if a and b])
        count = max(count, _side_by_side(level, {item for _, *ends in parts for item in ends}))
        inside = [part for part in parts if part[0] not in self.backwards]
        level.layers = [[] for _ in range(count + 2)]  # the first and the last are the borders
        for cell in level.cells.values():
            level.layers[cell.layer].append(cell)
        self._lead_lines(level, inside)
        _order(level.layers)
        for layer in level.layers:
            for cell in layer:
                self._spread(cell)
        _settle(level.layers)
        self._measure(level, self._groups[group] if group is not None else None)
        return level

    def _assign_layers(self, level: _Level, parts: Sequence[tuple[int, str, str]]) -> int:
        """Put each thing behind all that leads to it; gives the number of layers. Edges that close a circle go back."""
        after: dict[str, dict[str, None]] = {key: {} for key in level.cells}
        for _, start, end in parts:
            if start != end:
                after[start][end] = None
        back = _closing(after)
        self.backwards |= {index for index, start, end in parts if (start, end) in back or start == end}
        forward = {key: [end for end in ends if (key, end) not in back] for key, ends in after.items()}
        layers = _longest(forward)
        # What nothing leads to stands right before what it leads to.
        leads = {end for ends in forward.values() for end in ends}
        for key, ends in forward.items():
            if ends and key not in leads:
                layers[key] = min(layers[end] for end in ends) - 1
        for key, cell in level.cells.items():
            cell.layer = layers[key] + 1
        return max(layers.values(), default=-1) + 1

    def _lead_lines(self, level: _Level, parts: Iterable[tuple[int, str | None, str | None]]) -> None:
        """Cut each line into pieces from layer to layer. Lines of one origin share their way as long as they can."""
        last = len(level.layers) - 1
        places: dict[tuple[str, int], _Cell] = {}
        links: dict[tuple[int, int, int], _Link] = {}
        borders: dict[tuple[str, str], list[_Link]] = {}  # what crosses the border, by the node inside

        def link(start: _Cell, end: _Cell, index: int) -> _Link:
            # At a group each line has a height of its own.
            key = (id(start), id(end), index if start.level or end.level else -1)
            if key not in links:
                edge = self._picture.edges[index]
                links[key] = _Link(start, end, edge.start, edge.end, edge.label)
                start.behind.append(links[key])
                end.before.append(links[key])
            return links[key]

        for index, first, second in parts:
            edge = self._picture.edges[index]
            crossing = ("out", edge.start) if second is None else ("in", edge.end) if first is None else None
            if crossing in borders:
                level.chains[index] = borders[crossing]
                continue
            start = level.cells[first] if first is not None else level.border(level.entries, edge.end, 0)
            goal = level.cells[second] if second is not None else level.border(level.exits, edge.start, last)
            origin = edge.start if first is not None else f"to {edge.end}"
            chain = level.chains[index] = []
            for number in range(start.layer + 1, goal.layer):
                place = places.get((origin, number))
                if place is None:
                    if len(places) > MAX_PLACES:
                        break
                    place = places[origin, number] = _Cell(None, number, 0.0, LINE_GAP)
                    level.layers[number].append(place)
                chain.append(link(chain[-1].end if chain else start, place, index))
            chain.append(link(chain[-1].end if chain else start, goal, index))
            if crossing:
                borders[crossing] = chain

    def _spread(self, cell: _Cell) -> None:
        """Lines with other words on them end at other heights, in the order in which they come."""
        if cell.level or cell.item is None:
            return
        words = list(dict.fromkeys(link.words for link in cell.before))
        cell.height = max(cell.height, PORT_GAP * len(words))
        top = cell.height / 2 - PORT_GAP * (len(words) - 1) / 2
        cell.ports = {each: top + PORT_GAP * number for number, each in enumerate(words)}

    def _measure(self, level: _Level, group: Group | None) -> None:
        """Put the layers side by side and all of it below the title of the group."""
        pad, head = (PAD, HEAD) if group else (0.0, 0.0)
        cells = [cell for layer in level.layers for cell in layer]
        top = min((cell.y for cell in cells), default=0.0)
        for cell in cells:
            cell.y += head + pad / 2 - top if group else -top
        x = pad
        inner = level.layers[1:-1]
        for cell in level.layers[0]:
            cell.x = 0.0
        for number, layer in enumerate(inner):
            if number:
                x += LAYER_GAP + max((self._room(link) for cell in layer for link in cell.before), default=0.0)
            elif level.layers[0]:
                x += max((self._room(link) for cell in layer for link in cell.before), default=0.0)
            width = max((cell.width for cell in layer), default=0.0)
            for cell in layer:
                cell.x, cell.right = x, x + width
                if cell.item is None:
                    cell.width = width
            x += width
        level.width = x + pad
        if group:
            level.width = max(level.width, self._title_room(group) + 2 * pad)
        for cell in level.layers[-1]:
            cell.x = level.width
        level.height = max((cell.y + cell.height for cell in cells), default=head) + pad

    def _room(self, link: _Link) -> float:
        if link.end.item is None or link.end.level:
            return 0.0
        return self._room_of(link.words)

    def place(self, level: _Level, x: float, y: float, layout: Layout) -> None:
        level.x, level.y = x, y
        for key, cell in level.cells.items():
            box = Box(x + cell.x, y + cell.y, cell.width, cell.height)
            if cell.level:
                layout.groups[key] = box
                self.place(cell.level, box.x, box.y, layout)
            else:
                layout.nodes[key] = box

    def line(self, index: int, layout: Layout) -> list[Point]:
        if index in self.backwards:
            return self._around(index, layout)
        edge, common = self._picture.edges[index], self._home[index]
        out, into = list(self._path(edge.start)), list(self._path(edge.end))
        points: list[Point] = []
        for key in (*out[: out.index(common) + 1], *reversed(into[: into.index(common)])):
            level = self._levels[key]
            for link in level.chains[index]:
                start, end, y = link.start, link.end, level.y + link.start.y + link.leaves
                points += [(level.x + start.x + start.width, y), (level.x + max(start.right, start.x), y)]
                points.append((level.x + end.x, level.y + end.y + link.arrives))
        return points

    def _around(self, index: int, layout: Layout) -> list[Point]:
        """A line that goes back: below everything that stands in its level."""
        edge = self._picture.edges[index]
        start, end = layout.nodes[edge.start], layout.nodes[edge.end]
        level = self._levels[self._home[index]]
        bottom = level.y + level.height + (LINE_GAP if self._home[index] is None else -PAD / 2)
        return [(start.right, start.middle), (start.right, bottom), (end.x, bottom), (end.x, end.middle)]


def _side_by_side(level: _Level, joined: Container[str | None]) -> int:
    """Put things that no line leads to or from into several columns; gives the number of columns."""
    alone = [cell for key, cell in level.cells.items() if key not in joined]
    if len(alone) <= COLUMN:
        return 0
    rows = max(COLUMN, ceil(sqrt(2 * len(alone))))
    for number, cell in enumerate(alone):
        cell.layer = 1 + number // rows
    return ceil(len(alone) / rows)


def _closing(after: Mapping[str, Iterable[str]]) -> set[tuple[str, str]]:
    """The edges that close circles, found by going through the graph from each thing in turn."""
    found: set[tuple[str, str]] = set()
    done: set[str] = set()
    for first in after:
        if first in done:
            continue
        way = {first: None}
        stack = [(first, iter(after[first]))]
        while stack:
            key, rest = stack[-1]
            for end in rest:
                if end in way:
                    found.add((key, end))
                elif end not in done:
                    way[end] = None
                    stack.append((end, iter(after[end])))
                    break
            else:
                stack.pop()
                del way[key]
                done.add(key)
    return found


def _longest(after: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """For each thing of a graph without circles the number of steps on the longest way to it."""
    before = dict.fromkeys(after, 0)
    for ends in after.values():
        for end in ends:
            before[end] += 1
    layers = dict.fromkeys(after, 0)
    ready = [key for key, count in before.items() if not count]
    for key in ready:
        for end in after[key]:
            layers[end] = max(layers[end], layers[key] + 1)
            before[end] -= 1
            if not before[end]:
                ready.append(end)
    return layers


def _order(layers: list[list[_Cell]]) -> None:
    """Bring each layer into the order of its neighbours, back and forth; the order with fewest crossings stays."""
    best, fewest = [list(layer) for layer in layers], _crossings(layers)
    places = {id(cell): float(place) for layer in layers for place, cell in enumerate(layer)}
    for sweep in range(SWEEPS):
        if not fewest:
            break
        forward = sweep % 2 == 0
        for layer in layers[1:] if forward else reversed(layers[:-1]):
            wanted = {id(cell): _place_wanted(cell, forward, places) for cell in layer}
            layer.sort(key=lambda cell: wanted[id(cell)])
            places.update((id(cell), float(place)) for place, cell in enumerate(layer))
        count = _crossings(layers)
        if count < fewest:
            best, fewest = [list(layer) for layer in layers], count
    layers[:] = best


def _place_wanted(cell: _Cell, forward: bool, places: Mapping[int, float]) -> float:
    """The middle of a cell's neighbours; where they are parts of one group, their heights in it decide."""
    near = [
        places[id(link.start)] + 0.001 * link.leaves if forward else places[id(link.end)] + 0.001 * link.arrives
        for link in (cell.before if forward else cell.behind)
    ]
    return sum(near) / len(near) if near else places[id(cell)]


def _crossings(layers: Sequence[Sequence[_Cell]]) -> int:
    """How many pairs of lines cross between neighbouring layers."""
    from bisect import bisect_right, insort

    count = 0
    for layer, following in pairwise(layers):
        place = {id(cell): number for number, cell in enumerate(following)}
        seen: list[int] = []
        for cell in layer:
            ends = sorted(place[id(link.end)] for link in cell.behind if id(link.end) in place)
            count += sum(len(seen) - bisect_right(seen, end) for end in ends)
            for end in ends:
                insort(seen, end)
    return count


def _settle(layers: Sequence[Sequence[_Cell]]) -> None:
    """Move the cells of each layer up and down to where their neighbours are, as near as the order leaves them."""
    for layer in layers:
        y = 0.0
        for cell in layer:
            cell.y = y
            y += cell.height + NODE_GAP
    for turn in range(SETTLINGS):
        forward = turn % 2 == 0
        for layer in layers if forward else reversed(layers):
            wanted = [_wanted(cell, forward) for cell in layer]
            for cell, y in zip(layer, _apart(layer, wanted), strict=True):
                cell.y = y


def _wanted(cell: _Cell, forward: bool) -> tuple[float, float]:
    """Where a cell would best stand, and how much that counts."""
    links = cell.before if forward else cell.behind
    if not links:
        return cell.y, 0.1
    if forward:
        places = [link.start.y + link.leaves - link.arrives for link in links]
    else:
        places = [link.end.y + link.arrives - link.leaves for link in links]
    # Lines over several layers are straight first of all.
    lines = sum(link.start.item is None and link.end.item is None for link in links)
    return sum(places) / len(places), 1.0 + 4.0 * bool(lines)


def _apart(layer: Sequence[_Cell], wanted: Sequence[tuple[float, float]]) -> list[float]:
    """The heights nearest to the wanted ones at which nothing overlaps (pool adjacent violators)."""
    offsets = [0.0]
    for cell, following in pairwise(layer):
        gap = LINE_GAP / 2 if cell.item is None and following.item is None else NODE_GAP
        offsets.append(offsets[-1] + cell.height + gap)
    pools: list[tuple[float, float, int]] = []  # weighted sum, weight, number of cells
    for (y, weight), offset in zip(wanted, offsets, strict=False):
        pools.append(((y - offset) * weight, weight, 1))
        while len(pools) > 1 and pools[-2][0] / pools[-2][1] >= pools[-1][0] / pools[-1][1]:
            total, weight_of, number = pools.pop()
            pools[-1] = (pools[-1][0] + total, pools[-1][1] + weight_of, pools[-1][2] + number)
    found: list[float] = []
    for total, weight, number in pools:
        found += [total / weight] * number
    return [base + offset for base, offset in zip(found, offsets, strict=False)]
