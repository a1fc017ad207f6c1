from __future__ import annotations

import re
from posixpath import normpath

from dagdock.api import Bad, Located, Problem, Problems, Project, Service, Value, VolumeMount, rule

from ..project._shared import is_said_before
from ._occasion import is_for_tests

# The sockets through which engines and systemd are told what to do; who can write there is root on the host.
SOCKETS = (
    "/docker.sock",
    "/docker-raw.sock",
    "/podman.sock",
    "/containerd.sock",
    "/crio.sock",
    "/cri-dockerd.sock",
    "/dockershim.sock",
    "/buildkitd.sock",
    "/systemd/private",
    "/system_bus_socket",
    "/pipe/docker_engine",
)
FOLDER = ", which holds the engine's socket,"
FOLDERS = ("/run", "/var/run", "/run/podman", "/run/containerd", "/var/run/podman", "/run/systemd")
# Programs whose whole work is to manage containers: the socket is what they are for.
MANAGERS = (
    "portainer", "watchtower", "dockge", "yacht", "diun", "ouroboros", "docker-gc", "autoheal", "woodpecker-agent",
    "woodpeckerci/woodpecker-agent", "gitlab-runner", "act_runner", "drone-runner-docker", "docker-volume-backup",
    "1dev/server", "onedev", "jenkins", "github-runner", "actions-runner", "teamcity-agent", "buildkite/agent",
    "concourse", "drone/agent", "circleci/runner", "azp-agent", "bamboo-agent", "lazydocker", "komodo", "arcane",
    "coolify", "dokploy", "caprover", "localstack", "testcontainers", "devcontainer", "docker-cleanup", "docuum",
    "ofelia", "kestra", "airflow", "dokku", "cadvisor", "gzctf", "acme-companion", "tinybird-local", "airbyte",
    "sencho", "dgoss", "dockhand", "selenoid", "nextcloud-releases/all-in-one", "nextcloud/all-in-one", "swarmpit",
    "swarm-cronjob", "sablier", "whatsupdocker", "getwud", "dockwatch", "pterodactyl", "coder/coder", "openhands",
    "renovate", "kasm", "falco", "fabric-peer", "games-on-whales",
)  # fmt: skip
# The host of the containers, as it is called in them.
HOSTS = ("host.docker.internal", "gateway.docker.internal", "docker.for.mac.localhost", "172.17.0.1")
# Programs that only look at containers, whatever address of the engine their commands name.
LOOKERS = (
    "traefik", "nginx-proxy", "haproxy", "visualizer", "telegraf", "netdata", "alloy", "promtail", "vector", "dozzle",
    "glances", "beszel", "filebeat", "metricbeat", "fluent", "homepage", "homarr", "uptime-kuma", "dashy", "glance",
    "exporter", "datadog", "dd-agent",
)  # fmt: skip
PROXIES = ("socket-proxy", "dockersocketproxy", "dockerproxy", "docker-proxy")


@rule(
    "DC701",
    severity="warning",
    since="0.1",
    security=8.0,
    precision="very-high",
    lessons=["L25"],
    aliases=[
        "compose-lint:CL-0001",
        "kics:docker-socket-mounted-in-container",
        "semgrep:exposing-docker-socket-volume",
    ],
    tags=["security"],
    bad=[
        Bad(
            "services:\n  proxy:\n    image: traefik:v3.2\n    volumes:\n"
            "      - «/var/run/docker.sock:/var/run/docker.sock:ro»\n"
        ),
        Bad(
            "services:\n  monitor:\n    image: monitor:1.0\n    volumes:\n"
            "      - «type: bind\n        source: /var/run\n        target: /var/run»\n"
        ),
        Bad(
            "services:\n  runner:\n    image: runner:1.0\n    environment:\n"
            "      DOCKER_HOST: «tcp://host.docker.internal:2375»\n"
        ),
    ],
    good=[
        "services:\n  web:\n    image: nginx:1.27\n    volumes: ['./docker.sock.md:/docs/docker.sock.md']\n",
        "services:\n  socket:\n    image: tecnativa/docker-socket-proxy:0.3\n    volumes:\n"
        "      - /var/run/docker.sock:/var/run/docker.sock:ro\n",
        "services:\n  ci:\n    image: ci:1.0\n    environment:\n      DOCKER_HOST: tcp://socket:2375\n"
        "  socket:\n    image: tecnativa/docker-socket-proxy:0.3\n",
    ],
)
def docker_socket_mount(service: Service, project: Project) -> Problems:
    """A container can give orders to the container engine of the host.

    Who can open Docker's socket can start a container with the whole disk mounted, and so is root on the host. `:ro`
    does not help: it protects the file, not what is said through it. Where a program only needs to look at
    containers, put a proxy in between that lets nothing else through, such as tecnativa/docker-socket-proxy.

    https://docs.docker.com/engine/security/#docker-daemon-attack-surface
    https://cheatsheetseries.owasp.org/cheatsheets/Docker_Security_Cheat_Sheet.html
    """
    found = [
        (mount, what, mount.read_only is True)
        for mount in service.volumes
        if (what := _socket(service, mount)) and not is_said_before(service, mount, _mounts)
    ]
    api = service.value("use_api_socket")
    open_engine = _open_engine(service)
    if not found and not (api and api.boolean) and not open_engine:
        return
    images = _images(service, project)
    if any(name in images for name in PROXIES):
        return
    looks = any(name in images for name in LOOKERS)
    manages = not looks and (any(name in images for name in MANAGERS) or _names_engine(service))
    if manages and is_for_tests(service.file, project):
        return  # a machine for tests, and what tests containers there
    places: list[tuple[Located, str]] = [
        (mount, f"{what} this container can become root on the host{', with `:ro`, too' if read_only else ''}")
        for mount, what, read_only in found
    ]
    if api and api.boolean:
        places.append((api, "Docker's socket this container can become root on the host"))
    if open_engine:
        what = f"`{open_engine.resolved}`, where the engine asks nobody who they are,"
        places.append((open_engine, f"{what} this container can become root on the host"))
    relay = _relay(service)
    if relay and relay.name != service.name:
        remedy, manages = f"`{relay.name}` hands on what it lets through: ask that one, and leave this out", False
    else:
        remedy = _remedy(manages, looks, _is_fixed(service), bool(service.ports))
    for place, what in places:
        yield Problem(place, f"through {what}. {remedy}", severity="info" if manages else None)


