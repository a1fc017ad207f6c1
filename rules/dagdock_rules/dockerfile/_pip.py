"""Which calls of pip keep their downloads in the layer."""

from __future__ import annotations

from dagdock.api import Run

from ..packages import PackageCommand, installs
from ._layers import lost_flag
from ._values import hides_options

FALSE = frozenset(("0", "no", "off", "false", "n", "f", ""))


def downloads_kept_by_pip(run: Run) -> list[PackageCommand]:
    """The calls of pip whose downloads stay in the layer of a RUN; none where something empties the cache."""
    if lost_flag(run) or is_switched_off(run) or _is_in_home_of_another(run):
        return []
    found = [
        install
        for install in installs(run.script)
        if install.manager == "pip"
        and "pipx" not in install.command.wrappers
        and not is_off_here(install, run)
        and not _downloads_nothing(install)
    ]
    return [] if found and _is_emptied(run, found[-1]) else found


def _downloads_nothing(install: PackageCommand) -> bool:
    """Whether all that it installs lies in local wheels, which pip takes as they are."""
    if install.options.has("--no-index") is True:
        return True
    texts = [word.text.strip("\"'") for word in install.packages]
    if not texts or install.options.has("-r", "--requirement", "-e", "--editable") is not False:
        return False
    return all(text.endswith(".whl") and "://" not in text for text in texts)


def is_off_here(install: PackageCommand, run: Run, *, as_written: bool = False) -> bool:
    """Whether the call itself says to keep nothing; `as_written` as for `is_switched_off`."""
    off = install.options.has("--no-cache-dir")
    if off or (off is None and hides_options(install.command, run)):
        return True
    given = [word.text for word in install.command.assignments if word.text.startswith("PIP_NO_CACHE_DIR=")]
    return any(_switches_off(text.partition("=")[2], as_written) for text in given)


def _is_in_home_of_another(run: Run) -> bool:
    """Whether HOME belongs to another user: there pip switches its cache off by itself."""
    home = run.stage.scope_at(run).get("HOME") if run.stage else None
    return home is not None and home.kind == "env" and home.value != "/root"


def is_switched_off(run: Run, *, as_written: bool = False) -> bool:
    """By a variable of the stage, by `export` in the RUN, or by a mount that keeps the cache out of the layer.

    pip switches its cache off for any value of `PIP_NO_CACHE_DIR`, `off` and `0` included; `as_written` takes such
    values for what they seem to say.
    """
    binding = run.stage.scope_at(run).get("PIP_NO_CACHE_DIR") if run.stage else None
    if binding and (binding.value is None or _switches_off(binding.value, as_written)):
        return True
    if any(mount.type in ("cache", "tmpfs") and _may_hold_cache(mount.target, run) for mount in run.mounts):
        return True
    return any(
        word.text.startswith("PIP_NO_CACHE_DIR=") and _switches_off(word.text.partition("=")[2], as_written)
        for command in run.script.commands
        for word in (*command.words, *(command.assignments if not command.words else ()))
    )


def _may_hold_cache(target: str | None, run: Run) -> bool:
    """Whether a mount's folder is called a cache, or pip is told to use it."""
    if not target or "cache" in target:
        return bool(target)
    scope = run.stage.scope_at(run) if run.stage else None
    folder = scope.value("PIP_CACHE_DIR") if scope else None
    words = {word.value for command in run.script.commands for word in (*command.words, *command.assignments)}
    return bool({target, f"--cache-dir={target}", f"PIP_CACHE_DIR={target}"} & {folder, *words})


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


def _switches_off(value: str, as_written: bool) -> bool:
    text = value.strip("\"'").lower()
    return text not in FALSE if as_written else bool(text)
