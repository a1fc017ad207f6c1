"""Files in which less is said: tests, test data, other people's files, generated ones, pieces without FROM."""

from __future__ import annotations

from pathlib import Path

import pytest

from dagdock.config import Config, Finder
from dagdock.engine import Linter, Workspace
from dagdock.selection import Choice

TEXT = "FROM debian\nRUN apt-get update && apt-get install curl\nENV A 1\nCMD python app.py\nHEALTHCHECK WHATEVER\n"


def codes(
    tmp_path: Path, path: str, text: str = TEXT, *, asked: str = "", table: dict[str, object] | None = None
) -> str:
    (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / path).write_text(text, encoding="utf-8")
    workspace = Workspace()
    choice = Choice(extend_select=[asked] if asked else [])
    linter = Linter(finder=Finder(config=Config(folder=str(tmp_path), table=table)), choice=choice)
    result = linter.check(workspace, [workspace.target(str(tmp_path / path), str(tmp_path))])
    return " ".join(sorted({finding.rule.code for finding in result.findings}))


def test_all_is_said_of_an_ordinary_file(tmp_path: Path) -> None:
    assert codes(tmp_path, "app/Dockerfile") == "DF009 DF101 DF301 DF303 DF316 DF601 DF604 DF621"


@pytest.mark.parametrize(
    "folder",
    ["fixtures", "vendor/x", "third_party", "a/spark-2.4.5-bin-hadoop2.7/kubernetes", "{{ cookiecutter.name }}"],
)
def test_fixtures_and_foreign_files_are_asked_for_syntax_only(tmp_path: Path, folder: str) -> None:
    assert codes(tmp_path, f"{folder}/Dockerfile") == "DF009"


@pytest.mark.parametrize("folder", ["testdata", "pkg/test-data/a", "parser/testfiles/x"])
def test_what_a_test_reads_may_be_wrong_on_purpose(tmp_path: Path, folder: str) -> None:
    assert codes(tmp_path, f"{folder}/Dockerfile") == ""


def test_a_file_of_one_variable_is_there_for_a_test(tmp_path: Path) -> None:
    lines = "".join(f"      K{number}: ${{VARIABLE}}\n" for number in range(40)) + "    mem_limit: ${VARIABLE}\n"
    own = "".join(f"      K{number}: ${{V{number}}}\n" for number in range(40))
    text = "services:\n  a:\n    image: nginx\n    environment:\n"
    assert codes(tmp_path, "schema/compose.yaml", text + lines) == "DC026"
    assert "DC101" in codes(tmp_path, "schema/compose.yaml", text + own)


@pytest.mark.parametrize("folder", ["airflow-2.10.1", "python-3.12-slim", "bin-1.2"])
def test_a_folder_for_a_version_is_no_unpacked_archive(tmp_path: Path, folder: str) -> None:
    assert "DF101" in codes(tmp_path, f"{folder}/Dockerfile")


@pytest.mark.parametrize("folder", ["tests", "test/a", "e2e", "integration-tests", "Integration"])
def test_tests_are_asked_whether_they_work(tmp_path: Path, folder: str) -> None:
    assert codes(tmp_path, f"{folder}/Dockerfile") == "DF009"
    assert codes(tmp_path, f"{folder}/Dockerfile", "FROM a:1\nRUN java -jar a.jar\nRUN sleep infinity\n") == "DF401"


@pytest.mark.parametrize("tag", ["{{ if a }}", "}}", "{% if a %}", "<% if a %>"])
def test_a_template_is_no_dockerfile_yet(tmp_path: Path, tag: str) -> None:
    assert codes(tmp_path, "app/Dockerfile", f"FROM debian\n{tag}ENV A 1\n{tag}\n") == ""


def test_a_name_may_say_that_it_is_a_template(tmp_path: Path) -> None:
    text = "services:\n  db:\n    image: postgres\nvolumes:\n  ${DATA}:\n"
    assert codes(tmp_path, "docker-compose-template.yml", text) == ""
    assert "DC020" in codes(tmp_path, "docker-compose-templates.yml", text)


