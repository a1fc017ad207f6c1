from __future__ import annotations

from dagdock.api import Bad, Fix, Problem, Problems, Run, rule

from ..packages import package_commands
from ._layers import add_option


@rule(
    "DF313",
    severity="warning",
    since="0.1",
    fix="safe",
    aliases=["hadolint:DL3030", "kics:yum-install-allows-manual-input", "semgrep:missing-yum-assume-yes-switch"],
    words=["yum"],
    words_near=True,
    bad=[
        Bad(
            "FROM amazonlinux:2\nRUN «yum install» httpd-2.4.62 && yum clean all\n",
            fixed="FROM amazonlinux:2\nRUN yum install -y httpd-2.4.62 && yum clean all\n",
        ),
    ],
    good=[
        "FROM amazonlinux:2\nRUN yum -y install httpd-2.4.62 && yum clean all\n",
        "FROM amazonlinux:2\nRUN yes | yum install httpd-2.4.62\n",
    ],
)
def yum_without_yes(run: Run) -> Problems:
    """yum asks before it changes anything, and nobody answers in a build.

    yum shows what it is about to do and waits for `y`. A build has no keyboard, so the step fails. `-y` answers
    beforehand.

    https://man7.org/linux/man-pages/man8/yum.8.html
    """
    for call in package_commands(run.script, "install", "upgrade", "remove"):
        if call.family == "yum" and call.yes is False:
            yield Problem(
                call.head,
                f"`{call.manager} {call.verb}` asks for confirmation, and in a build nobody answers. Add `-y`",
                fix=Fix("Add `-y`", [add_option(run, call.verb_word, "-y")]),
            )
