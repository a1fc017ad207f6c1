from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from dagdock.api import Bad, Problem, Problems, rule

if TYPE_CHECKING:
    from dagdock.api import Project, Requirement, Stage

DEVELOPMENT = frozenset("dev develop development test tests testing lint docs doc local".split())
# What makes a package of a folder, and may read the list of what it needs from a file.
PACKAGED_BY = ("setup.py", "setup.cfg", "pyproject.toml")
# What says the versions elsewhere.
CONSTRAINED = r"(?:^|\s)(?:-c|--constraints?|--require-hashes|--hash)(?:\s|=|:)|PIP_CONSTRAINT|UV_CONSTRAINT"


@rule(
    "PJ131",
    severity="warning",
    since="0.1",
    kind="project",
    lessons=["L16"],
    tags=["reproducible"],
    bad=[
        Bad(
            {
                "Dockerfile": "FROM python:3.12-slim\nCOPY requirements.txt /\n"
                "RUN pip install --no-cache-dir -r /requirements.txt\n",
                "requirements.txt": "# web\n«flask»\ngunicorn==22.0.0\nrequests[socks]\n",
            }
        ),
    ],
    good=[
        {
            "Dockerfile": "FROM python:3.12-slim\nCOPY requirements.txt /\nRUN pip install -r /requirements.txt\n",
            "requirements.txt": "flask>=3.0,<4\ngunicorn==22.0.0\n",
        },
        {
            "Dockerfile": "FROM python:3.12-slim\nCOPY *.txt /\n"
            "RUN pip install -r /requirements.txt -c /constraints.txt\n",
            "requirements.txt": "flask\n",
            "constraints.txt": "flask==3.0.3\n",
        },
    ],
)
def unpinned_requirements(stage: Stage, project: Project) -> Problems:
    """A requirements file that the image installs names packages without versions.

    pip takes the newest release of the day. One morning that is a new major version, and a build that nobody touched
    fails, or worse, works differently. Write down the versions that you tested with; `pip freeze` lists them, and
    `pip-compile` or `uv pip compile` make a complete list of a short one.

    https://pip.pypa.io/en/stable/topics/repeatable-installs/
    """
    from dagdock.api import Run

    if not stage.is_final or any(_says_versions(run.body.text) for part in stage.chain() for run in part.all_of(Run)):
        return
    found: dict[str, list[Requirement]] = {}
    pinned: set[str] = set()
    for requirement in project.requirements_of(stage).requirements:
        if requirement.specifier != "":
            pinned.add(requirement.name)
        elif requirement.span.source is not stage.span.source and not requirement.name.startswith("apache-airflow"):
            found.setdefault(requirement.span.source.path, []).append(requirement)
    for requirements in found.values():
        loose = [each for each in requirements if each.name not in pinned]
        if not loose or _says_versions(loose[0].span.source.text):
            continue
        written = {each.name: _as_written(each) for each in reversed(loose)}
        names = [written[name] for name in dict.fromkeys(each.name for each in loose)]
        shown = ", ".join(f"`{name}`" for name in names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
        are, version, them = ("are", "versions", "them") if len(names) > 1 else ("is", "version", "it")
        path = loose[0].span.source.path
        reader = _read_by(project.path_of(loose[0]) or path, project)
        pin = (
            f"`{reader}` reads this list for a package, so pin {them} in a constraints file: `pip install -c "
            "constraints.txt …`"
            if reader
            else f"Pin {them}: `{names[0]}==VERSION`"
        )
        yield Problem(
            loose[0],
            f"{shown} {are} installed in the newest {version}, so two builds of the image may differ. {pin} (`pip "
            "freeze` shows what you have)",
            severity="info" if reader or _is_for_development(path) else None,
        )


def _read_by(path: str, project: Project) -> str:
    """The file beside a list that takes from it what a package needs, which must stay open for all who install that."""
    folder, name = posixpath.split(path)
    for file in PACKAGED_BY:
        source = project.text(posixpath.join(folder, file))
        if source is not None and name in source.text:
            return file
    return ""


def _is_for_development(path: str) -> bool:
    """Whether a file lists tools of the developers: `requirements-dev.txt`."""
    return not DEVELOPMENT.isdisjoint(re.split(r"[^a-z]+", path.rpartition("/")[2].lower()))


def _as_written(requirement: Requirement) -> str:
    """The name of a package as the file has it: pip does not mind how, people do."""
    found = re.match(r"[\w.-]+", requirement.span.text)
    return found.group() if found else requirement.name


def _says_versions(text: str) -> bool:
    """Whether constraints or hashes stand in a text."""
    return bool(re.search(CONSTRAINED, text, re.MULTILINE))
