"""The layer model on situations that are worked out by hand, and what the command prints of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from dagdock.cli import main
from dagdock.dockerfile import parse
from dagdock.layers import BuildGraph, Change, rebuilt_by
from dagdock.project import Project
from dagdock.text import Source

FIXTURES = Path(__file__).parent.parent / "fixtures"
SITUATIONS: list[dict[str, Any]] = yaml.safe_load((FIXTURES / "layers/situations.yaml").read_text(encoding="utf-8"))


def graph_of(dockerfile: str, files: dict[str, str] | None = None, target: str | None = None) -> BuildGraph:
    project = Project.in_memory({"Dockerfile": dockerfile, **(files or {})})
    document = project.dockerfile("Dockerfile")
    assert document is not None
    return BuildGraph(document, project.contexts_of(document)[0], document.stage_named(target) if target else None)


def lines(graph: BuildGraph, change: Change) -> tuple[list[int], list[int]]:
    """The lines that are rebuilt, and those that may be."""
    found = rebuilt_by(graph, change)
    return [each.layer.line for each in found if each.certain], [each.layer.line for each in found if not each.certain]


@pytest.mark.parametrize("situation", SITUATIONS, ids=[each["title"] for each in SITUATIONS])
def test_situation(situation: dict[str, Any]) -> None:
    assert situation["see"].startswith("https://docs.docker.com/") and situation["why"]
    names = situation.get("files", []) + [path for path in situation.get("changed", []) if ":" not in path]
    files = {name: "" for name in names if not any(other.startswith(f"{name}/") for other in names)}
    if "dockerignore" in situation:
        files[".dockerignore"] = situation["dockerignore"]
    graph = graph_of(situation["dockerfile"], files, situation.get("target"))
    changed = situation.get("changed", [])
    change = Change(
        paths=[name for name in changed if ":" not in name],
        remote=[name for name in changed if ":" in name],
        args=situation.get("args", []),
    )
    assert lines(graph, change) == (situation.get("rebuilt", []), situation.get("may", [])), situation["why"]


def test_there_are_enough_situations() -> None:
    assert len(SITUATIONS) >= 40
    assert len({each["title"] for each in SITUATIONS}) == len(SITUATIONS)


def test_reason_leads_back_to_the_change() -> None:
    graph = graph_of("FROM a AS b\nCOPY . .\nRUN make\nFROM c\nCOPY --from=b /x /\nRUN d\n", {"app.py": ""})
    last = rebuilt_by(graph, Change(["app.py"]))[-1]
    assert [(link.layer.line, link.because) for link in last.chain()] == [
        (6, "stands on line 5"),
        (5, "if what it takes from stage b is different"),
        (2, "takes app.py"),
    ]


def test_an_instruction_that_changed() -> None:
    graph = graph_of("FROM a\nRUN b\nCOPY c /\nENV d=1\nRUN e\n")
    assert lines(graph, Change(instructions=[graph.dockerfile.instructions[2]])) == ([3, 5], [])
    assert lines(graph, Change(instructions=[graph.dockerfile.instructions[3]])) == ([5], [])


def test_an_instruction_that_makes_no_layer_changed() -> None:
    text = 'FROM a\nUSER 1\nSHELL ["b", "-c"]\nLABEL c=d\nRUN ["e"]\nRUN f\n'
    graph = graph_of(text)
    user, shell, label = graph.dockerfile.instructions[1:4]
    assert lines(graph, Change(instructions=[user])) == ([5, 6], [])
    assert lines(graph, Change(instructions=[shell])) == ([6], [])
    assert lines(graph, Change(instructions=[label])) == ([], [])


def test_inputs() -> None:
    graph = graph_of("FROM a:1 AS x\nUSER 5\nARG V\nRUN --mount=type=bind,source=p q\nCOPY --link --chown=$V r s t/\n")
    assert [[(each.kind, each.line) for each in graph.inputs(layer)] for layer in graph.layers()] == [
        [("image", None)],
        [],
        [],
        [("parent", 1), ("text", None), ("user", 2), ("variables", None), ("mount", None)],
        [("text", None), ("files", None), ("variables", None)],
    ]


def test_many_instructions_take_linear_time() -> None:
    text = "FROM a\n" + "RUN b\nCOPY c /\n" * 20_000
    assert len(rebuilt_by(BuildGraph(parse(Source("Dockerfile", text))), Change(["c"]))) == 39_999


@settings(deadline=None, max_examples=200)
@given(
    st.lists(
        st.sampled_from(
            [
                *("FROM a", "FROM a AS b", "FROM b", "FROM $X", "FROM", "ARG X", "ARG X=$Y", "ENV X=${X}", "ENV"),
                *(
                    "COPY . .",
                    "COPY",
                    "COPY --from=b / /",
                    "COPY --from=0 /x* $X",
                    "COPY --link ${X} /",
                    "ADD https://x /",
                ),
                *(
                    "RUN x",
                    "RUN --mount=type=bind,from=b y",
                    "RUN",
                    "WORKDIR $X",
                    "WORKDIR",
                    "USER $X",
                    "ONBUILD COPY . .",
                ),
                *("COPY <<E /", "E", "RUN <<E", 'COPY ["', "--", "COPY --exclude=*.x --parents ./**/y /", "COPY [a /"),
            ]
        ),
        max_size=12,
    ),
    st.lists(st.sampled_from(["x", "a/b", ".", "..", "", "*", "[", "/"]), max_size=2),
)
def test_half_written_files_are_no_trouble(instructions: list[str], paths: list[str]) -> None:
    graph = graph_of("\n".join(instructions), {"x/y": "", ".dockerignore": "y\n!z\n"})
    found = rebuilt_by(graph, Change(paths, ["X"], ["a"]))
    assert len({id(each.layer) for each in found}) == len(found)
    for layer in graph.layers():
        graph.inputs(layer)


# The command


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "app").mkdir()
    (tmp_path / "app/Dockerfile").write_text(
        "FROM python:3.12 AS deps\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\n"
        'FROM deps\nARG COMMIT\nCOPY . /app\nRUN echo "<é>"\nCMD ["python", "/app/main.py"]\n',
        encoding="utf-8",
    )
    for name in ("requirements.txt", "main.py", "notes.md"):
        (tmp_path / "app" / name).touch()
    (tmp_path / "app/.dockerignore").write_text("*.md\n", encoding="utf-8")
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_text(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["layers", "app/Dockerfile", "--changed", "app/main.py"]) == 0
    out = capsys.readouterr().out
    assert "changed: main.py" in out
    assert out.endswith("2 of 5 layers are rebuilt\n")
    assert "   6  COPY . /app" in out and "rebuilt      takes main.py" in out
    assert "stands on line 6, which takes main.py" in out


def test_text_without_a_change(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["layers", "app"]) == 0
    out = capsys.readouterr().out
    assert "the digest of python:3.12" in out and "line 3, all files of the context" in out
    assert "the values of COMMIT" in out and "no layer" in out


@pytest.mark.parametrize("path", ["main.py", "app/main.py", "./app/../app/main.py"])
def test_paths_of_the_context_and_of_the_working_directory(
    shop: Path, capsys: pytest.CaptureFixture[str], path: str
) -> None:
    assert main(["layers", "app/Dockerfile", "--changed", path, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["changed"]["paths"] == ["main.py"]


def test_json(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["layers", "app/Dockerfile", "--changed-arg", "COMMIT=1", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert list(found) == ["version", "path", "context", "ignore_file", "target", "changed", "summary", "stages"]
    assert (found["path"], found["context"], found["ignore_file"]) == ("app/Dockerfile", "app", "app/.dockerignore")
    assert found["changed"] == {"paths": [], "args": ["COMMIT"], "remote": []}
    layers = {layer["line"]: layer for stage in found["stages"] for layer in stage["layers"]}
    none, cached = "no-layer", "cached"
    assert [layers[line]["status"] for line in range(1, 9)] == [*[cached] * 3, none, none, cached, "rebuilt", none]
    assert layers[7]["because"] == [{"line": 7, "text": "has ARG COMMIT in its environment", "certain": True}]


@pytest.mark.parametrize("options", [[], ["--changed", "main.py"], ["--target", "deps", "--changed", "main.py"]])
def test_svg(shop: Path, capsys: pytest.CaptureFixture[str], options: list[str]) -> None:
    assert main(["layers", "app/Dockerfile", "--format", "svg", *options]) == 0
    out = capsys.readouterr().out
    root = ElementTree.fromstring(out)
    texts = ["".join(each.itertext()) for each in root.iter("{http://www.w3.org/2000/svg}text")]
    assert 'RUN echo "<é>"' in texts and "app/Dockerfile" in texts
    assert "prefers-color-scheme: dark" in out and "http" not in out.replace("http://www.w3.org/2000/svg", "")


def test_notes(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--changed", "app/notes.md", "app/Dockerfile", "../x", "--changed-arg", "COMIT"]
    assert main(["layers", "app/Dockerfile", *options]) == 0
    notes = capsys.readouterr().err
    assert "notes.md is left out by app/.dockerignore (line 1)" in notes
    assert "Dockerfile is the Dockerfile itself" in notes
    assert "../x lies outside the context app" in notes
    assert "did you mean COMMIT?" in notes


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["nowhere"], "nowhere"),
        (["app/Dockerfile", "--target", "dep"], "did you mean `deps`?"),
        (["app/Dockerfile", "--context", "/nowhere"], "--context /nowhere"),
    ],
)
def test_questions_without_an_answer(
    shop: Path, capsys: pytest.CaptureFixture[str], options: list[str], message: str
) -> None:
    assert main(["layers", *options]) == 2
    assert message in capsys.readouterr().err


def test_another_context(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["layers", "app/Dockerfile", "--context", ".", "--changed", "app/notes.md"]) == 0
    assert capsys.readouterr().out.endswith("2 of 5 layers are rebuilt\n")
