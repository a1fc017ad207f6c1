from __future__ import annotations

from dagdock.api import Bad, Command, Problem, Problems, Run, rule

POINTLESS = {
    "emacs": "waits for somebody to type, and in a build nobody does",
    "free": "shows the memory of the machine that builds, and nothing of it stays",
    "halt": "has nothing to halt in a build",
    "htop": "waits for somebody to watch, and in a build nobody does",
    "ifconfig": "shows the network of this build step, and nothing of it stays",
    "kill": "ends a process of this build step only, and all of them end with it anyway",
    "less": "waits for somebody to read, and in a build nobody does",
    "mount": "is not allowed in a build, and would end with this step",
    "nano": "waits for somebody to type, and in a build nobody does",
    "ps": "shows the processes of this build step, and nothing of it stays",
    "reboot": "has nothing to restart in a build",
    "service": "works on a service of this build step only, which is gone after it",
    "shutdown": "has nothing to shut down in a build",
    "ssh": "has no key in a build, unless `--mount=type=ssh` hands one in",
    "top": "shows the processes of this build step, and nothing of it stays",
    "vi": "waits for somebody to type, and in a build nobody does",
    "vim": "waits for somebody to type, and in a build nobody does",
}
# What leaves a process behind that a later command may ask about or end.
STARTERS = ("pg_ctl", "mysqld", "mysqld_safe", "mongod", "redis-server", "nginx", "dockerd", "gpg-agent", "dirmngr")
EDITORS = ("vi", "vim", "emacs", "nano", "less")


@rule(
    "DF406",
    severity="info",
    since="0.1",
    aliases=["hadolint:DL3001", "kics:run-utilities-and-posix-commands", "semgrep:nonsensical-command"],
    bad=[
        Bad("FROM debian:12\nRUN «top» -b -n 1\n"),
        Bad("FROM debian:12\nRUN apt-get update && «vim» /etc/app.conf\n"),
    ],
    good=[
        "FROM debian:12\nRUN apt-get update && apt-get install -y ssh vim\n",
        "FROM debian:12\nRUN --mount=type=ssh ssh -T git@github.com || true\n",
        "FROM postgres:16\nRUN pg_ctl -D /data start & sleep 5 && psql -f init.sql && kill $!\n",
    ],
)
def pointless_command(run: Run) -> Problems:
    """A command is run that does nothing useful in a build.

    Editors wait for somebody to type, `ssh` has no key, `shutdown` has nothing to shut down, `ps` and `top` show the
    build and nobody else. What remains of them in the image is an empty layer.

    https://docs.docker.com/build/building/best-practices/
    """
    commands = run.script.commands
    for command in commands:
        effective = command.effective
        name = effective.name or ""
        why = POINTLESS.get(name)
        if why is None or command.pipeline or "condition" in command.context or _has_a_reason(name, effective, run):
            continue
        yield Problem(
            effective.words[0],
            f"`{name}` {why}. Leave it out",
        )


def _has_a_reason(name: str, command: Command, run: Run) -> bool:
    """Whether it may well do something here: an editor with a script, a process that the RUN has started, a key."""
    texts = [word.text for word in command.arguments]
    if any(text in ("--version", "-V", "--help", "--list") for text in texts):
        return True
    if name in EDITORS:
        return any(text.startswith(("-c", "+", "-e", "-s", "-u", "--batch", "--script", "-E")) for text in texts)
    if name in ("kill", "ps", "service"):
        return any(other.background or _starts(other.effective) for other in run.script.commands)
    if name == "mount":
        return any(flag.name == "security" for flag in run.flags)
    if name == "ssh":
        return bool(run.mounts)
    return False


def _starts(command: Command) -> bool:
    """Whether a command leaves a process behind."""
    texts = [word.value for word in command.arguments]
    return command.name in STARTERS or (command.name == "service" and ("start" in texts or "restart" in texts))
