"""What ends up in an image, and what a RUN leaves behind in its layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dagdock.api import Dockerfile, Edit, Fix, Instruction, Project, Run, Span, Stage, Word, remembered

if TYPE_CHECKING:
    from dagdock.api import BuildGraph


# What a last stage is called that only tests the one it is built on.
TESTS = ("test", "tests", "testing")


def ships(instruction: Instruction) -> bool:
    """Whether an instruction's layer is part of an image: of the final stage, or of one that it is built on.

    A stage that others only copy from leaves its layers behind. What ONBUILD keeps runs in another build, so it counts.
    """
    stage = instruction.stage
    return stage is None or instruction.onbuild is not None or is_shipped(stage)


def is_shipped(stage: Stage) -> bool:
    """Whether a stage is the final one, or one that it is built on, so that its layers are part of the image.

    Where the last one tests another (`FROM app AS test`), that other one is the final one.
    """
    return _shipped(stage.dockerfile)[stage.index]


def is_made_for(stage: Stage, project: Project) -> bool:
    """Whether a stage is shipped, or a service of a Compose file asks for it or for one that is built on it."""
    if is_shipped(stage):
        return True
    targets = {
        target.resolved.lower()
        for service in project.services_building(stage.dockerfile)
        if service.build and (target := service.build.target) and target.resolved
    }
    asked = (stage.dockerfile.stage_named(target) for target in targets)
    return any(stage in target.chain() for target in asked if target)


@remembered
def _shipped(file: Dockerfile) -> list[bool]:
    """For each stage whether it is part of the final image; from the last one up, so that nothing nests."""
    found = [False] * len(file.stages)
    last = file.stages[-1] if file.stages else None
    if last is not None and last.parent is not None and str(last.name).lower() in TESTS:
        last = last.parent  # what is tested is shipped
    for stage in reversed(file.stages):
        found[stage.index] = stage is last or any(found[child.index] for child in stage.children)
    return found


def mounts_over(run: Run, folders: tuple[str, ...]) -> bool:
    """Whether a cache or tmpfs mount lies on one of the folders or above it, so that nothing stays in the layer."""
    for mount in run.mounts:
        if mount.type in ("cache", "tmpfs") and mount.target:
            target = mount.target.rstrip("/") or "/"
            if any(folder == target or folder.startswith(target + "/") for folder in folders):
                return True
    return False


def lost_flag(run: Run) -> bool:
    """Whether a `--mount` stands among the words of the command: a line break was lost, and nothing is sure."""
    return run.shell_text is not None and "--mount=" in run.shell_text.text


def append_command(run: Run, title: str, command: str) -> Fix | None:
    """A fix that appends a command to a RUN's last line; None where the end of the script is no place for one."""
    script = run.script
    if run.heredocs or run.exec_form is not None or run.shell_text is None or script.broken or not script.commands:
        return None
    last = script.commands[-1]
    text = run.shell_text.text.rstrip()
    if last.background or last.joined == "||" or last.pipeline or last.context or text.endswith(("&&", ";", "\\")):
        return None
    if last.effective.wrappers[:1] == ("sudo",):
        command = f"sudo {command}"
    place = run.shell_text.span(0, len(text))
    if "#" in run.span.source.text[last.span.end : place.end]:
        return None  # a comment of the shell, that would swallow it
    lines = place.text.splitlines()
    if len(lines) == 1:
        return Fix.insert_after(title, place, f" && {command}")
    indent = lines[-1][: len(lines[-1]) - len(lines[-1].lstrip())] or "    "
    newline = run.span.source.newline
    return Fix.insert_after(title, place, f" {run.dockerfile.escape}{newline}{indent}&& {command}")


def add_option(run: Run, word: Word, option: str) -> Edit:
    """An edit that puts an option behind a word of a RUN's command, in either form."""
    for element in run.exec_form or ():
        if element.span.holds(word) and element == word.value:
            return Edit(Span(element.span.source, element.span.end, element.span.end), f', "{option}"')
    return Edit(Span(word.span.source, word.span.end, word.span.end), f" {option}")


def built_on(stage: Stage) -> Stage:
    """The first stage of a chain: the one whose FROM names an image from outside."""
    return list(stage.chain())[-1]


@remembered
def rebuilt_lines(instruction: Instruction) -> list[int]:
    """The lines of the layers that are built again, surely, when the result of an instruction is another one."""
    stage = instruction.stage
    return _rebuilt(stage, instructions=[instruction]) if stage else []


def rebuilt_by_argument(stage: Stage, name: str) -> list[int]:
    """The lines of the layers that are built again, surely, when an ARG of the stage has another value."""
    return _rebuilt(stage, args=[name])


def _rebuilt(stage: Stage, *, args: Sequence[str] = (), instructions: Sequence[Instruction] = ()) -> list[int]:
    from dagdock.api import Change, rebuilt_by  # the model of layers is for findings only

    # A stage that nothing needs is built when somebody asks for it.
    graph = _graph(stage.dockerfile) if stage.is_final or stage.used_by else _graph(stage)
    found = rebuilt_by(graph, Change(args=args, instructions=instructions))
    return [each.layer.line for each in found if each.certain and each.layer.instruction not in instructions]


@remembered
def _graph(built: Dockerfile | Stage) -> BuildGraph:
    from dagdock.api import BuildGraph

    return BuildGraph(built.dockerfile, target=built) if isinstance(built, Stage) else BuildGraph(built)


def named(lines: list[int]) -> str:
    """`line 5`, `lines 5 and 7`, and where there are many `lines 5 to 17 (6 layers)`."""
    if len(lines) == 1:
        return f"line {lines[0]}"
    if len(lines) > 4:
        return f"lines {lines[0]} to {lines[-1]} ({len(lines)} layers)"
    return f"lines {', '.join(map(str, lines[:-1]))} and {lines[-1]}"
