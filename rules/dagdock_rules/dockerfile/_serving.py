"""The port on which a container listens, also where a script or a program of the context says it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from dagdock.api import (
    Cmd,
    Command,
    CommandInstruction,
    Entrypoint,
    Mapped,
    Project,
    Source,
    Stage,
    parse_exec,
    parse_shell,
)

from ._copies import contexts_that_fit
from ._entry_scripts import script_of
from ._started import Listening, server_in, started

if TYPE_CHECKING:
    import ast

SHELLS = frozenset("sh bash ash dash".split())
# What the arguments of `python app.py` may be that change nothing of it.
HARMLESS = frozenset(("-u", "-O", "-B"))
ARGUMENTS = ('"$@"', "$@", '"${@}"')
LONGEST = 200_000


def serving(stage: Stage, project: Project) -> tuple[CommandInstruction, Listening] | None:
    """What says what runs, and on which port that surely listens; None where it is not known."""
    running = started(stage)
    if running is None:
        return None
    starter, commands = running
    server = server_in(commands, stage.scope_at()) or _by_file(starter, commands, stage, project)
    if server is None or (server.files and not server.stated and _may_lie_there(stage, project, server.files)):
        return None
    return starter, server


def _may_lie_there(stage: Stage, project: Project, files: tuple[str, ...]) -> bool:
    """Whether a file of the context may say another port."""
    contexts = contexts_that_fit(stage.dockerfile, project)
    return any(file in context.root_listing for context in contexts for file in files)


def _by_file(
    starter: CommandInstruction, commands: Sequence[Command], stage: Stage, project: Project
) -> Listening | None:
    """The port of what a script starts, or of what a program in Python or JavaScript says."""
    if len(commands) != 1:
        return None
    words = [word.value for word in commands[0].effective.words]
    words = [word for word in words if word not in HARMLESS]
    if not words or words[0] is None:
        return None
    program = words[0].rpartition("/")[2].rstrip("0123456789.")
    if program in ("python", "node") and len(words) == 2 and words[1]:
        source = script_of(words[1], starter, project, any_name=True)
        read = _python if program == "python" else _javascript
        return read(source.text, words[1]) if source and len(source.text) < LONGEST else None
    path = words[1] if program in SHELLS and len(words) > 1 else words[0]
    source = script_of(path, starter, project) if path else None
    return _shell(source, stage) if source and len(source.text) < LONGEST else None


def _shell(source: Source, stage: Stage) -> Listening | None:
    """The server that a script starts last, or that it is handed over as its arguments."""
    first = source.text.partition("\n")[0]
    if first.startswith("#!") and "sh" not in first:
        return None
    script = parse_shell(Mapped.of(source.whole), "bash")
    if script.broken or not script.understood or not script.commands:
        return None
    last = script.commands[-1]
    commands: Sequence[Command] = script.commands
    if any(word.text in ARGUMENTS for word in last.words[:2]):
        entrypoint, cmd = stage.last(Entrypoint), stage.last(Cmd)
        handed = cmd.exec_form if entrypoint and entrypoint.exec_form and cmd else None
        if not handed or last.context or any(_may_change_arguments(each) for each in commands[:-1]):
            return None
        commands = parse_exec(handed).commands
    server = server_in(commands, stage.scope_at())
    sets = any(each.assignments or each.name in ("export", "source", ".", "read") for each in script.commands)
    if sets and (server is None or not server.stated or any("$" in word.text for word in commands[-1].words)):
        return None
    return server


def _may_change_arguments(command: Command) -> bool:
    """`set -- …`, `shift`, or an `exec` of something else in one of the cases."""
    words = [word.text for word in command.words]
    return command.name in ("exec", "shift") or (command.name == "set" and "--" in words)


def _python(text: str, name: str) -> Listening | None:
    """The one port in calls such as `app.run(port=5000)` and `uvicorn.run(app, port=8000)`."""
    import ast
    import warnings

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text.removeprefix("\ufeff"))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    known: dict[str, object] = {
        node.targets[0].id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Constant)
    }
    ports = [_port_of(call, known, text) for call in _serving_calls(tree)]
    if not ports or None in ports or len(set(ports)) != 1:
        return None
    port, stated = ports[0] or (0, False)
    return Listening(name, port, stated)


def _serving_calls(tree: ast.Module) -> Iterator[ast.Call]:
    import ast

    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("app.run", "application.run", "uvicorn.run"):
            yield node


def _port_of(call: ast.Call, known: dict[str, object], text: str) -> tuple[int, bool] | None:
    """The port of a call that serves, and whether the call says it; None where it cannot be known."""
    import ast

    if any(keyword.arg is None for keyword in call.keywords) or any(
        isinstance(each, ast.Starred) for each in call.args
    ):
        return None
    of_uvicorn = isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value) == "uvicorn"
    given = next((keyword.value for keyword in call.keywords if keyword.arg == "port"), None)
    if given is None and not of_uvicorn and len(call.args) > 1:
        given = call.args[1]  # app.run("0.0.0.0", 5000)
    if given is None:
        default = (
            8000 if of_uvicorn else 5000 if re.search(r"^\s*(?:from|import) flask\b", text, re.MULTILINE) else None
        )
        return (default, False) if default and not (of_uvicorn and len(call.args) > 1) else None
    value = known.get(given.id) if isinstance(given, ast.Name) else getattr(given, "value", None)
    return (value, True) if isinstance(value, int) and isinstance(given, (ast.Name, ast.Constant)) else None


def _javascript(text: str, name: str) -> Listening | None:
    """The one port in calls such as `app.listen(3000)`."""
    ports: set[str | None] = set()
    for match in re.finditer(r"\.listen\(\s*(?:\{\s*port:\s*)?([\w.$]*)", text):
        given = match[1]
        if given.isidentifier():
            constant = re.search(rf"\b(?:const|let|var)\s+{given}\s*=\s*(\d+)\s*(?:;|$)", text, re.MULTILINE)
            given = constant[1] if constant and len(re.findall(rf"\b{given}\s*=[^=>]", text)) == 1 else ""
        ports.add(given if given.isascii() and given.isdigit() else None)
    port = ports.pop() if len(ports) == 1 else None
    return Listening(name, int(port), True) if port else None
