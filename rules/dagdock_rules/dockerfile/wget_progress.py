from __future__ import annotations

from dagdock.api import Bad, Fix, Problem, Problems, Run, rule

from ._downloads import downloads, is_quiet, is_small
from ._layers import add_option
from ._shells import has_gnu_tools, may_have_busybox


@rule(
    "DF408",
    severity="info",
    since="0.1",
    fix="safe",
    aliases=["hadolint:DL3047"],
    words=["wget"],
    words_near=True,
    bad=[
        Bad(
            "FROM debian:12\nRUN «wget» https://example.com/tool.tar.gz\n",
            fixed="FROM debian:12\nRUN wget --progress=dot:giga https://example.com/tool.tar.gz\n",
        ),
    ],
    good=[
        "FROM debian:12\nRUN wget -nv https://example.com/tool.tar.gz\n",
        "FROM debian:12\nRUN wget -qO- https://example.com/tool.tar.gz | tar xz\n",
        "FROM alpine:3.20\nRUN wget https://example.com/tool.tar.gz\n",
    ],
)
def wget_progress(run: Run) -> Problems:
    """wget fills the log of the build with its progress bar.

    wget writes a line for every 50 KB where no terminal is, thousands for a large file, and what went wrong drowns in
    them. `--progress=dot:giga` writes one for every 32 MB. BusyBox's wget, as Alpine has it, knows no `--progress`:
    use `-q` there.

    https://www.gnu.org/software/wget/manual/html_node/Download-Options.html
    """
    for download in downloads(run.script):
        if download.name == "wget" and not (is_quiet(download) or is_small(download) or may_have_busybox(run)):
            yield Problem(
                download.command.words[0],
                "wget fills the log of the build with its progress, a line for every 50 KB. Add `--progress=dot:giga`, "
                "or `-nv`",
                fix=Fix(
                    "Add `--progress=dot:giga`",
                    [add_option(run, download.command.words[0], "--progress=dot:giga")],
                    "safe" if has_gnu_tools(run) else "unsafe",
                ),
            )
            return
