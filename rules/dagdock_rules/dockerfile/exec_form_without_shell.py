from __future__ import annotations

from dagdock.api import Bad, CommandInstruction, Entrypoint, Fix, Problem, Problems, Text, rule

OPERATORS = frozenset(("&&", "||", "|", ";", "&", ">", ">>", "<", "2>&1", "2>", "&>"))
SHELLS = frozenset("sh bash ash dash zsh ksh fish env cmd cmd.exe powershell pwsh powershell.exe busybox".split())
# Programs that are given such signs as arguments.
LITERAL = frozenset("find test [ expr jq awk grep egrep sed xargs rg git".split())
# Programs that put variables in themselves.
EXPAND = frozenset("envsubst dockerize confd gomplate consul-template supervisord make".split())


@rule(
    "DF602",
    severity="error",
    since="0.1",
    fix="unsafe",
    lessons=["L10", "L09", "L11"],
    bad=[
        Bad(
            'FROM python:3.12-slim\nENV PORT=8000\nCMD ["gunicorn", "--bind", «":$PORT"», "app:app"]\n',
            fixed="FROM python:3.12-slim\nENV PORT=8000\n"
            'CMD ["sh", "-c", "exec gunicorn --bind \\":$PORT\\" app:app"]\n',
        ),
        Bad(
            'FROM node:22-slim\nCMD ["npm", "run", "migrate", «"&&"», "npm", "start"]\n',
            fixed='FROM node:22-slim\nCMD ["sh", "-c", "npm run migrate && npm start"]\n',
        ),
        Bad(
            'FROM debian:12\nENV CONFIG=/etc/app\nENTRYPOINT ["app", «"$CONFIG"»]\n',
            fixed="FROM debian:12\nENV CONFIG=/etc/app\n"
            'ENTRYPOINT ["sh", "-c", "exec app \\"$CONFIG\\" \\"$@\\"", "--"]\n',
        ),
    ],
    good=[
        'FROM python:3.12-slim\nENV PORT=8000\nCMD ["sh", "-c", "exec gunicorn --bind :$PORT app:app"]\n',
        'FROM nginx:1.27\nCMD ["nginx", "-g", "daemon off;"]\n',
        'FROM alpine:3.20\nCMD ["printf", "costs $5"]\n',
    ],
)
def exec_form_without_shell(command: CommandInstruction) -> Problems:
    """An exec form holds something that only a shell understands.

    In exec form Docker starts the program itself, with each element handed over as it is: no shell puts in the value
    of `$PORT`, and `&&` or `>` become arguments like any other. Name the shell yourself, `["sh", "-c", "…"]`, or
    write the value out.

    https://docs.docker.com/reference/dockerfile/#exec-form
    """
    elements = command.exec_form
    if not elements or (command.stage and command.stage.dialect_at(command) in ("powershell", "cmd")):
        return
    if any(character.isspace() for character in elements[0].strip()):
        return  # no program at all, whatever follows: exec-form-one-word says it
    program = elements[0].rpartition("/")[2]
    if program in SHELLS or program in EXPAND:
        return
    for element in elements:
        operator = element in OPERATORS and program not in LITERAL
        name = None if operator else _variable(command, element)
        if operator or name:
            what = (
                f"`{name}` stays as it is written" if name else f"`{element}` is handed to `{program}` as an argument"
            )
            yield Problem(
                element,
                f'no shell reads an exec form, so {what}. Start the shell yourself: `{command.name} ["sh", "-c", "…"]`',
                fix=Fix.replace(
                    "Start it through a shell",
                    elements[0].span.to(elements[-1]),
                    _through_shell(command, elements),
                    "unsafe",
                ),
            )
            return


def _variable(command: CommandInstruction, element: str) -> str | None:
    """The first `$NAME` or `${NAME}` in an element that is a variable of this stage."""
    if "$" not in element:
        return None
    import re

    scope = command.stage.scope_at(command) if command.stage else None
    for found in re.finditer(r"(?<![\\$])\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))", element):
        name = found[1] or found[2]
        if scope and name in scope and (binding := scope.get(name)) and binding.kind != "predefined":
            return found[0]
    return None


def _through_shell(command: CommandInstruction, elements: list[Text]) -> str:
    import json
    from shlex import quote

    operators = any(element in OPERATORS for element in elements)
    words = [
        element if element in OPERATORS else f'"{element}"' if _variable(command, element) else quote(element)
        for element in elements
    ]
    if operators:
        shell = ["sh", "-c", " ".join(words)]
    elif isinstance(command, Entrypoint):  # it is handed the words of CMD
        shell = ["sh", "-c", f'exec {" ".join(words)} "$@"', "--"]
    else:
        shell = ["sh", "-c", f"exec {' '.join(words)}"]
    return json.dumps(shell, ensure_ascii=False)[1:-1]
