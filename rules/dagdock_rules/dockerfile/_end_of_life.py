"""Which releases of base images get no more updates: see data/end-of-life.toml for the dates."""

from __future__ import annotations

from typing import Any

from dagdock.api import ImageRef, load_data


class End:
    """What came to its end, on which day, and what to take instead (empty where nothing is known)."""

    __slots__ = ("day", "instead", "what")

    def __init__(self, what: str, day: str, instead: str) -> None:
        self.what = what
        self.day = day
        self.instead = instead


def end_of(image: ImageRef, today: str) -> End | None:
    """Why an image gets no more updates: its own release has ended, or that of the system its tag ends with."""
    images: dict[str, dict[str, Any]] = load_data("dagdock_rules", "end-of-life")["image"]
    name = image.familiar.removeprefix("public.ecr.aws/docker/library/")
    about = images.get(name)
    if about is not None and "same" in about:
        about = images[about["same"]]
    if about is not None:
        if "any" in about:
            return End(name, about["any"], about["instead"]) if about["any"] < today else None
        if found := _own_end(name, about, image.tag or "", today):
            return found
    elif "/" in name:
        return None
    return _end_of_system(images, image.tag or "", today) if about or image.registry is None else None


def _own_end(name: str, about: dict[str, Any], tag: str, today: str) -> End | None:
    first = tag.partition("-")[0]
    version = about.get("names", {}).get(first) or _version(first)
    day = _day(about["ends"], version)
    if day is None or day >= today:
        return None
    instead = _lasting(about["ends"], today)
    return End(f"{name} {first}", day, f"{name}:{instead}" if instead else "")


def _lasting(ends: dict[str, str], today: str) -> str:
    """The oldest release that has another year to go, or else the one that ends last; empty where all have ended."""
    next_year = f"{int(today[:4]) + 1}{today[4:]}"
    lasting = [release for release, end in ends.items() if end >= next_year]
    if lasting:
        return min(lasting, key=_numbers)
    last = max(ends, key=lambda release: ends[release])
    return last if ends[last] >= today else ""


def _end_of_system(images: dict[str, dict[str, Any]], tag: str, today: str) -> End | None:
    """The end of the system that a suffix of the tag names: `-buster`, `-alpine3.15`."""
    for part in tag.split("-")[1:]:
        for system in ("debian", "ubuntu"):
            version = images[system]["names"].get(part)
            day = images[system]["ends"].get(version)
            if day is not None and day < today:
                return End(f"{system.capitalize()} {part}", day, "")
        if part.startswith("alpine"):
            day = _day(images["alpine"]["ends"], _version(part.removeprefix("alpine")))
            if day is not None and day < today:
                return End(f"Alpine {part.removeprefix('alpine')}", day, "")
    return None


def _version(text: str) -> str:
    """The numbers that a tag begins with: `3.12.1` of `3.12.1rc2`."""
    import re

    found = re.match(r"\d+(?:\.\d+)*", text)
    return found.group() if found else ""


def _day(ends: dict[str, str], version: str) -> str | None:
    """The day for the longest beginning of a version that is listed."""
    parts = version.split(".")
    for size in range(len(parts), 0, -1):
        if day := ends.get(".".join(parts[:size])):
            return day
    return None


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
