from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Related, Stage, rule

from ._both_downloaders import second_uses
from ._made_for import is_for_development


@rule(
    "DF407",
    severity="info",
    since="0.1",
    lessons=["L07"],
    aliases=["hadolint:DL4001", "trivy:DS-0014", "kics:run-using-wget-and-curl", "semgrep:use-either-wget-or-curl"],
    words=["wget"],
    bad=[
        Bad("FROM debian:12\nRUN wget -q https://example.com/a\nRUN «curl» -fO https://example.com/b\n"),
    ],
    good=[
        ("FROM debian:12\nRUN apt-get update && apt-get install -y curl wget\nRUN curl -fO https://example.com/b\n"),
        (
            "FROM debian:12 AS a\n"
            "RUN wget -q https://example.com/a\n"
            "FROM debian:12\n"
            "RUN curl -fO https://example.com/b\n"
        ),
    ],
)
def curl_and_wget(stage: Stage) -> Problems:
    """Both curl and wget are used in one stage.

    They do the same, and each brings its own packages and its own holes to mend. Use one of them for all downloads of
    the stage. Nothing is said of images to work in, nor where neither is installed and the base image may bring both.
    Alpine has a small wget of its own, which costs nothing: there it counts only where it is installed.

    https://docs.docker.com/build/building/best-practices/#dont-install-unnecessary-packages
    """
    found = [] if is_for_development(stage) else second_uses(stage)
    if found:
        download, other = found[0]
        yield Problem(
            download.command.words[0],
            f"`{download.name}` is used here and `{other.name}` in line {other.command.span.line}, so the image "
            "needs both. Use one of them for all downloads",
            related=[Related(other.command.words[0], f"here it is `{other.name}`")],
        )
