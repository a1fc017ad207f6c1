"""What a run found out: the one value that reporters, the command line and editors work from.

A reporter is a function `write(result, stream, *, color=False, quiet=False)` in a module of `dagdock.report`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from dagdock.rule import Finding, Rule, Severity, Suppression

if TYPE_CHECKING:
    from dagdock.config import Threshold

FileKind = Literal["dockerfile", "compose", "dag"]
RANK: dict[Severity, int] = {"info": 0, "warning": 1, "error": 2}


class Failure:
    """Something that could not be checked: a file that cannot be read, a rule that crashed, a plugin that fails.

    `rule` is the code of the rule that crashed and `plugin` where it comes from. The message says what to do.
    """

    __slots__ = ("message", "path", "plugin", "rule")

    def __init__(self, message: str, path: str = "", rule: str | None = None, plugin: str | None = None) -> None:
        self.message = message
        self.path = path
        self.rule = rule
        self.plugin = plugin

    def __repr__(self) -> str:
        return f"<{self.path or 'run'}: {self.message}>"


class Silenced:
    """A finding that a comment silences, and the comment."""

    __slots__ = ("by", "finding")

    def __init__(self, finding: Finding, by: Suppression) -> None:
        self.finding = finding
        self.by = by


class Result:
    """One run, complete. Findings are sorted by path, position, code; so are the silenced ones."""

    __slots__ = (
        "category",
        "errors",
        "fail_on",
        "files",
        "findings",
        "fixed",
        "judged",
        "known",
        "notes",
        "older",
        "plugins",
        "reporters",
        "root",
        "rules",
        "seconds",
        "silenced",
    )

    def __init__(self, root: str = "") -> None:
        self.root = root
        """The absolute path of the project's root (empty where there is no disk behind it)."""
        self.findings: list[Finding] = []
        self.silenced: list[Silenced] = []
        self.errors: list[Failure] = []
        self.known: list[Finding] = []
        """What a baseline lists; it is not among the findings."""
        self.older: list[Finding] = []
        """What no change since the asked revision caused (`--changed-since`); it is not among the findings."""
        self.judged: dict[str, frozenset[str]] = {}
        """The path of each file that was checked, with the names of the rules for its kind that judged it."""
        self.reporters: dict[str, bool] = {}
        """The full path of each file in which rules found something, and whether any of that hangs on other files."""
        self.files: dict[FileKind, int] = {}
        """How many files of each kind were checked; a kind that is not there is not in it."""
        self.rules: list[Rule] = []
        """The rules that were on for at least one file, sorted by code."""
        self.plugins: dict[str, str] = {}
        """Third-party plugins by name, with their version (empty where it has none)."""
        self.fixed: list[Finding] = []
        """What was mended and written (`--fix`); no longer among the findings."""
        self.notes: list[str] = []
        """What the user should know and what changes no exit status, such as a fix that was not applied."""
        self.seconds = 0.0
        self.fail_on: Threshold = "warning"
        """The least severity that matters."""
        self.category = "dagdock/check"
        """What tells this run from others over the same repository, where a service keeps their findings apart."""

    @property
    def checked(self) -> int:
        return sum(self.files.values())

    def count(self, severity: Severity) -> int:
        return sum(finding.severity == severity for finding in self.findings)

    def matters(self, finding: Finding) -> bool:
        """Whether a finding is at or above what matters."""
        return self.fail_on != "never" and RANK[finding.severity] >= RANK[self.fail_on]
