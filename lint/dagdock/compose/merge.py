"""How Compose puts two descriptions of one thing together: several documents, `extends`, `include`, overrides.

Works on nodes, so that whatever comes out keeps the place where it is written.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from collections.abc import Mapping as Dict

from dagdock.compose.mounts import mount_of
from dagdock.compose.ports import port_of
from dagdock.compose.section import Joined, Section, entries_of, is_null, items_of, settings_of
from dagdock.compose.values import Value
from dagdock.yamltree import Entry, Mapping, Node, Scalar, Sequence, follow

Path = tuple[str, ...]  # keys from the top, `*` for the name of a service, network or volume
Env = Dict[str, str]
SERVICE: Path = ("services", "*")
MAX_DEPTH = 60  # aliases can make a model deeper than any tree

_REPLACED = {(*SERVICE, "command"), (*SERVICE, "entrypoint"), (*SERVICE, "healthcheck", "test")}
_NAMED = {(*SERVICE, key) for key in ("depends_on", "networks", "models")}  # a list of names stands for a mapping
_SETTINGS = {
    *((*SERVICE, key) for key in ("environment", "labels", "annotations", "sysctls")),
    *((*SERVICE, "build", key) for key in ("args", "labels", "additional_contexts")),
    (*SERVICE, "deploy", "labels"),
    ("networks", "*", "labels"),
    ("volumes", "*", "labels"),
}
_LISTS = {
    *((*SERVICE, key) for key in ("dns", "dns_opt", "dns_search", "env_file", "label_file", "extra_hosts", "tmpfs")),
    (*SERVICE, "build", "extra_hosts"),
}
_WITH_NAMES = {("services",), ("networks",), ("volumes",)}


def merge_nodes(base: Node | None, over: Node | None, path: Path, env: Env) -> Node | None:
    """What Compose makes of `over` on top of `base` at a place in the model."""
    base, over = follow(base), follow(over)
    if path in _REPLACED or base is None:
        return over
    if over is None or is_null(over):
        return base
    if path in _SETTINGS and not (type(base) is type(over) and isinstance(base, (Mapping, Sequence))):
        return Joined(base, over)
    if path in _LISTS:
        base, over = _as_list(base), _as_list(over)
    elif path in _NAMED:
        base, over = _as_mapping(base), _as_mapping(over)
    elif path == (*SERVICE, "build"):
        base, over = _as_build(base), _as_build(over)
    elif path == (*SERVICE, "logging") and _drivers_differ(base, over, env):
        return over
    if isinstance(base, Mapping) and isinstance(over, Mapping) and len(path) < MAX_DEPTH:
        return merge_mappings(base, over, path, env)
    if isinstance(base, Sequence) and isinstance(over, Sequence):
        return _appended(base, over, path, env)
    return over


def merge_mappings(base: Mapping, over: Mapping, path: Path, env: Env) -> Mapping:
    found = entries_of(base)
    settings = path in _SETTINGS
    for name, entry in over.merged().items():
        if entry.value.tag == "!reset":
            found.pop(name, None)
        elif entry.value.tag == "!override" or name not in found or settings:
            found[name] = entry
        else:
            value = merge_nodes(found[name].value, entry.value, (*path, "*" if path in _WITH_NAMES else name), env)
            found[name] = Entry(entry.key, value or entry.value)
    return mapping_of(over, found.values())


def mapping_of(place: Node, entries: Iterable[Entry]) -> Mapping:
    """A mapping put together from entries that stand apart, at the place of the nearest one to a whole."""
    mapping = Mapping(place.source, place.start, place.end, flow=False)
    mapping.entries = list(entries)
    return mapping


def _as_list(node: Node) -> Node:
    if not isinstance(node, Scalar):
        return node
    found = Sequence(node.source, node.start, node.end, flow=False)
    found.items = [node]
    return found


def _as_mapping(node: Node) -> Node:
    if not isinstance(node, Sequence):
        return node
    names = (item for item in items_of(node) if isinstance(item, Scalar))
    return mapping_of(node, (Entry(name, _nothing(name)) for name in names))


def _as_build(node: Node) -> Node:
    """The short form of `build` is its context."""
    if not isinstance(node, Scalar):
        return node
    key = Scalar(node.source, node.start, node.start, "context", "plain")
    return mapping_of(node, [Entry(key, node)])


def _nothing(node: Node) -> Scalar:
    return Scalar(node.source, node.end, node.end, "", "plain")


def _drivers_differ(base: Node, over: Node, env: Env) -> bool:
    """Logging options belong to one driver: they are merged only where both name the same one, or one names none."""
    drivers = [Section(node, env).value("driver") for node in (base, over)]
    return all(drivers) and len({driver.resolved for driver in drivers if driver}) > 1


def _appended(base: Sequence, over: Sequence, path: Path, env: Env) -> Sequence:
    """Lists add up; an item of the base goes where a later one means the same thing (target, name, port)."""
    found = Sequence(over.source, over.start, over.end, over.flow)
    identify = _IDENTITY.get(path, _setting_name if path in _SETTINGS else None)
    if identify is None:
        found.items = [*base.items, *over.items]
        return found
    later = {identity for item in items_of(over) if (identity := identify(item, env)) is not None}
    found.items = [item for item in items_of(base) if identify(item, env) not in later] + over.items
    return found


def _setting_name(item: Node, env: Env) -> Hashable:
    settings = settings_of(_as_list(item), env)
    return settings[0].name if settings else None


def _text(item: Node, env: Env) -> Hashable:
    return Value(item, env).resolved if isinstance(item, Scalar) else None


def _mount_target(item: Node, env: Env) -> Hashable:
    mount = mount_of(item, env)
    return mount.target if mount else None


def _published(item: Node, env: Env) -> Hashable:
    port = port_of(item, env)
    if port is None or port.target is None or port.protocol is None or port.publishes is None:
        return None
    return (port.host_ip, str(port.published), str(port.target), port.protocol)


def _secret(item: Node, env: Env) -> Hashable:
    return _granted(item, env, "/run/secrets/")


def _config(item: Node, env: Env) -> Hashable:
    return _granted(item, env, "/")


def _granted(item: Node, env: Env, folder: str) -> Hashable:
    """Where a secret or config stands in the container; None where that is not known."""
    settings = Section(item, env)
    target = settings.value("target")
    source = Value(item, env) if isinstance(item, Scalar) else settings.value("source")
    if target is not None:
        return target.resolved
    return folder + source.resolved if source and source.resolved else None


def _device(item: Node, env: Env) -> Hashable:
    """Where a device stands in the container."""
    if not isinstance(item, Scalar):
        target = Section(item, env).value("target")
        return target.resolved if target else None
    parts = (Value(item, env).resolved or "").split(":")
    return parts[1] if len(parts) > 1 else parts[0] or None


def _file(item: Node, env: Env) -> Hashable:
    value = Value(item, env) if isinstance(item, Scalar) else Section(item, env).value("path")
    return value.resolved if value else None


_IDENTITY: dict[Path, Callable[[Node, Env], Hashable]] = {
    (*SERVICE, "ports"): _published,
    (*SERVICE, "volumes"): _mount_target,
    (*SERVICE, "secrets"): _secret,
    (*SERVICE, "configs"): _config,
    (*SERVICE, "devices"): _device,
    (*SERVICE, "env_file"): _file,
    (*SERVICE, "extra_hosts"): _text,
    **{
        (*SERVICE, key): _setting_name
        for key in ("cap_add", "cap_drop", "dns", "dns_opt", "dns_search", "expose", "links", "profiles", "tmpfs")
    },
}
