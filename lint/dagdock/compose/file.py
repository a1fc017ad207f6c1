"""A Compose file: its services, resources, includes and faults."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from collections.abc import Mapping as Dict
from posixpath import basename, dirname, join, normpath
from typing import ClassVar

from dagdock.compose.faults import ShapeFault, faults_of
from dagdock.compose.interpolation import Bare
from dagdock.compose.merge import SERVICE, mapping_of, merge_mappings, merge_nodes
from dagdock.compose.section import Section, entries_of, items_of, values_of
from dagdock.compose.service import Extends, Service, extends_of
from dagdock.compose.values import Value
from dagdock.remembered import cached_property
from dagdock.rule import Kind
from dagdock.text import Located, Source, Span, Text
from dagdock.yamltree import Entry, Fault, Mapping, Node, Scalar, Tree, follow
from dagdock.yamltree import parse as parse_yaml

Load = Callable[[str], "ComposeFile | None"]
Values = Callable[[str], Dict[str, str]]

DEFAULT_NAMES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
_SHARED_KEYS = ("services", "networks", "volumes", "secrets", "configs", "models")
_MAX_CHAIN = 30
_Chain = tuple[tuple[str, str], ...]  # the path and service of each `extends` on the way


class Resource(Section):
    """An entry of the top-level `networks`, `volumes`, `secrets`, `configs` or `models`; `span` is its name."""

    def __init__(self, entry: Entry, env: Dict[str, str]) -> None:
        super().__init__(follow(entry.value), env)
        self.entry = entry
        self.name: Text = entry.name

    @property
    def span(self) -> Span:
        return self.name.span

    @property
    def external(self) -> bool | None:
        """Whether it is made elsewhere (`external: true` or the older mapping); None where that is not known."""
        if self.section("external"):
            return True
        external = self.value("external")
        return external.boolean if external else False

    def __repr__(self) -> str:
        return f"<Resource {self.span!r}>"


class Include:
    """One entry of `include`: `files` is what could be read of it, `complete` whether that is all."""

    __slots__ = ("complete", "env_files", "files", "paths", "project_directory", "span")

    def __init__(self, node: Node, env: Dict[str, str]) -> None:
        settings = Section(node, env)
        self.span = node.inner if isinstance(node, Scalar) else node.span
        self.paths = values_of(node, env) if isinstance(node, Scalar) else settings.values("path")
        self.project_directory = settings.value("project_directory")
        self.env_files = settings.values("env_file")
        self.files: list[ComposeFile] = []
        self.complete = False


class ComposeFile:
    """One Compose file, its documents, aliases and includes merged as Compose merges them.

    `services` and the resources are those of the whole model, included ones among them. `faults` are what Compose
    refuses as it reads: `syntax`, `duplicate-key`, `interpolation` and `not-mapping`.
    """

    kind: ClassVar[Kind] = "compose"

    def __init__(
        self,
        source: Source,
        tree: Tree,
        root: Mapping | None,
        env: Dict[str, str],
        load: Load | None = None,
        whole: bool | None = None,
        bases: tuple[ComposeFile, ...] = (),
        values: Values | None = None,
    ) -> None:
        self.source = source
        self.tree = tree
        self.root = root
        self.env = env
        self.bases = bases  # the files that `merge` made this one of
        self.included_by: list[ComposeFile] = []
        # What relative paths in this file start from; an `include` with `project_directory` changes it.
        self.directory: str = bases[0].directory if bases else dirname(source.path)
        self._load = load
        self._values = values
        self._whole = whole
        self._outer: set[str] = set()  # paths of the files that include this one

    # --- what is written ---

    @cached_property
    def keys(self) -> dict[str, Entry]:
        """The top-level keys, `x-` ones too."""
        return entries_of(self.root)

    @property
    def name(self) -> Value | None:
        return Section(self.root, self.env).value("name")

    @cached_property
    def include(self) -> list[Include]:
        if self.bases:
            return [include for base in self.bases for include in base.include]
        entry = self.keys.get("include")
        includes = [Include(item, self.env) for item in items_of(entry.value if entry else None)]
        for include in includes:
            self._read(include)
        return includes

    @cached_property
    def faults(self) -> list[Fault]:
        if self.bases:
            return [fault for base in self.bases for fault in base.faults]
        return faults_of(self.tree, self.root)

    @cached_property
    def shape(self) -> list[ShapeFault]:
        """Where this file is not what Compose takes: keys, kinds of values and the values themselves."""
        if self.bases:
            return [fault for base in self.bases for fault in base.shape]
        if any(fault.kind == "syntax" for fault in self.faults):
            return []
        from dagdock.compose.shape import shape_faults

        return shape_faults(self.tree, self.root, self.env, partial=self.is_fragment)

    def walk(self) -> Iterator[ComposeFile | Service]:
        """The nodes that rules look at: the file, then the services that are written in it."""
        yield self
        sources = [self.source, *(base.source for base in self.bases)]
        for service in self.services.values():
            if any(service.span.source is source for source in sources):
                yield service

    # --- the model ---

    @cached_property
    def services(self) -> dict[str, Service]:
        return {
            name: Service(entry, follow(entry.value), self, name not in self._partial, self._envs.get(name, self.env))
            for name, entry in self._model_entries("services").items()
        }

    @cached_property
    def networks(self) -> dict[str, Resource]:
        return self._resources("networks")

    @cached_property
    def volumes(self) -> dict[str, Resource]:
        return self._resources("volumes")

    @cached_property
    def secrets(self) -> dict[str, Resource]:
        return self._resources("secrets")

    @cached_property
    def configs(self) -> dict[str, Resource]:
        return self._resources("configs")

    @cached_property
    def models(self) -> dict[str, Resource]:
        return self._resources("models")

    @cached_property
    def is_fragment(self) -> bool:
        """Whether the file is not meant to stand alone: an override by its name, or a part by what it lacks."""
        if self.bases:
            return self.bases[0].is_fragment
        if self._whole is False:
            return True
        name = basename(self.source.path)
        if self._whole is None and "." in name.rpartition(".")[0].lstrip("."):
            return True
        services = [Section(follow(entry.value), self.env) for entry in self._own_services.values()]
        alone = [
            any(key in service.entries for key in ("image", "build", "extends", "provider")) for service in services
        ]
        if not alone:
            return "include" not in self.keys
        return not any(alone) or (name not in DEFAULT_NAMES and not all(alone))

    @property
    def complete(self) -> bool:
        """Whether all that can define a name was read; where not, what is missing may stand elsewhere."""
        if self.bases:
            return self.bases[0].complete and all(base._read_well for base in self.bases)
        return self._read_well and not self.is_fragment and not self.included_by

    def directory_of(self, where: Located) -> str:
        """The folder that a relative path written at `where` starts from."""
        source = where.span.source
        if source is self.source:
            return self.directory
        file = self._by_source.get(id(source))
        return file.directory if file else dirname(source.path)

    def path_of(self, value: Value) -> str | None:
        """The path that a value names, in the terms of `source.path`; None where it is not known or not local."""
        text = value.resolved
        if not text or "://" in text or text.startswith(("git@", "github.com/")):
            return None
        return normpath(join(self.directory_of(value), text))

    # --- how it is put together ---

    @property
    def _parts(self) -> list[ComposeFile]:
        """The files that this one is made of, or that it includes."""
        return list(self.bases) or [file for include in self.include for file in include.files]

    @cached_property
    def _by_source(self) -> dict[int, ComposeFile]:
        """By the identity of a source, the file whose folder relative paths in it start from."""
        found: dict[int, ComposeFile] = {}
        for part in self._parts:
            found |= part._by_source
        return found | {id(base.source): self for base in self.bases} | {id(self.source): self}

    @property
    def _read_well(self) -> bool:
        """Whether this file and all that it includes could be read."""
        return all(include.complete for include in self.include) and not any(
            fault.kind == "syntax" for fault in self.tree.faults
        )

    @cached_property
    def _model(self) -> Mapping | None:
        """The top level with includes and `extends` worked in; what `!reset` takes away is still marked in it."""
        if self.bases:
            return _merged([base._model for base in self.bases], self.env)
        return _merged([self._imported, self._extended()], self.env)

    def _extended(self) -> Mapping | None:
        """The top level of this file alone, each service with what it extends."""
        if self.root is None or not any("extends" in entries_of(entry.value) for entry in self._own_services.values()):
            return self.root
        entries = dict(self.root.merged())
        services = entries["services"]
        written = follow(services.value)
        if isinstance(written, Mapping):
            resolved = [
                Entry(entry.key, self._resolved(name)[0] or entry.value) if name in self._own_services else entry
                for name, entry in written.merged().items()
            ]
            entries["services"] = Entry(services.key, mapping_of(written, resolved))
        return mapping_of(self.root, entries.values())

    @cached_property
    def _imported(self) -> Mapping | None:
        """What the included files bring in."""
        found: list[Mapping | None] = []
        for part in self._parts:
            if model := part._model:
                entries = entries_of(model)
                found.append(mapping_of(model, [entries[key] for key in _SHARED_KEYS if key in entries]))
        return _merged(found, self.env)

    @cached_property
    def _own_services(self) -> dict[str, Entry]:
        entry = self.keys.get("services")
        return entries_of(entry.value) if entry else {}

    def _model_entries(self, key: str) -> dict[str, Entry]:
        entry = entries_of(self._model).get(key)
        return entries_of(entry.value) if entry else {}

    def _resources(self, key: str) -> dict[str, Resource]:
        return {name: Resource(entry, self.env) for name, entry in self._model_entries(key).items()}

    @cached_property
    def _partial(self) -> set[str]:
        """The services of which a part could not be read."""
        found = {name for part in self._parts for name in part._partial}
        if not self.bases:
            found |= {name for name in self._own_services if not self._resolved(name)[1]}
        return found

    @cached_property
    def _envs(self) -> dict[str, Dict[str, str]]:
        """What included services are filled in from, where the including file does not change them."""
        found: dict[str, Dict[str, str]] = {}
        for part in self._parts:
            found |= dict.fromkeys(part._own_services, part.env) | part._envs
        return {name: env for name, env in found.items() if self.bases or name not in self._own_services}

    def _resolved(self, name: str, chain: _Chain = ()) -> tuple[Node | None, bool]:
        """A service with what it extends, and whether all of that could be read."""
        entry = self._own_services.get(name)
        if entry is None and self._imported:
            entry = entries_of(self._imported.get("services")).get(name)
        node = follow(entry.value) if entry else None
        extends = extends_of(Section(node, self.env))
        if node is None or extends is None:
            return node, node is not None
        base, complete = self._extended_by(extends, chain)
        if base is None:
            return node, False
        kept = [entry for key, entry in entries_of(base).items() if key != "extends"]
        return merge_nodes(mapping_of(base, kept), node, SERVICE, self.env), complete

    def _extended_by(self, extends: Extends, chain: _Chain) -> tuple[Node | None, bool]:
        """The service that another one extends."""
        name = extends.service.resolved if extends.service else None
        own = normpath(self.source.path)
        path = self.path_of(extends.file) if extends.file else own
        if name is None or path is None or (path, name) in chain or len(chain) == _MAX_CHAIN:
            return None, False
        file = self if path == own else self._load_file(path)
        if file is None:
            return None, False
        node, complete = file._resolved(name, (*chain, (path, name)))
        return node, complete and not any(fault.kind == "syntax" for fault in file.tree.faults)

    def _load_file(self, path: str) -> ComposeFile | None:
        return self._load(path) if self._load else None

    def _read(self, include: Include) -> None:
        """Load the files of an `include`; the first one decides where relative paths start."""
        paths = [self.path_of(value) for value in include.paths]
        outer = self._outer | {normpath(self.source.path)}
        local = [path for path in paths if path is not None and path not in outer]
        loaded = [self._load_file(path) for path in local] if len(outer) < _MAX_CHAIN else []
        found = [file for file in loaded if file is not None]
        directory = dirname(paths[0]) if paths and paths[0] is not None else None
        if include.project_directory:
            directory = self.path_of(include.project_directory)
        for file in found:
            file._outer |= outer
            file.included_by.append(self)
            file.env = self._env_of(include, file.env)
            if directory is not None:
                file.directory = directory
        include.files = [merge(*found)] if len(found) > 1 else found
        all_found = 0 < len(include.paths) == len(found) and directory is not None
        include.complete = all_found and all(file._read_well for file in found)

    def _env_of(self, include: Include, own: Dict[str, str]) -> Dict[str, str]:
        """What an included file is filled in from: what holds here, then the `env_file` or its project's `.env`."""
        files = [self.path_of(value) for value in include.env_files]
        if not files and include.project_directory:
            folder = self.path_of(include.project_directory)
            files = [join(folder, ".env") if folder else None]
        if files:
            read = self._values or (lambda path: {})
            own = {name: text for path in files if path for name, text in read(path).items()}
        env = {**own, **self.env}
        return Bare(env) if isinstance(self.env, Bare) else env


