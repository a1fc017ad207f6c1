from __future__ import annotations

from dagdock.api import Bad, Command, Problem, Problems, Run, Word, rule

from ..secrets import is_secret_name


@rule(
    "DF427",
    severity="warning",
    since="0.1",
    security=6.0,
    lessons=["L09"],
    tags=["security"],
    bad=[
        Bad(
            "FROM node:22-slim\n"
            "RUN --mount=type=secret,id=npm,env=NPM_TOKEN set -ex && npm config set "
            '«"//registry.npmjs.org/:_authToken=$NPM_TOKEN"»\n'
        ),
        Bad(
            "FROM debian:12\n"
            'RUN --mount=type=secret,id=key set -x; curl -fH «"Authorization: $(cat /run/secrets/key)"» '
            "https://example.com\n"
        ),
    ],
    good=[
        (
            "FROM node:22-slim\n"
            "RUN --mount=type=secret,id=npm,env=NPM_TOKEN set -e && npm config set "
            "//registry.npmjs.org/:_authToken=$NPM_TOKEN\n"
        ),
        "FROM debian:12\nRUN set -eux; apt-get update\n",
        "FROM debian:12\nRUN --mount=type=secret,id=key set -ex; make; set +x; login $TOKEN\n",
    ],
)
def secret_in_trace(run: Run) -> Problems:
    """`set -x` writes a secret to the log of the build.

    With `set -x` the shell prints each command as it runs it, with the values put in. A token on the command line then
    stands in the log of the build, which is kept and read by more people than the secret was meant for. Leave `-x` out
    of the step, or put `set +x` before the command.

    https://docs.docker.com/build/building/secrets/
    """
    traced = _is_traced(run)
    for command in run.script.commands:
        if command.name == "set":
            traced = _switch(command, traced)
        elif traced:
            found = _secret(command)
            if found:
                word, what = found
                yield Problem(
                    word,
                    f"`set -x` prints this command to the log of the build, with the value of `{what}` in it. Leave "
                    "`-x` out, or put `set +x` before",
                )
                return


def _is_traced(run: Run) -> bool:
    """Whether the shell prints commands from the start: `SHELL ["/bin/bash", "-exc"]`."""
    words = run.stage.shell_words_at(run) if run.stage else ()
    return any(word.startswith("-") and not word.startswith("--") and "x" in word for word in words[1:])


def _switch(command: Command, traced: bool) -> bool:
    for word in command.arguments:
        text = word.text
        if text.startswith("-") and ("x" in text or "xtrace" in command.span.text):
            traced = True
        elif text.startswith("+") and ("x" in text or "xtrace" in command.span.text):
            traced = False
    return traced


def _secret(command: Command) -> tuple[Word, str] | None:
    """The word of a command that holds a secret's value, and what to call the secret."""
    for word in (*command.words, *command.assignments):
        for name in word.variables:
            if is_secret_name(name) and not _asks_only(name, word.text):
                return word, name
        if "$(" in word.text and "cat /run/secrets/" in word.text:
            return word, "/run/secrets/" + word.text.partition("/run/secrets/")[2].split(")")[0].split()[0]
    return None


def _asks_only(name: str, text: str) -> bool:
    """Whether a word only asks whether there is a value, or how long it is: `${TOKEN:+--auth}`, `${#TOKEN}`."""
    return any(part in text for part in (f"${{{name}:+", f"${{{name}+", f"${{#{name}}}"))
