"""Which Airflow something runs: a range of releases, and the places that say so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from dagdock.text import Source, Span

if TYPE_CHECKING:
    from dagdock.dag import DagModule
    from dagdock.image import ImageRef
    from dagdock.project.requirements import Requirement

Release = tuple[int, int, int]
Evidence = Literal["image", "requirement", "constraints", "import"]

# Airflow's minor release in each major version of Astronomer's runtime image before it took over Airflow's numbers
# (astronomer.io/docs/runtime/runtime-version-lifecycle-policy, read 2025-11).
_ASTRO_RUNTIME = {4: 2, 5: 3, 6: 4, 7: 5, 8: 6, 9: 7, 10: 8, 11: 9, 12: 10, 13: 11}
# Images whose tags are Airflow's versions.
_IMAGES = ("/apache/airflow", "/puckel/docker-airflow", "/bitnami/airflow", "/bitnamilegacy/airflow", "/ap-airflow")


class AirflowVersion:
    """The Airflow releases that are possible: from `low` up to, but without, `high` (None: no upper end)."""

    __slots__ = ("high", "low")

    def __init__(self, low: Release, high: Release | None = None) -> None:
        self.low = low
        self.high = high

    @classmethod
    def parse(cls, text: str) -> AirflowVersion | None:
        """From `2.9.1`, `2.10`, `3`, `>=2.7,<3`, `~=2.5`, `^2.7`; None where it says nothing about releases."""
        low: Release = (0, 0, 0)
        high: Release | None = None
        said = False
        for clause in text.split(","):
            match = _clause().fullmatch(clause.strip())
            if match is None:
                return None
            operator, numbers = match["operator"] or "==", tuple(int(part) for part in match["release"].split("."))
            release = _release(numbers)
            if operator in (">=", ">", "~=", "^", "~", "==", "===", "="):
                low, said = max(low, release), True
            if operator in ("<", "<=", "~=", "^", "~", "==", "===", "="):
                end = release if operator == "<" else _next(_kept(operator, numbers))
                high, said = (end if high is None else min(high, end)), True
        return cls(low, high) if said and (high is None or low < high) else None

    @classmethod
    def of_image(cls, image: ImageRef) -> AirflowVersion | None:
        """The Airflow in an image that is known to hold it, as its tag says; None for `latest` and other images."""
        tag = _tag().match(image.tag or "")
        if tag is None:
            return None
        release = tag["release"]
        if image.repository.endswith("/astro-runtime"):
            # 3.0-4 is Airflow 3.0; 9.1.0 was a number of its own.
            minor = _ASTRO_RUNTIME.get(int(release.partition(".")[0]))
            if minor is not None:
                return cls((2, minor, 0), (2, minor + 1, 0))
            return cls.parse(release) if release.count(".") == 1 else None
        return cls.parse(release) if f"/{image.repository}".endswith(_IMAGES) else None

    def at_least(self, major: int, minor: int = 0, patch: int = 0) -> bool | None:
        """Whether it is that release or a newer one; None where both are possible."""
        release = (major, minor, patch)
        if self.low >= release:
            return True
        return False if self.high is not None and self.high <= release else None

    @property
    def major(self) -> int | None:
        """The one possible major release (`2`); None where there are several."""
        return self.low[0] if self.high is not None and self.high <= (self.low[0] + 1, 0, 0) else None

    @property
    def minor(self) -> int | None:
        """The one possible minor release (`9` of `2.9`); None where there are several."""
        return self.low[1] if self.high is not None and self.high <= (self.low[0], self.low[1] + 1, 0) else None

    @property
    def pinned(self) -> bool:
        """Whether only one minor release is possible."""
        return self.minor is not None

    def overlaps(self, other: AirflowVersion) -> bool:
        """Whether one release may be both."""
        return (self.high is None or other.low < self.high) and (other.high is None or self.low < other.high)

    def within(self, other: AirflowVersion) -> AirflowVersion:
        """The releases that both allow; those of the first where none is."""
        if not self.overlaps(other):
            return self
        ends = [end for end in (self.high, other.high) if end is not None]
        return AirflowVersion(max(self.low, other.low), min(ends) if ends else None)

    def joined(self, other: AirflowVersion) -> AirflowVersion:
        """The releases from the lowest to the highest that either allows."""
        high = None if self.high is None or other.high is None else max(self.high, other.high)
        return AirflowVersion(min(self.low, other.low), high)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AirflowVersion) and (self.low, self.high) == (other.low, other.high)

    def __hash__(self) -> int:
        return hash((self.low, self.high))

    def __str__(self) -> str:
        """For messages: `2.9.1`, `2.9`, `2`, `>=2.7,<3.0`."""
        major, minor, patch = self.low
        if self.high == (major, minor, patch + 1):
            return f"{major}.{minor}.{patch}"
        if patch == 0 and self.high == (major, minor + 1, 0):
            return f"{major}.{minor}"
        if minor == patch == 0 and self.high == (major + 1, 0, 0):
            return str(major)
        low = f">={_short(self.low)}" if self.low > (0, 0, 0) else ""
        return ",".join(part for part in (low, f"<{_short(self.high)}" if self.high else "") if part) or "any"

    def __repr__(self) -> str:
        return f"<Airflow {self}>"


class FoundVersion(NamedTuple):
    """One place that says which Airflow there is."""

    version: AirflowVersion
    place: Span
    """What says it: the image, the requirement, the constraints address, the import."""
    path: str
    """The file, relative to the project's root."""
    source: Evidence


