"""An image reference split into registry, repository, tag and digest."""

from __future__ import annotations


class ImageRef:
    """`registry/repository:tag@digest`; what is not written is None."""

    __slots__ = ("digest", "registry", "repository", "tag")

    def __init__(self, registry: str | None, repository: str, tag: str | None, digest: str | None) -> None:
        self.registry = registry
        self.repository = repository
        self.tag = tag
        self.digest = digest


def parse(text: str) -> ImageRef | None:
    """The reference; None where Docker would refuse it."""
    raise NotImplementedError
