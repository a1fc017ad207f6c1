"""A Compose file: its services, resources, includes and faults."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from dagdock.compose.section import Section
from dagdock.compose.service import Service
from dagdock.compose.values import Value
from dagdock.text import Source, Span, Text
from dagdock.yamltree import Entry, Fault, Tree

Load = Callable[[str], "ComposeFile | None"]


class Resource(Section):
    """An entry of the top-level `networks`, `volumes`, `secrets` or `configs`; `span` is the name."""

    name: Text
    entry: Entry
    external: bool | None


class Include:
    """One entry of `include`."""

    paths: list[Value]
    project_directory: Value | None
    env_files: list[Value]
    span: Span
    files: list[ComposeFile]  # what could be read of it


class ComposeFile:
    """One Compose file, several documents and aliases merged as Compose merges them.

    `keys` are the top-level keys with `x-` ones. `faults` are what Compose would refuse: kinds `syntax`,
    `duplicate-key`, `interpolation`.
    """

    kind = "compose"
    source: Source
    tree: Tree
    env: Mapping[str, str]
    keys: dict[str, Entry]
    name: Value | None
    services: dict[str, Service]
    networks: dict[str, Resource]
    volumes: dict[str, Resource]
    secrets: dict[str, Resource]
    configs: dict[str, Resource]
    include: list[Include]
    faults: list[Fault]
    is_fragment: bool  # an override or a part of another file: not meant to stand alone
    complete: bool  # False for a fragment and where an include was not read: what is missing may be elsewhere

    def walk(self) -> Iterator[ComposeFile | Service]:
        """The nodes that rules look at: the file, then its services."""
        raise NotImplementedError


def parse(source: Source, env: Mapping[str, str] | None = None, load: Load | None = None) -> ComposeFile:
    """Read a Compose file. Never raises.

    `env` is what variables are filled in from (the project's `.env`); `load` reads another Compose file by its path
    (in the same terms as `source.path`), for `extends` and `include`; None from it means: cannot be read.
    """
    raise NotImplementedError


def merge(base: ComposeFile, override: ComposeFile) -> ComposeFile:
    """What Compose makes of `-f base -f override`."""
    raise NotImplementedError
