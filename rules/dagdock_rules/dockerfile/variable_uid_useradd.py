from __future__ import annotations

from dagdock.api import Bad, Fix, Problem, Problems, Run, rule

from ._layers import add_option
from ._useradd import users_with_id


@rule(
    "DF221",
    severity="info",
    since="0.1",
    default=False,
    fix="safe",
    lessons=["L07"],
    aliases=["hadolint:DL3046"],
    tags=["size"],
    words=["useradd"],
    bad=[
        Bad(
            "FROM debian:12\nARG UID=1000\nRUN «useradd -m -u $UID» app\n",
            fixed="FROM debian:12\nARG UID=1000\nRUN useradd -l -m -u $UID app\n",
        ),
    ],
    good=[
        "FROM debian:12\nARG UID=1000\nRUN useradd -l -m -u $UID app\n",
        "FROM debian:12\nRUN useradd -u 1000 app\n",
    ],
)
def variable_uid_useradd(run: Run) -> Problems:
    """A user gets an id that is given from outside, which may be a very high one.

    Where people have their ids from a directory, these have seven digits and more, and `useradd` then writes log
    files that a layer may store at their full size. `--no-log-init` (`-l`) does no harm for low ids either. What is
    sure to be high, `high-uid-useradd` reports by default.

    https://docs.docker.com/build/building/best-practices/#user
    """
    for user in users_with_id(run):
        if user.uid is None:
            yield Problem(
                user.span,
                "with a high id from outside `useradd` writes log files that may swell this layer. Add `-l`",
                fix=Fix("Add `-l`", [add_option(run, user.command.words[0], "-l")]),
            )
