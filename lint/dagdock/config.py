"""Configuration: which file holds for a path, what it says, and what is wrong with it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

from dagdock.globs import Patterns
from dagdock.peers import DCLINT_FILES, HADOLINT_FILES, read_config, read_environment
from dagdock.rule import SEVERITIES, Option
from dagdock.tables import toml

OWN_FILES = ("dagdock.toml", ".dagdock.toml", "pyproject.toml")
Level = Literal["error", "warning", "info", "off"]
Threshold = Literal["error", "warning", "info", "never"]


class ConfigError(Exception):
    """A configuration that cannot be used; the message says where and what to write instead."""


class Config:
    """What one configuration file says. `folder` is where its patterns start; `path` is empty without a file."""

    def __init__(
        self, path: str = "", folder: str = "", table: Mapping[str, Any] | None = None, text: str = ""
    ) -> None:
        table = table or {}
        self.path = path
        self.folder = folder
        self.select: list[str] | None = table.get("select")
        self.extend_select: list[str] = table.get("extend-select", [])
        self.ignore: list[str] = table.get("ignore", [])
        self.severity: dict[str, Level] = table.get("severity", {})
        self.per_file_ignores: list[tuple[Patterns, list[str]]] = [
            (Patterns([pattern]), names) for pattern, names in table.get("per-file-ignores", {}).items()
        ]
        self.exclude = Patterns(table.get("exclude", ()))
        self.airflow_version: str | None = table.get("airflow-version")
        self.baseline: str | None = table.get("baseline")
        self.plugins: list[str] | None = table.get("plugins")
        self.hadolint_comments: bool = table.get("hadolint-comments", True)
        """Whether comments for hadolint silence; only a configuration for hadolint can say no."""
        self.fail_on: Threshold | None = table.get("fail-on")
        self.quiet: bool = table.get("test-files", "quiet") == "quiet"
        """Whether less is said about tests, test data, other projects' and generated files."""
        self.rules: dict[str, dict[str, Option]] = table.get("rules", {})
        # Options that several rules share stand at the top: every rule with an option of that name gets them.
        self.shared: dict[str, Any] = {key: table[key] for key in SHARED if key in table}
        self._text = text

    def excludes(self, path: str, *, is_dir: bool = False) -> bool:
        """Whether `exclude` names an absolute path, or a folder above it."""
        if not self.exclude:
            return False
        relative = os.path.relpath(path, self.folder).replace(os.sep, "/")
        return not relative.startswith("../") and self.exclude.match(relative, is_dir)

    def where(self, *keys: str) -> str:
        """The place of a key for an error message: `dagdock.toml:7: `."""
        if not self.path:
            return ""
        line = line_of(self._text, keys)
        shown = os.path.relpath(self.path)
        return f"{shown}:{line}: " if line else f"{shown}: "


SHARED = ("trusted-registries", "label-schema", "strict-labels", "shellcheck")


