"""The GitHub Action: its steps, run as the runner runs them, with the variables that it sets."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
LATEST = "FROM alpine:latest\nUSER 1000\n"
CLEAN = "FROM scratch\nUSER 1000\n"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="bash, as on the runners of Unix")


class Run:
    """One use of the action in a job: a workspace, and files that the runner reads afterwards."""

    def __init__(self, folder: Path) -> None:
        self.workspace = folder / "work space"
        self.temp = folder / "temp dir"
        self.summary = folder / "summary"
        self.outputs: dict[str, dict[str, str]] = {}
        self.log = ""
        for made in (self.workspace / ".git", self.temp):
            made.mkdir(parents=True)
        self.summary.write_text("")

    def step(self, name: str, inputs: dict[str, str], **more: str) -> int:
        """Runs one step of the action; gives its exit status."""
        (step,) = (step for step in ACTION["runs"]["steps"] if step["id"] == name)
        given = {key: str(about.get("default", "")) for key, about in ACTION["inputs"].items()} | inputs
        assert set(given) == set(ACTION["inputs"])

        def value(expression: re.Match[str]) -> str:
            kind, *names = expression[1].split(".")
            return given[names[0]] if kind == "inputs" else self.outputs.get(names[0], {}).get(names[2], "")

        written = self.temp / "output"
        written.write_text("")
        script = self.temp / "step.sh"
        script.write_text(step["run"])
        kept = {
            key: os.environ[key] for key in os.environ if key.startswith("PIP_") or key in ("PATH", "HOME", "TMPDIR")
        }
        environment = {
            **kept,
            **{key: re.sub(r"\$\{\{ ([\w.-]+) \}\}", value, text) for key, text in step["env"].items()},
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION_PATH": str(ROOT),
            "GITHUB_OUTPUT": str(written),
            "GITHUB_STEP_SUMMARY": str(self.summary),
            "GITHUB_WORKSPACE": str(self.workspace),
            "RUNNER_TEMP": str(self.temp),
            "PYTHONPATH": str(self.workspace),
            "DAGDOCK_SHELLCHECK": "off",
            **more,
        }
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
            cwd=self.workspace,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        self.log = done.stdout.decode()
        assert "Traceback" not in self.log
        found = re.findall(r"^([\w-]+)<<(\w+)\n(.*?)\n\2$", written.read_text(), re.DOTALL | re.MULTILINE)
        self.outputs[name] = {key: text for key, _, text in found}
        return done.returncode

    def check(self, **inputs: str) -> int:
        """The step `check`, with the dagdock of these tests installed."""
        self.outputs["install"] = {"python": sys.executable}
        return self.step("check", {"python": sys.executable, **{key.replace("_", "-"): inputs[key] for key in inputs}})

    @property
    def commands(self) -> list[str]:
        """The lines of the log that the runner follows."""
        found, token = [], ""
        for line in self.log.splitlines():
            if token:
                token = "" if line == f"::{token}::" else token
            elif line.startswith("::stop-commands::"):
                token = line.removeprefix("::stop-commands::")
            elif line.lstrip().startswith("::") or "##[" in line:
                found.append(line)
        assert not token
        return found


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run(tmp_path)


def test_what_is_declared() -> None:
    assert set(ACTION["outputs"]) == {"sarif-file", "findings", "exit-code"}
    for step in ACTION["runs"]["steps"]:
        assert "${{" not in step["run"], "an input in a command could be a command"
    used = re.findall(r"\$\{\{ inputs\.([\w-]+) \}\}", (ROOT / "action.yml").read_text())
    assert set(used) == set(ACTION["inputs"])


def test_others_accept_it(need: Callable[[str], str], tmp_path: Path) -> None:
    subprocess.run(
        [need("check-jsonschema"), "--builtin-schema", "vendor.github-actions", str(ROOT / "action.yml")], check=True
    )
    subprocess.run([need("zizmor"), "--offline", "--no-config", str(ROOT / "action.yml")], check=True)
    for step in ACTION["runs"]["steps"]:
        (tmp_path / "step.sh").write_text("#!/usr/bin/env bash\n" + step["run"])
        subprocess.run([need("shellcheck"), str(tmp_path / "step.sh")], check=True)


def test_clean(run: Run) -> None:
    (run.workspace / "Dockerfile").write_text(CLEAN)
    assert run.check() == 0
    assert run.outputs["check"] == {"exit-code": "0", "findings": "0", "sarif-file": "dagdock.sarif"}
    assert json.loads((run.workspace / "dagdock.sarif").read_text())["runs"][0]["results"] == []
    assert run.summary.read_text() == "## dagdock\n\nNo problems found in 1 file.\n\n"
    assert run.commands == []


def test_findings(run: Run) -> None:
    (run.workspace / "my app").mkdir()
    (run.workspace / "my app/Dockerfile").write_text(LATEST)
    run.summary.write_text("of another step\n")
    assert run.check(sarif_file="out/a b.sarif", category="apps", args="--select 'DF102'") == 1
    assert run.outputs["check"] == {"exit-code": "1", "findings": "1", "sarif-file": "out/a b.sarif"}
    log = json.loads((run.workspace / "out/a b.sarif").read_text())["runs"][0]
    assert log["automationDetails"]["id"] == "apps/"
    location = log["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert location == {"uri": "my%20app/Dockerfile", "uriBaseId": "SRCROOT"}
    (annotation,) = run.commands
    assert annotation.startswith("::warning title=DF102 latest-base-image,file=my app/Dockerfile,line=1,endLine=1,")
    assert run.summary.read_text().startswith("of another step\n## dagdock\n\nChecked 1 file.")
    assert "latest-base-image" in run.log and "\x1b[" in run.log


def test_inputs(run: Run) -> None:
    for folder in ("a b", "c"):
        (run.workspace / folder).mkdir()
        (run.workspace / folder / "Dockerfile").write_text(LATEST)
    assert run.check(paths="  a b\n\nc/Dockerfile\n", args="--select DF102") == 1
    assert run.outputs["check"]["findings"] == "2"
    assert run.check(paths="a b", args="--select DF102", fail_on="error", annotate="false", summary="false") == 0
    assert run.outputs["check"]["findings"] == "1"
    assert run.commands == [] and run.summary.read_text().count("## dagdock") == 1
    (run.workspace / "dagdock.sarif").unlink()
    assert run.check(sarif_file="") == 1
    assert run.outputs["check"]["sarif-file"] == "" and not (run.workspace / "dagdock.sarif").exists()


def test_known_findings_and_those_of_others(run: Run, need: Callable[[str], str]) -> None:
    (run.workspace / "Dockerfile").write_text(LATEST)
    assert run.check(args="--select DF102 --write-baseline 'known findings.json'", sarif_file="") == 0
    assert run.check(args="--select DF102", baseline="known findings.json") == 0
    assert run.outputs["check"]["findings"] == "0"

    def git(*arguments: str) -> None:
        who = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
        subprocess.run([need("git"), *who, *arguments], cwd=run.workspace, check=True, capture_output=True)

    (run.workspace / ".git").rmdir()
    git("init", "-q")
    git("add", "Dockerfile")
    git("commit", "-q", "-m", "first")
    (run.workspace / "b").mkdir()
    (run.workspace / "b/Dockerfile").write_text(LATEST)
    git("add", "b")
    assert run.check(args="--select DF102 --changed-since HEAD") == 1
    assert run.outputs["check"]["findings"] == "1"


def test_a_bad_configuration(run: Run) -> None:
    (run.workspace / "Dockerfile").write_text(CLEAN)
    (run.workspace / "dagdock.toml").write_text("selcet = []\n")
    assert run.check() == 2
    assert run.outputs["check"] == {"exit-code": "2", "findings": "", "sarif-file": ""}
    assert "selcet" in run.log and "select" in run.log
    assert run.commands == ["::error title=dagdock::nothing was checked; the log of this step says why"]
    (run.workspace / "dagdock.toml").unlink()
    assert run.check(args="--select 'DF") == 2
    assert run.commands == ["::error title=dagdock::the input `args` cannot be read: No closing quotation"]


def test_what_could_not_be_checked(run: Run) -> None:
    (run.workspace / "Dockerfile").write_text(CLEAN)
    assert run.check(paths="Dockerfile\nnowhere\n-x") == 2
    assert run.outputs["check"] == {"exit-code": "2", "findings": "0", "sarif-file": "dagdock.sarif"}
    assert run.commands == [
        "::error title=dagdock%3A failed,file=nowhere::no such file or folder",
        "::error title=dagdock%3A failed,file=-x::no such file or folder",
    ]
    assert "### Failed" in run.summary.read_text()


@pytest.mark.parametrize(
    "hostile", ["$(touch harmed)", "`touch harmed`", "'; touch harmed; '", '"; touch harmed; "', "a\n::set-output::b"]
)
def test_inputs_are_never_commands(run: Run, hostile: str) -> None:
    (run.workspace / "Dockerfile").write_text(CLEAN)
    for name in ("paths", "sarif_file", "category", "args", "fail_on", "baseline"):
        run.check(**{name: hostile})
        assert all(line.startswith("::error title=dagdock") for line in run.commands)
    assert run.step("install", {"python": sys.executable, "version": hostile}) == 2
    assert not list(run.workspace.rglob("*harmed"))


def test_the_repository_gives_no_commands_and_no_code(run: Run) -> None:
    """Neither by lines that look like commands for the runner, nor by modules that Python would import."""
    (run.workspace / "Dockerfile").write_text("FROM alpine:latest\n::add-path::/evil\n##[add-path]/evil\nUSER 1000\n")
    for module in ("json", "re", "dagdock", "venv", "sitecustomize"):
        (run.workspace / f"{module}.py").write_text("open('harmed', 'w')\n")
    assert run.check() == 1
    assert "evil" in run.log and all(line.startswith(("::error ", "::warning ", "::notice ")) for line in run.commands)
    assert not list(run.workspace.rglob("harmed"))


def test_a_version_is_a_version(run: Run) -> None:
    for version in ("git+https://example.com/x", "0.1 @ https://example.com/x", "--index-url=x", "0.1; a", "/tmp/x"):
        assert run.step("install", {"python": sys.executable, "version": version}) == 2
        assert run.outputs["install"] == {}


def test_from_the_checkout_of_the_action(run: Run) -> None:
    """The whole way, with nothing installed before; a hostile module in the workspace is not imported by pip either."""
    (run.workspace / "Dockerfile").write_text(LATEST)
    (run.workspace / "pip.py").write_text("raise SystemExit('imported')\n")
    inputs = {"python": sys.executable, "args": "--select DF102"}
    assert run.step("install", inputs) == 0, run.log
    assert run.outputs["install"]["python"].startswith(str(run.temp))
    assert run.step("check", inputs) == 1
    assert run.outputs["check"]["findings"] == "1"


def test_a_release(run: Run, need: Callable[[str], str], tmp_path: Path) -> None:
    (run.workspace / "Dockerfile").write_text(CLEAN)
    wheels = tmp_path / "wheels"
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(wheels), str(ROOT)],
        check=True,
        capture_output=True,
    )
    (wheel,) = wheels.iterdir()
    version = wheel.name.split("-")[1]
    inputs = {"python": sys.executable, "version": version}
    assert run.step("install", inputs, PIP_FIND_LINKS=str(wheels)) == 0, run.log
    assert run.step("check", inputs) == 0
    assert run.step("install", {**inputs, "version": "==0.0.0.dev0"}, PIP_FIND_LINKS=str(wheels)) == 2
    assert "::error title=dagdock::dagdock could not be installed" in run.log


def test_an_old_python_is_told_so(run: Run, tmp_path: Path) -> None:
    old = tmp_path / "old"
    old.write_text(f'#!/bin/sh\nshift\nexec "{sys.executable}" -c "import sys; sys.version_info = (3, 9); '
                   'sys.argv[:1] = []; exec(open(sys.argv[0]).read())" "$@"\n')  # fmt: skip
    old.chmod(0o755)
    assert run.step("install", {"python": str(old)}) == 2
    assert "::error title=dagdock::dagdock needs Python 3.10 or newer" in run.log
