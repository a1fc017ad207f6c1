from __future__ import annotations

from dagdock.api import Bad, Command, Problem, Problems, Related, Run, container_path, rule

from ._downloads import Download, downloads
from ._layers import ships
from ._made_for import is_for_development

ARCHIVES = (
    ".tar",
    ".tgz",
    ".tar.gz",
    ".tar.bz2",
    ".tar.xz",
    ".tar.zst",
    ".tbz2",
    ".txz",
    ".zip",
    ".7z",
    ".deb",
    ".rpm",
)
# What takes the files out of an archive and leaves it where it is.
UNPACKERS = frozenset("tar bsdtar unzip 7z 7za dpkg rpm apt apt-get yum dnf microdnf".split())
REMOVERS = frozenset("rm find unlink mv shred make".split())


@rule(
    "DF346",
    severity="info",
    since="0.1",
    lessons=["L07"],
    tags=["size"],
    words=["curl", "wget"],
    words_near=True,
    bad=[
        Bad("FROM debian:12\nRUN wget -q https://example.com/t-1.4.tgz -O «/tmp/t.tgz» && tar -xzf /tmp/t.tgz\n"),
    ],
    good=[
        "FROM debian:12\nRUN wget -q https://example.com/t-1.4.tgz -O t.tgz && tar -xzf t.tgz && rm t.tgz\n",
        "FROM debian:12\nRUN wget -qO- https://example.com/tool-1.4.tgz | tar -xz -C /opt\n",
        "FROM debian:12\nRUN --mount=type=tmpfs,target=/tmp wget -q https://example.com/t.tgz -O /tmp/t.tgz "
        "&& tar -xzf /tmp/t.tgz\n",
    ],
)
def downloaded_archive_left(run: Run) -> Problems:
    """An archive is downloaded and unpacked, and stays in the layer beside what came out of it.

    The image then holds everything twice, once packed. Delete the archive in the same RUN, as a later one cannot make
    this layer smaller, or let it run through a pipe: `curl -fsSL URL | tar -xz -C /opt`.

    https://docs.docker.com/build/building/best-practices/#run
    """
    script, stage = run.script, run.stage
    if stage is None or script.broken or not script.understood or not ships(run) or is_for_development(stage):
        return
    for download in downloads(script):
        file = download.file
        if not file or not file.lower().endswith(ARCHIVES) or download.outer.context:
            continue
        user = next((each for each in script.commands if _unpacks(each, download, file)), None)
        if user is None or _is_mounted(run, file) or _is_removed(run, file):
            continue
        place = next((word for word in download.command.words if word.value == file), download.urls[-1])
        yield Problem(
            place,
            f"`{file.rpartition('/')[2]}` stays in this layer beside what `{user.effective.name}` takes out of it. "
            "Delete it at the end of this RUN",
            related=[Related(user, "unpacked here")],
        )


def _unpacks(command: Command, download: Download, file: str) -> bool:
    effective, name = command.effective, file.rpartition("/")[2]
    if command.start <= download.outer.start or effective.name not in UNPACKERS:
        return False
    return any((word.value or "").rpartition("/")[2] == name for word in effective.arguments)


def _is_mounted(run: Run, file: str) -> bool:
    """Whether it may lie in a mount, and not in the layer: also where a `cd` leaves the folder unknown."""
    targets = [mount.target.rstrip("/") for mount in run.mounts if mount.type in ("cache", "tmpfs") and mount.target]
    path = file if file.startswith("/") else container_path(run, file)
    return bool(targets) and (path is None or not file.startswith("/") or any(path.startswith(t) for t in targets))


def _is_removed(run: Run, file: str) -> bool:
    """Whether this or a later RUN may take it away: a command names the file, its folder, or nobody knows what."""
    name, parts = file.rpartition("/")[2], {part for part in file.split("/") if part}
    steps = run.stage.all_of(Run) if run.stage else []
    for each in steps:
        if each.index < run.index:
            continue
        for command in each.script.commands:
            effective = command.effective
            if effective.name not in REMOVERS and "xargs" not in command.wrappers:
                continue
            for word in effective.arguments:
                text = word.value or word.text
                last = text.rstrip("/").rpartition("/")[2].strip("\"'")
                relative = not file.startswith("/") and not text.startswith("-")
                if name in text or "*" in text or "$" in text or last in parts or last in ("", ".", ".."):
                    return True
                if relative and any(
                    flag.text.startswith("-") and "r" in flag.text.lower() for flag in effective.arguments
                ):
                    return True
    return False
