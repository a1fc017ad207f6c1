"""What the shape of a Compose file makes known to the rules: the faults of one kind."""

from __future__ import annotations

from collections.abc import Iterator

from dagdock.api import ComposeFile, Scalar, ShapeFault

from ._model import is_for_podman, is_for_swarm


def faults_of(file: ComposeFile, kind: str) -> Iterator[ShapeFault]:
    """None where the file is for Swarm or for Podman, which read other dialects."""
    if not is_for_swarm(file) and not is_for_podman(file):
        for fault in file.shape:
            if fault.kind == kind:
                yield fault


def is_plain(fault: ShapeFault) -> bool:
    """Whether what is wrong is a scalar on one line without quotes: its text can be replaced as it stands.

    One with an anchor may be right elsewhere.
    """
    node = fault.node
    is_whole = isinstance(node, Scalar) and node.raw == node.value and fault.span == node.span
    return is_whole and isinstance(node, Scalar) and node.style == "plain" and node.anchor is None