def of_requirement(requirement: Requirement) -> AirflowVersion | None:
    """The Airflow that a requirement asks for; None for another package, no version, or one that a marker decides."""
    # From 3.0 the core is a package of its own, and the task SDK tells nothing about the whole.
    if requirement.name not in ("apache-airflow", "apache-airflow-core") or requirement.conditional:
        return None
    return AirflowVersion.parse(requirement.specifier) if requirement.specifier else None


def in_constraints(address: str) -> AirflowVersion | None:
    """The Airflow that a constraints file is for: `…/constraints-2.9.1/constraints-3.11.txt`."""
    match = _constraints().search(address)
    return AirflowVersion.parse("==" + match["release"]) if match else None


def in_packaging(source: Source, is_lock: bool) -> Iterator[tuple[AirflowVersion, Span]]:
    """The Airflow that a `pyproject.toml`, `setup.cfg`, `setup.py`, `Pipfile` asks for, or a lock file holds.

    These are looked through as text: where the name stands with a version, in one of the ways that they have. In a
    lock file only the package itself counts, and not what other packages ask for.
    """
    if "apache-airflow" not in source.text and "apache_airflow" not in source.text:
        return
    for match in _packaged().finditer(source.text):
        line_start = source.text.rfind("\n", 0, match.start()) + 1
        is_comment = source.text[line_start : match.start()].lstrip().startswith("#")
        if is_comment or is_lock != bool(match["locked"]):
            continue
        specifier = match["inline"] or match["quoted"] or match["locked"]
        if version := AirflowVersion.parse(re.sub(r"[\s()]", "", specifier)):
            yield version, Span(source, match.start(), match.end())


def in_module(module: DagModule) -> AirflowVersion | None:
    """The Airflow that a DAG file is written for, by what it imports without `try` or `if` around it and by its
    `schedule_interval`; None where it may be any."""
    eras = {_era(name) for name in _imports(module)}
    if "since 3" in eras:
        return AirflowVersion((3, 0, 0))
    if "before 2" in eras:
        return AirflowVersion((0, 0, 0), (2, 0, 0))
    if "before 3" in eras or _has_schedule_interval(module):
        return AirflowVersion((0, 0, 0), (3, 0, 0))
    return None


@lru_cache(maxsize=4096)
def _era(name: str) -> Literal["since 3", "before 2", "before 3", ""]:
    """When Airflow had what goes by a full name, where that says something."""
    if f"{name}.".startswith("airflow.sdk."):
        return "since 3"
    # The packages themselves held operators and those of plugins until Airflow 2.
    if _in_package().fullmatch(name):
        return "before 2"
    return "before 3" if _gone_in_3().match(f"{name}.") else ""


