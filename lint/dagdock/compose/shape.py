"""Holds a Compose file against the description of what one may look like, key by key."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from collections.abc import Mapping as Dict
from functools import cache

from dagdock.compose import quantities, scalars
from dagdock.compose.commands import is_closed
from dagdock.compose.description import Table, Type, form, table
from dagdock.compose.faults import ShapeFault
from dagdock.compose.interpolation import UNKNOWN, Bare, tokens
from dagdock.compose.mounts import mount_of
from dagdock.compose.ports import is_address, port_of
from dagdock.compose.scalars import ScalarType
from dagdock.compose.section import entries_of, is_null, items_of
from dagdock.compose.values import PLAIN_TAGS, Value
from dagdock.rule import Related
from dagdock.spelling import nearest
from dagdock.text import Span, Text
from dagdock.yamltree import Entry, Mapping, Node, Scalar, Sequence, Tree, follow

Path = tuple[str, ...]  # keys from the top; items of a list have that of the list

_FORMATS: dict[str, Callable[[str], bool]] = {
    "int-text": quantities.is_integer,
    "number-text": quantities.is_number,
    "bool-text": quantities.is_boolean,
    "duration": lambda text: quantities.duration(text) is not None,
    "size": lambda text: quantities.size(text) is not None,
    "address": is_address,
    "words": is_closed,
    "entry": lambda text: not text.partition("=")[0][-1:].isspace(),
}
_MEANT = {
    "text": "text",
    "int": "a whole number",
    "number": "a number",
    "bool": "`true` or `false`",
    "int-text": "a whole number",
    "number-text": "a number",
    "bool-text": "`true` or `false`",
    "duration": "a duration like `1m30s`",
    "size": "a size like `512m`",
    "address": "an IP address",
    "words": "words with closed quotes",
    "entry": "`NAME=value` without a blank before the `=`",
}
_READ_AS = {
    "null": "nothing",
    "bool": "a truth value",
    "int": "a number",
    "float": "a number",
    "date": "a date",
    "text": "text",
}
_KINDS = {
    "services": "service",
    "networks": "network",
    "volumes": "volume",
    "secrets": "secret",
    "configs": "config",
    "models": "model",
}
_PARTS_OF_A_SERVICE = ("deploy", "build", "healthcheck", "logging", "develop", "resources", "limits")


def shape_faults(tree: Tree, root: Mapping | None, env: Dict[str, str], *, partial: bool) -> list[ShapeFault]:
    """All that Compose would refuse in the documents of one file, put together as `root`; each place once.

    `partial` says that the file is merged into another one: what it lacks may stand there.
    """
    if root is None or _is_template(root):
        return []
    checker = _Checker(env, partial)
    checker.top(root)
    for key in tree.odd_keys:
        what = "list" if isinstance(key, Sequence) else "mapping"
        message = f"a {what} cannot be a key; what is meant as text needs quotes"
        checker.found.append(ShapeFault("wrong-type", _first_line(key), message, key))
    # What an anchor brings into several services is told once, where it is written.
    once = {(fault.kind, fault.span.start, fault.span.end): fault for fault in reversed(checker.found)}
    return sorted(once.values(), key=lambda fault: fault.span.start)


def _is_template(root: Mapping) -> bool:
    """Whether `{{ … }}` stands where YAML reads a mapping: a file that a program fills in first."""
    text = root.source.text
    return "{{" in text and bool(re.search(r"(?:^|[:\-] +)\{\{", text, re.M))


class _Checker:
    """Goes through the nodes; what several aliases bring in is looked at once."""

    def __init__(self, env: Dict[str, str], partial: bool) -> None:
        self.env = env
        self.partial = partial  # whether other files are merged with what is being looked at
        self.found: list[ShapeFault] = []
        self._seen: set[tuple[int, int]] = set()
        self._merges = False  # whether `<<` stands anywhere
        self._has_services = False
        self._condition: ShapeFault | None = None  # the first item that is a condition; the others go with it

    def top(self, root: Mapping) -> None:
        description = table("file")
        self._merges = "<<" in root.source.text
        entries = entries_of(root)
        services = entries.get("services")
        self._has_services = services is not None
        unknown = [entry for name, entry in entries.items() if name not in description.keys and name[:2] != "x-"]
        for entry in unknown[:1] if services is None and all(map(_is_service, unknown)) else unknown:
            self._unknown(entry, description, (), entries)
        for name, entry in entries.items():
            if name == "services":
                self._services(entry)
            elif name in description.keys:
                self.check(entry.value, description.type_of(name), (name,), entry)

    def _services(self, entry: Entry) -> None:
        """Those that are no mapping are told as syntax."""
        whole, service = self.partial, table("service")
        for name, one in entries_of(entry.value).items():
            self._key(one, ("services",))
            if not _name().fullmatch(name):
                self._bad_name(one, ("services",))
            node = follow(one.value)
            if isinstance(node, Mapping):
                self.partial = whole or "extends" in node.merged()
                self._table(node, service, ("services", name), one)
                self._test(node, name)
                if "$" in node.source.text:
                    self._unset_entries(node, name)
        self.partial = whole

    def check(self, node: Node | None, kind: Type, path: Path, entry: Entry | None) -> None:
        """Hold a node against a type; `entry` is where it stands, None for an item of a list."""
        if type(node) is Scalar:
            # Nearly all that is written: text where text may stand.
            value = node.value
            if not ("text" in kind.scalars and value and (value[0] not in _ODD or "$" in value)):
                self._scalar(node, kind, path, entry)
            return
        node = follow(node)
        if node is None or kind.anything:
            return
        if type(node) is Scalar:
            self._scalar(node, kind, path, entry)
            return
        if (id(node), id(kind)) in self._seen:
            return
        self._seen.add((id(node), id(kind)))
        if type(node) is Sequence:
            if kind.items is None:
                self._wrong(node, kind, path, entry)
            else:
                self._items(node, kind, path)
        elif type(node) is Mapping:
            if kind.table:
                self._table(node, kind.table, path, entry)
            elif kind.values:
                self._values(node, kind, path)
            else:
                self._wrong(node, kind, path, entry)

    def _table(self, node: Mapping, description: Table, path: Path, entry: Entry | None) -> None:
        entries = entries_of(node)
        if entry is None and description.name in ("mount", "port", "grant") and self._is_cut_apart(node, entries, path):
            return
        for name, one in entries.items():
            if name in description.keys:
                self.check(one.value, description.type_of(name), (*path, name), one)
            elif (name[:2] != "x-" or description.closed) and not description.open:
                self._unknown(one, description, path, entries)
        if node.entries and self._merges:
            self._merged_in(node, path)
        if description.name in _SOURCES and not self.partial:
            self._source(node, entries, description, path, entry)
        elif description.name == "watch" and "target" not in entries:
            self._watch(node, entries, description, path)
        for name in description.required:
            may_be_elsewhere = self.partial and entry is not None and description.name != "extends"
            if name not in entries and not may_be_elsewhere:
                self._missing(node, name, description, path, entry)

    def _values(self, node: Mapping, kind: Type, path: Path) -> None:
        values = kind.values
        assert values is not None
        for name, one in entries_of(node).items():
            self._key(one, path)
            if kind.names != "any" and not _name().fullmatch(name):
                if kind.names == "strict":
                    self._bad_name(one, path)
                continue
            self.check(one.value, values, (*path, name), one)

    def _items(self, node: Sequence, kind: Type, path: Path) -> None:
        assert kind.items is not None
        first: dict[tuple[str, str], Scalar] = {}
        unique = kind.unique and len(node.items) > 1
        for item in node.items:
            self.check(item, kind.items, path, None)
            scalar = follow(item)
            if unique and isinstance(scalar, Scalar) and scalar.tag != "!reset":
                what, text = self._read(scalar)
                if text is not None and (other := first.setdefault((what, text), scalar)) is not scalar:
                    self._double(item, text, other, path)

    def _double(self, item: Node, text: str, other: Scalar, path: Path) -> None:
        message = f"`{text}` stands twice in {_place(path)}; Compose wants each item once"
        place = item.inner if isinstance(item, Scalar) else item.span
        related = (Related(other.text, "the first one is here"),)
        self.found.append(ShapeFault("double-item", place, message, item, related=related))

    def _test(self, node: Mapping, name: str) -> None:
        """The first word of a healthcheck's list says how the rest is run."""
        healthcheck = node.get("healthcheck")
        test = healthcheck.get("test") if isinstance(healthcheck, Mapping) else None
        first = follow(test.items[0]) if isinstance(test, Sequence) and test.items else None
        if isinstance(test, Sequence) and isinstance(first, Scalar) and (id(test), -2) not in self._seen:
            self._seen.add((id(test), -2))
            text = self._read(first)[1]
            if text is not None and text not in ("CMD", "CMD-SHELL", "NONE"):
                place = _place(("services", name, "healthcheck", "test"))
                message = f"{place} begins with `{_short(text)}`; a list begins with `CMD`, `CMD-SHELL` or `NONE`"
                self.found.append(ShapeFault("invalid-value", _inside(first), message, first))

    # --- scalars ---

    def _read(self, node: Scalar) -> tuple[ScalarType, str | None]:
        """What Compose takes a scalar for, and its text, None where that is not known."""
        if "$" in node.value:
            return "text", Value(node, self.env).resolved
        if node.style != "plain" or node.tag not in PLAIN_TAGS:
            return "text", node.value
        return scalars.resolve(node.value)

    def _scalar(self, node: Scalar, kind: Type, path: Path, entry: Entry | None) -> None:
        if kind.anything or node.tag == "!reset":
            return
        if kind.forms == ["entry"] and " =" not in node.value and "$" in node.value:
            return  # values of environments are what most variables are for
        what, text = self._read(node)
        taken = kind.scalars
        if what == "text":
            if "text" in taken or (text is None and kind.takes_text):
                if "text" not in taken:
                    self._unset_value(node, kind, path, entry)
                return
            if text is not None and (text in kind.choices or any(_has_form(text, name) for name in kind.forms)):
                if kind.range and not _is_within(text, kind.range):
                    self._bad_value(node, text, kind, path, entry)
                return
            if kind.takes_text and text is not None:
                self._bad_value(node, text, kind, path, entry)
                return
        elif what == "int":
            if "number" in taken or "int" in taken:
                if kind.range and text is not None and not _is_within(text, kind.range):
                    self._bad_value(node, text, kind, path, entry)
                return
        elif what == "float":
            if "number" in taken or ("int" in taken and text is not None and _is_whole(text)):
                if kind.range and text is not None and not _is_within(text, kind.range):
                    self._bad_value(node, text, kind, path, entry)
                return
        elif what in taken or (what == "null" and self.partial):
            return
        self._wrong(node, kind, path, entry, what)

    # --- variables without a value ---

    def _unset_value(self, node: Scalar, kind: Type, path: Path, entry: Entry | None) -> None:
        """A text that is right with some values of its variables, and wrong where they are empty."""
        text = Value(node, Bare(self.env)).filled.text
        if UNKNOWN not in text and text not in kind.choices and not any(_has_form(text, name) for name in kind.forms):
            what = f"`{text}`" if text else "nothing"
            self._unset(node, f"Compose reads {what} where {_expected(kind)} must stand in {_place(path)}")

    def _unset_entries(self, node: Mapping, name: str) -> None:
        """Ports and volumes that cannot be read where their variables are empty."""
        bare = Bare(self.env)
        for key, read in (("ports", port_of), ("volumes", mount_of)):
            for item in items_of(node.get(key)):
                if not isinstance(item, Scalar) or "$" not in item.value or (item.start, -1) in self._seen:
                    continue
                self._seen.add((item.start, -1))
                if any(one.kind == "variable" and not one.operator for one in tokens(item.value)):
                    filled, entry = Value(item, bare).filled, read(item, bare)
                    if filled.known and entry and entry.error and not getattr(read(item, self.env), "error", None):
                        place = _place(("services", name, key))
                        text = f"`{filled.text}`" if filled.text else "nothing"
                        self._unset(item, f"Compose reads {text} in {place} and refuses the file", "unset-entry")

    def _unset(self, node: Scalar, consequence: str, kind: str = "unset-variable") -> None:
        missing = [one for one in Value(node, self.env).variables if not one.operator and one.name not in self.env]
        if missing and not any(one.name in _OF_THE_SHELL for one in missing):
            first = missing[0]
            what = f"`{first.span.text}` has neither a default nor a value in `.env`"
            message = f"{what}: unless the shell sets it, {consequence}"
            self.found.append(ShapeFault(kind, first.span, message, node, first.name))

    # --- what is wrong ---

    def _unknown(self, entry: Entry, description: Table, path: Path, beside: Dict[str, Entry]) -> None:
        name = entry.name
        what = f"`{name}` in {_place(path)}"
        close = nearest(name, description.keys) or _begun(name, description)
        if name in description.newer:
            message = f"Compose up to 2.40 refuses `{name}` in {_place(path)}; newer releases know it"
        elif close in beside:
            message = f"{what} is no key that Compose knows there, and `{close}` is there already; take `{name}` out"
            close = None
        elif close:
            message = f"{what}: did you mean `{close}`?"
        elif not path and _is_service(entry):
            message = f"`{name}` looks like a service: {self._way_to_services(entry)}"
        else:
            home = _home_beside(name, description, beside) or _home(name, description, path)
            message = f"{what} is no key that Compose knows there{home or '; correct its name, or take it out'}"
        self.found.append(ShapeFault("unknown-key", name.span, message, entry.key, close))

    def _way_to_services(self, entry: Entry) -> str:
        """How what stands at the top gets below `services:`."""
        if self._has_services:
            return "indent it under `services:`, where Compose looks for them"
        way = "in this form Compose 1 took it, and Compose refuses it now. Put a line `services:` above all services"
        service = follow(entry.value)
        has_net = isinstance(service, Mapping) and "net" in service.merged()
        return f"{way} and indent them under it" + ("; `net` is called `network_mode` now" if has_net else "")

    def _key(self, entry: Entry, path: Path) -> None:
        """Compose refuses keys that YAML reads as something other than text."""
        key = follow(entry.key)
        if not isinstance(key, Scalar) or key.style != "plain" or not key.value or key.value[0] not in _ODD:
            return
        what = scalars.resolve(key.value)[0]
        if what == "text" or key.tag not in PLAIN_TAGS or key.value == "<<":
            return
        message = f"YAML reads the key `{key.value}` in {_place(path)} as {_READ_AS[what]}, and Compose takes only text"
        fault = ShapeFault("wrong-type", entry.name.span, f"{message}: put it in quotes", entry.key, f'"{key.value}"')
        self.found.append(fault)

    def _bad_name(self, entry: Entry, path: Path) -> None:
        what = _KINDS.get(path[-1], "name")
        message = f"`{entry.name}` cannot be the name of a {what}: Compose takes {form('name')['says']}"
        if "$" in entry.name and what in ("network", "volume", "secret", "config"):
            key = re.sub(r"\$\{[^}]*\}|\$\w+", "", entry.name).strip("_.-")
            key = key or "".join(re.findall(r"\$\{?(\w+)", entry.name)[:1]).lower() or what
            message = (
                f"`{entry.name}` cannot be the name of a {what}: Compose fills in no variables in keys. Write a fixed "
                f"one, `{key}:`, with `name: '{entry.name}'` below it, and `{key}` where it is used"
            )
        self.found.append(ShapeFault("invalid-value", entry.name.span, message, entry.key))

    def _missing(self, node: Mapping, name: str, description: Table, path: Path, entry: Entry | None) -> None:
        where: Text | Span = entry.name if entry else _first_line(node)
        owner = f"an item of {_place(path)}" if entry is None else _place(path)
        choices = description.type_of(name).choices
        wanted = f" ({_either(f'`{choice}`' for choice in choices)})" if choices else ""
        message = f"{owner} lacks `{name}`{wanted}, without which Compose refuses it"
        self.found.append(ShapeFault("missing-key", where.span, message, node, name))

    def _source(
        self, node: Mapping, entries: Dict[str, Entry], description: Table, path: Path, entry: Entry | None
    ) -> None:
        """A secret or config must come from somewhere."""
        external = follow(entries["external"].value) if "external" in entries else None
        is_external = isinstance(external, Mapping) or (
            isinstance(external, Scalar) and scalars.boolean(self._read(external)[1] or "true") is not False
        )
        sources = _SOURCES[description.name]
        if not is_external and not any(key in entries for key in (*sources, "x-content")):
            choices = _either(f"`{key}`" for key in sources)
            message = f"{_place(path)} has no source, so Compose refuses it: give it {choices}, or `external: true`"
            where = entry.name.span if entry else _first_line(node)
            self.found.append(ShapeFault("missing-key", where, message, node))

    def _watch(self, node: Mapping, entries: Dict[str, Entry], description: Table, path: Path) -> None:
        action = follow(entries["action"].value) if "action" in entries else None
        text = self._read(action)[1] if isinstance(action, Scalar) else None
        if text in ("sync", "sync+restart", "sync+exec"):
            message = f"an item of {_place(path)} lacks `target`, without which Compose refuses the action `{text}`"
            self.found.append(ShapeFault("missing-key", _first_line(node), message, node, "target"))

    def _merged_in(self, node: Mapping, path: Path) -> None:
        """Behind `<<` stand mappings."""
        for entry in node.entries:
            if entry.is_merge:
                value = follow(entry.value)
                parts = value.items if isinstance(value, Sequence) else [value]
                if not all(part is None or isinstance(follow(part), Mapping) for part in parts) or not parts:
                    message = f"`<<` in {_place(path)} takes a mapping or a list of mappings, such as `<<: *name`"
                    self.found.append(ShapeFault("wrong-type", entry.name.span, message, entry.key))

    def _is_cut_apart(self, node: Mapping, entries: Dict[str, Entry], path: Path) -> bool:
        """`- ./data: /data`: a blank behind the colon has made a mapping of one text."""
        (entry, *others) = entries.values() if entries else [None]
        if entry is None or others or entry.name in table("mount").keys or entry.name in table("port").keys:
            return False
        value = follow(entry.value)
        if not isinstance(value, Scalar) or entry.name in table("grant").keys:
            return False
        whole = None if " " in entry.name else f"{entry.name}:{value.value}"
        message = (
            f"YAML reads this item of {_place(path)} as a key and its value, because of the blank behind the colon"
        )
        if whole is None and " ? " in f"{entry.name} {value.value}":
            if self._condition:
                self._condition.related = (*self._condition.related, Related(entry.span, "another one"))
                return True
            message = f"this item of {_place(path)} is a condition, and Compose has none"
            message += "; write one value, or one with a variable in it"
            self._condition = ShapeFault("wrong-type", entry.span, message, node)
            self.found.append(self._condition)
            return True
        message += f"; write `{whole}`" if whole else "; put all of it in quotes, or take the blank out"
        self.found.append(ShapeFault("wrong-type", entry.span, message, node, whole))
        return True

    def _bad_value(self, node: Scalar, text: str, kind: Type, path: Path, entry: Entry | None) -> None:
        what = _subject(path, entry)
        message = f"{what} cannot be `{_short(text)}`; Compose takes {_expected(kind)} there"
        if kind.range and quantities.is_number(text):
            low, high = kind.range
            message = f"{what} cannot be {text}; it must be " + (
                f"between {low} and {high}" if high is not None else f"at least {low}"
            )
        words = [*kind.choices, *(word for name in kind.forms if name in _words() for word in _words()[name])]
        close = nearest(text, words)
        if path[-1:] == ("external",):
            own = entry is None or path[-2] == text
            message += ": write `external: true`" + ("" if own else f" and, beside it, `name: {_short(text)}`")
        elif close:
            message += f". Did you mean `{close}`?"
        self.found.append(ShapeFault("invalid-value", _inside(node), message, node, close))

    def _wrong(self, node: Node, kind: Type, path: Path, entry: Entry | None, what: str = "") -> None:
        subject, expected = _subject(path, entry), _expected(kind)
        where, instead = _first_line(node), None
        if isinstance(node, Scalar):
            where = _inside(node)
        if what == "null":
            message = f"{subject} is empty, which Compose refuses; give it {expected}, or take it out"
            below = _key_below(node)
            if kind.table and below in kind.table.keys and len(path) > 1:
                message = (
                    f"{subject} is empty, which Compose refuses; indent `{below}` and what else belongs to it deeper"
                )
            where = entry.name.span if entry else where
        elif what in ("int", "float", "bool", "date") and kind.takes_text and isinstance(node, Scalar):
            instead = f'"{node.value}"' if path[-1:] != ("ports",) else None
            takes = [name for name in kind.forms if name in ("duration", "size")]
            if takes and what != "date":
                instead = instead if takes == ["size"] else None
                message = f"{subject} must be text, {_MEANT[takes[0]]}, not the number `{node.value}`"
            elif instead is None:
                message = f"{subject} must be a port or `host port:container port`, not `{node.value}`"
            else:
                message = f"{subject} must be text, but `{node.value}` is read as {_READ_AS[what]}: put it in quotes"
        elif isinstance(node, Mapping) and entry is None and kind.takes_text and (pair := _pair(node)):
            instead = f"{pair[0]}={pair[1]}"
            message = f"{subject} must be text, but `: ` makes a mapping of it; write `{instead}`"
        else:
            got = (
                "a list"
                if isinstance(node, Sequence)
                else "a mapping"
                if isinstance(node, Mapping)
                else "no such thing"
            )
            got = f"`{_short(node.value)}`" if isinstance(node, Scalar) else got
            message = f"{subject} must be {expected}, not {got}"
            if path[:1] == ("services",) and len(path) > 3 and entry and path[-1] in table("service").keys:
                message += f"; indent it less if `{path[-1]}` of the service itself is meant"
        self.found.append(ShapeFault("wrong-type", where, message, node, instead))


