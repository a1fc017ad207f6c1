from __future__ import annotations

from collections.abc import Sequence

from dagdock.api import (
    Bad,
    Cmd,
    Command,
    CommandInstruction,
    CopyLike,
    Entrypoint,
    Fix,
    Problem,
    Problems,
    Run,
    Severity,
    Workdir,
    rule,
)

from ..packages import package_commands
from ..secrets import without_secrets
from ._set_options import parameter_behind_options

# What only changes the shell it runs in, and what to do instead.
REMEDY = {
    "cd": "Use `WORKDIR` instead",
    "pushd": "Use `WORKDIR` instead",
    "export": "Use `ENV` instead",
    "alias": "Write it to a start-up file of the shell instead",
    "source": "Do it in the RUN that needs it, or set what it sets with `ENV`",
    ".": "Do it in the RUN that needs it, or set what it sets with `ENV`",
    "conda": "Use `conda run -n ENVIRONMENT`, or put the environment on `PATH` with `ENV`",
    "mamba": "Use `mamba run -n ENVIRONMENT`, or put the environment on `PATH` with `ENV`",
    "nvm": "Set the default with `nvm alias default`, or put the version on `PATH` with `ENV`",
    "workon": "Put the environment on `PATH` with `ENV`",
    "pyenv": "Use `pyenv global`, or set `PYENV_VERSION` with `ENV`",
    "umask": "Repeat it in the RUN that needs it",
    "ulimit": "Set limits where the container is started",
    "set": "Repeat it in the RUN that needs it, or use `SHELL`",
    "su": "Use `USER` instead",
    "newgrp": "Use `USER` instead",
}
# These do harm only where they are all that a RUN does: at its end they may be mere tidiness.
ALONE = frozenset(("umask", "ulimit", "set", "su", "newgrp", "pushd"))
# These care for no folder as long as their paths begin at the root; of some, the first word is no path.
FREE = frozenset(
    "cat chgrp chmod chown cp echo groupadd ln locale-gen mkdir mv rm sed tee touch useradd usermod".split()
)
FIRST_IS_NO_PATH = frozenset("chgrp chmod chown groupadd locale-gen sed useradd usermod".split())
# Folders in which nobody has a project, and what works on the files of the folder it stands in all the same.
SYSTEM = ("/bin/", "/etc/", "/sbin/", "/usr/bin/", "/usr/lib/", "/usr/local/bin/", "/usr/sbin/", "/var/")
# Nobody follows more steps by eye.
MOST = 300
WORK_HERE = frozenset(
    "bash cmake curl dpkg find git gunzip gzip java ls make node perl php python python2 python3 rpm ruby sh tar unxz "
    "unzip wget xz zip".split()
)
ENVIRONMENT_FILES = (
    "activate",
    "rc",
    "profile",
    "profile.d",
    ".env",
    "env.sh",
    "environment",
    "nvm.sh",
    "conda.sh",
    "setup.bash",
)


