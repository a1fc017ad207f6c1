"""What is known of base images: see data/base-images.toml for the facts and where they come from."""

from __future__ import annotations

from typing import Any

from dagdock.api import ImageRef, Pair, Stage, load_data


def known_image(image: ImageRef | None) -> dict[str, Any] | None:
    """The facts about an image, None where there are none."""
    if image is None:
        return None
    images: dict[str, dict[str, Any]] = load_data("dagdock_rules", "base-images")["image"]
    return images.get(full_name(image))


def full_name(image: ImageRef) -> str:
    """`python` for an official image however it is spelled, else the path with its registry where it has one."""
    registry, repository = image.registry, image.repository
    if registry in (None, "docker.io", "index.docker.io"):
        return repository.removeprefix("library/")
    return f"{registry}/{repository}"


def argument_behind(stage: Stage) -> Pair | None:
    """The global ARG that the stage's image is named by, where it stands for the whole of it."""
    word = stage.image_word
    if word is None or not word.variables:
        return None
    names = {variable.name for variable in word.variables}
    pairs = [pair for argument in stage.dockerfile.global_args for pair in argument.pairs if pair.key in names]
    return pairs[-1] if pairs else None
