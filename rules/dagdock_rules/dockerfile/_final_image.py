"""Images that are made for building, under a program that only runs: see data/smaller-images.toml."""

from __future__ import annotations

from typing import Any

from dagdock.api import Cmd, CommandInstruction, Entrypoint, Stage, load_data

from ._made_for import is_for_building, is_for_development


def facts_of_final(stage: Stage) -> dict[str, Any] | None:
    """What there is to say about the image that a final stage takes, where the stage is made to start a program."""
    image = stage.image
    if not stage.is_final or image is None or is_for_development(stage) or is_for_building(stage):
        return None
    about: dict[str, Any] | None = load_data("dagdock_rules", "smaller-images").get(image.familiar)
    return about if about and _runs_program(stage, about.get("tools", ())) else None


def _runs_program(stage: Stage, tools: list[str]) -> bool:
    """Whether the image is made to start something, and not one of the tools that only the big image has."""
    starters: list[CommandInstruction] = [*stage.all_of(Entrypoint), *stage.all_of(Cmd)]
    words = [
        (word.value or "").rpartition("/")[2]
        for starter in starters
        for command in starter.script.commands
        for word in command.effective.words[:2]
    ]
    return bool(words) and not any(word in tools for word in words)
