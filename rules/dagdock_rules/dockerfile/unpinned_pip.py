from __future__ import annotations

from dagdock.api import Bad, Problems, Run, rule

from ._pins import unpinned_problems


@rule(
    "DF306",
    severity="warning",
    since="0.1",
    lessons=["L16"],
    aliases=["hadolint:DL3013", "kics:unpinned-package-version-in-pip-install"],
    tags=["reproducible"],
    words=["pip", "uv"],
    words_near=True,
    bad=[
        Bad("FROM python:3.12-slim\nRUN pip install --no-cache-dir «flask» gunicorn==22.0.0\n"),
        Bad("FROM python:3.12-slim\nRUN python -m pip install «git+https://github.com/pallets/flask»\n"),
    ],
    good=[
        "FROM python:3.12-slim\nRUN pip install --no-cache-dir flask==3.0.3 'gunicorn~=22.0'\n",
        ("FROM python:3.12-slim\nCOPY requirements.txt .\nRUN pip install --no-cache-dir -r requirements.txt\n"),
        "FROM python:3.12-slim\nARG FLASK=3.0.3\nRUN pip install --no-cache-dir flask==$FLASK .\n",
        (
            "FROM python:3.12-slim\n"
            "RUN pip install --index-url https://pypi.example.com/simple -c constraints.txt flask\n"
        ),
    ],
)
def unpinned_pip(run: Run) -> Problems:
    """A Python package is installed without a version.

    pip takes the newest release of the day. One morning that is a new major version, and a build that nobody touched
    fails, or worse, works differently. Say the version, or install from a requirements or constraints file that says
    them all. `pip install --upgrade pip` asks for the newest on purpose and is left alone, and so is Python 2,
    for which nothing new comes; in an image for development it is a hint.

    https://pip.pypa.io/en/stable/topics/repeatable-installs/
    """
    yield from unpinned_problems(run, ("pip", "pipx", "uv"), ("install", "pip install", "tool install"))
