from __future__ import annotations

import re
from functools import cache

from dagdock.api import Add, Bad, Problem, Problems, rule

from ._addresses import branch_in, differs_by_machine, is_own, leads_elsewhere, says_version, version_variable
from ._platforms import is_windows

KEYS = (".asc", ".gpg", ".key", ".pub", ".pem", ".crt")


@rule(
    "DF428",
    severity="info",
    since="0.1",
    security=4.0,
    lessons=["L03"],
    aliases=["sonar:S6474"],
    tags=["security", "reproducible"],
    bad=[
        Bad("FROM debian:12\nADD «https://example.com/tool.tar.gz» /opt/\n"),
        Bad("FROM debian:12\nADD «https://github.com/user/repo.git#main» /src\n"),
    ],
    good=[
        (
            "FROM debian:12\n"
            "ADD --checksum=sha256:24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d "
            "https://example.com/tool.tar.gz /opt/\n"
        ),
        ("FROM debian:12\nADD https://github.com/user/repo.git#0123456789abcdef0123456789abcdef01234567 /src\n"),
        "FROM debian:12\nADD https://github.com/user/repo.git#v1.4.2 /src\n",
        "FROM debian:12\nADD rootfs.tar.gz /\n",
        "FROM debian:12\nADD https://api.github.com/repos/shop/api/git/refs/heads/main /tmp/newest\n",
    ],
)
def add_remote_without_checksum(add: Add) -> Problems:
    """ADD fetches a file and takes whatever arrives.

    The file behind an address can be replaced, by its owner or by somebody else, and the build would not notice.
    `--checksum=sha256:…` makes it fail then. For a Git repository, name a version or, surer, the full commit, which
    is a checksum by itself: a branch moves with every commit.

    https://docs.docker.com/reference/dockerfile/#add---checksum
    """
    if add.flag("checksum") is not None:
        return
    for source in add.sources:
        text = source.literal or source.raw
        if _is_git(text):
            name = text.strip("\"'").partition("#")[2].partition(":")[0]
            if "$" in name:
                continue  # may be a commit
            if not _is_version(name) and not _commit().search(text):
                what = f"`{text}` is whatever the repository holds on the day of the build"
                yield Problem(source, f"{what}. Name a version or the full commit behind `#`")
        elif text.strip("\"'").startswith("https://") and not _is_question(text):
            address = text.strip("\"'")
            if not (leads_elsewhere(address) and is_own(address, add.dockerfile)):
                yield Problem(source, _message(address, add))


def _message(address: str, add: Add) -> str:
    """What is wrong, and what to do: a checksum that is written down fits one file alone."""
    if is_windows(add):  # there Docker builds without BuildKit, which alone knows the flag
        check = "Download it in a RUN and compare `(Get-FileHash FILE).Hash`"
    else:
        check = "Add `--checksum=sha256:…`"
    then = f"{check[0].lower()}{check[1:]}"
    if branch := branch_in(address):
        return f"this file changes with the branch `{branch}`. Name a commit in its place, and {then}"
    if leads_elsewhere(address):
        return f"the file behind this address can change. Name a version in it, and {then}"
    unseen = "nobody notices when this file is replaced by another one"
    if not says_version(address, add) and not address.endswith(KEYS):
        return f"{unseen}. Take it from an address that holds one version, if there is one, and {then}"
    if differs_by_machine(address, add):
        return (
            f"{unseen}. One `--checksum` fits one architecture only: download it in a RUN instead, and compare "
            "there the checksum of the architecture"
        )
    name = version_variable(address, add)
    said = "" if is_windows(add) else ", with what `sha256sum` says of the file that you tested"
    return f"{unseen}. {check}{said}" + (f"; it changes with `{name}`" if name else "")


def _is_version(name: str) -> bool:
    """`v1.2`, `2.30.1-rc1`, `release-1.4`."""
    return bool(re.search(r"\d\.\d", name))


def _is_question(text: str) -> bool:
    """Whether it asks a program for its newest answer, most often to have what follows built anew when that changes."""
    return bool(re.match(r"[\"']?https://(?:api\.|[^/]+/api/)", text)) or "/git/refs/" in text


def _is_git(text: str) -> bool:
    return text.startswith(("git@", "git://", "ssh://")) or text.partition("#")[0].partition("?")[0].endswith(".git")


@cache
def _commit() -> re.Pattern[str]:
    return re.compile(r"#[0-9a-f]{40}(?:[0-9a-f]{24})?(?::|$)|[?&](?:ref|commit|checksum)=[0-9a-f]{40}|\\$")
