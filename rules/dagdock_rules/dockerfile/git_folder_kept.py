from __future__ import annotations

from dagdock.api import Bad, Fix, Problem, Problems, Run, rule

from ._clones import clones, is_used_later
from ._layers import add_option, ships


@rule(
    "DF215",
    severity="info",
    since="0.1",
    fix="unsafe",
    lessons=["L07"],
    tags=["size"],
    words=["clone"],
    words_near=True,
    bad=[
        Bad(
            "FROM debian:12\nRUN «git clone» --branch v1.2.3 https://github.com/acme/tool.git /opt/tool\n",
            fixed="FROM debian:12\nRUN git clone --depth 1 --branch v1.2.3 "
            "https://github.com/acme/tool.git /opt/tool\n",
        ),
    ],
    good=[
        "FROM debian:12\nRUN git clone --depth 1 --branch v1.2.3 https://github.com/acme/tool.git /opt/tool\n",
        "FROM debian:12\nRUN git clone https://github.com/acme/tool.git && make -C tool && rm -rf tool\n",
        "FROM debian:12 AS build\nRUN git clone https://github.com/acme/tool.git /src\n"
        "FROM debian:12\nCOPY --from=build /src/tool /usr/local/bin/\n",
    ],
)
def git_folder_kept(run: Run) -> Problems:
    """A repository is cloned with its whole history into the image.

    `.git` holds every version of every file, often many times what is checked out, and the image needs none of it.
    `--depth 1` fetches one commit; ADD with the repository's URL leaves `.git` out altogether. Nothing is said where a
    later RUN goes to another commit or asks for the history.

    https://docs.docker.com/reference/dockerfile/#adding-files-from-a-git-repository
    """
    if "clone" not in run.span.text or not ships(run) or not run.script.understood or run.script.broken:
        return
    for clone in clones(run.script):
        if clone.is_shallow or clone.is_removed(run.script) or is_used_later(run):
            continue
        moved = clone.is_moved_on(run.script)
        remedy = "Delete its `.git` at the end of this RUN" if moved else "Add `--depth 1`"
        other = "" if clone.command.context else ", or use ADD with its URL"  # ADD cannot stand in an `if`
        yield Problem(
            clone.head,
            f"this leaves the repository's whole history in the image. {remedy}{other}",
            fix=None if moved else Fix("Add `--depth 1`", [add_option(run, clone.verb, "--depth 1")], "unsafe"),
        )
