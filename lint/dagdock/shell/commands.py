"""What a shell line is made of: scripts, simple commands and redirections, with their places."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from dagdock.shell.options import Options
from dagdock.shell.words import Word
from dagdock.shell.wrappers import base_name, unwrap
from dagdock.text import Mapped, Span

Joined = Literal["", "&&", "||", ";", "|", "&", "\n"]
Place = Literal["if", "case", "for", "while", "until", "condition", "subshell", "substitution", "function", "script"]
Context = tuple[Place, ...]
Branches = tuple[tuple[int, int], ...]


class Redirect:
    """Where a command reads from or writes to: `> log`, `2>&1`, `<<EOF`."""

    __slots__ = ("_body", "descriptor", "end", "heredoc", "operator", "start", "target")

    def __init__(
        self,
        body: Mapped,
        start: int,
        end: int,
        operator: str,
        target: Word | None,
        descriptor: str = "",
        heredoc: Mapped | None = None,
    ) -> None:
        self._body = body
        self.start = start
        self.end = end
        self.operator = operator
        # The file, or the word that ends a here-document (`<<'EOF'` is quoted: nothing in it is expanded).
        self.target = target
        self.descriptor = descriptor
        # The lines of a here-document.
        self.heredoc = heredoc

    @property
    def span(self) -> Span:
        return self._body.span(self.start, self.end)

    def __repr__(self) -> str:
        return f"<Redirect {self.operator} {self.target!r}>"


class Command:
    """One simple command: `A=1 apt-get install -y curl > log`.

    `words` begin with the command's name; an assignment or a redirection alone has none. `joined` says how it
    follows the command before it, `context` what it stands in, from outside in (empty at the top level), `branches`
    where exactly: for each compound command (`if`, `case`, `for`, `{ }` …) the offset of it and of the branch.
    `pipeline` says which commands are piped together (itself included; empty where nothing is). `wrappers` are the
    commands that run this one (`sudo`, `timeout`): see `effective`.
    """

    __slots__ = (
        "_effective",
        "_name",
        "_span",
        "assignments",
        "background",
        "branches",
        "context",
        "joined",
        "negated",
        "pipeline",
        "redirects",
        "words",
        "wrappers",
    )

    def __init__(
        self, words: Sequence[Word], assignments: Sequence[Word] = (), joined: Joined = "", context: Context = ()
    ) -> None:
        self.words = list(words)
        self.assignments = assignments
        self.redirects: list[Redirect] = []
        self.joined: Joined = joined
        self.context = context
        self.branches: Branches = ()
        self.background = False
        self.negated = False
        self.pipeline: tuple[Command, ...] = ()
        self.wrappers: tuple[str, ...] = ()
        self._effective: Command | None = None
        self._span: Span | None = None
        self._name: str | None = ""  # no program is called that: it is not known yet

    @property
    def start(self) -> int:
        """Where it begins in the script's text."""
        return min(piece.start for piece in self._pieces())

    @property
    def end(self) -> int:
        return max(piece.end for piece in self._pieces())

    @property
    def span(self) -> Span:
        """From its first word to its last, redirections included, the lines of here-documents not."""
        if self._span is None:
            pieces = sorted(self._pieces(), key=lambda piece: piece.span.start)
            self._span = pieces[0].span.to(pieces[-1])
        return self._span

    @property
    def name(self) -> str | None:
        """The program's name without its folder; None where it is unknown or there is none."""
        if self._name == "":
            self._name = base_name(self.words[0]) if self.words else None
        return self._name

    @property
    def arguments(self) -> Sequence[Word]:
        return self.words[1:]

    @property
    def effective(self) -> Command:
        """The command that is run in the end: without `sudo`, `env A=b`, `exec`, `timeout 5`, `python -m` …

        Its `wrappers` name what was taken away, from outside in.
        """
        if self._effective is None:
            wrappers, words = unwrap(self.words)
            self._effective = self._inside(wrappers, words) if wrappers else self
        return self._effective

    def options(self, valued: Sequence[str] = (), *, clusters: bool = True) -> Options:
        """The arguments told apart: see `Options`."""
        return Options(self.arguments, valued, clusters=clusters)

    def has_flag(self, *names: str, valued: Sequence[str] = ()) -> bool | None:
        """Whether one of the flags is given (`-qqy` gives `-y`); None where an unknown word may hold it."""
        return self.options(valued).has(*names)

    def like(self, words: list[Word], assignments: Sequence[Word], redirects: list[Redirect]) -> Command:
        """The same command made of other words; it is in no pipeline yet."""
        command = Command.__new__(Command)
        command.words, command.assignments, command.redirects = words, assignments, redirects
        command.joined, command.context, command.branches = self.joined, self.context, self.branches
        command.background, command.negated = self.background, self.negated
        command.pipeline, command.wrappers = (), self.wrappers
        command._effective = command if self._effective is self else None
        command._span, command._name = None, self._name
        return command

    def _inside(self, wrappers: tuple[str, ...], words: Sequence[Word]) -> Command:
        command = Command(words, self.assignments, self.joined, self.context)
        command.redirects = self.redirects
        command.branches = self.branches
        command.background = self.background
        command.negated = self.negated
        command.pipeline = self.pipeline
        command.wrappers = self.wrappers + wrappers
        command._effective = command
        return command

    def _pieces(self) -> list[Word | Redirect]:
        return [*self.words, *self.assignments, *self.redirects]

    def __repr__(self) -> str:
        return f"<Command {' '.join(piece.span.text for piece in self._pieces())[:60]!r}>"


class Script:
    """What a shell would run, in order of appearance.

    Commands in subshells, substitutions, conditions, loops, functions, `sh -c '…'` and here-documents that are fed
    to a shell are among `commands`; what stands under `if false` is not. What the grammar could not read is in
    `errors`, and no command comes from there. `understood` is False, and nothing is read, where the text is for no
    POSIX-like shell (PowerShell, cmd), for none yet (a template), or too long to be a script.
    """

    __slots__ = ("body", "commands", "dialect", "errors", "understood")

    def __init__(self, body: Mapped, dialect: str) -> None:
        self.body = body
        self.dialect = dialect
        self.understood = True
        self.commands: list[Command] = []
        self.errors: list[Span] = []

    @property
    def broken(self) -> bool:
        """Whether some part could not be read: then what seems to be missing may stand there."""
        return bool(self.errors)
