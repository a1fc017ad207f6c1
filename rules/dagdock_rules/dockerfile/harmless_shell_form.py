from __future__ import annotations

from dagdock.api import Bad, Cmd, CommandInstruction, Entrypoint, Problem, Problems, rule

from ._started import ends_in_exec, only_waits


@rule(
    "DF641",
    severity="info",
    since="0.1",
    default=False,
    lessons=["L10"],
    aliases=[
        "hadolint:DL3025",
        "buildkit:JSONArgsRecommended",
        "kics:not-using-json-in-cmd-and-entrypoint-arguments",
        "sonar:S7019",
    ],
    bad=[Bad("FROM debian:12\n«CMD echo ready && tail -f /dev/null»\n")],
    good=['FROM debian:12\nCMD ["tail", "-f", "/dev/null"]\n', "FROM debian:12\nCMD python3 app.py\n"],
)
def harmless_shell_form(command: CommandInstruction) -> Problems:
    """CMD or ENTRYPOINT is a shell line that does no harm: it waits, ends in `exec`, or is replaced.

    Where nothing could finish its work when the container is stopped, the shell in between costs nothing, and another
    form mends nothing: as the first process `tail` and `sleep` do not hear the signal either. `docker run --init`, or
    `init: true` in Compose, stops them at once. For teams that want every command in exec form.

    https://docs.docker.com/reference/dockerfile/#cmd
    """
    text, stage = command.shell_text, command.stage
    if not isinstance(command, (Cmd, Entrypoint)) or text is None or not text.text.strip() or command.json_fault:
        return
    replaced = stage is not None and stage.last(type(command)) is not command
    if replaced or only_waits(command) or ends_in_exec(command):
        what = "is replaced by a later one" if replaced else "only waits" if only_waits(command) else "ends in `exec`"
        yield Problem(command, f"{command.name} is a shell line and {what}. Write its command as a JSON list of words")