# What a shell hands on by itself.
_OF_THE_SHELL = frozenset(("HOME", "HOSTNAME", "LANG", "LOGNAME", "PATH", "PWD", "SHELL", "TMPDIR", "USER"))
_SOURCES = {"secret": ("file", "environment"), "config": ("file", "environment", "content")}
_ODD = frozenset("0123456789+-.~nNtTfF")


@cache
def _words() -> dict[str, list[str]]:
    return {"pull": form("pull")["words"]}


@cache
def _name() -> re.Pattern[str]:
    return re.compile(form("name")["is"])


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(form(name)["is"], re.S)


def _has_form(text: str, name: str) -> bool:
    check = _FORMATS.get(name)
    return check(text) if check else bool(_pattern(name).fullmatch(text))


def _is_within(text: str, bounds: tuple[int, int | None]) -> bool:
    low, high = bounds
    number = float(text) if quantities.is_number(text) else quantities.size(text)
    return number is None or (low <= number and (high is None or number <= high))


def _is_whole(text: str) -> bool:
    """Whether a number is whole although it is written as a float: `1.0`, `1e3`."""
    return quantities.is_number(text) and float(text) % 1 == 0


def _is_service(entry: Entry) -> bool:
    node = follow(entry.value)
    return isinstance(node, Mapping) and any(
        key in node.merged() for key in ("image", "build", "container_name", "extends")
    )


