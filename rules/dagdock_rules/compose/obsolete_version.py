from __future__ import annotations

import re
from posixpath import basename

from dagdock.api import Bad, ComposeFile, Edit, Entry, Fix, Mapping, Problem, Problems, Project, Span, rule

from ._model import DEFAULT_NAMES, is_extended, is_for_podman, runs_in_swarm


@rule(
    "DC005",
    severity="warning",
    since="0.1",
    precision="very-high",
    fix="safe",
    lessons=["L28"],
    aliases=["dclint:no-version-field"],
    bad=[
        Bad(
            "«version»: '3.8'\n\nservices:\n  web:\n    image: nginx:1.27\n",
            fixed="services:\n  web:\n    image: nginx:1.27\n",
        ),
    ],
    good=[
        "services:\n  web:\n    image: nginx:1.27\n",
        "services:\n  web:\n    image: nginx:1.27\n    environment:\n      version: '4.3'\n",
        {"stack.compose.yml": "version: '3.8'\nservices:\n  web:\n    image: nginx:1.27\n"},
    ],
)
def obsolete_version(file: ComposeFile, project: Project) -> Problems:
    """The top-level `version` no longer does anything.

    Compose works out by itself what a file needs and warns about the key on every run, while readers still take it
    for a promise about which features work. Only `docker stack deploy` (Swarm) ever looks at it, so files named after
    a stack or a swarm, and those that spread services over its nodes, are left alone, as are those named after Podman.

    https://docs.docker.com/reference/compose-file/version-and-name/
    """
    if runs_in_swarm(file) or is_for_podman(file):
        return
    is_base = basename(file.source.path) not in DEFAULT_NAMES and is_extended(file, project)
    warns = "" if is_base else " and warns about it on every run"  # not of a file that others extend
    for document in file.tree.documents:
        if isinstance(document.root, Mapping):
            for entry in document.root.entries:
                if entry.name == "version":
                    yield Problem(
                        entry.name,
                        f"`version` is obsolete: Compose ignores it{warns}. Delete the line",
                        fix=_delete(document.root, entry),
                    )


def _delete(root: Mapping, entry: Entry) -> Fix | None:
    """Delete the line and a blank one that follows; a comment on the line stays where it is.

    None where the key shares its line with something else, or stands alone in the file.
    """
    if root.flow or len(root.entries) == 1 or entry.value.anchor:
        return None
    source, text = entry.span.source, entry.span.source.text
    lines = source.full_line_span(entry.span.line)
    rest = text[entry.span.end : lines.end]
    if (
        entry.span.end > lines.end
        or text[lines.start : entry.span.start]
        or (rest.strip() and not rest.lstrip().startswith("#"))
    ):
        return None
    end = entry.span.end + len(rest) - len(rest.lstrip()) if rest.strip() else lines.end
    if end == lines.end and (blank := re.compile(r"[ \t]*\r?\n").match(text, end)):
        end = blank.end()
    return Fix("Delete the line", [Edit(Span(source, lines.start, end), "")])
