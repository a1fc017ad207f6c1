from __future__ import annotations

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
        Bad('FROM node:22-slim\nCMD «["npm", "start"]»\n'),
        Bad(
            {
                "Dockerfile": 'FROM node:22-slim\nWORKDIR /app\nCOPY . .\nCMD «["npm", "run", "serve"]»\n',
                "package.json": '{"scripts": {"serve": "node server.js --port 80"}}\n',
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
    ],
)
def npm_as_pid1(stage: Stage, project: Project) -> Problems:
    """The container's first process is npm or yarn.

    npm starts a shell, and that starts the program: `docker stop` sends its signal to npm, which may not pass it on, so
    the program is killed after ten seconds in the middle of its work; and npm takes some memory for nothing. Start the
    program itself, as the script in package.json does.

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
    yield Problem(
        place,
        f"`{words[0]}` stands between `docker stop` and your program, and may keep its signal. Start the program "
        "itself, " + (f"`{' '.join(direct)}`" if direct else f"as the script `{script}` of package.json does"),
        fix=Fix.replace("Start the program itself", place, json.dumps(direct, ensure_ascii=False), "unsafe")
        if direct
        else None,
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
    """The words that a script stands for, where it is one plain call of node."""
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
        if plain and len(words) > 1 and words[0] == "node":
            return words
    return None
