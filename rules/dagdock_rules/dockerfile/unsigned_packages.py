from __future__ import annotations

from collections.abc import Iterator

from dagdock.api import Bad, Command, Problem, Problems, Run, Stage, remembered, rule

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
_INSTALLS = frozenset(("add", "upgrade", "fix", "update"))
ARCHIVES = ("archive.debian.org", "old-releases.ubuntu.com")
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
        if found and name == "apk" and not _INSTALLS.intersection(word.text for word in effective.arguments):
            continue  # `apk index` makes an archive, and installs nothing
        if found is None:
            found = next((word for word in effective.arguments if _is_setting(word.value or "")), None)
        if found:
            local = all(_is_file(word.text) for call in _calls(run, command) for word in call.packages) and any(
                call.packages for call in _calls(run, command)
            )
            archived = not local and run.stage is not None and _is_archived(run.stage)
            if local:
                advice = "Compare their checksum in this RUN before"
            elif archived:
                advice = "The keys of this old release have expired: only a newer base image mends that"
            elif name in ("apt", "apt-get", "aptitude"):
                advice = "Leave it out; if apt then names a key that it lacks, import that"
            else:
                advice = "Import the archive's key and leave this out"
            yield Problem(
                found,
                f"with `{found.text}` nobody checks who made these packages, and they run as root. {advice}",
                severity="info" if local or archived else None,
                aliases=["checkov:CKV2_DOCKER_11"] if found.value == "--force-yes" else list(aliases),
            )


def _is_file(text: str) -> bool:
    """Whether a package is a file that lies there already, or an address."""
    return "/" in text or text.strip("\"'").endswith((".apk", ".deb", ".rpm"))


@remembered
def _is_archived(stage: Stage) -> bool:
    """Whether the packages come from an archive of old releases, whose keys have expired."""
    texts = [step.span.text for part in stage.chain() for step in part.instructions]
    return any(place in text and "if [" not in text and "case " not in text for text in texts for place in ARCHIVES)


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
