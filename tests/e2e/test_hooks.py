"""The hooks in the real pre-commit: installed from this checkout, run in a scratch repository."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
HOOKS: list[str] = [
    hook["id"] for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
]
CLEAN = b'FROM example.com/base:3.20\nUSER 1000\nCMD ["b"]\n'
TWICE = (
    b'# \xc3\xa9 \xf0\x9f\x90\xb3\r\nFROM example.com/a:3.20\r\nUSER 1000\r\nLABEL a="\xff"\r\nCMD ["a"]\r\nCMD ["b"]'
)
ONCE = TWICE.replace(b'CMD ["a"]\r\n', b"")

Run = Callable[..., subprocess.CompletedProcess[str]]


class Scratch:
    """A git repository whose files are all staged, and pre-commit in it."""

    def __init__(self, folder: Path, run: Run) -> None:
        self.folder = folder
        self.run = run
        run(folder, "git", "init", "--quiet", check=True)

    def write(self, files: Mapping[str, bytes]) -> None:
        for path, content in files.items():
            (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / path).write_bytes(content)
        self.run(self.folder, "git", "add", "--all", check=True)


def outcomes(done: subprocess.CompletedProcess[str]) -> dict[str, str]:
    """What became of each hook, by its title."""
    return dict(re.findall(r"^(dagdock.*?)\.{3,}(?:\(.*\))?(Passed|Failed|Skipped)$", done.stdout, re.MULTILINE))


@pytest.fixture(scope="module")
def run(need: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A command in a folder, git and pre-commit with no settings but these."""
    need("git")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PRE_COMMIT"))}
    environment = {
        **clean,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        **{f"GIT_{who}_{what}": "hooks@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
        "PRE_COMMIT_HOME": str(tmp_path_factory.mktemp("home")),
        "PRE_COMMIT_COLOR": "never",
    }

    def command(folder: Path, *words: str, check: bool = False) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            words, cwd=folder, env=environment, capture_output=True, encoding="utf-8", errors="replace", check=check
        )

    return command


