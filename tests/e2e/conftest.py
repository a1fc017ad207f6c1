"""What the tests of editors share: files to open, and what the command line says about them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
PYTHONPATH = os.pathsep.join([str(ROOT / "lint"), str(ROOT / "rules")])


class Sample(NamedTuple):
    """A file to open; what is to be found in it stands behind signs of two, three and four bytes."""

    path: str
    language: str
    text: str


SAMPLES = [
    Sample(
        "Dockerfile",
        "dockerfile",
        "# é 🐳 naïve\n"
        "FROM alpine:latest\n"
        'RUN echo "é 🐳 €" && apt-get install curl\n'
        "USER 1000\n"
        'CMD ["echo", "é 🐳"]\n'
        'CMD ["echo", "€"]\n',
    ),
    Sample(
        "compose.yaml",
        "yaml",
        "version: '3.8' # é 🐳\n"
        "services:\n"
        '  "é🐳": { image: "postgres:16.1", labels: { "é 🐳": "€" }, ports: ["5432:5432"] }\n'
        "  web:\n"
        "    image: nginx:1.27.0 # é 🐳 €\n"
        '    environment: ["é=🐳", \'NAME="x"\']\n',
    ),
    Sample(
        "dags/é_🐳.py",
        "python",
        "import pendulum\n"
        "from airflow import DAG\n"
        "from airflow.models import Variable\n"
        "from airflow.operators.bash import BashOperator\n"
        "\n"
        'GREETING = "é 🐳 €"; NAME = Variable.get("name")  # dagdock: ignore[AF601]\n'
        "\n"
        'with DAG(dag_id="a", description="é 🐳 €", schedule="@daily", start_date=pendulum.datetime(2024, 1, 1)):\n'
        '    BashOperator(task_id="a", bash_command="echo {{ ds }}")\n',
    ),
]


class Repository:
    """A folder with a sample in it, and the command line in that folder."""

    def __init__(self, folder: Path, sample: Sample) -> None:
        self.folder = folder
        self.sample = sample
        self.environment = {**os.environ, "PYTHONPATH": PYTHONPATH}
        self.server = [sys.executable, "-m", "dagdock", "lsp"]
        self.file = folder / sample.path
        (folder / ".git").mkdir()
        self.file.parent.mkdir(exist_ok=True)
        self.file.write_text(sample.text, encoding="utf-8", newline="")

    def dagdock(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "dagdock", *arguments],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )

    def findings(self) -> list[dict[str, Any]]:
        """What `dagdock check` finds in the file."""
        done = self.dagdock("check", "--format", "json", self.sample.path)
        return list(json.loads(done.stdout)["findings"])

    def mended(self) -> str:
        """The file as `dagdock check --fix` leaves it; it is put back afterwards."""
        self.dagdock("check", "--fix", self.sample.path)
        try:
            return self.file.read_bytes().decode()
        finally:
            self.file.write_text(self.sample.text, encoding="utf-8", newline="")

    def fixes(self) -> dict[str, str]:
        """The fixes of the findings: the title and code of each, and the file's text with that one alone applied."""
        return {
            f"{finding['fix']['description']} ({finding['code']}": apply(self.sample.text, finding["fix"]["edits"])
            for finding in self.findings()
            if "fix" in finding
        }


def apply(text: str, edits: list[dict[str, Any]]) -> str:
    """A text with the edits of a JSON report, whose lines and columns start at 1 and count code points."""
    lines = text.splitlines(keepends=True)

    def offset(place: dict[str, int]) -> int:
        return sum(map(len, lines[: place["line"] - 1])) + place["column"] - 1

    for edit in sorted(edits, key=lambda edit: offset(edit["start"]), reverse=True):
        text = text[: offset(edit["start"])] + edit["text"] + text[offset(edit["end"]) :]
    return text


@pytest.fixture(params=SAMPLES, ids=lambda sample: sample.language)
def repository(request: pytest.FixtureRequest, tmp_path: Path) -> Repository:
    return Repository(tmp_path, request.param)
