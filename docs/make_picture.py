"""Draw docs/demo.svg: what `make demo` really prints, as a terminal shows it.

python docs/make_picture.py
"""

from __future__ import annotations

import html
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
FONT = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
WIDTH, LINE, LEFT, TOP = 8.43, 18, 18, 44
COLORS = {"31": "#ff7b72", "32": "#7ee787", "33": "#f2cc60", "34": "#79c0ff", "36": "#56d4dd"}
# The findings that the picture shows, and the last lines of the run.
SHOWN = ("DF203", "AF401", "DC301", "PJ004")


def main() -> None:
    output = subprocess.run(
        [sys.executable, "-m", "dagdock", "check", "--color", "always", "--exit-zero"],
        cwd=ROOT / "fixtures/projects/shop",
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    blocks = output.strip("\n").split("\n\n")
    chosen = [next((block for block in blocks if f"[{code} " in block), "") for code in SHOWN]
    lines = "\n\n".join(["$ dagdock check", *filter(None, chosen), "…", blocks[-1]]).split("\n")
    (ROOT / "docs/demo.svg").write_text(svg(lines), encoding="utf-8")


def svg(lines: list[str]) -> str:
    columns = max(len(re.sub(r"\x1b\[[\d;]*m", "", line)) for line in lines)
    width, height = round(columns * WIDTH + 2 * LEFT), len(lines) * LINE + TOP + 16
    dots = "".join(
        f'<circle cx="{LEFT + 6 + 20 * number}" cy="20" r="6" fill="{color}"/>'
        for number, color in enumerate(("#ff5f57", "#febc2e", "#28c840"))
    )
    text = "".join(
        f'<text x="{LEFT}" y="{TOP + LINE * number + 12}" xml:space="preserve">{spans(line)}</text>\n'
        for number, line in enumerate(lines)
        if line
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'role="img" aria-label="dagdock check in a terminal">\n'
        f'<rect width="100%" height="100%" rx="10" fill="#0d1117"/>{dots}\n'
        f'<g font-family="{FONT}" font-size="14" fill="#e6edf3">\n{text}</g>\n</svg>\n'
    )


def spans(line: str) -> str:
    """A line with its terminal colours as `tspan`s; each piece is placed by its column, whatever the font."""
    found: list[str] = []
    style, column = "", 0
    for piece in re.split(r"(\x1b\[[\d;]*m)", line):
        if codes := re.fullmatch(r"\x1b\[([\d;]*)m", piece):
            style = look(codes[1].split(";"))
        elif piece:
            length = f'textLength="{len(piece) * WIDTH:.1f}"' if piece.strip() else ""
            found.append(f'<tspan x="{LEFT + column * WIDTH:.1f}" {length}{style}>{html.escape(piece)}</tspan>')
            column += len(piece)
    return "".join(found)


def look(codes: list[str]) -> str:
    attributes = [f'fill="{COLORS[code]}"' for code in codes if code in COLORS]
    attributes += ['font-weight="bold"'] if "1" in codes else []
    attributes += ['opacity="0.6"'] if "2" in codes else []
    return " " + " ".join(attributes) if attributes else ""


if __name__ == "__main__":
    main()