def _strings(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _string_lists(value: object) -> bool:
    return isinstance(value, dict) and all(_strings(item) for item in value.values())


def _levels(value: object) -> bool:
    return isinstance(value, dict) and all(item in (*SEVERITIES, "off") for item in value.values())


def _texts(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(item, str) for item in value.values())


def _tables(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(item, dict) for item in value.values())


def _text(value: object) -> bool:
    return isinstance(value, str)


def _version(value: object) -> bool:
    from dagdock.project import AirflowVersion

    return isinstance(value, str) and AirflowVersion.parse(value) is not None


def _threshold(value: object) -> bool:
    return value in (*SEVERITIES, "never")


def _how_tests(value: object) -> bool:
    return value in ("quiet", "full")


def _flag(value: object) -> bool:
    return isinstance(value, bool)


# Every key with the test of its value and what to say where it fails.
KEYS: dict[str, tuple[Callable[[object], bool], str]] = {
    "select": (_strings, 'a list of texts, such as ["DF", "database-without-volume"]'),
    "extend-select": (_strings, 'a list of texts, such as ["DF", "database-without-volume"]'),
    "ignore": (_strings, 'a list of texts, such as ["DF203", "DL3008"]'),
    "per-file-ignores": (_string_lists, 'a table of path patterns, such as "tests/**" = ["DF203"]'),
    "exclude": (_strings, 'a list of path patterns, such as ["legacy/**"]'),
    "severity": (_levels, 'a table of rules, such as DF203 = "error" (error, warning, info or off)'),
    "fail-on": (_threshold, '"error", "warning", "info" or "never"'),
    "hadolint-comments": (_flag, "true or false"),
    "test-files": (_how_tests, '"quiet" or "full"'),
    "airflow-version": (_version, 'a version as text, such as "2.10"'),
    "trusted-registries": (_strings, 'a list of texts, such as ["docker.io", "*.example.com"]'),
    "label-schema": (_texts, 'a table of labels, such as version = "semver"'),
    "strict-labels": (_flag, "true or false"),
    "baseline": (_text, "the path of a file, as text"),
    "shellcheck": (_text, '"auto", "off" or the path of the program'),
    "plugins": (_strings, "a list of the names of installed packages"),
    "rules": (_tables, "tables of options, such as [rules.too-many-tasks]"),
}


def read(path: str) -> Config | None:
    """The configuration in one of our own files; None for a `pyproject.toml` that says nothing about dagdock.

    Raises ConfigError, naming file, line and key.
    """
    try:
        with open(path, "rb") as file:
            content = file.read()
    except OSError as problem:
        raise ConfigError(f"{os.path.relpath(path)}: cannot be read: {problem.strerror}") from problem
    if os.path.basename(path) == "pyproject.toml" and b"dagdock" not in content:
        return None  # most of them, and not worth loading a TOML parser
    return parse(path, content)


def parse(path: str, content: bytes) -> Config | None:
    """As `read`, for a content at hand."""
    in_pyproject = os.path.basename(path) == "pyproject.toml"
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
        table = toml(text)
    except (ValueError, RecursionError) as problem:
        raise ConfigError(f"{os.path.relpath(path)}: is not valid TOML: {problem}") from problem
    if in_pyproject:
        tools = table.get("tool")
        if not isinstance(tools, dict) or "dagdock" not in tools:
            return None
        table = tools["dagdock"]
        if not isinstance(table, dict):
            raise ConfigError(f"{os.path.relpath(path)}: [tool.dagdock] must be a table")
    config = Config(path, os.path.dirname(os.path.abspath(path)), text=text)
    prefix = ("tool", "dagdock") if in_pyproject else ()
    for key, value in table.items():
        if key not in KEYS:
            raise ConfigError(f"{config.where(*prefix, key)}unknown key `{key}`{did_you_mean(key, KEYS)}")
        fits, expected = KEYS[key]
        if not fits(value):
            raise ConfigError(f"{config.where(*prefix, key)}`{key}` must be {expected}")
    return Config(path, config.folder, table, text)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The end of an error message about a name: the nearest right one, else all of them."""
    from dagdock.spelling import nearest

    words = sorted(known)
    found = nearest(name.replace("_", "-"), words)
    return f"; did you mean `{found}`?" if found else f"; known are {', '.join(words) or 'none'}"


def read_peers(paths: list[str], environment: Mapping[str, object]) -> Config:
    """What the configuration files of peers say, put together, and what their environment variables add to it."""
    together: dict[str, Any] = {}
    for path in paths:
        try:
            with open(path, encoding="utf-8", errors="replace") as file:
                _add(together, read_config(os.path.basename(path), file.read()))
        except (OSError, ValueError) as problem:
            raise ConfigError(f"{os.path.relpath(path)}: cannot be read: {problem}") from problem
    _add(together, environment)
    if not paths:
        return Config(table=together)
    return Config(paths[0], os.path.dirname(os.path.abspath(paths[0])), together)


def _add(together: dict[str, Any], table: Mapping[str, object]) -> None:
    for key, value in table.items():
        if isinstance(value, list):
            together[key] = [*together.get(key, []), *value]
        elif isinstance(value, dict):
            together[key] = {**together.get(key, {}), **value}
        else:
            together[key] = value


class Finder:
    """Finds the configuration that holds for a folder: our own nearest above it, else the peers' nearest."""

    def __init__(
        self,
        *,
        isolated: bool = False,
        explicit: str | None = None,
        config: Config | None = None,
        unsaved: Mapping[str, bytes] | None = None,
    ) -> None:
        """`isolated` looks for none, `explicit` is the path of the only one to read, `config` is the one to take.

        `unsaved` are the contents of files of ours, by absolute path, that are not those on disk.
        """
        self._unsaved = unsaved or {}
        self._fixed = Config() if isolated else config
        if explicit is not None:
            self._fixed = self._read(explicit)
            if self._fixed is None:
                raise ConfigError(f"{explicit}: has no [tool.dagdock]")
        self._by_folder: dict[str, Config | None] = {}
        self._peers: dict[str, tuple[str | None, str | None]] = {}
        self._by_peers: dict[tuple[str | None, str | None], Config] = {}

    def of_folder(self, folder: str) -> Config:
        """The configuration for the files of a folder (an absolute path). Raises ConfigError."""
        if self._fixed is not None:
            return self._fixed
        return self.own(folder) or self._of_peers(folder)

    def own(self, folder: str) -> Config | None:
        """The nearest configuration of ours, for the files of a folder. Raises ConfigError."""
        if folder not in self._by_folder:
            found: Config | None = None
            for name in OWN_FILES:
                path = os.path.join(folder, name)
                if (path in self._unsaved or os.path.isfile(path)) and (found := self._read(path)):
                    break
            parent = os.path.dirname(folder)
            self._by_folder[folder] = found or (self.own(parent) if parent != folder else None)
        return self._by_folder[folder]

    def _read(self, path: str) -> Config | None:
        return parse(path, self._unsaved[path]) if path in self._unsaved else read(path)

    def _of_peers(self, folder: str) -> Config:
        files = self.peer_files(folder)
        if files not in self._by_peers:
            self._by_peers[files] = read_peers([path for path in files if path], read_environment(os.environ))
        return self._by_peers[files]

    def peer_files(self, folder: str) -> tuple[str | None, str | None]:
        """The nearest configuration of hadolint and that of dclint."""
        if folder not in self._peers:
            parent = os.path.dirname(folder)
            above = self.peer_files(parent) if parent != folder else (None, None)
            self._peers[folder] = (
                _first_file(folder, HADOLINT_FILES) or above[0],
                _first_file(folder, DCLINT_FILES) or above[1],
            )
        return self._peers[folder]


def _first_file(folder: str, names: tuple[str, ...]) -> str | None:
    paths = (os.path.join(folder, name) for name in names)
    return next((path for path in paths if os.path.isfile(path)), None)


def line_of(text: str, keys: tuple[str, ...]) -> int | None:
    """The line (from 1) of a TOML key, found by a light scan: the header nearest to it, then the key itself."""
    table: tuple[str, ...] = ()
    nearest: int | None = None
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if stripped.startswith("["):
            table = _dotted(stripped.strip("[").partition("]")[0])
            if table == keys[: len(table)]:
                nearest = number
            if table == keys:
                return number
        elif "=" in stripped:
            written = (*table, *_dotted(stripped.partition("=")[0]))
            if written == keys:
                return number
            if written == keys[: len(written)]:
                nearest = number
    return nearest


def _dotted(key: str) -> tuple[str, ...]:
    """`rules."too-many-tasks"` in its parts; a dot inside quotes is part of a name."""
    parts, current, quote = [], "", ""
    for character in key:
        if quote:
            if character == quote:
                quote = ""
            else:
                current += character
        elif character in "'\"":
            quote = character
        elif character == ".":
            parts.append(current.strip())
            current = ""
        else:
            current += character
    return (*parts, current.strip())
