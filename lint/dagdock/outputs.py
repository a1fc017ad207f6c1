"""Reports into files: each whole or not at all, and never over a file that is checked."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from dagdock.selection import UsageError

if TYPE_CHECKING:
    from dagdock.result import Result

Output = tuple[str, str]
"""A format and the path of a file."""


def check_outputs(outputs: Sequence[Output], checked: Iterable[str]) -> None:
    """Raises UsageError where a report would take the place of another one or of a file that is `checked`."""
    if not outputs:
        return
    taken: set[str] = set()
    for form, path in outputs:
        place = os.path.realpath(path)
        if place in taken and not _appends(path):
            raise UsageError(f"--output: two reports would go to `{path}`; give each a file of its own")
        taken.add(place)
        if place in checked:
            raise UsageError(f"--output: `{form}:{path}` would overwrite a file that is checked")


def write_output(result: Result, output: Output) -> str | None:
    """Write a report to its file; why that failed, None where it did not. Folders on the way are made."""
    from dagdock import disk
    from dagdock.report import writer

    form, path = output
    stream = io.StringIO()
    writer(form)(result, stream)
    content = stream.getvalue().encode("utf-8", "backslashreplace")
    try:
        folder = os.path.dirname(os.path.abspath(path))
        if not os.path.exists(folder):
            os.makedirs(folder, exist_ok=True)
        if _appends(path):
            with open(path, "ab") as file:
                file.write(content)
        else:
            disk.put(path, content)
    except OSError as problem:
        return f"the {form} report cannot be written: {problem.strerror or problem}"
    return None


def _appends(path: str) -> bool:
    """Whether what is there has to stay: a device or pipe, or the summary to which all of a GitHub step add."""
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if summary and os.path.abspath(path) == os.path.abspath(summary):
        return True
    return os.path.exists(path) and not os.path.isfile(path)
