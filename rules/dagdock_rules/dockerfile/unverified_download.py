from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Run, Script, rule

from ._addresses import (
    branch_in,
    differs_by_machine,
    is_of_machine,
    is_own,
    leads_elsewhere,
    says_version,
    version_variable,
)
from ._downloads import Download, downloads, is_checked, is_clear_text, runs_output, sets_up_repository

UNPACKERS = frozenset("tar bsdtar unzip gunzip gzip zcat xz unxz bunzip2 bzip2 zstd unzstd 7z 7za cpio ar".split())
INSTALLERS = frozenset("dpkg rpm apt apt-get dnf yum apk installer".split())
MOVING = ("latest", "stable", "current", "nightly", "master", "main")
RUNNERS = frozenset("sh bash python python3 perl ruby node php java".split())


@rule(
    "DF416",
    severity="info",
    since="0.1",
    security=4.0,
    aliases=["sonar:S6474"],
    tags=["security", "reproducible"],
    words=["curl", "wget"],
    words_near=True,
    bad=[
        Bad(
            "FROM debian:12\n"
            "RUN curl -fLo /usr/local/bin/tool «https://example.com/tool» && chmod +x /usr/local/bin/tool\n"
        ),
        Bad("FROM debian:12\nRUN wget -qO- «https://example.com/tool.tgz» | tar xz -C /opt\n"),
    ],
    good=[
        (
            "FROM debian:12\n"
            "RUN curl -fLo tool https://example.com/tool && echo 'aaaa  tool' | sha256sum -c && chmod +x "
            "tool\n"
        ),
        "FROM debian:12\nRUN curl -fLo /usr/share/data.json https://example.com/data.json\n",
        (
            "FROM debian:12\n"
            "ADD --checksum=sha256:24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d "
            "https://example.com/tool.tar.gz /opt/\n"
            "RUN tar xf /opt/tool.tar.gz\n"
        ),
    ],
)
def unverified_download(run: Run) -> Problems:
    """A file is downloaded and used without a check that it is the right one.

    The same address may hold another file tomorrow: a new release, a broken one, one that somebody put there. Compare
    a checksum in the same RUN (`echo \"SUM  FILE\" | sha256sum -c`), verify a signature, or use `ADD
    --checksum=sha256:…`, which does it for you.

    https://docs.docker.com/reference/dockerfile/#add---checksum
    https://docs.docker.com/build/building/best-practices/#add-or-copy
    """
    script = run.script
    if script.broken or is_checked(script) or script_says_checksum(run):
        return
    for download in downloads(script):
        if download.is_local or runs_output(download, script) is not None or not download.urls:
            continue
        if is_clear_text(download.urls[-1].prefix):
            continue  # `clear-text-url` says the same and more
        if sets_up_repository(download):
            continue
        user = _user_of(download, script)
        address = download.urls[-1].text
        if leads_elsewhere(address) and is_own(address, run.dockerfile):
            continue
        if user and not _is_open(download, run):
            is_it = user.rpartition("/")[2] == (download.file or "").rpartition("/")[2]
            before = "it is run" if is_it else f"`{user}` uses it"
            yield Problem(
                download.urls[-1],
                f"nobody checks that this is the right file before {before}. {_advice(download, address, run)}",
            )
            return


def _advice(download: Download, address: str, run: Run) -> str:
    """What to do: a checksum that is written down fits one file alone."""
    if branch := branch_in(address):
        how = _how(download)
        return f"Name a commit in place of `{branch}`. {how}: it stays the same then"
    if _is_worked_out(download, run):
        return f"{_how(download)} with the publisher's, if there is one"
    if leads_elsewhere(address) or not says_version(address, run):
        moving = next((word for word in MOVING if word in address), None)
        if moving is None:
            return (
                f"{_how(download)}. If the publisher replaces the file under this address, take it from an address "
                "that holds one version"
            )
        return (
            "Take it from an address that holds one version, if there is one, and compare its checksum: the file "
            f"behind `{moving}` changes with each release, and its checksum with it"
        )
    advice = (
        f'{_how(download)}, `echo "SUM  FILE" | sha256sum -c`. SUM is what the publisher names, or what `sha256sum` '
        "says of the file that you tested"
    )
    if differs_by_machine(address, run):
        return f"{advice}; each architecture has its own"
    name = version_variable(address, run)
    return f"{advice}; it changes with `{name}`" if name else advice


def _how(download: Download) -> str:
    return (
        "Store it, and compare its checksum before it is unpacked"
        if download.outer.pipeline
        else "Compare its checksum first"
    )


def _is_worked_out(download: Download, run: Run) -> bool:
    """Whether the RUN itself works a part of the address out, so that nobody knows the file beforehand."""
    worked_out: set[str] = set()
    for command in run.script.commands:
        for word in command.assignments:
            name, _, value = word.text.partition("=")
            asked = ("$(" in value or "`" in value) and not is_of_machine(value)
            if asked or not worked_out.isdisjoint(word.variables):
                worked_out.add(name)
    return any(not worked_out.isdisjoint(word.variables) for word in download.urls)


def _is_open(download: Download, run: Run) -> bool:
    """Whether the address holds a variable that has no value here, so that no checksum can be written down."""
    scope = run.stage.scope_at(run) if run.stage else None
    return scope is not None and any(
        (binding := scope.get(name)) is not None and not binding.value and not is_of_machine(f"${name}")
        for word in download.urls
        for name in word.variables
    )


def script_says_checksum(run: Run) -> bool:
    """Whether a program of the RUN is told a checksum, or a helper is called that checks: `--checksum`, `sha256=`."""
    text = run.body.text.lower()
    return any(word in text for word in ("checksum", "sha256", "sha512", "verify", "fingerprint"))


def _user_of(download: Download, script: Script) -> str | None:
    """The program that unpacks, runs or installs what was fetched."""
    pipe = download.outer.pipeline
    if download.outer in pipe:
        for command in pipe[pipe.index(download.outer) + 1 :]:
            if command.effective.name in UNPACKERS:
                return command.effective.name
    file = download.file
    name = file.rstrip("/").rpartition("/")[2] if file else ""
    if not file or not name:
        return None
    for command in script.commands:
        effective = command.effective
        if command.start <= download.outer.start or not effective.words:
            continue
        words = [word.value or word.text for word in effective.words]
        mentions = any(word.rpartition("/")[2] == name for word in words[1:])
        if words[0].startswith(("/", "./")) and words[0].rpartition("/")[2] == name:
            return words[0]
        if not mentions:
            continue
        if effective.name in UNPACKERS or effective.name in INSTALLERS or effective.name in RUNNERS:
            return effective.name
        makes_program = any("x" in word or word in ("755", "0755", "777", "700", "555") for word in words[1:2])
        if effective.name == "chmod" and makes_program:
            return name
    return None
