from __future__ import annotations

from posixpath import normpath

from dagdock.api import Bad, CopyLike, Onbuild, Problem, Problems, Run, Workdir, rule

# Folders that the kernel fills when the container starts, and those that hold the system's own programs.
KERNEL = ("/proc", "/sys", "/dev", "/boot")
SYSTEM = frozenset("/bin /sbin /lib /lib64 /etc /usr /usr/bin /usr/sbin /usr/lib /root/.ssh".split())


@rule(
    "DF511",
    severity="warning",
    since="0.1",
    lessons=["L14"],
    aliases=["trivy:DS-0030"],
    bad=[
        Bad("FROM debian:12\nWORKDIR «/dev/app»\n"),
        Bad("FROM debian:12\nWORKDIR «/usr/bin»\nCOPY tool .\n"),
    ],
    good=[
        "FROM debian:12\nWORKDIR /usr/src/app\n",
        "FROM debian:12\nWORKDIR /etc/nginx\n",
        'FROM debian:12\nCOPY tool /usr/bin/\nWORKDIR /usr/bin\nCMD ["./tool"]\n',
    ],
)
def workdir_system_folder(workdir: Workdir) -> Problems:
    """The working directory is a folder of the system.

    `/proc`, `/sys` and `/dev` are filled anew when a container starts, so what the build put there is gone. In
    `/usr/bin` or `/etc` files of the application get mixed with those of the system. Use a folder of its own. A WORKDIR
    behind which nothing is written, which only says where the program starts, is fine there.

    https://docs.docker.com/reference/dockerfile/#workdir
    """
    path = workdir.path.literal if workdir.path else None
    if workdir.path is None or not path or not path.startswith("/"):
        return
    clean = normpath(path)
    kernel = next((folder for folder in KERNEL if clean == folder or clean.startswith(f"{folder}/")), None)
    if kernel or (clean in SYSTEM and _is_filled(workdir)):
        why = f"`{kernel}` is filled anew when the container starts" if kernel else "the system's own files are there"
        yield Problem(workdir.path, f"{why}. Work in a folder of the application's own, such as `/app`")


def _is_filled(workdir: Workdir) -> bool:
    """Whether something may be put there: by a step of the stage up to its next WORKDIR, or of one built on it."""
    stage, instructions = workdir.stage, workdir.dockerfile.instructions
    if stage is None or workdir.onbuild is not None:
        return True
    for number in range(workdir.index + 1, len(instructions)):
        following = instructions[number]
        if following.stage is not stage:
            break
        if isinstance(following, Workdir):
            return False
        if isinstance(following, (CopyLike, Onbuild, Run)):
            return True
    return not stage.is_final
