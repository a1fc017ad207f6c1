"""What a change makes BuildKit build again: followed through the layers of all stages, with the reason for each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from posixpath import join, normpath
from typing import TYPE_CHECKING

from dagdock.dockerfile import (
    Add,
    Arg,
    Copy,
    CopyLike,
    Env,
    From,
    Instruction,
    Run,
    Shell,
    User,
    Variable,
    Workdir,
)
from dagdock.ignorefile import WILDCARDS
from dagdock.layers.graph import BuildGraph, Layer
from dagdock.layers.sources import clean, excluded, is_pinned, landed, sent, takes

if TYPE_CHECKING:
    from dagdock.dockerfile import Mount, Stage, Word

# An ARG of one of these names is no variable of the steps.
# https://github.com/moby/buildkit/blob/master/frontend/dockerfile/dockerfile2llb/convert.go (nonEnvArgs)
_NO_VARIABLES = frozenset(("BUILDKIT_SBOM_SCAN_CONTEXT", "BUILDKIT_SBOM_SCAN_STAGE"))
_TARGET = frozenset(("TARGETPLATFORM", "TARGETOS", "TARGETARCH", "TARGETVARIANT", "TARGETOSVERSION"))
_PLAIN = ("", ":-", "-")  # with these a variable stands for its own value


class Change:
    """What is different from the last build.

    `paths` are files and folders of the context whose content, mode or name changed (a new time alone changes
    nothing). `args` are build arguments with a new value, `remote` images and URLs that lead to something new,
    `instructions` instructions whose own text or result is new.
    """

    __slots__ = ("args", "instructions", "paths", "remote")

    def __init__(
        self,
        paths: Sequence[str] = (),
        args: Sequence[str] = (),
        remote: Sequence[str] = (),
        instructions: Sequence[Instruction] = (),
    ) -> None:
        self.paths = [clean(path) for path in paths]
        self.args = list(args)
        self.remote = list(remote)
        self.instructions = list(instructions)


class Rebuild:
    """A layer that is built again: `certain`, or perhaps.

    `because` says why, in words that follow "it"; where it is not certain they may begin with "if". `cause` is what
    makes it so where that is another layer further up, None where the change itself does.
    """

    __slots__ = ("because", "cause", "certain", "layer")

    def __init__(self, layer: Layer, certain: bool, because: str, cause: Rebuild | None = None) -> None:
        self.layer = layer
        self.certain = certain
        self.because = because
        self.cause = cause

    def chain(self) -> Iterator[Rebuild]:
        """Itself and what led to it, up to the layer that the change meets."""
        link: Rebuild | None = self
        while link is not None:
            yield link
            link = link.cause

    def __repr__(self) -> str:
        return f"<{'rebuilt' if self.certain else 'may be rebuilt'} {self.layer.line}: {self.because}>"


def rebuilt_by(graph: BuildGraph, change: Change) -> list[Rebuild]:
    """The layers that a change makes the builder build again, or may make it, in the order of the build."""
    return list(_Propagation(graph, change).run())


class _Reason:
    """Why something is different: `certain`, or perhaps."""

    __slots__ = ("because", "cause", "certain")

    def __init__(self, because: str, certain: bool = True, cause: Rebuild | None = None) -> None:
        self.because = because
        self.certain = certain
        self.cause = cause


_Changed = dict[str, _Reason]  # variables with another value than before


class _State:
    """What a step finds when it runs: which variables, user and folder are new, and the last layer that is."""

    __slots__ = ("chain", "folder", "shell", "touched", "user", "variables")

    def __init__(self) -> None:
        self.variables: _Changed = {}
        self.user: _Reason | None = None
        self.folder: _Reason | None = None
        self.shell: _Reason | None = None
        self.chain: Rebuild | None = None
        # Files that are surely different, each with the places where it may lie; None where anything may be.
        self.touched: list[list[str]] | None = []

    def copy(self) -> _State:
        other = _State()
        other.variables = dict(self.variables)
        other.user, other.folder, other.shell, other.chain = self.user, self.folder, self.shell, self.chain
        other.touched = None if self.touched is None else list(self.touched)
        return other

    def extend(self, rebuild: Rebuild) -> None:
        """The layer below the next step is this one; a certain one counts for more than one that may be."""
        if self.chain is None or (rebuild.certain and not self.chain.certain):
            self.chain = rebuild


class _Propagation:
    def __init__(self, graph: BuildGraph, change: Change) -> None:
        self.graph = graph
        self.change = change
        self.args = frozenset(change.args) - _NO_VARIABLES
        self.remote = frozenset(change.remote)
        self.instructions = frozenset(id(each) for each in change.instructions)
        self.paths = [path for path in change.paths if sent(graph.context, path)]
        self.ignore_file = next((path for path in change.paths if path.endswith(".dockerignore")), None)
        self.global_variables = self._global_variables()
        self.ends: dict[int, _State] = {}

    def run(self) -> Iterator[Rebuild]:
        for stage in self.graph.stages:
            if not stage.built:
                continue
            parent = stage.stage.parent
            state = self.ends[parent.index].copy() if parent and parent.index in self.ends else _State()
            for layer in stage.layers:
                rebuild = self._step(layer, state)
                if rebuild is not None:
                    yield rebuild
            self.ends[stage.stage.index] = state

    def _global_variables(self) -> _Changed:
        changed: _Changed = {name: _Reason(f"ARG {name}") for name in self.args}
        for arg in self.graph.dockerfile.global_args:
            for pair in arg.pairs:
                reason = self._reads(pair.value, changed) if pair.value else None
                if reason and str(pair.key) not in self.args:
                    changed[str(pair.key)] = reason
        return changed

    # One step

    def _step(self, layer: Layer, state: _State) -> Rebuild | None:
        step = layer.instruction
        if layer.makes == "config":
            self._set(step, state)
            return None
        own = self._own_reason(layer, state)
        rebuild = Rebuild(layer, own.certain, own.because, own.cause) if own else None
        below = None if layer.linked else state.chain
        if below is not None and (rebuild is None or (below.certain and not rebuild.certain)):
            rebuild = Rebuild(layer, below.certain, f"stands on line {below.layer.line}", below)
        if rebuild is not None:
            self._touch(layer, own, state)
            state.extend(rebuild)
        if isinstance(step, Workdir):
            self._set(step, state)
        return rebuild

    def _own_reason(self, layer: Layer, state: _State) -> _Reason | None:
        """Why a layer is built again whatever it stands on."""
        step = layer.instruction
        if id(step) in self.instructions:
            return _Reason("is what changed")
        if isinstance(step, From):
            return self._base(layer.stage)
        if isinstance(step, Run):
            return _strongest([*self._run_reasons(step, state)])
        if isinstance(step, CopyLike):
            return _strongest([*self._copy_reasons(layer, step, state)])
        if isinstance(step, Workdir):
            epoch = _Reason("gets its time from SOURCE_DATE_EPOCH") if "SOURCE_DATE_EPOCH" in self.args else None
            return _strongest([self._reads_any(step, state), state.user, epoch])
        return None

    def _base(self, stage: Stage) -> _Reason | None:
        word = stage.image_word
        if word is None or stage.parent is not None:
            return None  # what is new in the stage it is built on came along with that
        for name in (stage.base, word.raw):
            if name in self.remote and "@sha256:" not in name:
                return _Reason(f"{name} leads to another image")
        reason = self._reads(word, self.global_variables)
        platform = self._reads(stage.platform, self.global_variables) if stage.platform else None
        if stage.platform is None and not stage.is_scratch and self.args & _TARGET:
            platform = _Reason("takes the image of another platform")
        found = _strongest([reason, platform])
        if found is None or found.because.startswith("takes"):
            return found
        return _Reason(f"uses {found.because}", found.certain, found.cause)

    def _run_reasons(self, step: Run, state: _State) -> Iterator[_Reason | None]:
        for name, reason in state.variables.items():
            yield _Reason(_environment(name, reason, step), reason.certain, reason.cause)
        yield state.user
        yield state.shell if step.shell_text is not None else None
        for mount in step.mounts:
            yield self._mount(mount)

    def _mount(self, mount: Mount) -> _Reason | None:
        source = str(mount.source or "/")
        if mount.from_stage is not None:
            return self._from_stage(mount.from_stage, [source], "mounts")
        if mount.from_ is not None:
            return _Reason(f"mounts {mount.from_}") if str(mount.from_) in self.remote else None
        if mount.type != "bind":
            return None
        for path in self.paths:
            answer = "may" if "$" in source else takes(source, path)
            if answer != "no":
                return _Reason(f"mounts {path}", answer == "yes")
        if self.ignore_file and self._is_many(source):
            return _Reason(f"mounts what {self.ignore_file} lets in", False)
        return None

    def _is_many(self, source: str) -> bool:
        """Whether a source may stand for several files, of which the ignore file leaves some out."""
        folder = clean(source) == "." or not WILDCARDS.isdisjoint(source)
        return folder or self.graph.context is None or self.graph.context.is_folder(source)

    def _copy_reasons(self, layer: Layer, step: CopyLike, state: _State) -> Iterator[_Reason | None]:
        yield self._reads_any(step, state)
        if layer.linked and state.folder and step.destination and not step.destination.raw.startswith("/"):
            yield state.folder
        if isinstance(step, Copy) and step.from_:
            if step.from_stage is not None:
                paths = [self._resolved(word, step) or "$" for word in step.sources]
                yield self._from_stage(step.from_stage, paths, "takes")
            elif str(step.from_.value) in self.remote:
                yield _Reason(f"takes from {step.from_.value}, which leads to another image")
            return
        for word in step.sources:
            source = self._resolved(word, step)
            if source is not None and isinstance(step, Add) and source in self.remote and not is_pinned(step, source):
                yield _Reason(f"takes {source}")
            yield from (self._takes(step, source, path) for path in self.paths)
            if self.ignore_file and source is not None and "://" not in source and self._is_many(source):
                yield _Reason(f"takes what {self.ignore_file} lets in", False)

    def _takes(self, step: CopyLike, source: str | None, path: str) -> _Reason | None:
        if source is None:
            return _Reason(f"may take {path}: a variable in its source is unknown", False)
        if isinstance(step, Add) and "://" in source:
            return None
        answer = takes(source, path, parents=_parents(step))
        patterns = [str(flag.value) for flag in step.flags if flag.name == "exclude" and flag.value]
        if answer != "no" and patterns:
            left_out = excluded(patterns, source, path)
            if left_out == "yes":
                return None
            answer = "may" if left_out == "may" else answer
        return None if answer == "no" else _Reason(f"takes {path}", answer == "yes")

    def _from_stage(self, stage: Stage, sources: Sequence[str], verb: str) -> _Reason | None:
        """Files of another stage count by their content: a stage that is built again may give the same ones."""
        state = self.ends.get(stage.index)
        if state is None or state.chain is None:
            return None
        name = stage.name or stage.index
        if state.touched is None or any("$" in source or "*" in source for source in sources):
            return _Reason(f"if what it {verb} from stage {name} is different", False, state.chain)
        wanted = [normpath(join("/", source)) for source in sources]
        certain = None
        for places in state.touched:
            hits = [_is_below(place, folder) for place in places for folder in wanted]
            held = [any(_is_below(place, folder) for folder in wanted) for place in places]
            if any(hits):
                certain = certain or all(held)
        if certain is None:
            return None
        if not (certain and state.chain.certain):
            return _Reason(f"if what it {verb} from stage {name} is different", False, state.chain)
        return _Reason(f"{verb} what is different in stage {name}", True, state.chain)

    # What a step leaves behind

    def _set(self, step: Instruction, state: _State) -> None:
        """What an instruction that makes no layer changes for those behind it."""
        if id(step) in self.instructions:
            for name in [str(pair.key) for pair in step.pairs] if isinstance(step, (Env, Arg)) else ():
                state.variables[name] = _Reason(f"{step.name} {name}")
            if isinstance(step, User):
                state.user = _Reason("runs as another user")
            elif isinstance(step, Shell):
                state.shell = _Reason("runs in another shell")
        elif isinstance(step, Env):
            values = [(pair, self._reads(pair.value, state.variables) if pair.value else None) for pair in step.pairs]
            for pair, reason in values:
                _assign(state.variables, str(pair.key), reason, f"ENV {pair.key}")
        elif isinstance(step, Arg):
            for pair in step.pairs:
                self._declare(str(pair.key), pair.value, state)
        elif isinstance(step, User):
            reason = self._reads_any(step, state)
            state.user = _Reason("runs as another user", reason.certain, reason.cause) if reason else None
        elif isinstance(step, Workdir):
            state.folder = self._reads_any(step, state)

    def _declare(self, name: str, default: Word | None, state: _State) -> None:
        if name in self.args:
            state.variables[name] = _Reason(f"ARG {name}")
        elif default is not None:
            _assign(state.variables, name, self._reads(default, state.variables), f"ARG {name}")
        elif name in self.graph.dockerfile.global_scope:
            _assign(state.variables, name, self.global_variables.get(name), f"ARG {name}")

    def _touch(self, layer: Layer, own: _Reason | None, state: _State) -> None:
        """Which files of the image are different behind a layer that is built again."""
        step = layer.instruction
        if state.touched is None or isinstance(step, Workdir):
            return
        if not isinstance(step, CopyLike) or (isinstance(step, Copy) and step.from_) or id(step) in self.instructions:
            state.touched = None
            return
        if own is None:
            return  # it puts the same files there once more
        folder = layer.stage.workdir_at(step)
        written = self._resolved(step.destination, step) if step.destination else None
        if written is None or (folder is None and not written.startswith("/")) or self._reads_any(step, state):
            state.touched = None
            return
        base = join(folder or "/", written)
        alone = len(step.sources) == 1
        for word in step.sources:
            source = self._resolved(word, step)
            if source is None or (isinstance(step, Add) and ("://" in source or ".t" in source)):
                state.touched = None  # an archive is unpacked
                return
            for path in self.paths:
                if takes(source, path, parents=_parents(step)) == "yes":
                    state.touched.append(landed(source, path, base, alone=alone, parents=_parents(step)))

    # Variables

    def _reads_any(self, step: Instruction, state: _State) -> _Reason | None:
        """Whether Docker puts a variable with a new value into an instruction."""
        words = [*step.words, *(flag.word for flag in step.flags if flag.word)]
        reasons = [self._reads(word, state.variables) for word in words]
        for heredoc in step.heredocs if isinstance(step, CopyLike) else ():
            if not heredoc.quoted:
                reasons += [
                    reason
                    for name, reason in state.variables.items()
                    if f"${name}" in heredoc.body.text or f"${{{name}" in heredoc.body.text
                ]
        found = _strongest(reasons)
        return _Reason(f"uses {found.because}", found.certain, found.cause) if found else None

    def _reads(self, word: Word | None, variables: _Changed) -> _Reason | None:
        """Whether a word stands for something else than before."""
        if word is None or not variables:
            return None
        found: list[_Reason | None] = []
        for part in word.parts:
            if not isinstance(part, Variable):
                continue
            reason = variables.get(str(part.name))
            if reason is not None:
                found.append(_Reason(reason.because, reason.certain and part.modifier in _PLAIN, reason.cause))
            for inner in (part.word, part.replacement):
                nested = self._reads(inner, variables) if inner is not None else None
                if nested is not None:
                    found.append(_Reason(nested.because, False, nested.cause))
        return _strongest(found)

    @staticmethod
    def _resolved(word: Word, step: Instruction) -> str | None:
        return word.resolve(step.stage.scope_at(step)) if step.stage else None


def _assign(variables: _Changed, name: str, reason: _Reason | None, what: str) -> None:
    """A variable is set: to something new, or to what it was before."""
    if reason is None:
        variables.pop(name, None)
    else:
        variables[name] = _Reason(what, reason.certain, reason.cause)


def _environment(name: str, reason: _Reason, step: Run) -> str:
    """How a RUN meets a variable that has another value."""
    used = f"${name}" in step.span.text or f"${{{name}" in step.span.text
    return f"uses {reason.because}" if used else f"has {reason.because} in its environment"


def _strongest(reasons: Sequence[_Reason | None]) -> _Reason | None:
    """The first that is certain, else the first."""
    found = [reason for reason in reasons if reason is not None]
    return next((reason for reason in found if reason.certain), found[0] if found else None)


def _is_below(path: str, folder: str) -> bool:
    return path == folder or folder == "/" or path.startswith(f"{folder}/")


def _parents(step: CopyLike) -> bool:
    flag = step.flag("parents")
    return flag is not None and (flag.value is None or flag.value.lower() in ("1", "t", "true"))
