"""Which layers a build makes, stage by stage, and what goes into the cache key of each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal, NamedTuple

from dagdock.dockerfile import Add, Copy, CopyLike, From, Instruction, Onbuild, Run, Workdir
from dagdock.layers.sources import clean, git_source, is_pinned, is_url
from dagdock.remembered import cached_property

if TYPE_CHECKING:
    from dagdock.dockerfile import Dockerfile, Mount, Stage
    from dagdock.project import BuildContext

InputKind = Literal["parent", "stage", "image", "text", "files", "url", "git", "variables", "user", "shell", "mount"]
Makes = Literal["base", "files", "config"]


class Input(NamedTuple):
    """One thing that a layer's cache key depends on, in words, with the line it is decided in where there is one."""

    kind: InputKind
    text: str
    line: int | None = None


class Layer:
    """One instruction as a step of a build.

    `makes` says what comes of it: `base` for an image that is pulled, `files` for a layer of the file system (RUN,
    COPY, ADD, WORKDIR), `config` for what builds nothing: FROM of an earlier stage or scratch, and what only changes
    the image's configuration or the variables, user and shell of later steps.
    `stage` is the stage it runs in: for the trigger of an ONBUILD the one that is built on it.
    """

    __slots__ = ("instruction", "makes", "stage")

    def __init__(self, instruction: Instruction, stage: Stage) -> None:
        self.instruction = instruction
        self.stage = stage
        self.makes: Makes = _makes(instruction, stage)

    @property
    def line(self) -> int:
        return self.instruction.span.line

    @property
    def text(self) -> str:
        """The instruction on one line, as written otherwise; what a heredoc holds is left out."""
        code = self.instruction.logical.code.text.split("\n", 1)[0]
        return " ".join(code.split())

    @property
    def linked(self) -> bool:
        """Whether it is copied beside the layers below it (`--link`), so that it does not depend on them.

        BuildKit makes nothing of `--link` where `--chmod` stands beside it.
        """
        link = self.instruction.flag("link") if isinstance(self.instruction, CopyLike) else None
        if link is None or self.instruction.flag("chmod"):
            return False
        return link.value is None or link.value.lower() in ("1", "t", "true")

    def __repr__(self) -> str:
        return f"<layer {self.line} {self.instruction.name}>"


class LayerStage:
    """A stage with its layers in the order in which they are built. `built` is False where nothing needs the stage."""

    __slots__ = ("built", "layers", "stage")

    def __init__(self, stage: Stage, layers: list[Layer], built: bool) -> None:
        self.stage = stage
        self.layers = layers
        self.built = built

    @property
    def title(self) -> str:
        """Its name, else its number as Docker shows it."""
        return str(self.stage.name) if self.stage.name else f"stage-{self.stage.index}"


class BuildGraph:
    """What a build of a Dockerfile makes.

    `context` is the folder it is built from, None where that is unknown. `target` is the stage to be built, the last
    one by default; stages that it does not need are not built.
    """

    def __init__(
        self, dockerfile: Dockerfile, context: BuildContext | None = None, target: Stage | None = None
    ) -> None:
        self.dockerfile = dockerfile
        self.context = context
        self.target = target or (dockerfile.stages[-1] if dockerfile.stages else None)

    @cached_property
    def stages(self) -> list[LayerStage]:
        needed = self._needed()
        return [
            LayerStage(stage, [Layer(each, stage) for each in steps_of(stage)], stage.index in needed)
            for stage in self.dockerfile.stages
        ]

    def layers(self) -> Iterator[Layer]:
        """The layers of all stages that are built, in order."""
        for stage in self.stages:
            if stage.built:
                yield from stage.layers

    def _needed(self) -> set[int]:
        needed: set[int] = set()
        waiting = [self.target] if self.target else []
        while waiting:
            stage = waiting.pop()
            if stage.index not in needed:
                needed.add(stage.index)
                waiting += stage.uses()
                waiting += [used for step in steps_of(stage) if (used := _copied_stage(step))]
        return needed

    def inputs(self, layer: Layer) -> list[Input]:
        """What the layer's cache key depends on; nothing for what makes no layer."""
        step, stage = layer.instruction, layer.stage
        if layer.makes == "config":
            return [*_base_inputs(stage)] if isinstance(step, From) else []
        found: list[Input] = []
        if isinstance(step, From):
            found += _base_inputs(stage)
        else:
            below = self._below.get(id(layer))
            if below and not layer.linked:
                found.append(Input("parent", f"line {below.line}", below.line))
            found.append(Input("text", "its own text"))
        if isinstance(step, CopyLike):
            found += _copy_inputs(step)
        elif isinstance(step, Run):
            found += _run_inputs(step, stage)
        elif isinstance(step, Workdir):
            user = stage.user_at(step)
            if user:
                found.append(Input("user", f"USER in line {user.span.line}", user.span.line))
        if not isinstance(step, Run):
            found += _read_inputs(step)
        return found

    @cached_property
    def _below(self) -> dict[int, Layer]:
        """For each layer, by its identity, the one that it stands on."""
        below: dict[int, Layer] = {}
        tops: dict[int, Layer | None] = {}
        for stage in self.stages:
            parent = stage.stage.parent
            top = tops[parent.index] if parent else None
            for layer in stage.layers:
                if top is not None:
                    below[id(layer)] = top
                if layer.makes != "config":
                    top = layer
            tops[stage.stage.index] = top
        return below


