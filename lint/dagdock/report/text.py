"""Findings as people like to read them: what, where, the lines themselves, and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TextIO

from dagdock.report.excerpt import Place, excerpt
from dagdock.report.terminal import Terminal, printable, width_of, wrapped
from dagdock.result import Failure, Result
from dagdock.rule import SEVERITIES, Finding, Related

MAX_RELATED = 5


def write(result: Result, stream: TextIO, *, color: bool = False, quiet: bool = False) -> None:
    terminal = Terminal(stream, color=color)
    for finding in result.findings:
        for line in block(finding, terminal):
            terminal.line(line)
        terminal.line()
    write_end(result, terminal, quiet=quiet)


def block(finding: Finding, terminal: Terminal) -> Iterator[str]:
    """One finding: its head, the source, related places, and the fix."""
    yield from _head(finding, terminal)
    here = [related for related in finding.related if related.span.source is finding.span.source]
    elsewhere = [related for related in finding.related if related.span.source is not finding.span.source]
    places = [Place(finding.span, finding.severity)]
    places += [Place(related.span, "related", printable(related.message), "-") for related in here[:MAX_RELATED]]
    yield from excerpt(places, terminal)
    for related in elsewhere[:MAX_RELATED]:
        yield from _related(related, terminal)
    hidden = max(len(here) - MAX_RELATED, 0) + max(len(elsewhere) - MAX_RELATED, 0)
    if hidden:
        yield terminal.paint(f"  and {_count(hidden, 'more place')}", "dim")
    if finding.fix:
        flag = "--fix" if finding.fix.safety == "safe" else "--unsafe-fixes"
        title = terminal.paint(printable(finding.fix.title), "good")
        yield f"  {terminal.paint('fix:', 'good')} {title} {terminal.paint(f'({flag})', 'dim')}"


def head(finding: Finding, terminal: Terminal) -> str:
    """`path:line:column severity[CODE name]`"""
    where = terminal.paint(_where(finding), "strong")
    return f"{where} {terminal.paint(finding.severity, finding.severity)}{_rule(finding)}"


def _head(finding: Finding, terminal: Terminal) -> Iterator[str]:
    """The head with the message behind it, or below it where the line would be too long."""
    message = printable(finding.message)
    used = width_of(f"{_where(finding)} {finding.severity}{_rule(finding)} ")
    if used + width_of(message) <= terminal.width:
        yield f"{head(finding, terminal)} {message}"
    else:
        yield head(finding, terminal)
        yield from (f"  {line}" for line in wrapped(message, terminal.width - 2))


def _where(located: Finding | Related) -> str:
    line, column = located.span.begin
    return f"{printable(located.span.source.path)}:{line}:{column}"


def _rule(finding: Finding) -> str:
    return f"[{finding.rule.code} {finding.rule.name}]"


def _related(related: Related, terminal: Terminal) -> Iterator[str]:
    yield f"  {terminal.paint(_where(related), 'strong')} {terminal.paint(printable(related.message), 'related')}"
    yield from excerpt([Place(related.span, "related", sign="-")], terminal)


def write_end(result: Result, terminal: Terminal, *, quiet: bool = False) -> None:
    """What could not be checked, what else there is to know, and the counts."""
    for failure in result.errors:
        terminal.line(failure_line(failure, terminal))
    if quiet:
        return
    for note in result.notes:
        terminal.line(f"{terminal.paint('note:', 'info')} {printable(note)}")
    if result.fixed:
        terminal.line(terminal.paint(f"Fixed {_count(len(result.fixed), 'problem')}.", "good"))
    for line in summary(result, terminal):
        terminal.line(line)
    if result.known:
        terminal.line(f"{len(result.known):,} known from the baseline.")
    if result.older:
        terminal.line(f"{_count(len(result.older), 'problem')} not caused by the changes.")


def failure_line(failure: Failure, terminal: Terminal) -> str:
    where = f"{printable(failure.path)}: " if failure.path else ""
    return f"{where}{terminal.paint('failed:', 'error')} {printable(failure.message)}"


def summary(result: Result, terminal: Terminal) -> Iterator[str]:
    checked = _count(result.checked, "file")
    if not result.checked and not result.findings:
        nothing = "Nothing to check: no Dockerfile, Compose file or Airflow DAG is among the files."
        yield terminal.paint("Nothing could be checked." if result.errors else nothing, "strong")
        return
    if not result.findings:
        new = "new " if result.known or result.older else ""
        left = "Nothing left to report" if result.fixed else f"No {new}problems found"
        where = f"the {checked} that could be checked" if result.errors else checked
        yield terminal.paint(f"{left} in {where}.", "strong" if result.errors else "good")
        return
    files = len({finding.path for finding in result.findings})
    counts = ", ".join(
        terminal.paint(_count(count, severity, plural="info" if severity == "info" else None), severity)
        for severity in SEVERITIES
        if (count := result.count(severity))
    )
    # A finding may also stand in a file that is no document, such as a requirements file.
    where = f"{files} of {checked}" if files <= result.checked else _count(files, "file")
    yield f"{_count(len(result.findings), 'problem')} in {where}: {counts}."
    safe = sum(finding.fix is not None and finding.fix.safety == "safe" for finding in result.findings)
    unsafe = sum(finding.fix is not None and finding.fix.safety == "unsafe" for finding in result.findings)
    mend = []
    if safe:
        mend.append(f"{safe} can be fixed with --fix")
    if unsafe:
        more = f"{unsafe} more" if safe else str(unsafe)
        mend.append(f"{more} with --unsafe-fixes" if safe else f"{more} can be fixed with --unsafe-fixes")
    mend.append("`dagdock explain CODE` tells more")
    yield "; ".join(mend) + "."


def _count(number: int, noun: str, plural: str | None = None) -> str:
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
