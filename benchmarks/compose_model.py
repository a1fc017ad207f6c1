"""What dagdock makes of a project and what the real Compose makes of it, brought into one form to be compared."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from dagdock.compose import ComposeFile, Resource, Section, Service, Value, quantities, scalars
from dagdock.compose.commands import command_of
from dagdock.compose.description import Type, table
from dagdock.compose.interpolation import Bare
from dagdock.compose.section import Joined, entries_of, settings_of
from dagdock.facts import Disk
from dagdock.project import Project
from dagdock.project.dotenv import read_env
from dagdock.yamltree import Mapping, Node, Scalar, Sequence, follow

SETTINGS = ("environment", "labels", "annotations", "sysctls", "args", "additional_contexts", "driver_opts", "options")
NAMED = ("depends_on", "networks", "models")
LISTS = ("dns", "dns_search", "tmpfs", "env_file", "label_file", "ignore", "include")
RESOURCES = ("networks", "volumes", "secrets", "configs", "models")
NAME_SIGNS = "abcdefghijklmnopqrstuvwxyz0123456789_-"
HOME = os.path.expanduser("~")


class Bench(Project):
    """A project whose variables are as empty as Compose takes them where nothing sets them."""

    def __init__(self, root: Path, sample: Path | None) -> None:
        super().__init__(Disk(str(root)), working_directory=str(root))
        self._sample = os.path.relpath(sample.parent, root) if sample else None
        self._sample_name = sample.name if sample else ""
        self.project_name = ""

    def environment(self, folder: str) -> dict[str, str]:
        found = super().environment(folder)
        if self._sample is not None and not found:
            content = self.facts.read(os.path.normpath(os.path.join(self._sample, self._sample_name)))
            found = read_env(content.decode()) if content else {}
        given = {"PATH": os.environ["PATH"], "HOME": HOME, "USER": "user"}
        given["COMPOSE_PROJECT_NAME"] = found.get("COMPOSE_PROJECT_NAME") or self.project_name
        return Bare({**found, **given, "PWD": os.path.normpath(os.path.join(self.facts.root, folder))})


def ours(root: Path, paths: tuple[str, ...], sample: Path | None) -> dict[str, Any] | None:
    """The model that dagdock makes of files; None where it says that it could not read all of it."""
    from dagdock.compose import merge

    project = Bench(root, sample)
    folder = os.path.basename(os.path.dirname(paths[0])).lower()
    project.project_name = "".join(sign for sign in folder if sign in NAME_SIGNS).lstrip("_-")
    files = [project.compose_file(os.path.relpath(path, root)) for path in paths]
    known = [file for file in files if file is not None]
    if len(known) < len(files) or any(not include.complete for file in known for include in file.include):
        return None
    file = merge(*known) if len(known) > 1 else known[0]
    found: dict[str, Any] = {name: {} for name in RESOURCES}
    found["services"] = {name: _service(service, root) for name, service in file.services.items()}
    for kind in ("networks", "volumes", "secrets", "configs"):
        for name, resource in getattr(file, kind).items():
            found[kind][name] = _resource(resource, file, root, kind[:-1])
    if any("default" in service.get("networks", ()) for service in found["services"].values()):
        found["networks"].setdefault("default", {})
    return found


def theirs(model: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {name: {} for name in RESOURCES}
    found["services"] = {name: _their_service(service) for name, service in (model.get("services") or {}).items()}
    for kind in ("networks", "volumes", "secrets", "configs"):
        for name, resource in (model.get(kind) or {}).items():
            found[kind][name] = _plain_json(_without_name(resource), table(kind[:-1]).keys)
    return found


def differences(one: Any, other: Any, path: tuple[str, ...] = ()) -> list[str]:
    if isinstance(one, dict) and isinstance(other, dict):
        return [
            line for key in sorted({*one, *other}) for line in differences(one.get(key), other.get(key), (*path, key))
        ]
    if len(path) == 2 and other is None and path[0] != "services":
        return []  # Compose leaves out what no service uses
    return [] if one == other else [f"{'.'.join(path)}: dagdock {one!r}, Compose {other!r}"]


# --- dagdock's side ---


def _service(service: Service, root: Path) -> dict[str, Any]:
    keys = table("service").keys
    found: dict[str, Any] = {}
    for key in service.entries:
        node = service.get(key)
        if key not in keys or key in _SPECIAL or key in ("extends", "env_file"):
            continue
        value = _plain(node, table("service").type_of(key), service, root, key)
        if value not in (None, [], {}, False, ""):
            found[key] = value
    found["ports"] = sorted(
        (str(port.host_ip or ""), published, target, str(port.protocol))
        for port in service.ports
        if port.target and port.protocol
        for published, target in _pairs(port.published, port.target)
    )
    found["volumes"] = {}
    for mount in service.volumes:
        source = str(mount.source or "")
        if mount.type == "bind" and source:
            source = _absolute(source, service.file.directory_of(mount), root)
        found["volumes"][str(mount.target)] = (str(mount.type), source, bool(mount.read_only))
    for key, command in (("command", service.command), ("entrypoint", service.entrypoint)):
        if command is not None:
            found[key] = _words(command.words)
    health = service.healthcheck
    if health is not None and health.test is not None:
        test = health.test
        words = [str(word.filled.text) for word in test.words]
        node = test.node
        whole = ["CMD-SHELL", Value(node, service.env).filled.text] if isinstance(node, Scalar) else words
        found.setdefault("healthcheck", {})["test"] = whole
    found["environment"] = {**_from_files(service, root), **found.get("environment", {})}
    found["depends_on"] = _needs(service)
    found["networks"] = sorted(str(one.name) for one in service.networks)
    if not found["networks"] and not service.has("network_mode") and not service.has("provider"):
        found["networks"] = ["default"]
    for key in ("secrets", "configs"):
        grants = getattr(service, key)
        found[key] = {str(one.source): str(one.target or _target(key, one.source)) for one in grants}
    return {key: value for key, value in found.items() if value not in ([], {})}


def _words(words: list[Value]) -> list[str]:
    """Compose cuts the text into words when it is filled in: a variable without a value leaves none."""
    filled = [str(word.filled.text) if "$" in word.raw else str(word.resolved or "") for word in words]
    return [text for word, text in zip(words, filled, strict=True) if text or "$" not in word.raw]


def _from_files(service: Service, root: Path) -> dict[str, Any]:
    """What the files of `env_file` set."""
    found: dict[str, Any] = {}
    for one in service.env_files:
        path = Path(_absolute(str(one.path.filled.text), service.file.directory_of(one), root))
        found |= read_env(path.read_text(errors="replace")) if path.is_file() else {}
    return found


def _target(key: str, source: Any) -> str:
    return f"/run/secrets/{source}" if key == "secrets" else ""


def _pairs(published: Any, target: Any) -> list[tuple[str, int]]:
    ports = range(target.first, target.last + 1)
    if published is None:
        return [("", port) for port in ports]
    if len(published) == len(ports):
        return [(str(published.first + number), port) for number, port in enumerate(ports)]
    return [(str(published), port) for port in ports]


def _needs(service: Service) -> dict[str, str]:
    found = {}
    for one in service.links:
        found[str(one.service)] = "service_started"
    for value in service.values("volumes_from"):
        if not str(value.resolved).startswith("container:"):
            found[str(value.resolved).partition(":")[0]] = "service_started"
    for key in ("network_mode", "ipc", "pid", "uts", "cgroup"):
        mode = service.value(key)
        if mode and str(mode.resolved).startswith("service:"):
            found[str(mode.resolved)[8:]] = "service_started"
    for need in service.depends_on:
        found[str(need.service)] = str(need.condition.resolved if need.condition else "service_started")
    return found


def _resource(resource: Resource, file: ComposeFile, root: Path, kind: str) -> dict[str, Any]:
    found = {}
    for key in resource.entries:
        node = resource.get(key)
        if key in table(kind).keys and key != "name":
            value = _plain(node, table(kind).type_of(key), resource, root, key, file)
            if key == "external" and value is not False:
                value = True
            if value not in (None, [], {}, False, ""):
                found[key] = value
    return found


def _plain(node: Node | None, kind: Type, section: Section, root: Path, key: str, file: Any = None) -> Any:
    """A node as plain data; the short form of some keys as the long one."""
    node = follow(node)
    if isinstance(node, Scalar):
        value = Value(node, section.env)
        text = str(value.filled.text) if "$" in node.value else value.resolved
        if text is None:
            return None
        if key in ("context", "file", "path", "env_file", "label_file", "build"):
            owner = file or getattr(section, "file", None)
            text = _absolute(str(text), owner.directory_of(value), root) if owner else text
        if key == "secrets":
            return {"source": str(text)}
        if key == "command":
            command = command_of(node, section.env)
            return [str(word.filled.text) for word in command.words] if command else []
        if key == "extra_hosts" and "=" not in text:
            text = "=".join(str(text).split(":", 1))
        if key == "build":
            return {"context": text, "dockerfile": "Dockerfile"}
        if key in LISTS:
            return [_leaf(str(text), kind, value.type)]
        return _leaf(str(text), kind, value.type)
    if (
        isinstance(node, (Joined, Sequence))
        and (kind.values is not None or isinstance(node, Joined))
        and key in SETTINGS
    ):
        return _settings(node, section)
    if isinstance(node, Mapping) and key in SETTINGS:
        return _settings(node, section)
    if isinstance(node, Sequence):
        items = [_plain(item, kind.items or kind, section, root, key, file) for item in node.items]
        return [part for item in items for part in (item if isinstance(item, list) else [item])]
    if isinstance(node, Mapping):
        found = {}
        for name, entry in entries_of(node).items():
            if name[:2] == "x-":
                continue
            inner = kind.table.type_of(name) if kind.table and name in kind.table.keys else kind.values or Type()
            value = _plain(entry.value, inner, section, root, name, file or getattr(section, "file", None))
            if value not in (None, [], {}, False, ""):
                found[name] = value
        if key == "build":
            found.setdefault("context", _absolute(".", os.path.dirname(node.source.path), root))
            if "dockerfile_inline" not in found and "dockerfile" not in entries_of(node):
                found["dockerfile"] = "Dockerfile"
        return found
    return None


def _settings(node: Node, section: Section) -> dict[str, Any]:
    return {
        str(one.name): None
        if one.value is None
        else str(one.value.filled.text if "$" in one.value.raw else one.value.resolved or "")
        for one in settings_of(node, section.env)
    }


def _absolute(path: str, directory: str, root: Path) -> str:
    if path.startswith("~"):
        return HOME + path[1:]
    if "://" in path or path.startswith("git@") or path[1:3] == ":\\":
        return path
    return os.path.normpath(os.path.join(root, directory, path))


_SPECIAL = {"ports", "volumes", "command", "entrypoint", "depends_on", "networks", "secrets", "configs"}


def _leaf(text: str, kind: Type, what: str) -> Any:
    if "duration" in kind.forms:
        return quantities.duration(text)
    if "size" in kind.forms:
        return quantities.size(text) if what == "text" else int(float(text))
    if "bool-text" in kind.forms or "bool" in kind.scalars:
        truth = scalars.boolean(text)
        if truth is not None:
            return truth
    if kind.scalars & {"int", "number"} or {"int-text", "number-text"} & set(kind.forms):
        try:
            return float(text)
        except ValueError:
            pass
    return text


# --- Compose's side ---


def _clean(source: str) -> str:
    return os.path.normpath(source) if source.startswith("/") else source


def _their_service(service: dict[str, Any]) -> dict[str, Any]:
    keys = table("service").keys
    found = {}
    for key, value in service.items():
        if key in _SPECIAL or key not in keys or key == "env_file":
            continue
        plain = _json(value, table("service").type_of(key), key)
        if plain not in (None, [], {}, False, ""):
            found[key] = plain
    found["ports"] = sorted(
        (port.get("host_ip", ""), port.get("published", ""), port["target"], port.get("protocol", "tcp"))
        for port in service.get("ports") or []
    )
    found["volumes"] = {
        mount.get("target", ""): (mount["type"], _clean(mount.get("source", "")), mount.get("read_only", False))
        for mount in service.get("volumes") or []
    }
    for key in ("command", "entrypoint"):
        if service.get(key) is not None:
            found[key] = [word.replace("$$", "$") for word in service[key]]
    found["depends_on"] = {name: need["condition"] for name, need in (service.get("depends_on") or {}).items()}
    found["networks"] = sorted(service.get("networks") or {})
    for key in ("secrets", "configs"):
        found[key] = {one["source"]: one.get("target", "") for one in service.get(key) or []}
    return {key: value for key, value in found.items() if value not in ([], {})}


def _without_name(resource: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in resource.items() if key != "name"}


def _plain_json(resource: dict[str, Any], keys: dict[str, str]) -> dict[str, Any]:
    kinds = {key: value for key, value in resource.items() if key in keys}
    found = {key: _json(value, Type(), key) for key, value in kinds.items()}
    return {key: value for key, value in found.items() if value not in (None, [], {}, False, "")}


def _json(value: Any, kind: Type, key: str) -> Any:
    if isinstance(value, dict):
        if key in SETTINGS:
            value = {name: one[0] if isinstance(one, list) and len(one) == 1 else one for name, one in value.items()}
            return {name: None if one is None else str(one).replace("$$", "$") for name, one in value.items()}
        found = {}
        for name, one in value.items():
            inner = kind.table.type_of(name) if kind.table and name in kind.table.keys else kind.values or Type()
            plain = _json(one, inner, name)
            if plain not in (None, [], {}, False, ""):
                found[name] = plain
        return found
    if isinstance(value, list):
        return [_json(item, kind.items or kind, key) for item in value]
    if isinstance(value, str):
        return _leaf(value.replace("$$", "$"), kind, "text")
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _leaf(str(value), kind, "int")
    return value
