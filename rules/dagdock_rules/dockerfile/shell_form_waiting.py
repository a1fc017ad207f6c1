from __future__ import annotations

from dagdock.api import Bad, Cmd, CommandInstruction, Entrypoint, Problem, Problems, rule

from ._started import only_waits


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
def shell_form_waiting(command: CommandInstruction) -> Problems:
    """CMD or ENTRYPOINT is a shell line that only keeps the container alive.

    Nothing is there that could finish its work when the container is stopped, so the shell in between does no harm, and
    another form mends nothing: as the first process `tail` and `sleep` do not hear the signal either. `docker run
    --init`, or `init: true` in Compose, stops them at once. For teams that want every command in exec form.

    https://docs.docker.com/reference/dockerfile/#cmd
    """
    text = command.shell_text
    if isinstance(command, (Cmd, Entrypoint)) and text is not None and not command.json_fault and only_waits(command):
        yield Problem(
            command, f"{command.name} runs under `/bin/sh -c` and only waits. Write its command as a JSON list of words"
        )
