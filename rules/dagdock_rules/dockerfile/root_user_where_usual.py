from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Project, Stage, rule

from ._users import is_explained, is_root, is_usual_root


@rule(
    "DF638",
    severity="info",
    since="0.1",
    default=False,
    lessons=["L13"],
    aliases=["hadolint:DL3002"],
    tags=["security"],
    bad=[Bad('FROM nginx:1.27\n«USER root»\nCMD ["nginx", "-g", "daemon off;"]\n')],
    good=[
        "FROM nginxinc/nginx-unprivileged:1.27\nUSER root\nRUN true\nUSER nginx\n",
        'FROM python:3.12-slim\nUSER root\nCMD ["python", "app.py"]\n',
    ],
)
def root_user_where_usual(stage: Stage, project: Project) -> Problems:
    """The image ends as root where that is usual or has its reason: a server, a dev container.

    Servers such as nginx begin as root and run their workers as another user, and a dev container's user is named in
    devcontainer.json. Where a platform wants every image to name an ordinary user, these have to change as well;
    `root-user` reports all the others.

    https://docs.docker.com/build/building/best-practices/#user
    """
    user = stage.user_at()
    if not stage.is_final or user is None or user.user is None or not is_root(user, stage):
        return
    if is_usual_root(stage, project) or is_explained(user):
        yield Problem(user, "this image ends as root, as is usual for it. Some platforms run only images that do not")
