"""Work on many items in several processes: forked, so that nothing is loaded or configured twice."""

from __future__ import annotations

import os
import pickle
import select
import sys
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from typing import Any, TypeVar

Item = TypeVar("Item")
Value = TypeVar("Value")

# Neighbours go to the same process: they tend to belong together, and what one links to is parsed only once.
BLOCK = 16
_DONE, _VALUES, _PROBLEM = b".", b"=", b"!"


class _Died(Exception):
    """A process ended without an answer, at the item of this number; `how` in words."""

    def __init__(self, at: int, how: str) -> None:
        super().__init__(how)
        self.at = at
        self.how = how


def available() -> int:
    """How many processes can work at the same time; 1 where this system cannot fork safely."""
    if not hasattr(os, "fork") or sys.platform == "darwin":
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def spread(
    work: Callable[[Item], Value],
    items: Sequence[Item],
    processes: int,
    *,
    lost: Callable[[Item, str], Value],
    name: Callable[[object], object],
    find: Callable[[Any], object],
    tell: Callable[[int], None],
) -> list[Value]:
    """The value of each item, in order. What `work` raises is raised here.

    `lost` gives the value for an item at which a process died, and how it died; the others are worked on again.
    `name` gives something small for an object that both sides have (None for all others), `find` the object for it.
    `tell` is told how many items are done.
    """
    values: dict[int, Value] = {}
    waiting = [[at for at in range(len(items)) if at // BLOCK % processes == number] for number in range(processes)]
    while waiting := [share for share in waiting if share]:
        children: list[_Child] = []
        try:
            children.extend(_Child(work, [items[at] for at in share], name) for share in waiting)
            _wait(children, lambda done: tell(len(values) + done))
            again: list[list[int]] = []
            for child, share in zip(children, waiting, strict=True):
                try:
                    found: list[Value] = child.values(find)
                    values.update(zip(share, found, strict=True))
                except _Died as death:
                    values[share[death.at]] = lost(items[share[death.at]], death.how)
                    again.append(share[: death.at] + share[death.at + 1 :])
            waiting = again
        finally:
            for child in children:
                child.close()
    return [values[at] for at in range(len(items))]


def _wait(children: Sequence[_Child], tell: Callable[[int], None]) -> None:
    """Until all have answered or died."""
    waiting = {child.pipe: child for child in children}
    done = 0
    while waiting:
        for pipe in select.select(list(waiting), [], [])[0]:
            if count := waiting[pipe].read():
                done += count
                tell(done)
            elif waiting[pipe].ended:
                del waiting[pipe]


class _Child:
    """A process at work. It writes a dot for each item that is done, then a sign and all values at once."""

    def __init__(self, work: Callable[[Any], Any], items: Sequence[Any], name: Callable[[object], object]) -> None:
        self.ended = False
        self._last = len(items) - 1
        self._written = bytearray()
        self._dots = 0
        self._status: int | None = None
        sys.stdout.flush()
        sys.stderr.flush()
        self.pipe, theirs = os.pipe()
        self._process = os.fork()
        if not self._process:
            os.close(self.pipe)
            _serve(theirs, work, items, name)
        os.close(theirs)

    def read(self) -> int:
        """Take in what there is; how many items were done since."""
        piece = os.read(self.pipe, 1 << 20)
        self.ended = not piece
        self._written += piece
        dots = len(self._written) - len(self._written.lstrip(_DONE))
        new, self._dots = dots - self._dots, dots
        return new

    def values(self, find: Callable[[Any], object]) -> list[Any]:
        answer = bytes(self._written[self._dots :])
        self._status = os.waitpid(self._process, 0)[1]
        if answer[:1] not in (_VALUES, _PROBLEM):
            signal = os.WTERMSIG(self._status) if os.WIFSIGNALED(self._status) else 0
            raise _Died(min(self._dots, self._last), f"signal {signal}" if signal else f"status {self._status >> 8}")
        values = _Unpickler(answer[1:], find).load()
        if answer[:1] == _PROBLEM:
            raise values
        return list(values)

    def close(self) -> None:
        os.close(self.pipe)  # one that still works stops at its next dot
        if self._status is None:
            self._status = os.waitpid(self._process, 0)[1]


def _serve(pipe: int, work: Callable[[Any], Any], items: Sequence[Any], name: Callable[[object], object]) -> None:
    """What the child does; it never returns."""
    status = 1
    try:
        try:
            values = list(_work(pipe, work, items))
            answer = _VALUES + _pickled(values, name)
        except Exception as problem:
            answer = _PROBLEM + _pickled(problem, name)
        with open(pipe, "wb") as file:
            file.write(answer)
        status = 0
    except (OSError, KeyboardInterrupt):
        pass  # the parent has gone or goes; it has told the user why
    finally:
        os._exit(status)


def _work(pipe: int, work: Callable[[Any], Any], items: Sequence[Any]) -> Iterator[Any]:
    for item in items:
        yield work(item)
        os.write(pipe, _DONE)


def _pickled(value: object, name: Callable[[object], object]) -> bytes:
    buffer = BytesIO()
    pickler = _Pickler(buffer, name)
    pickler.dump(value)
    return buffer.getvalue()


class _Pickler(pickle.Pickler):
    def __init__(self, file: BytesIO, name: Callable[[object], object]) -> None:
        super().__init__(file, pickle.HIGHEST_PROTOCOL)
        self._name = name

    def persistent_id(self, value: object) -> object:
        return self._name(value)


class _Unpickler(pickle.Unpickler):
    def __init__(self, content: bytes, find: Callable[[Any], object]) -> None:
        super().__init__(BytesIO(content))
        self._find = find

    def persistent_load(self, name: object) -> object:
        return self._find(name)
