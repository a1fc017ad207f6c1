"""`COPY --from=… / /`: the whole file system of another stage or image."""

from __future__ import annotations

from dagdock.api import Copy, Run, Stage, parse_image

from ._base_image import known_image


def brings_whole_root(copy: Copy) -> bool:
    if not copy.from_ or copy.destination is None or copy.destination.literal != "/":
        return False
    return any(source.literal in ("/", "/*", "/.") for source in copy.sources)


def is_system(copy: Copy) -> bool:
    """Whether what is copied surely is a whole system with what a build left in it, no image of a few files."""
    stage = copy.from_stage
    if stage is not None:
        return _is_built(stage)
    return copy.from_ is not None and known_image(parse_image(copy.from_.value or "")) is not None


def _is_built(stage: Stage) -> bool:
    *_, first = stage.chain()
    if first.is_scratch:
        return False
    return known_image(first.image) is not None or any(part.all_of(Run) for part in stage.chain())
