from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Service, rule


@rule(
    "DC716",
    severity="info",
    since="0.1",
    precision="very-high",
    aliases=["compose-lint:CL-0014"],
    tags=["security"],
    bad=[Bad("services:\n  web:\n    image: web:1\n    logging:\n      driver: «none»\n")],
    good=["services:\n  web:\n    image: web:1\n    logging:\n      driver: local\n"],
)
def unread_log(service: Service) -> Problems:
    """What a service writes to its log is thrown away.

    With the driver `none`, `docker logs` has nothing to show when something goes wrong or somebody breaks in. `local`
    keeps the last of it in little space.

    https://docs.docker.com/engine/logging/configure/
    """
    logging = service.section("logging")
    driver = logging.value("driver") if logging else None
    if driver and driver.resolved == "none":
        yield Problem(driver, "nobody can see what happened when something goes wrong. Write `local`")
