from __future__ import annotations

from dagdock.api import Bad, Fix, Problem, Problems, Volume, rule

from ._copies import absolute
from ._platforms import is_windows


@rule(
    "DF639",
    severity="warning",
    since="0.1",
    fix="unsafe",
    lessons=["L15"],
    bad=[
        Bad("FROM nginx:1.27-alpine\nVOLUME «./html:/usr/share/nginx/html»\n"),
        Bad(
            "FROM python:3.12-slim\nWORKDIR /app\nVOLUME «data»\n",
            fixed="FROM python:3.12-slim\nWORKDIR /app\nVOLUME /app/data\n",
        ),
    ],
    good=[
        "FROM python:3.12-slim\nVOLUME /data /logs\n",
        'FROM python:3.12-slim\nVOLUME ["/data"]\n',
        "FROM python:3.12-slim\nVOLUME $DATA\n",
    ],
)
def volume_path_invalid(volume: Volume) -> Problems:
    """A VOLUME names something other than a folder of the container.

    VOLUME takes absolute paths in the container, and nothing of the host: an image must run anywhere. Which folder of
    the host lies there is said when the container starts, by `docker run -v` or in a Compose file. Docker takes
    `./html:/srv` for the name of one folder, and WORKDIR does not count here as it does for COPY, so the volume is not
    where it is meant to be, or the container does not start at all.

    https://docs.docker.com/reference/dockerfile/#volume
    """
    stage = volume.stage
    if stage is None or volume.onbuild is not None or is_windows(volume):
        return
    for word in volume.paths:
        path = word.resolve(stage.scope_at(volume))
        if not path or path[0] in "[{'\"" or path[1:2] == ":" or "\\" in path:
            continue
        host, colon, inside = path.partition(":")
        if colon and inside.startswith("/"):
            inside = inside.partition(":")[0]
            yield Problem(
                word,
                f"VOLUME cannot name a folder of the host: Docker takes `{path}` for one folder of that name. Write "
                f"`VOLUME {inside}`, and `-v {host}:{inside}` where the container is started",
                severity="error",
            )
        elif not path.startswith("/"):
            folder = absolute(volume, path)
            yield Problem(
                word,
                f"`{path}` is no absolute path, and WORKDIR does not count for VOLUME"
                + (f". Write `{folder}`" if folder else ". Write the whole path"),
                fix=Fix.replace(f"Write `{folder}`", word, folder, "unsafe")
                if folder and word.span.text == path
                else None,
            )
