"""Which Airflow a project runs, and where it says so."""

from __future__ import annotations

from typing import Literal, NamedTuple

from dagdock.text import Span

Release = tuple[int, int, int]


class AirflowVersion:
    """The Airflow releases that are possible: from `low` up to, but without, `high` (None: no upper end)."""

    __slots__ = ("high", "low")

    def __init__(self, low: Release, high: Release | None = None) -> None:
        self.low = low
        self.high = high

    @classmethod
    def parse(cls, text: str) -> AirflowVersion | None:
        """From `2.9.1`, `2.10`, `3`, `>=2.7,<3`, `~=2.5`; None where it says nothing about releases."""
        raise NotImplementedError

    def at_least(self, major: int, minor: int = 0, patch: int = 0) -> bool | None:
        """Whether it is that release or a newer one; None where both are possible."""
        release = (major, minor, patch)
        if self.low >= release:
            return True
        return False if self.high is not None and self.high <= release else None

    @property
    def major(self) -> int | None:
        """The one possible major release (`2`), None where there are several."""
        raise NotImplementedError


class FoundVersion(NamedTuple):
    """One place that says which Airflow there is."""

    version: AirflowVersion
    place: Span
    """What says it: the image, the requirement, the constraints address, the import."""
    path: str
    """The file, relative to the project's root."""
    source: Literal["image", "requirement", "constraints", "import"]
