from __future__ import annotations

from collections.abc import Iterator

from dagdock.api import Bad, ComposeFile, Problem, Problems, Project, Service, rule

from ._unused import take_out, unused, with_section


@rule(
    "DC206",
    severity="info",
    since="0.1",
    fix="unsafe",
    lessons=["L25"],
    bad=[
        Bad(
            "services:\n  web:\n    image: nginx:1.27\n    networks: [front]\n"
            "networks:\n  front:\n  «back»:\n    internal: true\n",
            fixed="services:\n  web:\n    image: nginx:1.27\n    networks: [front]\nnetworks:\n  front:\n",
        ),
    ],
    good=[
        "services:\n  web:\n    image: nginx:1.27\n    networks: [front]\nnetworks:\n  front:\n",
        "services:\n  web:\n    image: nginx:1.27\nnetworks:\n  default:\n    driver: bridge\n",
        "services:\n  web:\n    extends: {file: $ROOT/base.yaml, service: web}\nnetworks:\n  front:\n",
    ],
)
def unused_network(file: ComposeFile, project: Project) -> Problems:
    """A network is declared, and no service joins it.

    Services that name no network are all in `default`: what was to be kept apart is not. List the network under
    `networks` of the services that belong to it, or delete the entry.

    https://docs.docker.com/reference/compose-file/networks/
    """
    gone = list(unused(file, project, "networks", _joined))
    for network in gone:
        if network.name != "default":
            yield Problem(
                network,
                f"no service joins the network `{network.name}`, so the entry does nothing. List it under "
                f"`networks` of the services that belong to it, or delete it{with_section(file, 'networks', gone)}",
                fix=take_out(file, "networks", network),
            )


def _joined(service: Service) -> Iterator[str | None]:
    for attachment in service.networks:
        yield str(attachment.name) if attachment.name is not None else None
    build = service.build
    for value in (service.network_mode, build.value("network") if build else None):
        if value is not None:
            yield str(value.resolved) if value.resolved is not None else None
