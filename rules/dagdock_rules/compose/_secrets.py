"""Secrets in Compose files: what is written as a value there is used as it stands, `changeme` included."""

from __future__ import annotations

import re

from dagdock.api import Value

from ..secrets import (
    is_common_password,
    is_filled_in,
    is_placeholder,
    is_secret_name,
    is_setting,
    known_secret,
    password_in_url,
)

# Placeholders that work as a password all the same, and with which such files are run every day.
_WORKS = r"change|insecure|(?<![a-z0-9])example"


def written_text(value: Value) -> str:
    """A value with the defaults of its variables, not with what `.env` holds; `\\0` stands for what is not known."""
    return Value(value.node, {}, value.mapped).filled.text


def gives_secret_away(name: str, text: str) -> bool:
    """Whether a text under that name is a secret that stands in the file itself."""
    text = text.strip().strip("'\"")
    if known_secret(text):
        return True
    if not is_secret_name(name) or name.lower().endswith("access_key_id"):
        return False
    if not text or "\0" in text or text.startswith(("{", "[")) or is_filled_in(text) or is_setting(text):
        return False
    if re.search(r"/[\w./-]+\.(?:pem|key|crt|p12|jks|json|txt)$", text):
        return False  # a file, in a folder that is filled in later
    if password_in_url(text):
        return False  # `credential-in-url` says more
    return is_common_password(text) or not is_placeholder(text) or bool(re.search(_WORKS, text.lower()))
