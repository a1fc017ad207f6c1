"""What is true of the files of an editor: their texts over those on disk, and what was found in each.

Everything here but `buffers`, `put`, `drop` and `note` is for one thread, the one that judges.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from dagdock.config import OWN_FILES, ConfigError, Finder
from dagdock.engine import Linter, Target, Workspace, comments_beside
from dagdock.examine import Examined
from dagdock.facts import SKIPPED, Disk, Facts, Overlay
from dagdock.files import Gathering
from dagdock.hooks import Rules
from dagdock.lsp.buffers import Buffer
from dagdock.lsp.known import Known
from dagdock.lsp.options import Options
from dagdock.names import Vocabulary
from dagdock.peers import DCLINT_FILES, HADOLINT_FILES
from dagdock.project import Broken, Document, Project
from dagdock.result import Result
from dagdock.rule import KINDS, Finding
from dagdock.selection import Choice, check_asked, kept
from dagdock.shellcheck import ShellCheck
from dagdock.suppress import Silencing

CONFIGS = frozenset((*OWN_FILES, *HADOLINT_FILES, *DCLINT_FILES))
# Their coming and going moves the root of a project.
_MARKS = frozenset((".git", *OWN_FILES))


class Fault(NamedTuple):
    """What is wrong with a configuration file: the line (from 1) and why. `path` is empty where it is no file's."""

    path: str
    line: int
    message: str


class Judged(NamedTuple):
    """What is to be shown of a file, by its key (its path, else its URI); all of it, not only what is new."""

    key: str
    version: int | None
    """Of the text that was judged; None for what is on disk."""
    findings: Sequence[Finding] = ()
    faults: Sequence[Fault] = ()
    errors: Sequence[str] = ()
    """What could not be done; for the log."""


class Look(NamedTuple):
    """One file as it was last looked at."""

    examined: Examined
    linter: Linter
    buffer: Buffer | None
    workspace: Workspace
    project: Project
    abroad: dict[str, list[Finding]]
    """What its rules found in other files, by their keys."""

    @property
    def document(self) -> Document | None:
        found = self.project.own_document(self.examined.target.path)
        return None if isinstance(found, Broken) else found


