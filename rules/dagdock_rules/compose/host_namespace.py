from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Project, Service, rule

from ._purpose import MONITORS, is_one_of

SHARED = {
    "pid": "it sees all processes of the host, with their environment, and may stop those of the same user",
    "ipc": "it shares memory with the programs of the host and may read theirs",
    "uts": "it may change the host's name",
    "userns_mode": "root in it is root on the host, although the engine keeps the two apart",
}
# Words of images that run browsers, whose makers write `ipc: host`.
BROWSERS = ("playwright", "selenium", "puppeteer", "cypress", "chrome", "chromium", "browserless")
KICS = {
    "pid": "kics:host-namespace-is-shared",
    "ipc": "kics:shared-host-ipc-namespace",
    "userns_mode": "kics:shared-host-user-namespace",
}


@rule(
    "DC704",
    severity="warning",
    since="0.1",
    security=6.0,
    precision="very-high",
    lessons=["L25"],
    aliases=["compose-lint:CL-0010", *KICS.values()],
    tags=["security"],
    bad=[
        Bad("services:\n  web:\n    image: shop/web:1.4\n    pid: «host»\n"),
        Bad('services:\n  web:\n    image: shop/web:1.4\n    ipc: "«host»"\n'),
    ],
    good=[
        "services:\n  train:\n    image: shop/train:1.4\n    ipc: private\n    shm_size: 8gb\n",
        "services:\n  stats:\n    image: prom/node-exporter:v1.8.2\n    pid: host\n",
    ],
)
def host_namespace(service: Service, project: Project) -> Problems:
    """A container shares processes, memory or users with the host.

    The walls around a container are what it cannot see. `pid: host`, `ipc: host`, `uts: host` and
    `userns_mode: host` take one of them down each. For more shared memory, which is what `ipc: host` is mostly
    written for, `shm_size` is enough. Programs that watch the machine need `pid: host` and are left alone. Both
    together are a hint: programs that exchange data through shared memory, such as DDS and ROS, need them.

    https://docs.docker.com/engine/containers/run/
    """
    shared = {key: mode for key in SHARED if (mode := service.value(key)) and mode.resolved == "host"}
    for key, mode in shared.items():
        if not is_one_of(service, MONITORS, project):
            if key == "userns_mode" and any("docker.sock" in (mount.source or "") for mount in service.volumes):
                continue  # the socket belongs to the host's root, whom the container would not be otherwise
            remedy = "Leave it out"
            if key in ("ipc", "pid"):
                more = (
                    "for more shared memory use `shm_size`" if key == "ipc" else "only what watches the host needs it"
                )
                remedy += f"; {more}"
            is_browser = key == "ipc" and _runs_browser(service, project)
            if is_browser:
                remedy = "Browsers only want more shared memory, which `shm_size: 1gb` gives as well"
            if key in ("ipc", "pid") and "shmem" in service.entry.span.text:
                continue  # it is set up to share memory
            exchanges = key in ("ipc", "pid") and "ipc" in shared and "pid" in shared
            if exchanges and not is_browser:
                remedy = "Leave both out, unless it shares memory with programs of the host, as those on DDS do"
            yield Problem(
                mode,
                f"with `{key}: host` {SHARED[key]}. {remedy}",
                severity="info" if is_browser or exchanges else None,
                aliases=["compose-lint:CL-0010", *([KICS[key]] if key in KICS else [])],
            )


def _runs_browser(service: Service, project: Project) -> bool:
    """Whether the image, or the one that it is built on, brings a browser."""
    stage = project.stage_of(service) if service.build else None
    images = (service.image_ref, stage.root_image if stage else None)
    return any(word in image.repository.lower() for image in images if image for word in BROWSERS)
