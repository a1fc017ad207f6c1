"""A service of a Compose file and what is written in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from dagdock.compose.mounts import VolumeMount
from dagdock.compose.ports import Port
from dagdock.compose.section import Section, Setting
from dagdock.compose.values import Value
from dagdock.text import Mapped, Span, Text

if TYPE_CHECKING:
    from dagdock.compose.file import ComposeFile


class Build(Section):
    """`build:` in either form. `context` is None where only other keys are written (Compose takes `.`)."""

    context: Value | None
    dockerfile: Value | None
    inline: Value | None
    target: Value | None
    args: list[Setting]


class ServiceCommand:
    """`command`, `entrypoint` or a healthcheck's `test`."""

    form: Literal["list", "string"]
    span: Span
    words: list[Value]  # the items of the list form
    string: Value | None  # the string form
    shell: (
        Mapped | None
    )  # what a shell will read (string form of a test, `CMD-SHELL`, `sh -c`), variables not filled in
    unescaped: bool


class ServiceHealth(Section):
    test: ServiceCommand | None
    disabled: bool | None  # `disable: true` or `test: NONE`


class Dependency:
    """One entry of `depends_on`; `span` is the list item or the whole entry."""

    service: Text
    span: Span
    form: Literal["short", "long"]
    condition: Value | None  # None in the short form: `service_started`
    required: bool | None


class Link:
    """One entry of `links`: `service` or `service:alias`."""

    service: Text | None
    alias: Text | None
    span: Span


class EnvFile:
    """One entry of `env_file`."""

    path: Value
    required: bool | None
    span: Span


class Grant:
    """One entry of a service's `secrets` or `configs`."""

    source: Text | None
    target: Text | None
    span: Span


class Attachment(Section):
    """A network that a service joins; `span` is the list item or the whole entry."""

    name: Text


class Extends:
    """`extends:` in either form; `file` is None for a service of the same file."""

    service: Value | None
    file: Value | None
    span: Span


class Service(Section):
    """One service, as Compose sees it: `<<`, anchors, several documents, `extends` and overrides merged in.

    `span` is the name where the service is written (last); `entry` is the whole of it.
    """

    kind = "compose"
    name: Text
    file: ComposeFile
    complete: (
        bool  # False where a part of it was not read (`extends`, base of an override): what is missing may be there
    )

    image: Value | None
    build: Build | None
    ports: list[Port]
    volumes: list[VolumeMount]
    environment: list[Setting]
    env_files: list[EnvFile]
    depends_on: list[Dependency]
    links: list[Link]
    healthcheck: ServiceHealth | None
    networks: list[Attachment]
    command: ServiceCommand | None
    entrypoint: ServiceCommand | None
    privileged: Value | None
    user: Value | None
    restart: Value | None
    profiles: list[Value]
    secrets: list[Grant]
    configs: list[Grant]
    network_mode: Value | None
    container_name: Value | None
    deploy: Section | None
    labels: list[Setting]
    extends: Extends | None

    def variable(self, name: str) -> Setting | None:
        """The setting of `environment` that holds for a name: the last."""
        raise NotImplementedError
