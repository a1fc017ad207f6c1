"""What an image is made for, told by the names of its file and stages."""

from __future__ import annotations

from dagdock.api import Stage

DEVELOPMENT = frozenset(
    "dev devel develop development debug debugger local test tests testing e2e ci devcontainer example examples "
    "sample samples demo playground sandbox fixture fixtures testdata lint".split()
)


def is_for_development(stage: Stage) -> bool:
    """Whether a stage, or its file, is made for development or tests: `AS dev`, `Dockerfile.dev`, `.devcontainer/`."""
    import re

    words = re.split(r"[^a-z0-9]+", f"{stage.name or ''}/{stage.span.source.path}".lower())
    return not DEVELOPMENT.isdisjoint(words)
