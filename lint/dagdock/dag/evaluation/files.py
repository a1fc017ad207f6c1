"""Reading the project's own files, as DAG files do that make DAGs from configurations: `open`, `glob`, `Path`."""

from __future__ import annotations

import ast
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from posixpath import join
from typing import TYPE_CHECKING

from dagdock.dag.evaluation.frames import Frame
from dagdock.dag.evaluation.values import Host, Stream, Unknown, Value

if TYPE_CHECKING:
    from dagdock.dag.evaluation.calls import Calls

MAX_NAMES = 5_000


class OpenFile:
    """A file of the project that is open for reading."""

    __slots__ = ("content", "name")

    def __init__(self, name: str, content: str | bytes) -> None:
        self.name = name
        self.content = content


class FolderEntry:
    """What `os.scandir` gives."""

    __slots__ = ("folder", "is_dir", "name")

    def __init__(self, folder: str, name: str, *, is_dir: bool) -> None:
        self.folder = folder
        self.name = name
        self.is_dir = is_dir


def open_file(run: Calls, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
    """`open(path, mode)`."""
    path = args[0] if args else kwargs.get("file")
    mode = args[1] if len(args) > 1 else kwargs.get("mode", "r")
    if isinstance(path, (str, PurePosixPath)) and isinstance(mode, str) and not set(mode) - set("rbt"):
        content = run.surroundings.read(str(path), frame.path)
        if content is not None:
            return _opened(run, str(path), content, mode, node, frame)
    run.foreign_calls += 1
    return run.unknown_data("what a file holds", node, frame)


def _opened(run: Calls, name: str, content: bytes, mode: str, node: ast.AST, frame: Frame) -> Value:
    if "b" in mode:
        return OpenFile(name, content)
    try:
        return OpenFile(name, content.decode("utf-8").replace("\r\n", "\n"))
    except ValueError:
        return run.unknown_data("what a file holds", node, frame)


def of_open_file(run: Calls, value: OpenFile, name: str, node: ast.AST, frame: Frame) -> Value:
    """An attribute of an open file."""
    if name == "name":
        return value.name
    if name == "read":
        return Host(name, lambda args, kwargs, at: value.content)
    if name == "readlines":
        return Host(name, lambda args, kwargs, at: value.content.splitlines(keepends=True))
    return Host(name, lambda args, kwargs, at: None)


def of_entry(run: Calls, value: FolderEntry, name: str, node: ast.AST, frame: Frame) -> Value:
    """An attribute of what `os.scandir` gives."""
    if name == "name":
        return value.name
    if name == "path":
        return join(value.folder, value.name)
    if name in ("is_file", "is_dir"):
        verdict = value.is_dir is (name == "is_dir")
        return Host(name, lambda args, kwargs, at: verdict)
    return run.unknown_data(f".{name} of a folder's entry", node, frame)


def of_path(run: Calls, value: PurePosixPath, name: str, node: ast.AST, frame: Frame) -> Value:
    """A method of a path that looks at the disk; None for one that does not."""
    text = str(value)
    if name in ("absolute", "resolve", "expanduser"):
        return Host(name, lambda args, kwargs, at: value)
    if name == "open":
        return Host(name, lambda args, kwargs, at: open_file(run, [text, *args], kwargs, at, frame))
    if name in ("read_text", "read_bytes"):
        opened = open_file(run, [text, "r" if name == "read_text" else "rb"], {}, node, frame)
        return Host(name, lambda args, kwargs, at: opened.content if isinstance(opened, OpenFile) else opened)
    if name in ("exists", "is_file", "is_dir"):
        return Host(name, lambda args, kwargs, at: _exists(run, text, name, at, frame))
    if name in ("iterdir", "glob", "rglob"):

        def names(args: list[Value], kwargs: dict[str, Value], at: ast.AST) -> Value:
            pattern = "*" if name == "iterdir" else args[0] if args else None
            if not isinstance(pattern, str):
                return run.unknown_data("what a folder holds", at, frame)
            if name == "rglob":
                pattern = f"**/{pattern}"
            found = _matching(run, text, pattern, frame.path)
            if found is None:
                run.foreign_calls += 1
                return run.unknown_data("what a folder holds", at, frame)
            return Stream(iter([PurePosixPath(one) for one in found]))

        return Host(name, names)
    return None


def _exists(run: Calls, name: str, what: str, node: ast.AST, frame: Frame) -> Value:
    folder, _, last = name.rpartition("/")
    for one, below in run.surroundings.names(folder or ".", frame.path) or ():
        if one == last:
            return not below if what == "is_file" else below if what == "is_dir" else True
    return run.unknown_data(f"whether {name} exists", node, frame)


def exists(run: Calls, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
    """`os.path.exists(path)`."""
    return _asked(run, "exists", args, node, frame)


def is_file(run: Calls, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
    """`os.path.isfile(path)`."""
    return _asked(run, "is_file", args, node, frame)


def is_dir(run: Calls, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
    """`os.path.isdir(path)`."""
    return _asked(run, "is_dir", args, node, frame)


def _asked(run: Calls, what: str, args: list[Value], node: ast.AST, frame: Frame) -> Value:
    if args and isinstance(args[0], (str, PurePosixPath)):
        return _exists(run, str(args[0]), what, node, frame)
    return args[0] if args and isinstance(args[0], Unknown) else run.unknown_data(what, node, frame)


def list_dir(run: Calls, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
    """`os.listdir(path)`."""
    found = _names(run, args, frame)
    return _no_names(run, args, node, frame) if found is None else run.made([name for name, _ in found])


def scan_dir(run: Calls, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
    """`os.scandir(path)`."""
    found = _names(run, args, frame)
    if found is None:
        return _no_names(run, args, node, frame)
    return Stream(iter([FolderEntry(str(args[0]), name, is_dir=below) for name, below in found]))


def glob(run: Calls, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
    """`glob.glob(pattern)`."""
    pattern = args[0] if args else kwargs.get("pathname")
    if not isinstance(pattern, (str, PurePosixPath)) or set(kwargs) - {"recursive", "pathname"}:
        return _no_names(run, args, node, frame)
    parts = str(pattern).split("/")
    fixed = next((number for number, part in enumerate(parts) if set(part) & set("*?[")), len(parts) - 1)
    folder = "/".join(parts[:fixed]) or ("/" if str(pattern).startswith("/") else ".")
    found = _matching(run, folder, "/".join(parts[fixed:]), frame.path)
    return _no_names(run, args, node, frame) if found is None else run.made(found)


def walk(run: Calls, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
    """`os.walk(path)`."""
    if not args or not isinstance(args[0], (str, PurePosixPath)):
        return _no_names(run, args, node, frame)
    rows: list[Value] = []
    waiting = [str(args[0])]
    for folder in waiting:
        found = run.surroundings.names(folder, frame.path)
        if found is None or len(rows) > MAX_NAMES:
            return _no_names(run, args, node, frame)
        folders = [name for name, below in found if below]
        rows.append((folder, folders, [name for name, below in found if not below]))
        waiting += [join(folder, name) for name in folders]
    return Stream(iter(rows))


def _names(run: Calls, args: list[Value], frame: Frame) -> list[tuple[str, bool]] | None:
    if not args or not isinstance(args[0], (str, PurePosixPath)):
        return None
    return run.surroundings.names(str(args[0]), frame.path)


def _no_names(run: Calls, args: list[Value], node: ast.AST, frame: Frame) -> Unknown:
    run.foreign_calls += 1
    if args and isinstance(args[0], Unknown):
        return args[0]
    return run.unknown_data("what a folder holds", node, frame)


def _matching(run: Calls, folder: str, pattern: str, path: str) -> list[str] | None:
    """The paths below a folder that match a pattern; None where the folder is not of the project."""
    parts = [part for part in pattern.split("/") if part not in ("", ".")]
    if run.surroundings.names(folder, path) is None:
        return None
    found: list[str] = []
    waiting = [(folder, parts)]
    for current, left in waiting:
        if len(waiting) > MAX_NAMES or len(found) > MAX_NAMES:
            return None
        names = run.surroundings.names(current, path) or []
        if left[0] == "**":
            waiting.append((current, left[1:] or ["*"]))
            waiting += [(join(current, name), left) for name, below in names if below]
            continue
        for name, below in names:
            if fnmatchcase(name, left[0]) and (left[0].startswith(".") or not name.startswith(".")):
                if len(left) == 1:
                    found.append(join(current, name))
                elif below:
                    waiting.append((join(current, name), left[1:]))
    return sorted(set(found))
