from __future__ import annotations

from dagdock.api import Bad, Edit, Fix, Problem, Problems, Run, Span, Word, rule

from ..packages import PackageCommand, installs
from ._layers import built_on
from ._values import texts_of

CONSTRAINTS = "https://raw.githubusercontent.com/apache/airflow/constraints-{airflow}/constraints-{python}.txt"


@rule(
    "DF390",
    severity="error",
    since="0.1",
    fix="unsafe",
    lessons=["L16", "L58"],
    tags=["airflow", "reproducible"],
    words=["airflow"],
    bad=[
        Bad(
            "FROM python:3.11-slim\nRUN pip install --no-cache-dir «apache-airflow==2.9.1»\n",
            fixed="FROM python:3.11-slim\nRUN pip install --no-cache-dir apache-airflow==2.9.1 --constraint "
            '"https://raw.githubusercontent.com/apache/airflow/constraints-2.9.1/constraints-3.11.txt"\n',
        ),
        Bad("FROM apache/airflow:2.9.1\nRUN pip install --no-cache-dir «apache-airflow-providers-mongo»\n"),
    ],
    good=[
        "FROM python:3.11-slim\nRUN pip install apache-airflow==2.9.1 --constraint "
        "https://raw.githubusercontent.com/apache/airflow/constraints-2.9.1/constraints-3.11.txt\n",
        "FROM apache/airflow:2.9.1\nRUN pip install apache-airflow==2.9.1 apache-airflow-providers-mongo\n",
        "FROM python:3.11-slim\nENV PIP_CONSTRAINT=/constraints.txt\nRUN pip install apache-airflow==2.9.1\n",
        "FROM apache/airflow:2.9.1\nRUN pip install pandas==2.2.2\n",
    ],
)
def airflow_constraints(run: Run) -> Problems:
    """Airflow or one of its providers is installed without the constraints of its release.

    Airflow has hundreds of dependencies and leaves their versions open; each release is tested with one set of them,
    published as a constraints file. Without it pip takes the newest of everything, and an image that works today
    cannot be built, or does not start, next month. In the official image an installation that does not repeat
    `apache-airflow==VERSION` may even replace Airflow itself.

    https://airflow.apache.org/docs/apache-airflow/stable/installation/installing-from-pypi.html
    https://airflow.apache.org/docs/docker-stack/build.html
    """
    for install in installs(run.script):
        is_pip = install.manager == "pip" or (install.manager == "uv" and install.verb == "pip install")
        if not is_pip or _is_constrained(install, run):
            continue
        found = [word for word in install.packages if _distribution(word).startswith("apache-airflow")]
        core = [word for word in found if _distribution(word) == "apache-airflow"]
        if not found:
            continue
        if _is_official(run):
            if not any("==" in word.text for word in core):
                pinned = all("==" in word.text or "~=" in word.text for word in found)
                yield Problem(
                    found[0],
                    f"pip may change the image's own packages, Airflow among them, to fit `{_distribution(found[0])}`. "
                    f"Repeat the version of the base image, `apache-airflow=={_version(run)}`, beside it",
                    severity="info" if pinned else "warning",
                )
        elif not core:
            # Constraints hold one version of each provider, and no other can be had with them.
            bound = any(sign in word.text for word in found for sign in "=<>~")
            remedy = (
                "Name the Airflow that is there beside it, `apache-airflow==VERSION`"
                if bound
                else "Add `--constraint` with the file of the Airflow release that is there"
            )
            yield Problem(
                found[0],
                f"pip may change other packages, Airflow among them, to fit `{_distribution(found[0])}`. {remedy}",
                severity="warning",
            )
        else:
            first = _is_before_constraints(core[0], run)
            yield Problem(
                core[0],
                "`apache-airflow` without its constraints file takes the newest of some hundred dependencies and "
                "breaks sooner or later. "
                + (
                    "Releases before 1.10.10 have no such file: pin what it depends on, or move to a later one"
                    if first
                    else "Add `--constraint` with the file of this release"
                ),
                fix=None if first else _fix(core[0], install, run),
                severity="warning" if first else None,
            )


def _is_before_constraints(word: Word, run: Run) -> bool:
    """Whether the release that is installed is known, and older than the first that has a constraints file."""
    texts = texts_of(word, run) or [word.text]
    version = texts[0].partition("==")[2].strip("\"'")
    if version.startswith("$"):
        scope = run.stage.scope_at(run) if run.stage else None
        binding = scope.get(version.strip("${}")) if scope else None
        version = (binding.value if binding else None) or ""
    return _is_release(version, 3) and tuple(map(int, version.split("."))) < (1, 10, 10)


def _distribution(word: Word) -> str:
    """The name of what pip is asked for, without extras and version."""
    text = (word.value or word.text).strip("\"'").lower()
    for sign in "[=<>!~ ;@":
        text = text.partition(sign)[0]
    return text.replace("_", "-")


def _is_constrained(install: PackageCommand, run: Run) -> bool:
    if install.options.has("-c", "--constraint", "--constraints") is not False:
        return True
    if any(word.text.startswith(("PIP_CONSTRAINT=", "UV_CONSTRAINT=")) for word in install.command.assignments):
        return True
    scope = run.stage.scope_at(run) if run.stage else None
    return scope is not None and ("PIP_CONSTRAINT" in scope or "UV_CONSTRAINT" in scope)


def _is_official(run: Run) -> bool:
    image = built_on(run.stage).image if run.stage else None
    return image is not None and image.familiar == "apache/airflow"


def _version(run: Run) -> str:
    """The release of the official image, as its tag says it."""
    image = built_on(run.stage).image if run.stage else None
    version = (image.tag or "").removeprefix("slim-").partition("-")[0] if image else ""
    return version if _is_release(version, 3) else "VERSION"


def _fix(word: Word, install: PackageCommand, run: Run) -> Fix | None:
    """The constraints of the version that is named, for the Python of the base image."""
    image = built_on(run.stage).image if run.stage else None
    version = (word.value or "").partition("==")[2]
    python = (
        ".".join((image.tag or "").partition("-")[0].split(".")[:2]) if image and image.repository == "python" else ""
    )
    if not _is_release(version, 3) or not _is_release(python, 2):
        return None
    address = CONSTRAINTS.format(airflow=version, python=python)
    end = install.command.words[-1].span.end
    return Fix(
        "Add the constraints of this release",
        [Edit(Span(run.span.source, end, end), f' --constraint "{address}"')],
        "unsafe",
    )


def _is_release(text: str, parts: int) -> bool:
    numbers = text.split(".")
    return len(numbers) == parts and all(number.isdigit() for number in numbers)
