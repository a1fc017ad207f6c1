"""Stages: parents, images, users, and the variables, shells and folders that are in force at a place."""

from __future__ import annotations

import pytest

from dagdock.dockerfile import Dockerfile, Instruction, Stage, parse
from dagdock.text import Source


def dockerfile(text: str) -> Dockerfile:
    return parse(Source("Dockerfile", text))


def at(text: str) -> tuple[Stage, Instruction]:
    """The last instruction of a file and its stage."""
    instruction = dockerfile(text).instructions[-1]
    assert instruction.stage is not None
    return instruction.stage, instruction


def test_stages() -> None:
    file = dockerfile("ARG A\nFROM a:1 AS One\nRUN x\nFROM one\nFROM scratch AS two\nCOPY --from=0 / /\n")
    first, second, third = file.stages
    assert [stage.index for stage in file.stages] == [0, 1, 2]
    assert [stage.name for stage in file.stages] == ["One", None, "two"]
    assert [[each.name for each in stage.instructions] for stage in file.stages] == [
        ["FROM", "RUN"],
        ["FROM"],
        ["FROM", "COPY"],
    ]
    assert [stage.is_final for stage in file.stages] == [False, False, True]
    assert (first.parent, second.parent, third.parent) == (None, first, None)
    assert list(second.chain()) == [second, first]
    assert str(first.image) == "a:1"
    assert (second.image, third.is_scratch, second.is_scratch) == (None, True, False)
    assert second.root_image == first.image
    assert first.used_by == [second, third]
    assert list(third.uses()) == [first]
    assert [arg.name for arg in file.global_args] == ["ARG"]
    assert file.instructions[0].stage is None
    assert first.span.text == "FROM a:1 AS One\nRUN x"


def test_a_file_without_from_has_one_stage() -> None:
    file = dockerfile("ARG A=1\nRUN x\nUSER y")
    (stage,) = file.stages
    assert (stage.from_instruction, stage.name, stage.image, stage.parent, stage.is_final) == (
        None,
        None,
        None,
        None,
        True,
    )
    assert [each.stage for each in file.instructions] == [stage] * 3
    assert file.global_args == []
    assert stage.scope_at(file.instructions[1]).value("A") == "1"
    assert dockerfile("# nothing").stages == []


def test_what_stands_before_from_has_no_stage() -> None:
    file = dockerfile("RUN x\nFROM a")
    assert [each.stage and each.stage.index for each in file.instructions] == [None, 0]


def test_stages_are_found_by_name_and_index() -> None:
    file = dockerfile("FROM a AS x\nFROM b AS X\nFROM c AS y")
    first, second, third = file.stages
    assert file.stage_named("x") is second
    assert file.stage_named("X", before=second) is first
    assert file.stage_named("x", before=first) is None
    assert file.stage_named("2") is third
    assert file.stage_named("2", before=third) is None
    assert file.stage_named("2", by_index=False) is None
    assert file.stage_named("99999999999999999999") is None
    assert file.stage_named("z") is None


@pytest.mark.parametrize(
    ("text", "image"),
    [
        ("FROM a:1", "a:1"),
        ('FROM "a:1"', "a:1"),
        ("ARG T=1\nFROM a:$T", "a:1"),
        ("ARG T=1\nARG I=a:${T}\nFROM $I", "a:1"),
        ("ARG T=1 I=a:$T\nFROM $I", "a:1"),
        ("ARG T\nFROM a:${T:-2}", "a:2"),
        ("ARG T=\nFROM a:${T:-2}", "a:2"),
        ("FROM a:${T:-2}", "a:2"),
        ("ARG D\nFROM a:1${D:+@$D}", "a:1"),
        ("ARG V=3.11.4\nFROM python:${V%.*}", "python:3.11"),
        ("ARG T\nFROM a:$T", None),
        ("FROM a:$T", None),
        ("FROM a:$TARGETARCH", None),
        ("FROM a\nARG T=1\nFROM a:$T", None),
        ("FROM A:1", None),
    ],
)
def test_the_image_with_defaults_put_in(text: str, image: str | None) -> None:
    found = dockerfile(text).stages[-1].image
    assert (str(found) if found else None) == image


