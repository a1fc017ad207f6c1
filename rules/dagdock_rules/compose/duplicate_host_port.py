from __future__ import annotations

import re
from posixpath import basename, dirname, join
from typing import NamedTuple

from dagdock.api import Bad, ComposeFile, Port, PortRange, Problem, Problems, Project, Related, Service, rule

from ._model import DEFAULT_NAMES, is_extended, is_for_swarm
from ._needs import started_with

ALL_V4 = ("", "0.0.0.0")
ALL_V6 = ("", "::")
# Keys of `deploy` that only Swarm reads.
OF_SWARM = ("endpoint_mode", "labels", "mode", "placement", "rollback_config", "update_config")

# So many services are hardly started together: such files are collections, from which one picks.
MANY = 25
LONGEST = 500  # characters of a line with a command


class Published(NamedTuple):
    """Host ports that a service takes."""

    service: Service
    port: Port
    ports: PortRange


@rule(
    "DC202",
    severity="error",
    since="0.1",
    lessons=["L23"],
    aliases=["dclint:no-duplicate-exported-ports"],
    bad=[
        Bad(
            'services:\n  web:\n    image: nginx:1.27\n    ports: ["8080:80"]\n'
            '  api:\n    image: api:1.4\n    ports: ["127.0.0.1:«8080»:3000"]\n'
        ),
        Bad('services:\n  web:\n    image: nginx:1.27\n    scale: 2\n    ports: ["«8080»:80"]\n'),
    ],
    good=[
        'services:\n  dns:\n    image: coredns/coredns:1.12.0\n    ports: ["53:53/tcp", "53:53/udp"]\n',
        'services:\n  web:\n    image: nginx:1.27\n    ports: ["80"]\n  api:\n    image: api:1.4\n    ports: ["80"]\n',
        'services:\n  web:\n    image: nginx:1.27\n    profiles: [nginx]\n    ports: ["80:80"]\n'
        '  httpd:\n    image: httpd:2.4\n    profiles: [httpd]\n    ports: ["80:80"]\n',
    ],
)
def duplicate_host_port(file: ComposeFile, project: Project) -> Problems:
    """Two containers ask for the same port of the host.

    Only one program can listen on a port. The container that starts second fails with "port is already allocated".
    Give it another number on the left side of the colon; the right side, inside the container, may stay as it is.

    https://docs.docker.com/reference/compose-file/services/#ports
    """
    if is_extended(file, project) and basename(file.source.path) not in DEFAULT_NAMES:
        return  # a store of services, of which others take one at a time
    taken: dict[int, list[Published]] = {}
    services = project.merged(file).services
    # A part of a model that is named like one of two others may be loaded with either.
    is_guess = file.is_fragment and "override" not in basename(file.source.path)
    is_collection = len(services) > MANY
    together = [started_with(service, services) for service in services.values()] if is_collection else []
    for service in services.values():
        if service.has("network_mode"):
            continue
        by_other: dict[str, list[tuple[Published, Published]]] = {}
        for port in service.ports:
            if port.published is None or port.host_ip is None or port.protocol is None or port.error:
                continue
            if len(port.published) > 1 and (port.target is None or len(port.target) != len(port.published)):
                continue  # Docker takes a free one of them
            one = Published(service, port, port.published)
            numbers = range(one.ports.first, one.ports.last + 1)
            other = next((each for number in numbers for each in taken.get(number, ()) if _collide(each, one)), None)
            for number in numbers:
                taken.setdefault(number, []).append(one)
            if other:
                is_open = is_guess or (is_collection and not _start_together(one, other, together))
                if is_open and _is_elsewhere(one, other):
                    continue
                by_other.setdefault(str(other.service.name), []).append((one, other))
            elif _runs_twice(file, service) and len(port.published) == 1:
                yield Problem(
                    one.ports,
                    f"all containers of `{service.name}` ask for port {one.ports} of the host, and only one can have "
                    "it. Write a range, or only the container's port",
                )
        for pairs in by_other.values():
            are_all = len(pairs) == len(service.ports)
            if are_all and (len(pairs) > 1 or _are_alike(service, pairs[0][1].service)):
                yield _stands_in_for(pairs, _is_started_by_name(pairs[0], project))
            else:
                yield _problem(pairs)


def _is_elsewhere(one: Published, other: Published) -> bool:
    return one.ports.span.source is not other.port.span.source


def _start_together(one: Published, other: Published, together: list[set[str]]) -> bool:
    """Whether somebody who picks services of a collection gets both: because one that he picks needs them, or because
    one of the two is needed by most."""
    names = {str(one.service.name), str(other.service.name)}
    if any(names <= started for started in together):
        return True
    picked = [started for started in together if len(started) > 1]
    return any(sum(name in started for started in picked) * 2 > len(picked) for name in names)


def _are_alike(one: Service, other: Service) -> bool:
    """Whether two services run the same image, or one that is built from the same folder."""
    if one.build and other.build:
        return one.entries["build"].span.text == other.entries["build"].span.text
    images = [service.image.raw.partition(":")[0] for service in (one, other) if service.image]
    return len(images) == 2 and images[0] == images[1]


