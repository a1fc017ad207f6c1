"""RUNs that do nothing but install packages by their names, so that they need no file of the project."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from dagdock.api import Command, Run, Word

from ..packages import PackageCommand, package_commands
from ._pins import UPGRADED

# The verbs that install for the whole image, by manager, and the index that the packages are from.
VERBS = {
    "pip": ("python", ("install",)),
    "pipx": ("python", ("install",)),
    "uv": ("python", ("pip install", "tool install")),
    "npm": ("node", ("install", "i", "add")),
    "yarn": ("node", ("global add",)),
    "pnpm": ("node", ("add", "install", "i")),
    "gem": ("ruby", ("install", "i")),
    "cargo": ("rust", ("install", "binstall")),
    "go": ("go", ("install",)),
}
GLOBAL = ("-g", "--global", "--location=global")
# Options that name a file or a folder, which may be of the project.
READS = (
    "-r --requirement --requirements -c --constraint --constraints -e --editable -f --find-links -t --target --prefix "
    "--path --group --override --no-index --file -C --spec --manifest-path"
).split()
# What may stand beside an installation.
HARMLESS = frozenset("rm mkdir true : set echo".split())


class NamedInstall(NamedTuple):
    """An installation by name."""

    command: Command
    language: str
    """What the packages are for: `python`, `node` …"""


def named_installs(run: Run) -> list[NamedInstall]:
    """The installations of a RUN that does nothing else and reads no file; none where it may do more."""
    script = run.script
    if script.broken or not script.understood or any(mount.type != "cache" for mount in run.mounts):
        return []
    calls = {call.command.start: call for call in package_commands(script)}
    found: list[NamedInstall] = []
    for command in script.commands:
        if command.context or any(redirect.operator.startswith("<") for redirect in command.redirects):
            return []
        effective = command.effective
        call = calls.get(effective.start)
        if call and call.action == "install" and installs_installers(call):
            continue  # they are there in a moment
        language = _language(call) if call else "r" if _is_of_r(effective) else ""
        if language:
            found.append(NamedInstall(command, language))
        elif not _is_harmless(effective, call):
            return []
    return found


def languages_of(run: Run) -> set[str]:
    """What a RUN installs packages for, in whatever way."""
    calls = [call for call in package_commands(run.script, "install") if not installs_installers(call)]
    return {VERBS[call.manager][0] for call in calls if call.manager in VERBS} | {
        "python" for call in calls if call.family in ("poetry", "pipenv", "pdm")
    }


def installs_installers(call: PackageCommand) -> bool:
    """Whether all that a call installs are programs that install others: `pip install --upgrade pip wheel`."""
    return bool(call.packages) and all(
        re.split(r"[\[=<>!~;@ ]", word.text.strip("\"'"), maxsplit=1)[0] in UPGRADED for word in call.packages
    )


def _is_harmless(command: Command, call: PackageCommand | None) -> bool:
    return call.action == "clean" if call else command.name in HARMLESS


def _language(call: PackageCommand) -> str:
    """What a call installs packages for by name; empty where it may read a file."""
    language, verbs = VERBS.get(call.manager, ("", ()))
    if call.verb not in verbs or not call.packages or call.options.has(*READS) is not False:
        return ""
    if call.manager in ("npm", "pnpm") and call.options.has(*GLOBAL) is not True:
        return ""
    if call.manager == "go" and not all("@" in (word.value or "") for word in call.packages):
        return ""
    return language if all(_is_name(word, call) for word in call.packages) else ""


def _is_name(word: Word, call: PackageCommand) -> bool:
    """Whether it names a package of an index, or an address, and nothing that lies in the image."""
    value = word.value
    if value is None:
        return bool(_name_with_version().match(word.text)) and "$(" not in word.text and "`" not in word.text
    if "://" in value:
        return not value.startswith("file:")
    if value.startswith((".", "/", "~", "file:")) or value.endswith(call.file_endings or ("\0",)):
        return False
    return "/" not in value or call.manager == "go" or value.startswith("@")


def _is_of_r(command: Command) -> bool:
    """`Rscript -e 'install.packages("DBI")'`, `install2.r DBI`."""
    texts = [word.value or "" for word in command.words]
    if command.name == "install2.r":
        return len(texts) > 1 and not any("/" in text for text in texts[1:])
    if command.name not in ("R", "Rscript") or not any(text in ("-e", "--eval") for text in texts):
        return False
    text = " ".join(texts)
    return bool(_r_installs().search(text)) and not _r_reads().search(text)


@cache
def _name_with_version() -> re.Pattern[str]:
    return re.compile(r"""["']?@?[A-Za-z][\w./-]*(?:\[[\w,-]*\])?(?:[=~!<>]=|@|:)""")


@cache
def _r_installs() -> re.Pattern[str]:
    return re.compile(r"\binstall\.packages\(|\binstall_(?:version|cran|github|gitlab|bioc)\(|\bBiocManager::install\(")


@cache
def _r_reads() -> re.Pattern[str]:
    return re.compile(r"""repos\s*=\s*NULL|["'](?:\.{0,2}/|file:)|\bsource\(|\bread|install_(?:local|deps)|renv""")
