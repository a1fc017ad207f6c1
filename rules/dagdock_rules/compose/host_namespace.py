from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Service, rule

from ._purpose import MONITORS, is_one_of

SHARED = {
    "pid": "it sees all processes of the host, with their environment, and may stop those of the same user",
    "ipc": "it shares memory with the programs of the host and may read theirs",
    "uts": "it may change the host's name",
    "userns_mode": "root in it is root on the host, although the engine keeps the two apart",
}
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
def host_namespace(service: Service) -> Problems:
    """A container shares processes, memory or users with the host.

    The walls around a container are what it cannot see. `pid: host`, `ipc: host`, `uts: host` and
    `userns_mode: host` take one of them down each. For more shared memory, which is what `ipc: host` is mostly
    written for, `shm_size` is enough. Programs that watch the machine need `pid: host` and are left alone.

    https://docs.docker.com/engine/containers/run/
    """
    for key, consequence in SHARED.items():
        mode = service.value(key)
        if mode and mode.resolved == "host" and not is_one_of(service, MONITORS):
            remedy = "; for more shared memory use `shm_size`" if key == "ipc" else ""
            yield Problem(
                mode,
                f"with `{key}: host` {consequence}. Leave it out{remedy}",
                aliases=["compose-lint:CL-0010", *([KICS[key]] if key in KICS else [])],
            )
