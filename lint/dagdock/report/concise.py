"""One line a finding, for editors' error lists, `grep` and narrow logs."""

from __future__ import annotations

from typing import TextIO

from dagdock.report.terminal import Terminal, printable
from dagdock.report.text import head, write_end
from dagdock.result import Result


def write(result: Result, stream: TextIO, *, color: bool = False, quiet: bool = False) -> None:
    terminal = Terminal(stream, color=color)
    for finding in result.findings:
        terminal.line(f"{head(finding, terminal)} {printable(finding.message)}")
    write_end(result, terminal, quiet=quiet)
