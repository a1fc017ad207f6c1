from __future__ import annotations

from dagdock.api import Bad, Fix, Problem, Problems, Run, rule

from ..packages import PackageCommand, installs
from ._layers import add_option, lost_flag, ships
from ._users import is_root

FALSE = frozenset(("0", "no", "off", "false", "n", "f", ""))


@rule(
    "DF302",
    severity="info",
    since="0.1",
    fix="safe",
    lessons=["L07", "L16"],
    aliases=["hadolint:DL3042", "kics:pip-install-keeping-cached-packages", "semgrep:missing-pip-no-cache-dir"],
    tags=["size"],
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
    if not ships(run) or lost_flag(run) or _is_switched_off(run):
        return
    found = [
        install
        for install in installs(run.script)
        if install.manager == "pip" and "pipx" not in install.command.wrappers and not _is_off_here(install)
    ]
    if found and not _is_emptied(run, found[-1]):
        first = found[0]
        yield Problem(
            first.command.effective.words[0].span.to(first.verb_word),
            f"pip keeps its downloads in this layer. Add `--no-cache-dir`, or a cache mount on {_folder(run)}",
            fix=Fix(
                "Add `--no-cache-dir`", [add_option(run, install.verb_word, "--no-cache-dir") for install in found]
            ),
        )


def _folder(run: Run) -> str:
    """Where pip keeps its downloads."""
    user = run.stage.user_at(run) if run.stage else None
    home = user is None or run.stage is None or is_root(user, run.stage)
    return "`/root/.cache/pip`" if home else "pip's cache folder"


def _is_off_here(install: PackageCommand) -> bool:
    if install.options.has("--no-cache-dir") is not False:
        return True
    given = [word.text for word in install.command.assignments if word.text.startswith("PIP_NO_CACHE_DIR=")]
    return any(_is_true(text.partition("=")[2]) for text in given)


def _is_switched_off(run: Run) -> bool:
    """By a variable of the stage, by `export` in the RUN, or by a mount that keeps the cache out of the layer."""
    binding = run.stage.scope_at(run).get("PIP_NO_CACHE_DIR") if run.stage else None
    if binding and (binding.value is None or _is_true(binding.value)):
        return True
    home = run.stage.scope_at(run).get("HOME") if run.stage else None
    if home and home.kind == "env" and home.value != "/root":
        return True  # in a home that belongs to another user pip switches its cache off by itself
    if any(mount.type in ("cache", "tmpfs") and mount.target and "cache" in mount.target for mount in run.mounts):
        return True
    return any(
        word.text.startswith("PIP_NO_CACHE_DIR=") and _is_true(word.text.partition("=")[2])
        for command in run.script.commands
        for word in (*command.words, *(command.assignments if not command.words else ()))
    )


def _is_emptied(run: Run, last: PackageCommand) -> bool:
    """Whether the RUN deletes the cache itself behind the last installation."""
    for command in run.script.commands:
        texts = [word.text for word in command.effective.words]
        if command.span.start < last.span.start:
            continue
        if texts[:1] == ["rm"] and any(".cache" in text for text in texts):
            return True
        if len(texts) > 2 and texts[-2:] == ["cache", "purge"]:
            return True
    return False


def _is_true(value: str) -> bool:
    return value.strip("\"'").lower() not in FALSE
