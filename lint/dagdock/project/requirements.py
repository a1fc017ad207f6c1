"""Python requirements: what a requirement file or a `pip install` names, each with its place and version."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from dagdock.text import Source, Span, Text


class Requirement:
    """One package that something installs: `apache-airflow[postgres]==2.9.1`.

    `name` is normalised (lower case, `-` for `_` and `.`). `specifier` is the version part without blanks (`==2.9.1`,
    empty where there is none), None where it is unknown: a variable, an address. `extras` are the names in brackets.
    `conditional` where a marker (`; python_version < "3.9"`) decides whether it is installed at all.
    """

    __slots__ = ("conditional", "extras", "name", "span", "specifier")

    def __init__(
        self, name: str, specifier: str | None, extras: tuple[str, ...], span: Span, conditional: bool = False
    ) -> None:
        self.name = name
        self.specifier = specifier
        self.extras = extras
        self.span = span
        self.conditional = conditional

    @property
    def version(self) -> str | None:
        """The one version that `==` pins; None where another may be installed."""
        if self.specifier and self.specifier.startswith("==") and not self.specifier.endswith("*"):
            return None if "," in self.specifier else self.specifier.lstrip("=")
        return None

    def __repr__(self) -> str:
        return f"<requirement {self.name}{'?' if self.specifier is None else self.specifier}>"


class RequirementFile:
    """A requirements file: its packages, the files it includes (`-r`), its constraints (`-c`).

    `complete` is False where a line installs something that has no name here (`-e .`, an address).
    """

    __slots__ = ("complete", "constraints", "includes", "requirements", "source")

    def __init__(self, source: Source) -> None:
        self.source = source
        self.requirements: list[Requirement] = []
        self.includes: list[Text] = []
        self.constraints: list[Text] = []
        self.complete = True


def normalised(name: str) -> str:
    """A package's name as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def read_requirement(text: str, span: Span, known: bool = True) -> Requirement | None:
    """A requirement such as `apache-airflow[postgres]>=2.7,<3; python_version > "3.8"`; None for a path or address.

    `known` is False for the beginning of a text whose rest is not known.
    """
    match = _requirement().match(text)
    if match is None:
        return None
    rest = text[match.end() :].strip()
    specifier: str | None = re.sub(r"\s+", "", match["specifier"] or match["bracketed"] or "")
    conditional = rest.startswith(";")
    if not known or rest.startswith("@"):
        specifier = None
    elif rest and not conditional and not rest.startswith(("#", "--")):
        return None
    extras = tuple(normalised(extra.strip()) for extra in (match["extras"] or "").split(",") if extra.strip())
    return Requirement(normalised(match["name"]), specifier, extras, span, conditional)


def parse_requirements(source: Source) -> RequirementFile:
    """A requirements file as pip reads it; never raises."""
    file = RequirementFile(source)
    for line in _lines(source):
        if line.startswith("-"):
            _read_option(file, line)
        elif requirement := read_requirement(line, line.span):
            file.requirements.append(requirement)
        else:
            file.complete = False
    return file


def _lines(source: Source) -> Iterator[Text]:
    """The lines that say something, without comment and the options that follow a requirement."""
    for number in range(1, len(source.line_starts) + 1):
        span = source.line_span(number)
        text = span.text.lstrip("\ufeff")
        if comment := re.search(r"(?:^|\s)#", text):
            text = text[: comment.start()]
        text = text.strip().removesuffix("\\").rstrip()
        # Hashes follow on lines of their own, with a backslash before them.
        if text and not text.startswith("--hash"):
            start = span.start + span.text.index(text)
            yield Text(text, Span(source, start, start + len(text)))


def _read_option(file: RequirementFile, line: Text) -> None:
    match = _option().fullmatch(line)
    if match is None:
        return  # --index-url, --pre and the like install nothing
    value = Text(match["value"], Span(file.source, line.span.start + match.start("value"), line.span.end))
    if match["option"] in ("-r", "--requirement"):
        file.includes.append(value)
    elif match["option"] in ("-c", "--constraint"):
        file.constraints.append(value)
    else:
        file.complete = False


@cache
def _requirement() -> re.Pattern[str]:
    """Name, extras and version of a requirement (PEP 508)."""
    clause = r"(?:===|==|~=|!=|<=|>=|<|>)\s*[\w.*+!-]+"
    return re.compile(
        rf"(?P<name>[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)\s*(?:\[(?P<extras>[^\]]*)\])?\s*"
        rf"(?:(?P<specifier>{clause}(?:\s*,\s*{clause})*)|\((?P<bracketed>[^)]*)\))?"
        r"(?![\w/\\:])"
    )


@cache
def _option() -> re.Pattern[str]:
    return re.compile(r"(?P<option>-r|-c|-e|--requirement|--constraint|--editable)(?:\s+|=|(?<=-[rce]))(?P<value>\S.*)")
