from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Service, rule


@rule(
    "DC509",
    severity="info",
    since="0.1",
    default=False,
    precision="very-high",
    lessons=["L27"],
    aliases=["kics:healthcheck-not-set"],
    tags=["hardening"],
    bad=[
        Bad("services:\n  web:\n    image: web:1\n    healthcheck:\n      «disable»: true\n"),
        Bad("services:\n  web:\n    image: web:1\n    healthcheck:\n      «test»: [NONE]\n"),
    ],
    good=["services:\n  web:\n    image: web:1\n    healthcheck: {test: curl -f localhost, disable: false}\n"],
)
def healthcheck_disabled(service: Service) -> Problems:
    """The healthcheck of an image is switched off.

    Docker then shows a program that hangs as one that works, and nobody can wait for it with `service_healthy`. Where
    the image's own check does not fit, write another one.

    https://docs.docker.com/reference/compose-file/services/#healthcheck
    """
    check = service.healthcheck
    if check and check.disabled:
        entry = check.entries.get("disable") or check.entries.get("test")
        if entry:
            yield Problem(entry.name, "nobody sees any more whether the program works. Write a check that fits it")
