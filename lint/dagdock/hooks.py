"""The one hook through which rules come in, and the loading of plugins."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from types import ModuleType
from typing import Any

import pluggy

from dagdock.modules import modules_in
from dagdock.rule import KINDS, Kind, Rule

GROUP = "dagdock"
BUILT_IN = "dagdock_rules"

hookspec = pluggy.HookspecMarker(GROUP)
hookimpl = pluggy.HookimplMarker(GROUP)


class Hooks:
    """What a plugin may implement."""

    @hookspec
    def dagdock_rules(self, kind: Kind) -> Iterable[Rule]:
        """The plugin's rules for one kind of file. Called only when a file of that kind is checked."""
        return ()


class PluginFault(Exception):
    """A plugin that cannot be loaded or whose rules cannot be used; the message names it and says why."""


class Rules:
    """All rules that the installed plugins bring, loaded kind by kind as they are asked for."""

    def __init__(self, *, third_party: bool = True) -> None:
        self.manager = pluggy.PluginManager(GROUP)
        self.manager.add_hookspecs(Hooks)
        self.manager.register(import_module(BUILT_IN), BUILT_IN)
        self.faults: list[PluginFault] = []
        self._by_kind: dict[Kind, list[Rule]] = {}
        self._taken: dict[str, Rule] = {}
        if third_party and _any_third_party():
            self._load_entry_points()

    @classmethod
    def only(cls, rules: Iterable[Rule]) -> Rules:
        """These rules and no others, whether or not a plugin brings them: for the tests of a rule."""
        self = cls(third_party=False)
        self._by_kind = {kind: [] for kind in KINDS}
        for rule in rules:
            self._by_kind[rule.kind].append(rule)
        return self

    def of_kind(self, kind: Kind) -> list[Rule]:
        """The rules for one kind of file, sorted by code. What a plugin got wrong is kept in `faults`."""
        if kind not in self._by_kind:
            found: list[Rule] = []
            for plugin, rules in self._ask(kind):
                found += [rule for rule in rules if self._usable(plugin, kind, rule)]
            self._by_kind[kind] = sorted(found, key=lambda rule: rule.code)
        return self._by_kind[kind]

    def all(self) -> list[Rule]:
        return sorted((rule for kind in KINDS for rule in self.of_kind(kind)), key=lambda rule: rule.code)

    def plugins(self) -> dict[str, str]:
        """Installed third-party plugins by package, as in `rule.plugin`, with their version (empty where unknown)."""
        return {
            getattr(plugin, "__name__", name).partition(".")[0]: getattr(plugin, "__version__", "")
            for name, plugin in self.manager.list_name_plugin()
            if name != BUILT_IN and plugin is not None
        }

    def _ask(self, kind: Kind) -> Iterator[tuple[str, list[Rule]]]:
        for implementation in reversed(self.manager.hook.dagdock_rules.get_hookimpls()):
            try:
                rules: Any = implementation.function(kind)
                yield implementation.plugin_name, list(rules)
            except (Exception, SystemExit) as problem:  # a stranger's code may raise anything; the run goes on
                self.faults.append(_fault(implementation.plugin_name, problem))

    def _usable(self, plugin: str, kind: Kind, rule: object) -> bool:
        if not isinstance(rule, Rule):
            self.faults.append(PluginFault(f"plugin {plugin}: {rule!r} is no rule; decorate it with dagdock.api.rule"))
            return False
        if rule.kind != kind:
            return False
        for key in (rule.code, rule.name):
            if other := self._taken.get(key):
                self.faults.append(PluginFault(f"plugin {plugin}: `{key}` is already a rule of {other.plugin}"))
                return False
        self._taken[rule.code] = self._taken[rule.name] = rule
        return True

    def _load_entry_points(self) -> None:
        from importlib.metadata import entry_points

        for point in entry_points(group=GROUP):
            try:
                self.manager.register(point.load(), point.name)
            except (Exception, SystemExit) as problem:  # as above
                self.faults.append(_fault(point.name, problem))


def rules_in(package: ModuleType, folders: Sequence[str]) -> list[Rule]:
    """Every rule defined in the modules of some sub-packages: one file is one rule, and no list names them."""
    found: list[Rule] = []
    for folder in folders:
        for root in package.__path__:
            path = os.path.join(root, folder)
            for module in modules_in(f"{package.__name__}.{folder}", path) if os.path.isdir(path) else ():
                found += [value for value in vars(module).values() if isinstance(value, Rule)]
    return found


def _fault(plugin: str, problem: BaseException) -> PluginFault:
    return PluginFault(f"plugin {plugin} does not load: {type(problem).__name__}: {problem}")


def _any_third_party() -> bool:
    """Whether any installed package names our entry-point group: a look at small files, 20 ms less than metadata."""
    for folder in sys.path:
        try:
            entries = os.listdir(folder or ".")
        except OSError:
            continue
        for entry in entries:
            if entry.endswith((".dist-info", ".egg-info")):
                try:
                    with open(os.path.join(folder, entry, "entry_points.txt"), encoding="utf-8") as file:
                        if f"[{GROUP}]" in file.read():
                            return True
                except OSError:
                    continue
    return False
