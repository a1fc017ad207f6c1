"""What is known of base images: see data/base-images.toml for the facts and where they come from."""

from __future__ import annotations

from typing import Any

from dagdock.api import ImageRef, Pair, Stage, load_data

DISTROLESS = "gcr.io/distroless/"
DEBIAN = "-debian"


def known_image(image: ImageRef | None) -> dict[str, Any] | None:
    """The facts about an image, None where there are none."""
    if image is None:
        return None
    images: dict[str, dict[str, Any]] = load_data("dagdock_rules", "base-images")["image"]
    return images.get(image.familiar)


def version_to_take(name: str, where: str = "") -> str | None:
    """What to take in place of the newest image of a name; None where the name says all, as with distroless images of a
    release of Debian, which have no other versions."""
    if not name.startswith(DISTROLESS):
        # The images of others may have no tags with versions.
        return f"Name the version that you tested{where}{', or its digest' if '/' in name else ''}"
    if DEBIAN in name:
        return None
    return f"Take the image of one release of Debian, `{name}{DEBIAN}13`, or add a digest{where}"


def is_known(name: str) -> bool:
    """Whether an image of that name is among those that facts are known of."""
    return name in load_data("dagdock_rules", "base-images")["image"]


def argument_behind(stage: Stage) -> Pair | None:
    """The global ARG that says the tag of the stage's image, or the whole of it: the one its name ends with."""
    word = stage.image_word
    if word is None or not word.variables or word.variables[-1].span.end != word.span.end:
        return None
    name = word.variables[-1].name
    pairs = [pair for argument in stage.dockerfile.global_args for pair in argument.pairs if pair.key == name]
    return pairs[-1] if pairs and pairs[-1].value else None


def is_to_be_given(stage: Stage) -> bool:
    """Whether an ARG without a default stands in the name, so that each build says the tag."""
    scope = stage.dockerfile.global_scope
    return any(scope.unset(variable.name) for variable in (stage.image_word.variables if stage.image_word else ()))


def is_set_by_base(name: str, stage: Stage) -> bool:
    """Whether the base image may set a variable of that name itself, as `python` sets PYTHON_VERSION."""
    first = list(stage.chain())[-1]
    facts = known_image(first.image)
    if facts and "env" in facts:
        return name in facts["env"]
    stem = name.partition("_")[0].lower()
    return first.image is None or stem in first.image.familiar.lower()
