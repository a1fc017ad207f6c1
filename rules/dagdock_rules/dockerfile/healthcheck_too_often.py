from __future__ import annotations

from dagdock.api import Bad, Healthcheck, Problem, Problems, rule

SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}


@rule(
    "DF636",
    severity="info",
    since="0.1",
    lessons=["L11"],
    bad=[Bad("FROM nginx:1.27\nHEALTHCHECK «--interval=1s» CMD curl -f http://localhost/ || exit 1\n")],
    good=["FROM nginx:1.27\nHEALTHCHECK --interval=30s --start-interval=1s CMD curl -f http://localhost/ || exit 1\n"],
)
def healthcheck_too_often(check: Healthcheck, *, seconds: int = 3) -> Problems:
    """A HEALTHCHECK runs every few seconds.

    Each check starts a process in the container, and its request goes through the whole service: every second that is
    load and log lines for nothing, for a check every half minute tells as much. While the container starts,
    `--start-interval` asks more often. The option `seconds` says from when on it is too often.

    https://docs.docker.com/reference/dockerfile/#healthcheck
    """
    flag = check.flag("interval")
    length = _seconds(flag.value) if flag and flag.value else None
    if flag is not None and length is not None and 0 < length < seconds:
        yield Problem(
            flag,
            f"every {flag.value} is more often than a service needs to be asked, and each check costs a process. Leave "
            "it at 30s, and use `--start-interval` for the start",
        )


def _seconds(text: str) -> float | None:
    """The length of a duration of Go."""
    import re

    parts = re.findall(r"(\d+\.?\d*|\.\d+)([a-zµ]+)", text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        return None
    if any(unit not in SECONDS for _, unit in parts):
        return None
    return sum(float(number[:20]) * SECONDS[unit] for number, unit in parts)
