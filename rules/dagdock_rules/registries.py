"""Which registries a team trusts: what the list `trusted-registries` of the configuration says of an image."""

from __future__ import annotations

from collections.abc import Sequence

from dagdock.api import ImageRef, parse_image

DOCKER_HUB = ("docker.io", "hub.docker.com", "index.docker.io", "registry-1.docker.io")


def untrusted(name: str, trusted: Sequence[str]) -> str:
    """What to say of an image that is from none of the trusted registries; empty where it is, or nobody can know."""
    image = parse_image(name)
    if image is None or any(_fits(image, pattern.lower()) for pattern in trusted):
        return ""
    listed = ", ".join(f"`{pattern}`" for pattern in trusted[:4])
    more = " …" if len(trusted) > 4 else ""
    return (
        f"`{name}` comes from `{image.registry or 'docker.io'}`, which is none of the trusted registries "
        f"({listed}{more}). Take the image from one of those, or add this one to `trusted-registries`"
    )


def _fits(image: ImageRef, pattern: str) -> bool:
    from fnmatch import fnmatchcase

    registries = (image.registry.lower(),) if image.registry else DOCKER_HUB
    if any(registry in DOCKER_HUB for registry in registries):
        registries = DOCKER_HUB
    if "/" not in pattern:
        return any(fnmatchcase(registry, pattern) for registry in registries)
    folder = pattern.rstrip("/")
    names = [f"{registry}/{image.repository}" for registry in registries]
    return any(name == folder or name.startswith(folder + "/") or fnmatchcase(name, pattern) for name in names)
