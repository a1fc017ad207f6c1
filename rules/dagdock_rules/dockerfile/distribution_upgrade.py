from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Run, rule

from ..packages import package_commands

ALIASES = {
    "apk": ("kics:use-of-apk-upgrade", "semgrep:avoid-apk-upgrade"),
    "apt": ("kics:run-using-upgrade-commands", "semgrep:avoid-apt-get-upgrade"),
    "dnf": ("kics:run-using-dnf-update", "semgrep:avoid-dnf-update"),
    "microdnf": ("kics:run-using-dnf-update", "semgrep:avoid-dnf-update"),
    "pacman": (),
    "tdnf": (),
    "yum": ("kics:yum-update-enabled", "semgrep:avoid-yum-update"),
    "zypper": ("kics:run-using-zypper-update", "semgrep:avoid-zypper-update"),
}


@rule(
    "DF323",
    severity="info",
    since="0.1",
    default=False,
    aliases=[
        "hadolint:DL3035",
        "trivy:DS-0024",
        "kics:run-using-upgrade-commands",
        "kics:run-using-dnf-update",
        "kics:use-of-apk-upgrade",
        "kics:yum-update-enabled",
        "kics:run-using-zypper-update",
        "semgrep:avoid-apt-get-upgrade",
        "semgrep:avoid-dnf-update",
        "semgrep:avoid-apk-upgrade",
        "semgrep:avoid-yum-update",
        "semgrep:avoid-zypper-update",
    ],
    bad=[
        Bad("FROM debian:12\nRUN apt-get update && «apt-get dist-upgrade» -y\n"),
        Bad("FROM opensuse/leap:15.6\nRUN «zypper dup»\n"),
    ],
    good=[
        "FROM debian:12\nRUN apt-get update && apt-get install -y curl\n",
        "FROM amazonlinux:2\nRUN yum update -y openssl\n",
    ],
)
def distribution_upgrade(run: Run) -> Problems:
    """All packages of the base image are upgraded in the build.

    The result hangs on the day of the build, and the layer holds everything that changed a second time. A newer base
    image gives the same without both. Security updates between two releases of a base image are a fair reason to do it
    all the same, so this rule is only on request.

    https://docs.docker.com/build/building/best-practices/#rebuild-your-images-often
    """
    for call in package_commands(run.script, "upgrade"):
        if call.family in ALIASES and not call.packages:
            aliases = list(ALIASES[call.family])
            if call.verb in ("dup", "dist-upgrade"):
                aliases += ["hadolint:DL3035"] if call.family == "zypper" else ["trivy:DS-0024"]
            yield Problem(
                call.head,
                f"`{call.manager} {call.verb}`".replace(" `", "`")
                + " upgrades all of the base image, differently on every day. Take a newer base image instead",
                aliases=aliases,
            )