def _key_below(node: Node) -> str:
    """The key that the next line begins with."""
    source = node.source
    below = source.offset(source.position(node.start).line + 1)
    found = re.match(r"[ \t]*([\w-]+):", source.text[below : below + 100])
    return found[1] if found else ""


def _begun(name: str, description: Table) -> str | None:
    """The one key that begins with a name: `depends` for `depends_on`."""
    found = [key for key in description.keys if key.startswith(f"{name}_")] if len(name) > 4 else []
    return found[0] if len(found) == 1 else None


def _home_beside(name: str, description: Table, beside: Dict[str, Entry]) -> str:
    """The empty key beside it that it belongs to: it is not indented deep enough."""
    for key, entry in beside.items():
        kind = description.type_of(key) if key in description.keys else None
        if kind and kind.table and name in kind.table.keys and is_null(follow(entry.value)):
            return f"; indent it deeper, below `{key}`"
    return ""


def _home(name: str, description: Table, path: Path) -> str:
    """Where a key belongs that does not belong here."""
    if description.name == "service":
        home = next((part for part in _PARTS_OF_A_SERVICE if name in table(part).keys), None)
        if home:
            return f"; it belongs below `{'deploy.resources.' if home == 'limits' else ''}{home}`"
    elif len(path) > 2 and path[0] == "services" and name in table("service").keys:
        return "; it belongs to the service itself, which is less indented"
    if path and name in table("file").keys:
        return "; it belongs to the top of the file"
    return ""


