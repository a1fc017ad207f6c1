"""What a RUN starts that the container is to run: a script that serves, or the very command of CMD."""

from __future__ import annotations

import re
from functools import cache

from dagdock.api import Cmd, Command, CommandInstruction, Entrypoint, Project, Run, Stage, remembered

from ._copies import absolute, contexts_that_fit, origin
from ._servers import Server, does_work

# Names that scripts have which serve and never end …
SERVERS = ("server.js", "server.mjs", "server.ts", "server.py", "index.js", "index.mjs", "app.js", "main.js")
# … and those that are most likely a service where nothing else of the image would start one.
ENTRIES = ("app.py", "main.py", "run.py", "wsgi.py", "bot.py", "app.rb", "server.rb")
INTERPRETERS = frozenset("python python3 node nodejs tsx ts-node bun ruby go".split())
# What reads its input for want of a script: there is none while an image is built, so it ends.
READERS = frozenset("sh bash ash zsh dash python node nodejs ruby perl php R".split())


def script_server(command: Command, run: Run, project: Project) -> Server | None:
    """A script that serves, by what it holds where that can be read, else by its name."""
    effective = command.effective
    name = (effective.name or "").rstrip("0123456789.") if effective.name != "python3" else effective.name
    arguments = [word.value for word in effective.arguments]
    while arguments and arguments[0] in ("-u", "-O", "-B", "run"):
        arguments = arguments[1:]
    script = arguments[0] if arguments else None
    if name not in INTERPRETERS or not script or script.startswith("-") or run.stage is None:
        return None
    if command.pipeline or (command.redirects and not command.background):
        return None  # its output is wanted, so it ends
    if any(argument is None or not argument.startswith("-") or _asks(argument) for argument in arguments[1:]):
        return None
    text = _text(script, run, project)
    file = script.rpartition("/")[2]
    known = file in SERVERS or (file in ENTRIES and _is_all(run))
    if bool(_serves().search(text)) if text is not None else known:
        return Server(f"{effective.name} {script}", False)
    return None


def started_anyway(command: Command, run: Run) -> CommandInstruction | None:
    """The CMD or ENTRYPOINT of the stage that starts the very same command.

    Not where it is in a pipe, which feeds it or cuts it off: it ends there.
    """
    starters = _starters(run.stage) if run.stage else ()
    words = _words(command) if starters else []
    found = next((last for last, its_words in starters if its_words == words), None)
    if not words or found is None or command.pipeline or any(_asks(word) or does_work(word) for word in words):
        return None
    if words[0].rpartition("/")[2].rstrip("0123456789.") in READERS and len(words) == 1:
        return None
    return found


@remembered
def _starters(stage: Stage) -> list[tuple[CommandInstruction, list[str]]]:
    """The CMD and the ENTRYPOINT of a stage, each with the words that it starts last."""
    both = (stage.last(Cmd), stage.last(Entrypoint))
    return [(last, _words(last.script.commands[-1])) for last in both if last and last.script.commands]


def _words(command: Command) -> list[str]:
    """The words of a command without its wrappers; empty where one is unknown."""
    values = [word.value for word in command.effective.words]
    return [] if None in values else [value for value in values if value is not None]


def _asks(word: str) -> bool:
    return word.startswith(("--version", "--help")) or word in ("-v", "-V", "-h", "version", "help", "-c", "-m")


def _is_all(run: Run) -> bool:
    """Whether the RUN is the last instruction of an image that says nothing else of what to start."""
    stage = run.stage
    if stage is None or not stage.is_final or stage.instructions[-1] is not run:
        return False
    return stage.last(Cmd) is None and stage.last(Entrypoint) is None


def _text(script: str, run: Run, project: Project) -> str | None:
    """What a script holds that was copied from the context; None where it cannot be read."""
    path = absolute(run, script)
    for context in contexts_that_fit(run.dockerfile, project) if path and run.stage else ():
        found = origin(path, run.stage, run, context) if path and run.stage else None
        source = project.text(context.path(found)) if found else None
        if source:
            return source.text
    return None


@cache
def _serves() -> re.Pattern[str]:
    return re.compile(
        r"\b(?:app|application|server|socketio|bot)\.run\(|uvicorn\.run\(|serve_forever\(|\brun_app\(|run_polling\("
        r"|infinity_polling\(|run_forever\(|run_server\(|HTTPServer\(|\bserve\(|\.launch\(|\.listen\s*\(|Bun\.serve"
        r"|ListenAndServe|\.Run\(\":\d"
    )
