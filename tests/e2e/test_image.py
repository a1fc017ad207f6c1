"""The image of dagdock: its Dockerfile as the official parser reads it, and its commands run without an engine."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from dagdock.ignorefile import parse
from dagdock.text import Source

ROOT = Path(__file__).parents[2]
READ = """\
import dockerfile, json
print(json.dumps([(command.cmd, command.flags, command.value) for command in dockerfile.parse_file("Dockerfile")]))
"""


class Instruction(NamedTuple):
    name: str
    flags: list[str]
    values: list[str]


@pytest.fixture(scope="module")
def instructions() -> list[Instruction]:
    pytest.importorskip("dockerfile")
    # In a process of its own: it hangs where the process has forked.
    done = subprocess.run([sys.executable, "-c", READ], cwd=ROOT, check=True, capture_output=True)
    return [Instruction(name.upper(), flags, values) for name, flags, values in json.loads(done.stdout)]


def context(folder: Path) -> Path:
    """A build context: what .dockerignore leaves of the checkout."""
    ignored = parse(Source(".dockerignore", (ROOT / ".dockerignore").read_bytes())).ignored
    for name in ("pyproject.toml", "README.md", "LICENSE", "lint", "rules", "tests"):
        files = [path for path in (ROOT / name).rglob("*") if path.is_file()] or [ROOT / name]
        for path in files:
            relative = path.relative_to(ROOT).as_posix()
            if not ignored(relative):
                (folder / relative).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, folder / relative)
    return folder


def test_dagdock_finds_nothing_in_it() -> None:
    command = [sys.executable, "-m", "dagdock", "check", "--isolated", "Dockerfile"]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True)
    assert (done.returncode, done.stdout.decode()) == (0, "No problems found in 1 file.\n")


def test_it_runs_as_a_user_and_takes_a_command(instructions: list[Instruction]) -> None:
    last = instructions[max(number for number, found in enumerate(instructions) if found.name == "FROM") :]
    about = {found.name: found.values for found in last}
    assert about["USER"] == ["65532:65532"]
    assert (about["ENTRYPOINT"], about["CMD"], about["WORKDIR"]) == (["/opt/dagdock/bin/dagdock"], ["check"], ["/work"])


def test_the_context_holds_only_what_is_needed(tmp_path: Path) -> None:
    kept = {path.name for path in context(tmp_path).iterdir()}
    assert kept == {"pyproject.toml", "README.md", "LICENSE", "lint", "rules"}
    assert not list(tmp_path.rglob("__pycache__"))


@pytest.mark.skipif(sys.platform == "win32", reason="the shell of the image")
@pytest.mark.skipif(sys.version_info < (3, 11), reason="the image's Python has tomllib")
def test_its_commands_build_a_dagdock_that_works(instructions: list[Instruction], tmp_path: Path) -> None:
    """Its first stage by hand: COPY copies, RUN runs, with folders below this test's in place of the image's."""
    source, work, home = context(tmp_path / "context"), tmp_path / "build", tmp_path / "opt/dagdock"
    work.mkdir()
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    for name, flags, values in instructions:
        if name == "COPY" and not flags:
            *sources, target = values
            for each in sources:
                if (source / each).is_dir():
                    shutil.copytree(source / each, work / target, dirs_exist_ok=True)
                else:
                    shutil.copy(source / each, work / target)
        elif name == "RUN":
            command = values[0].replace("/opt/dagdock", str(home))
            subprocess.run(["sh", "-c", command], cwd=work, env={**os.environ, "PATH": path}, check=True)
    (tmp_path / "Dockerfile").write_text("FROM alpine:latest\n")
    done = subprocess.run(
        [str(home / "bin/dagdock"), "check", "--select", "DF102", "--quiet", "--format", "concise"],
        cwd=tmp_path,
        check=False,
        capture_output=True,
    )
    assert done.returncode == 1 and done.stdout.startswith(b"Dockerfile:1:6 ")
