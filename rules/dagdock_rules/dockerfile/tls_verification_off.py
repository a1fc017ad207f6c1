from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from dagdock.api import Arg, Bad, Command, Env, Instruction, Problem, Problems, Run, Word, rule

from ._downloads import is_checked, options_of

OFF = ("0", "false", "no", "off")
# Variables that switch the check off: the values with which they do (any where none are given), and checkov's name.
VARIABLES: dict[str, tuple[tuple[str, ...], str]] = {
    "GIT_SSL_NO_VERIFY": (("1", "true", "yes", "on"), "checkov:CKV2_DOCKER_14"),
    "NODE_TLS_REJECT_UNAUTHORIZED": (("0",), "checkov:CKV2_DOCKER_6"),
    "NPM_CONFIG_STRICT_SSL": (OFF, "checkov:CKV2_DOCKER_12"),
    "PIP_TRUSTED_HOST": ((), "checkov:CKV2_DOCKER_16"),
    "PYTHONHTTPSVERIFY": (("0",), "checkov:CKV2_DOCKER_5"),
    "YARN_ENABLE_STRICT_SSL": (OFF, "checkov:CKV2_DOCKER_12"),
}
NODE = frozenset(("npm", "yarn", "pnpm"))
PUBLIC = "Leave it out; if the certificate is refused then, install the package `ca-certificates` before"
PRIVATE = f"{PUBLIC}, or add your own certificate for a private host"
LOCAL = ("localhost", "127.0.0.1", "[::1]", "0.0.0.0")


@rule(
    "DF325",
    severity="warning",
    since="0.1",
    security=7.0,
    aliases=[
        "checkov:CKV2_DOCKER_2",
        "checkov:CKV2_DOCKER_3",
        "checkov:CKV2_DOCKER_4",
        "checkov:CKV2_DOCKER_5",
        "checkov:CKV2_DOCKER_6",
        "checkov:CKV2_DOCKER_12",
        "checkov:CKV2_DOCKER_13",
        "checkov:CKV2_DOCKER_14",
        "checkov:CKV2_DOCKER_16",
        "sonar:S4830",
    ],
    tags=["security"],
    bad=[
        Bad("FROM debian:12\nRUN curl «-k» -o tool https://example.com/tool\n"),
        Bad("FROM node:22\nENV «NODE_TLS_REJECT_UNAUTHORIZED=0»\n"),
        Bad("FROM python:3.12-slim\nRUN pip install «--trusted-host» pypi.org -r requirements.txt\n"),
        Bad("FROM node:22\nRUN npm config set «strict-ssl» false\n"),
    ],
    good=[
        "FROM debian:12\nRUN curl --cacert /ca.crt -fo tool https://example.com/tool\n",
        "FROM debian:12\nRUN curl -k https://localhost:8443/health\n",
        "FROM debian:12\nRUN wget --no-check-certificate http://example.com/tool\n",
        "FROM node:22\nENV NODE_TLS_REJECT_UNAUTHORIZED=1\n",
    ],
)
def tls_verification_off(instruction: Instruction) -> Problems:
    """A download does not check whom it talks to.

    HTTPS is worth something only if the certificate is checked. With the check off, everybody on the way can hand in
    another file, and the build runs it. Add the certificate that is missing instead: `COPY ca.crt
    /usr/local/share/ca-certificates/` and `update-ca-certificates`. ENV and ARG are worse than an option, for they
    hold for all that follows, in ENV's case in the running container too.

    https://curl.se/docs/sslcerts.html
    """
    if isinstance(instruction, Run):
        yield from _in_run(instruction)
    elif isinstance(instruction, (Arg, Env)):
        for pair in instruction.pairs:
            value = pair.value.literal if pair.value else None
            alias = _of_variable(pair.key, value)
            if alias is not None:
                lasts = "and in the container too" if isinstance(instruction, Env) else "in all RUNs below"
                yield Problem(
                    pair,
                    f"`{pair.key}` switches the check of certificates off, {lasts}. {PRIVATE}",
                    aliases=[alias],
                )


