from __future__ import annotations

from dagdock.api import Arg, Bad, Env, PairsInstruction, Problem, Problems, rule

from ..secrets import words_of
from ._secret_names import carries_secret

# What hadolint looks for, anywhere in a name.
PARTS = ("API_KEY", "PASSWORD", "PRIVATE", "SECRET", "TOKEN", "USERNAME")
# What BuildKit looks for, as a word of a name.
WORDS = frozenset("apikey auth credential credentials key password pword passwd secret token".split())
# … unless one of these says that the value is none.
ABOUT = frozenset("public file version".split())


@rule(
    "DF707",
    severity="info",
    since="0.1",
    default=False,
    precision="low",
    lessons=["L09"],
    aliases=["hadolint:DL3064", "buildkit:SecretsUsedInArgOrEnv"],
    tags=["security"],
    bad=[Bad('FROM node:22-slim\nARG «USERNAME=node»\nENV «API_KEY=""»\n')],
    good=[
        "FROM node:22-slim\nARG USER_ID=1000\n",
        "FROM node:22-slim\nARG NPM_TOKEN\nRUN npm ci\n",
    ],
)
def secret_sounding_name(instruction: PairsInstruction) -> Problems:
    """A variable of ARG or ENV has a word in its name that secrets have, though its value is none.

    For teams that keep such names out of their images altogether, as hadolint and BuildKit ask. Whatever may hold a
    secret is reported by `secret-in-arg-or-env` already; here are the names of users, empty values, paths of files
    and made-up values.

    https://docs.docker.com/reference/build-checks/secrets-used-in-arg-or-env/
    """
    if not isinstance(instruction, (Arg, Env)):
        return
    for pair in instruction.pairs:
        if carries_secret(instruction, pair):
            continue
        peers = []
        if any(part in pair.key.upper() for part in PARTS):
            peers.append("hadolint:DL3064")
        words = words_of(pair.key)
        if not WORDS.isdisjoint(words) and ABOUT.isdisjoint(words):
            peers.append("buildkit:SecretsUsedInArgOrEnv")
        if peers:
            message = (
                f"`{pair.key}` is named like a secret. If it holds none, another name keeps readers from wondering"
            )
            yield Problem(pair, message, aliases=peers)
