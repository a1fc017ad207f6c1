from __future__ import annotations

from dagdock.api import Bad, Command, Fix, Problem, Problems, Related, Run, Script, rule

from ._downloads import INTERPRETERS, Download, downloads, is_checked
from ._layers import add_option
from ._pipes import open_pipes

FAIL = ("-f", "--fail", "--fail-with-body", "--fail-early")
# With these the answer is looked at, or something is sent.
ASKS = (
    "-I",
    "--head",
    "-w",
    "--write-out",
    "-X",
    "--request",
    "-d",
    "--data",
    "--data-raw",
    "--data-binary",
    "--json",
    "-T",
    "--upload-file",
    "-F",
    "--form",
    "-V",
    "--version",
    "-h",
    "--help",
    "-i",
    "--include",
    "-K",
    "--config",
)
# What fails by itself when it is given an error page.
STRICT = frozenset(
    "tar bsdtar unzip gunzip zcat xz unxz bunzip2 zstd jq gpg gpg2 apt-key dpkg rpm base64 cpio 7z jar python python3 "
    "grep apk sha256sum git patch openssl sudo node perl ruby".split()
)


@rule(
    "DF423",
    severity="warning",
    since="0.1",
    fix="safe",
    words=["curl"],
    words_near=True,
    bad=[
        Bad(
            (
                "FROM debian:12\n"
                "RUN «curl» -sSLo /usr/local/bin/tool https://example.com/tool && chmod +x /usr/local/bin/tool\n"
            ),
            fixed=(
                "FROM debian:12\n"
                "RUN curl -f -sSLo /usr/local/bin/tool https://example.com/tool && chmod +x /usr/local/bin/tool\n"
            ),
        ),
        Bad(
            "FROM debian:12\nRUN «curl» -sSL https://example.com/install.sh | bash\n",
            fixed="FROM debian:12\nRUN curl -f -sSL https://example.com/install.sh | bash\n",
        ),
    ],
    good=[
        (
            "FROM debian:12\n"
            "RUN curl -fsSLo /usr/local/bin/tool https://example.com/tool && chmod +x /usr/local/bin/tool\n"
        ),
        "FROM debian:12\nRUN curl -sL https://example.com/tool.tgz | tar xz\n",
        "FROM debian:12\nRUN curl -I https://example.com && curl -s http://localhost:8080/health\n",
    ],
)
def curl_without_fail(run: Run) -> Problems:
    """curl takes an error page for the file, and the build goes on.

    Without `-f` curl is content with any answer: for a wrong address it stores the page that says `404 Not Found`
    under the name of your program, or feeds it to the shell. With `-f` it fails, and the build stops where the fault
    is. wget does so by itself.

    https://curl.se/docs/manpage.html#-f
    """
    script = run.script
    if is_checked(script):
        return
    found = [
        download
        for download in downloads(script)
        if download.name == "curl"
        and _stores(download)
        and not download.is_local
        and not _fails_anyway(download, script)
    ]
    if found:
        first, places = found[0], [download.command.words[0] for download in found]
        harm = (
            f"stores the error page as {_target(first)}" if first.file else f"passes the error page to {_reader(first)}"
        )
        others = f"{len(found) - 1} other calls" if len(found) > 2 else "other call"
        more = f" here, and to the {others} of this RUN" if len(found) > 1 else ""
        piped = [command for pipes in open_pipes(run) for pipe in pipes for command in pipe]
        if not first.file and first.outer in piped:
            both = more and all(each.outer in piped for each in found)
            whose = "their failure" if both else "its failure in the pipe" if more else "its failure"
            more += f", and `pipefail` (DF409 says how), without which {whose} does not count"
        yield Problem(
            places[0],
            f"when the server answers with an error, curl {harm} and reports no failure. Add `-f`{more}",
            related=[Related(place, "and here") for place in places[1:4]],
            fix=Fix("Add `-f`", [add_option(run, place, "-f") for place in places]),
        )


def _target(download: Download) -> str:
    name = download.file or ""
    return "the file" if name.startswith("$") and "/" not in name else f"`{name}`"


def _reader(download: Download) -> str:
    pipe = download.outer.pipeline
    names = [command.effective.name for command in pipe[pipe.index(download.outer) + 1 :]] if pipe else []
    return f"`{names[0]}`" if names and names[0] else "the shell"


def _stores(download: Download) -> bool:
    """Whether what it fetches goes into a file or to another command, and any answer will do."""
    if download.has(*FAIL) is not False or download.has(*ASKS) is not False or not download.urls:
        return False
    if download.file in ("/dev/null", None):
        return False
    if any(word.prefix.startswith("file:") for word in download.urls):
        return False
    return (
        bool(download.file)
        or download.outer in download.outer.pipeline[:-1]
        or "substitution" in (download.outer.context)
    )


def _keeps(command: Command) -> bool:
    """Whether a command runs what it reads, or stores it."""
    effective = command.effective
    stores = any(
        redirect.operator.startswith(">") and redirect.descriptor in ("", "1") for redirect in effective.redirects
    )
    return stores or effective.name in ("tee", "sponge", *INTERPRETERS)


def _fails_anyway(download: Download, script: Script) -> bool:
    """Whether the next to read it cannot make anything of an error page, so that the step fails all the same."""
    pipe = download.outer.pipeline
    if download.outer in pipe:
        behind = pipe[pipe.index(download.outer) + 1 :]
        if any(command.effective.name in STRICT for command in behind):
            return True
        # What a filter picks from an error page is nothing, and where that is used another rule says so.
        return not any(_keeps(command) for command in behind)
    if "substitution" in download.outer.context:
        return not any(command.effective.name in ("sh", "bash", "eval") for command in script.commands)
    name = (download.file or "").rstrip("/").rpartition("/")[2]
    hidden = name.startswith("$")  # then any variable may be the file's name
    return any(
        command.effective.name in STRICT
        and command.start > download.outer.start
        and any(
            (hidden and word.variables) or (word.value or word.text).strip("\"'").rpartition("/")[2] == name
            for word in command.effective.arguments
        )
        for command in script.commands
    )
