"""Compose files that nobody wrote in earnest: what they name is said clearly, in bounded time and memory.

Each is checked by a process of its own, which the system ends where it takes too much.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

WEB = "services:\n  web:\n    image: nginx:1.27\n    restart: always\n"
Files = dict[str, str | bytes]
SECONDS = 60
MEGABYTES = 2000
LIMITED = (
    "import resource, sys\n"
    f"resource.setrlimit(resource.RLIMIT_CPU, ({SECONDS}, {SECONDS}))\n"
    f"resource.setrlimit(resource.RLIMIT_AS, ({MEGABYTES} << 20, {MEGABYTES} << 20))\n"
    "from dagdock.cli import main\n"
    "sys.exit(main(sys.argv[1:]))\n"
)
unix = pytest.mark.skipif(sys.platform == "win32", reason="limits of Unix")


def many(text: str, number: int, first: int = 0) -> str:
    """A text so many times, `#` counted up in it and `@` one behind."""
    return "".join(text.replace("#", str(i)).replace("@", str(i - 1)) for i in range(first, number))


def report(folder: Path, files: Files, *more: str) -> dict[str, Any]:
    """What `dagdock check` says about a folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    command = [sys.executable, "-c", LIMITED, "check", ".", "--format", "json", "--isolated", *more]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1, 2), done.stderr
    assert "Traceback" not in done.stderr
    read: dict[str, Any] = json.loads(done.stdout)
    return read


def names(read: dict[str, Any]) -> set[str]:
    return {finding["name"] for finding in read["findings"]}


BOMBS: dict[str, str] = {
    "lists": "x-0: &a0 [lol, lol]\n"
    + many("x-#: &a# [*a@, *a@, *a@, *a@, *a@, *a@, *a@, *a@, *a@]\n", 40, 1)
    + WEB
    + "    command: *a39\n",
    "mappings": "x-0: &a0 {a: b}\n"
    + many("x-#: &a# {a: *a@, b: *a@, c: *a@, d: *a@, e: *a@, f: *a@}\n", 40, 1)
    + WEB
    + "    environment: *a39\n    labels: *a39\n    deploy: *a39\n",
    "merges": "x-0: &a0 {a: b}\n"
    + many("x-#: &a# {<<: [*a@, *a@, *a@], k#: 1}\n", 40, 1)
    + "services:\n  web:\n    <<: [*a39, *a39]\n    image: nginx:1.27\n",
    "defaults": WEB + '    environment:\n      A: "' + "${A:-" * 3000 + "x" + "}" * 3000 + '"\n',
    "ports": WEB + '    ports: ["1-65535:1-65535", "1-65535:1-65535/udp"]\n',
    "nesting": "services: " + "{a: " * 5000 + "}" * 5000,
    "one line": "services: {" + ", ".join(f"s{i}: {{image: nginx:1.27}}" for i in range(5000)) + "}\n",
    "documents": many("---\nservices:\n  s#:\n    image: nginx:1.27\n", 500),
    "colons": WEB + '    volumes: ["' + ":" * 50_000 + '"]\n    ports: ["' + ":" * 50_000 + '"]\n',
}


@unix
@pytest.mark.parametrize("name", BOMBS)
def test_small_files_that_mean_a_lot(name: str, tmp_path: Path) -> None:
    read = report(tmp_path, {"compose.yaml": BOMBS[name]}, "--select", "ALL")
    assert read["files"]["checked"] == 1
    assert read["errors"] == []
    assert read["findings"]


@unix
def test_variables_that_double_in_each_line(tmp_path: Path) -> None:
    doubling = "V0=aaaaaaaaaa\n" + many("V#=${V@}${V@}\n", 60, 1)
    read = report(tmp_path, {"compose.yaml": WEB + "    environment: {A: '${V59}'}\n", ".env": doubling})
    assert read["errors"] == []


@unix
def test_five_megabytes(tmp_path: Path) -> None:
    text = WEB + "    environment:\n" + many("      KEY_#: some text that stands for nothing at all\n", 80_000)
    assert 4_500_000 < len(text) < 5_000_000
    read = report(tmp_path, {"compose.yaml": text})
    assert (read["files"]["checked"], read["errors"]) == (1, [])


@unix
def test_more_than_five_megabytes(tmp_path: Path) -> None:
    read = report(tmp_path, {"compose.yaml": WEB + "# " + "x" * 5_100_000})
    assert ["too large" in error["message"] for error in read["errors"]] == [True]


@unix
def test_a_thousand_services(tmp_path: Path) -> None:
    service = (
        "  s#:\n    image: nginx:1.27\n    restart: always\n    depends_on: [s@]\n    volumes: ['v#:/data']\n"
        "    environment: {DB: 'postgres://x@s@:5432/x', HOST: localhost}\n"
    )
    text = "services:\n  s0:\n    image: nginx\n" + many(service, 1000, 1) + "volumes:\n" + many("  v#:\n", 1000, 1)
    read = report(tmp_path, {"compose.yaml": text}, "--select", "ALL")
    assert read["errors"] == []
    assert "image-tag-not-pinned" in names(read)


@unix
def test_a_thousand_services_of_airflow(tmp_path: Path) -> None:
    text = (
        "x-a: &a\n  image: apache/airflow:2.9.1\n  environment:\n    AIRFLOW__CORE__EXECUTOR: SequentialExecutor\n"
        "services:\n" + many("  s#:\n    <<: *a\n    command: scheduler\n", 1000)
    )
    read = report(tmp_path, {"compose.yaml": text}, "--select", "ALL")
    assert read["errors"] == []
    assert "airflow-sequential-executor" in names(read)


