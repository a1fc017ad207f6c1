from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Run, rule

from ._caches import CACHES, cache_left, is_missed_later
from ._layers import append_command, ships
from ._made_for import is_for_development

CLEAN = {"conda": "conda clean -afy", "mamba": "mamba clean -afy", "micromamba": "micromamba clean --all --yes"}


@rule(
    "DF344",
    severity="info",
    since="0.1",
    fix="safe",
    lessons=["L07"],
    tags=["size"],
    words=["conda", "mamba"],
    words_near=True,
    bad=[
        Bad(
            "FROM continuumio/miniconda3:24.4.0-0\nRUN «conda install» -y numpy=1.26\n",
            fixed="FROM continuumio/miniconda3:24.4.0-0\nRUN conda install -y numpy=1.26 && conda clean -afy\n",
        ),
    ],
    good=[
        "FROM continuumio/miniconda3:24.4.0-0\nRUN conda install -y numpy=1.26 && conda clean -afy\n",
        "FROM mambaorg/micromamba:2.0\nRUN --mount=type=cache,target=/opt/conda/pkgs micromamba install -y numpy=1\n",
    ],
)
def conda_cache_left(run: Run) -> Problems:
    """conda keeps the archives that it downloaded, and the layer keeps them too.

    Beside the environment lies every package once more, as an archive and unpacked, often hundreds of megabytes. Empty
    that cache in the same RUN: a later RUN cannot make an earlier layer smaller.

    https://docs.conda.io/projects/conda/en/stable/commands/clean.html
    """
    if not ships(run) or (run.stage and is_for_development(run.stage)):
        return
    call = cache_left(run, "conda")
    if call is None or any(mount.type in ("cache", "tmpfs") for mount in run.mounts):
        return
    program = call.head.text.split()[0]  # as it is called here: it may not be on PATH
    clean = CLEAN[call.manager].replace(call.manager, program, 1) if "/" in program else CLEAN[call.manager]
    yield Problem(
        call.head,
        f"{call.manager} keeps what it downloaded in this layer. End the RUN with `{clean}`",
        fix=None
        if is_missed_later(run, CACHES["conda"].folders)
        else append_command(run, f"End this RUN with `{clean}`", clean),
    )
