"""Times an editor session: from a change to its diagnostics, with the whole server as a process of its own.

Speaks the protocol over standard input and output, and makes the files that it edits.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

LANGUAGES = {"Dockerfile": "dockerfile", ".yaml": "dockercompose", ".py": "python"}


class Editor:
    """A client that knows no more than it needs."""

    def __init__(self, folder: Path) -> None:
        self.server = subprocess.Popen(
            [sys.executable, "-m", "dagdock", "lsp"], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._versions: dict[str, int] = {}
        self.ask("initialize", {"processId": os.getpid(), "rootUri": folder.as_uri(), "capabilities": {}})
        self.tell("initialized", {})

    def tell(self, method: str, params: Any, **more: Any) -> None:
        assert self.server.stdin
        body = json.dumps({"jsonrpc": "2.0", "method": method, "params": params, **more}).encode()
        self.server.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self.server.stdin.flush()

    def ask(self, method: str, params: Any) -> Any:
        self.tell(method, params, id=1)
        while (message := self.hear()).get("id") != 1 or "method" in message:
            pass
        return message.get("result")

    def hear(self) -> dict[str, Any]:
        """The next message of the server."""
        assert self.server.stdout
        length = 0
        while line := self.server.stdout.readline().strip():
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        message: dict[str, Any] = json.loads(self.server.stdout.read(length))
        return message

    def open(self, path: Path, text: str) -> int:
        """Open a text; how many diagnostics it has."""
        self._versions[path.as_uri()] = 1
        language = next(word for ending, word in LANGUAGES.items() if path.name.endswith(ending))
        document = {"uri": path.as_uri(), "languageId": language, "version": 1, "text": text}
        self.tell("textDocument/didOpen", {"textDocument": document})
        return self._diagnostics(path)

    def edit(self, path: Path, line: int, column: int, text: str, length: int = 0) -> int:
        """Put a text in the place of another; how many diagnostics there are then."""
        self._versions[path.as_uri()] += 1
        change = {
            "range": {
                "start": {"line": line, "character": column},
                "end": {"line": line, "character": column + length},
            },
            "text": text,
        }
        document = {"uri": path.as_uri(), "version": self._versions[path.as_uri()]}
        self.tell("textDocument/didChange", {"textDocument": document, "contentChanges": [change]})
        return self._diagnostics(path)

    def close(self, path: Path) -> None:
        self.tell("textDocument/didClose", {"textDocument": {"uri": path.as_uri()}})

    def leave(self) -> None:
        self.ask("shutdown", None)
        self.tell("exit", None)
        self.server.wait(10)

    def _diagnostics(self, path: Path) -> int:
        uri = path.as_uri()
        while True:
            message = self.hear()
            params = message.get("params") or {}
            if message.get("method") != "textDocument/publishDiagnostics" or params["uri"] != uri:
                continue
            if params.get("version") == self._versions[uri]:
                return len(params["diagnostics"])


# Seconds between two letters of somebody who types very fast (200 words a minute).
GAP = 0.06


def dockerfile(lines: int) -> str:
    """A build of several stages, as they grow in real repositories."""
    text = "# syntax=docker/dockerfile:1\nARG PYTHON_VERSION=3.12\n"
    number = 0
    while text.count("\n") < lines:
        taken = f"COPY --from=part{number} /src/part{number}/dist ./dist\n" if number else ""
        number += 1
        text += f"""
# part {number} of the build
FROM python:${{PYTHON_VERSION}}-slim-bookworm AS part{number}
ARG TARGETARCH
ENV PART=part{number} \\
    PIP_NO_CACHE_DIR=1
