from __future__ import annotations

import re

from dagdock.api import Bad, Edit, Fix, Problem, Problems, Scalar, Service, rule

from .unquoted_port import in_base_60, quote_of


@rule(
    "DC807",
    severity="info",
    since="0.1",
    default=False,
    precision="very-high",
    fix="safe",
    lessons=["L23"],
    aliases=["dclint:require-quotes-in-ports"],
    tags=["style"],
    bad=[
        Bad(
            {
                "dagdock.toml": '[rules.port-without-quotes]\nquotes = "single"\n',
                "compose.yaml": "services:\n  web:\n    image: web:1\n    ports: [«\"80:80\"», '443:443']\n",
            },
            fixed={"compose.yaml": "services:\n  web:\n    image: web:1\n    ports: ['80:80', '443:443']\n"},
        ),
        Bad(
            'services:\n  web:\n    image: web:1\n    ports:\n      - «8080:80»\n      - "443:443"\n'
            "    expose: [«9000»]\n",
            fixed='services:\n  web:\n    image: web:1\n    ports:\n      - "8080:80"\n      - "443:443"\n'
            '    expose: ["9000"]\n',
        ),
    ],
    good=["services:\n  web:\n    image: web:1\n    ports: ['80:80', \"81:81\", {target: 82}]\n"],
)
def port_without_quotes(service: Service, *, quotes: str = "") -> Problems:
    """A port without quotes.

    Some such ports are numbers to the base of 60 for YAML 1.1, which `unquoted-port` finds by default; with quotes
    around all of them nobody has to know which. The option `quotes` asks for one kind, "single" or "double".

    https://docs.docker.com/reference/compose-file/services/#ports
    """
    nodes = [port.node for port in service.ports if port.form == "short"]
    nodes += [value.node for value in service.values("expose")]
    wanted = {"single": "'", "double": '"'}.get(quotes)
    for node in nodes:
        if not isinstance(node, Scalar) or node.anchor is not None or node.tag is not None:
            continue
        if wanted and node.style in ("single", "double") and node.style != quotes:
            if node.span.text[1:-1] == node.value and not {"'", '"', "\\"} & set(node.value):
                fix = Fix(f"Write {quotes} quotes", [Edit(node, f"{wanted}{node.value}{wanted}")])
                yield Problem(node, f"this port has other quotes than {quotes} ones", fix=fix)
            continue
        if node.style != "plain" or node.raw != node.value:
            continue
        if in_base_60(node.value) is None and re.fullmatch(r"[\w.:/${}-]+", node.value):
            quote = wanted or quote_of(service)
            yield Problem(
                node,
                "this port stands without quotes. Put quotes around it",
                fix=Fix("Put quotes around it", [Edit(node, f"{quote}{node.value}{quote}")]),
            )
