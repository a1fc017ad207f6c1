from __future__ import annotations

from collections.abc import Iterator

from dagdock.api import Bad, Command, Problem, Problems, Run, rule

from ..packages import PackageCommand, installs

APT = (("--allow-unauthenticated", "--force-yes", "--allow-insecure-repositories"), ("checkov:CKV2_DOCKER_8",))
DNF = (("--nogpgcheck", "--no-gpgchecks"), ("checkov:CKV2_DOCKER_9",))
OPTIONS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "apk": (("--allow-untrusted",), ("checkov:CKV2_DOCKER_7",)),
    "apt": APT,
    "apt-get": APT,
    "aptitude": (("--allow-untrusted",), ("checkov:CKV2_DOCKER_8",)),
    "dnf": DNF,
    "microdnf": DNF,
    "rpm": (
        ("--nosignature", "--nodigest", "--noverify", "--nofiledigest", "--nofiledigests"),
        ("checkov:CKV2_DOCKER_10",),
    ),
    "tdnf": DNF,
    "yum": DNF,
    "yum-config-manager": (
        ("--setopt=sslverify=0", "--setopt=sslverify=false", "--setopt=gpgcheck=0", "--nogpgcheck"),
        ("checkov:CKV2_DOCKER_15",),
    ),
    "zypper": (("--no-gpg-checks", "--gpg-auto-import-keys=no", "--allow-unsigned-rpm"), ()),
}
CHECKERS = frozenset("sha256sum sha512sum sha1sum shasum md5sum gpg gpgv gpgverify cosign minisign".split())


@rule(
    "DF324",
    severity="warning",
    since="0.1",
    security=6.0,
    aliases=[
        "checkov:CKV2_DOCKER_7",
        "checkov:CKV2_DOCKER_8",
        "checkov:CKV2_DOCKER_9",
        "checkov:CKV2_DOCKER_10",
        "checkov:CKV2_DOCKER_11",
        "checkov:CKV2_DOCKER_15",
    ],
    tags=["security"],
    words=["llow", "--force-yes", "gpg", "--no", "sslverify", "trusted=yes"],
    words_near=True,
    bad=[
        Bad("FROM alpine:3.20\nRUN apk add --no-cache «--allow-untrusted» tool\n"),
        Bad("FROM debian:12\nRUN apt-get install -y «--allow-unauthenticated» tool\n"),
        Bad("FROM fedora:40\nRUN dnf install -y «--nogpgcheck» tool && dnf clean all\n"),
    ],
    good=[
        "FROM alpine:3.20\nCOPY vendor.rsa.pub /etc/apk/keys/\nRUN apk add --no-cache tool\n",
        (
            "FROM alpine:3.20\n"
            "RUN wget -q https://example.com/tool.apk && sha256sum -c tool.sha256 "
            "&& apk add --allow-untrusted tool.apk\n"
        ),
    ],
)
def unsigned_packages(run: Run) -> Problems:
    """Packages are installed without a check of who made them.

    Package managers verify a signature so that nobody between the archive and your build can hand in another program.
    These options switch that off, and whatever arrives runs as root in the image. Import the key of the archive
    instead.

    https://docs.docker.com/build/building/best-practices/
    """
    if _is_checked(run):
        return
    for command in run.script.commands:
        effective = command.effective
        name = (effective.name or "").rstrip("0123456789")
        flags, aliases = OPTIONS.get(name, ((), ()))
        found = next((word for word in effective.arguments if word.value in flags), None)
        if found is None:
            found = next((word for word in effective.arguments if _is_setting(word.value or "")), None)
        if found:
            local = all("/" in (word.value or "") for call in _calls(run, command) for word in call.packages) and any(
                call.packages for call in _calls(run, command)
            )
            yield Problem(
                found,
                f"with `{found.text}` nobody checks who made these packages, and they run as root. "
                + ("Check their checksum in this RUN" if local else "Import the archive's key and leave this out"),
                severity="info" if local else None,
                aliases=["checkov:CKV2_DOCKER_11"] if found.value == "--force-yes" else list(aliases),
            )


def _is_setting(value: str) -> bool:
    """The same by the configuration: `APT::Get::AllowUnauthenticated=true`, `[trusted=yes]` in a list of sources."""
    key, _, given = value.lower().partition("=")
    return "[trusted=yes" in value.lower() or (
        key in ("apt::get::allowunauthenticated", "acquire::allowinsecurerepositories")
        and given in ("true", "1", "yes")
    )


def _is_checked(run: Run) -> bool:
    """Whether the RUN compares a checksum or a signature itself."""
    return any(command.effective.name in CHECKERS for command in run.script.commands)


def _calls(run: Run, command: Command) -> Iterator[PackageCommand]:
    return (call for call in installs(run.script) if call.command is command.effective)
