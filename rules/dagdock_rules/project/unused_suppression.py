from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Suppression, rule


@rule(
    "PJ901",
    severity="info",
    since="0.1",
    fix="safe",
    tags=["suppressions"],
    bad=[
        Bad(
            {"Dockerfile": "FROM alpine:3.20\n# dagdock: ignore[«DF102»]\nUSER 1000\n"},
            fixed={"Dockerfile": "FROM alpine:3.20\nUSER 1000\n"},
        ),
    ],
    good=[{"Dockerfile": "# dagdock: ignore[DF102] -- pinned by our registry\nFROM alpine:latest\nUSER 1000\n"}],
)
def unused_suppression(comment: Suppression) -> Problems:
    """A comment silences a rule that has nothing to say there.

    The code was mended and the comment stayed, or it never stood where it works. Left alone it hides
    the next real finding at this place. Nothing is said of a comment for another linter, which may see more.

    https://docs.astral.sh/ruff/rules/unused-noqa/
    """
    for name in comment.idle:
        yield Problem(name, f"`{name}` finds nothing here; remove it from the comment", fix=comment.remedy)
