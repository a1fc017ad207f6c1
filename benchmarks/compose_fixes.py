"""Tries every fix of every Compose file below a folder, beside the real Docker Compose: what do the results mean?

    python benchmarks/compose_fixes.py FOLDER [--compose BINARY]

FOLDER holds a folder for each project. All rules are on. All safe fixes of a file are applied as `--fix` does, and all
fixes as `--unsafe-fixes` does, to a copy. Then

- `docker compose config` of the safe result must be what it was before
- what Compose took before, it must take after all fixes, too, but for variables that it now demands
- no comment may be lost, but for those that silence what is gone
- a second run must change nothing
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from compose import Answer, ask, own_binary

from dagdock.compose import ComposeFile
from dagdock.engine import Linter, Workspace
from dagdock.fix import Safety
from dagdock.mend import Mending
from dagdock.project import parse
from dagdock.project.classify import classify
from dagdock.selection import Choice
from dagdock.suppress import comments, silences
from dagdock.text import Source

SAFE: Sequence[Safety] = ("safe",)
ALL: Sequence[Safety] = ("safe", "unsafe")


def compose_files(folder: Path) -> list[Path]:
    return [
        path
        for path in sorted(folder.rglob("*.y*ml"))
        if path.is_file() and ".git" not in path.parts and classify(path.name, path.read_bytes()) == "compose"
    ]


def mended(linter: Linter, path: Path, safeties: Sequence[Safety]) -> tuple[bytes, list[str]]:
    """What the fixes of a file come to, and what is wrong with it as a text."""
    workspace = Workspace()
    target = workspace.target(str(path))
    before = path.read_bytes()
    first = Mending(linter, workspace, [target], safeties)
    after = first.content(target) or before
    if after == before:
        return before, []
    again = workspace.with_files({target.root: {target.path: after}})
    faults = [note for note in first.notes if "do not settle" in note]
    if (Mending(linter, again, [target], safeties).content(target) or after) != after:
        faults.append("a second run changes it")
    if lost := told(path, before) - told(path, after):
        faults.append(f"lost the comment {next(iter(lost))!r}")
    return after, faults


def told(path: Path, content: bytes) -> Counter[str]:
    """The comments of a file, without those that silence."""
    document = parse(Source(path.name, content.decode("utf-8", "surrogateescape")), "compose")
    if not isinstance(document, ComposeFile):
        return Counter()
    texts = (comment.text.strip() for comment in comments(document))
    return Counter(text for text in texts if not silences(text, document))


def model(answer: Answer, place: Path) -> Any:
    """What Compose made of a file, with the folder that it lies in left out."""
    return json.loads(answer.model.replace(str(place), "")) if answer.code == 0 else None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="a folder with a folder for each project")
    parser.add_argument("--compose", default=own_binary(), help="Compose's own binary")
    arguments = parser.parse_args()
    top = arguments.folder.resolve()
    linter = Linter(choice=Choice(select=("ALL",)))
    counts: Counter[str] = Counter()
    faults: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "copy")
        shutil.copytree(top, copy, symlinks=True, ignore=shutil.ignore_patterns(".git", "node_modules"))
        questions: list[tuple[str, Path, bool]] = []
        for path in compose_files(top):
            counts["files"] += 1
            name = path.relative_to(top)
            for safeties in (SAFE, ALL):
                after, wrong = mended(linter, path, safeties)
                kind = "safe" if safeties is SAFE else "all"
                faults += [f"{name} ({kind}): {fault}" for fault in wrong]
                if after != path.read_bytes():
                    counts[f"{kind}: changed"] += 1
                    changed = copy / name.with_name(f"{kind}.{name.name}")
                    changed.write_bytes(after)
                    questions.append((str(name), changed, safeties is SAFE))
        projects = {one: copy / Path(one).parts[0] for one, *_ in questions}
        with ThreadPoolExecutor() as pool:
            olds = pool.map(lambda one: ask(arguments.compose, (str(copy / one[0]),), projects[one[0]]), questions)
            news = pool.map(lambda one: ask(arguments.compose, (str(one[1]),), projects[one[0]]), questions)
            for (shown, _, is_safe), old, new in zip(questions, olds, news, strict=True):
                if old.code != 0:
                    counts["not compared: Compose refuses the file as it is"] += 1
                elif new.code != 0 and (is_safe or "required variable" not in new.message):
                    faults.append(f"{shown} ({'safe' if is_safe else 'all'}): refused now: {new.message[:200]}")
                elif is_safe and model(old, copy) != model(new, copy):
                    faults.append(f"{shown} (safe): another model")
                else:
                    counts[f"{'safe' if is_safe else 'all'}: compared"] += 1
    for what, number in counts.items():
        print(f"{number:6} {what}")
    print(f"{len(faults):6} faults")
    print("\n".join(faults))
    raise SystemExit(bool(faults))


if __name__ == "__main__":
    main()