RINGS: dict[str, tuple[Files, str]] = {
    "a service extends itself": ({"compose.yaml": WEB + "    extends: web\n"}, "extends-cycle"),
    "two files extend each other": (
        {
            "compose.yaml": "services:\n  a:\n    extends: {file: b.yaml, service: b}\n",
            "b.yaml": "services:\n  b:\n    image: b:1\n    extends: {file: compose.yaml, service: a}\n",
        },
        "extends-cycle",
    ),
    "a file includes itself": ({"compose.yaml": "include: [compose.yaml]\n" + WEB}, "include-cycle"),
    "two files include each other": (
        {
            "compose.yaml": "include: [b.yaml]\n" + WEB,
            "b.yaml": "include: [compose.yaml]\nservices: {b: {image: b:1}}\n",
        },
        "include-cycle",
    ),
    "a mapping is merged into itself": (
        {"compose.yaml": "services:\n  web: &w\n    <<: *w\n    image: nginx:1.27\n"},
        "yaml-syntax",
    ),
    "services wait for each other": (
        {"compose.yaml": "services:\n  a: {image: a:1, depends_on: [b]}\n  b: {image: b:1, depends_on: [a]}\n"},
        "dependency-cycle",
    ),
}


@unix
@pytest.mark.parametrize("name", RINGS)
def test_rings(name: str, tmp_path: Path) -> None:
    files, rule = RINGS[name]
    assert rule in names(report(tmp_path, files))


@unix
def test_long_chains(tmp_path: Path) -> None:
    services = "services:\n" + many("  s@:\n    extends: s#\n", 400, 1) + "  s399:\n    image: nginx:1.27\n"
    files: Files = {f"c{i}.yaml": f"include: [c{i + 1}.yaml]\nservices: {{s: {{image: s:1}}}}\n" for i in range(100)}
    files |= {f"d{i}.yaml": f"include: [d{i + 1}.yaml, e{i + 1}.yaml]\nservices: {{}}\n" for i in range(20)}
    files |= {f"e{i}.yaml": f"include: [d{i + 1}.yaml, e{i + 1}.yaml]\nservices: {{}}\n" for i in range(20)}
    files["compose.yaml"] = "include: [c0.yaml, d0.yaml]\n" + services
    read = report(tmp_path, files)
    assert read["errors"] == []


TEXTS: dict[str, tuple[bytes, str]] = {
    "tabs": (b"services:\n\tweb:\n\t\timage: nginx:1.27\n", "yaml-syntax"),
    "an open quote": (WEB.encode() + b'    hostname: "web\n', "yaml-syntax"),
    "a blank too few": (b"services:\n  web:\n    image:nginx\n", "wrong-type"),
}


@unix
@pytest.mark.parametrize("name", TEXTS)
def test_text_that_is_no_yaml(name: str, tmp_path: Path) -> None:
    content, rule = TEXTS[name]
    read = report(tmp_path, {"compose.yaml": content})
    assert rule in names(read) or "yaml-syntax" in names(read)


@unix
def test_a_byte_order_mark_changes_nothing(tmp_path: Path) -> None:
    plain, marked = tmp_path / "plain", tmp_path / "marked"
    bad = WEB.replace(":1.27", "")
    one = report(plain, {"compose.yaml": bad})
    other = report(marked, {"compose.yaml": b"\xef\xbb\xbf" + bad.encode()})
    assert one["findings"] == other["findings"] != []


@unix
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (WEB.encode("utf-16"), "UTF-16"),
        (WEB.encode("utf-16-le"), "not text"),
        (bytes(range(256)) * 50, "not text"),
    ],
    ids=["utf-16", "utf-16 without a mark", "binary"],
)
def test_content_that_is_no_text(content: bytes, said: str, tmp_path: Path) -> None:
    read = report(tmp_path, {"compose.yaml": content})
    assert [error["path"] for error in read["errors"]] == ["compose.yaml"]
    assert said in read["errors"][0]["message"]


@unix
def test_links_in_a_ring(tmp_path: Path) -> None:
    (tmp_path / "ring").symlink_to(".")
    (tmp_path / "loop.yaml").symlink_to("loop.yaml")
    (tmp_path / "loop.env").symlink_to("loop.env")
    text = "include: [ring/ring/compose.yaml, loop.yaml]\n" + WEB + "    env_file: loop.env\n    build: ring/ring\n"
    read = report(tmp_path, {"compose.yaml": text})
    assert read["files"]["checked"] == 1
    assert "missing-compose-file" in names(read)


@unix
def test_nothing_is_fetched_and_nothing_outside_is_read(tmp_path: Path) -> None:
    (tmp_path / "outside.yaml").write_text("services: {outside: {image: secret-name}}\n")
    text = (
        "include:\n  - https://127.0.0.1:9/compose.yaml\n  - https://github.com/example/stack.git#main:sub\n"
        "  - git@127.0.0.1:x/y.git\n  - oci://127.0.0.1:9/x\n  - ../outside.yaml\n  - /etc/passwd\n" + WEB
    )
    guard = (
        "import socket, subprocess\n"
        "def refuse(*args, **more): raise SystemExit('something was fetched')\n"
        "socket.socket.connect = socket.create_connection = socket.getaddrinfo = subprocess.Popen = refuse\n"
    )
    project = tmp_path / "project"
    project.mkdir()
    (project / "compose.yaml").write_text(text)
    command = [sys.executable, "-c", guard + LIMITED, "check", ".", "--format", "json", "--isolated"]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    assert "fetched" not in done.stderr
    assert "secret-name" not in done.stdout
    found = [finding for finding in json.loads(done.stdout)["findings"] if finding["name"] == "include-not-read"]
    assert [finding["start"]["line"] for finding in found] == [2, 3, 4, 5, 6, 7]