def _relay(service: Service) -> Service | None:
    """A service of the same file that has the socket and only lets through what is needed."""
    return next(
        (
            other
            for other in service.file.services.values()
            if any(name in f"{other.name} {other.image.raw if other.image else ''}".lower() for name in PROXIES)
            and any(_socket(other, mount) for mount in other.volumes)
        ),
        None,
    )


def _mounts(service: Service) -> list[VolumeMount]:
    return list(service.volumes)


def _open_engine(service: Service) -> Value | None:
    """The address of the host's engine, where it listens to everybody: without TLS."""
    setting = service.variable("DOCKER_HOST")
    address = setting.value if setting else None
    if address is None or service.variable("DOCKER_TLS_VERIFY") or service.variable("DOCKER_CERT_PATH"):
        return None
    match = re.match(r"tcp://([\w.-]+):2375(?!\d)", address.resolved or "")
    return address if match and match[1] in HOSTS else None


def _images(service: Service, project: Project) -> str:
    """The names of a service, of its image and of the one that its Dockerfile is built on, in lower case."""
    stage = project.stage_of(service) if service.build else None
    base = stage.root_image if stage else None
    return f"{service.name} {service.image.raw if service.image else ''} {base.name if base else ''}".lower()


def _names_engine(service: Service) -> bool:
    """Whether a variable or the command names the engine, or what is done with it: then it is used."""
    words = [word.raw for command in (service.entrypoint, service.command) if command for word in command.words]
    words += [setting.value.raw for setting in service.environment if setting.value]
    pattern = r"unix:///\S*docker\.sock|(?<!\S)--docker(?!\S)|\bdocker (?:exec|run|ps|compose|restart|stop)\b"
    return any(re.search(pattern, word) for word in words) or " ".join(words[:3]).startswith("docker ")


def _is_fixed(service: Service) -> bool:
    """Whether one release of the image is named, or none can be: it is built here, or its name is not known."""
    image = service.image_ref
    return service.build is not None or image is None or bool(image.digest or re.match(r"v?\d+\.\d", image.tag or ""))


def _remedy(manages: bool, looks: bool, fixed: bool, publishes: bool) -> str:
    if manages:
        version = "" if fixed else ", and give its image a fixed version (`…:1.2.3`)"
        ports = "do not publish its ports to the internet" if publishes else "publish no port of it"
        return f"It needs that for its work: {ports}{version}"
    proxy = "put a proxy in between that only lets through what is needed, such as tecnativa/docker-socket-proxy"
    return f"It only has to look at containers: {proxy}" if looks else f"Leave it out if nothing needs it, else {proxy}"


def _socket(service: Service, mount: VolumeMount) -> str | None:
    """What gives a mount's container the engine's socket; None where nothing does."""
    source = mount.source
    if mount.is_named and source:
        volume = service.file.volumes.get(source)
        options = volume.section("driver_opts") if volume else None
        device = options.value("device") if options else None
        source = device.resolved if device else None
    if source is None:  # not known, but what it is mounted as may tell
        target = mount.target or ""
        return f"`{target}`" if target.endswith(SOCKETS) and not mount.is_named else None
    path = normpath(source) if source.startswith("/") else source.replace("\\", "/")
    if path.endswith(SOCKETS):
        return f"`{source}`"
    return f"`{source}`{FOLDER}" if path in FOLDERS else None
