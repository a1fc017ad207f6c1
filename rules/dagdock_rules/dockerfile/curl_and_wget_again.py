from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Stage, rule

from ._both_downloaders import second_uses


@rule(
    "DF433",
    severity="info",
    since="0.1",
    default=False,
    lessons=["L07"],
    aliases=["hadolint:DL4001", "trivy:DS-0014", "kics:run-using-wget-and-curl"],
    words=["wget"],
    bad=[
        Bad(
            "FROM debian:12\nRUN wget -q https://example.com/a\nRUN curl -fO https://example.com/b\n"
            "RUN «wget» -q https://example.com/c\n"
        ),
    ],
    good=["FROM debian:12\nRUN wget -q https://example.com/a\nRUN curl -fO https://example.com/b\n"],
)
def curl_and_wget_again(stage: Stage) -> Problems:
    """curl or wget is used where the stage has used both before.

    `curl-and-wget` says so once a stage, at the second program. This names every RUN behind that, for those who want to
    see all that is to be changed.

    https://docs.docker.com/build/building/best-practices/#dont-install-unnecessary-packages
    """
    for download, other in second_uses(stage)[1:]:
        yield Problem(
            download.command.words[0],
            f"`{download.name}` once more, and `{other.name}` in line {other.command.span.line}. Use one of them",
        )
