"""Two RUN instructions made one."""

from __future__ import annotations

from dagdock.api import Edit, Fix, Run, Span

# How the commands of a RUN may follow each other so that another one can stand before or behind them.
TAME = ("", "&&", "|")

# Commands behind an update of the package lists that surely install nothing.
HARMLESS = frozenset("rm mkdir true : echo set sleep export cd chmod chown apt-get apt apk ln touch".split())


def following_run(run: Run) -> Run | None:
    """The RUN right behind another one of the stage."""
    if run.stage is None or run.onbuild is not None:
        return None
    steps = run.dockerfile.instructions
    after = steps[run.index + 1] if run.index + 1 < len(steps) else None
    return after if isinstance(after, Run) and after.stage is run.stage else None


def join(first: Run, second: Run, title: str) -> Fix | None:
    """A fix that hangs the second RUN behind the first by `&&`; None where that might mean something else."""
    if not _is_tame(first) or not _is_tame(second) or not same_flags(first, second):
        return None
    source = first.span.source
    between = Span(source, first.span.end, second.body.span(0, len(second.body.text)).start)
    if "#" in between.text or "#" in first.lines.text or "#" in second.lines.text:
        return None  # a comment that has its place
    lines = first.span.text.splitlines()
    indent = lines[-1][: len(lines[-1]) - len(lines[-1].lstrip())] if len(lines) > 1 else ""
    text = f" {first.dockerfile.escape}{source.newline}{indent or '    '}&& "
    return Fix(title, [Edit(between, text)], "unsafe")


def same_flags(first: Run, second: Run) -> bool:
    return sorted(flag.span.text for flag in first.flags) == sorted(flag.span.text for flag in second.flags)


def _is_tame(run: Run) -> bool:
    script = run.script
    if run.exec_form is not None or run.heredocs or run.shell_text is None or not script.understood or script.broken:
        return False
    if not script.commands or any(each.background or each.joined not in TAME for each in script.commands):
        return False
    return not any(each.context for each in script.commands)
