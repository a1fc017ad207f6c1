"""A service of a Compose file and what is written in it."""

from __future__ import annotations

from collections.abc import Mapping as Dict
from typing import TYPE_CHECKING, Literal

from dagdock.compose.commands import ServiceCommand, command_of
from dagdock.compose.mounts import VolumeMount, mount_of
from dagdock.compose.ports import Port, port_of
from dagdock.compose.section import Section, Setting, items_of
from dagdock.compose.values import Value
from dagdock.image import ImageRef
from dagdock.image import parse as parse_image
from dagdock.remembered import cached_property
from dagdock.text import Span, Text
from dagdock.yamltree import Entry, Mapping, Node, Scalar, follow

if TYPE_CHECKING:
    from dagdock.compose.file import ComposeFile

Form = Literal["short", "long"]


class Build(Section):
    """`build:` in either form; `context` is None where it is not written (Compose takes `.`)."""

    @cached_property
    def context(self) -> Value | None:
        return Value(self.node, self.env) if isinstance(self.node, Scalar) else self.value("context")

    @property
    def dockerfile(self) -> Value | None:
        return self.value("dockerfile")

    @property
    def inline(self) -> Value | None:
        """`dockerfile_inline`, whose `$$` is a dollar."""
        return self.value("dockerfile_inline")

    @property
    def target(self) -> Value | None:
        return self.value("target")

    @cached_property
    def args(self) -> list[Setting]:
        return self.settings("args")

    @cached_property
    def additional_contexts(self) -> list[Setting]:
        """Names that FROM, COPY and mounts may use, each with what stands for it."""
        return self.settings("additional_contexts")


class ServiceHealth(Section):
    """`healthcheck:`."""

    @cached_property
    def test(self) -> ServiceCommand | None:
        return command_of(self.get("test"), self.env, of_test=True)

    @property
    def disabled(self) -> bool | None:
        """Whether it switches off the image's healthcheck: `disable: true` or `test: [NONE]`."""
        switch = self.value("disable")
        if switch and switch.boolean is not False:
            return switch.boolean
        first = self.test.words[:1] if self.test else []
        return None if first and first[0].resolved is None else bool(first) and first[0].resolved == "NONE"


class Dependency:
    """One entry of `depends_on`; `span` is the list item or the whole entry."""

    __slots__ = ("condition", "form", "required", "service", "span")

    def __init__(self, service: Text | None, form: Form, span: Span, settings: Section | None) -> None:
        self.service = service  # None where it is not known
        self.form: Form = form
        self.span = span
        # None in the short form, which means `service_started`.
        self.condition = settings.value("condition") if settings else None
        required = settings.value("required") if settings else None
        self.required: bool | None = required.boolean if required else True

    def __repr__(self) -> str:
        return f"<Dependency {self.span!r}>"


class Link:
    """One entry of `links`: `service` or `service:alias`; None where it is not known."""

    __slots__ = ("alias", "service", "span")

    def __init__(self, value: Value) -> None:
        self.span = value.span
        service, colon, alias = (value.resolved or "").partition(":")
        known = value.resolved is not None
        self.service = value.filled.piece(0, len(service)) if known else None
        self.alias = value.filled.piece(len(service) + 1, len(service) + 1 + len(alias)) if known and colon else None


class EnvFile:
    """One entry of `env_file`; a missing file is an error where it is required."""

    __slots__ = ("path", "required", "span")

    def __init__(self, path: Value, required: bool | None, span: Span) -> None:
        self.path = path
        self.required = required
        self.span = span


class Grant:
    """One entry of a service's `secrets` or `configs`; None where it is not known or not written."""

    __slots__ = ("form", "source", "span", "target")

    def __init__(self, form: Form, source: Value | None, target: Value | None, span: Span) -> None:
        self.form: Form = form
        self.source = source.resolved if source else None
        self.target = target.resolved if target else None
        self.span = span


class Attachment(Section):
    """A network that a service joins; `span` is the list item or the whole entry, `name` None where not known."""

    def __init__(self, name: Text | None, span: Span, node: Node | None, env: Dict[str, str]) -> None:
        super().__init__(node, env)
        self.name = name
        self._span = span

    @property
    def span(self) -> Span:
        return self._span


class Extends:
    """`extends:` in either form; `file` is None for a service of the same file."""

    __slots__ = ("file", "service", "span")

    def __init__(self, service: Value | None, file: Value | None, span: Span) -> None:
        self.service = service
        self.file = file
        self.span = span


