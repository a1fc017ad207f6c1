"""Which rules are on for a file, how severe their findings are, and with which options they run."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from dagdock.config import Config, ConfigError, Level, did_you_mean
from dagdock.names import Vocabulary, closeness, means_whole
from dagdock.rule import Finding, Kind, Option, Problem, Rule, Severity


class UsageError(Exception):
    """Something on the command line that cannot be meant; the message says what to write instead."""


class Choice(NamedTuple):
    """Rules by name, as one place chooses them: `select` begins anew, the others change what is there."""

    select: Sequence[str] | None = None
    extend_select: Sequence[str] = ()
    ignore: Sequence[str] = ()


class Selection:
    """The rules that a configuration and the command line turn on together; the command line has the last word."""

    def __init__(self, config: Config, asked: Choice, vocabulary: Vocabulary) -> None:
        self.config = config
        self._vocabulary = vocabulary
        choices = (Choice(config.select, config.extend_select, config.ignore), asked)
        # Each is asked about every rule: those that say nothing are left out.
        self._choices = [each for each in choices if each.select is not None or each.extend_select or each.ignore]
        self._on: dict[Kind, list[Rule]] = {}
        self._looking: dict[tuple[type, Kind], list[tuple[Rule, dict[str, Option]]]] = {}
        self._worded: set[tuple[type, Kind]] = set()
        self._that_look: dict[tuple[Kind, frozenset[type]], list[Rule]] = {}
        self._kept: dict[tuple[str, Sequence[str]], bool] = {}
        self._options: dict[str, dict[str, Option]] = {}

    def rules(self, kind: Kind) -> list[Rule]:
        """The rules that are on for files of a kind, those across files with them. Raises ConfigError."""
        if kind not in self._on:
            kinds: tuple[Kind, ...] = (kind, "project")
            self.check_names(kinds)
            self._on[kind] = [rule for each in kinds for rule in self._vocabulary.of_kind(each) if self.is_on(rule)]
        return self._on[kind]

    def looking_at(self, node: type, kind: Kind, text: str) -> list[tuple[Rule, dict[str, Option]]]:
        """Those of the rules for a kind that look at nodes of a type and may have a say about a text, each with its
        options. Raises ConfigError."""
        key = (node, kind)
        if key not in self._looking:
            rules = [rule for rule in self.rules(kind) if rule.looks_at(node)]
            self._looking[key] = [(rule, self.options(rule)) for rule in rules]
            if any(rule.words for rule in rules):
                self._worded.add(key)
        found = self._looking[key]
        if key not in self._worded:
            return found
        return [each for each in found if not each[0].words or each[0].may_speak(text)]

    def that_look(self, kind: Kind, nodes: frozenset[type]) -> list[Rule]:
        """The rules for a kind of file, and those across files that look at nodes of some types."""
        key = (kind, nodes)
        if key not in self._that_look:
            rules = self.rules(kind)
            self._that_look[key] = [rule for rule in rules if rule.kind == kind or any(map(rule.looks_at, nodes))]
        return self._that_look[key]

    def is_on(self, rule: Rule) -> bool:
        """Whether anything that the rule may find is wanted."""
        return self._decide(rule, None) and self._level(rule, None) != "off"

    def keeps(self, rule: Rule, aliases: Sequence[str]) -> bool:
        """Whether a finding of the rule with these peers' codes is wanted."""
        key = (rule.code, aliases)
        if key not in self._kept:
            self._kept[key] = self._decide(rule, aliases) and self._level(rule, aliases) != "off"
        return self._kept[key]

    def is_asked_for(self, rule: Rule, aliases: Sequence[str]) -> bool:
        """Whether the configuration or the command line names what a finding is about, so that it is not just on."""
        names = [name for choice in self._choices for name in (*(choice.select or ()), *choice.extend_select)]
        return any(closeness(name, rule, aliases) for name in names)

    def severity(self, rule: Rule, problem: Problem) -> Severity:
        """How severe a problem is: what the configuration says, else what the problem or its rule says."""
        level = self._level(rule, rule.aliases if problem.aliases is None else problem.aliases)
        return problem.severity or rule.severity if level is None or level == "off" else level

    def ignored_in(self, path: str) -> list[str]:
        """The names that `per-file-ignores` gives for an absolute path."""
        if not self.config.per_file_ignores:
            return []
        relative = os.path.relpath(path, self.config.folder).replace(os.sep, "/")
        if relative.startswith("../"):
            return []
        return [name for patterns, names in self.config.per_file_ignores if patterns.match(relative) for name in names]

    def options(self, rule: Rule) -> dict[str, Option]:
        """The keyword arguments that the rule is called with, where they differ from its defaults."""
        if rule.code not in self._options:
            self._options[rule.code] = dict(self._given_options(rule))
        return self._options[rule.code]

    def check_names(self, kinds: tuple[Kind, ...]) -> None:
        """Raise ConfigError for a name in the configuration that means no rule, or no plugin.

        `kinds` are those at hand. A plugin is never loaded because a configuration names it: it must be installed.
        """
        config = self.config
        for name in config.plugins or ():
            if name not in self._vocabulary.plugins():
                where = config.where(*self._prefix, "plugins")
                raise ConfigError(f"{where}the plugin `{name}` is not installed beside dagdock; install its package")
        for key, names, foreign in (
            ("select", config.select or (), False),
            ("extend-select", config.extend_select, True),
            ("ignore", config.ignore, True),
            ("severity", list(config.severity), True),
            ("per-file-ignores", [name for _, some in config.per_file_ignores for name in some], True),
            ("rules", list(config.rules), False),
        ):
            for name in names:
                if fault := self._vocabulary.fault(name, kinds, foreign=foreign):
                    keys = (key, name) if key in ("severity", "rules") else (key,)
                    raise ConfigError(f"{config.where(*self._prefix, *keys)}{fault}")
        if config.rules:  # also of rules that are off, or find nothing to look at
            for rule in (rule for kind in kinds for rule in self._vocabulary.of_kind(kind)):
                self.options(rule)

    @property
    def _prefix(self) -> tuple[str, ...]:
        return ("tool", "dagdock") if os.path.basename(self.config.path) == "pyproject.toml" else ()

    def _decide(self, rule: Rule, aliases: Sequence[str] | None) -> bool:
        """`aliases` None asks whether the rule need run at all; else it is about one finding."""
        on = rule.default
        for choice in self._choices:
            if choice.select is not None:
                on = False
            wanted = max(
                (closeness(name, rule, aliases) for name in (*(choice.select or ()), *choice.extend_select)), default=0
            )
            unwanted = max(
                (
                    closeness(name, rule, aliases)
                    for name in choice.ignore
                    if aliases is not None or means_whole(name, rule)
                ),
                default=0,
            )
            if wanted or unwanted:
                on = wanted > unwanted
        return on

    def _level(self, rule: Rule, aliases: Sequence[str] | None) -> Level | None:
        """The severity that the configuration gives, from the name that is closest to the rule."""
        best = 0
        level: Level | None = None
        for name, given in self.config.severity.items():
            if aliases is not None or means_whole(name, rule):
                close = closeness(name, rule, aliases)
                if close > best:
                    best, level = close, given
        return level

    def _given_options(self, rule: Rule) -> Iterator[tuple[str, Option]]:
        for key, value in self.config.shared.items():
            if key in rule.options:
                yield key.replace("-", "_"), value
        for name, table in self.config.rules.items():
            if not closeness(name, rule):
                continue
            for key, value in table.items():
                where = self.config.where(*self._prefix, "rules", name, key)
                if key not in rule.options:
                    nearest = did_you_mean(key, rule.options) if rule.options else ", nor any other"
                    raise ConfigError(f"{where}`{rule.name}` has no option `{key}`{nearest}")
                if not _same_type(value, rule.options[key]):
                    raise ConfigError(f"{where}`{key}` must be {_type_in_words(rule.options[key])}")
                yield key.replace("-", "_"), value


