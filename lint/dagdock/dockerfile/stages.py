"""Build stages: what each is built on, and which variables, shell, user and folder are in force at a place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Literal

from dagdock.rule import Kind
from dagdock.text import Span, Text

if TYPE_CHECKING:
    from dagdock.dockerfile.document import Dockerfile
    from dagdock.dockerfile.instructions import From, Instruction, Shell, User, Workdir
    from dagdock.dockerfile.words import Word
    from dagdock.image import ImageRef


class Binding:
    """A variable as it stands at a place."""

    name: str
    kind: Literal["arg", "env", "predefined"]
    value: str | None  # None: unknown (no default, or made of something unknown)
    span: Span | None  # the pair that set it
    instruction: Instruction | None


class Scope:
    """The variables known at a place of the file."""

    complete: bool  # nothing else can be set there (FROM lines; stages built on scratch)

    def get(self, name: str) -> Binding | None:
        raise NotImplementedError

    def value(self, name: str) -> str | None:
        """Its value; None where it is unknown."""
        raise NotImplementedError

    def __contains__(self, name: str) -> bool:
        raise NotImplementedError


class Stage:
    """From one FROM to the next. A file that lacks a FROM has one anonymous stage without `from_instruction`."""

    kind: ClassVar[Kind] = "dockerfile"
    dockerfile: Dockerfile
    index: int
    name: Text | None
    span: Span
    from_instruction: From | None
    image_word: Word | None
    image: ImageRef | None  # ARG defaults put in; None: unknown, an earlier stage, or no FROM
    is_scratch: bool
    platform: Word | None
    parent: Stage | None  # the earlier stage that it is built on
    instructions: list[Instruction]  # FROM first
    is_final: bool
    used_by: list[Stage]  # later stages that build on it, copy or mount from it

    def chain(self) -> Iterator[Stage]:
        """This stage, then the stages that it is built on."""
        raise NotImplementedError

    def scope_at(self, instruction: Instruction) -> Scope:
        raise NotImplementedError

    def shell_at(self, instruction: Instruction | None = None) -> Shell | None:
        """The SHELL in force just before an instruction (at the stage's end by default)."""
        raise NotImplementedError

    def user_at(self, instruction: Instruction | None = None) -> User | None:
        raise NotImplementedError

    def workdir_at(self, instruction: Instruction | None = None) -> str | None:
        """The working directory there, when known."""
        raise NotImplementedError

    def workdirs_before(self, instruction: Instruction | None = None) -> list[Workdir]:
        raise NotImplementedError
