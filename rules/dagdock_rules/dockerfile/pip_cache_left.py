from __future__ import annotations

from dagdock.api import Bad, Fix, Problem, Problems, Run, rule

from ._base_image import is_to_be_given, known_image
from ._caches import is_missed_later
from ._layers import add_option, ships
from ._pip import downloads_kept_by_pip
from ._users import runs_as_root


@rule(
    "DF302",
    severity="info",
    since="0.1",
    fix="safe",
    lessons=["L07", "L16"],
    aliases=["hadolint:DL3042", "kics:pip-install-keeping-cached-packages", "semgrep:missing-pip-no-cache-dir"],
    tags=["size"],
    words=["pip"],
    words_near=True,
    bad=[
        Bad(
            "FROM python:3.12-slim\nRUN «pip install» -r requirements.txt\n",
            fixed="FROM python:3.12-slim\nRUN pip install --no-cache-dir -r requirements.txt\n",
        ),
        Bad(
            "FROM python:3.12-slim\nRUN «pip install» --upgrade pip && \\\n    pip install -r requirements.txt\n",
            fixed="FROM python:3.12-slim\nRUN pip install --no-cache-dir --upgrade pip && \\\n"
            "    pip install --no-cache-dir -r requirements.txt\n",
        ),
    ],
    good=[
        "FROM python:3.12-slim\nRUN pip install --no-cache-dir -r requirements.txt\n",
        "FROM python:3.12-slim\nENV PIP_NO_CACHE_DIR=1\nRUN pip install -r requirements.txt\n",
        "FROM python:3.12-slim\nRUN --mount=type=cache,target=/root/.cache/pip pip install -r requirements.txt\n",
        "FROM python:3.12-slim AS build\nRUN pip install build\nFROM alpine:3.20\nCOPY --from=build /app /app\n",
    ],
)
def pip_cache_left(run: Run) -> Problems:
    """pip keeps what it downloaded, and the layer keeps it too.

    pip stores every archive in `~/.cache/pip` so that the next installation is quicker. In an image there is no next
    one, and the cache only makes it larger. `--no-cache-dir` switches it off; a cache mount keeps it outside of the
    image and speeds up the builds.

    https://pip.pypa.io/en/stable/topics/caching/
    https://docs.docker.com/build/cache/optimize/#use-cache-mounts
    """
    # An image that each build names may switch the cache off itself, as Sentry's does.
    unknown = run.stage is not None and is_to_be_given(run.stage.root)
    found = downloads_kept_by_pip(run) if ships(run) and not unknown else []
    if found:
        yield Problem(
            found[0].head,
            f"pip keeps its downloads in this layer. Add `--no-cache-dir`{_or_mount(run)}",
            fix=None
            if is_missed_later(run, ("/root/.cache/pip",))
            else Fix(
                "Add `--no-cache-dir`", [add_option(run, install.verb_word, "--no-cache-dir") for install in found]
            ),
        )


def _or_mount(run: Run) -> str:
    """The cache mount that does as well, where it is known in which folder pip keeps its downloads."""
    stage = run.stage
    known = known_image(stage.root_image) if stage else None
    if stage is None or known is None or known["user"] == "other" or "PIP_CACHE_DIR" in stage.scope_at(run):
        return ""
    return ", or a cache mount on `/root/.cache/pip`" if runs_as_root(run, stage) else ""