@rule(
    "DF402",
    severity="error",
    since="0.1",
    fix="unsafe",
    lessons=["L14", "L09"],
    aliases=["hadolint:DL3003"],
    bad=[
        Bad("FROM debian:12\nRUN «cd /app»\nRUN make\n", fixed="FROM debian:12\nWORKDIR /app\nRUN make\n"),
        Bad(
            "FROM debian:12\nRUN «export LANG=C.UTF-8»\n",
            fixed="FROM debian:12\nENV LANG=C.UTF-8\n",
        ),
        Bad(
            "FROM debian:12\nENV LANG=C.UTF-8\nRUN «export LANG»\n",
            fixed="FROM debian:12\nENV LANG=C.UTF-8\n",
        ),
        Bad("FROM python:3.12\nRUN python -m venv /venv && «. /venv/bin/activate»\n"),
    ],
    good=[
        "FROM debian:12\nRUN cd /app && make\n",
        "FROM python:3.12\nRUN . /venv/bin/activate && pip install -r requirements.txt\n",
        "FROM debian:12\nRUN cd /src && make && cd ..\n",
        "FROM debian:12\nRUN . /build/install.sh\n",
    ],
)
def lost_run_state(run: Run) -> Problems:
    """A RUN ends by changing its shell, and that shell is gone the moment the RUN is over.

    Each RUN starts a shell of its own. The folder that `cd` went to, what `export` set and the environment that
    `activate` switched on live in that shell only; the next instruction starts afresh. Use `WORKDIR` for the folder,
    `ENV` for variables, or do the work in the same RUN.

    https://docs.docker.com/reference/dockerfile/#workdir
    https://docs.docker.com/reference/dockerfile/#env
    """
    script = run.script
    if script.broken or not script.commands:
        return
    if run.exec_form is not None and not (script.commands[0].name == "cd" and len(script.commands) == 1):
        return
    last = script.commands[-1]
    state = _state(last)
    if state is None or last.context or last.pipeline or last.redirects or last.joined == "||" or last.background:
        return
    before = script.commands[:-1]
    if before and (state in ALONE or (state == "cd" and _is_way_back(last, before))):
        return
    only = not before
    idle = state == "export" and _is_in_force(run, last)
    remedy = "It is set by `ENV` already: delete it" if idle else REMEDY[state]
    severity: Severity | None = "warning" if idle else None
    folder = last.arguments[0].text if state == "cd" and len(last.arguments) == 1 else ""
    if state == "cd" and _is_needless(run, folder):
        remedy = "Nothing below counts on that folder: delete it"
        remedy += f", or write `WORKDIR {folder}` if the container is to start there" if folder[:1] == "/" else ""
        severity, idle = "warning", True
    elif folder and not folder.startswith(("-", "~")):
        remedy = f"Use `WORKDIR {folder}` instead"
    if state == "export" and _is_for_build(last):
        remedy = f"Use `ARG {last.arguments[0].text}` instead, which holds for the build alone"
    elif state == "export" and not idle and _is_set_plainly(last):
        pairs = " ".join(word.text for word in last.arguments)
        remedy = f"Use `ENV {pairs}` instead" if len(pairs) < 60 and without_secrets(pairs) == pairs else remedy
    yield Problem(
        last if run.exec_form is None else run.body.span(0, len(run.body.text.rstrip())),
        f"`{_short(last)}` has no effect: its shell ends with this RUN, and the next instruction starts afresh. "
        f"{remedy}",
        fix=_fix(run, last, state, idle) if only else None,
        severity=severity,
        aliases=["hadolint:DL3003"] if state == "cd" else [],
    )


def _state(command: Command) -> str | None:
    """The entry of REMEDY that a command is, None where it may do something that lasts."""
    name = command.name
    arguments = [word.value for word in command.arguments]
    if name in ("source", "."):
        target = (arguments[0] or "") if arguments else ""
        return name if target.endswith(ENVIRONMENT_FILES) or "/profile.d/" in target else None
    if name in ("conda", "mamba"):
        return name if arguments[:1] == ["activate"] else None
    if name == "nvm":
        return name if arguments[:1] == ["use"] else None
    if name == "pyenv":
        return name if arguments[:1] in (["shell"], ["activate"]) else None
    if name == "su":
        return name if len(arguments) == 1 and not (arguments[0] or "-").startswith("-") else None
    if name == "export":
        return name if arguments and not any(word.startswith("-") for word in map(str, arguments)) else None
    if name == "set" and parameter_behind_options(command):
        return None  # a command that lacks its `&&`, which DF420 speaks of
    return name if name in REMEDY and command.arguments else None


def _is_way_back(last: Command, before: Sequence[Command]) -> bool:
    """`cd ..` at the end of a RUN that went somewhere first: tidy, and harmless."""
    moves = [command.name in ("cd", "pushd") for command in before]
    return any(moves) and not all(moves)