def check_asked(asked: Choice, vocabulary: Vocabulary) -> None:
    """Raise UsageError for a name on the command line that means no rule."""
    for option, names, foreign in (
        ("--select", asked.select or (), False),
        ("--extend-select", asked.extend_select, False),
        ("--ignore", asked.ignore, True),
    ):
        for name in names:
            if fault := vocabulary.fault(name, foreign=foreign):
                raise UsageError(f"{option}: {fault}")
    if asked.select is not None and not asked.select:
        raise UsageError("--select: name at least one rule")


def kept(findings: Sequence[Finding], names: Sequence[str]) -> list[Finding]:
    """The findings that none of the names means."""
    if not names:
        return list(findings)
    return [
        finding for finding in findings if not any(closeness(name, finding.rule, finding.aliases) for name in names)
    ]


def _same_type(value: object, default: Option) -> bool:
    if isinstance(default, bool) or isinstance(value, bool):
        return isinstance(value, bool) and isinstance(default, bool)
    if isinstance(default, float):
        return isinstance(value, int | float)
    if isinstance(default, list):
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    if isinstance(default, dict):
        return isinstance(value, dict) and all(isinstance(item, str) for item in value.values())
    return isinstance(value, type(default))


def _type_in_words(default: Option) -> str:
    if isinstance(default, bool):
        return "true or false"
    if isinstance(default, int):
        return f"a whole number, such as {default}"
    if isinstance(default, float):
        return f"a number, such as {default}"
    if isinstance(default, str):
        return f'a text, such as "{default}"'
    return "a table of texts" if isinstance(default, dict) else "a list of texts"