def parse(
    source: Source,
    env: Dict[str, str] | None = None,
    load: Load | None = None,
    whole: bool | None = None,
    values: Values | None = None,
) -> ComposeFile:
    """Read a Compose file. Never raises.

    `env` is what variables are filled in from (the project's `.env`). `load` reads the Compose files that this one
    extends and includes, by their path in the same terms as `source.path`, always giving the same object for one
    path; None from it means that the file cannot be read. `whole` says whether the file stands alone, where that is
    known better than from its name: False for an override, True where there is nothing that it could override.
    `values` reads the variables of a file that an `include` names as `env_file`, by its path.
    """
    tree = parse_yaml(source)
    env = env or {}
    roots = [root for document in tree.documents if isinstance(root := follow(document.root), Mapping)]
    return ComposeFile(source, tree, _merged(roots, env), env, load, whole, values=values)


def merge(base: ComposeFile, *overrides: ComposeFile) -> ComposeFile:
    """What Compose makes of `-f base -f override …`: one file, with the place and the variables of the base."""
    bases = (base, *overrides)
    model = _merged([file._model for file in bases], base.env)
    return ComposeFile(base.source, base.tree, model, base.env, bases=bases)


def bases_of(path: str) -> list[str]:
    """The files that a file may be an override of, by its name: `compose.yaml` for `compose.dev.yaml`."""
    name = basename(path)
    stem, _, suffix = name.rpartition(".")
    if name in DEFAULT_NAMES or suffix not in ("yaml", "yml"):
        return []
    names: list[str] = []
    for sign in ".-_":
        first = stem.rpartition(sign)[0]
        names += [f"{first}.yaml", f"{first}.yml"] if first else []
    return [join(dirname(path), other) for other in dict.fromkeys((*names, *DEFAULT_NAMES)) if other != name]


def _merged(mappings: Iterable[Mapping | None], env: Dict[str, str]) -> Mapping | None:
    found: Mapping | None = None
    for mapping in mappings:
        if mapping is not None:
            found = merge_mappings(found, mapping, (), env) if found else mapping
    return found
