from __future__ import annotations

from dagdock.api import Bad, Edit, Fix, Problem, Problems, Run, rule

from ..packages import package_commands

# Verbs that both have and that do the same.
SAME = ("install", "update", "upgrade", "remove", "purge", "autoremove", "clean", "autoclean")


@rule(
    "DF322",
    severity="info",
    since="0.1",
    fix="safe",
    aliases=["hadolint:DL3027", "checkov:CKV_DOCKER_9", "kics:run-using-apt", "semgrep:prefer-apt-get"],
    words=["apt"],
    words_near=True,
    bad=[
        Bad(
            "FROM debian:12\nRUN «apt» update && apt install -y curl\n",
            fixed="FROM debian:12\nRUN apt-get update && apt-get install -y curl\n",
        ),
    ],
    good=[
        "FROM debian:12\nRUN apt-get update && apt-get install -y apt-utils\n",
        "FROM debian:12\nRUN apt-cache policy curl && echo apt\n",
    ],
)
def apt_not_apt_get(run: Run) -> Problems:
    """`apt` is used where `apt-get` is meant for scripts.

    `apt` is made for people at a terminal: its output and its options may change from one release to the next, and it
    says so itself with every call. `apt-get` does the same and stays as it is.

    https://manpages.debian.org/bookworm/apt/apt.8.en.html#SCRIPT_USAGE_AND_DIFFERENCES_FROM_OTHER_APT_TOOLS
    """
    words = [command.effective.words[0] for command in run.script.commands if command.effective.name in ("apt",)]
    if words:
        calls = [call for call in package_commands(run.script) if call.manager == "apt" and call.verb in SAME]
        edits = [
            Edit(call.command.words[0], call.command.words[0].text[:-3] + "apt-get")
            for call in calls
            if call.command.words[0].text.endswith("apt")
        ]
        yield Problem(
            words[0],
            "`apt` is for people at a terminal, and says itself that scripts cannot rely on it. Use `apt-get`, which "
            "has the same commands",
            fix=Fix("Use `apt-get`", edits) if edits and len(calls) == len(words) and run.exec_form is None else None,
        )
