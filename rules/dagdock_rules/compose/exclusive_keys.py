from __future__ import annotations

from collections.abc import Iterator
from posixpath import basename

from dagdock.api import Bad, ComposeFile, Entry, Problem, Problems, Project, Related, Service, rule

from ._model import DEFAULT_NAMES, as_run, is_for_swarm

Pair = tuple[Entry, Entry, str]


@rule(
    "DC023",
    severity="error",
    since="0.1",
    precision="very-high",
    tags=["syntax"],
    bad=[
        Bad("services:\n  web:\n    image: nginx:1.27\n    «network_mode»: host\n    networks: [default]\n"),
        Bad("secrets:\n  key:\n    file: ./key\n    «environment»: KEY\nservices:\n  web:\n    image: nginx:1.27\n"),
        Bad(
            "services:\n  db:\n    image: postgres:16\n    volumes: ['data:/var/lib/postgresql/data']\n"
            "volumes:\n  data:\n    external: true\n    «driver»: local\n"
        ),
    ],
    good=[
        "services:\n  web:\n    image: nginx:1.27\n    network_mode: host\n    networks: {}\n",
        "services:\n  web:\n    image: nginx:1.27\n"
        "volumes:\n  data:\n    external: true\n    name: shared\n    x-a: b\n",
    ],
)
def exclusive_keys(file: ComposeFile, project: Project) -> Problems:
    """Two keys that cannot stand together.

    Compose refuses the whole file. A service is in the network of another (`network_mode`) or in its own `networks`;
    a build has a `dockerfile` or a `dockerfile_inline`; a secret or config has one source; devices are counted or
    named; and what is `external` is made elsewhere, so that it takes no settings but its `name`.

    https://docs.docker.com/reference/compose-file/services/#network_mode
    """
    if is_for_swarm(file):
        return
    told: set[int] = set()
    for entry, other, why in _pairs(file, project):
        if entry.key.source is file.source and entry.key.start not in told:
            told.add(entry.key.start)
            related = [Related(other.name, f"`{other.name}` is here")]
            message = f"`{entry.name}` cannot stand beside `{other.name}`, so Compose refuses the file: {why}"
            yield Problem(entry.name, message, related=related)


def _pairs(file: ComposeFile, project: Project) -> Iterator[Pair]:
    name = basename(file.source.path)
    is_named = name not in DEFAULT_NAMES and ".override." not in name
    for service in file.services.values():
        # A service that is whole here may be run without the file that this one seems to override.
        is_whole = is_named and bool(service.image or service.build)
        yield from _of_service(service if is_whole else as_run(service, project))
    for volume in file.volumes.values():
        external = volume.entries.get("external")
        if external and volume.external:
            others = (
                one for name, one in volume.entries.items() if name[:2] != "x-" and name not in ("name", "external")
            )
            yield from ((other, external, "what is external is made elsewhere") for other in others)
    for kind, sources in (("secrets", ("file", "environment")), ("configs", ("file", "environment", "content"))):
        for resource in getattr(file, kind).values():
            found = [resource.entries[key] for key in sources if key in resource.entries]
            yield from ((other, found[0], f"a {kind[:-1]} has one source") for other in found[1:])


def _of_service(service: Service) -> Iterator[Pair]:
    mode, networks = service.value("network_mode"), service.networks
    if mode and mode.resolved and networks:
        why = "with the one the service has no networks of its own"
        yield service.entries["network_mode"], service.entries["networks"], why
    build = service.build
    if build and build.dockerfile and build.dockerfile.resolved and build.inline and build.inline.raw:
        yield build.entries["dockerfile_inline"], build.entries["dockerfile"], "one of them is built"
    resources = service.deploy.section("resources") if service.deploy else None
    reservations = resources.section("reservations") if resources else None
    for device in [*service.sections("gpus"), *(reservations.sections("devices") if reservations else [])]:
        if "count" in device.entries and "device_ids" in device.entries:
            yield device.entries["device_ids"], device.entries["count"], "devices are counted or named"
