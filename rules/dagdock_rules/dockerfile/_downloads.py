"""What curl and wget are asked to fetch, and where it goes; their options are in data/downloaders.toml."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from dagdock.api import Command, Options, Script, Word, load_data

from ._nesting import around

# With these wget shows no progress bar.
QUIET = ("-q", "--quiet", "--no-verbose", "-o", "--output-file", "-a", "--append-output", "--progress", "--spider")
TOOLS = ("curl", "wget")
# Nobody fetches more in one RUN.
MOST = 100
# Endings of files that hold a few lines, as a rule.
SMALL = (
    *(".asc", ".crt", ".gpg", ".key", ".md5", ".pem", ".pub", ".sha1", ".sha256", ".sha512", ".sig"),
    *(
        ".bash",
        ".cfg",
        ".conf",
        ".css",
        ".exp",
        ".ini",
        ".j2",
        ".js",
        ".json",
        ".lisp",
        ".list",
        ".lua",
        ".md",
        ".patch",
    ),
    *(".php", ".pl", ".properties", ".py", ".rb", ".repo", ".service", ".sources", ".tmpl", ".toml", ".txt", ".vim"),
    *(".xml", ".yaml", ".yml", ".zsh"),
)
# Parts of the names of packages that set up a repository: `packages-microsoft-prod.deb`, `epel-release-9.rpm`.
REPOSITORIES = ("packages-microsoft-prod", "-release", "_release", "-repo", "-keyring")
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
    found = [
        Download(command.effective.name, command) for command in script.commands if command.effective.name in TOOLS
    ]
    return tuple(found[:MOST])


def _is_address(word: Word) -> bool:
    return not word.prefix.startswith("-")


def is_quiet(download: Download) -> bool:
    """Whether the progress of wget goes nowhere, or to a file."""
    given = download.has(*QUIET, "--version", "--help")
    if given is not False or any(word.text.startswith(("-nv", "--progress")) for word in download.command.arguments):
        return True
    return any(redirect.descriptor == "2" or "&" in redirect.operator for redirect in download.command.redirects)


def sets_up_repository(download: Download) -> bool:
    """Whether it is the small package that brings the keys and addresses of a repository, which changes as they do."""
    name = _file_name(download)
    return name.endswith((".deb", ".rpm")) and any(part in name for part in REPOSITORIES)


def is_key(download: Download) -> bool:
    """Whether it is the key that an archive signs with: it has to be the one that is used today."""
    name = _file_name(download).partition("?")[0].lower()
    if name.endswith((".asc", ".gpg", ".key", ".pub", ".keyring")) or name in ("gpg", "key", "apt-key"):
        return True
    if any(part in (download.file or "") for part in ("keyring", "trusted.gpg")):
        return True
    pipe = download.outer.pipeline
    readers = pipe[pipe.index(download.outer) + 1 :] if download.outer in pipe else ()
    return any(
        reader.effective.name in ("apt-key", "gpg", "gpg2", "rpm")
        or any("keyring" in word.text or "trusted.gpg" in word.text for word in reader.words)
        for reader in readers
    )


def is_small(download: Download) -> bool:
    """Whether it is most likely a file of a few KB: a key, a checksum, a list of sources, a script, a setting."""
    name = _file_name(download).partition("?")[0].lower()
    if name.endswith((".sh", ".run", ".bin")):  # an installer may hold the whole program
        return name.endswith(".sh") and not _holds_program().search(name)
    return name.endswith(SMALL) or sets_up_repository(download)


@cache
def _holds_program() -> re.Pattern[str]:
    return re.compile(r"conda|forge|mamba|linux|x86|amd64|arm64|aarch64|\d\.\d")


def _file_name(download: Download) -> str:
    return download.urls[-1].text.strip("\"'").rpartition("/")[2] if download.urls else ""


CHECKERS = frozenset(
    "sha1sum sha224sum sha256sum sha384sum sha512sum b2sum md5sum shasum gpg gpg2 gpgv gpgverify cosign minisign "
    "signify slsa-verifier rhash openssl".split()
)
INTERPRETERS = frozenset(
    "sh bash dash ash zsh ksh python python2 python3 perl ruby node php pwsh source . eval".split()
)


def is_checked(script: Script) -> bool:
    """Whether a script compares a checksum or a signature of what it fetched."""
    return any(command.effective.name in CHECKERS for command in script.commands)


def runs_output(download: Download, script: Script) -> Command | None:
    """The shell or interpreter that runs what a download prints: `curl … | sh`, `sh -c "$(curl …)"`."""
    outer = download.outer
    pipe = outer.pipeline
    if download.file:
        return None  # it is stored, and nothing goes on
    if outer in pipe:
        for command in pipe[pipe.index(outer) + 1 :]:
            name = command.effective.name or ""
            if name in INTERPRETERS and not _has_program(command):
                return command
    if "substitution" in outer.context:
        for command in around(script)[id(outer)]:
            if command.effective.name in INTERPRETERS and command not in pipe:
                return command
    return None


def _has_program(command: Command) -> bool:
    """Whether an interpreter has its program elsewhere, and what comes through the pipe is only its input."""
    name = command.effective.name or ""
    texts = [word.text for word in command.effective.arguments]
    shell = name not in ("python", "python2", "python3", "perl", "ruby", "node", "php")
    for text in texts:
        if text in ("-", "-s", "--", "/dev/stdin") or (shell and text.startswith("-") and "s" in text):
            return False
        if text in ("-c", "-e", "-m", "-r", "-n", "-ne", "-pe", "-p", "-i", "-E", "-F") or not text.startswith("-"):
            return True
    return False


def is_clear_text(text: str) -> bool:
    """Whether a word is an address on the Internet by a protocol without protection."""
    match = _address().match(text) if "://" in text else None
    if match is None:
        return False
    host = match[1].lower()
    inside = "." not in host or host.endswith((".local", ".internal", ".lan", ".localhost", ".svc", ".test", ".corp"))
    return not inside and not _private().match(host)


@cache
def _address() -> re.Pattern[str]:
    return re.compile(r"(?:git\+)?(?:http|ftp|telnet)://(?:[^/@\s]*@)?([^/:\s?#]+)")


@cache
def _private() -> re.Pattern[str]:
    return re.compile(r"(?:127|10|0|169\.254|192\.168|172\.(?:1[6-9]|2\d|3[01]))\.")
