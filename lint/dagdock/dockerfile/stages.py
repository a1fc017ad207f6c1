"""Build stages: what each is built on, and which variables, shell, user and folder are in force at a place."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Literal, TypeVar

from dagdock import image
from dagdock.dockerfile import dialects
from dagdock.dockerfile.commands import Run
from dagdock.dockerfile.instruction import Instruction
from dagdock.dockerfile.instructions import Copy, From, Shell, User, Workdir
from dagdock.dockerfile.pairs import Arg, Env, Pair, PairsInstruction
from dagdock.remembered import cached_property
from dagdock.rule import Kind
from dagdock.text import Span, Text

if TYPE_CHECKING:
    from dagdock.dockerfile.document import Dockerfile
    from dagdock.dockerfile.words import Word
    from dagdock.image import ImageRef

I_ = TypeVar("I_", bound=Instruction)

# ARGs that the builder fills in by itself, usable in FROM and, once declared, in a stage.
PLATFORM_ARGS = (
    "BUILDPLATFORM",
    "BUILDOS",
    "BUILDOSVERSION",
    "BUILDARCH",
    "BUILDVARIANT",
    "TARGETPLATFORM",
    "TARGETOS",
    "TARGETOSVERSION",
    "TARGETARCH",
    "TARGETVARIANT",
    "TARGETSTAGE",
)


# A chain of stages is cut there, a path is not followed beyond: Linux takes none longer.
_HIGHEST = 50
_LONGEST_PATH = 4096


class Binding:
    """A variable as it stands at a place.

    `value` is None where it is unknown: made of something unknown, given by the builder (`predefined`), or an ARG
    without default, which is unset as long as nobody passes a value (`optional`).
    """

    __slots__ = ("instruction", "kind", "name", "optional", "pair", "value")

    def __init__(
        self,
        name: str,
        kind: Literal["arg", "env", "predefined"],
        value: str | None,
        pair: Pair | None = None,
        instruction: Instruction | None = None,
        optional: bool = False,
    ) -> None:
        self.name = name
        self.kind = kind
        self.value = value
        self.pair = pair
        self.instruction = instruction
        self.optional = optional

    @property
    def span(self) -> Span | None:
        """The `key=value` that set it."""
        return self.pair.span if self.pair else None

    def __repr__(self) -> str:
        return f"Binding({self.name}={self.value!r})"


# For each name the instructions that set it, by index, with what they set.
Bindings = dict[str, list[tuple[int, Binding]]]


class Scope:
    """The variables known at a place of the file: those set above it, and those of the stages below.

    `complete` where no other can be set there: in FROM, and in stages built on scratch.
    """

    __slots__ = ("_bindings", "_outer", "_position", "complete")

    def __init__(self, bindings: Bindings, position: int, outer: Scope | None, complete: bool) -> None:
        """Of `bindings` those of instructions before `position` count, then what `outer` knows."""
        self._bindings = bindings
        self._position = position
        self._outer = outer
        self.complete = complete

    def get(self, name: str) -> Binding | None:
        scope: Scope | None = self
        while scope is not None:
            bindings = scope._bindings.get(name)
            if bindings:
                place = bisect_left(bindings, scope._position, key=_index)
                if place:
                    return bindings[place - 1][1]
            scope = scope._outer
        return None

    def value(self, name: str) -> str | None:
        """The value; None where it is unknown or unset."""
        binding = self.get(name)
        return binding.value if binding else None

    def unset(self, name: str) -> bool:
        """Whether the variable is without a value as long as the builder passes none; False where that is unknown."""
        binding = self.get(name)
        return binding.optional if binding else self.complete

    @property
    def size(self) -> int:
        """How many names there are at most."""
        count, scope = 0, self._outer
        while scope is not None:
            count += len(scope._bindings)
            scope = scope._outer
        return count + len(self._bindings)

    def names(self) -> set[str]:
        """All names set at this place."""
        found: set[str] = set()
        scope: Scope | None = self
        while scope is not None:
            found.update(name for name, given in scope._bindings.items() if given[0][0] < scope._position)
            scope = scope._outer
        return found

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self.get(name) is not None


def _index(entry: tuple[int, Binding]) -> int:
    return entry[0]


class Stage:
    """From one FROM to the next. A file without any FROM has one stage, without `from_instruction` and name."""

    kind: ClassVar[Kind] = "dockerfile"

    def __init__(
        self, dockerfile: Dockerfile, index: int, from_instruction: From | None, instructions: list[Instruction]
    ) -> None:
        self.dockerfile = dockerfile
        self.index = index
        self.from_instruction = from_instruction
        self.instructions = instructions  # FROM first

    @property
    def span(self) -> Span:
        first, last = self.instructions[0].span, self.instructions[-1].span
        return Span(first.source, first.start, last.end)

    @property
    def name(self) -> Text | None:
        """The name as written; Docker compares it in lower case."""
        return self.from_instruction.alias if self.from_instruction else None

    @property
    def image_word(self) -> Word | None:
        """What stands behind FROM."""
        return self.from_instruction.image_word if self.from_instruction else None

    @property
    def platform(self) -> Word | None:
        """The value of `--platform`."""
        flag = self.from_instruction.platform if self.from_instruction else None
        return flag.word if flag else None

    @cached_property
    def base(self) -> str | None:
        """The text behind FROM with ARG defaults put in; None where that is unknown."""
        return self.image_word.resolve(self.dockerfile.global_scope) if self.image_word else None

    @cached_property
    def parent(self) -> Stage | None:
        """The earlier stage that this one is built on."""
        return self.dockerfile.stage_named(self.base, before=self, by_index=False) if self.base else None

    @cached_property
    def image(self) -> ImageRef | None:
        """The image it is built on; None where that is unknown, invalid, an earlier stage, or there is no FROM."""
        return image.parse(self.base) if self.base and self.parent is None else None

    @property
    def is_scratch(self) -> bool:
        return self.parent is None and self.base == "scratch"

    @property
    def is_final(self) -> bool:
        return self.index == len(self.dockerfile.stages) - 1

    @property
    def used_by(self) -> list[Stage]:
        """The later stages that are built on it, copy from it or mount it."""
        return self.dockerfile.users_of(self)

    @property
    def children(self) -> list[Stage]:
        """The later stages whose FROM names it."""
        return self.dockerfile.children_of(self)

    def chain(self) -> Iterator[Stage]:
        """This stage, then those it is built on, nearest first.

        People stack a handful; after every fifty of them the chain ends at a stage whose base is not known.
        """
        stage: Stage | None = self
        while stage is not None:
            yield stage
            stage = stage._below

    @cached_property
    def _below(self) -> Stage | None:
        """The stage that this one is built on and inherits from."""
        return self.parent if self.parent and self.dockerfile.depth_of(self) % _HIGHEST else None

    @cached_property
    def root(self) -> Stage:
        """The stage at the bottom of the chain."""
        *_, root = self.chain()
        return root

    @property
    def root_image(self) -> ImageRef | None:
        """The image at the bottom of the chain."""
        return self.root.image

    def uses(self) -> Iterator[Stage]:
        """The earlier stages it is built on, copies from or mounts; one may come several times."""
        if self.parent:
            yield self.parent
        for instruction in self.instructions:
            if isinstance(instruction, Copy) and instruction.from_stage:
                yield instruction.from_stage
            elif isinstance(instruction, Run):
                for mount in instruction.mounts:
                    if mount.from_stage:
                        yield mount.from_stage

    def all_of(self, kind: type[I_]) -> list[I_]:
        """Its instructions of one kind, in order (triggers of ONBUILD left out)."""
        found = self._by_kind.get(kind)
        if found is None:
            found = self._by_kind[kind] = [each for each in self.instructions if isinstance(each, kind)]
        return found  # type: ignore[return-value]

    @cached_property
    def _by_kind(self) -> dict[type[Instruction], list[Instruction]]:
        return {}

    def last(self, kind: type[I_], before: Instruction | None = None) -> I_ | None:
        """The last instruction of one kind before another (in all of the stage by default), inherited ones too."""
        found = self.all_of(kind)
        place = len(found) if before is None else bisect_left(found, before.index, key=_place)
        if place:
            return found[place - 1]
        return self._inherited(kind)

    def _inherited(self, kind: type[I_]) -> I_ | None:
        """The last instruction of one kind in the stages below, found once for all that ask."""
        if kind not in self._last_below:
            below = (stage.all_of(kind) for stage in self.chain() if stage is not self)
            self._last_below[kind] = next((found[-1] for found in below if found), None)
        return self._last_below[kind]  # type: ignore[return-value]

    @cached_property
    def _last_below(self) -> dict[type[Instruction], Instruction | None]:
        return {}

    def shell_at(self, instruction: Instruction | None = None) -> Shell | None:
        """The SHELL in force at an instruction (at the end of the stage by default), inherited ones too."""
        return self.last(Shell, instruction)

    def shell_words_at(self, instruction: Instruction | None = None) -> tuple[str, ...]:
        """The words of the SHELL in force at an instruction, that of the base image too; none where none is known."""
        shell = self.shell_at(instruction)
        if shell is not None:
            return tuple(str(word) for word in shell.exec_form or ())
        return dialects.shell_of_image(self.root_image) if self.root_image else ()

    def user_at(self, instruction: Instruction | None = None) -> User | None:
        """The USER in force at an instruction (at the end of the stage by default), inherited ones too."""
        return self.last(User, instruction)

    def workdir_at(self, instruction: Instruction | None = None) -> str | None:
        """The working directory at an instruction (at the end of the stage by default); None where it is unknown.

        A base image other than scratch may have set one, so a relative path is known only behind an absolute one.
        """
        folder: str | None = "/" if self.root.is_scratch else None
        limit = instruction
        for stage in self.chain():
            found = stage.all_of(Workdir)
            place = len(found) if limit is None else bisect_left(found, limit.index, key=_place)
            if place:
                return stage._folders[place - 1]
            limit = None
        return folder

    @cached_property
    def _folders(self) -> list[str | None]:
        """The working directory behind each WORKDIR of the stage."""
        import posixpath

        folder = self._below.workdir_at() if self._below else "/" if self.is_scratch else None
        found: list[str | None] = []
        for workdir in self.all_of(Workdir):
            path = workdir.path.resolve(self.scope_at(workdir)) if workdir.path else None
            if path is None or path[1:2] == ":" or "\\" in path:  # unknown, or of Windows
                folder = None
            elif path.startswith("/"):
                folder = posixpath.normpath(path)
            elif folder is not None:
                folder = posixpath.normpath(posixpath.join(folder, path))
            if folder is not None and len(folder) > _LONGEST_PATH:
                folder = None
            found.append(folder)
        return found

    def dialect_at(self, instruction: Instruction | None = None) -> str:
        """The shell that reads commands at an instruction: SHELL, else what is known of the base image."""
        shell = self.shell_at(instruction)
        pragma = self.dockerfile.shell_pragma(instruction, self)
        if pragma and (shell is None or shell.span.start < pragma.span.start):
            return dialects.of_program(pragma) or dialects.UNKNOWN
        if shell is not None:
            return dialects.of_words(list(shell.exec_form or ()))
        own = dialects.of_image(self.root_image) if self.root_image else None
        if own:
            return own
        return dialects.UNKNOWN if self.dockerfile.escape == "`" else dialects.POSIX

    def scope_at(self, instruction: Instruction | None = None) -> Scope:
        """The variables known at an instruction (at the end of the stage by default)."""
        if instruction is not None and isinstance(instruction, From):
            return self.dockerfile.global_scope
        if "_bindings" not in self.__dict__:
            # From the bottom of the chain up: however long it is, nothing nests.
            for stage in reversed(list(self.chain())):
                _ = stage._bindings
        return self._scope(len(self.dockerfile.instructions) if instruction is None else instruction.index)

    def _scope(self, position: int) -> Scope:
        return Scope(self._bindings, position, self._outer_scope, self._is_complete)

    @cached_property
    def _outer_scope(self) -> Scope | None:
        return self._below._scope(len(self.dockerfile.instructions)) if self._below else None

    @property
    def _is_complete(self) -> bool:
        return self._outer_scope.complete if self._outer_scope else self.is_scratch

    @cached_property
    def _bindings(self) -> Bindings:
        bindings: Bindings = {}
        outer, complete = self._outer_scope, self._is_complete
        for instruction in self.instructions:
            if isinstance(instruction, Env):
                scope = Scope(bindings, instruction.index, outer, complete)
                set_env(bindings, instruction, scope)
            elif isinstance(instruction, Arg):
                # Each ARG of one instruction sees those before it.
                scope = Scope(bindings, instruction.index + 1, outer, complete)
                set_args(bindings, instruction, scope, self.dockerfile.global_scope)
        return bindings

    def __repr__(self) -> str:
        return f"<stage {self.index} {self.name or ''}>"


def _place(instruction: Instruction) -> int:
    return instruction.index


def set_env(bindings: Bindings, instruction: PairsInstruction, scope: Scope) -> None:
    """Adds the variables of an ENV; all of them see what was set before it."""
    for pair in instruction.pairs:
        key = pair.key_word.resolve(scope)
        if key:
            value = pair.value.resolve(scope) if pair.value else None
            bindings.setdefault(key, []).append((instruction.index, Binding(key, "env", value, pair, instruction)))


def set_args(bindings: Bindings, instruction: PairsInstruction, scope: Scope, outside: Scope | None) -> None:
    """Adds the variables of an ARG. One without default takes that of the ARG above the first FROM, if there is one,
    and changes nothing where the stage has a variable of that name."""
    for pair in instruction.pairs:
        key = str(pair.key)
        if pair.value is not None:
            binding = Binding(key, "arg", pair.value.resolve(scope), pair, instruction)
        else:
            outer = outside.get(key) if outside else None
            if outer is not None:
                binding = Binding(key, "arg", outer.value, pair, instruction, outer.optional)
            elif key in scope:
                continue
            else:
                binding = Binding(key, "arg", None, pair, instruction, optional=True)
        bindings.setdefault(key, []).append((instruction.index, binding))
