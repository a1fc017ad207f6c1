"""Run the examples of a rule: for the built-in ones and for those of plugins.

from dagdock.testing import check_examples

def test_my_rule() -> None:
    check_examples(my_rule)
"""

from __future__ import annotations

from collections.abc import Mapping

from dagdock.config import Config, Finder, parse
from dagdock.engine import Linter, Target, Workspace
from dagdock.examples import Stretch, as_files, mark, unmark
from dagdock.hooks import Rules
from dagdock.mend import Mending
from dagdock.names import closeness
from dagdock.result import Result
from dagdock.rule import FILE_NAMES, Bad, Rule, Suppression
from dagdock.selection import Choice
from dagdock.text import BOM

CONFIG = "dagdock.toml"


def check_examples(rule: Rule, *, newline: str = "\n", bom: bool = False) -> None:
    """Assert that the examples of a rule hold.

    What `«…»` marks in a bad example is exactly what the rule flags; it flags nothing in a good one; `fixed` is what
    its fixes make of a bad one, and there it flags nothing any more and has nothing left to fix. An example of
    several files may hold a `dagdock.toml` with the options to run it with.

    `newline` and `bom` run them with other newlines, or with a byte order mark before each file.

    Raises AssertionError, showing the example as it is marked and as it should be.
    """
    for number, bad in enumerate(rule.bad, 1):
        example = _Example(rule, f"bad example {number}", bad.files, newline, bom)
        example.check()
        if bad.fixed is not None:
            example.check_fixed(bad, newline, bom)
    for number, good in enumerate(rule.good, 1):
        _Example(rule, f"good example {number}", good, newline, bom).check()


def marked(rule: Rule, files: Mapping[str, str]) -> dict[str, str]:
    """The files, their marks taken out, with `«…»` where the rule finds something.

    For the edge cases that are too many for a rule's page: `assert marked(rule, files) == files`.

    Raises AssertionError where something could not be checked.
    """
    texts = {path: unmark(text)[0] for path, text in files.items()}
    result = _linter(rule, None).check(Workspace.in_memory(texts), [Target("", path, path) for path in texts])
    assert not result.errors, f"{rule.code} {rule.name}: {result.errors}"
    found: dict[str, list[Stretch]] = {path: [] for path in texts}
    for finding in result.findings:
        found[finding.path].append((finding.span.start, finding.span.end))
    return {path: mark(text, sorted(found[path])) for path, text in texts.items()}


class _Example:
    """One example, its marks taken out."""

    def __init__(self, rule: Rule, title: str, example: str | Mapping[str, str], newline: str, bom: bool) -> None:
        self.rule = rule
        self.title = f"{rule.code} {rule.name}, {title}"
        self.files: dict[str, str] = {}
        self.expected: dict[str, list[Stretch]] = {}
        for path, text in _files(rule, example, newline, bom).items():
            self.files[path], self.expected[path] = unmark(text)
        self.linter = _linter(rule, self.files.get(CONFIG))
        self.workspace = Workspace.in_memory(self.files, airflow_version=self.linter.config("").airflow_version)
        self.targets = [Target("", path, path) for path in self.files if path != CONFIG]

    def check(self) -> None:
        result = self.linter.check(self.workspace, self.targets)
        assert not result.errors, f"{self.title}: {result.errors}"
        assert result.files or self.rule.kind == "project", f"{self.title}: no file of it is one that dagdock checks"
        found: dict[str, list[Stretch]] = {path: [] for path in self.files}
        messages: list[str] = []
        for finding in result.findings:
            if finding.rule.name == self.rule.name:
                found.setdefault(finding.path, []).append((finding.span.start, finding.span.end))
                messages.append(finding.message)
        for path, text in self.files.items():
            if sorted(found[path]) != self.expected[path]:
                raise AssertionError(_difference(self.title, path, text, self.expected[path], found[path], messages))
        self._check_findings(result)

    def _check_findings(self, result: Result) -> None:
        for finding in result.findings:
            message = finding.message
            if finding.rule.name != self.rule.name:
                continue
            assert message and message == message.strip(), f"{self.title}: a message must not be {message!r}"
            assert "\n" not in message, f"{self.title}: a message is one line: {message!r}"
            strange = [alias for alias in finding.aliases if not closeness(alias, self.rule)]
            assert not strange, f"{self.title}: {strange} are not among the aliases of the rule"
            assert not finding.fix or self.rule.fix != "none", f"{self.title}: has a fix, so the rule must say `fix=`"

    def check_fixed(self, bad: Bad, newline: str, bom: bool) -> None:
        wanted = _files(self.rule, bad.fixed or {}, newline, bom)
        mending = Mending(self.linter, self.workspace, self.targets, ("safe", "unsafe"), only=[self.rule.name])
        assert not mending.notes, f"{self.title}: {mending.notes}"
        changed = {change.full: change.after for change in mending.changes}
        for path in {*wanted, *changed}:
            got, want = changed.get(path, self.files[path]), wanted.get(path, self.files[path])
            assert got == want, f"{self.title}: the fix gives for {path}\n{_block(got)}\ninstead of\n{_block(want)}"
        left = [finding for finding in mending.result.findings if finding.rule.name == self.rule.name]
        assert not left, f"{self.title}: still flagged after the fix: {left}"
        files = {**self.files, **changed}
        again = Mending(
            self.linter, Workspace.in_memory(files), self.targets, ("safe", "unsafe"), only=[self.rule.name]
        )
        assert not again.changes, f"{self.title}: a second run of the fix changes the text again"


def _linter(rule: Rule, config: str | None) -> Linter:
    found = parse(CONFIG, config.encode()) if config is not None else None
    finder = Finder(config=found or Config())
    if rule.node == Suppression.__name__:
        # What a comment silences shows only beside the rules that it speaks about.
        return Linter(finder=finder, rules=Rules())
    return Linter(finder=finder, rules=Rules.only([rule]), choice=Choice(select=[rule.code]))


def _files(rule: Rule, example: str | Mapping[str, str], newline: str, bom: bool) -> dict[str, str]:
    files = as_files(example, FILE_NAMES.get(rule.kind, ""))
    assert "" not in files, f"{rule.code} {rule.name}: an example of a project rule names its files"
    return {path: (BOM if bom and path != CONFIG else "") + text.replace("\n", newline) for path, text in files.items()}


def _difference(
    title: str, path: str, text: str, expected: list[Stretch], found: list[Stretch], messages: list[str]
) -> str:
    lines = [f"{title}: {path} should be flagged so:", _block(mark(text, expected))]
    lines += ["but is so:", _block(mark(text, found)), *(f"  message: {message}" for message in messages)]
    return "\n".join(lines)


def _block(text: str) -> str:
    shown = text.replace("\r", "␍").replace(BOM, "␊")
    return "\n".join(f"    {line}" for line in shown.split("\n"))
