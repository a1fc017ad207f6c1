"""What a container of a stage starts, and on which port it listens: see data/server-ports.toml."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dagdock.api import Cmd, Command, CommandInstruction, Entrypoint, Scope, Stage, Word, load_data, parse_exec

from ._copies import absolute

# Programs that run what they are given as a program or script of their own, and no shell line.
PROGRAMS = frozenset(
    "python python3 node nodejs java ruby php perl dotnet deno bun npm npx yarn pnpm gunicorn uvicorn flask celery "
    "airflow streamlit pytest curl wget terraform ansible-playbook ansible kubectl helm aws gcloud az git".split()
)
# What a program is asked with for its help or its version: it has ended before anybody could stop it.
HELP = ("--help", "-h", "help", "--version", "version")
# Programs that are done at once.
SHORT = frozenset("basename cat cmp cp date diff dirname env hostname id ls mkdir uname".split())
# With these `tail` shows what another program writes, for as long as the container lives.
FOLLOWS = ("-f", "-F", "--follow", "--retry", "-fn", "-n0f")
STARTERS = ("entry", "start", "run", "init", "boot", "launch", "wait")


class Listening:
    """A server, the port it listens on, and whether the command says so (else it is the program's default).

    `files` are those of the working directory that could change the default.
    """

    __slots__ = ("files", "name", "port", "stated")

    def __init__(self, name: str, port: int, stated: bool, files: tuple[str, ...] = ()) -> None:
        self.name = name
        self.port = port
        self.stated = stated
        self.files = files


def started(stage: Stage) -> tuple[CommandInstruction, list[Command]] | None:
    """The instruction that says what runs, and its commands; None where an unknown program or script decides."""
    entrypoint, cmd = stage.last(Entrypoint), stage.last(Cmd)
    if entrypoint is not None and entrypoint.exec_form == []:
        entrypoint = None
    if entrypoint is not None and cmd is not None and (entrypoint.stage or stage).index > (cmd.stage or stage).index:
        cmd = None  # a new ENTRYPOINT takes the CMD of the stages below back
    if entrypoint is None:
        return (cmd, cmd.script.commands) if cmd is not None and cmd.script.understood else None
    if not entrypoint.script.understood:
        return None
    if entrypoint.exec_form and cmd is not None and cmd.exec_form:
        return entrypoint, parse_exec([*entrypoint.exec_form, *cmd.exec_form]).commands
    return entrypoint, entrypoint.script.commands


def server_in(commands: Sequence[Command], scope: Scope) -> Listening | None:
    """The one server that commands start, where they surely start no other."""
    plain = [each for each in commands if not set(each.context) - {"script"} and not _is_shell(each)]
    if not plain or any(each.background or each.pipeline for each in plain):
        return None
    return listening(plain[-1], scope)


def _is_shell(command: Command) -> bool:
    return command.effective.name in ("sh", "bash", "ash", "dash", "zsh") and command.has_flag("-c") is not False


def listening(command: Command, scope: Scope) -> Listening | None:
    """The port that a command listens on; None where that is not known."""
    effective = command.effective
    name, words = effective.name or "", list(effective.arguments)
    if name in ("python", "python3", "ruby", "bin/rails") and words and (words[0].value or "").endswith("manage.py"):
        name, words = "manage.py", words[1:]
    table: dict[str, dict[str, Any]] = load_data("dagdock_rules", "server-ports")
    verb = next((at for at, word in enumerate(words) if word.value and f"{name} {word.value}" in table), None)
    if verb is not None:
        about, name = table[f"{name} {words[verb].value}"], f"{name} {words[verb].value}"
        del words[verb]
    else:
        about = table.get(name, {})
    if not about:
        return None
    values = [_expand(word, scope) for word in words]
    if any(value is None for value in values):
        return None  # any of them may say the port
    return _port(name, about, [value for value in values if value is not None], scope)


def _port(name: str, about: dict[str, Any], words: list[str], scope: Scope) -> Listening | None:
    if any(word in ("--help", "-h", "--version") for word in words):
        return None
    found: list[str] = []
    for at, word in enumerate(words):
        option, equals, value = word.partition("=")
        if option in (*about.get("port", ()), *about.get("address", ())):
            found.append(value if equals else words[at + 1] if at + 1 < len(words) else "")
        elif about.get("positional") and not word.startswith("-") and word.rpartition(":")[2].isdigit():
            found.append(word)
        else:
            found += [
                word[len(short) :]
                for short in (*about.get("port", ()), *about.get("address", ()))
                if len(short) == 2 and word.startswith(short) and word[2:].strip(":")
            ]
    ports = {int(digits) for text in found if (digits := text.rpartition(":")[2]).isascii() and digits.isdigit()}
    if found:
        return Listening(name, ports.pop(), True) if len(ports) == 1 and len(found) == 1 else None
    if "default" not in about or any(word.partition("=")[0] in about.get("config", ()) for word in words):
        return None
    for variable in about.get("arguments", ()):
        if binding := scope.get(variable):
            if binding.value is None:
                return None
            more = _port(name, about, binding.value.split(), Scope({}, 0, None, True))
            if more is None or more.stated:
                return more
    for variable in about.get("env", ()):
        if binding := scope.get(variable):
            known = binding.kind == "env" and (binding.value or "").isdigit()
            return Listening(name, int(binding.value or 0), True) if known else None
    return Listening(name, about["default"], False, tuple(about.get("files", ())))


def _expand(word: Word, scope: Scope) -> str | None:
    """A word with the variables of the image put in; None where one is unknown."""
    if word.value is not None:
        return word.value
    import re

    unknown: list[str] = []

    def put(found: re.Match[str]) -> str:
        name, default = found[1] or found[3], found[2]
        value = scope.value(name) if (binding := scope.get(name)) and binding.kind == "env" else default
        if value is None:
            unknown.append(name)
        return value or ""

    text = re.sub(r"\$\{(\w+)(?::?-([^}]*))?\}|\$(\w+)", put, word.text)
    return None if unknown or "$" in text or "`" in text else text.strip("\"'")


def takes_no_shell_line(words: list[str]) -> bool:
    """Whether the program of an ENTRYPOINT surely does not run what it is given as a command."""
    name = words[0].rpartition("/")[2]
    if name.rstrip("0123456789.") not in PROGRAMS and name not in PROGRAMS:
        return False
    return not any(start in word.lower() for word in words[1:] for start in STARTERS)


def place_in_root_home(stage: Stage) -> str | None:
    """The folder that the container starts in, or the program that it starts, where that lies in root's home."""
    found = started(stage)
    if found is None:
        return None
    words = [word.value for command in found[1] for word in command.effective.words]
    places = [absolute(found[0], "."), *(word for word in words if word and word.startswith("/"))]
    return next((place for place in places if place is not None and f"{place}/".startswith("/root/")), None)


def ends_in_exec(command: CommandInstruction) -> bool:
    """Whether the last thing that a shell line does is `exec`: the program then takes the place of the shell."""
    own = [each for each in command.script.commands if not {"script", "substitution"} & set(each.context)]
    if not own:
        return command.command.text.split(maxsplit=1)[:1] == ["exec"]
    last = own[-1]
    return last.name == "exec" and not last.context and not last.pipeline and not last.background


def only_waits(command: CommandInstruction) -> bool:
    """Whether it ends with `sleep infinity`, `tail -f /dev/null` or the like, which has no work to finish when it is
    stopped, and as the container's first process would not even hear of it."""
    own = [each for each in command.script.commands if "substitution" not in each.context]
    last = [word.value or "" for word in own[-1].effective.words] if own else []
    if last[:1] == ["tail"]:
        return last[-1] == "/dev/null" or any(word in FOLLOWS for word in last[1:-1])
    in_loop = bool(own) and "while" in own[-1].context
    return last[:2] in (["sleep", "infinity"], ["sleep", "inf"]) or (last[:1] == ["sleep"] and in_loop)
