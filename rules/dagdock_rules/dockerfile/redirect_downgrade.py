from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Run, rule

from ._downloads import downloads, runs_output


@rule(
    "DF415",
    severity="info",
    since="0.1",
    default=False,
    aliases=["sonar:S6506"],
    tags=["security"],
    words=["curl", "wget"],
    bad=[
        Bad("FROM debian:12\nRUN «curl» -fsSL https://example.com/install.sh | sh\n"),
    ],
    good=[
        "FROM debian:12\nRUN curl --proto '=https' -fsSL https://example.com/install.sh | sh\n",
        "FROM debian:12\nRUN curl -fsS https://example.com/install.sh | sh\n",
    ],
)
def redirect_downgrade(run: Run) -> Problems:
    """A script is fetched with redirects followed, to wherever they lead, and run.

    `curl -L` follows a redirect from `https://` to `http://` as well, where anybody on the way can hand in another
    script. `--proto '=https'` refuses that; wget takes `--https-only` or `--max-redirect=0`. Only on request: the
    server itself would have to send such a redirect.

    https://curl.se/docs/manpage.html#--proto
    """
    for download in downloads(run.script):
        if download.is_local or runs_output(download, run.script) is None:
            continue
        if download.name == "curl":
            follows = download.has("-L", "--location") is True
            safe = download.has("--proto", "--proto-redir") is not False
            option = "--proto '=https'"
        else:
            follows = True
            safe = download.has("--max-redirect", "--https-only") is not False
            option = "--max-redirect=0"
        if follows and not safe:
            yield Problem(
                download.command.words[0],
                f"a redirect may lead to an unprotected address, and what comes from there is run. Add `{option}`",
            )
