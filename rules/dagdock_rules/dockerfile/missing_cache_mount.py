from __future__ import annotations

from dagdock.api import Bad, Fix, Problem, Problems, Run, rule

from ..packages import PackageCommand, caches, installs
from ._base_image import known_image
from ._layers import mounts_over, ships

# Whose cache a mount can hold without more ado; apt also needs a lock and the image's own clean-up switched off.
FAMILIES = frozenset("pip uv poetry pdm pipenv npm yarn pnpm bun go cargo maven gradle nuget composer mix".split())
AGAINST = ("--no-cache-dir", "--no-cache")


@rule(
    "DF213",
    severity="info",
    since="0.1",
    default=False,
    fix="unsafe",
    lessons=["L01"],
    tags=["cache"],
    bad=[
        Bad(
            "FROM golang:1.23 AS build\nCOPY go.mod go.sum ./\nRUN «go mod download»\n"
            "FROM alpine:3.20\nCOPY --from=build /app /app\n",
            fixed="FROM golang:1.23 AS build\nCOPY go.mod go.sum ./\n"
            "RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build "
            "go mod download\n"
            "FROM alpine:3.20\nCOPY --from=build /app /app\n",
        ),
    ],
    good=[
        "FROM golang:1.23 AS build\nRUN --mount=type=cache,target=/go/pkg/mod go mod download\n"
        "FROM alpine:3.20\nCOPY --from=build /app /app\n",
        "FROM python:3.12-slim\nRUN pip install --no-cache-dir -r requirements.txt\n",
    ],
)
def missing_cache_mount(run: Run) -> Problems:
    """A build stage downloads packages and keeps no cache of them between builds.

    When the manifest changes by one line, the step runs again and downloads everything. A cache mount keeps the
    tool's own cache on the builder, outside of the image, so that only what is new is fetched.

    https://docs.docker.com/build/cache/optimize/#use-cache-mounts
    """
    if ships(run) or run.onbuild is not None or run.script.broken:
        return
    known = known_image(run.stage.root_image) if run.stage else None
    if known and known["user"] == "other":
        return  # the cache lies in the home of that user
    for call in installs(run.script):
        folders = _folders(call)
        if not folders or mounts_over(run, tuple(folders)) or any(mount.type == "cache" for mount in run.mounts):
            continue
        if call.options.has(*AGAINST) is not False or (run.stage and run.stage.user_at(run)):
            continue
        flags = "".join(f" --mount=type=cache,target={folder}" for folder in folders)
        yield Problem(
            call.head,
            f"{call.manager} downloads everything again whenever this step runs. Keep its cache between builds: "
            f"`{flags.strip()}`",
            fix=Fix.insert_after("Add the cache mount", run.keyword, flags, "unsafe"),
        )
        return


def _folders(call: PackageCommand) -> list[str]:
    if call.family not in FAMILIES and call.manager not in FAMILIES:
        return []
    return [folder for folder in caches(call.manager) if not folder.startswith(("/tmp", "/usr/local/share"))]
