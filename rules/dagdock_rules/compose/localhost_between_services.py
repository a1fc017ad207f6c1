from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from dagdock.api import Bad, Fix, Problem, Problems, Project, Service, Setting, Span, Text, rule

from ._addresses import addresses_in, addresses_in_text, starts_server
from ._listens import listens_on, published_as
from ._model import as_run
from ._stores import store_of

NAMES = ("localhost", "127.0.0.1", "[::1]", "0.0.0.0", "host.docker.internal")
LOCAL = r"(?:localhost|127\.0\.0\.1|\[::1\])"
# Whoever connects to 0.0.0.0 gets to this machine, too; elsewhere it is what servers listen on.
IN_TEXT = rf"(?<![\w.-])(?:{LOCAL}|(?<=://)0\.0\.0\.0|(?<=@)0\.0\.0\.0):(\d{{2,5}})(?!\d)"
OUTSIDE_HOST = r"(?<![\w.-])host\.docker\.internal:\d{2,5}(?!\d)"
# Words in the names of variables whose address is for people outside, or for the program's own ear.
OUTSIDE = (
    "PUBLIC", "EXTERNAL", "REDIRECT", "CALLBACK", "ORIGIN", "ORIGINS", "CORS", "CSRF", "FRONTEND", "VITE", "REACT",
    "ALLOWED", "ADVERTISED", "ADVERTISE", "LISTENERS", "LISTEN", "BIND", "ISSUER", "DOMAIN", "DOMAINS", "SITE", "ROOT",
    "WEBSITE", "BROWSER", "CLIENT", "TRUSTED", "BASE", "NUXT", "GATSBY", "EXPO", "WEB", "UI", "SELF", "APP",
    "CONSOLE", "HEALTHCHECK", "NO", "LINK", "LOGIN", "LOGOUT", "CDN", "STATIC", "MEDIA", "PROXY",
)  # fmt: skip
DATABASE_WORDS = ("DB", "DATABASE", "SQL", "DATASOURCE")


class Found(NamedTuple):
    """A service that is meant, where it is named as this machine, and how to reach it."""

    place: Text
    service: str
    port: int
    said: str = ""
    """What says it, where that is another file: `DB_URL` in `app.env`."""
    asked: int = 0
    """The port that is asked for, where it stands apart and is another one."""


@rule(
    "DC203",
    severity="warning",
    since="0.1",
    fix="unsafe",
    lessons=["L20"],
    bad=[
        Bad(
            "services:\n  api:\n    image: api:1.4\n    environment:\n"
            "      DATABASE_URL: postgres://shop@«localhost:5432»/shop\n  db:\n    image: postgres:16\n",
            fixed="services:\n  api:\n    image: api:1.4\n    environment:\n"
            "      DATABASE_URL: postgres://shop@db:5432/shop\n  db:\n    image: postgres:16\n",
        ),
        Bad(
            "services:\n  api:\n    image: api:1.4\n    environment:\n      - REDIS_HOST=«127.0.0.1»\n"
            "  redis:\n    image: redis:7\n",
            fixed="services:\n  api:\n    image: api:1.4\n    environment:\n      - REDIS_HOST=redis\n"
            "  redis:\n    image: redis:7\n",
        ),
        Bad(
            "services:\n  worker:\n    image: worker:2\n    command: [work, --broker, 'amqp://«localhost:5673»//']\n"
            '  queue:\n    image: rabbitmq:4\n    ports: ["5673:5672"]\n',
            fixed="services:\n  worker:\n    image: worker:2\n    command: [work, --broker, 'amqp://queue:5672//']\n"
            '  queue:\n    image: rabbitmq:4\n    ports: ["5673:5672"]\n',
        ),
    ],
    good=[
        "services:\n  api:\n    image: api:1.4\n    environment:\n      DATABASE_URL: postgres://shop@db:5432/shop\n"
        "  db:\n    image: postgres:16\n",
        "services:\n  api:\n    image: api:1.4\n    network_mode: host\n    environment:\n"
        '      REDIS_URL: redis://localhost:6379\n  redis:\n    image: redis:7\n    ports: ["6379:6379"]\n',
        "services:\n  web:\n    image: web:3\n    environment:\n      PUBLIC_API_URL: http://localhost:8000\n"
        '  api:\n    image: api:1.4\n    ports: ["8000:8000"]\n',
    ],
)
def localhost_between_services(service: Service, project: Project) -> Problems:
    """A service looks for another one on `localhost`.

    Each container has a `localhost` of its own, so nobody answers there: the connection is refused although both
    containers run. Services reach each other by their names, and by the port inside the container, whatever port of
    the host it is published as: `postgres://db:5432`.

    https://docs.docker.com/compose/how-tos/networking/
    """
    if not _names_itself(service) or _shares_a_network_stack(service):
        return
    others = {
        name: other
        for name, other in project.merged(service.file).services.items()
        if name != service.name and not _shares_a_network_stack(other)
    }
    for found in _found(service, others, project) if others else ():
        exact = found.place.span.text == found.place
        address = f"{found.service}:{found.port}" if ":" in found.place else found.service
        port = f", and the port {found.port}" if found.asked else ""
        yield Problem(
            found.place,
            f"{found.said}`{found.place}` is this container itself, where nothing of `{found.service}` listens. "
            f"Write `{address}`{port}: services reach each other by name",
            fix=Fix.replace(f"Write `{address}`", found.place, address, "unsafe") if exact and not port else None,
        )
    yield from _over_the_host(service, others)