class Service(Section):
    """One service as Compose sees it: `<<`, anchors, several documents, `extends` and overrides merged in.

    `span` is its name where the service is written; `entry` is all of it. `complete` is False where a part of it
    was not read (what it extends, the base that it overrides): what seems to be missing may stand there.
    """

    kind = "compose"

    def __init__(self, entry: Entry, node: Node | None, file: ComposeFile, complete: bool, env: Dict[str, str]) -> None:
        super().__init__(node, env)
        self.entry = entry
        self.name = entry.name
        self.file = file
        self._read = complete

    @property
    def span(self) -> Span:
        return self.name.span

    @property
    def complete(self) -> bool:
        return self._read and not self.file.is_fragment

    @cached_property
    def image(self) -> Value | None:
        return self.value("image")

    @cached_property
    def image_ref(self) -> ImageRef | None:
        """The image's parts; None where there is no image, or it is not known or not valid."""
        image = self.image
        return parse_image(image.resolved) if image and image.resolved is not None else None

    @cached_property
    def build(self) -> Build | None:
        node = self.get("build")
        return None if node is None else Build(node, self.env)

    @cached_property
    def ports(self) -> list[Port]:
        return [port for item in items_of(self.get("ports")) if (port := port_of(item, self.env))]

    @cached_property
    def volumes(self) -> list[VolumeMount]:
        return [mount for item in items_of(self.get("volumes")) if (mount := mount_of(item, self.env))]

    @cached_property
    def environment(self) -> list[Setting]:
        """Every variable as it is written, doubles included; the last one of a name holds."""
        return self.settings("environment")

    def variable(self, name: str) -> Setting | None:
        """The setting of `environment` that holds for a name."""
        return next((setting for setting in reversed(self.environment) if setting.name == name), None)

    @cached_property
    def labels(self) -> list[Setting]:
        return self.settings("labels")

    @cached_property
    def env_files(self) -> list[EnvFile]:
        found: list[EnvFile] = []
        for item in items_of(self.get("env_file")):
            if isinstance(item, Scalar):
                path = Value(item, self.env)
                found.append(EnvFile(path, True, path.span))
            elif settings := Section(item, self.env):
                named, required = settings.value("path"), settings.value("required")
                if named:
                    found.append(EnvFile(named, required.boolean if required else True, item.span))
        return found

    @cached_property
    def depends_on(self) -> list[Dependency]:
        node = self.get("depends_on")
        if isinstance(node, Mapping):
            found: list[Dependency] = []
            for entry in Section(node, self.env).entries.values():
                # A list that became a mapping has nothing behind its names.
                form: Form = "long" if entry.value.start > entry.key.end else "short"
                found.append(Dependency(entry.name, form, entry.span, Section(follow(entry.value), self.env)))
            return found
        return [Dependency(value.resolved, "short", value.span, None) for value in self.values("depends_on")]

    @cached_property
    def links(self) -> list[Link]:
        return [Link(value) for value in self.values("links")]

    @cached_property
    def healthcheck(self) -> ServiceHealth | None:
        node = self.get("healthcheck")
        return ServiceHealth(node, self.env) if isinstance(node, Mapping) else None

    @cached_property
    def networks(self) -> list[Attachment]:
        node = self.get("networks")
        if isinstance(node, Mapping):
            entries = Section(node, self.env).entries.values()
            return [Attachment(entry.name, entry.span, follow(entry.value), self.env) for entry in entries]
        return [Attachment(value.resolved, value.span, None, self.env) for value in self.values("networks")]

    @cached_property
    def command(self) -> ServiceCommand | None:
        return command_of(self.get("command"), self.env)

    @cached_property
    def entrypoint(self) -> ServiceCommand | None:
        return command_of(self.get("entrypoint"), self.env)

    @property
    def privileged(self) -> Value | None:
        return self.value("privileged")

    @property
    def user(self) -> Value | None:
        return self.value("user")

    @property
    def restart(self) -> Value | None:
        return self.value("restart")

    @property
    def network_mode(self) -> Value | None:
        return self.value("network_mode")

    @property
    def container_name(self) -> Value | None:
        return self.value("container_name")

    @property
    def profiles(self) -> list[Value]:
        return self.values("profiles")

    @cached_property
    def secrets(self) -> list[Grant]:
        return self._grants("secrets")

    @cached_property
    def configs(self) -> list[Grant]:
        return self._grants("configs")

    @property
    def deploy(self) -> Section | None:
        return self.section("deploy")

    @cached_property
    def extends(self) -> Extends | None:
        return extends_of(self)

    def _grants(self, key: str) -> list[Grant]:
        found: list[Grant] = []
        for item in items_of(self.get(key)):
            if isinstance(item, Scalar):
                source = Value(item, self.env)
                found.append(Grant("short", source, None, source.span))
            elif isinstance(item, Mapping):
                settings = Section(item, self.env)
                found.append(Grant("long", settings.value("source"), settings.value("target"), item.span))
        return found

    def __repr__(self) -> str:
        return f"<Service {self.span!r}>"


def extends_of(service: Section) -> Extends | None:
    """What a service's mapping extends."""
    node = service.get("extends")
    if node is None:
        return None
    if isinstance(node, Scalar):
        return Extends(Value(node, service.env), None, node.inner)
    settings = Section(node, service.env)
    return Extends(settings.value("service"), settings.value("file"), node.span)
