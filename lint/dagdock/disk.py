"""Files on disk as the user sees them: their names, why one cannot be read, and how one is replaced without harm."""

from __future__ import annotations

import errno
import os
from contextlib import suppress

from dagdock.facts import Disk
from dagdock.project.classify import is_compose_name, is_dockerfile_name


def shown(path: str) -> str:
    """An absolute path as the user sees it: relative to the working directory, with `/`."""
    here = os.path.join(os.getcwd(), "")
    if path.startswith(here) and path == os.path.normpath(path):
        return path[len(here) :].replace(os.sep, "/")
    try:
        return os.path.relpath(path).replace(os.sep, "/")
    except ValueError:  # another drive
        return path.replace(os.sep, "/")


def why_unreadable(path: str, *, named: bool) -> str | None:
    """Why a file's content is not to be had, in words for the user.

    None where the user did not name the file and would not miss it: a dangling link, something that is no file.
    """
    try:
        if not os.path.isfile(path):
            if not named:
                return None
            return "is no regular file" if os.path.exists(path) else "no such file or folder"
        size = os.path.getsize(path)
        name = os.path.basename(path).lower()
        if size > Disk.MAX_BYTES and not (named or is_dockerfile_name(name) or is_compose_name(name)):
            return None  # data that happens to be YAML
        if size > Disk.MAX_BYTES:
            limit = f"{Disk.MAX_BYTES // 1_000_000} MB"
            return (
                f"too large to check: {size / 1_000_000:.1f} MB where {limit} is the limit; `exclude` it to go without"
            )
        with open(path, "rb"):
            return None
    except OSError as problem:
        return f"cannot be read: {problem.strerror}"


def replace(path: str, content: bytes) -> None:
    """Put new content into a file, all of it or nothing: mode and, where allowed, owner are kept, a link stays a link.

    Raises OSError.
    """
    target = os.path.realpath(path)
    status = os.stat(target)
    if not status.st_mode & 0o222:  # the folder would let us, but somebody meant it
        raise PermissionError(errno.EACCES, "the file is read-only", path)
    _put(target, content, status)


def put(path: str, content: bytes) -> None:
    """The same for a file that need not be there yet. Raises OSError."""
    if os.path.exists(path):
        replace(path, content)
    else:
        _put(os.path.realpath(path), content, None)


def _put(target: str, content: bytes, status: os.stat_result | None) -> None:
    temporary = f"{target}.dagdock-{os.getpid()}.tmp"
    try:
        mode = 0o666 if status is None else 0o600  # what the umask leaves of it, until it is known whose it is
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.write(content)
        if status is not None:
            if hasattr(os, "chown") and (os.geteuid(), os.getegid()) != (status.st_uid, status.st_gid):
                with suppress(PermissionError):  # somebody else's file in a folder of ours: the content is what matters
                    os.chown(temporary, status.st_uid, status.st_gid)
            os.chmod(temporary, status.st_mode & 0o7777)
        os.replace(temporary, target)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise
