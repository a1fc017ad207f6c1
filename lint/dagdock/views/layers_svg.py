"""The layers of an image as a self-contained SVG: one card for each stage, readable on light and dark ground."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from dagdock.dockerfile import Copy, From, Run
from dagdock.report.terminal import printable, shortened
from dagdock.views.layers import CACHED, MAY, NO_LAYER, NOT_BUILT, REBUILT, Row, View

if TYPE_CHECKING:
    from dagdock.dockerfile import Stage
    from dagdock.layers import Layer, LayerStage

MONO = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
SANS = "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', Arial, sans-serif"
WIDTH, MARGIN, GUTTER = 1160, 24, 56  # the gutter on the left is for the lines between stages
ROW, HEAD, GAP, TOP = 30, 40, 22, 92
CODE, PILL, SAYS = 52, 566, 676  # where in a card the instruction, its state and the reason begin
CODE_SIGNS, SAYS_SIGNS, INPUT_SIGNS = 58, 54, 66
CLASSES = {REBUILT: "hot", MAY: "warm", CACHED: "cold", NO_LAYER: "none", NOT_BUILT: "none", "": "plain"}
STYLE = f"""
.page {{ fill: #ffffff }} .card {{ fill: #ffffff; stroke: #d0d7de }} .head {{ fill: #f6f8fa }}
text {{ font-family: {SANS}; font-size: 13px; fill: #1f2328 }}
.code {{ font-family: {MONO}; font-size: 13px }} .title {{ font-size: 18px; font-weight: 600 }}
.stage {{ font-size: 14px; font-weight: 600 }} .dim, .number {{ fill: #59636e }} .number {{ text-anchor: end }}
.faint {{ fill: #818b98 }} .word {{ font-size: 12px; font-weight: 600; text-anchor: middle }}
.hot {{ fill: #cf222e }} .warm {{ fill: #9a6700 }} .cold {{ fill: #1a7f37 }} .none {{ fill: #818b98 }}
rect.hot {{ fill: #ffebe9 }} rect.warm {{ fill: #fff8c5 }} rect.cold {{ fill: #dafbe1 }} rect.none {{ fill: #eff2f5 }}
rect.bar.hot {{ fill: #cf222e }} rect.bar.warm {{ fill: #d4a72c }} rect.bar.cold {{ fill: #4ac26b }}
rect.bar.plain {{ fill: #54aeff }} rect.bar.none {{ fill: #d0d7de }}
.link {{ fill: none; stroke: #818b98; stroke-width: 1.5 }} .tip {{ fill: #818b98 }}
.link.hot, .link.warm, .link.cold, .link.none {{ fill: none }} .link.hot {{ stroke: #cf222e }}
.link.warm {{ stroke: #d4a72c }} .tip.hot {{ fill: #cf222e }} .tip.warm {{ fill: #d4a72c }}
@media (prefers-color-scheme: dark) {{
.page {{ fill: #0d1117 }} .card {{ fill: #0d1117; stroke: #3d444d }} .head {{ fill: #151b23 }}
text {{ fill: #f0f6fc }} .dim, .number {{ fill: #9198a1 }} .faint, .none {{ fill: #7d8590 }}
.hot {{ fill: #ff7b72 }} .warm {{ fill: #e3b341 }} .cold {{ fill: #3fb950 }}
rect.hot {{ fill: #4c1419 }} rect.warm {{ fill: #3b2a04 }} rect.cold {{ fill: #0f2f1a }} rect.none {{ fill: #212830 }}
rect.bar.hot {{ fill: #f85149 }} rect.bar.warm {{ fill: #d29922 }} rect.bar.cold {{ fill: #3fb950 }}
rect.bar.plain {{ fill: #1f6feb }} rect.bar.none {{ fill: #3d444d }}
.link {{ stroke: #6e7681 }} .tip {{ fill: #6e7681 }} .link.hot {{ stroke: #f85149 }} .link.warm {{ stroke: #d29922 }}
.tip.hot {{ fill: #f85149 }} .tip.warm {{ fill: #d29922 }}
}}
"""


def as_svg(view: View) -> str:
    """The picture; wide enough for instructions of some sixty signs, longer ones are cut."""
    drawing = _Drawing(view)
    drawing.draw()
    height = drawing.y + MARGIN - GAP
    title = escape(printable(view.title))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" '
        f'role="img" aria-label="The layers of {title}: {escape(view.summary)}">\n'
        f"<style>{STYLE}</style>\n"
        f'<rect class="page" width="{WIDTH}" height="{height}" rx="10"/>\n' + "\n".join(drawing.parts) + "\n</svg>\n"
    )


class _Drawing:
    """The parts of a picture from the top down; `y` is where the next card begins."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.parts: list[str] = []
        self.y = TOP
        linked = any(_used_by(layer) for stage in view.graph.stages for layer in stage.layers)
        self.left = MARGIN + GUTTER if linked else MARGIN
        self._ends: dict[int, int] = {}  # for each stage the height of its last row
        self._tracks: dict[int, int] = {}  # and the place in the gutter where the line that leaves it runs

    def draw(self) -> None:
        view = self.view
        self._text(MARGIN, 36, printable(view.title), "title")
        about = f"changed: {', '.join(view.changed)} — {view.summary}"
        if view.change is None:
            about = f"{view.summary}, each with what its place in the cache depends on beside its own text"
        self._text(MARGIN, 60, shortened(printable(about), 130), "dim")
        for stage in view.graph.stages:
            self._card(stage)

    def _card(self, stage: LayerStage) -> None:
        rows = list(self.view.rows(stage.layers, stage.built))
        left, width = self.left, WIDTH - MARGIN - self.left
        height = HEAD + len(rows) * ROW + 8
        self.parts += [
            f'<rect class="card" x="{left + 0.5}" y="{self.y + 0.5}" width="{width - 1}" height="{height}" rx="8"/>',
            f'<path class="head" d="M{left + 1} {self.y + HEAD}v-{HEAD - 9}q0-8 8-8h{width - 18}q8 0 8 8'
            f'v{HEAD - 9}z"/>',
        ]
        self._text(left + 16, self.y + 26, shortened(printable(stage.title), 60), "stage")
        self._text(left + width - 16, self.y + 26, _about(stage, rows), "dim", anchor="end")
        y = self.y + HEAD + 4
        for row in rows:
            self._row(row, left, y)
            self._links(row.layer, CLASSES[row.status], left, y + ROW // 2)
            y += ROW
        self._ends[stage.stage.index] = y - ROW // 2
        self.y += height + GAP

    def _row(self, row: Row, left: int, y: int) -> None:
        kind = CLASSES[row.status]
        line, code = row.layer.line, shortened(printable(row.layer.text), CODE_SIGNS)
        middle = y + 20
        makes_none = row.status in (NO_LAYER, NOT_BUILT)
        self.parts.append(f'<rect class="bar {kind}" x="{left + 1}" y="{y + 3}" width="5" height="{ROW - 6}"/>')
        self._text(left + 40, middle, str(line), "code number")
        self._text(left + CODE, middle, code, "code faint" if makes_none else "code")
        if self.view.change is None and row.status != NOT_BUILT and (inputs := self.view.inputs(row.layer)):
            self._text(left + PILL, middle, shortened(printable(inputs), INPUT_SIGNS), "dim")
            return
        self.parts.append(f'<rect class="{kind}" x="{left + PILL}" y="{y + 5}" width="94" height="20" rx="10"/>')
        self._text(left + PILL + 47, y + 19, row.status, f"word {kind}")
        if row.because:
            self._text(left + SAYS, middle, shortened(printable(row.because), SAYS_SIGNS), "dim")

    def _links(self, layer: Layer, kind: str, left: int, y: int) -> None:
        """Lines from the stages that an instruction takes files from or stands on."""
        for number, used in enumerate(_used_by(layer)):
            if used.index not in self._ends:
                continue
            track = self._tracks.setdefault(used.index, len(self._tracks))
            x, start, end = left - 14 - 9 * (track % 4), self._ends[used.index], y + 4 * number
            self.parts.append(
                f'<path class="link {kind}" d="M{left} {start}H{x + 6}Q{x} {start} {x} {start + 6}'
                f'V{end - 6}Q{x} {end} {x + 6} {end}H{left - 6}"/>'
                f'<path class="tip {kind}" d="M{left - 7} {end - 4}l7 4l-7 4z"/>'
            )

    def _text(self, x: int, y: int, text: str, classes: str, anchor: str = "start") -> None:
        place = "" if anchor == "start" else f' text-anchor="{anchor}"'
        keep = ' xml:space="preserve"' if "code" in classes else ""
        self.parts.append(f'<text class="{classes}" x="{x}" y="{y}"{place}{keep}>{escape(text)}</text>')


def _about(stage: LayerStage, rows: list[Row]) -> str:
    if not stage.built:
        return "not built: nothing that is built needs it"
    certain = sum(row.status == REBUILT for row in rows)
    perhaps = sum(row.status == MAY for row in rows)
    total = sum(row.layer.makes != "config" for row in rows)
    if any(row.status in (REBUILT, MAY, CACHED) for row in rows):
        return f"{certain} of {total} rebuilt" + (f", {perhaps} perhaps" if perhaps else "")
    return f"{total} layer{'' if total == 1 else 's'}"


def _used_by(layer: Layer) -> list[Stage]:
    step = layer.instruction
    if isinstance(step, From):
        return [layer.stage.parent] if layer.stage.parent else []
    if isinstance(step, Copy):
        return [step.from_stage] if step.from_stage else []
    return [mount.from_stage for mount in step.mounts if mount.from_stage] if isinstance(step, Run) else []
