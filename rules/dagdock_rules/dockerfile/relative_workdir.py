from __future__ import annotations

from dagdock.api import Bad, ImageRef, Problem, Problems, Workdir, rule

from ._contexts import is_official
from ._workdirs import is_relative, is_settled

# Where images start whose working directory is not the root. Looked at: 2026-11.
FOLDERS = {
    "apache/airflow": "/opt/airflow",
    "composer": "/app",
    "golang": "/go",
    "gradle": "/home/gradle",
    "httpd": "/usr/local/apache2",
    "php": "/var/www/html",
    "tomcat": "/usr/local/tomcat",
    "wordpress": "/var/www/html",
}


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
        base = _folder_of(workdir.stage.root_image if workdir.stage else None)
        advice = "Write it from the root on"
        if base is not None:
            advice += f", `{base}/{written.removeprefix('./')}`"
        if written.startswith("$"):
            advice += ", or with a default that begins with `/`"
        yield Problem(workdir.path, f"`{written}` starts at whatever working directory the base image has. {advice}")


def _folder_of(image: ImageRef | None) -> str | None:
    """The working directory of an image, empty for the root; None where it is not known."""
    if image is None:
        return None
    return FOLDERS.get(image.familiar, "" if is_official(image) else None)
