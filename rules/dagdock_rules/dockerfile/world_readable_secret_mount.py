from __future__ import annotations

from dagdock.api import Bad, Fix, Mount, Problem, Problems, Run, rule

from ._users import is_root


@rule(
    "DF419",
    severity="warning",
    since="0.1",
    fix="safe",
    security=5.0,
    aliases=["sonar:S6469"],
    tags=["security"],
    bad=[
        Bad(
            "FROM debian:12\nRUN --mount=type=secret,id=key,«mode=0644» cat /run/secrets/key\n",
            fixed="FROM debian:12\nRUN --mount=type=secret,id=key,mode=0600 cat /run/secrets/key\n",
        ),
    ],
    good=[
        "FROM debian:12\nRUN --mount=type=secret,id=key,mode=0400,uid=1000 cat /run/secrets/key\n",
        "FROM debian:12\nRUN --mount=type=cache,target=/cache,mode=0777 make\n",
    ],
    words=["--mount"],
    words_near=True,
)
def world_readable_secret_mount(run: Run) -> Problems:
    """A secret is handed to a RUN so that every user of the step may read it.

    A mounted secret or SSH socket belongs to root and is for nobody else by default. `mode=` with a last digit other
    than 0 opens it to every process of the step. Where another user needs it, hand it to that user: `uid=1000`.

    https://docs.docker.com/reference/dockerfile/#run---mounttypesecret
    """
    for mount in run.mounts:
        mode = mount.field("mode")
        if mount.type not in ("secret", "ssh") or mode is None or mode.value is None:
            continue
        if mode.value.isdigit() and not set(mode.value) & set("89") and int(mode.value, 8) & 7:
            yield Problem(
                mode,
                f"with mode {mode.value} every user of this step may read the {mount.type} mount. Use `mode=0600`, and "
                "`uid=` where another user needs it",
                fix=Fix.replace("Use mode 0600", mode.value, "0600", "safe" if _is_for_owner(run, mount) else "unsafe"),
            )


def _is_for_owner(run: Run, mount: Mount) -> bool:
    """Whether the user of the step stays able to read it: it owns the mount, or is root."""
    user = run.stage.user_at(run) if run.stage else None
    return mount.field("uid") is not None or user is None or (run.stage is not None and is_root(user, run.stage))
