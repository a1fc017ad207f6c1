"""What is known of images that keep data: see data/data-stores.toml for the facts and where they come from."""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise
from posixpath import basename
from typing import Any, NamedTuple

from dagdock.api import ImageRef, Project, Service, load_data

_HUB = (None, "docker.io", "index.docker.io", "registry.hub.docker.com", "mirror.gcr.io", "docker.m.daocloud.io")
# The addresses of a published port that mean all network cards.
EVERYWHERE = ("", "0.0.0.0", "::", "*")
_PLATFORMS = ("amd64", "arm32v5", "arm32v6", "arm32v7", "arm64v8", "i386", "ppc64le", "s390x")


class Store(NamedTuple):
    """A database or another program that keeps data, as an image of it does."""

    name: str
    facts: dict[str, Any]

    @property
    def ports(self) -> list[int]:
        ports: list[int] = self.facts["ports"]
        return ports

    def list(self, key: str) -> list[str]:
        found: list[str] = self.facts.get(key, [])
        return found


def store_of(service: Service) -> Store | None:
    """The data store that a service's image is; None for any other image, and for one that is built here."""
    if service.image_ref is None or service.build is not None:
        return None
    return _by_image().get(_plain_name(service.image_ref))


def store_below(service: Service, project: Project) -> Store | None:
    """The data store whose image the service's own one is built on."""
    stage = project.stage_of(service)
    image = list(stage.chain())[-1].image if stage else None
    return store_by_image(image) if image else None


def store_by_image(image: ImageRef) -> Store | None:
    """The data store that an image is."""
    return _by_image().get(_plain_name(image))


def built_on(service: Service, project: Project) -> ImageRef | None:
    """The image that a service's own one is built on, where the Dockerfile leaves what is started to it."""
    stage = project.stage_of(service)
    if stage is None:
        return None
    from dagdock.api import Cmd, Entrypoint, Env, Volume

    if any(part.last(kind) for part in stage.chain() for kind in (Cmd, Entrypoint, Env, Volume)):
        return None
    return list(stage.chain())[-1].image


def data_folders(service: Service, store: Store, image: ImageRef | None = None) -> list[str] | None:
    """The folders that hold the data, any of them; None where that cannot be told or there are no data to keep.

    `image` is the one of the store, where that is not the service's own.
    """
    words = _words(service, store)
    if words is None:
        return None
    line = " ".join(word or '""' for word in words)
    if any(part in line for part in store.list("memory")):
        return None
    moved = [setting for name in store.list("env") if (setting := service.variable(name))]
    if moved:
        folders = [setting.resolved for setting in moved if setting.resolved and setting.resolved.startswith("/")]
        return [*folders] if len(folders) == len(moved) else None
    named = _named_behind(store.list("options"), words)
    if named:
        return named if all(folder.startswith("/") for folder in named) else None
    return _usual_folders(store, image or service.image_ref) or None


def asks_to_keep(service: Service, store: Store) -> bool:
    """Whether the command says that the data must last."""
    line = " ".join(_words(service, store) or ())
    return any(part in line for part in store.list("lasting"))


def _words(service: Service, store: Store) -> list[str] | None:
    """The command's words; None where they are not known, or run something else than the server."""
    if service.entrypoint is not None:
        return None
    if service.command is None:
        return None if service.has("command") else []
    words = [word.resolved for word in service.command.words]
    known = [str(word) for word in words if word is not None]
    if len(known) < len(words) or not known:
        return None
    first = basename(known[0])
    return known if first.startswith("-") or first in store.list("servers") else None


def _named_behind(options: list[str], words: list[str]) -> list[str]:
    """What the command names behind these options, or behind a word: `--dir=/x`, `--dir /x`, `server /x`."""
    found: list[str] = []
    for word, following in pairwise([*words, ""]):
        option, equals, value = word.partition("=")
        if option in options:
            found.append(value if equals else following)
    return found


def _usual_folders(store: Store, image: ImageRef | None) -> list[str]:
    newer: dict[str, list[str]] = store.facts.get("newer", {})
    if not newer:
        return store.list("folders")
    version = _major_version(image.tag or "") if image else None
    if version is None:
        return [*store.list("folders"), *(folder for folders in newer.values() for folder in folders)]
    reached = [int(number) for number in newer if int(number) <= version]
    return newer[str(max(reached))] if reached else store.list("folders")


def _major_version(tag: str) -> int | None:
    match = re.search(r"pg(\d{1,3})(?!\d)", tag) or re.match(r"v?(\d{1,3})(?!\d)", tag)
    return int(match[1]) if match else None


def _plain_name(image: ImageRef) -> str:
    """The name without what a registry or a mirror puts in front of an official image."""
    repository = image.repository.rpartition("library/")[2] if "library/" in image.repository else image.repository
    if repository == image.repository and image.registry not in _HUB:
        repository = image.name
    platform, _, rest = repository.partition("/")
    return rest if platform in _PLATFORMS else repository


@cache
def _by_image() -> dict[str, Store]:
    stores: dict[str, dict[str, Any]] = load_data("dagdock_rules", "data-stores")
    return {image: Store(name, facts) for name, facts in stores.items() for image in facts["images"]}
