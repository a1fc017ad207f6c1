from __future__ import annotations

from functools import lru_cache

from dagdock.api import Bad, CommandInstruction, Copy, Fix, Problem, Problems, Run, Stage, rule

from ..packages import PackageCommand, installs
from ._layers import add_option, ships

CHOICES = ("--no-install-recommends", "--install-recommends", "-R", "--without-recommends", "-r", "--with-recommends")


@rule(
    "DF316",
    severity="info",
    since="0.1",
    fix="unsafe",
    lessons=["L07"],
    aliases=[
        "hadolint:DL3015",
        "trivy:DS-0029",
        "kics:apt-get-install-not-avoiding-additional-packages",
        "sonar:S6500",
        "semgrep:missing-no-install-recommends",
    ],
    tags=["size"],
    words=["apt"],
    bad=[
        Bad(
            "FROM debian:12\nRUN apt-get update && «apt-get install» -y curl\n",
            fixed="FROM debian:12\nRUN apt-get update && apt-get install --no-install-recommends -y curl\n",
        ),
    ],
    good=[
        "FROM debian:12\nRUN apt-get update && apt-get install -y --no-install-recommends curl\n",
        "FROM debian:12\nRUN apt-get install -y -o APT::Install-Recommends=false curl\n",
        (
            "FROM debian:12\n"
            "RUN echo 'APT::Install-Recommends \"0\";' > /etc/apt/apt.conf.d/99no && apt-get install -y curl\n"
        ),
    ],
)
def apt_recommends(run: Run) -> Problems:
    """`apt-get install` also installs what the packages merely recommend.

    A package names others that it needs and others that people often like beside it. apt installs both; in an image
    the second kind is only weight and one more thing to update. With `--no-install-recommends` you get what is needed;
    name what you miss then.

    https://docs.docker.com/build/building/best-practices/#apt-get
    """
    found = [install for install in installs(run.script) if _is_with_recommends(install)]
    if found and not (run.stage and _is_configured(run.stage)):
        option = "--no-install-recommends"
        cost = "makes the image larger" if ships(run) else "takes time in each build"
        yield Problem(
            found[0].head,
            f"`{found[0].manager} install` brings along packages that are only recommended, which {cost}. Add "
            f"`{option}`, and name those that you miss",
            fix=Fix(f"Add `{option}`", [add_option(run, install.verb_word, option) for install in found], "unsafe"),
        )


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