def _over_the_host(service: Service, others: dict[str, Service]) -> Problems:
    """Data stores that the service waits for, and then looks for on the machine around the containers."""
    awaited = {str(dependency.service) for dependency in service.depends_on} & others.keys()
    values = [setting.value.filled for setting in service.environment if setting.value] if awaited else []
    found = [value.piece(*match.span()) for value in values for match in re.finditer(OUTSIDE_HOST, value.text)]
    for place in found:
        for name in sorted(awaited):
            port = published_as(others[name], int(place.rpartition(":")[2]))
            if port is not None and _is_store(others[name], port):
                fix = Fix.replace(f"Write `{name}:{port}`", place, f"{name}:{port}", "unsafe")
                yield Problem(
                    place,
                    f"`{place}` goes out to the machine and back in, which Docker on Linux does not do by itself. "
                    f"Write `{name}:{port}`: services reach each other by name",
                    severity="info",
                    fix=fix if place.span.text == place else None,
                )


def _names_itself(service: Service) -> bool:
    """Whether the text of a service names the machine itself anywhere: a quick look before all services are asked."""
    texts = [setting.value.filled.text for setting in service.environment if setting.value]
    for command in (service.command, service.entrypoint):
        texts += [word.mapped.text for word in command.words] if command else []
    return bool(service.env_files) or any(text and any(name in text for name in NAMES) for text in texts)


def _shares_a_network_stack(service: Service) -> bool:
    return service.has("network_mode") or service.has("extra_hosts")


def _found(service: Service, others: dict[str, Service], project: Project) -> Iterator[Found]:
    running = as_run(service, project)
    for setting in service.environment:
        value = setting.value
        if value is None or value.filled.text is None or _is_for_outside(setting.name):
            continue
        text = value.filled.text
        for match in re.finditer(IN_TEXT, text):
            place = value.filled.piece(match.start(), match.end())
            found = _owner(place, int(match[1]), text[: match.start()], running, others, project)
            if found and not _is_its_own(setting, others[found.service]):
                yield found
        yield from _apart_in(text, value.filled.piece, running, others, project)
        if (
            re.fullmatch(LOCAL, text)
            and (named := _by_name(setting.name, value.filled.piece(0, len(text)), service, others))
            and not listens_on(running, named.port, project)
        ):
            yield named
    yield from _in_env_files(running, others, project)
    if not starts_server(running):
        yield from _in_commands(service, running, others, project)


def _in_commands(service: Service, running: Service, others: dict[str, Service], project: Project) -> Iterator[Found]:
    for command in (service.command, service.entrypoint):
        for mapped in [word.mapped for word in command.words] if command else []:
            in_script = re.search(r"\s", mapped.text) is not None
            for match in re.finditer(IN_TEXT, mapped.text):
                place = mapped.piece(match.start(), match.end())
                found = _owner(place, int(match[1]), mapped.text[: match.start()], running, others, project)
                # What else a script starts in the container is not known; nobody starts a database in it.
                if found and (not in_script or _is_store(others[found.service], found.port)):
                    yield found
            for match in re.finditer(rf"(?<![\w.-])(?P<host>{LOCAL})[ ]+(?P<port>\d{{4,5}})(?!\d)", mapped.text):
                found = _owner(mapped.piece(*match.span()), int(match["port"]), "", running, others, project)
                if found and _is_store(others[found.service], found.port):
                    yield _apart(found, mapped.piece(*match.span("host")), int(match["port"]))
            yield from _apart_in(mapped.text, mapped.piece, running, others, project)
    for host, port in addresses_in(service):
        if re.fullmatch(LOCAL, host) and (found := _store_at(host, port, others)):
            yield found


def _apart_in(
    text: str, piece: Callable[[int, int], Text], running: Service, others: dict[str, Service], project: Project
) -> Iterator[Found]:
    """Addresses in which the port does not stand behind the host."""
    for start, end, port in addresses_in_text(text):
        is_local = re.fullmatch(LOCAL, text[start:end])
        if is_local and not listens_on(running, port, project):
            found = _store_at(piece(start, end), port, others)
            if found:
                yield found


def _store_at(host: Text, port: int, others: dict[str, Service]) -> Found | None:
    """The data store that is meant by a port of this machine, in options of their own."""
    for name, other in others.items():
        inside = published_as(other, port)
        if inside is not None:
            return _apart(Found(host, name, inside), host, port) if _is_store(other, inside) else None
    listening = [name for name, other in others.items() if _is_store(other, port)]
    return Found(host, listening[0], port) if len(listening) == 1 else None


def _apart(found: Found, host: Text, port: int) -> Found:
    """What is found, with its port in a word of its own."""
    return found._replace(place=host, asked=port if port != found.port else 0)


