from __future__ import annotations

from dagdock.api import Bad, CopyLike, Problem, Problems, rule

from ._copies import inside_container
from ._layers import ships
from ._users import ROOT

SYSTEM = ("/bin", "/sbin", "/usr", "/lib", "/etc", "/opt")


@rule(
    "DF509",
    severity="info",
    since="0.1",
    default=False,
    lessons=["L13"],
    aliases=["sonar:S6504", "kics:chown-flag-exists"],
    tags=["security"],
    bad=[
        Bad("FROM python:3.12-slim\nCOPY «--chown=app:app» start.sh /usr/local/bin/\nUSER app\n"),
    ],
    good=[
        "FROM python:3.12-slim\nCOPY start.sh /usr/local/bin/\nUSER app\n",
        "FROM python:3.12-slim\nCOPY --chown=app:app data /home/app/data\nUSER app\n",
    ],
)
def copy_owned_by_user(copy: CopyLike) -> Problems:
    """Programs are copied into the image so that an ordinary user owns them and can change them.

    Whoever breaks into the program can then replace it. Files that the program only reads or runs had better belong
    to root. The rule is off by default: many images give their whole folder to the user, and rightly so where the
    program writes there.

    https://docs.docker.com/reference/dockerfile/#copy---chown---chmod
    """
    flag = copy.flag("chown")
    if flag is None or not flag.value or "$" in flag.value or copy.stage is None or not ships(copy):
        return
    user, _, group = flag.value.partition(":")
    if user.lower() in ROOT and (not group or group.lower() in ROOT):
        return
    target = inside_container(copy)
    scripts = any(str(word.literal or "").endswith((".sh", ".py", ".rb", ".pl")) for word in copy.sources)
    if scripts or (target is not None and target.startswith(tuple(f"{folder}/" for folder in SYSTEM))):
        yield Problem(
            flag,
            f"`{flag.value}` owns what is copied here and can change it. Leave programs to root, and give the user "
            "only the folders that the program writes to",
        )
