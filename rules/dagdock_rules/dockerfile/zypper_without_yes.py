from __future__ import annotations

from dagdock.api import Bad, Fix, Problem, Problems, Run, rule

from ..packages import package_commands
from ._layers import add_option


@rule(
    "DF315",
    severity="warning",
    since="0.1",
    fix="safe",
    aliases=["hadolint:DL3034", "kics:missing-zypper-non-interactive-switch"],
    words=["zypper"],
    words_near=True,
    bad=[
        Bad(
            "FROM opensuse/leap:15.6\nRUN «zypper install» httpd && zypper clean\n",
            fixed="FROM opensuse/leap:15.6\nRUN zypper install -y httpd && zypper clean\n",
        ),
    ],
    good=[
        "FROM opensuse/leap:15.6\nRUN zypper --non-interactive install httpd && zypper clean\n",
    ],
)
def zypper_without_yes(run: Run) -> Problems:
    """zypper asks before it changes anything, and nobody answers in a build.

    zypper shows what it is about to do and waits for `y`. A build has no keyboard, so the step fails. `-y` behind the
    verb, or `--non-interactive` before it, answers beforehand.

    https://en.opensuse.org/SDB:Zypper_manual
    """
    for call in package_commands(run.script, "install", "upgrade", "remove"):
        if call.family == "zypper" and call.yes is False:
            yield Problem(
                call.head,
                f"`{call.manager} {call.verb}` asks for confirmation, and in a build nobody answers. Add `-y`",
                fix=Fix("Add `-y`", [add_option(run, call.verb_word, "-y")]),
            )
