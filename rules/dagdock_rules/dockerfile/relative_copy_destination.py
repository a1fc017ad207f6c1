from __future__ import annotations

from dagdock.api import Bad, Cmd, CopyLike, Entrypoint, Problem, Problems, Project, rule

from ._destinations import holds_folder, homeless_destination, lies_about


@rule(
    "DF507",
    severity="warning",
    since="0.1",
    lessons=["L14"],
    aliases=["hadolint:DL3045"],
    bad=[
        Bad("FROM python:3.12-slim\nCOPY . «.»\nCMD python app.py\n"),
        Bad("FROM python:3.12-slim\nCOPY app.py «./»\nCMD python app.py\n"),
    ],
    good=[
        "FROM python:3.12-slim\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\n",
        "FROM python:3.12-slim\nWORKDIR /srv\nCOPY app.py app/\n",
        "FROM python:3.12-slim\nCOPY app.py /srv/app/\n",
        "FROM python:3.12-slim\nARG TARGET\nCOPY app.py $TARGET\n",
    ],
)
def relative_copy_destination(copy: CopyLike, project: Project) -> Problems:
    """The project is copied into the root of the file system, as no WORKDIR says where it belongs.

    The base image sets no working directory either, so its files land among `/bin` and `/etc`, where they may lie over
    those of the system. Set `WORKDIR` first or copy to an absolute path. Of other relative paths
    `inherited-copy-destination` speaks on request: of a single file that is no program, of folders of their own, of
    base images that may set a working directory, and of stages that others only copy from.

    https://docs.docker.com/reference/dockerfile/#workdir
    """
    destination = homeless_destination(copy)
    if destination is not None and lies_about(copy, destination, project) and not _is_root_meant(copy):
        yield Problem(
            destination,
            "this copies into `/`, the root of the file system, among `/bin` and `/etc`, as no WORKDIR is set. Set one "
            "first or write an absolute path",
            severity=None if holds_folder(copy, project) else "info",
        )


def _is_root_meant(copy: CopyLike) -> bool:
    """Whether the stage counts on the files being there: `ENV PYTHONPATH=/`, `ENTRYPOINT ["/tool"]`."""
    stage = copy.stage
    if stage is None:
        return False
    if "/" in (stage.scope_at().value("PYTHONPATH") or "").split(":"):
        return True
    names = {f"/{source.raw.rstrip('/').rpartition('/')[2]}" for source in copy.sources} - {"/", "/."}
    starters = (stage.last(Entrypoint), stage.last(Cmd))
    words = (word for starter in starters if starter for each in starter.script.commands for word in each.words)
    return any(word.value in names for word in words)
