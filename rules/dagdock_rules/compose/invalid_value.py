from __future__ import annotations

from dagdock.api import Bad, ComposeFile, Fix, Problem, Problems, Scalar, rule

from ._shape import faults_of


@rule(
    "DC020",
    severity="error",
    since="0.1",
    lessons=["L21", "L27"],
    precision="very-high",
    fix="unsafe",
    aliases=["dclint:invalid-schema"],
    tags=["syntax"],
    bad=[
        Bad(
            "services:\n  web:\n    image: nginx:1.27\n    depends_on:\n      db:\n"
            "        condition: «service_helthy»\n  db:\n    image: postgres:16\n",
            fixed="services:\n  web:\n    image: nginx:1.27\n    depends_on:\n      db:\n"
            "        condition: service_healthy\n  db:\n    image: postgres:16\n",
        ),
        Bad("services:\n  web:\n    image: nginx:1.27\n    healthcheck:\n      interval: «10sec»\n"),
        Bad("services:\n  web app:\n    image: nginx:1.27\n".replace("web app", "«web app»")),
    ],
    good=[
        "services:\n  web:\n    image: nginx:1.27\n    pull_policy: every_12h\n    mem_limit: 1.5g\n"
        "    stop_grace_period: 1m30s\n    privileged: 'no'\n",
        "services:\n  web:\n    image: nginx:1.27\n    pull_policy: ${POLICY}\n    mem_limit: ${MEMORY:-512m}\n",
    ],
)
def invalid_value(file: ComposeFile) -> Problems:
    """A value that Compose does not take at this place.

    Compose refuses the whole file. Some keys take only a few words (`condition`, `pull_policy`, the `type` of a
    volume), others a duration (`1m30s`), a size (`512m`), a number in bounds, or a name of certain letters.

    https://docs.docker.com/reference/compose-file/extension/#specifying-durations
    https://docs.docker.com/reference/compose-file/extension/#specifying-byte-values
    """
    for fault in faults_of(file, "invalid-value"):
        fix = None
        if fault.instead and isinstance(fault.node, Scalar) and fault.span.text == fault.node.value:
            fix = Fix.replace(f"Write `{fault.instead}`", fault, fault.instead, "unsafe")
        yield Problem(fault, fault.message, fix=fix)
