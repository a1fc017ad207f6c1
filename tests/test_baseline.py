"""Baselines: what stays known while a project changes, what is new, and what is listed without need."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from dagdock import baseline, cli
from dagdock.config import ConfigError

LATEST = "FROM debian:latest\nUSER 1000\n"
Run = Callable[..., "Done"]


class Done:
    def __init__(self, status: int, out: str, err: str) -> None:
        self.status = status
        self.out = out
        self.err = err

    @property
    def found(self) -> list[str]:
        """Where something is shown: `path:line CODE`."""
        return [f"{path} {code}" for path, code in re.findall(r"^(\S+:\d+):\d+ \w+\[(\w+)", self.out, re.MULTILINE)]


@pytest.fixture
def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `dagdock check` for a few rules in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()

    def run(*arguments: str, select: str = "DF102,DF301,PJ002") -> Done:
        try:
            status = cli.main(["check", "--select", select, *arguments])
        except SystemExit as stop:
            status = int(stop.code or 0)
        return Done(status, *capsys.readouterr())

    return run


def write(path: str, text: str) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text, encoding="utf-8")


def listed(path: str = "known.json") -> list[tuple[str, str, int]]:
    table = json.loads(Path(path).read_text(encoding="utf-8"))
    assert table["version"] == baseline.VERSION
    return [(entry["path"], entry["rule"], entry["count"]) for entry in table["known"]]


def test_what_is_written_is_known(check: Run) -> None:
    write("app/Dockerfile", LATEST)
    done = check("--write-baseline", "known.json")
    assert done.status == 0 and "known.json: written, with 1 finding" in done.out
    assert listed() == [("app/Dockerfile", "DF102", 1)]
    done = check("--baseline", "known.json")
    assert done.status == 0 and not done.found
    assert done.out == "No new problems found in 1 file.\n1 known from the baseline.\n"
    assert check("--no-baseline").status == 1


def test_the_file_is_for_people_and_for_merges(check: Run) -> None:
    write("b/Dockerfile", LATEST + "RUN apt-get update && apt-get install -y curl\n")
    write("a/Dockerfile", LATEST)
    check("--write-baseline", "known.json")
    first = Path("known.json").read_bytes()
    lines = first.decode().splitlines()
    assert [line.split('"lines"')[0] for line in lines[2:-1]] == [
        '  {"path": "a/Dockerfile", "rule": "DF102", "name": "latest-base-image", ',
        '  {"path": "b/Dockerfile", "rule": "DF102", "name": "latest-base-image", ',
        '  {"path": "b/Dockerfile", "rule": "DF301", "name": "apt-lists-left", ',
    ]
    check("--write-baseline", "known.json")
    assert Path("known.json").read_bytes() == first


def test_nothing_found_is_a_baseline_too(check: Run) -> None:
    write("Dockerfile", "FROM scratch\n")
    assert check("--write-baseline", "known.json").status == 0
    assert listed() == []
    assert check("--baseline", "known.json").status == 0


@pytest.mark.parametrize(
    ("after", "found"),
    [
        ("# moved\n\nARG A\n" + LATEST, []),
        ("FROM   debian:latest\r\nUSER 1000\r\n", []),
        ("\ufeff" + LATEST, []),
        ("FROM debian:latest AS a\nUSER 1000\n", ["Dockerfile:1 DF102"]),
        ("FROM ubuntu:latest\nUSER 1000\n", ["Dockerfile:1 DF102"]),
        (LATEST + LATEST, ["Dockerfile:3 DF102"]),
        (LATEST + "RUN apt-get update && apt-get install -y curl\n", ["Dockerfile:3 DF301"]),
    ],
)
def test_known_and_new(check: Run, after: str, found: list[str]) -> None:
    write("Dockerfile", LATEST)
    check("--write-baseline", "known.json")
    Path("Dockerfile").write_bytes(after.encode())
    assert check("--baseline", "known.json").found == found


def test_two_equal_findings_and_one_of_them_known(check: Run) -> None:
    write("Dockerfile", LATEST + LATEST)
    check("--write-baseline", "known.json")
    assert listed() == [("Dockerfile", "DF102", 2)]
    write("Dockerfile", LATEST)
    done = check("--baseline", "known.json")
    assert "lists DF102 latest-base-image in Dockerfile, which is there no more (1 of 2)" in done.out
    assert "known.json: 1 taken out, 1 left" in check("--baseline", "known.json", "--prune").out
    assert listed() == [("Dockerfile", "DF102", 1)]


def test_what_is_listed_without_need_is_named_and_pruned(check: Run) -> None:
    write("Dockerfile", LATEST)
    write("old/Dockerfile", LATEST)
    check("--write-baseline", "known.json")
    write("Dockerfile", "FROM debian:12\nUSER 1000\n")
    os.remove("old/Dockerfile")
    done = check("--baseline", "known.json")
    assert done.status == 0
    assert "note: known.json: lists DF102 latest-base-image in Dockerfile, which is there no more" in done.out
    assert "in old/Dockerfile, which" in done.out and "`--prune`" in done.out
    assert check("--baseline", "known.json", "--prune").status == 0
    assert listed() == []


def test_what_was_not_looked_at_is_not_missed(check: Run) -> None:
    write("a/Dockerfile", LATEST + "RUN apt-get update && apt-get install -y curl\n")
    write("b/Dockerfile", LATEST)
    write("c/compose.yaml", "services:\n  a:\n    build: ../nowhere\n")
    check("--write-baseline", "known.json")
    before = Path("known.json").read_bytes()
    write("a/Dockerfile", "FROM debian:12\nUSER 1000\nRUN apt-get update && apt-get install -y curl\n")
    for paths, select in (
        (["b"], "DF,PJ"),
        (["."], "DF301"),
        (["b/Dockerfile"], "DF,PJ"),
        (["b", "c"], "DF,PJ"),
        (["."], "DL3009"),
    ):
        assert "no more" not in check("--baseline", "known.json", *paths, select=select).out
        check("--baseline", "known.json", "--prune", *paths, select=select)
        assert Path("known.json").read_bytes() == before
    assert "lists DF102 latest-base-image in a/Dockerfile" in check("--baseline", "known.json", "a/Dockerfile").out


def test_what_another_program_found_is_missed_only_where_it_ran(
    check: Run, need: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGDOCK_SHELLCHECK", need("shellcheck"))
    write("Dockerfile", "FROM debian:12\nRUN cat $x && cat `ls`\n")
    write("other/Dockerfile", "FROM debian:12\nRUN cat $x\n")
    check("--write-baseline", "known.json", select="shellcheck")
    assert {rule for _, rule, _ in listed()} >= {"SC2086", "SC2006"}
    write("Dockerfile", "FROM debian:12\nRUN ls\n")
    assert "lists SC2006 shellcheck in Dockerfile" in check("--baseline", "known.json", select="shellcheck").out
    assert "no more" not in check("--baseline", "known.json", select="SC2086").out
    monkeypatch.setenv("DAGDOCK_SHELLCHECK", "off")
    assert "no more" not in check("--baseline", "known.json", select="shellcheck").out


def test_a_part_written_anew_keeps_the_rest(check: Run) -> None:
    write("a/Dockerfile", LATEST + "RUN apt-get update && apt-get install -y curl\n")
    write("b/Dockerfile", LATEST)
    check("--write-baseline", "known.json")
    write("a/Dockerfile", "FROM debian:12\nRUN apt-get update && apt-get install -y curl\n")
    check("--write-baseline", "known.json", "b")
    assert len(listed()) == 3
    check("--write-baseline", "known.json", "a", select="DF301")
    assert len(listed()) == 3
    check("--write-baseline", "known.json", "a")
    assert listed() == [("a/Dockerfile", "DF301", 1), ("b/Dockerfile", "DF102", 1)]
    os.remove("b/Dockerfile")
    check("--write-baseline", "known.json", "a")
    assert listed() == [("a/Dockerfile", "DF301", 1)]


def test_a_file_with_another_name(check: Run) -> None:
    write("a/Dockerfile", LATEST)
    check("--write-baseline", "known.json")
    os.rename("a", "b")
    done = check("--baseline", "known.json")
    assert done.status == 0 and "no more" not in done.out
    assert "known.json: 1 moved along with files, 1 left" in check("--baseline", "known.json", "--prune").out
    assert listed() == [("b/Dockerfile", "DF102", 1)]


def test_a_copy_is_new(check: Run) -> None:
    write("a/Dockerfile", LATEST)
    check("--write-baseline", "known.json")
    write("b/Dockerfile", LATEST)
    assert check("--baseline", "known.json").found == ["b/Dockerfile:1 DF102"]


def test_from_any_folder_and_by_the_configuration(check: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    write("app/Dockerfile", LATEST)
    write("dagdock.toml", 'baseline = "ci/known.json"\n')
    os.mkdir("ci")
    done = check()
    assert done.status == 2 and "ci/known.json: the baseline cannot be read" in done.err
    assert "`--write-baseline ci/known.json` makes one" in done.err
    assert check("--write-baseline", "ci/known.json").status == 0
    assert listed("ci/known.json") == [("../app/Dockerfile", "DF102", 1)]
    assert check().status == 0
    monkeypatch.chdir("app")
    assert check().status == 0
    assert check("--baseline", "../ci/known.json", "Dockerfile").status == 0
    assert check("--no-baseline").status == 1
    assert check("--isolated").status == 1


def test_each_part_of_a_repository_may_have_its_own(check: Run) -> None:
    for folder in ("a", "b"):
        write(f"{folder}/Dockerfile", LATEST)
    write("a/dagdock.toml", 'baseline = "known.json"\n')
    check("--write-baseline", "a/known.json", "a")
    assert check().found == ["b/Dockerfile:1 DF102"]


def test_what_another_compose_file_makes_of_one_is_missed_only_where_both_were_checked(check: Run) -> None:
    write("compose.yaml", "include: [web/compose.yaml]\n")
    write(".env", "IMAGE=nginx\n")
    write("web/compose.yaml", "services:\n  web:\n    image: ${IMAGE:-nginx:1.27}\n")
    assert check("--write-baseline", "known.json", select="DC101").status == 0
    assert listed() == [("web/compose.yaml", "DC101", 1)]
    done = check("--baseline", "known.json", "--prune", "web/compose.yaml", select="DC101")
    assert (done.status, done.found) == (0, []) and "no more" not in done.out
    assert listed() == [("web/compose.yaml", "DC101", 1)]
    write(".env", "IMAGE=nginx:1.28\n")
    assert "known.json: 1 taken out" in check("--baseline", "known.json", "--prune", select="DC101").out
    assert listed() == []


def test_fixes_mend_what_is_known_too(check: Run) -> None:
    write("Dockerfile", LATEST + "RUN apt-get update && apt-get install -y curl\n")
    check("--write-baseline", "known.json")
    done = check("--baseline", "known.json", "--fix", "--prune")
    assert done.status == 0 and "Fixed 1 problem." in done.out
    assert listed() == [("Dockerfile", "DF102", 1)]


@pytest.mark.parametrize("form", ["json", "sarif", "concise", "github", "gitlab", "junit", "checkstyle"])
def test_every_format_leaves_out_what_is_known(check: Run, form: str) -> None:
    write("Dockerfile", "FROM shop.example/base:latest\n")
    check("--write-baseline", "known.json")
    write("Dockerfile", "FROM shop.example/base:latest\nRUN apt-get update && apt-get install -y curl\n")
    done = check("--baseline", "known.json", "--format", form, "--fail-on", "info")
    assert done.status == 1
    assert "DF301" in done.out
    assert "shop.example" not in done.out


def test_statistics_count_what_is_new(check: Run) -> None:
    write("Dockerfile", LATEST)
    check("--write-baseline", "known.json")
    write("Dockerfile", LATEST + "RUN apt-get update && apt-get install -y curl\n")
    done = check("--baseline", "known.json", "--statistics", "--fail-on", "error")
    assert done.status == 0
    assert done.out.split()[:2] == ["1", "DF301"] and "DF102" not in done.out


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "is no baseline, for it is no JSON"),
        ("{", "is no baseline, for it is no JSON: Expecting property name"),
        ('{\n<<<<<<< HEAD\n"version": 1}', "line 2"),
        ("[]", "holds no `version` and `known`"),
        ('{"version": 1}', "holds no `version` and `known`"),
        ('{"version": 9, "known": []}', "is a baseline of version 9; this dagdock reads version 1"),
        ('{"version": 1, "known": [{"path": "a"}]}', "entry 1 is not as it should be, with path, rule, name, lines"),
        ('{"version": 1, "known": [1]}', "entry 1 is not as it should be"),
        (
            '{"version": 1, "known": [{"path": "a", "rule": "b", "name": "c", "lines": "d", "count": -1}]}',
            "entry 1 is not as it should be",
        ),
        ("[" * 100_000, "is no baseline"),
    ],
)
def test_what_is_no_baseline_is_neither_used_nor_overwritten(check: Run, content: str, reason: str) -> None:
    write("Dockerfile", LATEST)
    write("known.json", content)
    for option in ("--baseline", "--write-baseline"):
        done = check(option, "known.json", "--fix")
        assert (done.status, done.out) == (2, "")
        assert done.err.startswith("dagdock: known.json: ") and reason in done.err
    assert Path("known.json").read_text() == content
    assert Path("Dockerfile").read_text() == LATEST


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is no baseline"):
        baseline.parse(str(tmp_path / "known.json"), b"\xff\xfe\x00{")


def test_where_it_cannot_be_written(check: Run) -> None:
    write("Dockerfile", LATEST)
    done = check("--write-baseline", "no/known.json")
    assert done.status == 2
    assert "no/known.json: failed: the baseline cannot be written: No such file or directory" in done.out
    assert "1 problem in" in done.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--prune"], "--prune: there is no baseline"),
        (["--write-baseline", "a", "--prune"], "--write-baseline and --prune cannot be used together"),
        (["--write-baseline", "a", "--changed-since", "HEAD"], "--write-baseline and --changed-since cannot"),
        (["--write-baseline", "a", "--baseline", "b"], "not allowed with argument"),
        (["--add-ignores", "a", "--fix"], "--add-ignores and --fix cannot be used together"),
        (["--add-ignores", " "], "--add-ignores: say why"),
        (["--add-ignores", "a", "-", "--stdin-filename", "Dockerfile"], "standard input"),
    ],
)
def test_what_cannot_be_meant(check: Run, arguments: list[str], message: str) -> None:
    write("Dockerfile", LATEST)
    done = check(*arguments)
    assert done.status == 2 and message in done.err


def test_an_entry_that_a_merge_left_twice(tmp_path: Path) -> None:
    entry = {"path": "Dockerfile", "rule": "DF102", "name": "latest-base-image", "lines": "0", "count": 1}
    content = json.dumps({"version": 1, "known": [entry, entry]}).encode()
    assert baseline.parse(str(tmp_path / "known.json"), content).total == 1
