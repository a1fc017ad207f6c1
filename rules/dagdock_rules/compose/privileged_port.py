from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Service, rule


@rule(
    "DC210",
    severity="info",
    since="0.1",
    default=False,
    precision="very-high",
    aliases=["kics:privileged-ports-mapped-in-container"],
    tags=["hardening", "security"],
    bad=[Bad('services:\n  web:\n    image: web:1\n    ports: ["«8080:80»"]\n')],
    good=[
        'services:\n  web:\n    image: web:1\n    ports: ["8080:8080"]\n',
        'services:\n  web:\n    image: web:1\n    cap_drop: [ALL]\n    ports: ["8080:80"]\n',
    ],
)
def privileged_port(service: Service) -> Problems:
    """A container listens on a port below 1024.

    On an ordinary system only root may do that, and programs are started as root for it. In a container any number
    does: publish `80:8080`.

    https://www.cisecurity.org/benchmark/docker
    """
    dropped = {(value.resolved or "").upper().removeprefix("CAP_") for value in service.values("cap_drop")}
    if not dropped.isdisjoint({"ALL", "NET_BIND_SERVICE"}):
        return
    for port in service.ports:
        if port.target is not None and port.target.first < 1024:
            yield Problem(port, f"let the program listen above 1023, and publish that port: `{port.target}:8080`")
