"""Compose files for `dagdock graph`: the services of a project and what they need, as JSON and as a picture."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from dagdock.views.graph_picture import Edge, Fact, Node, Picture

if TYPE_CHECKING:
    from dagdock.compose import ComposeFile, Port, Resource, Service, Setting, Value, VolumeMount

DEFAULT = "default"  # the network of services that name none
MOUNTS_DRAWN = 3
_CONDITIONS = {"service_healthy": "when healthy", "service_completed_successfully": "when done"}
_NAMESPACES = {"network_mode": "shares network", "pid": "shares processes", "ipc": "shares memory"}
_KINDS = {"links": "link", "volumes_from": "shares volumes", "additional_contexts": "builds on", **_NAMESPACES}


class Dependency(NamedTuple):
    """A service that another one names under `kind`, a key such as `depends_on` or `network_mode`."""

    start: str
    end: str
    kind: str
    condition: str | None = None
    required: bool = True


def as_json(file: ComposeFile) -> dict[str, Any]:
    """The model of a file and the ones loaded with it, for scripts; keys in a fixed order.

    A text with a variable whose value is not known stands as it is written; null where nothing is written.
    """
    return {
        "path": file.source.path,
        "kind": "compose",
        "files": files_of(file),
        "name": _text(file.name),
        "complete": file.complete,
        "unknown": [{"line": line, "reason": reason} for line, reason in _unknown(file)],
        "services": [_service(service) for service in file.services.values()],
        "networks": [_resource(network) for network in file.networks.values()],
        "volumes": [_resource(volume) for volume in file.volumes.values()],
        "edges": [
            {
                "from": each.start,
                "to": each.end,
                "kind": each.kind,
                "condition": each.condition,
                "required": each.required,
            }
            for service in file.services.values()
            for each in dependencies(service)
        ],
    }


def as_picture(file: ComposeFile) -> Picture:
    """The services, with published ports before them and named volumes behind them."""
    nodes: list[Node] = []
    edges: list[Edge] = []
    volumes: dict[str, Node] = {}
    services = file.services
    missing: dict[str, Node] = {}
    for service in services.values():
        key = f"service {service.name}"
        node = _node(service, file)
        nodes.append(node)
        for number, port in enumerate(_published(service)):
            outside, inside = _port_words(port)
            nodes.append(Node(f"port {service.name} {number}", outside, "port", minor=True))
            edges.append(Edge(f"port {service.name} {number}", key, inside))
        drawn: dict[str, Edge] = {}
        for each in dependencies(service):
            end = f"service {each.end}"
            if each.end not in services and end not in missing:
                missing[end] = Node(end, each.end, "other", "not in this file", uncertain=True)
            words = _CONDITIONS.get(each.condition or "", "") or _KINDS.get(each.kind, "")
            if each.kind == "depends_on" or end not in drawn:
                drawn[end] = Edge(key, end, words, uncertain=not each.required)
        edges += drawn.values()
        for mount in service.volumes:
            if mount.is_named and mount.written_source:
                name = str(mount.source or mount.written_source)
                if name not in volumes:
                    volumes[name] = Node(f"volume {name}", name, "volume", minor=True)
                    volume = file.volumes.get(name)
                    if volume and volume.external:
                        volumes[name].facts.append(Fact("", "external"))
                target = str(mount.target or mount.written_target or "")
                words = f"{target} (read-only)" if mount.read_only else target
                edges.append(Edge(key, f"volume {name}", words, faint=True))
    nodes += [*missing.values(), *volumes.values()]
    notes = [f"line {line}: {reason}" for line, reason in _unknown(file)]
    unused = [name for name in file.volumes if name not in volumes]
    if unused:
        notes.append(f"volumes that no service mounts: {', '.join(unused)}")
    return Picture(" + ".join(files_of(file)), _about(file), nodes, edges, notes=notes, verb="needs")


def files_of(file: ComposeFile) -> list[str]:
    """The paths of all the files that make up the model: the base, its overrides, what they include."""
    found: dict[str, None] = {}
    for part in file.bases or (file,):
        found[part.source.path] = None
        for include in part.include:
            for included in include.files:
                found |= dict.fromkeys(files_of(included))
    return list(found)


def dependencies(service: Service) -> Iterator[Dependency]:
    """The services that a service names, as far as the names are known; all of them start before it."""
    name = str(service.name)
    for each in service.depends_on:
        if each.service:
            condition = str(each.condition.resolved or each.condition.raw) if each.condition else None
            yield Dependency(name, str(each.service), "depends_on", condition, each.required is not False)
    for link in service.links:
        if link.service:
            yield Dependency(name, str(link.service), "links")
    for value in service.values("volumes_from"):
        if value.resolved and not value.resolved.startswith("container:"):
            yield Dependency(name, value.resolved.partition(":")[0], "volumes_from")
    for key in _NAMESPACES:
        namespace = service.value(key)
        if namespace and namespace.resolved and namespace.resolved.startswith("service:"):
            yield Dependency(name, namespace.resolved.removeprefix("service:"), key)
    for context in service.build.additional_contexts if service.build else ():
        if context.resolved and context.resolved.startswith("service:"):
            yield Dependency(name, context.resolved.removeprefix("service:"), "additional_contexts")


# The picture


def _node(service: Service, file: ComposeFile) -> Node:
    about, kind = _made_of(service)
    facts = [Fact("published", ", ".join(_port_line(port) for port in _published(service)), drawn=False)]
    networks = [str(each.name) for each in service.networks if each.name]
    mode = service.network_mode
    if mode:
        facts.append(Fact("network", _text(mode) or ""))
    elif networks and networks != [DEFAULT]:
        words = tuple(_network_words(name, file) for name in networks)
        facts.append(Fact("networks", ", ".join(words), chips=words))
    facts.append(Fact("env file", ", ".join(_text(each.path) or "" for each in service.env_files)))
    mounts = [mount for mount in service.volumes if not (mount.is_named and mount.written_source)]
    lines = [_mount_line(mount) for mount in mounts]
    facts += [Fact("", line, told=False) for line in lines[: MOUNTS_DRAWN if len(lines) > MOUNTS_DRAWN + 1 else None]]
    if len(lines) > MOUNTS_DRAWN + 1:
        facts.append(Fact("", f"and {len(lines) - MOUNTS_DRAWN} mounts more", told=False))
    facts += [Fact("mounts", _mount_line(mount), drawn=False) for mount in service.volumes]
    profiles = [_text(profile) or "" for profile in service.profiles]
    return Node(
        f"service {service.name}",
        str(service.name),
        kind,
        about,
        badges=[f"profile {', '.join(profiles)}"] if profiles else (),
        facts=[fact for fact in facts if fact.text],
        uncertain=bool(profiles),
    )


def _made_of(service: Service) -> tuple[str, str]:
    """In words what a service runs, and the kind of its node."""
    build = service.build
    if build is not None:
        words = [f"built from {_text(build.context) or '.'}"]
        if build.dockerfile:
            words.append(f"with {_text(build.dockerfile)}")
        if build.inline:
            words.append("with a Dockerfile in place")
        if build.target:
            words.append(f"stage {_text(build.target)}")
        return " ".join(words), "built"
    if service.image:
        name, digest, number = (_text(service.image) or "").partition("@sha256:")
        return f"{name}{digest}{number[:8]}{'…' if number[8:] else ''}", "image"
    return "", "other"


def _network_words(name: str, file: ComposeFile) -> str:
    network = file.networks.get(name)
    if network is None:
        return name
    internal = network.value("internal")
    words = ["external"] * bool(network.external) + ["internal"] * bool(internal and internal.boolean)
    return f"{name} ({', '.join(words)})" if words else name


def _published(service: Service) -> list[Port]:
    """The ports that can be reached from outside: with a port of the host, or one that Docker takes."""
    return [port for port in service.ports if port.error is None]


def _port_words(port: Port) -> tuple[str, str]:
    """Where a port is published, and which port of the container that is."""
    if port.target is None or (port.publishes and port.published is None) or port.publishes is None:
        return (port.span.text if port.form == "short" else "a port that is not known"), ""
    protocol = f"/{port.protocol}" if port.protocol and port.protocol != "tcp" else ""
    outside = f"{port.host_ip or ''}:{port.published}" if port.publishes else "any free port"
    return f"{outside}{protocol}", f"{port.target}{protocol}" if str(port.target) != str(port.published) else ""


def _port_line(port: Port) -> str:
    outside, inside = _port_words(port)
    return f"{outside} → {inside}" if inside else outside


def _mount_line(mount: VolumeMount) -> str:
    target = str(mount.target or mount.written_target or mount.span.text)
    source = str(mount.source or mount.written_source or "")
    words = f"{source} → {target}" if source else target
    if not source and mount.type in ("volume", "tmpfs"):
        words = f"{target} ({'unnamed volume' if mount.type == 'volume' else 'tmpfs'})"
    return f"{words} (read-only)" if mount.read_only else words


def _about(file: ComposeFile) -> str:
    networks = [name for name in file.networks if name != DEFAULT]
    counts = ((len(file.services), "service"), (len(networks), "network"), (len(file.volumes), "volume"))
    words = [f"{count} {word}{'' if count == 1 else 's'}" for count, word in counts if count or word == "service"]
    return ", ".join(words)


def _unknown(file: ComposeFile) -> Iterator[tuple[int, str]]:
    """What could not be read, with its line."""
    for fault in file.faults:
        if fault.kind == "syntax":
            yield fault.span.line, f"this is not YAML that Compose can read: {fault.message}"
    for part in file.bases or (file,):
        for include in part.include:
            if not include.complete:
                yield include.span.line, "not all of what this includes could be read"
    for service in file.services.values():
        if service.extends and not service._read:
            yield service.extends.span.line, f"what `{service.name}` extends could not be read"


# The JSON


def _service(service: Service) -> dict[str, Any]:
    build = service.build
    return {
        "name": str(service.name),
        "path": service.span.source.path,
        "line": service.span.line,
        "image": _text(service.image),
        "build": None
        if build is None
        else {
            "context": _text(build.context) or ".",
            "dockerfile": _text(build.dockerfile),
            "inline": build.inline is not None,
            "target": _text(build.target),
        },
        "profiles": [_text(profile) for profile in service.profiles],
        "ports": [_port(port) for port in service.ports],
        "networks": [str(each.name) for each in service.networks if each.name]
        or ([] if service.network_mode else [DEFAULT]),
        "network_mode": _text(service.network_mode),
        "volumes": [_mount(mount) for mount in service.volumes],
        "env_files": [{"path": _text(each.path), "required": each.required is not False} for each in service.env_files],
        "environment": [_variable(setting) for setting in service.environment],
        "secrets": [str(grant.source) for grant in service.secrets if grant.source],
        "configs": [str(grant.source) for grant in service.configs if grant.source],
    }


def _variable(setting: Setting) -> str:
    """The name alone: values may be secret."""
    return str(setting.name)


def _port(port: Port) -> dict[str, Any]:
    return {
        "text": port.span.text if port.form == "short" else None,
        "host_ip": None if port.host_ip is None else str(port.host_ip),
        "published": str(port.published) if port.published else None,
        "target": str(port.target) if port.target else None,
        "protocol": str(port.protocol) if port.protocol else None,
        "line": port.span.line,
    }


def _mount(mount: VolumeMount) -> dict[str, Any]:
    source = mount.source if mount.source is not None else mount.written_source
    target = mount.target if mount.target is not None else mount.written_target
    return {
        "type": mount.type,
        "source": str(source) if source else None,
        "target": str(target) if target else None,
        "read_only": mount.read_only,
        "line": mount.span.line,
    }


def _resource(resource: Resource) -> dict[str, Any]:
    return {
        "name": str(resource.name),
        "path": resource.span.source.path,
        "line": resource.span.line,
        "external": resource.external,
        "driver": _text(resource.value("driver")),
    }


def _text(value: Value | None) -> str | None:
    if value is None:
        return None
    return str(value.resolved if value.resolved is not None else value.raw)
