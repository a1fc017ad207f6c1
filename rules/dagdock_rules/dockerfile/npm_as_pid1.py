from __future__ import annotations

import re
from typing import Any

from dagdock.api import Bad, Cmd, CommandInstruction, Entrypoint, Fix, Problem, Problems, Project, Stage, Text, rule

from ._base_image import known_image
from ._copies import contexts_that_fit
from ._made_for import DEVELOPMENT, is_for_development

BOM = "\ufeff"
RUNNERS = frozenset(("npm", "yarn", "pnpm"))


@rule(
    "DF631",
    severity="info",
    since="0.1",
    fix="unsafe",
    lessons=["L10"],
    bad=[
        Bad(
            {
                "Dockerfile": 'FROM node:22-slim\nWORKDIR /app\nCOPY . .\nCMD «["npm", "run", "serve"]»\n',
                "package.json": '{"scripts": {"serve": "node server.js --port 80"}}\n',
                "server.js": "process.on('SIGTERM', () => server.close());\n",
            },
            fixed={
                "Dockerfile": 'FROM node:22-slim\nWORKDIR /app\nCOPY . .\nCMD ["node", "server.js", "--port", "80"]\n'
            },
        ),
    ],
    good=[
        'FROM node:22-slim\nCMD ["node", "server.js"]\n',
        'FROM node:22-slim\nENTRYPOINT ["tini", "--"]\nCMD ["npm", "start"]\n',
        'FROM node:22-slim\nCMD ["npm", "run", "dev"]\n',
        {
            "Dockerfile": 'FROM node:22-slim\nWORKDIR /app\nCOPY . .\nCMD ["npm", "start"]\n',
            "package.json": '{"scripts": {"start": "node server.js"}}\n',
            "server.js": "require('http').createServer().listen(80);\n",
        },
    ],
)
def npm_as_pid1(stage: Stage, project: Project) -> Problems:
    """npm or yarn stands between `docker stop` and a program that answers its signal.

    npm starts a shell, and that starts the program. The program has something to finish when it is stopped, as it
    listens for SIGTERM; whether the signal gets through the two in front of it hangs on their versions, and they take
    some memory for nothing. Start the program itself. Of one that does not listen nothing is said: as the container's
    first process it would not even end, as the kernel keeps from it what it does not ask for (`docker run --init`, or
    `init: true` in Compose, puts an init in front).

    https://github.com/nodejs/docker-node/blob/main/docs/BestPractices.md#cmd
    """
    if not stage.is_final or is_for_development(stage):
        return
    entrypoint, cmd = stage.last(Entrypoint), stage.last(Cmd)
    command: CommandInstruction | None = cmd
    if entrypoint is not None and entrypoint.exec_form != []:
        command = entrypoint
    if command is None or command.stage is not stage or not command.exec_form:
        return
    words = command.exec_form
    script = _script(words)
    *_, first = stage.chain()
    if script is None or known_image(first.image) is None or not DEVELOPMENT.isdisjoint(script.split(":")):
        return
    if script in ("watch", "preview"):
        return
    import json

    array = words[0].span.to(words[-1])
    place = array.source.span(array.source.text.rfind("[", 0, array.start), array.source.text.find("]", array.end) + 1)
    direct = _direct(stage, script, project)
    if direct is None:
        return
    yield Problem(
        place,
        f"`{direct[1]}` listens for the signal of `docker stop`, and `{words[0]}` and a shell stand between. Start it "
        f"itself, `{' '.join(direct)}`",
        fix=Fix.replace("Start the program itself", place, json.dumps(direct, ensure_ascii=False), "unsafe"),
    )


def _script(words: list[Text]) -> str | None:
    """The script of package.json that a command runs."""
    if words[0].rpartition("/")[2] not in RUNNERS:
        return None
    rest = [str(word) for word in words[1:] if not word.startswith("-")]
    if rest[:1] in (["run"], ["run-script"]):
        rest = rest[1:]
    elif rest[:1] != ["start"]:
        return None
    return rest[0] if len(rest) == 1 else None


def _direct(stage: Stage, script: str, project: Project) -> list[str] | None:
    """The words that a script stands for, where it is one plain call of node with a program that answers signals."""
    import json

    for context in contexts_that_fit(stage.dockerfile, project):
        source = project.text(context.path("package.json"))
        try:
            package: Any = json.loads(source.text.lstrip(BOM)) if source else None
            scripts = package["scripts"]
            line = scripts[script]
        except (ValueError, KeyError, TypeError, RecursionError):
            continue
        if f"pre{script}" in scripts or f"post{script}" in scripts or not isinstance(line, str):
            return None
        words = line.split()
        plain = all(character.isalnum() or character in "-_./=:@, " for character in line)
        if not plain or len(words) < 2 or words[0] != "node":
            return None
        name = words[1] if words[1].endswith((".js", ".mjs", ".cjs", ".ts")) else f"{words[1]}.js"
        program = project.text(context.path(name))
        return words if program and _answers_signals(program.text) else None
    return None


def _answers_signals(text: str) -> bool:
    listens = r"process\.(?:on|once|addListener)\(\s*[\"'`]SIGTERM|enableShutdownHooks|http-terminator"
    return bool(re.search(listens, text))
