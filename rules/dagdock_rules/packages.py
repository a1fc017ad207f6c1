"""What a shell script asks of package managers; the managers themselves are described in data/package-managers.toml."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cache, lru_cache
from typing import Any, Literal

from dagdock.api import Command, Options, Script, Span, Word, load_data

Action = Literal["install", "update", "upgrade", "remove", "clean"]
ACTIONS: tuple[Action, ...] = ("install", "update", "upgrade", "remove", "clean")


class PackageCommand:
    """One call of a package manager: `apt-get install -y curl`.

    `manager` is the program's name in our table (`pip` for `pip3.11`), `family` what shares its index and cache
    (`apt` for apt, apt-get and aptitude), `action` what the call does and `verb` the word (or words) that say so.
    `packages` are the operands behind the verb as they are written: names, paths, `.`; values of options are not
    among them (see `options`).
    """

    __slots__ = ("_about", "action", "command", "family", "manager", "options", "packages", "verb")

    def __init__(
        self, manager: str, action: Action, verb: str, command: Command, options: Options, packages: list[Word]
    ) -> None:
        self.manager = manager
        self._about = _managers()[manager]
        self.family: str = self._about["family"]
        self.action: Action = action
        self.verb = verb
        self.command = command
        self.options = options
        self.packages = packages

    @property
    def span(self) -> Span:
        return self.command.span

    @property
    def head(self) -> Span:
        """The program and the verb: `apt-get install`."""
        return self.command.words[0].span.to(self.verb_word)

    @property
    def verb_word(self) -> Word:
        """The last word of the verb: where options like to stand (the program itself where the verb is empty)."""
        length = self.verb.count(" ") + 1
        return self.options.operands[length - 1] if self.verb else self.command.words[0]

    @property
    def pin_signs(self) -> list[str]:
        """The signs with which a package says its version."""
        found: list[str] = self._about.get("pin", [])
        return found

    @property
    def file_endings(self) -> tuple[str, ...]:
        """How the names of files end that are installed as they are."""
        return tuple(self._about.get("files", ()))

    @property
    def yes(self) -> bool | None:
        """Whether every question is answered beforehand; None where an unknown word may do it."""
        given = self.options.has(*self._about.get("yes", ()))
        quiet: list[str] = self._about.get("quiet", [])
        if given is not True and quiet:
            loud_enough = self.options.count(*quiet) < 2 and "2" not in self.options.values(*quiet)
            settings = self.options.values("-o", "--option")
            given = given if loud_enough and not any(_assumes_yes(setting) for setting in settings) else True
        return True if given is not True and _is_answered(self.command) else given


def package_commands(script: Script, *actions: Action) -> Iterator[PackageCommand]:
    """The calls of package managers in order, those that do one of `actions` (all by default)."""
    for found in _calls(script):
        if not actions or found.action in actions:
            yield found


def installs(script: Script) -> Iterator[PackageCommand]:
    """The calls that install packages, by name or from a manifest."""
    return package_commands(script, "install")


def others(script: Script, calls: Collection[PackageCommand], harmless: Collection[str]) -> list[Command]:
    """The commands of a script that are none of these calls, without those of harmless names."""
    called = {call.span for call in calls}
    return [
        command
        for command in script.commands
        if command.effective.name not in harmless and command.effective.span not in called
    ]


def caches(family_or_manager: str) -> list[str]:
    """The folders that a manager's installations fill and an image does not need."""
    for manager, about in _managers().items():
        if family_or_manager in (manager, about["family"]):
            found: list[str] = about.get("caches", [])
            return found
    return []


@lru_cache(maxsize=64)  # dozens of rules ask about a RUN before the next one comes
def _calls(script: Script) -> tuple[PackageCommand, ...]:
    found = (_package_command(command.effective) for command in script.commands)
    return tuple(call for call in found if call)


def _package_command(command: Command) -> PackageCommand | None:
    name = _known_name(command.name)
    if name is None:
        return None
    about = _managers()[name]
    options = command.options(about.get("valued", ()), clusters=about.get("clusters", True))
    if about.get("dashes-end"):
        dashes = next((word.start for word in command.arguments if word.text == "--"), None)
        if dashes is not None:
            options.operands = [word for word in options.operands if word.start < dashes]
    if options.has("--help", "--version") is True and name not in ("gem", "cargo"):
        return None
    if name == "pacman":
        return _pacman(command, options)
    operands = [operand.value for operand in options.operands]
    for action in ACTIONS:
        for verb in sorted(about.get(action, ()), key=len, reverse=True):
            words = verb.split()
            if operands[: len(words)] == words and (words or not operands):
                if verb in about.get("rest-is-foreign", ()):
                    return PackageCommand(name, action, verb, command, options, options.operands[len(words) :][:1])
                return PackageCommand(name, action, verb, command, options, options.operands[len(words) :])
    return None


def _pacman(command: Command, options: Options) -> PackageCommand | None:
    """pacman's verbs are options: `-S` installs, `-Sy` updates first, `-Su` upgrades, `-R` removes, `-Scc` cleans."""
    if options.has("-S", "--sync") is True:
        action: Action = "install"
        if not options.operands:
            cleans, upgrades = options.has("-c", "--clean"), options.has("-u", "--sysupgrade")
            action = "clean" if cleans else "upgrade" if upgrades else "update"
        return PackageCommand("pacman", action, "", command, options, options.operands)
    if options.has("-R", "--remove") is True:
        return PackageCommand("pacman", "remove", "", command, options, options.operands)
    return None


def _known_name(name: str | None) -> str | None:
    """A manager's name in the table: `pip` for `pip3.11`, `dnf` for `dnf5`."""
    if not name:
        return None
    managers = _managers()
    plain = name.rstrip("0123456789.")
    return name if name in managers else plain if plain in managers else None


def _assumes_yes(setting: str | None) -> bool:
    """`-o APT::Get::Assume-Yes=true`."""
    key, _, value = (setting or "").lower().partition("=")
    return key == "apt::get::assume-yes" and value.strip("\"'") in ("true", "1", "yes")


def _is_answered(command: Command) -> bool:
    """Whether something is piped into the command: `yes | apt-get install …`."""
    return any(other.name in ("yes", "echo", "printf") for other in command.pipeline)


@cache
def _managers() -> dict[str, dict[str, Any]]:
    facts = load_data("dagdock_rules", "package-managers")
    return {name: about for name, about in facts.items() if isinstance(about, dict)}
