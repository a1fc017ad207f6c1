from __future__ import annotations

from functools import lru_cache

from dagdock.api import Bad, Problem, Problems, Related, Run, Stage, rule

from ..packages import PackageCommand, installs
from ._users import is_root, runs_as_root


@rule(
    "DF331",
    severity="warning",
    since="0.1",
    words=["--user", "pipx"],
    words_near=True,
    bad=[
        Bad('FROM python:3.12-slim\nRUN «pip install» --user flask==3.0.3\nUSER app\nCMD ["flask", "run"]\n'),
    ],
    good=[
        "FROM python:3.12-slim\nUSER app\nRUN pip install --user flask==3.0.3\n",
        (
            "FROM python:3.12-slim AS build\n"
            "RUN pip install --user flask==3.0.3\n"
            "FROM python:3.12-slim\n"
            "COPY --from=build /root/.local /home/app/.local\n"
            "USER app\n"
        ),
    ],
)
def run_pip_as_user_mismatch(run: Run) -> Problems:
    """Packages are installed into root's home folder, and the image runs as somebody else.

    `pip install --user` and pipx install below the home of the user who runs them, here `/root`. No other user may
    even look in there, so the container does not find the packages. Install them for everybody, or change the user
    first.

    https://pip.pypa.io/en/stable/cli/pip_install/#cmdoption-user
    """
    stage = run.stage
    if stage is None or run.onbuild is not None or not runs_as_root(run, stage):
        return
    last = stage.user_at()
    user = last.user.resolve(stage.scope_at(last)) if last and last.user else None
    if last is None or last.stage is not stage or last.index < run.index or user is None or is_root(last, stage):
        return
    if _is_opened(stage):
        return
    for install in installs(run.script):
        for_user = install.family == "pip" and install.options.has("--user") is True
        if (for_user or install.family == "pipx") and not _is_moved(run, install):
            yield Problem(
                install.head,
                f"this installs below `/root`, which `{user}` of line {last.span.line} may not read. "
                + ("Leave out `--user`" if for_user else "Set `PIPX_HOME` and `PIPX_BIN_DIR`")
                + ", or move the RUN below the USER",
                related=[Related(last, "the container runs as this user")],
            )


@lru_cache(maxsize=64)
def _is_opened(stage: Stage) -> bool:
    """Whether the stage lets others into root's home, or changes where that is."""
    return any(
        "/root" in other.body.text and any(word in other.body.text for word in ("chmod", "chown", "cp ", "mv ", "ln "))
        for other in stage.all_of(Run)
    ) or any(name in stage.scope_at() for name in ("HOME", "PYTHONUSERBASE"))


def _is_moved(run: Run, install: PackageCommand) -> bool:
    scope = run.stage.scope_at(run) if run.stage else None
    names = ("PIPX_HOME", "PIPX_BIN_DIR", "PYTHONUSERBASE", "HOME")
    if scope is not None and any(name in scope for name in names):
        return True
    texts = [word.text for command in run.script.commands for word in (*command.assignments, *command.words)]
    return install.options.has("--global") is not False or any(text.startswith(names) for text in texts)
