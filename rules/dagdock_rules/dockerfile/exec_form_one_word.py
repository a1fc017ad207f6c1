from __future__ import annotations

from dagdock.api import Bad, Cmd, CommandInstruction, Entrypoint, Fix, Problem, Problems, Stage, Text, rule

from ..secrets import without_secrets

# With any of these only a shell knows what was meant.
FOR_A_SHELL = frozenset("$`&;|<>*?~()'\"\\#!{}")


@rule(
    "DF623",
    severity="error",
    since="0.1",
    fix="safe",
    lessons=["L10"],
    bad=[
        Bad(
            'FROM python:3.12-slim\nCMD [«"python app.py"»]\n',
            fixed='FROM python:3.12-slim\nCMD ["python", "app.py"]\n',
        ),
        Bad(
            'FROM node:22-slim\nENTRYPOINT [«"npm run migrate && node server.js"»]\n',
            fixed='FROM node:22-slim\nENTRYPOINT ["sh", "-c", "npm run migrate && node server.js"]\n',
        ),
    ],
    good=[
        'FROM debian:12\nCMD ["Plex Media Server"]\n',
        'FROM python:3.12-slim\nCMD ["python", "app.py"]\n',
        'FROM python:3.12-slim\nCMD ["sh", "-c", "python app.py"]\n',
        'FROM mcr.microsoft.com/windows/nanoserver:ltsc2022\nCMD ["C:\\\\Program Files\\\\app\\\\app.exe"]\n',
    ],
)
def exec_form_one_word(command: CommandInstruction) -> Problems:
    """A whole command stands in one element of an exec form.

    Docker takes the first element for the name of the program, blanks and all, and finds no such file: the container
    ends at once with `executable file not found`. Each word of the command is an element of its own.

    https://docs.docker.com/reference/dockerfile/#exec-form
    """
    elements = command.exec_form
    if not elements or not _is_command(elements[0]):
        return
    if command.stage and command.stage.dialect_at(command) in ("powershell", "cmd"):
        return
    if isinstance(command, Cmd) and command.stage and not _is_started(command.stage):
        return
    first = elements[0]
    name = first.split()[0]
    yield Problem(
        first,
        f"Docker looks for one program called `{_short(first)}`, and there is none. Write each word as an element of "
        f'its own: `["{name}", …]`',
        fix=_fix(first, alone=len(elements) == 1),
    )


def _is_started(stage: Stage) -> bool:
    """Whether CMD is a command of its own: ENTRYPOINT is not there, or hands on to it as scripts and `tini` do."""
    entrypoint = next((found for part in stage.chain() if (found := part.last(Entrypoint))), None)
    words = entrypoint.exec_form if entrypoint else None
    if not words:
        return True
    last = words[-1].rpartition("/")[2]
    return last.endswith(".sh") or "entrypoint" in last or last in ("--", "tini", "dumb-init")


def _is_command(text: str) -> bool:
    """Whether a text is a program with arguments, and no path that has blanks in it."""
    words = text.split()
    if (
        len(words) < 2
        or _is_title(words)
        or text != text.strip()
        or "\\" in text
        or text.startswith(("[", "{"))
        or "{{" in text
    ):
        return False
    return not (text.startswith("/") and "/" in words[1] and not words[1].startswith(("/", "-", ".", "$")))


def _is_title(words: list[str]) -> bool:
    """Whether it is the name of one program that has blanks in it, such as `Plex Media Server`."""
    return all(word.isalpha() and word[0].isupper() and not word.isupper() for word in words)


def _short(text: str) -> str:
    text = without_secrets(text)
    return text if len(text) <= 40 else text[:39] + "…"


def _fix(element: Text, alone: bool) -> Fix | None:
    import json
    from shlex import split

    if FOR_A_SHELL.isdisjoint(element):
        words = ", ".join(json.dumps(word, ensure_ascii=False) for word in split(element))
        return Fix.replace("Write each word by itself", element, words)
    if not alone:
        return None
    script = json.dumps(element, ensure_ascii=False)
    return Fix.replace("Start it through a shell", element, f'"sh", "-c", {script}', "unsafe")