class Session:
    """The open texts of an editor, the projects they belong to, and what was found."""

    def __init__(self, options: Options | None = None, folder: str = "", rules: Rules | None = None) -> None:
        """`folder` is whose configuration holds for texts that are no files. Raises ConfigError and UsageError."""
        self.options = options or Options()
        self.folder = folder or os.getcwd()
        self.buffers: dict[str, Buffer] = {}
        """By key. It is for the thread that talks to the editor, and replaced as a whole."""
        self.unfinished: set[str] = set()
        self.rules = rules or Rules()
        self._noted: set[str] = set()
        self._disk_is_old = False
        self._applied: dict[str, Buffer] = {}
        self._texts: dict[str, dict[str, Buffer]] = {}
        self._disks: dict[str, Disk] = {}
        self._targets: dict[str, Target] = {}
        self._workspace = self._new_workspace()
        self._looks: dict[str, Look] = {}
        self._fresh: set[str] = set()
        self._config_faults: dict[str, list[Fault]] = {}
        self._good: dict[str, Linter] = {}
        self._known = Known()
        self._linter = self._new_linter(self.options)

    # From the thread that talks to the editor

    def put(self, buffer: Buffer) -> None:
        """A text was opened or has changed."""
        self.buffers = {**self.buffers, buffer.key: buffer}

    def drop(self, key: str) -> None:
        """A text was closed: what is on disk counts again."""
        self.buffers = {known: buffer for known, buffer in self.buffers.items() if known != key}
        self.note([key])

    def note(self, paths: Iterable[str]) -> None:
        """Files have changed on disk, come or gone."""
        self._noted = self._noted.union(paths)

    def note_disk(self) -> None:
        """Anything may have changed on disk."""
        self._disk_is_old = True

    # From the thread that judges

    @property
    def vocabulary(self) -> Vocabulary:
        return self._linter.vocabulary

    def warm_up(self) -> None:
        """Load what the first judgement would wait for: the rules and the models."""
        from dagdock import compose, dag, dockerfile, ignorefile, shell

        assert all((compose, dag, dockerfile, ignorefile, shell))
        self.rules.all()

    def configure(self, options: Options) -> None:
        """Other settings from now on. Raises ConfigError and UsageError, and then leaves everything as it was."""
        self._linter = self._new_linter(options)
        self.options = options
        self._good.clear()
        self._looks.clear()
        self._fresh.clear()
        self._workspace = self._new_workspace()

    def judge(self, key: str, *, thorough: bool = True) -> list[Judged]:
        """Look at a file again; what is now to be shown of it, and of others where it has a say in theirs.

        Of a file that is gone, or is none of ours, nothing is to be shown. What takes another program's time is left
        out where it need not be `thorough`, and the file is then among the `unfinished`.
        """
        self._catch_up()
        before = self._looks.pop(key, None)
        ShellCheck.held_back, ShellCheck.missed = not thorough, False
        look = self._look(key)
        (self.unfinished.add if ShellCheck.missed else self.unfinished.discard)(key)
        self._fresh.add(key)
        if look:
            self._looks[key] = look
        abroad = {*(before.abroad if before else ()), *(look.abroad if look else ())}
        return [self._judged(each) for each in (key, *sorted(abroad - {key}))] + self._judged_configs()

    def forget(self, key: str) -> list[Judged]:
        """A file is no longer of interest; what is now to be shown of it, and of others where it had a say."""
        self._catch_up()
        before = self._looks.pop(key, None)
        return [self._judged(each) for each in (key, *sorted(set(before.abroad if before else ()) - {key}))]

    def files(self, folders: Sequence[str]) -> list[str]:
        """The files below some folders that a run of the command line would check there."""
        self._catch_up()
        found: list[str] = []
        for folder in folders:
            try:
                found += (each.path for each in Gathering(self._linter.config).gather([folder]))
            except ConfigError as problem:
                self._keep(problem)
        return list(dict.fromkeys(found))

    def is_current(self, key: str) -> bool:
        """Whether nothing at all has changed since a file was looked at."""
        return key in self._fresh and not self._behind

    def look(self, key: str) -> Look | None:
        """The last look at a file, taken anew where its text has changed meanwhile."""
        if not self.is_current(key):
            self.judge(key, thorough=False)
        return self._looks.get(key)

    def shown(self, key: str) -> list[Finding]:
        """The findings to be shown of a file, as last judged."""
        return list(self._judged(key).findings)

    def key_of(self, finding_path: str, key: str) -> str:
        """The key of the file that has a path as the user sees it, found while judging the file of `key`."""
        buffer = self._applied.get(key)
        if buffer and buffer.path is None:
            return key
        return os.path.normpath(os.path.join(os.getcwd(), finding_path))

    # Catching up with the editor and the disk

    @property
    def _behind(self) -> bool:
        return self._applied is not self.buffers or bool(self._noted) or self._disk_is_old

    def _catch_up(self) -> None:
        if not self._behind:
            return
        buffers, noted, disk_is_old = self.buffers, self._noted, self._disk_is_old
        self._noted, self._disk_is_old = set(), False
        self._fresh.clear()
        changed = {
            key for key in buffers.keys() | self._applied.keys() if buffers.get(key) is not self._applied.get(key)
        }
        come_or_gone = {key for key in changed if (key in buffers) != (key in self._applied)} | noted
        self._applied = buffers
        if any(os.path.basename(key) in _MARKS for key in come_or_gone):
            self._workspace = self._new_workspace()
        else:
            self._change_facts(changed, noted, disk_is_old)
        configs = {key for key in changed | noted if os.path.basename(key) in CONFIGS}
        if disk_is_old or configs:
            self._read_configs(configs)

    def _change_facts(self, changed: set[str], noted: set[str], disk_is_old: bool) -> None:
        moved: dict[str, set[str]] = {}
        for key in changed:
            if os.path.isabs(key) and (target := self._target(key)):
                moved.setdefault(target.root, set()).add(target.path)
        for root, disk in self._disks.items():
            paths = moved.get(root, set())
            below = os.path.join(root, "")
            stale = {path[len(below) :].replace(os.sep, "/") for path in noted if path.startswith(below)}
            if disk_is_old:
                stale |= disk.changed()
            if paths or stale:
                self._change_root(root, disk, paths, stale)

    def _change_root(self, root: str, disk: Disk, paths: set[str], stale: set[str]) -> None:
        facts = self._workspace.facts(root)
        assert isinstance(facts, Overlay)
        touched = paths | stale
        before = {path: facts.read(path) for path in touched}
        disk.forget(stale)
        if paths:
            facts.change(self._contents(root))
        after = {path: facts.read(path) for path in touched}
        different = {path for path in touched if before[path] != after[path]}
        listing = any((before[path] is None) != (after[path] is None) for path in different)
        listing = listing or any(facts.is_dir(path) or not facts.is_file(path) for path in stale)
        if different or listing:
            for project in self._workspace.projects(root):
                project.forget(different, listing=listing)

    def _contents(self, root: str) -> dict[str, bytes | str]:
        found: dict[str, bytes | str] = {}
        for key, buffer in self._applied.items():
            if buffer.path and (target := self._target(key)) and target.root == root and not buffer.too_large:
                found[target.path] = buffer.content
        return found

    def _new_workspace(self) -> Workspace:
        self._disks, self._targets = {}, {}
        return Workspace(airflow_version=self.options.airflow_version, open_root=self._open_root)

    def _open_root(self, root: str) -> Facts:
        disk = self._disks[root] = Disk(root)
        return Overlay(disk, self._contents(root))

    def _target(self, key: str) -> Target | None:
        """The place of a file in its project; None for a text that is no file."""
        if not os.path.isabs(key):
            return None
        if key not in self._targets:
            self._targets[key] = self._workspace.target(key)
        return self._targets[key]

    # Configuration

    def _new_linter(self, options: Options) -> Linter:
        unsaved = {
            buffer.path: buffer.content
            for buffer in self._applied.values()
            if buffer.path and os.path.basename(buffer.path) in OWN_FILES
        }
        finder = Finder(isolated=options.isolated, explicit=options.config, unsaved=unsaved)
        choice = Choice(options.select, options.extend_select, options.ignore)
        linter = Linter(finder=finder, choice=choice, rules=self.rules)
        check_asked(choice, linter.vocabulary)
        return linter

    def _read_configs(self, changed: Iterable[str]) -> None:
        """Configurations anew; what is wrong with those that have changed, or had a fault, is known at once."""
        paths = {*self._config_faults, *changed}
        self._config_faults = {path: [] for path in self._config_faults}
        try:
            self._linter = self._new_linter(self.options)
        except ConfigError as problem:  # of the one that the client names: the last good one holds
            self._keep(problem)
        for path in paths:
            if os.path.basename(path) in CONFIGS:
                try:
                    self._linter.selection(os.path.dirname(path)).check_names(KINDS)
                except ConfigError as problem:
                    self._keep(problem)

    def _keep(self, problem: ConfigError) -> None:
        fault = fault_of(problem)
        faults = self._config_faults.setdefault(fault.path, [])
        if fault not in faults:
            faults.append(fault)

    def _judged_configs(self) -> list[Judged]:
        found = []
        for path, faults in [*self._config_faults.items()]:
            found.append(Judged(path, self._version(path), faults=faults))
            if not faults:
                del self._config_faults[path]  # told once that it is well again
        return found

    # Looking

    def _look(self, key: str) -> Look | None:
        buffer = self._applied.get(key)
        if not self.options.enable or (buffer and buffer.too_large):
            return None
        if buffer and buffer.path is None:
            if not buffer.name:
                return None
            workspace = Workspace.in_memory({buffer.name: buffer.content}, airflow_version=self.options.airflow_version)
            target = Target("", buffer.name, os.path.join(self.folder, buffer.name))
        else:
            workspace, found = self._workspace, self._target(key)
            if found is None or not SKIPPED.isdisjoint(found.path.split("/")[:-1]):
                return None
            target = found
        return self._examine(key, target, workspace, buffer)

    def _examine(self, key: str, target: Target, workspace: Workspace, buffer: Buffer | None) -> Look | None:
        folder = os.path.dirname(target.full)
        for linter in dict.fromkeys((self._linter, self._good.get(folder))):
            if linter is None:
                continue
            try:
                if linter.config(folder).excludes(target.full):
                    return None
                project = workspace.project(target.root, linter.config(folder).airflow_version)
                if buffer and buffer.language == "dockerfile" and project.own_document(target.path) is None:
                    _take_for_dockerfile(project, target)
                examined = linter.examine(workspace, target)
            except ConfigError as problem:
                self._keep(problem)
                continue
            self._good[folder] = linter
            abroad: dict[str, list[Finding]] = {}
            for finding in [*examined.findings, *examined.strays]:
                place = self.key_of(finding.path, key)
                if place != key:
                    abroad.setdefault(place, []).append(finding)
            return Look(examined, linter, buffer, workspace, project, abroad)
        return None

    def _judged(self, key: str) -> Judged:
        look = self._looks.get(key)
        faults = self._config_faults.get(key, [])
        if look is None:
            return Judged(key, self._version(key), self._new(key, self._strays_in(key), self._linter), faults)
        examined = look.examined
        here = (finding for finding in examined.findings if self.key_of(finding.path, key) == key)
        seen: set[tuple[str, int, int, str]] = set()
        found: list[Finding] = []
        for finding in (*here, *(each for other in self._looks.values() for each in _in_file(key, other))):
            name = (finding.rule.code, finding.span.start, finding.span.end, finding.message)
            if name not in seen:
                seen.add(name)
                found.append(finding)
        result = Result()
        look.linter.sort_out(examined, found, result)
        findings = self._new(key, sorted(result.findings, key=lambda finding: finding.order), look.linter)
        return Judged(key, self._version(key), findings, faults, [failure.message for failure in examined.errors])

    def _new(self, key: str, findings: Sequence[Finding], linter: Linter) -> Sequence[Finding]:
        """The findings in a file without those that its baseline lists."""
        if not os.path.isabs(key):
            return findings
        try:
            return self._known.new(linter.config(os.path.dirname(key)), findings)
        except ConfigError as problem:
            self._keep(problem)
            return findings

    def _strays_in(self, key: str) -> list[Finding]:
        """What was found in a file that nobody looks at for itself, such as requirements, each once."""
        found: dict[tuple[str, int, int, str], Finding] = {}
        for look in self._looks.values():
            for finding in kept(_in_file(key, look), look.examined.ignored):
                if finding in look.examined.strays:
                    name = (finding.rule.code, finding.span.start, finding.span.end, finding.message)
                    found.setdefault(name, finding)
        findings = list(found.values())
        silencing = Silencing(comments_beside(findings[0])) if findings else None
        return [finding for finding in findings if silencing is None or silencing.by(finding) is None]

    def _version(self, key: str) -> int | None:
        buffer = self._applied.get(key)
        return buffer.version if buffer else None


def _in_file(key: str, look: Look) -> list[Finding]:
    """What a look found in another file, as far as that has not changed since."""
    return [finding for finding in look.abroad.get(key, ()) if look.project.path_of(finding.span) is not None]


def _take_for_dockerfile(project: Project, target: Target) -> None:
    """What an editor calls a Dockerfile is one, unless its name or content says that it is something else."""
    from dagdock.files import may_be_ours

    if not may_be_ours(os.path.basename(target.path)):
        project.take_for(target.path, "dockerfile")


def fault_of(problem: ConfigError) -> Fault:
    """A configuration error with its place, which its message begins with: `dagdock.toml:7: …`."""
    text = str(problem)
    match = re.match(r"(?P<path>[^\n]*?\.(?:toml|ya?ml|json)|[^\n]*?rc):(?:(?P<line>\d+):)? ", text)
    if not match:
        return Fault("", 1, text)
    message = text[match.end() :]
    line = match["line"] or (found[1] if (found := re.search(r"at line (\d+)", message)) else "1")
    return Fault(os.path.abspath(match["path"]), int(line), message)
