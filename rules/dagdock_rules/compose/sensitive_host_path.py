from __future__ import annotations

from posixpath import normpath

from dagdock.api import Bad, Problem, Problems, Project, Service, Text, VolumeMount, rule

from ._occasion import is_for_work
from ._purpose import MONITORS, is_one_of, works_on_networks

# Folders with which a container that writes to them is root on the host, or takes it down.
KEYS = ("~/.ssh", "$HOME/.ssh", "${HOME}/.ssh", "~/.aws", "~/.kube", "/root/.ssh")
# Folders of which only changes do harm, or that hold nothing secret.
READABLE = ("/bin", "/boot", "/dev", "/lib", "/lib64", "/proc", "/sbin", "/sys", "/usr", "/etc/passwd")
ROOT = ("/", "/bin", "/boot", "/dev", "/etc", "/lib", "/lib64", "/proc", "/root", "/sbin", "/sys", "/usr", "/home")
ENGINE = ("/var/lib/docker", "/var/lib/containerd", "/var/lib/kubelet", "/etc/docker")
FILES = ("/etc/shadow", "/etc/sudoers", "/etc/passwd", "/root/.ssh", "/etc/ssh", "/etc/cron.d", "/etc/kubernetes")


@rule(
    "DC707",
    severity="warning",
    since="0.1",
    security=7.0,
    lessons=["L25", "L26"],
    aliases=["compose-lint:CL-0013", "compose-lint:CL-0025", "kics:volume-has-sensitive-host-directory"],
    tags=["security"],
    bad=[
        Bad("services:\n  web:\n    image: shop/web:1.4\n    volumes:\n      - «/:/host»\n"),
        Bad(
            "services:\n  web:\n    image: shop/web:1.4\n    volumes:\n      - «type: bind\n        source: /etc\n"
            "        target: /host/etc\n        read_only: true»\n"
        ),
    ],
    good=[
        "services:\n  web:\n    image: shop/web:1.4\n    volumes:\n      - /etc/localtime:/etc/localtime:ro\n"
        "      - /srv/shop:/data\n      - ./etc:/etc/shop\n",
        "services:\n  stats:\n    image: prom/node-exporter:v1.8.2\n"
        "    volumes: ['/:/host:ro', '/proc:/host/proc:ro']\n",
    ],
)
def sensitive_host_path(service: Service, project: Project) -> Problems:
    """A container gets a folder of the host that the host's safety hangs on.

    Who writes to `/`, `/etc`, `/root` or `/var/lib/docker` from a container is root on the host: a new user, key or
    timer is all it takes. Reading is enough to take keys and passwords along. Mount only the file or the folder that
    the program needs, with `:ro` where it only reads. Programs that watch the machine may read.

    https://docs.docker.com/engine/storage/bind-mounts/
    """
    for mount in service.volumes:
        path = _path(service, mount)
        if path is None or not (path in ROOT or path in FILES or path in KEYS or _holds(path)):
            continue
        if path == "/dev" and service.privileged and service.privileged.boolean:
            continue  # which has all devices anyway: privileged
        reads = mount.read_only is True
        if reads and is_one_of(service, MONITORS, project):
            continue
        if path in READABLE and reads:
            continue
        if path in KEYS:
            harm = "has your keys, and whoever breaks into it acts under your name"
        elif reads:
            harm = "reads what is secret there, keys and passwords among it"
        else:
            harm = "can make itself root on the host, or break it"
        remedy = "Mount only the file or folder that it needs" + ("" if reads else ", with `:ro` where it only reads")
        if mount.form == "short" and is_one_of(service, MONITORS, project):
            remedy = f"It only looks: write `{path}:{mount.target}:ro`"
        yield Problem(
            mount,
            f"with `{path}` of the host this container {harm}. {remedy}",
            severity="info"
            if (path in KEYS and is_for_work(service.file, project))
            or (path == "/dev" and works_on_networks(service, project))  # it asks for any device of the house
            else None,
            aliases=[
                "compose-lint:CL-0013" if reads else "compose-lint:CL-0025",
                "kics:volume-has-sensitive-host-directory",
            ],
        )


def _path(service: Service, mount: VolumeMount) -> str | None:
    """The folder of the host that is mounted; None where that is not known."""
    source: Text | None = mount.source
    if mount.is_named and source:
        volume = service.file.volumes.get(source)
        options = volume.section("driver_opts") if volume else None
        device, kind = (options.value("device"), options.value("o")) if options else (None, None)
        source = device.resolved if device and kind and "bind" in (kind.resolved or "") else None
    elif mount.written_source in KEYS:
        return str(mount.written_source)
    if not source:
        return None
    return normpath("/" + source.lstrip("/")) if source.startswith("/") else str(source)


def _holds(path: str) -> bool:
    return any(path == folder or path.startswith(folder + "/") for folder in ENGINE)
