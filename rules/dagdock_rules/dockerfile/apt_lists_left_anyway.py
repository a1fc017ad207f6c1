from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Run, rule

from ._apt_lists import LISTS, is_left_alone, lists_left


@rule(
    "DF336",
    severity="info",
    since="0.1",
    default=False,
    lessons=["L07"],
    aliases=["hadolint:DL3009", "kics:apt-get-install-lists-were-not-deleted", "sonar:S6587"],
    tags=["size"],
    words=["apt"],
    bad=[Bad("FROM debian:12\nRUN «apt-get update»\nRUN make\n")],
    good=[
        "FROM debian:12\nRUN apt-get update && apt-get install -y curl\n",
        "FROM debian:12\nRUN apt-get update && rm -rf /var/lib/apt/lists/*\nRUN make\n",
    ],
)
def apt_lists_left_anyway(run: Run) -> Problems:
    """apt's package lists stay in the layer of a RUN for which there is no simple remedy.

    Nothing is installed from them, so that the update had better go, as `package-update-alone` says; or several steps
    behind switches (`if [ $A = true ]`) may need them. `apt-lists-left` reports all the others.

    https://docs.docker.com/build/building/best-practices/#apt-get
    """
    updates = lists_left(run)
    if updates and is_left_alone(run, updates[0]):
        yield Problem(
            updates[0],
            f"`{updates[0].manager} update` leaves its package lists in this layer. Delete `{LISTS}/*` where nothing "
            "needs them any more, in the same RUN",
        )