def _imports(module: DagModule) -> Iterator[str]:
    """The full names that statements at the top of a file import: `airflow.operators.BashOperator`."""
    import ast

    for statement in module.tree.body:
        if isinstance(statement, ast.ImportFrom) and not statement.level:
            yield from (f"{statement.module}.{alias.name}" for alias in statement.names)
        elif isinstance(statement, ast.Import):
            yield from (alias.name for alias in statement.names)


def _has_schedule_interval(module: DagModule) -> bool:
    if "schedule_interval" not in module.source.text:
        return False
    return any(
        keyword.arg == "schedule_interval" and module.airflow(call.func) in ("DAG", "dag")
        for call in module.names.calls
        for keyword in call.keywords
    )


def _kept(operator: str, numbers: tuple[int, ...]) -> tuple[int, ...]:
    """The leading numbers of a release that the operator holds fast."""
    if operator == "~=":
        return numbers[:-1] or numbers
    if operator == "^":
        return numbers[:1] if numbers[0] else numbers[:2]
    return numbers[:2] if operator == "~" else numbers


def _release(numbers: tuple[int, ...]) -> Release:
    major, minor, patch = (*numbers, 0, 0)[:3]
    return (major, minor, patch)


def _next(numbers: tuple[int, ...]) -> Release:
    """The first release behind all that begin with these numbers."""
    return _release((*numbers[:2], numbers[2] + 1) if len(numbers) > 2 else (*numbers[:-1], numbers[-1] + 1))


def _short(release: Release) -> str:
    return ".".join(str(part) for part in (release if release[2] else release[:2]))


@cache
def _clause() -> re.Pattern[str]:
    """An operator and a release, whatever stands behind its first three numbers (`rc1`, `.post1`, `.*`)."""
    return re.compile(
        r"(?P<operator>===|==|~=|!=|<=|>=|[<>=^~]|(?=v?\d))\s*v?(?P<release>\d{1,4}(?:\.\d{1,4}){0,2})"
        r"(?:\.\d+|\.\*|[.-]?(?:a|alpha|b|beta|c|dev|post|pre|rc)[.-]?\d*|-\d+)*(?:\+[\w.-]+)?"
    )


@cache
def _tag() -> re.Pattern[str]:
    return re.compile(r"(?:slim-|v)?(?P<release>\d{1,4}(?:\.\d{1,4}){0,2})(?!\d)")


@cache
def _constraints() -> re.Pattern[str]:
    return re.compile(r"constraints-(?P<release>\d{1,4}\.\d{1,4}(?:\.\d{1,4})?)(?:[a-z]+\d+)?(?=/|\b)(?!\.txt)")


@cache
def _in_package() -> re.Pattern[str]:
    return re.compile(r"airflow\.(?:operators|sensors|hooks)\.[A-Z]\w*")


@cache
def _gone_in_3() -> re.Pattern[str]:
    """Modules that no Airflow 3 has, nor the providers that go with it."""
    old = r"contrib|utils\.dates|(?:operators|sensors|hooks)\.\w+_(?:operator|sensor|hook)|operators\.(?:dummy|subdag)"
    return re.compile(rf"airflow\.(?:{old}|providers\.(?:mysql|postgres)\.operators)\.")


@cache
def _packaged() -> re.Pattern[str]:
    name = r"apache[-_]airflow(?:[-_]core)?(?![-\w])"
    extras = r"(?:\[[^\]\n]*\])?"
    return re.compile(
        # "apache-airflow[x]>=2.7,<3" in a list of dependencies, or a line of its own in setup.cfg
        rf"{name}{extras}\s*\(?(?P<inline>(?:===|==|~=|<=|>=|!=|<|>)\s*[\w.*]+(?:\s*,\s*(?:==|~=|<=|>=|!=|<|>)\s*[\w.*]+)*)"
        # apache-airflow = "2.9.1", apache-airflow = {version = "^2.7", extras = []}
        rf"""|{name}["']?\s*=\s*(?:\{{[^}}\n]*?version\s*=\s*)?["'](?P<quoted>[\d^~<>=!][^"'\n]*)["']"""
        # a lock file: name = "apache-airflow" and version = "2.9.1" on the next line
        rf"""|name = "{name}"\r?\nversion = "(?P<locked>[\d.]+)\""""
    )