def steps_of(stage: Stage) -> list[Instruction]:
    """The instructions that run in a stage: behind FROM first the triggers of the stage it is built on."""
    steps = list(stage.instructions)
    if stage.parent is not None and stage.from_instruction is not None:
        steps[1:1] = [each.inner for each in stage.parent.all_of(Onbuild) if each.inner is not None]
    return steps


def _makes(instruction: Instruction, stage: Stage) -> Makes:
    if isinstance(instruction, From):
        return "config" if stage.parent or stage.is_scratch else "base"
    if isinstance(instruction, Workdir):
        # The root is always there: nothing is made.
        path = instruction.path.literal if instruction.path else None
        return "config" if path is not None and path.strip() in ("/", "") else "files"
    return "files" if isinstance(instruction, (Run, CopyLike)) else "config"


def _copied_stage(step: Instruction) -> Stage | None:
    return step.from_stage if isinstance(step, Copy) else None


def _base_inputs(stage: Stage) -> Iterator[Input]:
    step = stage.from_instruction
    if stage.parent is not None:
        line = stage.parent.span.line
        yield Input("stage", f"stage {stage.parent.name or stage.parent.index}", line)
    elif stage.image is not None and stage.image.digest:
        yield Input("image", f"{stage.base}, which is pinned")
    elif not stage.is_scratch and stage.image_word is not None:
        yield Input("image", f"the digest of {stage.base or stage.image_word.raw}")
    for word in (stage.image_word, stage.platform):
        for variable in word.variables if word and step else ():
            yield Input("variables", f"ARG {variable.name}")


def _copy_inputs(step: CopyLike) -> Iterator[Input]:
    if isinstance(step, Copy) and step.from_:
        paths = ", ".join(word.raw for word in step.sources)
        stage = step.from_stage
        if stage is not None:
            yield Input("files", f"what {paths} holds in stage {stage.name or stage.index}", stage.span.line)
        else:
            yield Input("image", f"what {paths} holds in {step.from_.value}")
        return
    local: list[str] = []
    for word in step.sources:
        source = word.raw
        if isinstance(step, Add) and git_source(source):
            how = "which is pinned" if is_pinned(step, source) else "whose commit is asked at each build"
            yield Input("git", f"{source}, {how}")
        elif isinstance(step, Add) and is_url(source):
            how = "which is pinned" if is_pinned(step, source) else "asked at each build"
            yield Input("url", f"{source}, {how}")
        else:
            local.append(source)
    if local:
        whole = any(clean(source) == "." for source in local)
        yield Input("files", "all files of the context" if whole else f"the files {', '.join(local)}")
    if step.heredoc_sources:
        yield Input("text", "the text of its heredoc")


def _run_inputs(step: Run, stage: Stage) -> Iterator[Input]:
    user, shell = stage.user_at(step), stage.shell_at(step)
    if user:
        yield Input("user", f"USER in line {user.span.line}", user.span.line)
    if shell:
        yield Input("shell", f"SHELL in line {shell.span.line}", shell.span.line)
    names = sorted(stage.scope_at(step).names() - {"PATH"}) if step.onbuild is None else []
    if names:
        yield Input("variables", f"the values of {', '.join(names)}")
    for mount in step.mounts:
        yield from _mount_inputs(mount)


def _mount_inputs(mount: Mount) -> Iterator[Input]:
    if mount.type == "bind" or mount.from_stage is not None:
        home = f"stage {mount.from_stage.name}" if mount.from_stage else mount.from_ or "the context"
        line = mount.from_stage.span.line if mount.from_stage else None
        yield Input("mount", f"the files of {mount.source or '/'} in {home}, mounted", line)


def _read_inputs(step: Instruction) -> Iterator[Input]:
    """The variables that Docker puts into an instruction that is no RUN."""
    if isinstance(step, From) or not step.expands:
        return
    words = [*step.words, *(flag.word for flag in step.flags if flag.word)]
    names = sorted({str(variable.name) for word in words for variable in word.variables})
    if names:
        yield Input("variables", f"the values of {', '.join(names)}")
