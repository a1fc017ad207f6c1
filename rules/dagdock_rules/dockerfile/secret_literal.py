from __future__ import annotations

from collections.abc import Iterator

from dagdock.api import Arg, Bad, Instruction, Label, Onbuild, Problem, Problems, Run, Span, rule

from ..credentials import Handed, forms_in, handed_over, may_hand_over
from ..secrets import (
    is_common_password,
    is_filled_in,
    is_likely_secret,
    is_secret_name,
    known_secret,
    known_secrets,
    may_hold_known_secret,
    password_in_url,
    passwords_in_urls,
)


@rule(
    "DF702",
    severity="error",
    since="0.1",
    security=9.0,
    precision="very-high",
    lessons=["L09"],
    aliases=["kics:passwords-and-secrets", "sonar:S6437"],
    tags=["security"],
    bad=[
        Bad("FROM debian:12\nRUN git clone https://deploy:«k3Jd92-prod»@git.example.org/team/app.git\n"),
        Bad("FROM debian:12\nRUN curl -fsS -u ci:«k3Jd92-prod» -O https://files.example.org/model.bin\n"),
        Bad("FROM debian:12\nENV TOKEN=«glpat-" + "Zk3xQ9vT2mLr8WcYb5Nd»\n"),
    ],
    good=[
        "FROM debian:12\nARG TOKEN\nRUN git clone https://deploy:${TOKEN}@git.example.org/team/app.git\n",
        "FROM debian:12\nRUN git clone https://user:password@git.example.org/team/app.git\n",
        "FROM debian:12\nENV AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE\n",
    ],
)
def secret_literal(instruction: Instruction) -> Problems:
    """A key, token or password stands in the Dockerfile itself.

    It is in the repository, in its history, and in every image that is built from it. Take it out, revoke it (it
    is known now), and make a new one. Give that to the build by `RUN --mount=type=secret`; where the running program
    needs it, hand it over when the container starts.

    https://docs.docker.com/build/building/secrets/
    """
    if isinstance(instruction, Onbuild):
        return  # its trigger is looked at by itself
    span, text = instruction.span, instruction.span.text
    for token in known_secrets(text) if may_hold_known_secret(span.source.text) else ():
        what = f"{'an' if token.kind[0] in 'AEIOaeio' else 'a'} {token.kind}"
        yield _problem(instruction, span, token.start, token.end, what)
    for found in passwords_in_urls(text) if "@" in text else ():
        if not (found.is_local_default or is_filled_in(found.user) or is_common_password(found.password)):
            yield _problem(instruction, span, found.start, found.end, f"the password of `{found.user or found.host}`")
    for name, value, place in _named(instruction):
        told = known_secret(value) or password_in_url(value)
        # `SECRET_KEY=not-used` lets a build go through: what is secret has more than words in it.
        if is_secret_name(name) and not told and is_likely_secret(value, name) and any(map(str.isdigit, value)):
            yield _problem(instruction, place, 0, len(place.text), f"the value of `{name}`")
    forms = forms_in(span.source.text)
    for handed in handed_over(text, forms) if may_hand_over(text, forms) else ():
        # What a step needs while it runs (`mysql -proot`) opens nothing; a secret has more than words in it.
        if handed.form != "variable" and handed.is_secret and any(map(str.isdigit, handed.secret)):
            yield _problem(instruction, span, handed.start, handed.end, _described(handed))


def _described(handed: Handed) -> str:
    if handed.name in ("", "password"):
        return "a password" if handed.form != "header" else "a token"
    return f"the value of `{handed.name}`"


def _named(instruction: Instruction) -> Iterator[tuple[str, str, Span]]:
    """What a RUN or LABEL sets to a value that stands there: `export DB_PASSWORD=…`; ENV and ARG are another rule's."""
    if isinstance(instruction, Run):
        for command in instruction.script.commands:
            for word in (*command.assignments, *(command.words[1:] if command.name == "export" else ())):
                name, equals, value = (word.value or "").partition("=")
                if equals and name.isidentifier():
                    yield name, value, word.span
    elif isinstance(instruction, Label):
        for pair in instruction.pairs:
            if pair.value is not None and pair.value.literal:
                yield str(pair.key).replace("-", "_").rpartition(".")[2], pair.value.literal, pair.span


def _problem(instruction: Instruction, span: Span, start: int, end: int, what: str) -> Problem:
    place = Span(span.source, span.start + start, span.start + end)
    hand = "when the container starts" if _is_kept(instruction, place) else "with `RUN --mount=type=secret`"
    return Problem(
        place,
        f"{what} is written here and in every image that is built from it. Revoke it, make a new one, and hand that "
        f"over {hand}",
    )


def _is_kept(instruction: Instruction, place: Span) -> bool:
    """Whether the value is for the running program, so that it would be in the image whichever way it came."""
    if not isinstance(instruction, Run):
        return not isinstance(instruction, Arg)
    for command in instruction.script.commands:
        if command.span.holds(place):
            pipe = command.pipeline or (command,)
            outputs = [each for part in pipe for each in part.effective.redirects if each.operator.startswith(">")]
            return bool(outputs) or any(part.effective.name == "tee" for part in pipe)
    return False
