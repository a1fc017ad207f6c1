"""An image reference split into registry, repository, tag and digest, as Docker reads it."""

from __future__ import annotations

from functools import cache
from re import Pattern


class ImageRef:
    """`registry/repository:tag@digest` as written: what is not there is None, `docker.io` and `library/` stay out."""

    __slots__ = ("digest", "registry", "repository", "tag")

    def __init__(self, registry: str | None, repository: str, tag: str | None, digest: str | None) -> None:
        self.registry = registry
        self.repository = repository
        self.tag = tag
        self.digest = digest

    @property
    def name(self) -> str:
        """Registry and repository as one."""
        return f"{self.registry}/{self.repository}" if self.registry else self.repository

    @property
    def familiar(self) -> str:
        """The repository as people name it: `docker.io/library/python` is `python`; other registries stay in front."""
        if self.registry in (None, "docker.io", "index.docker.io"):
            return self.repository.removeprefix("library/")
        return self.name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ImageRef) and self._parts() == other._parts()

    def __hash__(self) -> int:
        return hash(self._parts())

    def _parts(self) -> tuple[str | None, ...]:
        return (self.registry, self.repository, self.tag, self.digest)

    def __str__(self) -> str:
        return self.name + (f":{self.tag}" if self.tag else "") + (f"@{self.digest}" if self.digest else "")

    def __repr__(self) -> str:
        return f"ImageRef({str(self)!r})"


@cache
def _registry() -> Pattern[str]:
    """A host with an optional port, by the grammar of github.com/distribution/reference."""
    import re

    label = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?"
    return re.compile(rf"(?:{label}(?:\.{label})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?")


@cache
def _remainder() -> Pattern[str]:
    """Repository, tag and digest, by the same grammar."""
    import re

    part = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
    return re.compile(
        rf"(?P<repository>{part}(?:/{part})*)"
        r"(?::(?P<tag>[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,127}))?"
        r"(?:@(?P<digest>[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}))?"
    )


def parse(text: str) -> ImageRef | None:
    """The reference; None where Docker would refuse it (upper case in the repository, an empty tag, 64 hex digits)."""
    if len(text) > 1000 or _is_identifier(text):
        return None
    registry, rest = _split_registry(text)
    match = _remainder().fullmatch(rest)
    if match is None or (registry is not None and not _registry().fullmatch(registry)):
        return None
    repository, digest = match["repository"], match["digest"]
    if len(repository) > 255 or (digest and not _is_digest(digest)):
        return None
    return ImageRef(registry, repository, match["tag"], digest)


def _split_registry(text: str) -> tuple[str | None, str]:
    """The part before the first slash is a registry where it has a dot, a port or upper case, or is `localhost`."""
    first, slash, rest = text.partition("/")
    if slash and (any(mark in first for mark in ".:") or first == "localhost" or first.lower() != first):
        return first, rest
    return None, text


def _is_identifier(text: str) -> bool:
    """64 hexadecimal digits are an image's identifier, not a name."""
    return len(text) == 64 and all(digit in "0123456789abcdef" for digit in text)


def _is_digest(text: str) -> bool:
    algorithm, _, digits = text.partition(":")
    size = {"sha256": 64, "sha384": 96, "sha512": 128}.get(algorithm)
    return len(digits) == size and digits == digits.lower()