def test_a_stage_by_way_of_an_argument() -> None:
    file = dockerfile("ARG BASE=one\nFROM a AS one\nFROM $BASE")
    assert file.stages[1].parent is file.stages[0]


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("FROM a\nENV A=1\nRUN x", "A", "1"),
        ("FROM a\nRUN x", "A", None),
        ("FROM a\nENV A=1\nENV A=2\nRUN x", "A", "2"),
        ("FROM a\nENV A=1\nENV A=2 B=$A\nRUN x", "B", "1"),
        ("FROM a\nENV A=1\nENV A=$A:2\nRUN x", "A", "1:2"),
        ("FROM a\nENV PATH=/x:$PATH\nRUN x", "PATH", None),
        ("FROM a\nARG A=1\nRUN x", "A", "1"),
        ("FROM a\nARG A=1 B=$A\nRUN x", "B", "1"),
        ("FROM a\nARG A\nRUN x", "A", None),
        ("ARG A=1\nFROM a\nRUN x", "A", None),
        ("ARG A=1\nFROM a\nARG A\nRUN x", "A", "1"),
        ("ARG A=1\nFROM a\nARG A=2\nRUN x", "A", "2"),
        ("ARG A\nFROM a\nARG A\nRUN x", "A", None),
        ("FROM a\nARG A=1\nENV A=2\nRUN x", "A", "2"),
        ("FROM a\nENV A=2\nARG A\nRUN x", "A", "2"),
        ("FROM a AS s\nENV A=1\nARG B=2\nFROM s\nRUN x", "A", "1"),
        ("FROM a AS s\nARG B=2\nFROM s\nRUN x", "B", "2"),
        ("FROM a AS s\nENV A=1\nFROM s\nENV A=${A}2\nRUN x", "A", "12"),
        ("FROM a AS s\nENV A=1\nFROM a\nRUN x", "A", None),
        ("FROM a\nRUN x\nENV A=1", "A", None),
        ("FROM a\nARG TARGETARCH\nRUN x", "TARGETARCH", None),
        ("FROM a\nENV A 1 2\nRUN x", "A", "1 2"),
        ("FROM a\nENV A=$B\nRUN x", "A", None),
        ("FROM scratch\nENV A=${B:-1}\nRUN x", "A", "1"),
        ("FROM a\nENV A=${B:-1}\nRUN x", "A", None),
    ],
)
def test_variables(text: str, name: str, value: str | None) -> None:
    stage, instruction = at(text)
    assert stage.scope_at(instruction).value(name) == value


def test_a_scope_knows_who_set_what() -> None:
    stage, run = at("ARG G=1\nFROM a\nARG G\nENV E=2\nARG O\nARG TARGETARCH\nRUN x")
    scope = stage.scope_at(run)
    bindings = {name: scope.get(name) for name in ("G", "E", "O", "TARGETARCH", "X")}
    assert bindings["X"] is None
    found = {name: (each.kind, each.value, each.optional) for name, each in bindings.items() if each}
    assert found == {
        "G": ("arg", "1", False),
        "E": ("env", "2", False),
        "O": ("arg", None, True),
        "TARGETARCH": ("arg", None, False),
    }
    assert bindings["E"] is not None
    assert bindings["E"].span is not None
    assert bindings["E"].span.text == "E=2"
    assert scope.names() == {"G", "E", "O", "TARGETARCH"}
    assert "E" in scope
    assert "X" not in scope
    assert (scope.unset("O"), scope.unset("X"), scope.unset("E")) == (True, False, False)


