from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Suppression, rule


@rule(
    "PJ902",
    severity="warning",
    since="0.1",
    tags=["suppressions"],
    bad=[
        Bad({"Dockerfile": "«# dagdock: ignore»\nFROM alpine:3.20\nUSER 1000\n"}),
        Bad({"Dockerfile": "# dagdock: ignore[«latest-base-imagee»]\nFROM alpine:3.20\nUSER 1000\n"}),
    ],
    good=[{"Dockerfile": "# dagdock: ignore[latest-base-image] -- ours\nFROM alpine:latest\nUSER 1000\n"}],
)
def invalid_suppression(comment: Suppression) -> Problems:
    """A `# dagdock:` comment cannot be understood, so it silences nothing.

    Write `# dagdock: ignore[DF203]` above a statement (or behind it, in YAML and Python), or
    `# dagdock: ignore-file[DF203]` for a whole file. Codes and names both work, several with commas;
    a reason may follow after ` -- `.

    https://docs.astral.sh/ruff/linter/#error-suppression
    """
    if comment.fault:
        yield Problem(comment, comment.fault)
    for name, nearest in comment.unknown.items():
        advice = f"did you mean `{nearest}`?" if nearest else "`dagdock rules` lists them all"
        yield Problem(name, f"no rule is called `{name}`; {advice}")
