from __future__ import annotations

from dagdock.api import Bad, Problems, Run, rule

from ._pins import unpinned_problems


@rule(
    "DF345",
    severity="warning",
    since="0.1",
    lessons=["L16"],
    tags=["reproducible"],
    words=["conda", "mamba"],
    words_near=True,
    bad=[
        Bad("FROM continuumio/miniconda3:24.4.0-0\nRUN conda install -y -c conda-forge «pandas» pyarrow=17.0\n"),
    ],
    good=[
        "FROM continuumio/miniconda3:24.4.0-0\nRUN conda install -y -c conda-forge pandas=2.2 'pyarrow>=17,<18'\n",
        "FROM continuumio/miniconda3:24.4.0-0\nCOPY environment.yml /\nRUN conda env update -f /environment.yml\n",
    ],
)
def unpinned_conda(run: Run) -> Problems:
    """A conda package is installed without a version.

    conda takes the newest that fits on the day of the build. One morning that is a new major version, and a build that
    nobody touched fails, or worse, works differently. Say the version, or install from a lock file that says them all
    (`conda-lock`).

    https://docs.conda.io/projects/conda/en/stable/user-guide/concepts/pkg-specs.html
    """
    yield from unpinned_problems(run, ("conda",), ("install", "create"))
