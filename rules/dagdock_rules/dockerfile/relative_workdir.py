from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Workdir, rule

from ._workdirs import is_relative, is_settled


@rule(
    "DF510",
    severity="warning",
    since="0.1",
    lessons=["L14"],
    aliases=[
        "hadolint:DL3000",
        "buildkit:WorkdirRelativePath",
        "trivy:DS-0009",
        "checkov:CKV_DOCKER_10",
        "kics:workdir-path-not-absolute",
        "sonar:S7021",
        "dockerfile-utils:WORKDIR_IS_NOT_ABSOLUTE",
    ],
    bad=[
        Bad("FROM python:3.12-slim\nWORKDIR «app»\n"),
    ],
    good=[
        "FROM python:3.12-slim\nWORKDIR /app\n",
        "FROM python:3.12-slim\nWORKDIR /srv\nWORKDIR app\n",
        "FROM python:3.12-slim\nARG HOME\nWORKDIR $HOME/app\n",
    ],
)
def relative_workdir(workdir: Workdir) -> Problems:
    """The first WORKDIR is a relative path.

    It starts at the working directory of the base image, which nobody sees in this file and which another version of
    that image may set elsewhere. Write the path from the root on.

    https://docs.docker.com/reference/dockerfile/#workdir
    """
    if workdir.path is not None and is_relative(workdir) and not is_settled(workdir):
        written = workdir.path.value
        if ".." in written.split("/"):
            return  # the one above it is relative too, and is said
        advice = f"`/{written.removeprefix('./')}`"
        if written.startswith("$"):
            advice += ", or with a default that begins with `/`"
        yield Problem(
            workdir.path,
            f"`{written}` starts at whatever working directory the base image has. Write it from the root on, such as "
            f"{advice}",
        )