def _in_env_files(service: Service, others: dict[str, Service], project: Project) -> Iterator[Found]:
    """What the service's env files say, where its `environment` says nothing else."""
    set_later: set[str] = set()  # the last file that sets a variable decides
    for env_file in reversed(service.env_files):
        path = service.file.path_of(env_file.path)
        relative = project.relative(path) if path else None
        values = project.variables_in(relative) if relative else None
        if values is None:
            return  # it may set anything
        own = {name: value for name, value in values.items() if name not in set_later}
        set_later |= values.keys()
        for name, value in own.items():
            if service.variable(name) is not None or _is_for_outside(name):
                continue
            for match in re.finditer(IN_TEXT, value):
                place = Text(match.group(), env_file.span)
                found = _owner(place, int(match[1]), value[: match.start()], service, others, project)
                if found and _is_store(others[found.service], found.port):
                    yield found._replace(said=f"`{name}` of this file: ")
            apart = list(_apart_in(value, _named_by(env_file.span, value), service, others, project))
            named = _by_name(name, Text(value, env_file.span), service, others) if re.fullmatch(LOCAL, value) else None
            if named and not listens_on(service, named.port, project):
                apart.append(named)
            for found in apart:
                yield found._replace(said=f"`{name}` of this file: ")


def _named_by(span: Span, value: str) -> Callable[[int, int], Text]:
    """The pieces of a text in another file, each at the place that names that file."""
    return lambda start, end: Text(value[start:end], span)


def _is_its_own(setting: Setting, owner: Service) -> bool:
    """Whether the service that listens there has the same setting: it is where people find it then."""
    same = owner.variable(setting.name)
    return same is not None and same.resolved == setting.resolved


def _is_store(service: Service, port: int) -> bool:
    store = store_of(service)
    return store is not None and port in store.ports


def _is_for_outside(name: str) -> bool:
    return not set(re.split(r"[^A-Z0-9]+", name.upper())).isdisjoint(OUTSIDE)


def _owner(
    place: Text, number: int, before: str, service: Service, others: dict[str, Service], project: Project
) -> Found | None:
    """The service that is meant by a port of this machine; None where the service itself may listen there."""
    if listens_on(service, number, project) or _is_told_of(service, number):
        return None
    for name, other in others.items():
        inside = published_as(other, number)
        if inside is not None:
            # A browser on this machine gets through to a published port, and web pages hand addresses on to browsers.
            store = store_of(other)
            is_web = before.endswith(("http://", "https://", "ws://", "wss://"))
            if is_web and not (store and inside in store.ports) and _may_serve_pages(service, others):
                return None
            return Found(place, name, inside)
    listening = [name for name, other in others.items() if listens_on(other, number, project)]
    return Found(place, listening[0], number) if len(listening) == 1 else None


def _may_serve_pages(service: Service, others: dict[str, Service]) -> bool:
    """Whether a browser may be shown what the service makes: it is published, or something stands in front of it."""
    names = [str(other.image_ref.name) for other in (service, *others.values()) if other.image_ref]
    return bool(service.ports or service.labels or service.has("expose")) or any(
        proxy in name for name in names for proxy in ("nginx", "traefik", "caddy", "haproxy", "httpd", "envoy", "kong")
    )


def _is_told_of(service: Service, number: int) -> bool:
    """Whether the service is started with that port: it may be its own."""
    if any(
        setting.resolved == str(number)
        and re.fullmatch(r"(?:\w*_)?(?:SERVER|APP|HTTP|LISTEN|WEB|API)?_?PORT", setting.name)
        for setting in service.environment
    ):
        return not any(
            re.search(r"DB|SQL|REDIS|MONGO|PG|BROKER", setting.name)
            for setting in service.environment
            if setting.resolved == str(number)
        )
    commands = [command for command in (service.command, service.entrypoint) if command]
    pattern = rf"(?<![\d.]){number}(?!\d)"
    return any(
        re.search(pattern, re.sub(rf"{LOCAL}[ :]+{number}", "", str(word.raw)))
        for command in commands
        for word in command.words
    )


def _by_name(name: str, place: Text, service: Service, others: dict[str, Service]) -> Found | None:
    """The data store that a variable like `DB_HOST` or `REDIS_HOST` is about, where there is just one such."""
    match = re.fullmatch(r"(?:\w*_)??([A-Z]+)_?(?:HOST|HOSTNAME|SERVER|ADDR|ADDRESS)", name.upper())
    if match is None:
        return None
    word = match[1]
    meant: list[Found] = []
    for other_name, other in others.items():
        store = store_of(other)
        if store is None or not store.ports:
            continue
        kind = store.name.upper()
        is_database = word in DATABASE_WORDS and any(part in kind for part in ("SQL", "MARIA", "MONGO", "PERCONA"))
        if is_database or (
            len(word) > 1
            and (kind.startswith(word) or word == other_name.upper() or (word == "PG" and kind.startswith("POSTGRES")))
        ):
            meant.append(Found(place, other_name, store.ports[0]))
    return meant[0] if len(meant) == 1 else None
