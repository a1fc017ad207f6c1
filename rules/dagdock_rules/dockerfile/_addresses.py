"""What the address of a download says: a version or none, a branch, the machine that it is for, whose file it is."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from dagdock.api import Dockerfile, Instruction, Run, remembered

# The values of variables may hold others, and those again.
DEPTH = 3


def leads_elsewhere(text: str) -> bool:
    """Whether an address holds the newest release or the tip of a branch, and another one some day."""
    return bool(_moving().search(text))


def branch_in(address: str) -> str | None:
    """The branch whose file an address holds, where it says `…/master/…` of a repository."""
    match = _branch().search(address)
    name = match[1] or match[2] if match else None
    return name if name and not _number().search(name) else None


def says_version(address: str, instruction: Instruction) -> bool:
    """Whether the path of an address names a version, a date or a commit; numbers of machines (`x86_64`) are none.

    A variable counts with its value, and as a version where it is called so. One whose value is not in the file counts
    as a version, too, unless it is called after something else: a machine, a host, a password.
    """
    for match in _variable().finditer(address):
        if _is_version().search(_name(match)) and not _newest().fullmatch(_with_values(match[0], instruction)):
            return True
    text = _with_values(address, instruction)
    text = _variable().sub(lambda match: "" if _is_other().search(_name(match)) else "0.0", text)
    path = text.strip("\"'").partition("//")[2].partition("/")[2]
    return bool(_number().search(_machine().sub("", path)))


def version_variable(address: str, instruction: Instruction) -> str | None:
    """The variable of the file by which an address says its version."""
    stage = instruction.stage
    scope = stage.scope_at(instruction) if stage else None
    for match in _variable().finditer(address):
        name = _name(match)
        if scope and name in scope and _is_version().search(name):
            return name
    return None


def differs_by_machine(address: str, instruction: Instruction) -> bool:
    """Whether an address hangs on the machine that the image is for, so that no one checksum fits all of them."""
    if "$" not in address and "`" not in address:
        return False
    here = _set_in_run(instruction)
    asked = [name for name, values in here.items() if len(set(values)) > 1]
    text = _with_values(address, instruction)
    return is_of_machine(text) or any(_name(match) in asked for match in _variable().finditer(address))


def is_of_machine(text: str) -> bool:
    """Whether a text asks for the machine: `$TARGETARCH`, `$(uname -m)`."""
    return bool(_of_machine().search(text))


def is_own(address: str, file: Dockerfile) -> bool:
    """Whether a repository's file is of the same owner as the Dockerfile, who says so himself there.

    He follows his own branch on purpose.
    """
    match = _owner().search(address)
    return match is not None and match[1].lower() in _owners(file)


@remembered
def _owners(file: Dockerfile) -> frozenset[str]:
    """The names in the places of a file that say whose it is: its base images, its labels, the account of an ARG."""
    found = [match[1] or match[2] or match[3] for match in _of_whom().finditer(file.source.text)]
    return frozenset(name.lower() for name in found)


def _with_values(text: str, instruction: Instruction) -> str:
    """A text with the values of its variables, as far as the file shows them."""
    here = _set_in_run(instruction)
    stage = instruction.stage
    scope = stage.scope_at(instruction) if stage else None

    def value(match: re.Match[str]) -> str:
        name = _name(match)
        if name in here:
            return here[name][0]
        binding = scope.get(name) if scope else None
        if binding is None or (binding.value is None and (binding.pair is None or binding.pair.value is None)):
            return match[0]
        written = binding.pair.value.raw if binding.pair and binding.pair.value else ""
        return written if binding.value is None else binding.value

    for _ in range(DEPTH):
        if "$" not in text or len(text) > 4_000:
            break
        text = _variable().sub(value, text)
    return text


@lru_cache(maxsize=64)
def _set_in_run(instruction: Instruction) -> dict[str, list[str]]:
    """The values that a RUN itself gives to variables, as they are written."""
    found: dict[str, list[str]] = {}
    for command in instruction.script.commands if isinstance(instruction, Run) else ():
        for word in command.assignments:
            name, _, value = word.text.partition("=")
            found.setdefault(name, []).append(value.strip("\"'"))
    return found


def _name(match: re.Match[str]) -> str:
    return match[1] or match[2]


@cache
def _variable() -> re.Pattern[str]:
    return re.compile(r"\$(?:\{(\w+)[^}]{0,200}\}|(\w+))")


@cache
def _of_machine() -> re.Pattern[str]:
    return re.compile(
        r"\$\{?\w*(?:ARCH|PLATFORM|TARGETOS|TARGETVARIANT)\w*|uname|print-arch|[{`(]arch\b", re.IGNORECASE
    )


@cache
def _is_version() -> re.Pattern[str]:
    return re.compile(r"(?:VER|VERSION|RELEASE|TAG|REF|REV|REVISION|COMMIT)$", re.IGNORECASE)


@cache
def _newest() -> re.Pattern[str]:
    return re.compile(r"v?(?:latest|stable|nightly|edge|master|main|head|develop|dev)", re.IGNORECASE)


@cache
def _is_other() -> re.Pattern[str]:
    """What the names of variables say that hold no version."""
    return re.compile(
        r"arch|platform|targetos|variant|^os$|key|token|secret|pass|user|host|mirror|proxy|domain|server|registry"
        r"|base_?url|^name$|owner|dir$|home$",
        re.IGNORECASE,
    )


@cache
def _moving() -> re.Pattern[str]:
    return re.compile(r"/releases/latest/|/(?:raw/)?(?:master|main|HEAD)/|[/_-]latest[./_-]|[/_-]latest$|/latest/")


@cache
def _branch() -> re.Pattern[str]:
    return re.compile(
        r"raw\.githubusercontent\.com/[^/]+/[^/]+/(?:refs/heads/)?([\w.-]+)/"
        r"|(?:/raw/|/blob/|/archive/(?:refs/heads/)?)(master|main|HEAD|develop|trunk)(?=[/.])"
    )


@cache
def _owner() -> re.Pattern[str]:
    return re.compile(r"(?:raw\.githubusercontent\.com|github\.com|gitlab\.com)/([\w.-]+)/")


@cache
def _of_whom() -> re.Pattern[str]:
    return re.compile(
        r"^[ \t]*(?:FROM[ \t]+(?:--\S+[ \t]+)*(?:\$\{\w+:-)?([\w.-]+)\}?/|ARG[ \t]+\w*(?:USER|OWNER|ORG)\w*=([\w.-]+))"
        r"|image\.(?:source|url)=\"?https://(?:github\.com|gitlab\.com|ghcr\.io)/([\w.-]+)/",
        re.IGNORECASE | re.MULTILINE,
    )


@cache
def _number() -> re.Pattern[str]:
    return re.compile(r"(?:^|[/_.=@-])[vr]?\d+(?:[./_-]|$)|\d+\.\d+|\d{6}|(?:^|[/_.=@-])[0-9a-f]{7,64}(?:[./_-]|$)")


@cache
def _machine() -> re.Pattern[str]:
    return re.compile(
        r"x86[_-]64|(?:amd|arm|aarch|win|linux|x|ppc|riscv|mips|darwin|macos|osx|sha|md)-?\d+\w*|i[3-6]86|(?:32|64)-?bit",
        re.IGNORECASE,
    )
