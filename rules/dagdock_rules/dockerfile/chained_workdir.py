from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Workdir, rule

from ._workdirs import is_relative, is_settled


@rule(
    "DF517",
    severity="info",
    since="0.1",
    default=False,
    lessons=["L14"],
    aliases=[
        "hadolint:DL3000",
        "trivy:DS-0009",
        "checkov:CKV_DOCKER_10",
        "kics:workdir-path-not-absolute",
        "sonar:S7021",
    ],
    bad=[
        Bad("FROM python:3.12-slim\nWORKDIR /srv\nWORKDIR «app»\n"),
    ],
    good=[
        "FROM python:3.12-slim\nWORKDIR /srv\nWORKDIR /srv/app\n",
    ],
)
def chained_workdir(workdir: Workdir) -> Problems:
    """A relative WORKDIR follows an absolute one.

    It works: the path starts at the WORKDIR before. But who reads the line has to look for that one, and moving
    either of them changes the other. Projects that want every path written out can switch this on.

    https://docs.docker.com/reference/dockerfile/#workdir
    """
    if workdir.path is not None and is_relative(workdir) and is_settled(workdir):
        folder = workdir.stage.workdir_at(workdir) if workdir.stage else None
        path = f"{(folder or '').rstrip('/')}/{workdir.path.value.removeprefix('./')}" if folder else ""
        yield Problem(
            workdir.path,
            f"`{workdir.path.value}` starts at the WORKDIR above. Write "
            + (f"`{path}`" if path else "the path from the root on"),
        )
