from __future__ import annotations

from dagdock.api import Bad, Fix, Problem, Problems, Service, nearest, rule

# man7.org/linux/man-pages/man7/capabilities.7.html, as of Linux 6.12.
KNOWN = frozenset(
    "ALL AUDIT_CONTROL AUDIT_READ AUDIT_WRITE BLOCK_SUSPEND BPF CHECKPOINT_RESTORE CHOWN DAC_OVERRIDE DAC_READ_SEARCH "
    "FOWNER FSETID IPC_LOCK IPC_OWNER KILL LEASE LINUX_IMMUTABLE MAC_ADMIN MAC_OVERRIDE MKNOD NET_ADMIN "
    "NET_BIND_SERVICE NET_BROADCAST NET_RAW PERFMON SETFCAP SETGID SETPCAP SETUID SYS_ADMIN SYS_BOOT SYS_CHROOT "
    "SYS_MODULE SYS_NICE SYS_PACCT SYS_PTRACE SYS_RAWIO SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG SYSLOG WAKE_ALARM".split()
)


@rule(
    "DC710",
    severity="error",
    since="0.1",
    precision="very-high",
    fix="unsafe",
    lessons=["L25"],
    bad=[
        Bad(
            "services:\n  web:\n    image: shop/web:1.4\n    cap_add: [«NET_BIND_SERVICES»]\n",
            fixed="services:\n  web:\n    image: shop/web:1.4\n    cap_add: [NET_BIND_SERVICE]\n",
        ),
        Bad("services:\n  web:\n    image: shop/web:1.4\n    cap_drop:\n      - «everything»\n"),
    ],
    good=["services:\n  web:\n    image: shop/web:1.4\n    cap_drop: [all]\n    cap_add: [CAP_CHOWN, '${MORE}']\n"],
)
def unknown_capability(service: Service) -> Problems:
    """A capability that Linux does not have.

    Compose takes any text; the container is then not created ("invalid capability").

    https://man7.org/linux/man-pages/man7/capabilities.7.html
    """
    for value in [*service.values("cap_add"), *service.values("cap_drop")]:
        if not value.resolved or value.resolved.upper().removeprefix("CAP_") in KNOWN:
            continue
        close = nearest(value.resolved.upper().removeprefix("CAP_"), KNOWN)
        exact = close is not None and value.span.text == value.resolved
        yield Problem(
            value,
            f"Linux has no capability `{value.resolved}`, so the container is not created. "
            + (f"Did you mean `{close}`?" if close else "capabilities(7) lists them"),
            fix=Fix.replace(f"Write `{close}`", value, close, "unsafe") if close and exact else None,
        )
