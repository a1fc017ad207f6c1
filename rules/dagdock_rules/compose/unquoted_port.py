from __future__ import annotations

import re

from dagdock.api import Bad, Edit, Fix, Problem, Problems, Scalar, Service, rule


@rule(
    "DC205",
    severity="info",
    since="0.1",
    precision="very-high",
    fix="safe",
    lessons=["L23"],
    aliases=["dclint:require-quotes-in-ports"],
    bad=[
        Bad(
            "services:\n  git:\n    image: gitea/gitea:1.22\n    ports:\n      - «2222:22» # ssh\n",
            fixed='services:\n  git:\n    image: gitea/gitea:1.22\n    ports:\n      - "2222:22" # ssh\n',
        ),
        Bad(
            "services:\n  dns:\n    image: coredns/coredns:1.12.0\n    ports: [«53:53», '8053:8053']\n",
            fixed="services:\n  dns:\n    image: coredns/coredns:1.12.0\n    ports: ['53:53', '8053:8053']\n",
        ),
    ],
    good=[
        'services:\n  git:\n    image: gitea/gitea:1.22\n    ports: ["2222:22"]\n',
        "services:\n  web:\n    image: nginx:1.27\n    ports:\n      - 8080:80\n      - 127.0.0.1:2222:22\n",
    ],
)
def unquoted_port(service: Service) -> Problems:
    """A port without quotes that many programs read as a number to the base of 60.

    YAML 1.1 takes `2222:22` for hours and minutes: 2222 * 60 + 22 is 133342. Compose itself reads the text, but other
    tools that open the file do not, among them older Compose releases and most scripts with a YAML library. With
    quotes it is a text for everybody. `port-without-quotes` asks for them around every port.

    https://yaml.org/type/int.html
    https://docs.docker.com/reference/compose-file/services/#ports
    """
    items = [(port.node, port.form == "short") for port in service.ports]
    items += [(value.node, True) for value in service.values("expose")]
    for node, is_short in items:
        if not is_short or not isinstance(node, Scalar) or node.style != "plain" or node.raw != node.value:
            continue
        number = in_base_60(node.value)
        if number is None:
            continue
        quote = quote_of(service)
        yield Problem(
            node,
            f"YAML 1.1 reads `{node.value}` as the number {number}, and so do many tools, though not Compose itself. "
            f"Put it in quotes: `{quote}{node.value}{quote}`",
            fix=Fix("Put quotes around it", [Edit(node, f"{quote}{node.value}{quote}")]),
        )


def in_base_60(text: str) -> int | None:
    """The number that YAML 1.1 reads; None where it reads a text or an ordinary number."""
    match = re.fullmatch(r"([1-9]\d{0,9}):([0-5]?\d)", text, re.ASCII)
    return int(match[1]) * 60 + int(match[2]) if match else None


def quote_of(service: Service) -> str:
    """The quotes that the service's other ports stand in, else double ones."""
    styles = [port.node.style for port in service.ports if isinstance(port.node, Scalar)]
    return "'" if "single" in styles and "double" not in styles else '"'
