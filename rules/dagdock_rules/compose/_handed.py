"""Secrets inside of longer texts of a Compose file: in variables, commands, labels and configs."""

from __future__ import annotations

from collections.abc import Iterator

from dagdock.api import ComposeFile, Mapped, ServiceCommand, Text, Value

from ..credentials import Handed, forms_in, handed_over, may_hand_over, settings_in
from ..secrets import is_common_password, is_password_name, known_secret, known_secrets, may_hold_known_secret
from ._secrets import gives_secret_away

# `credential-in-url` tells of these.
_OF_CONNECTIONS = ("connection", "address")


def handed_in_value(value: Value, file: ComposeFile) -> Iterator[tuple[str, Text]]:
    """The secrets inside of a value, each with what it is called, those in defaults of variables too."""
    forms = forms_in(file.source.text)
    if may_hand_over(value.raw, forms):
        filled = Value(value.node, {}, value.mapped).filled
        for found in handed_over(filled.text, forms):
            if found.form not in _OF_CONNECTIONS and is_given_away(found, filled.text):
                yield found.name or "password", filled.piece(found.start, found.end)


def handed_in_command(command: ServiceCommand, file: ComposeFile) -> Iterator[tuple[str, Text]]:
    """The secrets that a command hands over, each with what it is called."""
    forms = forms_in(file.source.text)
    written = command.shell.text if command.shell else " ".join([word.raw for word in command.words])
    holds_one = may_hold_known_secret(file.source.text) and may_hold_known_secret(written)
    if not written or not (holds_one or next(handed_over(written, forms), None)):
        return  # as of nearly all; the places of words are worked out for the others
    line = command.shell or _line(command)
    for token in known_secrets(line.text):
        yield "token", line.piece(token.start, token.end)
    for found in handed_over(line.text, forms):
        if found.form not in _OF_CONNECTIONS and is_given_away(found, line.text):
            yield found.name or "password", line.piece(found.start, found.end)


def settings_in_config(value: Value) -> Iterator[tuple[str, Text]]:
    """The secrets among the settings that the text of a config holds, each with what it is called."""
    filled = Value(value.node, {}, value.mapped).filled
    for token in known_secrets(filled.text):
        yield "token", filled.piece(token.start, token.end)
    for found in settings_in(filled.text):
        if is_given_away(found, filled.text) and not known_secret(found.secret):
            yield found.name, filled.piece(found.start, found.end)


def is_given_away(found: Handed, text: str) -> bool:
    """Whether what a text hands over is a secret, and stands in the file itself."""
    name = found.name or "password"
    if "\0" in found.secret or not gives_secret_away(name, found.secret) or found.repeats_login(text):
        return False
    return found.is_secret or (is_password_name(name) and is_common_password(found.secret))


def _line(command: ServiceCommand) -> Mapped:
    """The words of a command on one line, variables as they are written."""
    pieces: list[tuple[int, str]] = []
    for word in command.words:
        pieces += [*word.mapped.pieces(), (word.span.end, " ")]
    return Mapped(command.words[0].mapped.source, pieces)
