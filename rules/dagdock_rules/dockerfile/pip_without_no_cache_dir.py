from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Run, rule

from ..packages import installs
from ._layers import lost_flag
from ._pip import downloads_kept_by_pip, is_off_here, is_switched_off


@rule(
    "DF337",
    severity="info",
    since="0.1",
    default=False,
    lessons=["L07", "L16"],
    aliases=["hadolint:DL3042", "kics:pip-install-keeping-cached-packages"],
    tags=["size"],
    words=["pip"],
    bad=[Bad("FROM python:3.12-slim\nCOPY dist .\nRUN «pip install» ./app.whl\n")],
    good=[
        "FROM python:3.12-slim\nCOPY dist .\nRUN pip install --no-cache-dir ./app.whl\n",
        "FROM python:3.12-slim\nENV PIP_NO_CACHE_DIR=1\nRUN pip install ./app.whl\n",
        "FROM python:3.12-slim\nRUN pip install flask==3.0.3\n",
    ],
)
def pip_without_no_cache_dir(run: Run) -> Problems:
    """pip is called without `--no-cache-dir` where it leaves no downloads behind anyway.

    It takes a local wheel as it is, and keeps no cache in a home that belongs to another user. For teams that want the
    option in every call; `pip-cache-left` speaks of the calls that leave something.

    https://pip.pypa.io/en/stable/topics/caching/
    """
    if lost_flag(run) or is_switched_off(run, as_written=True):
        return
    told = {install.head for install in downloads_kept_by_pip(run)}
    for install in installs(run.script):
        off = is_off_here(install, run, as_written=True)
        wanted = install.manager == "pip" and "pipx" not in install.command.wrappers and not off
        if wanted and not told:
            yield Problem(install.head, "pip is called without `--no-cache-dir`. Add it, as in other calls")
            return
