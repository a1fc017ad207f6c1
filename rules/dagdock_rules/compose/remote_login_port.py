from __future__ import annotations

from dagdock.api import Bad, Port, Problem, Problems, Project, Service, rule

from ._model import as_run, runs_in_swarm

PORTS = {22: "SSH", 3389: "the remote desktop", 5900: "VNC", 23: "Telnet", 2375: "Docker's engine"}
# Programs that serve git or files over SSH, and those that exist to be logged in to.
SERVERS = (
    "git", "gogs", "sftp", "ssh", "bastion", "gerrit", "forgejo", "vnc", "desktop", "rdp", "honeypot", "cowrie",
    "dokku", "guacamole", "soft-serve", "onedev", "borg", "rsync",
)  # fmt: skip


@rule(
    "DC209",
    severity="warning",
    since="0.1",
    security=5.0,
    lessons=["L23"],
    tags=["security"],
    bad=[Bad('services:\n  app:\n    image: app:1\n    ports:\n      - "«2222:22»"\n')],
    good=[
        'services:\n  app:\n    image: app:1\n    ports: ["127.0.0.1:2222:22"]\n',
        'services:\n  forge:\n    image: gitea/gitea:1.22\n    ports: ["2222:22"]\n',
    ],
)
def remote_login_port(service: Service, project: Project) -> Problems:
    """A port for remote logins is open to everyone who can reach this machine.

    Such ports are tried day and night with every known password. `docker compose exec` gets into a container without
    one. Bind it to `127.0.0.1` where only this machine needs it. Servers of git and files are left alone.

    https://docs.docker.com/engine/network/port-publishing/
    """
    image = as_run(service, project).image
    name = f"{service.name} {image.raw if image else ''}".lower()
    if any(part in name for part in SERVERS) or service.has("network_mode"):
        return
    for port in service.ports:
        if port.host_ip not in ("", "0.0.0.0", "::") or not port.publishes or port.target is None:
            continue
        kind = PORTS.get(port.target.first) if len(port.target) == 1 else None
        if kind:
            in_swarm = runs_in_swarm(service.file)
            yield Problem(port, _message(port, kind, str(service.name), in_swarm))


def _message(port: Port, kind: str, name: str, in_swarm: bool) -> str:
    if in_swarm:  # which reads no addresses in front of ports
        return f"everyone who reaches a node of the swarm may try to log in through {kind}. Leave it out"
    here = f"write `127.0.0.1:` in front{'' if port.published else ' and a colon more'}"
    if kind == "Docker's engine":
        return (
            "everyone who reaches this machine gives orders to Docker's engine, as far as this service lets them. "
            f"Leave it out: other services of the file reach `{name}:2375` without it. Or {here}"
        )
    shell = "Leave it out (`docker compose exec` gets in without), or " if kind in ("SSH", "Telnet") else ""
    return (
        f"everyone who reaches this machine may try to log in through {kind}. {shell or here[0].upper() + here[1:]}"
        + (here if shell else "")
    )