def test_an_exercise_has_blanks(tmp_path: Path) -> None:
    assert codes(tmp_path, "app/Dockerfile", "# Fill in the blanks\nFROM\nWORKDIR\nCOPY\n") == ""
    assert "DF002" in codes(tmp_path, "app/Dockerfile", "FROM debian:13\nWORKDIR\nCOPY\nRUN\n")


@pytest.mark.parametrize("folder", ["Archive/a", "deprecated", "a/obsolete"])
def test_what_is_laid_by_is_asked_whether_it_works(tmp_path: Path, folder: str) -> None:
    assert codes(tmp_path, f"{folder}/Dockerfile") == "DF009"


def test_what_is_asked_for_is_said_everywhere(tmp_path: Path) -> None:
    assert codes(tmp_path, "testdata/Dockerfile", asked="DL3006") == "DF101"
    assert "DF621" in codes(tmp_path, "testdata/Dockerfile", asked="ALL")
    assert "DF621" in codes(tmp_path, "testdata/Dockerfile", table={"test-files": "full"})


def test_a_folder_that_is_named_itself_is_no_test_data(tmp_path: Path) -> None:
    assert "DF101" in codes(tmp_path / "testdata" / "vendor", "app/Dockerfile")


def test_a_file_that_is_named_itself_is_checked_in_full(tmp_path: Path) -> None:
    path = tmp_path / "testdata" / "Dockerfile"
    path.parent.mkdir()
    path.write_text(TEXT, encoding="utf-8")
    workspace = Workspace()
    result = Linter().check(workspace, [workspace.target(str(path))])
    assert "DF621" in {finding.rule.code for finding in result.findings}


def test_a_piece_without_from(tmp_path: Path) -> None:
    text = 'CMD ["a"]\nCMD ["b"]\nENV A 1\nRUN apt-get update\n'
    assert codes(tmp_path, "Dockerfile", text) == "DF016"
    assert "DF621" in codes(tmp_path, "Dockerfile", text, asked="DF6")


def test_a_misspelt_from_is_said(tmp_path: Path) -> None:
    assert codes(tmp_path, "Dockerfile", "FORM debian\nRUN apt-get update\n") == "DF001 DF016"


HEADS = [
    '#\n# NOTE: THIS DOCKERFILE IS GENERATED VIA "apply-templates.sh"\n#\n# PLEASE DO NOT EDIT IT DIRECTLY.\n#\n',
    "# Code generated by make. DO NOT EDIT.\n",
    "# @generated\n",
    "# GENERATED FILE, DO NOT MODIFY!\n",
    "# Dockerfile for acme/a:1\n#    -- automatically generated  --\n",
    "# This file is auto-generated, please don't edit it.\n",
]


@pytest.mark.parametrize("head", HEADS)
def test_generated_files_get_no_fixes_and_no_hints(tmp_path: Path, head: str) -> None:
    path = tmp_path / "Dockerfile"
    path.write_text(head + TEXT, encoding="utf-8")
    workspace = Workspace()
    result = Linter().check(workspace, [workspace.target(str(path))])
    found = {finding.rule.code: finding for finding in result.findings}
    assert set(found) == {"DF009", "DF101", "DF303", "DF601"}
    assert not any(finding.fix for finding in result.findings)


def test_a_file_that_generates_something_is_not_generated(tmp_path: Path) -> None:
    text = "# The certificates are generated by make.\n" + TEXT
    assert "DF621" in codes(tmp_path, "Dockerfile", text)


def test_comments_that_silence_are_not_idle_there(tmp_path: Path) -> None:
    text = "# dagdock: ignore[DF101]\nFROM debian\nRUN id\n"
    assert codes(tmp_path, "tests/Dockerfile", text) == ""


def test_compose_files_in_tests(tmp_path: Path) -> None:
    text = "services:\n  db:\n    image: postgres\n    depends_on: [web]\n"
    assert codes(tmp_path, "tests/compose.yaml", text) == "DC015"
    assert "DC101" in codes(tmp_path, "compose.yaml", text)
