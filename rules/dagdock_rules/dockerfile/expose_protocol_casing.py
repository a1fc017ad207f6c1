from __future__ import annotations

from dagdock.api import Bad, Expose, Fix, Problem, Problems, rule

from ._ports import PROTOCOLS


@rule(
    "DF615",
    severity="info",
    since="0.1",
    precision="very-high",
    fix="safe",
    aliases=["buildkit:ExposeProtoCasing"],
    tags=["style"],
    bad=[
        Bad(
            "FROM coredns/coredns:1.12.0\nEXPOSE 53/tcp 53/«UDP»\n",
            fixed="FROM coredns/coredns:1.12.0\nEXPOSE 53/tcp 53/udp\n",
        )
    ],
    good=["FROM coredns/coredns:1.12.0\nEXPOSE 53/tcp 53/udp\n"],
)
def expose_protocol_casing(expose: Expose) -> Problems:
    """A protocol in EXPOSE has capital letters.

    Docker reads it all the same; other tools that look at the image's settings compare the text.

    https://docs.docker.com/reference/build-checks/expose-proto-casing/
    """
    for port in expose.ports:
        protocol = port.protocol
        if protocol and protocol != protocol.lower() and protocol.lower() in PROTOCOLS:
            lower = protocol.lower()
            yield Problem(
                protocol,
                f"protocols are written in lower case. Write `{lower}`",
                fix=Fix.replace(f"Write `{lower}`", protocol, lower),
            )
