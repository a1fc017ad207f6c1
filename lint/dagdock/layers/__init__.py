"""The layers a Dockerfile is built into, what the cache key of each depends on, and which of them a change rebuilds.

The rules are BuildKit's own (https://docs.docker.com/build/cache/invalidation/): a step is looked up by its text, the
result it stands on, and a checksum of the files it is given. What cannot be known without building is said to be so:
a layer is `rebuilt`, `may be rebuilt`, or stays.
"""

from __future__ import annotations

from dagdock.layers.changes import Change, Rebuild, rebuilt_by
from dagdock.layers.graph import BuildGraph, Input, Layer, LayerStage

__all__ = ["BuildGraph", "Change", "Input", "Layer", "LayerStage", "Rebuild", "rebuilt_by"]