def test_what_may_come_from_the_base_image() -> None:
    assert not at("FROM a\nRUN x")[0].scope_at().complete
    assert at("FROM scratch\nRUN x")[0].scope_at().complete
    assert at("FROM scratch AS s\nFROM s\nRUN x")[0].scope_at().complete
    assert not at("FROM a AS s\nFROM s\nRUN x")[0].scope_at().complete
    assert dockerfile("FROM a").global_scope.complete


def test_the_scope_of_from_is_the_global_one() -> None:
    file = dockerfile("ARG A=1\nFROM a\nARG A=2\nFROM b")
    scope = file.stages[1].scope_at(file.instructions[-1])
    assert scope.value("A") == "1"
    assert scope.get("TARGETPLATFORM") is not None


def test_users_and_shells_in_force() -> None:
    file = dockerfile(
        'FROM a AS s\nUSER one\nRUN x\nUSER two\nSHELL ["bash"]\nFROM s\nRUN y\nUSER three\nFROM a\nRUN z'
    )
    first, second, third = file.stages
    run = {each.body.text: each for each in file.instructions if each.name == "RUN"}

    def user(stage: Stage, instruction: Instruction | None = None) -> str | None:
        found = stage.user_at(instruction)
        return found.body.text if found else None

    assert user(first, run["x"]) == "one"
    assert user(first) == "two"
    assert user(second, run["y"]) == "two"
    assert user(second) == "three"
    assert user(third) is None
    assert first.shell_at(run["x"]) is None
    assert second.shell_at() is file.instructions[4]
    assert third.shell_at() is None


@pytest.mark.parametrize(
    ("text", "folder"),
    [
        ("FROM a\nRUN x", None),
        ("FROM scratch\nRUN x", "/"),
        ("FROM a\nWORKDIR /app\nRUN x", "/app"),
        ("FROM a\nWORKDIR /app\nWORKDIR src/../lib\nRUN x", "/app/lib"),
        ("FROM a\nWORKDIR app\nRUN x", None),
        ("FROM scratch\nWORKDIR app\nRUN x", "/app"),
        ("FROM a\nARG D=/x\nWORKDIR $D/y\nRUN x", "/x/y"),
        ("FROM a\nWORKDIR $D\nRUN x", None),
        ("FROM a\nWORKDIR $D\nWORKDIR /b\nRUN x", "/b"),
        ("FROM a AS s\nARG D=x\nWORKDIR /app\nFROM s\nWORKDIR ${D}2\nRUN x", "/app/x2"),
        ("FROM a\nRUN x\nWORKDIR /app", None),
        ("FROM a\nWORKDIR C:\\app\nRUN x", None),
    ],
)
def test_the_working_directory(text: str, folder: str | None) -> None:
    file = dockerfile(text)
    run = next(each for each in file.instructions if each.name == "RUN")
    assert run.stage is not None
    assert run.stage.workdir_at(run) == folder


def test_a_stage_may_not_build_on_itself_or_on_a_later_one() -> None:
    file = dockerfile("FROM b AS a\nFROM a AS b\nFROM c AS c")
    assert [stage.parent.index if stage.parent else None for stage in file.stages] == [None, 0, None]


def test_a_long_chain_of_stages() -> None:
    text = "FROM a AS s0\n" + "".join(f"FROM s{i} AS s{i + 1}\nENV A{i + 1}=${{A{i}}}x\n" for i in range(3000))
    file = dockerfile(text)
    for index, length in ((0, 1), (49, 50), (50, 1), (51, 2), (2999, 50), (3000, 1)):
        assert len(list(file.stages[index].chain())) == length, "beyond fifty stages nobody knows what is inherited"
    assert file.stages[49].root_image is not None
    assert file.stages[99].root_image is None
    assert "A51" in file.stages[99].scope_at()
    assert "A49" not in file.stages[99].scope_at()
    assert not file.stages[99].scope_at().complete
    assert file.stages[99].user_at() is None
    assert [each for each in file.walk() if isinstance(each, Stage)] == file.stages
