from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Run, rule

from ._downloads import downloads

AUTH = ("-H", "--header", "-u", "--user", "-d", "--data", "-X", "--request", "-F", "--form", "-b", "--cookie")


@rule(
    "DF512",
    severity="info",
    since="0.1",
    default=False,
    lessons=["L03"],
    aliases=["sonar:S7026"],
    bad=[
        Bad("FROM debian:12\nRUN «curl -fsSLo /usr/local/bin/tool https://example.com/tool»\n"),
    ],
    good=[
        "FROM debian:12\nADD --checksum=sha256:24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d "
        "https://example.com/tool /usr/local/bin/\n",
        "FROM debian:12\nRUN curl -fsSL https://example.com/install.sh | sh\n",
        "FROM debian:12\nRUN curl -fsSLo /t.tgz https://example.com/t.tgz && tar -xzf /t.tgz && rm /t.tgz\n",
    ],
)
def add_for_download(run: Run) -> Problems:
    """A RUN downloads one file and does nothing else with it.

    ADD fetches a file, too, asks the server at each build whether it has changed, and checks it with `--checksum`; the
    image needs no curl for it. The rule is off by default: others prefer to see every download in a RUN.

    https://docs.docker.com/reference/dockerfile/#add---checksum
    """
    commands = [each for each in run.script.commands if each.effective.name not in ("chmod", "mkdir", "set")]
    if len(commands) != 1 or run.script.broken:
        return
    for download in downloads(run.script):
        if len(download.urls) == 1 and download.file and not download.has(*AUTH) and not download.command.pipeline:
            yield Problem(
                download.command,
                f"ADD can fetch `{download.file.rpartition('/')[2]}` and check it: `ADD --checksum=sha256:… URL PATH`",
            )
