"""Compose files that are loaded on top of another one, from a folder above: `-f compose.yaml -f tls/tls.yaml`.

Compose takes all relative paths from the folder of the first file, so that such a file names its own folder.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from posixpath import basename, dirname, join, normpath

from dagdock.facts import Facts

BASES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
_FOLDERS_UP = 4
_TEXTS = (".md", ".rst", ".sh", ".mk")


def base_above(facts: Facts, path: str, content: bytes) -> str | None:
    """The file that the Compose file at a path is loaded on top of; None where nothing tells of one.

    One with a name that Compose looks for is the first of its own folder.
    """
    folder = dirname(path)
    above = "" if basename(path) in BASES else folder
    for _ in range(_FOLDERS_UP):
        if not above:
            return None
        above = dirname(above)
        base = next((place for name in BASES if facts.is_file(place := join(above, name))), None)
        if base is None:
            continue
        own = folder[len(above) :].lstrip("/")
        if _names(content, own, facts, above) and not facts.is_dir(join(folder, own)):
            return base
        return next((found for text in _texts(facts, folder, above) if (found := _loads(text, path, above))), None)
    return None


def _names(content: bytes, folder: str, facts: Facts, above: str) -> bool:
    """Whether a path in a file leads through that folder to something that is there, as seen from above."""
    own = folder.encode("utf-8", "surrogateescape")
    if own not in content:
        return False
    starts = rb"(?<![\w./-])\./|\b(?:context|build|env_file|file|source)[ \t]*:[ \t]*[\"']?"
    for found in re.finditer(rb"(?:" + starts + rb")(" + re.escape(own) + rb"/[\w./-]*)", content):
        place = join(above, found[1].decode("utf-8", "surrogateescape").rstrip("/"))
        if facts.is_file(place) or facts.is_dir(place):
            return True
    return False


def _texts(facts: Facts, *folders: str) -> Iterator[bytes]:
    """What says how things are started, in these folders."""
    for folder in folders:
        for name in facts.names(folder or "."):
            if name.lower().endswith(_TEXTS) or name in ("Makefile", "justfile"):
                yield facts.read(join(folder, name)) or b""


def _loads(text: bytes, path: str, folder: str) -> str | None:
    """The file that a command of a text loads before the one at the path, as seen from a folder."""
    own = path[len(folder) :].lstrip("/").encode("utf-8", "surrogateescape")
    if own not in text:
        return None
    option = rb"(?:-f|--file)[ =]+"
    found = re.search(
        option + rb"(?P<base>[\w./-]+)(?:[\s\\]+" + option + rb"\S+)*?[\s\\]+" + option + rb"(?:\./)?" + re.escape(own),
        text,
    )
    base = normpath(join(folder, found["base"].decode())) if found else path
    return base if dirname(base) == folder and base != path else None
