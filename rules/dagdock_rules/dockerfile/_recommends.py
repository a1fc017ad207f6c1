"""Which installations by apt also bring what the packages merely recommend."""

from __future__ import annotations

from functools import cache, lru_cache

from dagdock.api import CommandInstruction, Copy, Run, Stage, load_data

from ..packages import PackageCommand, installs

CHOICES = ("--no-install-recommends", "--install-recommends", "-R", "--without-recommends", "-r", "--with-recommends")


def installs_recommended(run: Run) -> list[PackageCommand]:
    """The calls of a RUN that leave the choice to apt; none where the stage configures apt."""
    found = [install for install in installs(run.script) if _is_with_recommends(install)]
    return [] if found and run.stage and _is_configured(run.stage) else found


def may_recommend(install: PackageCommand) -> bool:
    """Whether one of the packages may recommend others: headers do not as a rule."""
    names = [(word.value or word.text).partition("=")[0].partition(":")[0] for word in install.packages]
    alone = _alone()
    return any(name not in alone and not (name.startswith("lib") and name.endswith("-dev")) for name in names)


@cache
def _alone() -> frozenset[str]:
    """The packages that bring no others but those they need."""
    packages: str = load_data("dagdock_rules", "apt-without-recommends")["packages"]
    return frozenset(packages.split())


def _is_with_recommends(install: PackageCommand) -> bool:
    """Whether the call surely installs something and leaves the choice to apt."""
    if install.family != "apt" or install.verb != "install":
        return False
    if not install.packages and install.options.has("-f", "--fix-broken") is not True:
        return False
    settings = install.options.values("-o", "--option")
    if any(setting is None or _is_off(setting) for setting in settings):
        return False
    return install.options.has(*CHOICES) is False


def _is_off(setting: str) -> bool:
    """`APT::Install-Recommends=false`."""
    key, _, value = setting.lower().partition("=")
    return key == "apt::install-recommends" and value.strip("\"' ") in ("false", "0", "no", "off", "without")


@lru_cache(maxsize=64)
def _is_configured(stage: Stage) -> bool:
    """Whether an apt configuration written in the stage says what to do about recommended packages."""
    return any(
        "install-recommends" in (text := instruction.span.text.lower())
        and ('install-recommends "' in text.replace("'", '"').replace("\\", "") or "apt.conf" in text)
        for part in stage.chain()
        for instruction in part.instructions
        if isinstance(instruction, (CommandInstruction, Copy))
    )
