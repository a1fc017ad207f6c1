"""Pictures as a self-contained SVG: one card for each, readable on light and dark ground."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from dagdock.report.terminal import printable, shortened, width_of
from dagdock.report.xmltext import escaped
from dagdock.views.graph_layout import Box, Layout, Point, lay_out

if TYPE_CHECKING:
    from dagdock.views.graph_picture import Edge, Group, Node, Picture

MONO = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
SANS = "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', Arial, sans-serif"
MARGIN, HEAD, INNER, CARD_GAP, NOTE, NOTE_PAD = 24, 40, 22, 22, 20, 12
MIN_WIDTH = 720
TITLE_SIGNS, ABOUT_SIGNS, FACT_SIGNS, LABEL_SIGNS, WHERE_SIGNS = 34, 40, 42, 28, 48
SIGN, SMALL_SIGN, LABEL_SIGN = 7.9, 6.5, 6.3  # widths of a sign in titles, in what stands below, on lines
WIDER = 1.9  # by which capitals and the like are wider
LINE, TURN, CHIP, CHIP_SIGNS = 17, 36, 23, 24
HUES = ("#0969da", "#1a7f37", "#bf3989", "#bc4c00", "#8250df", "#9a6700", "#0a7a8c", "#cf222e")
COLOURS = " ".join(f".c{number} {{ fill: {hue}; stroke: {hue} }}" for number, hue in enumerate(HUES))
STYLE = f"""
.page, .card {{ fill: #ffffff }} .card {{ stroke: #d0d7de }} .head {{ fill: #f6f8fa }}
text {{ font-family: {SANS}; font-size: 12px; fill: #1f2328 }}
.code {{ font-family: {MONO}; font-size: 13px; font-weight: 600 }} .stage {{ font-size: 14px; font-weight: 600 }}
.dim {{ fill: #59636e }} .badge {{ font-size: 11px; font-weight: 600; text-anchor: middle; fill: #59636e }}
.label {{ font-size: 11px; fill: #59636e; text-anchor: end; paint-order: stroke; stroke: #ffffff; stroke-width: 4px }}
.box {{ fill: #ffffff; stroke: #d0d7de }} .group {{ fill: #818b98; fill-opacity: 0.08; stroke: #afb8c1 }}
.link {{ fill: none; stroke: #818b98; stroke-width: 1.5 }} .tip {{ fill: #818b98 }}
.faint {{ stroke: #afb8c1 }} .tip.faint {{ fill: #afb8c1; stroke: none }}
.unsure {{ stroke-dasharray: 5 4 }} .pill {{ fill: #eff2f5 }}
.bar {{ fill: #54aeff }} .bar.sensor {{ fill: #d4a72c }} .bar.branch {{ fill: #a475f9 }} .bar.setup {{ fill: #4ac26b }}
.bar.teardown {{ fill: #ec8e2c }} .bar.empty {{ fill: #afb8c1 }} .bar.many {{ fill: #54aeff }}
.bar.built {{ fill: #4ac26b }} .bar.other {{ fill: #afb8c1 }}
.chip {{ fill-opacity: 0.16; stroke-opacity: 0.6 }} .chip + text {{ font-size: 11px }}
{COLOURS}
.volume {{ fill: #fff8c5; stroke: #d4a72c }} .port {{ fill: #ddf4ff; stroke: #54aeff }}
@media (prefers-color-scheme: dark) {{
.page, .card {{ fill: #0d1117 }} .card {{ stroke: #3d444d }} .head {{ fill: #151b23 }}
text {{ fill: #f0f6fc }} .dim, .badge, .label {{ fill: #9198a1 }} .label {{ stroke: #0d1117 }}
.box {{ fill: #151b23; stroke: #3d444d }} .group {{ fill: #9198a1; stroke: #3d444d }} .pill {{ fill: #212830 }}
.link {{ stroke: #6e7681 }} .tip {{ fill: #6e7681 }} .faint {{ stroke: #535b66 }} .tip.faint {{ fill: #535b66 }}
.volume {{ fill: #3b2a04; stroke: #d29922 }} .port {{ fill: #0c2d4a; stroke: #1f6feb }}
}}
"""


def as_svg(pictures: Sequence[Picture]) -> str:
    """The pictures below each other, each in a card as wide as the widest of them needs."""
    cards = [_Card(picture) for picture in pictures]
    width = max([MIN_WIDTH, *(card.width for card in cards)])
    parts: list[str] = []
    y = float(MARGIN)
    for card in cards:
        parts += card.drawn(MARGIN, y, width)
        y += card.height + CARD_GAP
    height, width = y - CARD_GAP + MARGIN, width + 2 * MARGIN
    if not cards:
        parts, height = [_text(MARGIN, 36, "nothing to draw", "dim")], 60
    about = "; ".join(f"{picture.title}: {picture.about}" for picture in pictures)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" role="img" aria-label="{escaped(shortened(printable(about), 300))}">\n'
        f"<style>{STYLE}</style>\n"
        f'<rect class="page" width="{width:.0f}" height="{height:.0f}" rx="10"/>\n' + "\n".join(parts) + "\n</svg>\n"
    )


class _Card:
    """One picture; `drawn` gives its parts."""

    def __init__(self, picture: Picture) -> None:
        self._picture = picture
        self._layout: Layout = lay_out(picture, _size, _room, _title_room)
        self._notes = [shortened(printable(note), 150) for note in picture.notes]
        self._title, self._about = shortened(printable(picture.title), 110), shortened(printable(picture.about), 90)
        if picture.where:
            where = printable(picture.where)
            self._about += f"  ·  {where if width_of(where) <= WHERE_SIGNS else '…' + where[1 - WHERE_SIGNS :]}"
        words = SIGN * (width_of(self._title) + 6) + _width(self._about)
        notes = max((_width(note) + 2 * NOTE_PAD for note in self._notes), default=0.0)
        self.width = max(self._layout.width, words, notes) + 2 * INNER
        self.height = HEAD + 2 * INNER + self._layout.height
        if self._notes:
            self.height += NOTE * len(self._notes) + NOTE_PAD + (INNER if picture.nodes else 0)

    def drawn(self, left: float, top: float, width: float) -> list[str]:
        picture, layout = self._picture, self._layout
        parts = [
            f'<rect class="card" x="{left + 0.5}" y="{top + 0.5}" width="{width - 1:.1f}" '
            f'height="{self.height:.1f}" rx="8"/>',
            f'<path class="head" d="M{left + 1} {top + HEAD:.1f}v-{HEAD - 9}q0-8 8-8h{width - 18:.1f}q8 0 8 8'
            f'v{HEAD - 9}z"/>',
            _text(left + 16, top + 26, self._title, "stage"),
            _text(left + width - 16, top + 26, self._about, "dim", "end"),
            f'<g transform="translate({left + INNER:.1f} {top + HEAD + INNER:.1f})">',
        ]
        for group in picture.groups:
            if group.key in layout.groups:
                parts += _group(group, layout.groups[group.key])
        tips: dict[tuple[str, str], str] = {}
        for edge, points in sorted(zip(picture.edges, layout.lines, strict=True), key=lambda drawn: not drawn[0].faint):
            parts += _line(edge, points, tips)
        parts += tips.values()
        chips = dict.fromkeys(chip for node in picture.nodes for chip in _chips(node))
        colours = {chip: number % len(HUES) for number, chip in enumerate(chips)}
        for node in picture.nodes:
            parts += _node(node, layout.nodes[node.key], colours)
        labels = {
            points[-1]: edge.label for edge, points in zip(picture.edges, layout.lines, strict=True) if edge.label
        }
        for (x, y), label in labels.items():
            parts.append(_text(x - 12, y - 4, shortened(printable(label), LABEL_SIGNS), "label"))
        if self._notes:
            y = layout.height + (INNER if picture.nodes else 0)
            wide = max(map(_width, self._notes)) + 2 * NOTE_PAD
            parts.append(
                f'<rect class="box unsure" y="{y:.1f}" width="{wide:.1f}" '
                f'height="{NOTE * len(self._notes) + NOTE_PAD}" rx="6"/>'
            )
            for number, note in enumerate(self._notes, 1):
                parts.append(_text(NOTE_PAD, y + NOTE * number, note, "dim"))
        return [*parts, "</g>"]


def _title(node: Node) -> str:
    return shortened(printable(node.title), TITLE_SIGNS)


def _facts(node: Node) -> list[str]:
    lines = [_last_part(printable(node.about))] if node.about else []
    return lines + [
        shortened(printable(f"{fact.word}: {fact.text}" if fact.word else fact.text), FACT_SIGNS)
        for fact in node.facts
        if fact.drawn and not fact.chips
    ]


def _chips(node: Node) -> list[str]:
    return [shortened(printable(chip), CHIP_SIGNS) for fact in node.facts if fact.drawn for chip in fact.chips]


def _width(text: str) -> float:
    """About how wide a small text is; fonts differ."""
    return SMALL_SIGN * width_of(text) + WIDER * sum(sign.isupper() or sign in "mw$_@%&#→" for sign in text)


def _last_part(text: str) -> str:
    """A name too long for its place without its beginning: registries and folders say less than what they hold."""
    if width_of(text) <= ABOUT_SIGNS or not {" ", "$"}.isdisjoint(text):
        return shortened(text, ABOUT_SIGNS)
    return "…" + text[1 - ABOUT_SIGNS :] if text.isascii() else shortened(text, ABOUT_SIGNS)


def _badge_width(badge: str) -> float:
    return _width(badge) + 12


def _badges(node: Node) -> list[str]:
    return [shortened(printable(badge), 24) for badge in node.badges]


def _size(node: Node) -> tuple[float, float]:
    head = SIGN * width_of(_title(node)) + sum(_badge_width(badge) + 8 for badge in _badges(node))
    chips = sum(_badge_width(chip) + 5 for chip in _chips(node))
    width = max([head, chips, *(_width(line) for line in _facts(node))]) + 34
    if node.kind == "port":
        return width, 26.0
    if node.kind == "volume":
        return width, 44.0 + LINE * len(_facts(node))
    return max(width, 90.0), 34.0 + LINE * len(_facts(node)) + (CHIP if chips else 0)


def _room(words: str) -> float:
    return LABEL_SIGN * min(width_of(printable(words)), LABEL_SIGNS) - 24 if words else 0.0


def _title_room(group: Group) -> float:
    return SMALL_SIGN * min(width_of(printable(group.title)), 60)


def _node(node: Node, box: Box, colours: Mapping[str, int]) -> list[str]:
    x, y, width, height = box
    unsure = " unsure" if node.uncertain else ""
    hover = f"<title>{escaped(_hover(node))}</title>"
    if node.kind == "port":
        shape = f'<rect class="port{unsure}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height}" rx="13">'
        middle = _text(x + width / 2, y + 17.5, _title(node), "code", "middle")
        return [f"{shape}{hover}</rect>", middle]
    if node.kind == "volume":
        side, bow = f"{height - 14:.1f}", f"a{width / 2:.1f} 7 0 0 0"
        shape = (
            f'<path class="volume{unsure}" d="M{x:.1f} {y + 7:.1f}v{side}{bow} {width:.1f} 0v-{side}'
            f'{bow} -{width:.1f} 0{bow} {width:.1f} 0">'
        )
        parts = [f"{shape}{hover}</path>", _text(x + width / 2, y + 31, _title(node), "code", "middle")]
        return parts + [
            _text(x + width / 2, y + 31 + LINE * number, line, "dim", "middle")
            for number, line in enumerate(_facts(node), 1)
        ]
    parts = [
        f'<rect class="box{unsure}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="6">'
        f"{hover}</rect>",
        f'<path class="bar {node.kind}" d="M{x + 5:.1f} {y:.1f}q-5 0 -5 6v{height - 12:.1f}q0 6 5 6z"/>',
        _text(x + 16, y + 22, _title(node), "code"),
    ]
    place = x + width - 8
    for badge in reversed(_badges(node)):
        size = _badge_width(badge)
        parts += [
            f'<rect class="pill" x="{place - size:.1f}" y="{y + 8:.1f}" width="{size:.1f}" height="18" rx="9"/>',
            _text(place - size / 2, y + 21, badge, "badge"),
        ]
        place -= size + 6
    for number, line in enumerate(_facts(node), 1):
        parts.append(_text(x + 16, y + 23 + LINE * number, line, "dim"))
    place, top = x + 15, y + 30 + LINE * len(_facts(node))
    for chip in _chips(node):
        size = _badge_width(chip)
        parts += [
            f'<rect class="chip c{colours[chip]}" x="{place:.1f}" y="{top:.1f}" width="{size:.1f}" '
            'height="17" rx="4"/>',
            _text(place + size / 2, top + 12.5, chip, "", "middle"),
        ]
        place += size + 5
    return parts


def _hover(node: Node) -> str:
    facts = [f"{fact.word}: {fact.text}" if fact.word else fact.text for fact in node.facts]
    return "\n".join(printable(line) for line in (node.title, node.about, *node.badges, *facts) if line)


def _group(group: Group, box: Box) -> list[str]:
    unsure = " unsure" if group.uncertain else ""
    return [
        f'<rect class="group{unsure}" x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" '
        f'height="{box.height:.1f}" rx="8"/>',
        _text(box.x + 14, box.y + 21, shortened(printable(group.title), 60), "dim"),
    ]


def _line(edge: Edge, points: Sequence[Point], tips: dict[tuple[str, str], str]) -> list[str]:
    """A line with bends where it passes between layers; the arrow's tip is drawn once for lines that end together."""
    if not points:
        return []
    style = (" unsure" if edge.uncertain else "") + (" faint" if edge.faint else "")
    x, y = points[0]
    way = [f"M{x:.1f} {y:.1f}"]
    for number, (right, below) in enumerate(points[1:], 1):
        if number == len(points) - 1:
            right -= 6
        if abs(below - y) < 0.5:
            way.append(f"L{right:.1f} {below:.1f}")
        else:
            before = behind = max((right - x) / 2, 12.0)
            if right <= x:  # turns round: to the left at its beginning, to the right at its end
                before, behind = (TURN, -TURN) if number == 1 else (-TURN, TURN)
            way.append(f"C{x + before:.1f} {y:.1f} {right - behind:.1f} {below:.1f} {right:.1f} {below:.1f}")
        x, y = right, below
    key = (edge.end, f"{y:.1f}")
    if key not in tips or not edge.faint:
        tips[key] = f'<path class="tip{" faint" if edge.faint else ""}" d="M{x - 2:.1f} {y - 4:.1f}l8 4l-8 4z"/>'
    return [f'<path class="link{style}" d="{"".join(way)}"/>']


def _text(x: float, y: float, text: str, classes: str, anchor: str = "start") -> str:
    place = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return f'<text class="{classes}" x="{x:.1f}" y="{y:.1f}"{place}>{escaped(text)}</text>'
