"""Which platform an image is for."""

from __future__ import annotations

from typing import Literal

from dagdock.api import Edit, Fix, Flag, Instruction, Span

WINDOWS = ("windows", "nanoserver", "servercore")


def is_windows(instruction: Instruction) -> bool:
    """Whether an instruction surely builds an image of Windows: by its base image or the escape character."""
    image = instruction.stage.root_image if instruction.stage else None
    named = f"{image.repository}:{image.tag}".lower() if image else ""
    return instruction.dockerfile.escape == "`" or any(word in named for word in WINDOWS)


def without_platform(flag: Flag, safety: Literal["safe", "unsafe"]) -> Fix:
    """Take the flag out, with the blanks behind it."""
    source, end = flag.span.source, flag.span.end
    while source.text[end : end + 1] in (" ", "\t"):
        end += 1
    return Fix("Leave out `--platform`", [Edit(Span(source, flag.span.start, end), "")], safety)
