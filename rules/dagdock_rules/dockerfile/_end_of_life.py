"""Which releases of base images get no more updates: see data/end-of-life.toml for the dates."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from dagdock.api import ImageRef, load_data

# What may follow the version in a tag and goes on in later releases, by image; and in any image.
VARIANTS = {
    "mcr.microsoft.com/dotnet/aspnet": ("alpine",),
    "mcr.microsoft.com/dotnet/runtime": ("alpine",),
    "mcr.microsoft.com/dotnet/runtime-deps": ("alpine",),
    "mcr.microsoft.com/dotnet/sdk": ("alpine",),
    "php": ("alpine", "apache", "cli", "fpm", "zts"),
}
COMMON = ("alpine", "jdk", "jre", "slim")
# What may be left out: the image for all architectures has that one too.
ARCHITECTURES = ("amd64", "arm64", "arm64v8", "arm32v7", "x64")
# What people write for the name of an image.
PRODUCTS = {
    "go": "golang",
    "jdk": "openjdk",
    "nodejs": "node",
    "pg": "postgres",
    "postgresql": "postgres",
    "py": "python",
}
# Where other registries keep copies of Docker's official images; in the last one not of all of them.
MIRRORS = ("public.ecr.aws/docker/library/", "mirror.gcr.io/library/", "mcr.microsoft.com/mirror/docker/library/")
LATEST = "latest"
# How many parts of a path, from its end, speak of one image: `src/runtime/9.0/alpine3.24/amd64/Dockerfile`.
DEPTH = 5
Table = dict[str, Any]


class End:
    """What came to its end, on which day, and what to take instead (empty where nothing is known).

    `system` is the part of the tag that names the release, where it is that of the system inside.
    """

    __slots__ = ("day", "instead", "system", "what")

    def __init__(self, what: str, day: str, instead: str, system: str = "") -> None:
        self.what = what
        self.day = day
        self.instead = instead
        self.system = system


def end_of(image: ImageRef, today: str) -> End | None:
    """Why an image gets no more updates: its own release has ended, or that of the system its tag ends with."""
    name = official_name(image)
    found = _end_of(name, image.tag or "", today)
    if found and found.instead.startswith(f"{name}:") and not image.familiar.startswith(MIRRORS[-1]):
        found.instead = image.familiar.removesuffix(name) + found.instead  # from where this one comes
    return found


def _end_of(name: str, tag: str, today: str) -> End | None:
    images: dict[str, Table] = load_data("dagdock_rules", "end-of-life")["image"]
    about = images.get(name)
    if about is not None and "same" in about:
        about = images[about["same"]]
    if about is not None:
        if "any" in about:
            return _end_of_all(images, name, tag, today) if about["any"] < today else None
        if found := _own_end(images, name, tag, today):
            return found
    return _end_of_system(images, name, tag, today) if about or "/" not in name else None


def official_name(image: ImageRef) -> str:
    """The name of an image, for a copy of an official one in another registry the name of that one."""
    name = image.familiar
    for mirror in MIRRORS:
        name = name.removeprefix(mirror)
    return name


def names_old_system(path: str, today: str) -> bool:
    """Whether a file or a folder above it is named after a release of Debian or Ubuntu that gets no more updates."""
    images: dict[str, Table] = load_data("dagdock_rules", "end-of-life")["image"]
    words = re.split(r"[/._-]", path.lower())
    return any(
        (day := images[system]["ends"].get(images[system]["names"].get(word))) is not None and day < today
        for system in ("debian", "ubuntu")
        for word in words
    )


def names_release(image: ImageRef, path: str) -> bool:
    """Whether a Dockerfile or its folder is named after the release: each has its own, and this one has the old.

    `3.8/slim/Dockerfile`, `dotnet8-isolated.Dockerfile`, `Dockerfile.py38`.
    """
    images: dict[str, Table] = load_data("dagdock_rules", "end-of-life")["image"]
    first, *rest = (image.tag or "").split("-")
    parts = {first, *(part for part in rest if part not in COMMON and (_version(part) or _is_system(images, part)))}
    *folders, file = path.split("/")[-DEPTH:]
    names = [*folders, re.sub(r"(?i)^(?:docker|container)file[._-]?|[._-]?(?:docker|container)file$", "", file)]
    words = {word.lower() for name in names for word in (name, *re.split(r"[-_]", name))} - {""}
    version = _version(first)
    return not parts.isdisjoint(words) or any(
        _is_product(word, image, version) or ("." in word and f"{version}.".startswith(f"{word}.")) for word in words
    )


def _is_product(word: str, image: ImageRef, version: str) -> bool:
    """Whether a word names the image with its version: `dotnet8`, `python38`, `php7.4`."""
    found = re.fullmatch(r"([a-z]+?)v?(\d+(?:\.\d+)*)", word)
    if found is None or not version:
        return False
    product, number = found.groups()
    if PRODUCTS.get(product, product) not in image.familiar.split("/"):
        return False
    return f"{version}.".startswith(f"{number}.") or number == "".join(version.split(".")[:2])


def _end_of_all(images: dict[str, Table], name: str, tag: str, today: str) -> End:
    about = images[name]
    instead: str = about["instead"]
    if instead in images:  # the same by another name, whose releases are known
        instead = _proposed(images, instead, tag, today)
    version = _version(tag)
    day = _day(about.get("ends", {}), version) or about["any"]
    return End(f"{name} {version}" if version else name, day, instead)


def _own_end(images: dict[str, Table], name: str, tag: str, today: str) -> End | None:
    about = _ends(images, name)
    first = tag.partition("-")[0].removeprefix(name) or LATEST
    ends: dict[str, str] = about["ends"]
    version = _branch(ends, about.get("names", {}).get(first) or _version(first))
    if version is None or ends[version] >= today:
        return None
    shown = first if first in about.get("names", {}) else version
    what = f"{name}:{LATEST}, which is {version} for good," if first == LATEST else f"{name} {shown}"
    return End(what, ends[version], _proposed(images, name, tag, today))


def _ends(images: dict[str, Table], name: str) -> Table:
    about = images[name]
    return images[about["same"]] if "same" in about else about


def _proposed(images: dict[str, Table], name: str, tag: str, today: str) -> str:
    """The same variant of the release that is cared for longest; where none has a year left what the table says, if
    anything."""
    about = _ends(images, name)
    ends: dict[str, str] = about["ends"]
    last = max(ends, key=lambda release: ends[release])
    rest = _kept(images, name, tag.split("-")[1:])
    in_a_year = f"{int(today[:4]) + 1}{today[4:]}"
    otherwise: str = about.get("instead", "")
    return f"{name}:{last}{rest}" if ends[last] >= in_a_year and rest is not None else otherwise


def _kept(images: dict[str, Table], name: str, parts: list[str]) -> str | None:
    """What of the end of a tag goes on in another release; None where something in it is not known."""
    kept = []
    for part in parts:
        if part in VARIANTS.get(name, COMMON):
            kept.append(part)
        elif part.startswith("alpine") and "alpine" in VARIANTS.get(name, COMMON) and _version(part[6:]):
            kept.append("alpine")
        elif not (part in ARCHITECTURES or part in COMMON or _is_system(images, part) or _date().fullmatch(part)):
            return None
    return "".join(f"-{part}" for part in kept)


def _is_system(images: dict[str, Table], part: str) -> bool:
    """Whether a part of a tag is the code name of a release of Debian or Ubuntu."""
    return any(part in images[system]["names"] for system in ("debian", "ubuntu"))


def _end_of_system(images: dict[str, Table], name: str, tag: str, today: str) -> End | None:
    """The end of the system that a suffix of the tag names: `-buster`, `-alpine3.15`."""
    first, *parts = tag.split("-")
    for part in parts:
        for system in ("debian", "ubuntu"):
            version = images[system]["names"].get(part)
            day = images[system]["ends"].get(version)
            if day is not None and day < today:
                return End(f"{system.capitalize()} {part}", day, _without_system(images, name, first, parts), part)
        if part.startswith("alpine"):
            day = _day(images["alpine"]["ends"], _version(part.removeprefix("alpine")))
            if day is not None and day < today:
                what = f"Alpine {part.removeprefix('alpine')}"
                return End(what, day, _without_system(images, name, first, parts), part)
    return None


def _without_system(images: dict[str, Table], name: str, first: str, parts: list[str]) -> str:
    """The tag without the release of the system, which then is a newer one as long as the version is cared for."""
    rest = _kept(images, name, parts)
    if name not in images or _branch(_ends(images, name)["ends"], first) is None:
        return ""
    return f"{name}:{first}{rest}" if rest is not None and _version(first) == first else ""


def _version(text: str) -> str:
    """The numbers that a tag begins with: `3.12.1` of `3.12.1rc2`."""
    found = re.match(r"\d+(?:\.\d+)*", text)
    return found.group() if found else ""


@cache
def _date() -> re.Pattern[str]:
    """The day that an image was made on: `debian:buster-20200224`."""
    return re.compile(r"20\d{6}(?:\.\d+)?")


def _branch(ends: dict[str, str], version: str) -> str | None:
    """The longest beginning of a version that is listed: `3.8` for `3.8.12`."""
    parts = version.split(".")
    beginnings = (".".join(parts[:size]) for size in range(len(parts), 0, -1))
    return next((beginning for beginning in beginnings if beginning in ends), None)


def _day(ends: dict[str, str], version: str) -> str | None:
    branch = _branch(ends, version)
    return ends[branch] if branch else None
