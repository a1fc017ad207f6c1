"""What curl and wget are asked to fetch, and where it goes; their options are in data/downloaders.toml."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from dagdock.api import Command, Options, Script, Word, load_data

# With these wget shows no progress bar.
QUIET = ("-q", "--quiet", "--no-verbose", "-o", "--output-file", "-a", "--append-output", "--progress", "--spider")
LOCAL = ("localhost", "127.0.0.1", "[::1]", "0.0.0.0", "host.docker.internal", "169.254.")


class Download:
    """One call of curl or wget."""

    __slots__ = ("command", "name", "options", "outer", "urls")

    def __init__(self, name: str, outer: Command) -> None:
        self.name = name
        self.outer = outer
        """The command with its wrappers."""
        self.command = outer.effective
        self.options = options_of(self.command)
        given = [option.value for option in self.options.options if option.name in ("--url",)]
        self.urls: list[Word] = [word for word in self.options.operands if _is_address(word)]
        if given and not self.urls:
            self.urls = [word for word in self.command.arguments if word.value in given]

    def has(self, *names: str) -> bool | None:
        """Whether one of the options is given; None where a variable may hold it. A lone variable is the address."""
        given = self.options.has(*names)
        return False if given is None and len(self.options.operands) == 1 else given

    @property
    def is_local(self) -> bool:
        """Whether it talks to this machine: a probe, no download."""
        return any(part in word.text for word in self.command.arguments for part in LOCAL)

    @property
    def file(self) -> str | None:
        """The file that it writes; empty where it writes to its output; None where that is unknown."""
        outputs = self.options.values("-o", "--output") if self.name == "curl" else self._wget_files()
        if outputs:
            return "" if outputs[-1] in ("-", "/dev/stdout") else outputs[-1]
        redirect = next((each for each in self.command.redirects if each.operator.startswith(">")), None)
        if redirect is not None and redirect.descriptor in ("", "1"):
            return redirect.target.value if redirect.target else None
        if self.name == "curl" and not self.has("-O", "--remote-name", "--remote-name-all"):
            return ""
        text = self.urls[-1].text.strip("\"'") if self.urls else ""
        return text.partition("?")[0].rpartition("/")[2] or None

    def _wget_files(self) -> list[str | None]:
        return self.options.values("-O", "--output-document")


def options_of(command: Command) -> Options:
    """The arguments of curl or wget told apart."""
    about = load_data("dagdock_rules", "downloaders")[command.name or ""]
    words = [word for word in command.arguments if word.text not in about["short"]]
    return Options(words, about["valued"])


def downloads(script: Script) -> Iterator[Download]:
    """The calls of curl and wget in order."""
    yield from _downloads(script)


@lru_cache(maxsize=64)  # several rules ask about a RUN before the next one comes
def _downloads(script: Script) -> tuple[Download, ...]:
    return tuple(
        Download(command.effective.name, command)
        for command in script.commands
        if command.effective.name in ("curl", "wget")
    )


def _is_address(word: Word) -> bool:
    return not word.prefix.startswith("-")


def is_quiet(download: Download) -> bool:
    """Whether the progress of wget goes nowhere, or to a file."""
    given = download.has(*QUIET, "--version", "--help")
    if given is not False or any(word.text.startswith(("-nv", "--progress")) for word in download.command.arguments):
        return True
    return any(redirect.descriptor == "2" or "&" in redirect.operator for redirect in download.command.redirects)
