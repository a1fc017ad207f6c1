from __future__ import annotations

from dagdock.api import Bad, Fix, Problem, Problems, Run, rule

from ..packages import package_commands
from ._layers import add_option


@rule(
    "DF314",
    severity="warning",
    since="0.1",
    fix="safe",
    aliases=["hadolint:DL3038", "kics:missing-flag-from-dnf-install", "semgrep:missing-dnf-assume-yes-switch"],
    words=["dnf"],
    words_near=True,
    bad=[
        Bad(
            "FROM fedora:40\nRUN «dnf install» httpd && dnf clean all\n",
            fixed="FROM fedora:40\nRUN dnf install -y httpd && dnf clean all\n",
        ),
    ],
    good=[
        "FROM fedora:40\nRUN dnf -y install httpd && dnf clean all\n",
        "FROM fedora:40\nRUN notdnf install httpd\n",
    ],
)
def dnf_without_yes(run: Run) -> Problems:
    """dnf asks before it changes anything, and nobody answers in a build.

    dnf shows what it is about to do and waits for `y`. A build has no keyboard, so the step fails. `-y` answers
    beforehand. Of microdnf, which does not ask, `microdnf-without-yes` speaks on request.

    https://dnf5.readthedocs.io/en/latest/dnf5.8.html
    """
    for call in package_commands(run.script, "install", "upgrade", "remove"):
        if call.family in ("dnf", "tdnf") and call.yes is False:
            yield Problem(
                call.head,
                f"`{call.manager} {call.verb}` asks for confirmation, and in a build nobody answers. Add `-y`",
                fix=Fix("Add `-y`", [add_option(run, call.verb_word, "-y")]),
            )
