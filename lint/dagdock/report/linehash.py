"""The hash by which code scanning recognises a line again after the file has changed around it.

A rolling hash over UTF-16 units, as GitHub's upload action computes it where a log brings none: blanks dropped, line
ends as LF, and for each line the 100 units from its start, with a running count of equal hashes. Held by a test
against published vectors.
"""

from __future__ import annotations

import sys
from array import array

from dagdock.text import Source

BLOCK = 100
BASE = 37
WORD = 1 << 64
END = 0xFFFF


def line_hashes(source: Source) -> list[str]:
    """For each line of a source `hash:count`, in order."""
    # Read again as UTF-8 with U+FFFD for what is none: that is the text that everybody else hashes.
    text = source.encode().decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
    text = text.replace(" ", "").replace("\t", "")
    units = array("H", text.encode("utf-16-le" if sys.byteorder == "little" else "utf-16-be"))
    starts = [0, *(index + 1 for index, unit in enumerate(units) if unit == 10)]
    units.append(END)
    units.extend([0] * BLOCK)
    prefix = [0]
    value = 0
    for unit in units:
        value = (value * BASE + unit) % WORD
        prefix.append(value)
    shift = pow(BASE, BLOCK, WORD)
    seen: dict[int, int] = {}
    found = []
    for start in starts:
        hashed = (prefix[start + BLOCK] - prefix[start] * shift) % WORD
        seen[hashed] = seen.get(hashed, 0) + 1
        found.append(f"{hashed:x}:{seen[hashed]}")
    return found
