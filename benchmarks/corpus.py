"""Times whole folders: files a second and findings per rule, beside peers found on PATH that read the same files.

CPU seconds are those of all the processes that a tool starts: they say most on a machine that does other things, too.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

NAMES = {
    "dockerfile": re.compile(r"(?i)(Dockerfile|Containerfile)([.-](?!dockerignore$).*)?|.+\.(docker|container)file"),
    "compose": re.compile(r"(?i)(docker-)?compose([.-].+)?\.ya?ml"),
    "dag": re.compile(r".+\.py"),
}
AIRFLOW = re.compile(rb"^\s*(import|from)\s+airflow\b", re.MULTILINE)


class Peer(NamedTuple):
    """Another linter: the files it reads, how to ask for JSON, and how many findings that JSON holds."""

    kind: str
    command: list[str]
    count: Callable[[Any], int]


PEERS = {
    "hadolint": Peer("dockerfile", ["hadolint", "-f", "json"], len),
    "dclint": Peer("compose", ["dclint", "-f", "json"], lambda files: sum(len(file["messages"]) for file in files)),
    "compose-lint": Peer("compose", ["compose-lint", "--format", "json"], lambda report: len(report["findings"])),
    "ruff": Peer(
        "dag", ["ruff", "check", "--isolated", "--no-cache", "--select", "AIR", "--output-format", "json"], len
    ),
}
DAGDOCK = [sys.executable, "-m", "dagdock", "check", "--format", "json", "--exit-zero"]


def files_of(folder: Path, kind: str) -> Iterator[str]:
    """The files of a kind below a folder, judged by their name and, for Python, by an Airflow import."""
    for where, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in (".git", "node_modules", ".venv"))
        for name in sorted(names):
            path = Path(where, name)
            if NAMES[kind].fullmatch(name) and path.is_file() and (kind != "dag" or AIRFLOW.search(path.read_bytes())):
                yield str(path)


def best(runs: int, command: list[str]) -> Run:
    """The cheapest of several runs: what the machine can do when nothing else gets in the way."""
    return min((run(command) for _ in range(runs)), key=lambda timed: timed.cpu)


class Run(NamedTuple):
    """Seconds of a whole process, those of the CPU, and the JSON it wrote; None where that is no JSON."""

    seconds: float
    cpu: float
    output: Any


def run(command: list[str]) -> Run:
    """Run a command, and wait for it.

    The output goes to a file: a Node program that ends while a pipe is full loses the rest of it.
    """
    with tempfile.TemporaryFile() as output:
        before, start = cpu_of_children(), time.perf_counter()
        subprocess.run(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.DEVNULL, check=False)
        seconds, cpu = time.perf_counter() - start, cpu_of_children() - before
        output.seek(0)
        try:
            return Run(seconds, cpu, json.loads(output.read()))
        except ValueError:
            return Run(seconds, cpu, None)


def cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def line(who: str, what: str, files: int, run: Run, found: int | str) -> None:
    rate = files / run.seconds
    print(f"{who:<14}{what:<12}{files:>7}{run.seconds:>9.2f}{run.cpu:>9.2f}{rate:>9.0f}{found:>10}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="a folder with many repositories")
    parser.add_argument("--runs", type=int, default=3, help="runs of each tool, of which the quickest counts")
    arguments = parser.parse_args()
    folder, runs = arguments.folder.resolve(), arguments.runs

    print(f"{'':<14}{'':<12}{'files':>7}{'seconds':>9}{'CPU':>9}{'files/s':>9}{'findings':>10}")
    whole = best(runs, [*DAGDOCK, str(folder)])
    report = whole.output
    if report is None:
        sys.exit("dagdock gave no report")
    line("dagdock", "all", report["files"]["checked"], whole, len(report["findings"]))
    for kind in NAMES:
        paths = list(files_of(folder, kind))
        if not paths:
            continue
        part = best(runs, [*DAGDOCK, *paths])
        line("dagdock", kind, len(paths), part, len(part.output["findings"]) if part.output else "failed")
        for name, peer in PEERS.items():
            if peer.kind == kind and shutil.which(peer.command[0]):
                timed = best(runs, [*peer.command, *paths])
                line(name, kind, len(paths), timed, peer.count(timed.output) if timed.output is not None else "failed")

    hits = Counter((finding["code"], finding["name"]) for finding in report["findings"])
    hit_files = Counter(
        (code, name) for code, name, _ in {(one["code"], one["name"], one["path"]) for one in report["findings"]}
    )
    print(f"\n{'rule':<44}{'findings':>9}{'files':>8}")
    for rule, count in sorted(hits.items(), key=lambda item: (-item[1], item[0])):
        print(f"{' '.join(rule):<44}{count:>9}{hit_files[rule]:>8}")
    if report["errors"]:
        print(f"\nnot checked: {len(report['errors'])}")
        for error in report["errors"]:
            print(f"  {error['path']}: {error['rule'] or ''} {error['message']}")


if __name__ == "__main__":
    main()
