"""A shell line as a list of commands: tree-sitter reads it, this module says what stands where."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from dagdock.shell.options import Options
from dagdock.shell.words import Word
from dagdock.shell.wrappers import base_name, unwrap
from dagdock.text import Mapped, Span, Text

if TYPE_CHECKING:
    pass

Joined = Literal["", "&&", "||", ";", "|", "&", "\n"]
Context = Literal["if", "case", "for", "while", "until", "condition", "subshell", "substitution", "function", "script"]

SHELLS = frozenset(("sh", "bash", "dash", "ash", "ksh", "mksh", "zsh"))
# A body this long is data rather than a script, and error recovery is slow on it.
MAX_LENGTH = 200_000
MAX_DEPTH = 4


class Redirect:
    """Where a command reads from or writes to: `> log`, `2>&1`, `<<EOF`."""

    __slots__ = ("_body", "_end", "_start", "descriptor", "heredoc", "operator", "quoted", "target")

    def __init__(
        self,
        body: Mapped,
        start: int,
        end: int,
        operator: str,
        target: Word | None,
        descriptor: str = "",
        heredoc: Mapped | None = None,
        quoted: bool = False,
    ) -> None:
        self._body = body
        self._start = start
        self._end = end
        self.operator = operator
        self.target = target
        self.descriptor = descriptor
        # The text between the words of a here-document, and whether it is taken as it stands (`<<'EOF'`).
        self.heredoc = heredoc
        self.quoted = quoted

    @property
    def span(self) -> Span:
        return self._body.span(self._start, self._end)

    def __repr__(self) -> str:
        return f"<Redirect {self.operator} {self.target!r}>"


class Command:
    """One simple command: `A=1 apt-get install -y curl > log`.

    `words` begin with the command's name; an assignment alone has none. `joined` says how it follows the command
    before it, `context` what it stands in, from outside in (empty at the top level). `wrappers` are what `effective`
    took away.
    """

    __slots__ = (
        "_body",
        "_effective",
        "_end",
        "_start",
        "assignments",
        "background",
        "context",
        "joined",
        "negated",
        "pipeline",
        "redirects",
        "words",
        "wrappers",
    )

    def __init__(
        self,
        body: Mapped,
        start: int,
        end: int,
        words: Sequence[Word],
        assignments: Sequence[Word] = (),
        redirects: Sequence[Redirect] = (),
        joined: Joined = "",
        context: tuple[Context, ...] = (),
        wrappers: tuple[str, ...] = (),
        negated: bool = False,
    ) -> None:
        self._body = body
        self._start = start
        self._end = end
        self.words = words
        self.assignments = assignments
        self.redirects = redirects
        self.joined: Joined = joined
        self.context = context
        self.wrappers = wrappers
        self.negated = negated
        self.background = False
        # The commands of the pipeline it is a part of, itself included; empty where nothing is piped.
        self.pipeline: tuple[Command, ...] = ()
        self._effective: Command | None = None

    @property
    def span(self) -> Span:
        """From its first word to its last, redirections included, here-documents not."""
        return self._body.span(self._start, self._end)

    @property
    def name(self) -> str | None:
        """The program's name without its folder; None where it is unknown or there is none."""
        return base_name(self.words[0]) if self.words else None

    @property
    def arguments(self) -> Sequence[Word]:
        return self.words[1:]

    @property
    def effective(self) -> Command:
        """The command that is run in the end: without `sudo`, `env A=b`, `exec`, `timeout 5`, `python -m` …

        `wrappers` of the result names what was taken away, from outside in.
        """
        if self._effective is None:
            wrappers, words = unwrap(self.words)
            self._effective = self if not wrappers else self._with(words, wrappers)
        return self._effective

    def options(self, valued: Sequence[str] = (), *, clusters: bool = True) -> Options:
        """The arguments told apart: see `Options`."""
        return Options(self.arguments, valued, clusters=clusters)

    def has_flag(self, *names: str, valued: Sequence[str] = ()) -> bool | None:
        """Whether one of the flags is given (`-qqy` gives `-y`); None where an unknown word may hold it."""
        return self.options(valued).has(*names)

    def _with(self, words: Sequence[Word], wrappers: tuple[str, ...]) -> Command:
        command = Command(
            self._body,
            words[0].start,
            self._end,
            words,
            self.assignments,
            self.redirects,
            self.joined,
            self.context,
            wrappers,
            self.negated,
        )
        command.background = self.background
        command.pipeline = self.pipeline
        return command

    def __repr__(self) -> str:
        return f"<Command {self._body.text[self._start : self._end][:60]!r}>"


class Script:
    """What a shell would run, in order of appearance.

    Commands inside subshells, substitutions, conditions, loops, functions, `sh -c '…'` and here-documents fed to a
    shell are among `commands`. What the grammar could not read is in `errors`, and no command comes from there;
    `understood` is False where the text is no POSIX-like shell at all (PowerShell, cmd, a template).
    """

    __slots__ = ("body", "commands", "dialect", "errors", "understood")

    def __init__(self, body: Mapped, dialect: str, *, understood: bool = True) -> None:
        self.body = body
        self.dialect = dialect
        self.understood = understood
        self.commands: list[Command] = []
        self.errors: list[Span] = []

    @property
    def broken(self) -> bool:
        return bool(self.errors)


def parse(body: Mapped, dialect: str = "sh") -> Script:
    """Read a shell line or script. Never fails: see `Script`."""
    return Script(body, dialect)


def parse_exec(elements: Sequence[Text]) -> Script:
    """The script of an exec form, `["sh", "-c", "…"]`: one command whose words no shell has read."""
    raise NotImplementedError
