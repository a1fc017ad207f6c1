"""Which installations by apt also bring what the packages merely recommend."""

from __future__ import annotations

from functools import cache, lru_cache

from dagdock.api import CommandInstruction, Copy, Run, Stage, Word, load_data, remembered

from ..packages import PackageCommand, installs

CHOICES = ("--no-install-recommends", "--install-recommends", "-R", "--without-recommends", "-r", "--with-recommends")

# What packages recommend and hardly work without, and what for; by Debian 12 and Ubuntu 24.04.
_FOR_HTTPS = ("ca-certificates", "for https")
NEEDED = {
    "aria2": _FOR_HTTPS,
    "cmake": ("make", "to build"),
    "curl": _FOR_HTTPS,
    "gcc": ("libc6-dev", "to compile"),
    "git": _FOR_HTTPS,
    "wget": _FOR_HTTPS,
    "xvfb": ("xauth", "for `xvfb-run`"),
}
# Images that have them already, or are made of one that does.
WITH_CERTIFICATES = frozenset(
    "buildpack-deps python pypy node golang ruby rust php perl gcc eclipse-temurin maven gradle apache/airflow".split()
)
# Packages that bring these along.
BROUGHT = {
    "ca-certificates": ("ca-certificates-java", "maven", "python3-pip", "software-properties-common"),
    "libc6-dev": ("build-essential", "g++", "python-dev", "python3-dev", "zlib1g-dev"),
    "make": ("build-essential", "ninja-build"),
}


def installs_recommended(run: Run) -> list[PackageCommand]:
    """The calls of a RUN that leave the choice to apt; none where the stage configures apt."""
    found = [install for install in installs(run.script) if _is_with_recommends(install)]
    return [] if found and run.stage and _is_configured(run.stage) else found


def may_recommend(install: PackageCommand) -> bool:
    """Whether one of the packages may recommend others: libraries and their headers do not as a rule."""
    names = [_name(word) for word in install.packages]
    alone = _alone()
    return any(name not in alone and not _is_library(name) for name in names)


def needed(calls: list[PackageCommand], run: Run) -> dict[str, str]:
    """What the packages of these calls only recommend and hardly work without: the package, and what for.

    Nothing that the stage installs by name, or by something that brings it along.
    """
    names = [_name(word) for call in calls for word in call.packages]
    found = {
        package: f"which `{name}` needs {why}" for name in names if name in NEEDED for package, why in [NEEDED[name]]
    }
    return {package: why for package, why in found.items() if not _is_installed(package, run)} if found else {}


def _is_installed(package: str, run: Run) -> bool:
    wanted = (package, *BROUGHT.get(package, ()))
    starts = ("openjdk-", "default-j") if package == "ca-certificates" else ()
    image = run.stage.root_image if run.stage else None
    if (
        image
        and image.familiar in WITH_CERTIFICATES
        and package == "ca-certificates"
        and "slim" not in (image.tag or "")
    ):
        return True
    return any(
        name in wanted or name.startswith(starts)
        for part in (run.stage.chain() if run.stage else ())
        for name in _installed(part)
    )


@remembered
def _installed(stage: Stage) -> frozenset[str]:
    """All that a stage installs by name."""
    runs = stage.all_of(Run)
    return frozenset(_name(word) for run in runs for call in installs(run.script) for word in call.packages)


def _name(word: Word) -> str:
    return (word.value or word.text).partition("=")[0].partition(":")[0]


def _is_library(name: str) -> bool:
    """`libpq-dev`, `libfftw3-3`: they recommend nothing, as a rule."""
    return name.startswith("lib") and (name.endswith("-dev") or name[-1].isdigit())


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
