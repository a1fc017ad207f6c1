from __future__ import annotations

import re

from dagdock.api import Bad, Fix, Problem, Problems, Service, nearest, rule

KNOWN = ("no", "always", "unless-stopped", "on-failure")
# What people write and what they mean by it.
MEANT = {"never": "no", "none": "no", "false": "no", "off": "no", "true": "always", "yes": "always", "any": "always",
         "unless_stopped": "unless-stopped", "on_failure": "on-failure"}  # fmt: skip

# What `deploy.restart_policy` calls them, and what Compose takes for the same.
CONDITIONS = ("none", "on-failure", "any", "no", "always", "unless-stopped")


@rule(
    "DC506",
    severity="error",
    since="0.1",
    precision="very-high",
    fix="unsafe",
    lessons=["L27"],
    bad=[
        Bad(
            "services:\n  web:\n    image: nginx:1.27\n    restart: «never»\n",
            fixed="services:\n  web:\n    image: nginx:1.27\n    restart: no\n",
        ),
        Bad("services:\n  web:\n    image: nginx:1.27\n    deploy:\n      restart_policy: {condition: «allways»}\n"),
        Bad(
            'services:\n  web:\n    image: nginx:1.27\n    restart: "«unless-stoped»"\n',
            fixed='services:\n  web:\n    image: nginx:1.27\n    restart: "unless-stopped"\n',
        ),
    ],
    good=[
        "services:\n  web:\n    image: nginx:1.27\n    restart: unless-stopped\n",
        "services:\n  web:\n    image: nginx:1.27\n    restart: no\n",
        "services:\n  web:\n    image: nginx:1.27\n    restart: on-failure:3\n",
    ],
)
def invalid_restart_policy(service: Service) -> Problems:
    """A value of `restart`, or a condition of `deploy.restart_policy`, that Docker does not know.

    Compose takes it without a word; the container is then not created ("invalid restart policy"). Docker knows `no`,
    `always`, `unless-stopped` and `on-failure`, the last with a number of tries if you like (`on-failure:3`).
    The conditions of `deploy.restart_policy` are `none`, `on-failure` and `any`.

    https://docs.docker.com/reference/compose-file/services/#restart
    """
    yield from _conditions(service)
    restart = service.restart
    if restart is None or restart.resolved is None or restart.type != "text":
        return
    text = str(restart.resolved)
    if text in ("", *KNOWN) or re.fullmatch(r"on-failure:\d+", text, re.ASCII):
        return
    meant = MEANT.get(text.lower()) or nearest(text.lower(), KNOWN)
    yield Problem(
        restart,
        f"Docker knows no restart policy `{text}`, so the container is not created. "
        + (f"Write `{meant}`" if meant else "Write `no`, `always`, `unless-stopped` or `on-failure`"),
        fix=Fix.replace(f"Write `{meant}`", restart, meant, "unsafe") if meant and restart.span.text == text else None,
    )


def _conditions(service: Service) -> Problems:
    policy = service.deploy.section("restart_policy") if service.deploy else None
    condition = policy.value("condition") if policy else None
    if condition and condition.resolved and condition.resolved not in CONDITIONS:
        yield Problem(
            condition,
            f"Docker knows no condition `{condition.resolved}` here. Write `any` to start again whatever happened, "
            "`on-failure` or `none`",
        )
