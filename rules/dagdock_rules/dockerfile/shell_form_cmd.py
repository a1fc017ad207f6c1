from __future__ import annotations

from dagdock.api import Bad, Cmd, CommandInstruction, Entrypoint, Fix, Mapped, Problem, Problems, rule

from ..secrets import without_secrets
from ._shells import shell_behind
from ._started import HELP, SHORT, ends_in_exec, only_waits, takes_no_shell_line

# Words that only a shell understands; with any of them the command cannot do without one.
BUILT_IN = frozenset(
    ". : [ alias bg cd eval exit export fg jobs read set shift source test trap type ulimit umask unset wait".split()
)

PRINTERS = ("echo", "printf")
# Programs that ask for input where they are given nothing to run.
TYPED_INTO = frozenset(
    "ash bash dash ghci gore iex ipython irb jshell julia ksh node octave php psql pwsh python".split()
)
TYPED_INTO |= {"python2", "python3", "R", "radian", "scala", "sh", "spark-shell", "tclsh", "zsh"}


@rule(
    "DF601",
    severity="warning",
    since="0.1",
    fix="safe",
    lessons=["L10"],
    aliases=[
        "hadolint:DL3025",
        "buildkit:JSONArgsRecommended",
        "kics:not-using-json-in-cmd-and-entrypoint-arguments",
        "sonar:S7019",
        "semgrep:prefer-json-notation",
    ],
    bad=[
        Bad(
            "FROM python:3.12-slim\n«CMD python app.py»\n",
            fixed='FROM python:3.12-slim\nCMD ["python", "app.py"]\n',
        ),
        Bad(
            "FROM python:3.12-slim\n«CMD gunicorn --bind '0.0.0.0:80' app:app»\n",
            fixed='FROM python:3.12-slim\nCMD ["gunicorn", "--bind", "0.0.0.0:80", "app:app"]\n',
        ),
        Bad("FROM node:22-slim\n«ENTRYPOINT npm run migrate && node server.js»\n"),
    ],
    good=[
        'FROM python:3.12-slim\nCMD ["python", "app.py"]\n',
        "FROM python:3.12-slim\nCMD exec gunicorn --bind :$PORT app:app\n",
        'FROM debian:12\nSHELL ["/bin/bash", "-c"]\nCMD python app.py\n',
    ],
)
def shell_form_cmd(command: CommandInstruction) -> Problems:
    """CMD or ENTRYPOINT is written as a shell line.

    Docker then starts `/bin/sh -c "your command"`: the shell is process 1, and with most shells your program is only
    its child. `docker stop` sends its signal to process 1, and a shell does not pass it on, so the program cannot
    finish its work and is killed after ten seconds. (The shell of Alpine gives way to the last one of a line.) An
    ENTRYPOINT in shell form also drops CMD and the arguments of `docker run`. Write the exec form, a JSON list of
    words, or `exec` before the program when it needs a shell.

    https://docs.docker.com/reference/build-checks/json-args-recommended/
    """
    text = command.shell_text
    if not isinstance(command, (Cmd, Entrypoint)) or text is None or not text.text.strip():
        return
    if command.json_fault or command.dialect in ("powershell", "cmd", "unknown"):
        return
    if command.stage and command.stage.shell_at(command):
        return  # a SHELL of one's own is a choice
    if command.stage and command.stage.last(type(command)) is not command:
        return  # a later one replaces it
    entrypoint = command.stage.last(Entrypoint) if command.stage and isinstance(command, Cmd) else None
    if entrypoint and entrypoint.exec_form and takes_no_shell_line(list(entrypoint.exec_form)):
        return  # worse than a shell in between: cmd-ignored says it
    if only_waits(command):
        return  # nothing is there that could finish its work: harmless-shell-form
    if ends_in_exec(command):
        return  # the program takes the place of the shell: harmless-shell-form
    commands = [each for each in command.script.commands if not each.context]
    if commands and commands[-1].name in BUILT_IN:
        return  # the shell does it all by itself
    if commands and all(each.effective.name in SHORT for each in commands):
        return  # done before anybody can stop them
    words = _words(command)
    if words and words[0].startswith("["):
        return  # a JSON list in quotes: nothing that another form would mend
    if words and len(words) > 2 and words[0] in ("sh", "bash") and words[1] == "-c":
        remedy = "Write it as a JSON list of words, and put `exec` in front of the last command of its script"
    else:
        remedy = _exec_form(command, words) if words else _remedy(command)
    is_mild = words is not None and (words[-1] in HELP or words[0] in PRINTERS or _is_for_typing(words))
    what = f"which may keep the signal of `docker stop` from {_program(command)}"
    if shell_behind(command.stage) == "ash" and _ends_plainly(command):
        is_mild = True
        what = f"and {_program(command)} hears `docker stop` only because Alpine's shell gives way to the last command"
    yield Problem(
        command,
        f"{command.name} in shell form runs under `/bin/sh -c`, {what}. {remedy}",
        fix=_fix(command, text, words) if words else None,
        severity="info" if is_mild else None,
    )


