from __future__ import annotations

from dagdock.api import Bad, Fix, Problem, Problems, Run, rule

from ._downloads import downloads, is_quiet, is_small
from ._layers import add_option
from ._shells import has_busybox


@rule(
    "DF432",
    severity="info",
    since="0.1",
    default=False,
    fix="safe",
    aliases=["hadolint:DL3047"],
    tags=["style"],
    words=["wget"],
    bad=[
        Bad(
            "FROM alpine:3.20\nRUN «wget» https://example.com/tool.tar.gz\n",
            fixed="FROM alpine:3.20\nRUN wget -q https://example.com/tool.tar.gz\n",
        ),
    ],
    good=[
        "FROM alpine:3.20\nRUN wget -qO- https://example.com/tool.tar.gz | tar xz\n",
        "FROM debian:12\nRUN wget https://example.com/tool.tar.gz\n",
    ],
)
def busybox_wget_progress(run: Run) -> Problems:
    """BusyBox's wget fills the log of the build with its progress bar, or any wget a little.

    The small wget of Alpine and BusyBox images knows no `--progress`, which `wget-progress` asks for elsewhere. `-q`
    leaves the bar out; errors are still shown. Keys and lists of sources are fetched in one line, which is no loss to
    anybody, and are reported here as well.

    https://busybox.net/downloads/BusyBox.html#wget
    """
    for download in downloads(run.script):
        if download.name == "wget" and not is_quiet(download) and (has_busybox(run) or is_small(download)):
            yield Problem(
                download.command.words[0],
                "wget fills the log of the build with its progress. Add `-q`",
                fix=Fix("Add `-q`", [add_option(run, download.command.words[0], "-q")]),
            )
            return
