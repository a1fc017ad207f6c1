from __future__ import annotations

from dagdock.api import Bad, Fix, Problem, Problems, Run, rule

from ..packages import package_commands
from ._layers import add_option


@rule(
    "DF338",
    severity="info",
    since="0.1",
    default=False,
    fix="safe",
    aliases=["hadolint:DL3038", "kics:missing-flag-from-dnf-install", "semgrep:missing-dnf-assume-yes-switch"],
    words=["microdnf"],
    bad=[
        Bad(
            "FROM rockylinux:9-minimal\nRUN «microdnf install» httpd && microdnf clean all\n",
            fixed="FROM rockylinux:9-minimal\nRUN microdnf install -y httpd && microdnf clean all\n",
        ),
    ],
    good=["FROM rockylinux:9-minimal\nRUN microdnf -y install httpd && microdnf clean all\n"],
)
def microdnf_without_yes(run: Run) -> Problems:
    """microdnf is called without `-y`.

    microdnf never asks, so nothing is wrong today. dnf5, which takes its place in newer images, does ask, and a build
    has nobody to answer. Who moves between such images can switch this on.

    https://dnf5.readthedocs.io/en/latest/dnf5.8.html
    """
    for call in package_commands(run.script, "install", "upgrade", "remove"):
        if call.family == "microdnf" and call.yes is False:
            yield Problem(
                call.head,
                f"`{call.manager} {call.verb}` goes ahead only because microdnf never asks; dnf5, which newer images "
                "have instead, does. Add `-y`",
                fix=Fix("Add `-y`", [add_option(run, call.verb_word, "-y")]),
            )
