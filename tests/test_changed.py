"""`--changed-since`: what a change caused is shown, what was there is not, and a repository makes git run nothing."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from dagdock import cli
from dagdock.changed import Before
from dagdock.facts import Disk
from dagdock.git import Repository

Need = Callable[..., str]
OLD = "FROM debian:latest\nUSER 1000\n"


class Tree:
    """A git repository in a folder of its own, and `dagdock check` for a few rules in it."""

    def __init__(self, root: Path, git: str, capsys: pytest.CaptureFixture[str]) -> None:
        self.root = root
        self._git = git
        self._capsys = capsys
        self.err = ""
        self.out = ""
        self.status = 0
        root.mkdir(exist_ok=True)
        self.git("init", "-q", "-b", "main", ".")

    def git(self, *arguments: str, folder: str = ".") -> str:
        who = ["-c", "user.name=n", "-c", "user.email=e@example.org", "-c", "protocol.file.allow=always"]
        line = [self._git, *who, "-C", str(self.root / folder), *arguments]
        return subprocess.run(line, check=True, capture_output=True, text=True).stdout

    def write(self, path: str, text: str) -> None:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text, encoding="utf-8")

    def commit(self, *paths: str) -> None:
        self.git("add", *(paths or ["."]))
        self.git("commit", "-q", "-m", "x")

    def check(self, *arguments: str, select: str = "DF102,DF301,DF502,DF505,PJ002") -> list[str]:
        """Where something is shown: `path:line CODE`."""
        try:
            self.status = cli.main(["check", "--format", "concise", "--select", select, *arguments])
        except SystemExit as stop:
            self.status = int(stop.code or 0)
        self.out, self.err = self._capsys.readouterr()
        found = re.findall(r"^(\S+:\d+):\d+ \w+\[(\w+)", self.out, re.MULTILINE)
        return [f"{path} {code}" for path, code in found]


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], need: Need) -> Tree:
    for name in list(os.environ):
        if name.startswith("GIT_"):
            monkeypatch.delenv(name)
    tree = Tree(tmp_path / "repository", need("git"), capsys)
    monkeypatch.chdir(tree.root)
    return tree


def test_nothing_has_changed(tree: Tree) -> None:
    tree.write("Dockerfile", OLD)
    tree.commit()
    assert tree.check("--changed-since", "HEAD") == [] and tree.status == 0
    assert "1 problem not caused by the changes." in tree.out
    assert tree.check() == ["Dockerfile:1 DF102"]


def test_what_another_file_reports_was_there_too(tree: Tree) -> None:
    tree.write("compose.yaml", "include: [web/compose.yaml, api/compose.yaml]\n")
    for name in ("web", "api"):
        tree.write(f"{name}/compose.yaml", f"services:\n  {name}:\n    image: {name}:1.4\n    ports: ['80:80']\n")
    tree.commit()
    assert tree.check(select="DC202") == ["api/compose.yaml:4 DC202"]
    assert tree.check("--changed-since", "HEAD", select="DC202") == []
    tree.write("web/compose.yaml", "services:\n  web:\n    image: web:1.4\n")
    tree.commit()
    tree.write("web/compose.yaml", "services:\n  web:\n    image: web:1.4\n    ports: ['80:80']\n")
    assert tree.check("--changed-since", "HEAD", select="DC202") == ["api/compose.yaml:4 DC202"]


@pytest.mark.parametrize("staged", [True, False])
def test_only_what_a_change_brought(tree: Tree, staged: bool) -> None:
    tree.write("Dockerfile", OLD)
    tree.commit()
    tree.write("Dockerfile", "# moved\n" + OLD + "RUN apt-get update && apt-get install -y curl\n")
    tree.write("new/Dockerfile", OLD)
    if staged:
        tree.git("add", ".")
    assert tree.check("--changed-since", "HEAD") == ["Dockerfile:4 DF301", "new/Dockerfile:1 DF102"]
    assert tree.status == 1
    tree.commit()
    assert tree.check("--changed-since", "HEAD^") == ["Dockerfile:4 DF301", "new/Dockerfile:1 DF102"]


def test_what_was_there_in_a_changed_line_is_shown(tree: Tree) -> None:
    tree.write("Dockerfile", OLD)
    tree.commit()
    tree.write("Dockerfile", OLD.replace("debian", "ubuntu"))
    assert tree.check("--changed-since", "HEAD") == ["Dockerfile:1 DF102"]


def test_what_happened_on_the_other_branch_is_no_change(tree: Tree) -> None:
    tree.write("Dockerfile", OLD)
    tree.commit()
    tree.git("checkout", "-q", "-b", "work")
    tree.git("checkout", "-q", "main")
    tree.write("Dockerfile", "FROM debian:12\nUSER 1000\n")
    tree.commit()
    tree.git("checkout", "-q", "work")
    assert tree.check("--changed-since", "main") == []


def test_what_a_change_elsewhere_caused(tree: Tree) -> None:
    tree.write("Dockerfile", "FROM debian:12\nCOPY a.txt .\n")
    tree.write("a.txt", "")
    tree.write("x/compose.yaml", "services:\n  a:\n    build: ..\n  b:\n    build: ./gone\n")
    tree.commit()
    tree.write(".dockerignore", "*.txt\n")
    assert tree.check("--changed-since", "HEAD") == ["Dockerfile:2 DF505"]
    tree.git("mv", "Dockerfile", "Other.Dockerfile")
    assert tree.check("--changed-since", "HEAD") == ["Other.Dockerfile:2 DF505", "x/compose.yaml:3 PJ002"]


def test_what_a_deletion_caused(tree: Tree) -> None:
    tree.write("Dockerfile", "FROM debian:12\nCOPY . .\n")
    tree.write(".dockerignore", ".git\n")
    tree.commit()
    (tree.root / ".dockerignore").unlink()
    assert tree.check("--changed-since", "HEAD") == ["Dockerfile:2 DF502"]


def test_a_file_with_another_name(tree: Tree) -> None:
    tree.write("Dockerfile", OLD)
    tree.commit()
    tree.git("mv", "Dockerfile", "Other.Dockerfile")
    tree.write("Other.Dockerfile", OLD + "RUN apt-get update && apt-get install -y curl\n")
    assert tree.check("--changed-since", "HEAD") == ["Other.Dockerfile:3 DF301"]


def test_an_ignored_file_has_not_changed(tree: Tree) -> None:
    tree.write(".gitignore", "old.Dockerfile\n")
    tree.commit()
    tree.write("old.Dockerfile", OLD)
    assert tree.check("--changed-since", "HEAD", "old.Dockerfile") == []


def test_in_the_middle_of_a_merge(tree: Tree) -> None:
    tree.write("Dockerfile", OLD)
    tree.commit()
    tree.git("checkout", "-q", "-b", "work")
    tree.write("Dockerfile", OLD.replace("1000", "1001"))
    tree.commit()
    tree.git("checkout", "-q", "main")
    tree.write("Dockerfile", OLD.replace("1000", "1002"))
    tree.commit()
    with pytest.raises(subprocess.CalledProcessError):
        tree.git("merge", "work")
    tree.write("Dockerfile", OLD + "RUN apt-get update && apt-get install -y curl\n")
    assert tree.check("--changed-since", "HEAD") == ["Dockerfile:3 DF301"]


def test_from_a_folder_below_and_from_elsewhere(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    tree.write("a/Dockerfile", OLD)
    tree.commit()
    tree.write("a/Dockerfile", OLD + "RUN apt-get update && apt-get install -y curl\n")
    monkeypatch.chdir(tree.root / "a")
    assert tree.check("--changed-since", "HEAD") == ["Dockerfile:3 DF301"]
    monkeypatch.chdir(tree.root.parent)
    assert tree.check("--changed-since", "HEAD", "repository/a/Dockerfile") == ["repository/a/Dockerfile:3 DF301"]


def test_in_a_worktree(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    tree.write("Dockerfile", OLD)
    tree.commit()
    other = tree.root.parent / "other"
    tree.git("worktree", "add", "-q", str(other), "-b", "work")
    (other / "Dockerfile").write_text(OLD + "RUN apt-get update && apt-get install -y curl\n", encoding="utf-8")
    monkeypatch.chdir(other)
    assert tree.check("--changed-since", "main") == ["Dockerfile:3 DF301"]


def test_a_submodule_is_compared_with_the_commit_that_was_named(
    tree: Tree, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], need: Need
) -> None:
    inner = Tree(tree.root.parent / "inner", need("git"), capsys)
    inner.write("Dockerfile", OLD)
    inner.commit()
    tree.git("submodule", "add", "-q", str(inner.root), "sub")
    tree.commit()
    assert tree.check("--changed-since", "HEAD") == []
    tree.write("sub/Dockerfile", OLD + "RUN apt-get update && apt-get install -y curl\n")
    assert tree.check("--changed-since", "HEAD") == ["sub/Dockerfile:3 DF301"]
    tree.git("commit", "-q", "-a", "-m", "x", folder="sub")
    assert tree.check("--changed-since", "HEAD") == ["sub/Dockerfile:3 DF301"]
    monkeypatch.chdir(tree.root / "sub")
    assert tree.check("--changed-since", "HEAD^") == ["Dockerfile:3 DF301"]


def test_a_shallow_clone(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    for text in ("", "# a\n"):
        tree.write("Dockerfile", text + OLD)
        tree.commit()
    clone = tree.root.parent / "clone"
    subprocess.run(["git", "clone", "-q", "--depth", "1", tree.root.as_uri(), str(clone)], check=True)
    monkeypatch.chdir(clone)
    assert tree.check("--changed-since", "HEAD^") == [] and tree.status == 2
    assert "there is no revision `HEAD^`" in tree.err and "fetch-depth: 0" in tree.err


def test_standard_input_is_compared_with_the_file_as_it_was(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    import io
    import sys

    tree.write("Dockerfile", OLD)
    tree.commit()
    text = (OLD + "RUN apt-get update && apt-get install -y curl\n").encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))
    found = tree.check("--changed-since", "HEAD", "-", "--stdin-filename", "Dockerfile")
    assert found == ["Dockerfile:3 DF301"]


def test_fixes_leave_alone_what_was_there(tree: Tree) -> None:
    update = "RUN apt-get update && apt-get install -y curl\n"
    tree.write("Dockerfile", OLD + update)
    tree.write("new/Dockerfile", "FROM debian:12\n")
    tree.commit()
    tree.write("new/Dockerfile", "FROM debian:12\n" + update)
    tree.check("--changed-since", "HEAD", "--fix")
    assert "Fixed 1 problem." in tree.out or tree.status == 0
    assert (tree.root / "Dockerfile").read_text() == OLD + update
    assert "rm -rf" in (tree.root / "new/Dockerfile").read_text()


def test_together_with_a_baseline(tree: Tree) -> None:
    tree.write("a/Dockerfile", OLD)
    tree.commit()
    tree.write("b/Dockerfile", OLD)
    tree.check("--write-baseline", "known.json", "b")
    tree.write("c/Dockerfile", OLD)
    assert tree.check("--changed-since", "HEAD", "--baseline", "known.json") == ["c/Dockerfile:1 DF102"]
    assert "1 known from the baseline.\n1 problem not caused by the changes.\n" in tree.out
    assert "no more" not in tree.out


@pytest.mark.parametrize("form", ["json", "sarif", "github", "gitlab", "junit", "checkstyle"])
def test_every_format_leaves_out_what_was_there(tree: Tree, form: str) -> None:
    tree.write("old/Dockerfile", OLD)
    tree.commit()
    tree.write("new/Dockerfile", OLD)
    tree.check("--changed-since", "HEAD", "--format", form)
    assert tree.status == 1
    assert "new/Dockerfile" in tree.out and "old/Dockerfile" not in tree.out


@pytest.mark.parametrize(
    ("revision", "message"),
    [
        ("nowhere", "there is no revision `nowhere`"),
        ("--output=x", "`--output=x` is no revision"),
        ("", "`` is no revision"),
        ("HEAD:Dockerfile", "there is no revision `HEAD:Dockerfile`"),
        ("other", "have no commit in common"),
    ],
)
def test_a_revision_that_is_none(tree: Tree, revision: str, message: str) -> None:
    tree.git("checkout", "-q", "--orphan", "other")
    tree.write("Dockerfile", OLD)
    tree.commit()
    tree.git("checkout", "-q", "--orphan", "main")
    tree.write("Dockerfile", "# unrelated\n" + OLD)
    tree.commit()
    assert tree.check(f"--changed-since={revision}") == [] and tree.status == 2
    assert message in tree.err and "Traceback" not in tree.err


def test_without_a_repository_or_git(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    tree.write("Dockerfile", OLD)
    tree.commit()
    monkeypatch.setenv("PATH", f"{tree.root}{os.pathsep}.")
    tree.write("git", "#!/bin/sh\ntouch ran\n")
    (tree.root / "git").chmod(0o755)
    monkeypatch.setenv("PATH", ".")
    assert tree.check("--changed-since", "HEAD") == [] and tree.status == 2
    assert "git is not installed" in tree.err and not (tree.root / "ran").exists()
    shutil.rmtree(tree.root / ".git")
    tree.check("--changed-since", "HEAD")
    assert tree.status == 2 and "is in no git repository" in tree.err


def test_git_runs_nothing_that_a_repository_names(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    tree.write("Dockerfile", OLD)
    tree.write(".gitattributes", "* filter=evil diff=evil merge=evil text eol=lf\n")
    tree.commit()
    traps = tree.root.parent / "traps"
    traps.mkdir()

    def trap(name: str) -> str:
        script = traps / name
        script.write_text(f"#!/bin/sh\ntouch '{traps}/{name}-ran'\ncat\n", encoding="utf-8")
        script.chmod(0o755)
        return str(script)

    for key in (
        "filter.evil.clean", "filter.evil.smudge", "filter.evil.process", "diff.evil.command", "diff.evil.textconv",
        "diff.external", "core.fsmonitor", "core.pager", "pager.diff-index", "core.sshCommand", "core.askPass",
        "merge.evil.driver", "core.editor", "credential.helper", "core.gitProxy", "alias.diff-index", "alias.ls-files",
    ):  # fmt: skip
        tree.git("config", key, trap(key))
    tree.git("config", "filter.evil.required", "true")
    tree.git("config", "core.hooksPath", str(traps))
    for hook in ("post-index-change", "fsmonitor-watchman", "reference-transaction", "post-checkout"):
        trap(hook)
    tree.git("config", "remote.origin.url", f"ext::{trap('remote')}")
    tree.git("config", "remote.origin.promisor", "true")
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", trap("external-diff"))
    monkeypatch.setenv("GIT_PAGER", trap("pager"))
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    for ran in traps.glob("*-ran"):
        ran.unlink()  # `git config` itself may have asked the monitor
    os.utime(tree.root / "Dockerfile", (1, 1))
    tree.write("Dockerfile", OLD + "RUN apt-get update && apt-get install -y curl\n")
    tree.write("new/Dockerfile", OLD)
    assert tree.check("--changed-since", "HEAD") == ["Dockerfile:3 DF301", "new/Dockerfile:1 DF102"]
    assert [path.name for path in traps.glob("*-ran")] == []


def test_files_as_they_were(tree: Tree) -> None:
    tree.write("a/b/gone.txt", "gone")
    tree.write("kept.txt", "before")
    tree.write("same.txt", "same")
    tree.commit()
    shutil.rmtree(tree.root / "a")
    tree.write("kept.txt", "after")
    tree.write("new/deep/file.txt", "new")
    tree.write("a/other.txt", "new")
    repository = Repository(str(tree.root))
    before = Before(Disk(str(tree.root)), repository, "HEAD")
    assert before.names(".") == [".git", "a", "kept.txt", "same.txt"]
    assert before.folders(".") == [".git", "a"]
    assert before.names("a") == ["b"] and before.folders("a") == ["b"] and before.names("a/b") == ["gone.txt"]
    assert before.read("a/b/gone.txt") == b"gone" and before.read("kept.txt") == b"before"
    assert before.read("same.txt") == b"same" and before.read("new/deep/file.txt") is None
    assert before.is_dir("a/b") and not before.is_dir("new") and not before.is_dir("new/deep")
    assert not before.is_file("a/other.txt") and before.is_file("a/b/gone.txt")
    assert before.names("../x") == [] and before.read("../x") is None and not before.is_dir("..")
