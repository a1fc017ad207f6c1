from __future__ import annotations

from posixpath import normpath

from dagdock.api import Bad, Problem, Problems, Workdir, rule

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
        Bad("FROM debian:12\nWORKDIR «/usr/bin»\n"),
    ],
    good=[
        "FROM debian:12\nWORKDIR /usr/src/app\n",
        "FROM debian:12\nWORKDIR /etc/nginx\n",
    ],
)
def workdir_system_folder(workdir: Workdir) -> Problems:
    """The working directory is a folder of the system.

    `/proc`, `/sys` and `/dev` are filled anew when a container starts, so what the build put there is gone. In
    `/usr/bin` or `/etc` files of the application get mixed with those of the system. Use a folder of its own.

    https://docs.docker.com/reference/dockerfile/#workdir
    """
    path = workdir.path.literal if workdir.path else None
    if workdir.path is None or not path or not path.startswith("/"):
        return
    clean = normpath(path)
    kernel = next((folder for folder in KERNEL if clean == folder or clean.startswith(f"{folder}/")), None)
    if kernel or clean in SYSTEM:
        why = f"`{kernel}` is filled anew when the container starts" if kernel else "the system's own files are there"
        yield Problem(workdir.path, f"{why}. Work in a folder of the application's own, such as `/app`")