def _in_run(run: Run) -> Problems:
    for command in run.script.commands:
        for word in (*command.assignments, *(command.words[1:] if command.name in ("export", "env") else ())):
            name, _, value = (word.value or "").partition("=")
            alias = _of_variable(name, value) if word.value else None
            if alias is not None:
                yield _problem(word, alias, PRIVATE)
        found = _of_command(command.effective)
        if found and not (command.effective.name in ("curl", "wget") and is_checked(run.script)):
            public = any(_public().search(word.text) for word in command.effective.arguments)
            yield _problem(*found, PUBLIC if public else PRIVATE)


def _problem(word: Word, alias: str, advice: str) -> Problem:
    return Problem(
        word,
        f"`{word.text}` switches the check of certificates off, so anybody on the way can hand in another file. "
        f"{advice}",
        aliases=[alias] if alias else None,
    )


def _behind(option: Word, words: Sequence[Word]) -> Sequence[Word]:
    """The words behind one of them, its own value among them: one for an option."""
    at = next(number for number, word in enumerate(words) if word is option)
    return words[at + 1 : at + 2]


@cache
def _public() -> re.Pattern[str]:
    """An address on the Internet, as far as its name tells, or PyPI's hosts."""
    inside = r"(?!\S{0,200}\.(?:local|lan|internal|intranet|corp|home|test)\b)"
    return re.compile(
        rf"https://{inside}(?:[\w-]+\.)+[a-z]{{2,}}(?:[/:]|$)|(?:^|[=/.])(?:pypi\.org|pythonhosted\.org|pypi\.python\.org)$"
    )


def _of_variable(name: str, value: str | None) -> str | None:
    """checkov's code for a variable that switches the check off; None for any other."""
    values, alias = VARIABLES.get(name.upper() if name.lower().startswith("npm_config") else name, ((), ""))
    if not alias or value is None or not value.strip("\"'"):
        return None
    return alias if not values or value.strip("\"'").lower() in values else None


def _of_command(command: Command) -> tuple[Word, str] | None:
    """The word that switches the check off, with checkov's code."""
    name, words = (command.name or "").rstrip("0123456789."), command.arguments
    texts = [word.value or "" for word in words]
    if name in ("curl", "wget"):
        wanted = ("-k", "--insecure") if name == "curl" else ("--no-check-certificate",)
        if not any(text.startswith("-") and ("k" in text or "insecure" in text) for text in texts):
            return None  # no need to tell the options apart
        option = next((option for option in options_of(command).options if option.name in wanted), None)
        if option is None or any(part in word.text for word in words for part in LOCAL):
            return None
        addresses = [word.text.strip("\"'") for word in words if "://" in word.text]
        if addresses and all(address.startswith("http://") for address in addresses):
            return None  # which asks for no certificate: clear-text-url
        return option.word, "checkov:CKV2_DOCKER_2" if name == "curl" else "checkov:CKV2_DOCKER_3"
    if name == "pip":
        found = next((word for word in words if word.prefix.startswith("--trusted-host")), None)
        if found is None and texts[:2] == ["config", "set"]:
            found = next((word for word in words if (word.value or "").endswith(".trusted-host")), None)
        # Whoever names the host when building asks for it.
        told = found is not None and all(word.text.strip("\"'").startswith("$") for word in _behind(found, words))
        return (found, "checkov:CKV2_DOCKER_4") if found and not told else None
    if name in NODE:
        for word, value in zip(words, [*texts[1:], ""], strict=False):
            text = (word.value or "").lower()
            plain = text in ("strict-ssl", "strict-ssl=false", "enablestrictssl", "--strict-ssl", "--no-strict-ssl")
            if plain and (text.endswith("=false") or text.startswith("--no-") or value.lower() in OFF):
                return word, "checkov:CKV2_DOCKER_13"
            if text == "--strict-ssl=false":
                return word, "checkov:CKV2_DOCKER_13"
    if name == "git":
        for word, value in zip(words, [*texts[1:], ""], strict=False):
            key, equals, given = (word.value or "").lower().partition("=")
            if key.startswith("http.") and key.endswith("sslverify") and (given if equals else value.lower()) in OFF:
                return word, ""
    return None
