from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Project, Service, rule

from ._model import as_run


@rule(
    "DC714",
    severity="info",
    since="0.1",
    default=False,
    tags=["hardening"],
    bad=[
        Bad("services:\n  «web»:\n    image: nginx:1.27\n"),
        Bad("services:\n  «web»:\n    image: nginx:1.27\n    logging: {driver: json-file}\n"),
    ],
    good=[
        "services:\n  web:\n    image: nginx:1.27\n    logging: {options: {max-size: 10m, max-file: '3'}}\n",
        "services:\n  web:\n    image: nginx:1.27\n    logging: {driver: journald}\n",
    ],
)
def missing_log_rotation(service: Service, project: Project) -> Problems:
    """The log of a service grows without an end.

    With the usual driver, `json-file`, Docker keeps all that a container ever wrote, until the disk is full. Set
    `max-size` and `max-file` under `logging.options`, or for all containers in the engine's `daemon.json`.

    https://docs.docker.com/engine/logging/drivers/json-file/
    """
    running = as_run(service, project)
    if not running.complete or running.has("provider") or service.span.source is not running.span.source:
        return
    logging = running.section("logging")
    driver = logging.value("driver") if logging else None
    options = logging.section("options") if logging else None
    if driver and driver.resolved != "json-file":
        return
    if not (options and options.has("max-size")):
        yield Problem(service, "its log grows until the disk is full. Set `max-size` under `logging.options`")
