from __future__ import annotations

from dagdock.api import Bad, CopyLike, Problem, Problems, Project, rule

from ._destinations import homeless_destination, is_on_scratch, lands_at_the_root, lies_about


@rule(
    "DF518",
    severity="info",
    since="0.1",
    default=False,
    lessons=["L14"],
    aliases=["hadolint:DL3045"],
    bad=[
        Bad("FROM apache/airflow:2.9.1\nCOPY dags «dags»\n"),
    ],
    good=[
        "FROM apache/airflow:2.9.1\nCOPY dags /opt/airflow/dags\n",
        "FROM apache/airflow:2.9.1\nWORKDIR /opt/airflow\nCOPY dags dags\n",
    ],
)
def inherited_copy_destination(copy: CopyLike, project: Project) -> Problems:
    """Files are copied to a relative path below the working directory of the base image.

    That is as good as any path while the base image keeps its working directory; the reader has to know it. The same
    goes for a stage that others only copy from, and for a single file in the root. Projects that want to see where
    files go can switch this on.

    https://docs.docker.com/reference/dockerfile/#workdir
    """
    destination = homeless_destination(copy)
    if destination is not None and not lies_about(copy, destination, project):
        where = "the working directory of the base image"
        if is_on_scratch(copy) or lands_at_the_root(copy):
            where = "the root of the file system"
        yield Problem(destination, f"`{destination.value}` begins at {where}. Write the path from the root on")
