from __future__ import annotations

from dagdock.api import Bad, Command, Copy, Problem, Problems, Related, Run, rule

# What ADD unpacks: tar archives, plain and compressed.
# https://docs.docker.com/reference/dockerfile/#adding-local-tar-archives
ARCHIVES = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz", ".tbz2", ".tb2", ".tar.xz", ".txz", ".tar.zst", ".tzst")
# With these tar leaves something out, or puts it elsewhere, which ADD cannot.
SELECTING = (
    "--strip-components",
    "--strip",
    "--exclude",
    "--transform",
    "--xform",
    "-T",
    "--files-from",
    "--wildcards",
)
VALUED = ("-f", "--file", "-C", "--directory", "-T", "--files-from", "--exclude", "--transform", "--strip-components")


@rule(
    "DF210",
    severity="info",
    since="0.1",
    lessons=["L03"],
    aliases=["hadolint:DL3010"],
    tags=["size"],
    bad=[
        Bad("FROM debian:12\n«COPY app.tar.gz /opt/»\nRUN tar -xzf /opt/app.tar.gz -C /opt && rm /opt/app.tar.gz\n"),
    ],
    good=[
        "FROM debian:12\nADD app.tar.gz /opt/\n",
        "FROM debian:12\nCOPY app.zip /opt/\nRUN unzip /opt/app.zip\n",
        "FROM debian:12\nCOPY app.tar.gz /opt/\nRUN sha256sum /opt/app.tar.gz\n",
    ],
)
def copy_then_extract(copy: Copy) -> Problems:
    """An archive is copied and unpacked in a later step.

    The layer of the COPY keeps the archive for good, deleting it later makes the image no smaller. `ADD` unpacks a
    local tar archive straight into the image: one layer, without the archive.

    https://docs.docker.com/build/building/best-practices/#add-or-copy
    """
    if copy.from_ or copy.stage is None:
        return
    # As written: a backslash divides the folders of Windows, and is no escape.
    names = {_name(word.raw) for word in copy.words}
    names = {name for name in names if name.lower().endswith(ARCHIVES)}
    for run in copy.stage.all_of(Run) if names else ():
        if run.index < copy.index:
            continue
        for command in run.script.commands:
            unpacked = _unpacked(command)
            if unpacked & names:
                yield Problem(
                    copy,
                    f"`{(unpacked & names).pop()}` stays in this layer although line {command.span.line} unpacks it. "
                    "Use ADD, which unpacks it on the way",
                    related=[Related(command, "unpacked here")],
                )
                return


def _unpacked(command: Command) -> set[str]:
    """The names of the archives that a command unpacks as a whole."""
    effective = command.effective
    if effective.name not in ("tar", "bsdtar"):
        return set()
    words = [word.value if word.value is not None else word.text for word in effective.arguments]
    if any(word.partition("=")[0] in SELECTING for word in words):
        return set()
    first = words[0] if words else ""
    old_style = first if first.isalpha() else ""
    options = effective.options(VALUED)
    if "x" not in old_style and not options.has("-x", "--extract", "--get"):
        return set()
    given = [*words, *(option.value or "" for option in options.options)]
    return {_name(word.partition("=")[2] if word.startswith("--") else word) for word in given}


def _name(path: str) -> str:
    return path.strip("\"'").replace("\\", "/").rpartition("/")[2]
