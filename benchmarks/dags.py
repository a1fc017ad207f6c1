"""Times a check of a folder of DAG files as a whole process, beside Python parsing the same files.

    python benchmarks/dags.py FOLDER [--runs 3]

Every Python file below FOLDER that looks like a DAG file counts. What is said is the CPU of a process and of those it
starts, its seconds and the memory of the largest one; the cheapest of the runs counts. `times` is the CPU in units of
`ast.parse`, with the start of Python taken off there and left in for dagdock.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

from dagdock.project.classify import classify

PARSE = """
import ast, sys, time
paths = sys.stdin.read().splitlines()
begin = time.process_time()
for path in paths:
    with open(path, "rb") as file:
        content = file.read()
    try:
        ast.parse(content)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        pass
print(time.process_time() - begin)
"""


class Cost(NamedTuple):
    cpu: float
    seconds: float
    megabytes: float


def dag_files(folder: Path) -> list[str]:
    found = []
    for where, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(where, name)
            if path.suffix == ".py" and path.is_file() and classify(name, path.read_bytes()) == "dag":
                found.append(str(path))
    return found


def parsing(paths: list[str]) -> Cost:
    """What `ast.parse` of the files costs, without the start of Python."""
    begin = time.perf_counter()
    command = [sys.executable, "-W", "ignore", "-c", PARSE]
    done = subprocess.run(command, input="\n".join(paths), capture_output=True, text=True, check=True)
    return Cost(float(done.stdout), time.perf_counter() - begin, 0)


def checking(paths: list[str], folder: Path, jobs: int) -> Cost:
    """What a check of the files costs, from the start of the process to its end."""
    command = [sys.executable, "-m", "dagdock", "check", "--isolated", "--no-cache", "--exit-zero", "--jobs", str(jobs)]
    begin = time.perf_counter()
    process = subprocess.Popen([*command, *paths], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"dagdock ended with {process.returncode}")
    return Cost(used.ru_utime + used.ru_stime, time.perf_counter() - begin, used.ru_maxrss / 1024)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="a folder with DAG files")
    parser.add_argument("--runs", type=int, default=3, help="how often each is measured (default: 3)")
    arguments = parser.parse_args()
    folder = arguments.folder.resolve()
    paths = [os.path.relpath(path, folder) for path in dag_files(folder)]
    if not paths:
        sys.exit(f"no DAG files below {folder}")
    os.chdir(folder)
    runs = [(parsing(paths), checking(paths, folder, 1), checking(paths, folder, 2)) for _ in range(arguments.runs)]
    best = [min(costs) for costs in zip(*runs, strict=True)]
    print(f"{len(paths)} files, {sum(map(os.path.getsize, paths)):,} bytes\n")
    print(f"{'':<18}{'CPU s':>8}{'times':>8}{'seconds':>9}{'MB':>6}")
    for name, cost in zip(("ast.parse", "dagdock, 1 job", "dagdock, 2 jobs"), best, strict=True):
        memory = f"{cost.megabytes:.0f}" if cost.megabytes else ""
        print(f"{name:<18}{cost.cpu:>8.2f}{cost.cpu / best[0].cpu:>8.1f}{cost.seconds:>9.2f}{memory:>6}")


if __name__ == "__main__":
    main()
