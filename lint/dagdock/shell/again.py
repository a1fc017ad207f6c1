"""A shell text that was read before, at another place: an editor asks for the same scripts at every letter."""

from __future__ import annotations

from dagdock.shell.commands import Command, Redirect, Script
from dagdock.text import Mapped

# So many scripts are kept; then all are forgotten.
_MOST = 512
_known: dict[tuple[str, str], Script] = {}


def keep(script: Script) -> None:
    """Keep a script for `again`, where all that it is made of is told by offsets within its own text."""
    if script.errors or not script.commands:
        return
    for command in script.commands:
        for redirect in command.redirects:
            if redirect.heredoc or (redirect.target and not redirect.target.is_of(script.body)):
                return
        if not all(word.is_of(script.body) for word in (*command.words, *command.assignments)):
            return
    if len(_known) >= _MOST:
        _known.clear()
    _known[script.body.text, script.dialect] = script


def again(body: Mapped, dialect: str) -> Script | None:
    """The script of a text that was kept, with its places where the text stands now."""
    known = _known.get((body.text, dialect))
    if known is None:
        return None
    script = Script(body, dialect)
    pipelines: dict[int, tuple[Command, ...]] = {}
    for old in known.commands:
        command = old.like(
            [word.moved(body) for word in old.words],
            [word.moved(body) for word in old.assignments],
            [_moved(redirect, body) for redirect in old.redirects],
        )
        script.commands.append(command)
    new_of = dict(zip(map(id, known.commands), script.commands, strict=True))
    for old, command in zip(known.commands, script.commands, strict=True):
        if old.pipeline:
            key = id(old.pipeline)
            if key not in pipelines:
                pipelines[key] = tuple(new_of[id(part)] for part in old.pipeline)
            command.pipeline = pipelines[key]
    return script


def _moved(redirect: Redirect, body: Mapped) -> Redirect:
    target = redirect.target.moved(body) if redirect.target else None
    return Redirect(body, redirect.start, redirect.end, redirect.operator, target, redirect.descriptor)
