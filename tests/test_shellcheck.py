"""ShellCheck's remarks: at the exact place, under their own codes, asked for once a run, and never a stranger's."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dagdock.dockerfile import parse
from dagdock.engine import Linter, Workspace
from dagdock.hooks import Rules
from dagdock.mend import Mending
from dagdock.result import Result
from dagdock.selection import Choice
from dagdock.shellcheck import Body, ShellCheck, ShellCheckError, bodies_of, installed
from dagdock.text import Mapped, Source
from dagdock.workspace import Target

Need = Callable[..., str]


@pytest.fixture(autouse=True)
def _ask(monkeypatch: pytest.MonkeyPatch, need: Need) -> None:
    need("shellcheck")
    monkeypatch.delenv("DAGDOCK_SHELLCHECK")


def check(files: dict[str, str], *, ignore: tuple[str, ...] = (), select: tuple[str, ...] = ("shellcheck",)) -> Result:
    linter = Linter(rules=Rules(third_party=False), choice=Choice(select=list(select), ignore=list(ignore)))
    return linter.check(Workspace.in_memory(files), [Target("", path, path) for path in files])


def places(text: str, **options: tuple[str, ...]) -> list[tuple[str, str, tuple[int, ...]]]:
    """Code, flagged text, line and column of what is found in a Dockerfile."""
    result = check({"Dockerfile": text}, **options)
    assert not result.errors
    return [(each.rule.code, each.span.text, tuple(each.span.begin)) for each in result.findings]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_places_in_continued_lines_behind_letters_of_any_width(newline: str) -> None:
    text = 'FROM debian:12\nRUN echo "é😀" \\\n\t# a comment between\n\n\t&& rm -rf "😀" $folder\n'.replace(
        "\n", newline
    )
    assert places(text) == [
        ("SC2086", "$folder", (5, 16)),
        ("SC2154", "$folder", (5, 16)),
    ]


def test_places_in_heredocs() -> None:
    text = "FROM debian:12\nRUN <<EOF\nset -e\ncd /srv\nls $PLACE\nEOF\nRUN echo é && cat <<A $B\n$C\nA\n"
    assert [(code, line) for code, _, (line, _) in places(text)] == [("SC2086", 5), ("SC2086", 7)]


def test_variables_of_the_stage_are_known() -> None:
    text = 'ARG outside=1\nFROM debian:12\nARG here\nENV there=2\nRUN echo "$here $there $outside"\n'
    assert places(text) == [("SC2154", "$outside", (5, 24))]


def test_a_container_has_a_hostname() -> None:
    assert places('FROM debian:12\nCMD echo "$HOSTNAME"\n') == []
    assert [code for code, _, _ in places('FROM debian:12\nRUN echo "$HOSTNAME"\n')] == ["SC3028"]


def test_what_is_meant_as_a_list_is_no_shell_line() -> None:
    assert places('FROM debian:12\nCMD ["a",]\n') == []


def test_the_shell_of_the_place_is_asked() -> None:
    array = 'RUN a=(1 2); echo "${a[0]}"\n'
    plain = places(f"FROM debian:12\n{array}")
    assert {code for code, _, _ in plain} == {"SC3030", "SC3054"}
    assert places(f'FROM debian:12\nSHELL ["/bin/bash", "-c"]\n{array}') == []
    assert places(f"# hadolint shell=bash\nFROM debian:12\n{array}") == []
    assert places(f'FROM debian:12\nSHELL ["pwsh", "-Command"]\n{array}') == []
    assert places("FROM mcr.microsoft.com/windows/servercore:1809\nRUN del $x\n") == []


@pytest.mark.parametrize(
    "line",
    [
        'RUN ["sh", "-c", "echo $x"]\n',
        "RUN <<'EOF' python3\nprint($x)\nEOF\n",
        "RUN --mount=type=cache,target=/c true\n",
        "RUN\n",
        "RUN \\\n",
        "CMD []\n",
    ],
)
def test_what_is_no_shell_is_left_alone(line: str) -> None:
    assert places(f"FROM debian:12\n{line}") == []


@pytest.mark.parametrize(
    "line", ["RUN ls $X", "CMD ls $X", "ENTRYPOINT ls $X", "HEALTHCHECK CMD ls $X", "ONBUILD RUN ls $X"]
)
def test_all_instructions_that_hold_shell(line: str) -> None:
    text = f"FROM debian:12\n{line}\n"
    assert places(text) == [("SC2086", "$X", (2, line.index("$X") + 1))]


def test_codes_choose_and_silence() -> None:
    text = "FROM debian:12\nRUN cd $X; ls\n"
    assert [code for code, _, _ in places(text)] == ["SC2164", "SC2086"]
    assert [code for code, _, _ in places(text, select=("SC2086",))] == ["SC2086"]
    assert [code for code, _, _ in places(text, select=("shellcheck:SC2164",))] == ["SC2164"]
    assert [code for code, _, _ in places(text, ignore=("SC2086",))] == ["SC2164"]
    for comment in ("hadolint ignore=SC2086", "dagdock: ignore[SC2086]"):
        assert [code for code, _, _ in places(text.replace("RUN", f"# {comment}\nRUN"))] == ["SC2164"]


@pytest.mark.parametrize("comment", ["hadolint ignore=SC2039", "dagdock: ignore[SC2039]"])
def test_a_comment_for_one_of_its_codes_is_never_called_idle(comment: str) -> None:
    text = f"FROM debian:12\n# {comment}\nRUN ls\n"
    assert places(text, select=("shellcheck", "unused-suppression", "invalid-suppression")) == []


def test_severities_and_aliases() -> None:
    result = check({"Dockerfile": "FROM debian:12\nRUN cd $X; ls\n"})
    first, second = result.findings
    assert (first.severity, second.severity) == ("warning", "info")
    assert first.aliases == ("shellcheck:SC2164", "hadolint:SC2164")
    assert first.rule.name == "shellcheck"


def test_habits_are_hints_and_modes_no_assignments() -> None:
    text = "RUN make -j$(nproc); \\\n  if a; then chmod =2775 /b; else \\\n    if c; then d; fi; fi\n"
    result = check({"Dockerfile": f"FROM debian:13\n{text}"})
    assert [(each.rule.code, each.severity) for each in result.findings] == [("SC2046", "info")]


def test_a_script_that_starts_the_container() -> None:
    files = {
        "Dockerfile": 'FROM debian:12\nCOPY bin/start.sh /\nENTRYPOINT ["/start.sh"]\n',
        "bin/start.sh": "#!/bin/sh\necho $1\n",
        "bin/other.sh": "#!/bin/sh\necho $1\n",
    }
    result = check(files)
    assert [(each.path, each.rule.code, each.span.line) for each in result.findings] == [("bin/start.sh", "SC2086", 2)]
    assert result.findings[0].related[0].span.text == "ENTRYPOINT"
    files["bin/start.sh"] = "#!/usr/bin/env python3\necho $1\n"
    assert check(files).findings == []


def test_a_program_in_another_language_is_no_script() -> None:
    start = 'FROM node:22\nCOPY server.js start /srv/\nENTRYPOINT ["/srv/start"]\nCMD ["node", "/srv/server.js"]\n'
    files = {"Dockerfile": start, "server.js": "listen(() => $x);\n", "start": "echo $1\n"}
    assert check(files).findings == []


def test_its_fix_is_ours() -> None:
    files = {"Dockerfile": "FROM debian:12\nRUN echo é \\\n  && cat $A/$B \\\n  && cd /x && ls\n"}
    linter = Linter(rules=Rules(third_party=False), choice=Choice(select=["SC2086"]))
    mending = Mending(linter, Workspace.in_memory(files), [Target("", "Dockerfile", "Dockerfile")], ("safe", "unsafe"))
    (change,) = mending.changes
    assert change.after == files["Dockerfile"].replace("$A/$B", '"$A"/"$B"')
    assert mending.result.findings == []


def counting(folder: Path, answer: str) -> Path:
    """A program in the place of ShellCheck that notes each of its runs."""
    program = folder / "counting"
    program.write_text(f'#!/bin/sh\necho run >> "{folder}/runs"\n{answer}\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return program


def test_one_process_for_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAGDOCK_SHELLCHECK", str(counting(tmp_path, "echo '{\"comments\": []}'")))
    files = {f"{number}/Dockerfile": f"FROM debian:12\nRUN echo {number}\nRUN ls\n" for number in range(7)}
    assert not check(files).errors
    assert (tmp_path / "runs").read_text() == "run\n"


def test_more_texts_than_are_remembered_are_asked_for_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dagdock.shellcheck.REMEMBERED", 10)
    monkeypatch.setattr("dagdock.shellcheck.AT_ONCE", 20)
    monkeypatch.setenv("DAGDOCK_SHELLCHECK", str(counting(tmp_path, "echo '{\"comments\": []}'")))
    files = {f"{number}/Dockerfile": f"FROM debian:12\nRUN echo {number}\n" for number in range(50)}
    assert not check(files).errors
    assert (tmp_path / "runs").read_text() == "run\n" * 3


def test_long_texts_are_asked_about_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dagdock.shellcheck.SIZE_AT_ONCE", 1_200)
    monkeypatch.setenv("DAGDOCK_SHELLCHECK", str(counting(tmp_path, "echo '{\"comments\": []}'")))
    texts = "".join(f"RUN echo {number} {'x ' * 200}\n" for number in range(4))
    assert not check({"Dockerfile": f"FROM debian:12\n{texts}"}).errors
    assert (tmp_path / "runs").read_text() == "run\n" * 2


def test_only_variables_that_a_text_names_are_told() -> None:
    count = 2_000
    lines = "".join(f"ENV A{number}=1\nRUN echo $A{number} | cat\n" for number in range(count))
    bodies = bodies_of(parse(Source("Dockerfile", f"FROM debian:12\n{lines}".encode())))
    assert len(bodies) == count
    assert "export A7=1\n" in bodies[7].prelude
    assert all(body.prelude.count("export A") == 1 + body.prelude.count("export ALL_PROXY") for body in bodies)


@pytest.mark.parametrize("answer", ["exit 3", "echo no JSON", "echo '[]'", "kill -9 $$"])
def test_no_answer_is_said_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    monkeypatch.setenv("DAGDOCK_SHELLCHECK", str(counting(tmp_path, answer)))
    result = check({f"{number}/Dockerfile": "FROM debian:12\nRUN ls $X\n" for number in range(3)})
    assert [error.message.split(":")[0] for error in result.errors] == [
        f"ShellCheck ({tmp_path}/counting) gave no answer"
    ]


def test_a_repository_cannot_name_its_own_program(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM debian:12\nRUN ls $X\n")
    program = counting(tmp_path, "true")
    for setting in (str(program), "./counting", "counting"):
        (tmp_path / "dagdock.toml").write_text(f'shellcheck = "{setting}"\n')
        command = [sys.executable, "-m", "dagdock", "check", "--format", "json", "--select", "shellcheck"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 2
        assert "shellcheck = " in json.loads(done.stdout)["errors"][0]["message"]
    assert not (tmp_path / "runs").exists()


def test_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert installed("off", "") is None
    monkeypatch.setenv("DAGDOCK_SHELLCHECK", "off")
    assert installed("auto", "") is None
    monkeypatch.setenv("DAGDOCK_SHELLCHECK", str(tmp_path / "nothing"))
    with pytest.raises(ShellCheckError, match="no such program"):
        installed("off", "")


def test_any_text_is_taken(need: Need) -> None:
    shellcheck = ShellCheck.at(need("shellcheck"))
    for text in ("\udcff $x", "\0 $x", "é" * 5000, "'", "$(", "<<E", "x\r\ny", "$" * 300):
        source = Source("Dockerfile", text)
        for remark in shellcheck.remarks([Body(Mapped.of(source.whole), "#!/bin/sh\n")]):
            assert 0 <= remark.span.start <= remark.span.end <= len(text)
    assert bodies_of(parse(Source("Dockerfile", "FROM a\nRUN " + "x" * 200_000))) == []
