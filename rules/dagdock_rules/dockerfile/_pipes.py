"""Pipes of a RUN in which a failure goes unseen, because no `pipefail` is in force."""

from __future__ import annotations

from functools import lru_cache

from dagdock.api import Command, Run, Script, Stage

from ._nesting import around
from ._shells import shell_behind

# What cannot fail, is ended on purpose by what stands behind it, or only asks what is there: nobody counts on it.
HARMLESS = frozenset(
    "echo printf yes true : uname arch nproc date pwd id whoami hostname env set dpkg-architecture lsb_release "
    "basename dirname seq find ls cat apt-mark apt-cache dpkg dpkg-query scanelf ldd readelf getent ps df du stat file "
    "readlink realpath which grep egrep sed awk gawk sort uniq cut head tail tr rev wc xargs tee".split()
)
# What any program is asked with for its version.
VERSION = ("-v", "-V", "-version", "--version", "version", "2>&1")
# Programs that do so with these verbs.
ASKING = {
    "apk": ("info", "list", "search", "policy"),
    "gem": ("list", "env"),
    "git": ("status", "diff", "log", "ls-files", "describe", "rev-parse", "branch", "tag"),
    "npm": ("ls", "list", "config"),
    "pip": ("list", "freeze", "show"),
    "pip3": ("list", "freeze", "show"),
    "rpm": ("-q", "-qa", "-ql", "-qf"),
}
# What fails by itself when nothing, or only a part, comes through the pipe: then the failure is seen after all.
STRICT = frozenset(
    "gunzip zcat unxz xzcat bunzip2 unzstd zstd unzip bsdtar cpio apt-key gpg gpg2 patch grep egrep cmp diff".split()
)
CHECKERS = ("sha1sum", "sha224sum", "sha256sum", "sha384sum", "sha512sum", "md5sum", "b2sum", "shasum")
Pipe = tuple[Command, ...]


@lru_cache(maxsize=64)  # two rules ask about a RUN before the next one comes
def open_pipes(run: Run) -> tuple[tuple[Pipe, ...], tuple[Pipe, ...]]:
    """The pipes of a RUN without `pipefail`: those in which a failure matters, and the others."""
    script = run.script
    pipes = {id(command.pipeline): command.pipeline for command in script.commands if len(command.pipeline) > 1}
    if not pipes or run.exec_form is not None or not script.understood or script.broken or _is_on(run):
        return (), ()
    place = {id(command): number for number, command in enumerate(script.commands)}
    matters: list[Pipe] = []
    others: list[Pipe] = []
    for pipe in pipes.values():
        following = place.get(id(pipe[-1]), len(script.commands)) + 1
        behind = script.commands[following] if following < len(script.commands) else None
        (others if _is_harmless(pipe, behind, script) else matters).append(pipe)
    return tuple(matters), tuple(others)


@lru_cache(maxsize=64)
def first_open_pipe(stage: Stage) -> Run | None:
    """The first RUN of a stage, or of those it is built on, that has a pipe in which a failure matters."""
    *parts, root = stage.chain()
    for part in (root, *reversed(parts)):
        for run in part.all_of(Run):
            if open_pipes(run)[0]:
                return run
    return None


def _is_on(run: Run) -> bool:
    """Whether `pipefail` is set by the RUN itself, by its heredoc's first line, or by SHELL."""
    if "pipefail" in run.body.text or (run.heredocs and "pipefail" in run.heredocs[0].span.text):
        return True
    words = run.stage.shell_words_at(run) if run.stage else ()
    if "pipefail" not in words:
        return False
    name = words[0].replace("\\", "/").rpartition("/")[2]
    # A plain `sh` may be any shell: in Debian's it is an unknown option, in Alpine's it is known.
    return name != "sh" or shell_behind(run.stage) in ("ash", None)


def _is_harmless(pipe: Pipe, behind: Command | None, script: Script) -> bool:
    """Whether nothing in front of the last command can fail unseen and do harm."""
    if all(only_asks(command) for command in pipe[:-1]) or _needs_all(pipe[-1]):
        return True
    if behind is not None and behind.joined == "||":
        return True
    for command in pipe[:1]:
        if "condition" in command.context:
            return True
        if "substitution" in command.context:  # its status counts only where it is all of an assignment
            outer = [other for other in around(script)[id(command)] if other not in pipe]
            if any(other.words for other in outer):
                return True
            names = [word.text.partition("=")[0] for other in outer for word in other.assignments]
            if any(_asked_for_nothing(script).get(name, -1) > command.start for name in names):
                return True
            if not _compared(script).isdisjoint(names):
                return True
    return False


@lru_cache(maxsize=4)
def _compared(script: Script) -> set[str]:
    """Variables that are checksums, which `sha256sum -c` or its like reads and refuses where they are empty."""
    return {
        name
        for command in script.commands
        if any(other.effective.name in CHECKERS for other in command.pipeline)
        for word in command.words
        for name in word.variables
    }


@lru_cache(maxsize=4)
def _asked_for_nothing(script: Script) -> dict[str, int]:
    """Variables that a command tests for being empty (`${NAME:-1.2}`, `[ -z "$NAME" ]`), and the last place."""
    import re

    empty = re.compile(r"\$\{(\w+):?[-=?+]|-[zn] +\"?\$\{?(\w+)")
    return {
        match[1] or match[2]: command.start
        for command in script.commands
        for match in empty.finditer(command.span.text)
    }


def only_asks(command: Command) -> bool:
    """Whether a command cannot fail, or nobody counts on it."""
    effective = command.effective
    words = [word.value for word in effective.arguments]
    if words and all(word in VERSION for word in words):
        return True
    return effective.name in HARMLESS or (words[0] if words else None) in ASKING.get(effective.name or "", ())


def _needs_all(command: Command) -> bool:
    """Whether a command fails when what is before it in the pipe fails."""
    effective = command.effective
    texts = [word.text for word in effective.arguments]
    if effective.name == "tar":
        short = texts[:1] + [text for text in texts[1:] if text.startswith("-")]
        return any(text in ("--extract", "--get", "--list") for text in texts) or any(
            "x" in text or "t" in text for text in short if not text.startswith(("--", "-C", "/"))
        )
    if effective.name in CHECKERS:
        return any(text.startswith(("-c", "--check")) for text in texts)
    if effective.name in ("grep", "egrep"):
        return not any(text.startswith("-") and not text.startswith("--") and "v" in text for text in texts)
    return effective.name in STRICT
