from __future__ import annotations

from posixpath import normpath

from dagdock.api import Bad, CopyLike, Edit, Fix, Problem, Problems, rule

from ._copies import absolute


@rule(
    "DF506",
    severity="error",
    since="0.1",
    fix="safe",
    lessons=["L03"],
    aliases=[
        "hadolint:DL3021",
        "trivy:DS-0011",
        "kics:copy-with-more-than-two-arguments",
        "dockerfile-utils:INVALID_DESTINATION",
    ],
    bad=[
        Bad(
            "FROM alpine:3.20\nCOPY a.conf b.conf «/etc/app»\n",
            fixed="FROM alpine:3.20\nCOPY a.conf b.conf /etc/app/\n",
        ),
    ],
    good=[
        "FROM alpine:3.20\nCOPY a.conf b.conf /etc/app/\n",
        "FROM alpine:3.20\nWORKDIR /app\nCOPY a.conf b.conf .\n",
        "FROM alpine:3.20\nCOPY --link a.conf /etc/app.conf\n",
        "FROM alpine:3.20 AS build\nFROM alpine:3.20\nCOPY --from build a.conf /etc/app.conf\n",
    ],
)
def copy_destination_slash(copy: CopyLike) -> Problems:
    """Several files are copied to a destination that does not end with a slash.

    Docker takes a destination without a slash for a file. The old builder stops with an error; BuildKit may write one
    file over the other under that name. A slash at the end makes it a folder.

    https://docs.docker.com/reference/dockerfile/#destination
    """
    destination = copy.destination
    count = len(copy.sources) + len(copy.heredoc_sources)
    if destination is None or count < 2 or destination.variables:
        return
    path = destination.value
    if not path or path.endswith(("/", "\\")) or path.rpartition("/")[2] in (".", ".."):
        return
    if any(fault.instruction is copy for fault in copy.dockerfile.faults_of("flag-without-value")):
        return  # its words may mean something else: `--from build` for `--from=build`
    there = _is_there(path, copy)
    yield Problem(
        destination,
        f"`{path}` is taken for a file, and {count} files are copied to it. Write `{path}/`",
        severity="warning" if there else "error",
        fix=_fix(copy),
    )


def _fix(copy: CopyLike) -> Fix | None:
    destination = copy.destination
    if destination is None:
        return None
    text, span = destination.span.text, destination.span
    quoted = text[-1:] in ("'", '"')
    if quoted and text[:1] != text[-1:]:
        return None
    place = span.end - 1 if quoted else span.end
    return Fix("Add the slash", [Edit(span.source.span(place, place), "/")])


def _is_there(path: str, copy: CopyLike) -> bool:
    """Whether the folder is made above by WORKDIR, so that BuildKit finds it."""
    target = absolute(copy, path)
    if copy.stage is None or target is None:
        return False
    folder = copy.stage.workdir_at(copy)
    return folder is not None and (normpath(folder) == target or folder.startswith(f"{target}/"))