def _ends_plainly(command: CommandInstruction) -> bool:
    """Whether the last thing of the line is one command, in no pipe, loop or background."""
    own = [each for each in command.script.commands if not {"script", "substitution"} & set(each.context)]
    last = own[-1] if own else None
    return last is not None and not (last.context or last.pipeline or last.background or last.joined == "||")


def _is_for_typing(words: list[str]) -> bool:
    """Whether it is a program that somebody types into: `/bin/bash`, `R --no-save`. Nothing in it is to be finished."""
    return words[0].rpartition("/")[2] in TYPED_INTO and all(word.startswith("-") for word in words[1:])


def _words(command: CommandInstruction) -> list[str] | None:
    """The words that the program gets; None where only a shell can tell, or has more to do."""
    script = command.script
    commands = [each for each in script.commands if "script" not in each.context]  # not those of `sh -c '…'`
    if script.broken or not script.understood or len(commands) != 1 or command.heredocs:
        return None
    (only,) = commands
    if only.assignments or only.redirects or only.pipeline or only.background or only.negated or only.context:
        return None
    words = only.words
    values = [word.value for word in words]
    if not words or values[0] in BUILT_IN or any(word.glob or word.text.startswith("~") for word in words):
        return None
    return None if None in values else [value for value in values if value is not None]


def _fix(command: CommandInstruction, text: Mapped, words: list[str]) -> Fix | None:
    import json

    if command.comments:
        return None
    array = json.dumps(words, ensure_ascii=False)
    place = text.span(0, len(text.text.rstrip()))
    return Fix.replace("Write it in exec form", place, array, "safe" if _is_kept(command, words) else "unsafe")


def _is_kept(command: CommandInstruction, words: list[str]) -> bool:
    """Whether the exec form surely does the same.

    A shell also runs a script without `#!`. CMD and ENTRYPOINT change each other: an ENTRYPOINT in exec form gets the
    words of CMD, and one that is there gets `/bin/sh -c` of a CMD in shell form.
    """
    stage = command.stage
    if stage is None or words[0].endswith(".sh"):
        return False
    return not (stage.all_of(Cmd) if isinstance(command, Entrypoint) else stage.last(Entrypoint))


def _exec_form(command: CommandInstruction, words: list[str]) -> str:
    """The line in exec form, where it is short and holds no secret."""
    import json

    line = f"{command.keyword} {json.dumps(words, ensure_ascii=False)}"
    if len(line) > 80 or without_secrets(line) != line or "`" in line:
        return "Write it as a JSON list of words"
    needs = " (the script then needs `#!` in its first line)" if words[0].endswith(".sh") else ""
    return f"Write `{line}`{needs}"


def _program(command: CommandInstruction) -> str:
    names = [each.name for each in command.script.commands if "substitution" not in each.context]
    return f"`{names[-1]}`" if names and names[-1] and "\n" not in names[-1] else "the program"


def _remedy(command: CommandInstruction) -> str:
    """What to do where the line needs a shell."""
    commands = command.script.commands
    if len(commands) == 1:
        line = " ".join(command.command.text.split())
        if len(line) > 60 or without_secrets(line) != line:
            return f"Put `exec` before {_program(command)}"
        return f"Write `{command.name} exec {line}`"
    last = commands[-1] if commands else None
    if last is None or last.pipeline or last.context or last.background or last.joined == "||":
        return "Move it into a script that ends with `exec` and the program"
    return "Put `exec` in front of the last command"
