"""docs/ci.md: each recipe is what the service accepts, and its dagdock commands do what it says."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from dagdock import cli
from dagdock.report import FORMATS

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/ci.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
RECIPES = [text for language, text in BLOCKS if language == "yaml"]
COMMANDS = sorted(
    {match[1].strip().rstrip("'") for _, text in BLOCKS for match in re.finditer(r"dagdock (check\b[^\n>]*)", text)}
)
# How the services' own schemas are called, by the name of the file.
SCHEMAS = {
    ".github/workflows/dagdock.yml": "vendor.github-workflows",
    ".gitlab-ci.yml": "vendor.gitlab-ci",
    "azure-pipelines.yml": "vendor.azure-pipelines",
    "bitbucket-pipelines.yml": "vendor.bitbucket-pipelines",
}


def name_of(recipe: str) -> str:
    return recipe.splitlines()[0].removeprefix("# ")


@pytest.mark.parametrize("recipe", RECIPES, ids=name_of)
def test_services_accept_the_recipes(recipe: str, need: Callable[[str], str], tmp_path: Path) -> None:
    assert yaml.safe_load(recipe)
    name = name_of(recipe)
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(recipe)
    if name == ".pre-commit-config.yaml":
        return
    # Azure's schema has patterns that are none in JavaScript's strict mode.
    command = [need("check-jsonschema"), "--regex-variant", "nonunicode", "--builtin-schema", SCHEMAS[name]]
    subprocess.run([*command, str(path)], check=True)


def test_the_recipes_are_these() -> None:
    assert {name_of(recipe) for recipe in RECIPES} == {*SCHEMAS, ".pre-commit-config.yaml"}
    assert len(COMMANDS) == 7


@pytest.mark.parametrize("command", COMMANDS)
def test_the_commands_run(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "summary.md")
    (tmp_path / ".git").mkdir()
    (tmp_path / "Dockerfile").write_text("FROM alpine:latest\n")
    arguments = [word.replace("$GITHUB_STEP_SUMMARY", "summary.md") for word in shlex.split(command)]
    assert cli.main(arguments) == (0 if "--exit-zero" in arguments else 1)
    for output in re.findall(r"--output (\S+)", " ".join(arguments)):
        assert (tmp_path / output.partition(":")[2]).stat().st_size


def test_files_that_recipes_publish_are_those_that_dagdock_writes() -> None:
    for language, text in BLOCKS:
        written = {Path(output).name for output in re.findall(r"--output \w+:([^\s'\"]+)", text)}
        for published in re.findall(r"(?:sarif_file|codequality|junit|testResultsFiles|pattern): '?([\w./-]+)", text):
            assert Path(published).name in written, (language, published)


def test_every_format_and_input_is_on_the_page() -> None:
    table = PAGE.partition("\n## ")[0]
    assert set(
        re.findall(r"`(\w+)`", "".join(line.split("|")[1] for line in table.splitlines() if line[:3] == "| `"))
    ) == set(FORMATS)
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    inputs = re.findall(
        r"^\| `([\w-]+)` \|.*\|.*\|$", PAGE.partition("| input |")[2].partition("\n\n")[0], re.MULTILINE
    )
    assert inputs == list(action["inputs"])
    assert all(f"`{output}`" in PAGE for output in action["outputs"])
