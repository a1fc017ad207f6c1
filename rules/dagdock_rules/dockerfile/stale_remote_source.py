from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from dagdock.api import Bad, Problem, Problems, Run, Script, rule

from ._addresses import is_own, leads_elsewhere
from ._clones import Clone, clones, is_used_later
from ._downloads import Download, downloads, is_key, runs_output

# Lists of packages, in which somebody looks up the newest version.
INDEXES = ("APKINDEX", "/dists/", "repomd.xml", "index.json")


@rule(
    "DF214",
    severity="info",
    since="0.1",
    lessons=["L02", "L16"],
    tags=["cache", "reproducible"],
    words=["clone", "://"],
    words_near=True,
    bad=[
        Bad("FROM debian:12\nRUN «git clone --depth 1 https://github.com/acme/tool.git» /opt/tool\n"),
        Bad("FROM debian:12\nRUN curl -fsSLo /usr/local/bin/tool «https://example.com/releases/latest/tool»\n"),
    ],
    good=[
        "FROM debian:12\nRUN git clone --branch v1.2.3 --depth 1 https://github.com/acme/tool.git /opt/tool\n",
        "FROM debian:12\nRUN git clone https://github.com/acme/tool.git && cd tool && git checkout 0a1b2c3d\n",
        "FROM debian:12\nADD https://github.com/acme/tool.git#main /opt/tool\n",
        "FROM debian:12\nRUN curl -fsSLo /usr/local/bin/tool https://example.com/releases/v1.2.3/tool\n",
    ],
)
def stale_remote_source(run: Run) -> Problems:
    """A RUN fetches something that moves: the newest release, or the tip of a branch.

    Docker does not look at what a RUN fetches. As long as the line stays the same it takes the result of an earlier
    build, so one machine keeps a version that is months old while another gets today's. Name a version or a commit;
    or let ADD fetch a git repository, which asks for its newest commit at each build. A RUN that takes the newest only
    when it is asked for `latest` is left alone, and so is the key of an archive, which has to be the one used today.

    https://docs.docker.com/build/cache/invalidation/#run-instructions
    """
    text = run.span.text
    if ("clone" not in text and "://" not in text) or not run.script.understood or run.script.broken:
        return
    if _asks_for_latest().search(run.body.text):
        return  # the newest is what somebody chose who had versions to choose from
    cloned = list(clones(run.script))
    for clone in cloned:
        if _is_a_choice(clone, cloned):
            continue
        if not clone.is_pinned(run.script) and not is_used_later(run):
            # ADD cannot stand in an `if`.
            other = "check out a commit"
            if not clone.command.context:
                other += ", or use ADD with the repository's URL, which asks at each build"
            branch = next(iter(clone.options.values("-b", "--branch")), None)
            what = "" if branch is None else f" of the branch `{branch}`"
            remedy = f"Name a version with `--branch` or {other}" if branch is None else other[0].upper() + other[1:]
            yield Problem(
                clone, f"Docker keeps the result of this RUN and never asks for newer commits{what}. {remedy}"
            )
    for download in downloads(run.script):
        if is_key(download) or _is_told_version(download, run.script):
            continue
        for word in download.urls:
            if any(index in word.text for index in INDEXES):
                continue
            if "$" in word.text or not leads_elsewhere(word.text) or is_own(word.text, run.dockerfile):
                continue
            if not _names_version(word.text):
                yield Problem(
                    word,
                    "this address points at the newest version, while a cached build keeps the old one. Name a version "
                    "or a commit",
                )
                break


def _is_told_version(download: Download, script: Script) -> bool:
    """Whether it is an installer that is told which version to install: `curl … | sh -s -- v1.2.3`."""
    shell = runs_output(download, script)
    words = [word.text.lower() for word in shell.effective.arguments] if shell else []
    return any(re.search(r"v?\d+\.\d|\$\{?\w*version", word) for word in words)


def _names_version(address: str) -> bool:
    """Whether the file's own name has a full version or a hash, so that nobody puts another file there."""
    name = address.strip("\"'").partition("?")[0].rstrip("/").rpartition("/")[2]
    return bool(_version().search(name))


@cache
def _version() -> re.Pattern[str]:
    return re.compile(r"\d+\.\d+\.\d+|[0-9a-f]{20}")


@cache
def _asks_for_latest() -> re.Pattern[str]:
    """`[ "$VERSION" = latest ]`, `[ -z "$VERSION" ]`, `case "$VERSION" in latest)`."""
    variable = r"[\"']?\$\{?\w+\}?[\"']?"
    newest = r"[\"']?(?:latest|newest|master|main|head|nightly|edge|dev)\b"
    version = r"[\"']?\$\{?(?:\w*_)?(?:VERSION|RELEASE|VER|TAG|REF|BRANCH|COMMIT|REVISION)\b\}?[\"']?"
    compared = rf"{variable} +(?:=|==|!=) +{newest}|{newest}[\"']? +(?:=|==|!=) +{variable}"
    return re.compile(rf"{compared}|case +{version} +in\b|-[nz] +{version}", re.IGNORECASE)


def _is_a_choice(clone: Clone, cloned: Sequence[Clone]) -> bool:
    """Whether it stands in a branch, and another one takes a version of the same repository."""
    return bool(clone.command.context) and any(
        other is not clone and other.folder == clone.folder and other.options.values("-b", "--branch", "--revision")
        for other in cloned
    )
