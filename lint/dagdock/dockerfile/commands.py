"""Instructions that hold a command: RUN, CMD, ENTRYPOINT and HEALTHCHECK, and what the shell gets of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagdock.dockerfile import dialects
from dagdock.dockerfile.heredocs import openers
from dagdock.dockerfile.instruction import Instruction
from dagdock.dockerfile.lexer import BLANKS
from dagdock.dockerfile.mounts import Mount, mount_fields
from dagdock.dockerfile.words import Word, blank_words, quoted_words
from dagdock.remembered import cached_property
from dagdock.text import Mapped, Text

if TYPE_CHECKING:
    from dagdock.shell import Script


class CommandInstruction(Instruction):
    """RUN, CMD, ENTRYPOINT and HEALTHCHECK CMD: a command for a shell, or an exec form."""

    takes_json = True
    expands = False

    @property
    def command(self) -> Mapped:
        """The command as written, in either form; empty where there is none."""
        return self.body

    @property
    def _json_body(self) -> Mapped:
        return self.command

    @cached_property
    def _shell(self) -> tuple[Mapped | None, str]:
        return self._for_the_shell()

    def _for_the_shell(self) -> tuple[Mapped | None, str]:
        """What the shell gets, and which shell."""
        refused = self.json_fault is not None and self.json_fault.reason == "not-strings"
        if not self.command.text or self.exec_form is not None or refused:
            return None, dialects.UNKNOWN
        return self.command, self.stage.dialect_at(self) if self.stage else dialects.POSIX

    @property
    def shell_text(self) -> Mapped | None:
        """What the shell gets; None in exec form and where there is no command.

        A RUN that is only a heredoc hands over the heredoc's body (`RUN <<EOF`, `RUN bash <<EOF`); one that does
        more with it hands over command line and heredocs.
        """
        return self._shell[0]

    @property
    def dialect(self) -> str:
        """The shell that reads it: `posix-sh` `bash` `ash` `zsh` `ksh` `powershell` `cmd` or `unknown`."""
        return self._shell[1]

    @cached_property
    def script(self) -> Script:
        """The commands that it runs, in either form; read once for all rules."""
        from dagdock import shell

        if self.exec_form is not None:
            return shell.parse_exec(self.exec_form)
        nothing = Mapped.of(self.span.source.span(self.span.end, self.span.end))
        return shell.parse(self.shell_text or nothing, self.dialect)


class Run(CommandInstruction):
    takes_heredocs = True

    @cached_property
    def mounts(self) -> list[Mount]:
        """Its `--mount` flags."""
        found: list[Mount] = []
        for flag in self.flags:
            if flag.name == "mount" and flag.value is not None:
                mount = Mount(flag, mount_fields(flag))
                if mount.from_ and self.stage:
                    # A mount knows stages by name only; `from=0` is an image.
                    mount.from_stage = self.dockerfile.stage_named(mount.from_, before=self.stage, by_index=False)
                found.append(mount)
        return found

    def _for_the_shell(self) -> tuple[Mapped | None, str]:
        text, dialect = super()._for_the_shell()
        if text is None or not self.heredocs:
            return text, dialect
        first = self.heredocs[0]
        rest = self._around_heredocs()
        if len(self.heredocs) == 1:
            if not rest:
                return first.body, dialects.of_shebang(first.body.text) or dialect
            inner = dialects.of_program(rest[0])
            if inner and all(_is_shell_option(word) for word in rest[1:]):
                return first.body, inner
        return self._with_heredocs(), dialect

    def _around_heredocs(self) -> list[str]:
        """The words of the command line without those that open heredocs."""
        command = self.command.text
        shift = self.body_start
        for opener in reversed(openers(self.logical.code)):
            command = command[: opener.start - shift] + command[opener.end - shift :]
        return command.split()

    def _with_heredocs(self) -> Mapped:
        """The command line with its heredocs below it, as BuildKit hands it to the shell."""
        text, source = self.logical.code, self.dockerfile.source
        pieces = text.pieces(self.body_start, self._end)
        for heredoc in self.heredocs:
            pieces.append((max(heredoc.span.start - 1, 0), "\n"))
            pieces.append((heredoc.span.start, heredoc.span.text))
            if heredoc.terminator:
                pieces.append((heredoc.terminator.start, heredoc.terminator.text))
        return Mapped(source, pieces)


def _is_shell_option(word: str) -> bool:
    return word.startswith("-") or word in ("pipefail", "errexit", "nounset", "xtrace")


class Cmd(CommandInstruction):
    pass


class Entrypoint(CommandInstruction):
    pass


class Healthcheck(CommandInstruction):
    @cached_property
    def type(self) -> Text | None:
        """`CMD` or `NONE` as written (in any case), or what stands there instead."""
        words = blank_words(self.body, self.dockerfile.escape) if not self.too_long else []
        return words[0].piece(0, len(words[0].raw)) if words else None

    @cached_property
    def command(self) -> Mapped:
        """The command behind CMD; empty for NONE."""
        body = self.body
        if self.type is None or self.type.lower() == "none":
            return body.part(len(body.text), len(body.text))
        rest = body.text[len(self.type) :]
        return body.part(len(self.type) + len(rest) - len(rest.lstrip(BLANKS)), len(body.text))

    @cached_property
    def words(self) -> list[Word]:
        """The type and the arguments behind it."""
        return [] if self.too_long else quoted_words(self.body, self.dockerfile.escape)
