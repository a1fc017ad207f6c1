"""YAML text → documents of nodes that know where they stand; what cannot be read becomes faults.

Nothing is interpreted here: scalars stay text, `<<` stays a key, a key written twice stays twice.
"""

from __future__ import annotations

from dagdock.yamltree.nodes import Alias, Document, Entry, Fault, Mapping, Node, Scalar, Sequence, Tree, follow, walk
from dagdock.yamltree.reading import parse

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
