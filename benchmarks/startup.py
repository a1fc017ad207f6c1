"""Times one small file as a whole process, beside a bare Python and beside peers found on PATH.

The commands take turns, so that a busy moment of the machine falls on all of them alike.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

DOCKERFILE = """\
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt ./
RUN pip install --no-cache-dir -r requirements.txt
COPY app.py ./
USER 1000
EXPOSE 8000
CMD ["python", "app.py"]
"""
COMPOSE = """\
services:
  db:
    image: postgres:16.6
    volumes: ["data:/var/lib/postgresql/data"]
    healthcheck: {test: ["CMD", "pg_isready"]}
  app:
    image: shop-app:1.0
    depends_on: {db: {condition: service_healthy}}
    ports: ["127.0.0.1:8000:8000"]
volumes:
  data:
"""
DAG = """\
from datetime import datetime

from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG(dag_id="hello", schedule="@daily", start_date=datetime(2024, 1, 1), catchup=False) as dag:
    BashOperator(task_id="hello", bash_command="echo hello") >> BashOperator(task_id="bye", bash_command="echo bye")
"""


def commands(folder: Path) -> dict[str, list[str]]:
    """What to time, by its name in the table. Peers that are not installed are left out."""
    dockerfile, compose, dag = folder / "one/Dockerfile", folder / "two/compose.yaml", folder / "three/hello.py"
    for path, text in {dockerfile: DOCKERFILE, compose: COMPOSE, dag: DAG}.items():
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
        (path.parent / "requirements.txt").touch()
        (path.parent / "app.py").touch()
    installed = Path(sys.executable).with_name("dagdock")
    dagdock = [str(installed)] if installed.exists() else [sys.executable, "-m", "dagdock"]
    wanted = {
        "python -c pass": [sys.executable, "-c", "pass"],
        "dagdock, Dockerfile": [*dagdock, "check", str(dockerfile)],
        "dagdock, Compose file": [*dagdock, "check", str(compose)],
        "dagdock, DAG": [*dagdock, "check", str(dag)],
        "hadolint, Dockerfile": ["hadolint", str(dockerfile)],
        "dclint, Compose file": ["dclint", str(compose)],
        "compose-lint, Compose file": ["compose-lint", str(compose)],
        "ruff --select AIR, DAG": ["ruff", "check", "--isolated", "--no-cache", "--select", "AIR", str(dag)],
    }
    return {name: command for name, command in wanted.items() if shutil.which(command[0])}


def milliseconds(command: list[str], folder: Path) -> float:
    """Wall time of the whole process, from before its start until after its end."""
    start = time.perf_counter()
    run = subprocess.run(
        command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False
    )
    elapsed = (time.perf_counter() - start) * 1000
    if run.returncode not in (0, 1):
        sys.exit(f"{' '.join(command)} ended with {run.returncode}: {run.stderr.decode(errors='replace')}")
    return elapsed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=30, help="rounds that count, after two that do not (default 30)")
    rounds = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        contestants = commands(folder)
        times: dict[str, list[float]] = {contestant: [] for contestant in contestants}
        for number in range(rounds + 2):
            for contestant, command in contestants.items():
                elapsed = milliseconds(command, folder)
                if number >= 2:
                    times[contestant].append(elapsed)
    print(f"{'milliseconds, whole process':<30}{'min':>8}{'median':>8}")
    for contestant, measured in times.items():
        print(f"{contestant:<30}{min(measured):>8.1f}{statistics.median(measured):>8.1f}")


if __name__ == "__main__":
    main()
