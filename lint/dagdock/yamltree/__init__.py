"""YAML text → documents of nodes that know where they stand; what cannot be read becomes faults.

Nothing is interpreted here: scalars stay text, `<<` stays a key, a key written twice stays twice.
"""

from __future__ import annotations

from dagdock.text import Source
from dagdock.yamltree.nodes import Alias, Document, Entry, Fault, Mapping, Node, Scalar, Sequence, Tree, follow, walk

__all__ = [
    "Alias",
    "Document",
    "Entry",
    "Fault",
    "Mapping",
    "Node",
    "Scalar",
    "Sequence",
    "Tree",
    "follow",
    "parse",
    "walk",
]


def parse(source: Source) -> Tree:
    """Read YAML. Never raises: what is wrong is in `faults`, and the tree holds what stands before it.

    PyYAML is loaded only now, so that rules can import the nodes for nothing.
    """
    from dagdock.yamltree.reading import parse

    return parse(source)
