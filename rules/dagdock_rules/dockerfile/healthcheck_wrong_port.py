from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from dagdock.api import Bad, Expose, Healthcheck, Problem, Problems, Project, Related, Span, rule

from ._ports import read
from ._serving import serving

STANDARD = {"http": 80, "https": 443}
# Ports of one EXPOSE that are looked at.
MOST = 1_000


@rule(
    "DF642",
    severity="warning",
    since="0.1",
    lessons=["L11"],
    bad=[
        Bad(
            "FROM python:3.12\nHEALTHCHECK CMD curl -f «http://localhost:5000»/health || exit 1\n"
            'CMD ["gunicorn", "--bind", "0.0.0.0:8000", "app:app"]\n'
        ),
        Bad(
            "FROM python:3.12\nHEALTHCHECK CMD curl -f «http://127.0.0.1»/ || exit 1\n"
            'CMD ["uvicorn", "app:app", "--host", "0.0.0.0"]\n'
        ),
    ],
    good=[
        "FROM python:3.12\nHEALTHCHECK CMD curl -f http://localhost:8000/health || exit 1\n"
        'CMD ["gunicorn", "--bind", "0.0.0.0:8000", "app:app"]\n',
        'FROM python:3.12\nHEALTHCHECK CMD curl -f http://localhost:5000/ || exit 1\nCMD ["python", "app.py"]\n',
        "FROM python:3.12\nEXPOSE 8000 9090\nHEALTHCHECK CMD curl -f http://localhost:9090/metrics || exit 1\n"
        'CMD ["gunicorn", "--bind", "0.0.0.0:8000", "app:app"]\n',
    ],
)
def healthcheck_wrong_port(check: Healthcheck, project: Project) -> Problems:
    """A HEALTHCHECK asks another port than the one that the program listens on.

    The check runs inside the container, where nobody answers on that port, so the container never becomes healthy and
    what waits for it never starts. An address without a port means 80. The rule knows the port of common servers, by
    their options or their default, and that of small programs and scripts that say it themselves.

    https://docs.docker.com/reference/dockerfile/#healthcheck
    """
    stage = check.stage
    if stage is None or not stage.is_final or stage.last(Healthcheck) is not check:
        return
    asked = list(_asked(check))
    running = serving(stage, project) if asked else None
    if running is None:
        return
    starter, server = running
    others = {number for part in stage.chain() for expose in part.all_of(Expose) for number in _exposed(expose)}
    ports = {port for port, _ in asked}
    if None in ports or server.port in ports or (ports & others) or None in others:
        return
    port, place = asked[0]
    how = "listens on" if server.stated else "listens on its default port"
    yield Problem(
        place,
        f"the check asks port {port}, and `{server.name}` {how} {server.port}, so the container never becomes healthy. "
        f"Ask port {server.port}",
        related=[Related(starter, "the program is started here")],
    )


def _asked(check: Healthcheck) -> Iterator[tuple[int | None, Span]]:
    """The ports of the container itself that a check asks, and where; None for one that is not known."""
    place = check.span
    for found in _address().finditer(place.text):
        scheme, text = found["scheme"], found["port"] or found["behind"]
        if text is None and scheme is None:
            continue
        known = int(text) if text and text.isascii() and text.isdigit() else STANDARD[scheme] if text is None else None
        yield known, Span(place.source, place.start + found.start(), place.start + found.end())


def _exposed(expose: Expose) -> Iterator[int | None]:
    for word in expose.words:
        text = word.resolve(expose.stage.scope_at(expose)) if expose.stage else None
        numbers = read(text).numbers if text is not None else None
        yield from numbers if numbers is not None and len(numbers) < MOST else (None,)


@cache
def _address() -> re.Pattern[str]:
    return re.compile(
        r"(?:(?P<scheme>https?)://)?(?<![\w.-])(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])"
        r"(?::(?P<port>[^\s/'\"\\)?,]+)|[ ]+(?P<behind>\d+)\b|(?![\w.-]))"
    )
