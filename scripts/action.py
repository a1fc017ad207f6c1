"""The steps of the GitHub Action in action.yml: `install` puts dagdock into an environment of its own, `check` runs it.

Inputs come as environment variables. Everything runs with `python -I`, so that no file of the repository that is
checked, and no variable, becomes part of the program.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path


def install() -> int:
    """Makes a virtual environment with dagdock; its interpreter is the step's output `python`."""
    version = os.environ.get("INPUT_VERSION", "").strip()
    if not re.fullmatch(r"[\w.!*+<>=~, -]*", version, re.ASCII):
        return failed(f"the input `version` is no release of dagdock: {version!r}")
    if not version:
        what = os.environ["GITHUB_ACTION_PATH"]
    else:
        what = f"dagdock{version}" if version[0] in "<>=~!" else f"dagdock=={version}"
    home = Path(tempfile.mkdtemp(prefix="dagdock-", dir=os.environ.get("RUNNER_TEMP")))
    if subprocess.call([sys.executable, "-I", "-m", "venv", str(home)]):
        return failed("no virtual environment could be made; the log says why")
    python = str(home / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python"))
    pip = [python, "-I", "-m", "pip", "--quiet", "--disable-pip-version-check", "--no-input"]
    if subprocess.call([*pip, "install", what]):
        return failed("dagdock could not be installed; the log says why")
    output("python", python)
    return 0


def check() -> int:
    """Runs dagdock once, with all reports. Gives its exit status."""
    reports = Path(tempfile.mkdtemp(prefix="dagdock-", dir=os.environ.get("RUNNER_TEMP")))
    found, annotations = reports / "found.json", reports / "annotations"
    sarif, summary = given("SARIF_FILE"), os.environ.get("GITHUB_STEP_SUMMARY", "")
    written = [f"json:{found}"]
    written += [f"github:{annotations}"] if given("ANNOTATE") == "true" else []
    written += [f"sarif:{sarif}"] if sarif else []
    written += [f"markdown:{summary}"] if summary and given("SUMMARY") == "true" else []
    options = [f"--output={output}" for output in written]
    options += [
        f"{option}={given(name)}"
        for option, name in (("--fail-on", "FAIL_ON"), ("--sarif-category", "CATEGORY"), ("--baseline", "BASELINE"))
        if given(name)
    ]
    try:
        options += shlex.split(given("ARGS"))
    except ValueError as problem:
        return failed(f"the input `args` cannot be read: {problem}")
    paths = [line.strip() for line in given("PATHS").splitlines() if line.strip()]

    # A line of somebody's file may look like a command for the runner: none is followed until the token comes.
    token = secrets.token_hex(16)
    print(f"::stop-commands::{token}", flush=True)
    status = subprocess.call(
        [os.environ["INSTALLED"], "-I", "-m", "dagdock", "check", "--color=always", *options, "--", *paths]
    )
    print(f"\n::{token}::", flush=True)
    if annotations.exists():
        sys.stdout.flush()
        sys.stdout.buffer.write(annotations.read_bytes())
        sys.stdout.flush()

    output("exit-code", str(status))
    output("findings", str(len(json.loads(found.read_bytes())["findings"])) if found.exists() else "")
    output("sarif-file", sarif if sarif and found.exists() and os.path.exists(sarif) else "")
    if status not in (0, 1) and not found.exists():
        return failed("nothing was checked; the log of this step says why", status)
    return status


def given(name: str) -> str:
    return os.environ.get(f"INPUT_{name}", "").strip()


def output(name: str, value: str) -> None:
    """Sets an output of the step. The random delimiter keeps a value from setting another one."""
    delimiter = secrets.token_hex(16)
    with open(os.environ["GITHUB_OUTPUT"], "a", encoding="utf-8") as file:
        file.write(f"{name}<<{delimiter}\n{value}\n{delimiter}\n")


def failed(message: str, status: int = 2) -> int:
    escaped = message.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    print(f"::error title=dagdock::{escaped}", flush=True)
    return status


def main() -> int:
    if sys.version_info < (3, 10):  # noqa: UP036 -- whoever runs this may have an older one
        return failed(f"dagdock needs Python 3.10 or newer, and {sys.executable} is {sys.version.split()[0]}")
    return {"install": install, "check": check}[sys.argv[1]]()


if __name__ == "__main__":
    sys.exit(main())
