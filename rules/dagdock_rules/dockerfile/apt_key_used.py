from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Run, rule


@rule(
    "DF329",
    severity="info",
    since="0.1",
    words=["apt-key"],
    bad=[
        Bad("FROM debian:12\nRUN curl -fsSL https://example.com/key.asc | «apt-key» add -\n"),
    ],
    good=[
        ("FROM debian:12\nRUN curl -fsSL https://example.com/key.asc -o /etc/apt/keyrings/vendor.asc\n"),
        "FROM debian:12\nRUN apt-key list\n",
    ],
)
def apt_key_used(run: Run) -> Problems:
    """`apt-key` is used, which newer releases no longer have.

    A key that `apt-key` adds is trusted for every archive, not only for its own. Debian 13 and Ubuntu 24.10 have
    removed the program, so the build fails there. Store the key in `/etc/apt/keyrings` and name it in the source: `deb
    [signed-by=/etc/apt/keyrings/vendor.asc] https://…`.

    https://manpages.debian.org/bookworm/apt/apt-key.8.en.html#DEPRECATION
    """
    for command in run.script.commands:
        effective = command.effective
        if effective.name == "apt-key" and any(word.value in ("add", "adv") for word in effective.arguments):
            yield Problem(
                effective.words[0],
                "`apt-key` is gone from Debian 13 and Ubuntu 24.10. Store the key in `/etc/apt/keyrings` and name it "
                "with `signed-by=` in the list of sources",
            )