def _place(path: Path) -> str:
    """Where something stands, in words: `build` of service `web`."""
    if not path:
        return "the file"
    kind = _KINDS.get(path[0])
    if kind is None or len(path) == 1:
        return f"`{'.'.join(path)}`"
    owner = f"{kind} `{path[1]}`"
    return owner if len(path) == 2 else f"`{'.'.join(path[2:])}` of {owner}"


def _subject(path: Path, entry: Entry | None) -> str:
    return f"an item of {_place(path)}" if entry is None else _place(path)


def _expected(kind: Type) -> str:
    ways = [f"`{choice}`" for choice in kind.choices]
    ways += [form(name)["says"] for name in kind.forms if name not in _MEANT]
    ways += [_MEANT[name] for name in (*sorted(kind.scalars - {"null"}, reverse=True), *kind.forms) if name in _MEANT]
    if _MEANT["number"] in ways:
        ways = [way for way in ways if way != _MEANT["int"]]
    if kind.items:
        ways.append("a list")
    if kind.takes_mapping:
        ways.append("a mapping")
    return _either(dict.fromkeys(ways)) or "nothing"


def _either(words: Iterator[str] | dict[str, None]) -> str:
    *most, last = [*words] or [""]
    return f"{', '.join(most)} or {last}" if most else last


def _short(text: str) -> str:
    line = text.strip().split("\n", 1)[0]
    return line if len(line) <= 40 else line[:39] + "…"


def _pair(node: Mapping) -> tuple[str, str] | None:
    """The name and value of `- NAME: value`."""
    if len(node.entries) != 1:
        return None
    value = follow(node.entries[0].value)
    return (node.entries[0].name, value.value) if isinstance(value, Scalar) and not value.is_block else None


def _inside(node: Scalar) -> Span:
    inner = node.inner
    return inner if inner.start < inner.end else node.span


def _first_line(node: Node) -> Span:
    """The first line of what a node holds."""
    end = node.source.line_span(node.source.position(node.start).line).end
    return Span(node.source, node.start, max(node.start, min(node.end, end)))
