from __future__ import annotations

from functools import lru_cache

from dagdock.api import Bad, CommandInstruction, Fix, Problem, Problems, Run, Stage, rule

from ..packages import installs
from ._layers import add_option


@rule(
    "DF303",
    severity="warning",
    since="0.1",
    fix="safe",
    aliases=[
        "hadolint:DL3014",
        "trivy:DS-0021",
        "kics:apt-get-missing-flags-to-avoid-manual-input",
        "sonar:S6584",
        "semgrep:missing-assume-yes-switch",
    ],
    words=["apt"],
    words_near=True,
    bad=[
        Bad(
            "FROM debian:12\nRUN apt-get update && «apt-get install» curl\n",
            fixed="FROM debian:12\nRUN apt-get update && apt-get install -y curl\n",
        ),
        Bad(
            'FROM debian:12\nRUN ["«apt-get", "install»", "curl"]\n',
            fixed='FROM debian:12\nRUN ["apt-get", "install", "-y", "curl"]\n',
        ),
    ],
    good=[
        "FROM debian:12\nRUN apt-get update && apt-get install -qqy curl\n",
        "FROM debian:12\nRUN yes | apt-get install curl\n",
    ],
)
def apt_get_without_yes(run: Run) -> Problems:
    """`apt-get install` asks before it installs, and nobody answers in a build.

    As soon as a package brings another one along, apt asks "Do you want to continue?". A build has no keyboard, so
    the step fails. `-y` answers beforehand.

    https://manpages.debian.org/bookworm/apt/apt-get.8.en.html
    """
    for install in installs(run.script):
        asks = install.packages or install.options.has("-f", "--fix-broken") is True
        if install.family == "apt" and install.yes is False and asks and not (run.stage and _is_configured(run.stage)):
            words = install.command.effective.words[0].span.to(install.verb_word)
            yield Problem(
                words,
                f"`{install.manager} {install.verb}` asks for confirmation as soon as other packages come along, and "
                "in a build nobody answers. Add `-y`",
                fix=Fix("Add `-y`", [add_option(run, install.verb_word, "-y")]),
            )


@lru_cache(maxsize=64)
def _is_configured(stage: Stage) -> bool:
    """Whether an apt configuration written in the stage answers the question."""
    return any(
        "apt::get::assume-yes" in instruction.span.text.lower()
        for part in stage.chain()
        for instruction in part.instructions
        if isinstance(instruction, CommandInstruction)
    )
