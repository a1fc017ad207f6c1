from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Project, Service, rule

from ._occasion import is_short_lived
from ._purpose import MONITORS, is_one_of, works_on_networks
from ._stores import store_of


@rule(
    "DC703",
    severity="warning",
    since="0.1",
    security=5.0,
    precision="very-high",
    lessons=["L25"],
    aliases=["compose-lint:CL-0008", "kics:shared-host-network-namespace"],
    tags=["security"],
    bad=[Bad("services:\n  web:\n    image: shop/web:1.4\n    network_mode: «host»\n")],
    good=[
        'services:\n  web:\n    image: shop/web:1.4\n    ports: ["127.0.0.1:8080:80"]\n',
        "services:\n  play:\n    image: ghcr.io/games-on-whales/wolf:stable\n    network_mode: host\n",
        "services:\n  home:\n    image: ghcr.io/home-assistant/home-assistant:2025.1\n    network_mode: host\n",
    ],
)
def host_network(service: Service, project: Project) -> Problems:
    """A container uses the network of the host instead of one of its own.

    Every port that its program opens is open on the machine, and whatever listens on the machine's `localhost`, such
    as a database without a password, answers this container. Other services can no longer be reached by name, either.
    Publish the ports that are needed under `ports`. Programs that watch the network around the machine, like Home
    Assistant or a VPN, cannot do without and are left alone.

    https://docs.docker.com/engine/network/drivers/host/
    """
    mode = service.network_mode
    if mode is None or mode.resolved != "host" or is_short_lived(service.file, project):
        return
    if _finds_by_multicast(service):
        return
    if not is_one_of(service, MONITORS, project) and not works_on_networks(service, project):
        yield Problem(
            mode,
            "nothing stands between this container and the network of the host: all its ports are open there, and it "
            "reaches whatever listens on the host's `localhost`. If it only serves, write its ports under `ports` "
            "instead; only what watches the network or finds devices needs that of the host",
            severity=None if _serves(service) else "info",
        )


def _finds_by_multicast(service: Service) -> bool:
    """Whether it speaks DDS, by ROS or by itself, whose programs find each other by multicast."""
    names = [setting.name for setting in service.environment]
    return any(name.startswith(("ROS_", "RMW_", "CYCLONEDDS_", "FASTRTPS_")) or "_DDS_" in name for name in names)


def _serves(service: Service) -> bool:
    """Whether it is a server of the usual kind, as far as that shows."""
    return service.build is not None or store_of(service) is not None or bool(service.ports) or service.has("expose")
