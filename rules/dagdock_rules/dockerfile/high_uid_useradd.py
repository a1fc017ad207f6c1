from __future__ import annotations

from dagdock.api import Bad, Fix, Problem, Problems, Run, rule

from ._layers import add_option
from ._useradd import users_with_id


@rule(
    "DF209",
    severity="warning",
    since="0.1",
    fix="safe",
    lessons=["L07"],
    aliases=["hadolint:DL3046"],
    tags=["size"],
    words=["useradd"],
    words_near=True,
    bad=[
        Bad(
            "FROM debian:12\nRUN «useradd -u 1234567» app\n",
            fixed="FROM debian:12\nRUN useradd -l -u 1234567 app\n",
        ),
    ],
    good=[
        "FROM debian:12\nRUN useradd -u 1000 app\n",
        "FROM debian:12\nRUN useradd --no-log-init --uid=1234567 app\n",
    ],
)
def high_uid_useradd(run: Run) -> Problems:
    """A user gets a very high id, and `useradd` writes huge files for it.

    `useradd` makes room in `/var/log/lastlog` and `faillog` for every id up to the new one. The files are almost empty,
    yet a layer may store them at their full size, gigabytes of nothing. `--no-log-init` (`-l`) leaves them alone.

    https://docs.docker.com/build/building/best-practices/#user
    """
    for user in users_with_id(run):
        if user.uid is not None and user.uid.isdigit() and len(user.uid) > 5:
            yield Problem(
                user.span,
                f"an id as high as {user.uid} makes `useradd` write log files that may swell this layer by gigabytes. "
                "Add `-l`",
                fix=Fix("Add `-l`", [add_option(run, user.command.words[0], "-l")]),
            )
