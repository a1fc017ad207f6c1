"""Which shell reads a command: told by its name, by a heredoc's first line, by the base image."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dagdock.image import ImageRef

POSIX, UNKNOWN = "posix-sh", "unknown"
_BY_PROGRAM = {
    "sh": POSIX,
    "dash": POSIX,
    "ash": "ash",
    "bash": "bash",
    "rbash": "bash",
    "zsh": "zsh",
    "ksh": "ksh",
    "ksh93": "ksh",
    "mksh": "ksh",
    "powershell": "powershell",
    "pwsh": "powershell",
    "cmd": "cmd",
}


def of_program(path: str) -> str | None:
    """The dialect that a program reads (`/bin/bash`, `cmd.exe`, `C:\\\\…\\\\pwsh.exe`); None where it is no shell."""
    name = path.replace("\\", "/").rpartition("/")[2].lower().removesuffix(".exe")
    return _BY_PROGRAM.get(name)


def of_words(words: list[str]) -> str:
    """The dialect of SHELL's words: that of the first shell among them (`conda run -n x bash -c`)."""
    for word in words:
        dialect = of_program(word)
        if dialect is not None:
            return dialect
        if word.rpartition("/")[2] == "busybox":
            return "ash"
    return UNKNOWN


def of_shebang(text: str) -> str | None:
    """The dialect that the `#!` line of a script names; None where it has none."""
    if not text.startswith("#!"):
        return None
    words = text.partition("\n")[0][2:].split()
    if words and words[0].rpartition("/")[2] == "env":
        words = [word for word in words[1:] if not word.startswith("-") and "=" not in word]
    return of_program(words[0]) or UNKNOWN if words else UNKNOWN


def shell_of_image(image: ImageRef) -> tuple[str, ...]:
    """The SHELL that an image is known to bring, which holds for what is built on it; nothing for all others.

    https://github.com/apache/airflow/blob/main/Dockerfile
    https://github.com/jupyter/docker-stacks/blob/main/images/docker-stacks-foundation/Dockerfile
    """
    name = image.familiar
    if name == "apache/airflow":
        return "/bin/bash", "-o", "pipefail", "-o", "errexit", "-o", "nounset", "-o", "nolog", "-c"
    if name.startswith(("jupyter/", "quay.io/jupyter/")):
        return "/bin/bash", "-o", "pipefail", "-c"
    return ()


def of_image(image: ImageRef) -> str | None:
    """The dialect of the SHELL that an image brings, or of a Windows image; None for others, which have `/bin/sh`."""
    if words := shell_of_image(image):
        return of_words(list(words))
    name = f"{image.registry or ''}/{image.repository}".lower()
    if name.startswith(("mcr.microsoft.com/windows", "/microsoft/windowsservercore", "/microsoft/nanoserver")):
        return "cmd"
    # Images on top of Windows may have set a SHELL of their own: golang:1-windowsservercore has PowerShell.
    tag = (image.tag or "").lower()
    hints = ("windowsservercore", "nanoserver", "windows")
    return UNKNOWN if any(hint in tag or hint in name for hint in hints) else None
