"""Paths as a CI service wants them: from the root of the repository, wherever dagdock ran in it."""

from __future__ import annotations

import os


def in_repository(path: str, variable: str) -> str:
    """A path of the working directory as one of the repository, whose root the service names in `variable`.

    Unchanged where there is no such variable, or where the path does not lie below it.
    """
    root = os.environ.get(variable)
    if not root:
        return path
    try:
        relative = os.path.relpath(os.path.join(os.path.realpath(os.curdir), path), os.path.realpath(root))
    except (OSError, ValueError):  # another drive; a path that is none
        return path
    return path if os.path.isabs(relative) or relative.split(os.sep)[0] == os.pardir else relative.replace(os.sep, "/")