@pytest.fixture(scope="module")
def checkout(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with what is installed of this one, as it stands now, committed or not."""
    folder = tmp_path_factory.mktemp("checkout")
    for name in ("lint", "rules"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml"):
        shutil.copy(ROOT / name, folder / name)
    for words in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message", "All"]):
        run(folder, "git", *words, check=True)
    return folder


@pytest.fixture(scope="module")
def pre_commit(need: Callable[..., str], run: Run, checkout: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """pre-commit with all hooks of the checkout configured; one environment serves them all."""
    program = need("pre-commit")
    revision = run(checkout, "git", "rev-parse", "HEAD", check=True).stdout.strip()

    def command(scratch: Scratch, *words: str, args: Sequence[str] = ()) -> subprocess.CompletedProcess[str]:
        hooks = [{"id": name, "args": [*args]} for name in HOOKS]
        config = {"repos": [{"repo": checkout.as_uri(), "rev": revision, "hooks": hooks}]}
        scratch.write({".pre-commit-config.yaml": yaml.safe_dump(config).encode()})
        return run(scratch.folder, program, "run", *words)

    return command


@pytest.fixture
def scratch(tmp_path: Path, run: Run) -> Scratch:
    return Scratch(tmp_path, run)


def test_try_repo_fails_with_findings_mends_and_passes_when_clean(
    scratch: Scratch, checkout: Path, run: Run, need: Callable[..., str]
) -> None:
    scratch.write({"Dockerfile": TWICE})
    words = (need("pre-commit"), "try-repo", str(checkout), "--all-files")
    first = run(scratch.folder, *words)
    assert first.returncode == 1, first.stdout + first.stderr
    assert outcomes(first) == {
        "dagdock": "Failed",
        "dagdock (Airflow DAGs)": "Skipped",
        "dagdock (Compose files)": "Skipped",
        "dagdock (Dockerfiles)": "Failed",
        "dagdock (mend what is safe to mend)": "Failed",
        "dagdock (the whole project)": "Passed",  # it comes last, after the mending
    }
    assert "Dockerfile:5:1 warning[DF605 multiple-cmd]" in first.stdout
    assert "- files were modified by this hook" in first.stdout
    assert (scratch.folder / "Dockerfile").read_bytes() == ONCE

    second = run(scratch.folder, *words)
    assert second.returncode == 0, second.stdout + second.stderr
    assert set(outcomes(second).values()) == {"Passed", "Skipped"}
    assert (scratch.folder / "Dockerfile").read_bytes() == ONCE


def test_the_commit_itself_is_stopped(scratch: Scratch, pre_commit: Run) -> None:
    scratch.write({"Dockerfile": CLEAN, "web/Dockerfile": TWICE})
    done = pre_commit(scratch, "dagdock")
    assert done.returncode == 1
    assert "web/Dockerfile:5:1 warning[DF605 multiple-cmd]" in done.stdout
    assert "2 files" in done.stdout
    scratch.write({"web/Dockerfile": CLEAN})
    assert pre_commit(scratch, "dagdock").returncode == 0


def test_mending_changes_the_bytes_of_the_fix_and_no_other(scratch: Scratch, pre_commit: Run) -> None:
    binary = b"FROM alpine:latest\n\0\x01\x02"
    scratch.write({"Dockerfile": TWICE, "dead.Dockerfile": binary, "clean/Dockerfile": CLEAN})
    done = pre_commit(scratch, "dagdock-fix")
    assert done.returncode == 1
    assert "- files were modified by this hook" in done.stdout
    assert (scratch.folder / "Dockerfile").read_bytes() == ONCE
    assert (scratch.folder / "dead.Dockerfile").read_bytes() == binary
    assert (scratch.folder / "clean/Dockerfile").read_bytes() == CLEAN
    assert "dead.Dockerfile: " in done.stdout
    (scratch.folder / "dead.Dockerfile").unlink()
    scratch.write({})
    assert pre_commit(scratch, "dagdock-fix").returncode == 0


def test_what_cannot_be_mended_fails_without_a_change(scratch: Scratch, pre_commit: Run) -> None:
    scratch.write({"Dockerfile": b"FROM alpine:latest\nUSER 1000\n"})
    done = pre_commit(scratch, "dagdock-fix")
    assert done.returncode == 1
    assert "files were modified" not in done.stdout
    assert "1 problem in 1 of 1 file" in done.stdout


def test_names_that_file_tags_do_not_know_are_checked(scratch: Scratch, pre_commit: Run) -> None:
    names = ["app.dockerfile", "Dockerfile-alpine", "a/DOCKERFILE", "Containerfile", "Dockerfile_x", "dockerfile"]
    others = {
        "Dockerfile.dockerignore": b"FROM alpine:latest\n",
        "web.Dockerfile.j2": b"FROM {{ image }}:latest\n",
        "values.yaml": b"image: a:latest\n",
        "setup.py": b"import airflow\n",
    }
    scratch.write({**dict.fromkeys(names, TWICE), **others})
    done = pre_commit(scratch, "dagdock", "--all-files")
    assert {line.partition(":")[0] for line in done.stdout.splitlines() if "[DF605 " in line} == set(names)
    assert not any(name in done.stdout for name in others)


def test_the_narrow_hooks_look_at_their_kind_alone(scratch: Scratch, pre_commit: Run) -> None:
    dag = b'import pendulum\nfrom airflow.models import DAG\n\nwith DAG(dag_id="a", dag_id="b"):\n    pass\n'
    compose = b"services:\n  a:\n    image: a:1.2\n    image: a:1.3\n"
    scratch.write({"Dockerfile": TWICE, "stack.yml": compose, "pipelines/load.py": dag})
    for hook, path in (("docker", "Dockerfile"), ("compose", "stack.yml"), ("airflow", "pipelines/load.py")):
        done = pre_commit(scratch, f"dagdock-{hook}", "--all-files")
        assert done.returncode == 1, done.stdout
        assert set(re.findall(r"^(\S+?):\d+:\d+ ", done.stdout, re.MULTILINE)) == {path}


def test_exclude_holds_for_names_that_pre_commit_gives(scratch: Scratch, pre_commit: Run) -> None:
    scratch.write({"old/Dockerfile": TWICE, "dagdock.toml": b'exclude = ["old"]\n'})
    assert pre_commit(scratch, "dagdock").returncode == 0
    assert pre_commit(scratch, "dagdock-project").returncode == 0
    scratch.write({"dagdock.toml": b""})
    assert pre_commit(scratch, "dagdock").returncode == 1
    assert pre_commit(scratch, "dagdock-project").returncode == 1


def test_a_mistake_in_the_configuration_stops_the_commit_and_says_where(scratch: Scratch, pre_commit: Run) -> None:
    scratch.write({"Dockerfile": CLEAN, "dagdock.toml": b"selct = []\n"})
    done = pre_commit(scratch, "dagdock")
    assert done.returncode == 1
    assert "- exit code: 2" in done.stdout
    assert "dagdock.toml" in done.stdout and "select" in done.stdout


def test_hooks_find_in_the_shop_what_the_command_line_finds(
    scratch: Scratch, pre_commit: Run, checkout: Path, run: Run
) -> None:
    shutil.copytree(ROOT / "fixtures/projects/shop", scratch.folder, dirs_exist_ok=True)
    scratch.write({})
    main = (
        f"import sys; sys.path[:0] = {[str(checkout / 'lint'), str(checkout / 'rules')]}; import dagdock.cli as cli; "
    )
    done = run(scratch.folder, sys.executable, "-c", f"{main}cli.main(['check', '--format', 'json'])")
    expected = json.loads(done.stdout)["findings"]
    assert len(expected) > 20
    for hook in ("dagdock", "dagdock-project"):
        said = pre_commit(scratch, hook, "--all-files", args=["--format", "json"]).stdout
        assert json.loads(said[said.index("{") : said.rindex("}") + 1])["findings"] == expected, hook
