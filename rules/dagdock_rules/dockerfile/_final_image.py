"""Images that are made for building, under a program that only runs: see data/smaller-images.toml."""

from __future__ import annotations

from typing import Any

from dagdock.api import Cmd, CommandInstruction, Entrypoint, Stage, load_data

from ._made_for import is_for_building, is_for_development

SHELLS = ("sh", "bash", "ash", "zsh")


def facts_of_final(stage: Stage) -> dict[str, Any] | None:
    """What there is to say about the image that a final stage takes, itself or through the stages it is built on,
    where the stage is made to start a program."""
    image = stage.root_image
    if not stage.is_final or image is None or is_for_building(stage):
        return None
    if any(is_for_development(part) for part in stage.chain()):
        return None
    about: dict[str, Any] | None = load_data("dagdock_rules", "smaller-images").get(image.familiar)
    return about if about and _runs_program(stage, about.get("tools", ())) else None


def _runs_program(stage: Stage, tools: list[str]) -> bool:
    """Whether the image is made to start something, and not one of the tools that only the big image has.

    A stage on top of the one that builds may also be there to compare or to test, so it has to start a file.
    """
    starters: list[CommandInstruction] = [each for each in (stage.last(Entrypoint), stage.last(Cmd)) if each]
    commands = [each.effective for starter in starters for each in starter.script.commands if each.effective.words]
    if stage.parent and not any("/" in call.words[0].text or call.name in ("java", "dotnet") for call in commands):
        return False
    if any(len(call.words) == 1 and (call.name or "").rpartition("/")[2] in SHELLS for call in commands):
        return False  # somebody works in it
    started = [(word.value or "").rpartition("/")[2] for call in commands for word in call.words[:2]]
    return bool(started) and not any(word in tools for word in started)