def _is_started_by_name(pair: tuple[Published, Published], project: Project) -> bool:
    """Whether a text beside the file starts one of the two by its name: `docker compose up -d kafka`."""
    folder = dirname(project.path_of(pair[0].service.file.source.whole) or "")
    started = project.once(("started by name", folder), lambda: _started_by_name(folder, project))
    return any(str(each.service.name) in started for each in pair)


def _started_by_name(folder: str, project: Project) -> set[str]:
    """The words behind `up`, `start` and `run` in the commands of a folder's texts and scripts."""
    found: set[str] = set()
    for name in project.facts.names(folder or "."):
        if name.lower().endswith((".md", ".rst", ".adoc", ".txt", ".sh")) or name in ("Makefile", "justfile"):
            text = (project.facts.read(join(folder, name)) or b"").decode("utf-8", "replace")
            for line in text.splitlines():
                if "compose" in line and len(line) < LONGEST:
                    words = re.split(r"[^\w.-]+", line.partition("compose")[2])
                    verb = next((at for at, word in enumerate(words) if word in ("up", "start", "run")), len(words))
                    found.update(words[verb + 1 :])
    return found


def _stands_in_for(pairs: list[tuple[Published, Published]], is_picked: bool) -> Problem:
    """All ports of a service are those of another one: most likely the two are never meant to run together; `is_picked`
    says that somebody names what he starts."""
    one, other = pairs[0]
    numbers = list(dict.fromkeys(str(each.ports) for each, _ in pairs))
    if all(each.ports.span == taken.ports.span for each, taken in pairs):  # of an anchor that both services share
        return Problem(
            one.service.name,
            f"`{one.service.name}` takes over the ports of `{other.service.name}` ({', '.join(numbers)}), and only one "
            "container can have them. Write `ports: []` here if nobody needs to reach it, or ports of its own",
            related=[Related(taken.port, "taken here") for _, taken in pairs],
            severity="warning",
        )
    ports = f"ports of this service ({', '.join(numbers)}) are" if numbers[1:] else f"port {numbers[0]} of the host is"
    return Problem(
        one.ports,
        f"{'all ' if numbers[1:] else ''}{ports} taken by `{other.service.name}`, and only one container can have "
        f"{'them' if numbers[1:] else 'it'}. Take other ports of the host, or, if only one of the services is started "
        f"at a time, give each a profile of its own: `profiles: [{one.service.name}]`",
        related=[Related(taken.port, "taken here") for _, taken in pairs if taken.ports.span != one.ports.span],
        severity="info" if is_picked else "warning",
    )


def _problem(pairs: list[tuple[Published, Published]]) -> Problem:
    """Two services and the ports that both want, told at the first of these."""
    one, other = pairs[0]
    numbers = list(dict.fromkeys(str(each.ports) for each, _ in pairs))
    ports = f"port {numbers[0]}" if len(numbers) == 1 else f"ports {', '.join(numbers[:-1])} and {numbers[-1]}"
    are = "is" if len(numbers) == 1 else "are"
    if one.ports.span == other.ports.span:  # an anchor that both services share
        message = f"`{other.service.name}` and `{one.service.name}` both ask for {ports} of the host"
    else:
        whose = "this service" if one.service.name == other.service.name else f"`{other.service.name}`"
        if _is_elsewhere(one, other):
            whose += f" of `{other.port.span.source.path}`"
        written = f" (`{other.port.span.text}`)" if len(numbers) == 1 else ""
        message = f"{ports} of the host {are} already taken by {whose}{written}"
    return Problem(
        one.ports,
        f"{message}, so the second container cannot start. Take another port on the host for one of them",
        related=[Related(taken.port, "taken here") for each, taken in pairs if each.ports.span != taken.ports.span],
        # Services of different included files may be a catalogue of which only some are started.
        severity="warning" if _is_elsewhere(one, other) else None,
    )


def _collide(one: Published, other: Published) -> bool:
    if one.port.protocol != other.port.protocol or not one.ports.overlaps(other.ports):
        return False
    if not _same_address(str(one.port.host_ip), str(other.port.host_ip)):
        return False
    if one.service.name == other.service.name:
        return not _same(one.port, other.port)
    return _may_run_together(one.service, other.service)


def _same_address(one: str, other: str) -> bool:
    if one == other:
        return True
    if one in ALL_V4 or one in ALL_V6:
        one, other = other, one
    is_v6 = ":" in one
    return other in (ALL_V6 if is_v6 else ALL_V4) or (one == "" and other in (*ALL_V4, *ALL_V6))


def _same(one: Port, other: Port) -> bool:
    """Whether two entries of a service say the same, so that Compose drops one of them."""
    return str(one.published) == str(other.published) and str(one.target) == str(other.target)


def _may_run_together(one: Service, other: Service) -> bool:
    """Not where each has profiles of its own: such services stand in for each other."""
    sets = [[value.resolved for value in service.profiles] for service in (one, other)]
    if not all(sets):
        return True
    return not any(None in names for names in sets) and not set(sets[0]).isdisjoint(sets[1])


def _runs_twice(file: ComposeFile, service: Service) -> bool:
    """Whether more than one container is asked for, and not by Swarm, where they share a port."""
    scale = service.value("scale")
    if scale is None and service.deploy and not is_for_swarm(file) and "version" not in file.keys:
        scale = service.deploy.value("replicas") if service.deploy.entries.keys().isdisjoint(OF_SWARM) else None
    return bool(scale and scale.integer and scale.integer > 1)
