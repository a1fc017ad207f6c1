"""Holds dagdock beside the real hadolint: for each of its codes, how many findings dagdock has on the same instruction.

    python benchmarks/hadolint.py FOLDER [--code DL3008] [--show 20]

Every Dockerfile below FOLDER is read by both, all rules on, no configuration, comments that silence taken as they are.
A finding agrees when dagdock has one with that alias on the same instruction, or names that instruction as related.
Files that hadolint's parser gives up on are counted, with what dagdock finds there.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dagdock.dockerfile import parse
from dagdock.project.classify import is_dockerfile_name
from dagdock.text import Source

GIVEN_UP = "DL1000"
AT_ONCE = 100
Place = tuple[str, int]  # a path, and the index of an instruction


def dockerfiles(folder: Path) -> Iterator[str]:
    for where, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name != ".git")
        for name in sorted(names):
            if is_dockerfile_name(name.lower()) and Path(where, name).is_file():
                yield os.path.relpath(os.path.join(where, name), folder)


def hadolint(folder: Path, paths: list[str]) -> list[dict[str, Any]]:
    """Its findings; a file at a time where it fails on several together."""
    command = ["hadolint", "--no-fail", "-f", "json", *paths]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    try:
        found: list[dict[str, Any]] = json.loads(done.stdout)
    except ValueError:
        if len(paths) == 1:
            return [{"code": GIVEN_UP, "file": paths[0], "line": 1, "message": done.stderr.decode("utf-8", "replace")}]
        return [finding for path in paths for finding in hadolint(folder, [path])]
    return found


def dagdock(folder: Path) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "dagdock", "check", "--isolated", "--select", "ALL", "--format", "json", "."]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    found: list[dict[str, Any]] = json.loads(done.stdout)["findings"]
    return found


class Instructions:
    """Which instruction of a file stands at a line."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._starts: dict[str, list[int]] = {}

    def at(self, path: str, line: int) -> Place:
        if path not in self._starts:
            source = Source(path, (self._folder / path).read_bytes())
            self._starts[path] = [each.span.line for each in parse(source).instructions]
        return path, bisect_right(self._starts[path], line)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--code", help="only this code of hadolint's")
    parser.add_argument("--show", type=int, default=0, metavar="N", help="also N differences a code")
    arguments = parser.parse_args()
    if shutil.which("hadolint") is None:
        parser.error("hadolint is not on PATH")
    folder: Path = arguments.folder
    paths = list(dockerfiles(folder))
    theirs = [
        finding
        for first in range(0, len(paths), AT_ONCE)
        for finding in hadolint(folder, paths[first : first + AT_ONCE])
    ]
    ours = dagdock(folder)
    where = Instructions(folder)
    given_up = {finding["file"] for finding in theirs if finding["code"] == GIVEN_UP}

    known: dict[str, set[Place]] = defaultdict(set)
    here: dict[str, set[Place]] = defaultdict(set)
    for finding in ours:
        if finding["path"] not in paths:
            continue
        place = where.at(finding["path"], finding["start"]["line"])
        related = [
            where.at(each["path"], each["start"]["line"])
            for each in finding.get("related", ())
            if each["path"] in paths
        ]
        for alias in finding["aliases"]:
            if alias.startswith("hadolint:"):
                known[alias[9:]] |= {place, *related}
                here[alias[9:]].add(place)
    wanted: dict[str, set[Place]] = defaultdict(set)
    lines: dict[tuple[str, Place], int] = {}
    for finding in theirs:
        if finding["file"] not in given_up:
            place = where.at(finding["file"], finding["line"])
            wanted[finding["code"]].add(place)
            lines[finding["code"], place] = finding["line"]

    print(f"{len(paths)} Dockerfiles, hadolint gives up on {len(given_up)}")
    print(f"{'code':8} {'hadolint':>8} {'both':>6} {'share':>7} {'more here':>9}")
    for code in sorted(wanted.keys() | here.keys()):
        if arguments.code not in (None, code):
            continue
        both = wanted[code] & known[code]
        more = {place for place in here[code] - wanted[code] if place[0] not in given_up}
        share = f"{100 * len(both) / len(wanted[code]):6.1f}%" if wanted[code] else "      –"
        print(f"{code:8} {len(wanted[code]):8} {len(both):6} {share} {len(more):9}")
        for path, instruction in sorted(wanted[code] - both)[: arguments.show]:
            print(f"    only hadolint: {path}:{lines[code, (path, instruction)]}")
        for path, instruction in sorted(more)[: arguments.show]:
            print(f"    only dagdock:  {path}, instruction {instruction}")
    total = sum(len(places) for places in wanted.values())
    agreed = sum(len(wanted[code] & known[code]) for code in wanted)
    print(f"{'all':8} {total:8} {agreed:6} {100 * agreed / max(total, 1):6.1f}%")
    counts = Counter(finding["path"] for finding in ours)
    reported = sum(path in counts for path in given_up)
    print(f"dagdock reports on {reported} of the {len(given_up)} that hadolint gives up on")
    return 0


if __name__ == "__main__":
    sys.exit(main())