def _is_needless(run: Run, folder: str) -> bool:
    """Whether all that follows up to the next WORKDIR names its folders from the root on, or needs none."""
    if run.stage is None or run.stage.children or run.onbuild is not None:
        return False
    of_system = f"{folder}/".startswith(SYSTEM)
    steps = run.stage.instructions
    place = run.index - steps[0].index + 1
    if len(steps) - place > MOST:
        return False
    for step in steps[place:]:
        if isinstance(step, Workdir):
            return True
        if isinstance(step, CopyLike) and not _is_absolute(step.destination.raw if step.destination else ""):
            return False
        if isinstance(step, Run) and not _needs_no_folder(step, of_system):
            return False
        if isinstance(step, CommandInstruction) and not isinstance(step, (Run, Cmd, Entrypoint)):
            return False
        if isinstance(step, (Cmd, Entrypoint)) and not _starts_anywhere(step):
            return False
    return True


def _needs_no_folder(run: Run, of_system: bool) -> bool:
    """Whether no command of a RUN works where it stands; of unknown ones none does in a folder of the system."""
    script = run.script
    if script.broken or run.heredocs:
        return False
    installed = {call.span: call for call in package_commands(script)}
    for command in script.commands:
        words = [(word.value or word.text).strip("\"'") for word in command.effective.arguments]
        call = installed.get(command.effective.span)
        if call is not None:
            if call.options.has("-r", "--requirement", "-e", "-c") is not False or any(
                word.startswith(".") or "/" in word or word.endswith((".txt", ".deb", ".rpm", ".apk", ".whl"))
                for word in words
            ):
                return False
            if call.action == "install" and not call.packages:
                return False  # from a list where it stands
            continue
        name = command.effective.name
        if any(not _is_absolute(redirect.target.text) for redirect in command.redirects if redirect.target):
            return False
        if name not in FREE:
            if not of_system or name is None or name in WORK_HERE or any("." in word[:1] for word in (name, *words)):
                return False
            continue
        paths = [word for word in words if not word.startswith("-")][name in FIRST_IS_NO_PATH :]
        if name != "echo" and not all(map(_is_absolute, paths)):
            return False
    return True


def _starts_anywhere(start: Cmd | Entrypoint) -> bool:
    """Whether a container starts a program in no folder of its own: `/run.sh`, `nginx -g …`."""
    words = [word or "" for word in start.exec_form or (start.shell_text.text.split() if start.shell_text else ())]
    return bool(words) and all(word.startswith(("/", "-")) for word in words)


def _is_absolute(path: str) -> bool:
    return path.startswith(("/", "$", "~", "'/", '"/', '"$'))


def _short(command: Command) -> str:
    text = without_secrets(" ".join(command.span.text.split()).replace('", "', " "))
    return text if len(text) <= 40 else text[:39] + "…"


def _is_in_force(run: Run, command: Command) -> bool:
    """Whether `export NAME` only repeats what ENV has set for all that follows."""
    names = [word.value for word in command.arguments]
    scope = run.stage.scope_at(run) if run.stage else None
    return scope is not None and all(
        (binding := scope.get(name or "")) is not None and binding.kind == "env" for name in names
    )


def _fix(run: Run, command: Command, state: str, idle: bool) -> Fix | None:
    if run.flags or run.heredocs or run.comments:
        return None
    if idle:
        return Fix.delete_lines("Delete this RUN", run, "unsafe")
    if state == "cd" and len(command.arguments) == 1 and command.arguments[0].value:
        path = command.arguments[0].value
        if not path.startswith(("-", "~")):
            return Fix.replace("Use WORKDIR", run, f"WORKDIR {command.arguments[0].text}", "unsafe")
    if state == "export" and _is_set_plainly(command):
        pairs = " ".join(word.text for word in command.arguments)
        keyword = "ARG" if _is_for_build(command) else "ENV"
        return Fix.replace(f"Use {keyword}", run, f"{keyword} {pairs}", "unsafe")
    return None


def _is_for_build(command: Command) -> bool:
    """`export DEBIAN_FRONTEND=noninteractive`, which no container should have."""
    return all(word.text.startswith("DEBIAN_FRONTEND=") for word in command.arguments)


def _is_set_plainly(command: Command) -> bool:
    return all("=" in word.text and _is_plain(word.text) for word in command.arguments)


def _is_plain(text: str) -> bool:
    """Whether ENV reads a word as the shell does: no substitution, no arithmetic, no home folder."""
    return not any(sign in text for sign in ("$(", "`", "~", "\n", "\\"))