WORKDIR /src/part{number}
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked \\
    apt-get update && apt-get install -y --no-install-recommends \\
      build-essential \\
      ca-certificates \\
      curl \\
      git \\
    && rm -rf /var/lib/apt/lists/*
COPY part{number}/requirements.txt ./
RUN pip install -r requirements.txt
COPY part{number} ./
{taken}RUN <<EOF
set -eu
if [ "$TARGETARCH" = "arm64" ]; then
  echo "no wheels for $PART on $TARGETARCH" >&2
fi
python -m compileall -q .
EOF
RUN curl -fsSL https://example.com/tools/v1.{number}.tar.gz -o /tmp/tool.tar.gz \\
  && tar -xzf /tmp/tool.tar.gz -C /usr/local/bin \\
  && rm /tmp/tool.tar.gz
EXPOSE {8000 + number}
USER 1000
HEALTHCHECK CMD curl -f http://localhost:{8000 + number}/health || exit 1
CMD ["python", "-m", "part{number}"]
"""
    return text


def compose(lines: int) -> str:
    text = "x-common: &common\n  restart: unless-stopped\n  environment:\n    TZ: UTC\nservices:\n"
    number = 0
    while text.count("\n") < lines - 6:
        number += 1
        text += f"""\
  service{number}:
    <<: *common
    image: registry.example.com/team/service{number}:1.{number}
    command: ["serve", "--port", "{8000 + number}"]
    environment:
      DATABASE_URL: postgresql://db/service{number}
      LOG_LEVEL: ${{LOG_LEVEL:-info}}
      WORKERS: "4"
    ports:
      - "127.0.0.1:{8000 + number}:{8000 + number}"
    volumes:
      - data{number % 3}:/var/lib/service{number}
      - ./config/service{number}.yaml:/etc/service.yaml:ro
    depends_on:
      db:
        condition: service_healthy
    healthcheck:
      test: ["CMD", "curl", "-f", "http://localhost:{8000 + number}/health"]
      interval: 30s
      timeout: 5s
      retries: 3
    deploy:
      resources:
        limits:
          memory: 512M
"""
    text += "  db:\n    image: postgres:16.6\n    volumes: [data0:/var/lib/postgresql/data]\n"
    return text + "volumes:\n  data0:\n  data1:\n  data2:\n"


def dag(lines: int, name: str = "pipeline") -> str:
    text = """\
from datetime import datetime, timedelta

from airflow import DAG
from airflow.decorators import task
from airflow.models import Variable
from airflow.operators.bash import BashOperator
from airflow.operators.python import PythonOperator

DEFAULT_ARGS = {"owner": "data", "retries": 2, "retry_delay": timedelta(minutes=5)}

"""
    number = 0
    while text.count("\n") < lines:
        number += 1
        text += f'''
def load_{number}(table, **context):
    """Load one table."""
    bucket = Variable.get("bucket_{number}")
    rows = [row for row in range(100) if row % 2]
    print(f"loaded {{len(rows)}} rows of {{table}} from {{bucket}} for {{context['ds']}}")
    return len(rows)


with DAG(
    dag_id="{name}_{number}",
    schedule="@daily",
    start_date=datetime(2024, 1, 1),
    catchup=False,
    default_args=DEFAULT_ARGS,
    tags=["example"],
) as dag_{number}:
    extract = BashOperator(
        task_id="extract",
        bash_command="python /opt/jobs/extract.py --day {{{{ ds }}}} --part {number}",
    )
    loads = [
        PythonOperator(
            task_id=f"load_{{table}}",
            python_callable=load_{number},
            op_kwargs={{"table": table}},
        )
        for table in ("orders", "customers", "items")
    ]

    @task(retries=3)
    def report(count):
        return {{"rows": count}}

    extract >> loads >> report(3)

'''
    return text


def workspace(folder: Path) -> dict[str, Path]:
    """The files that are edited, by the names of their rows."""
    (folder / ".git").mkdir()
    files = {
        "Dockerfile, 500 lines": (folder / "image/Dockerfile", dockerfile(500)),
        "Compose file, 1,000 lines": (folder / "stack/compose.yaml", compose(1000)),
        "DAG file, 1,000 lines": (folder / "dags/pipeline.py", dag(1000)),
    }
    for path, text in files.values():
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
    return {name: path for name, (path, _) in files.items()}


def latencies(editor: Editor, path: Path, edits: int) -> list[float]:
    """Milliseconds from a change to its diagnostics: a letter typed into a comment at the end, and taken out again."""
    text = path.read_text(encoding="utf-8")
    editor.open(path, f"{text}# note: \n")
    line = text.count("\n")
    found = []
    for number in range(edits):
        typed = number % 20
        start = time.perf_counter()
        if typed < 19:
            editor.edit(path, line, 8 + typed, "x")
        else:
            editor.edit(path, line, 8, "", 19)
        found.append((time.perf_counter() - start) * 1000)
        time.sleep(GAP)
    editor.close(path)
    return found


def memory(editor: Editor, folder: Path, files: int) -> float | None:
    """Megabytes of the server with some files open; None where the system does not say."""
    made = {"Dockerfile": dockerfile(40), "compose.yaml": compose(80), "dag.py": dag(100)}
    for number in range(files):
        name, text = list(made.items())[number % 3]
        path = folder / "many" / f"part{number}" / name
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
        editor.open(path, text)
    try:
        status = Path(f"/proc/{editor.server.pid}/status").read_text(encoding="ascii")
    except OSError:
        return None
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--edits", type=int, default=200, help="changes of each file (default 200)")
    parser.add_argument("--files", type=int, default=300, help="how many files to open for the memory (default 300)")
    parser.add_argument("paths", metavar="PATH", nargs="*", type=Path, help="files to edit in place of the made ones")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        files = workspace(folder)
        if arguments.paths:
            files = {path.name: path.resolve() for path in arguments.paths}
        editor = Editor(folder)
        print(f"{'milliseconds to diagnostics':<30}{'min':>8}{'median':>8}{'p95':>8}{'max':>8}")
        for row, path in files.items():
            found = sorted(latencies(editor, path, arguments.edits))
            p95 = found[int(len(found) * 0.95)]
            print(f"{row:<30}{found[0]:>8.1f}{statistics.median(found):>8.1f}{p95:>8.1f}{found[-1]:>8.1f}")
        megabytes = memory(editor, folder, arguments.files)
        if megabytes is not None:
            print(f"{arguments.files} files open: {megabytes:.0f} MB")
        editor.leave()


if __name__ == "__main__":
    main()
