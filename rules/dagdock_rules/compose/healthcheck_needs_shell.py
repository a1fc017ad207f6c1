from __future__ import annotations

import re

from dagdock.api import Bad, Edit, Fix, Problem, Problems, Service, rule

from ..secrets import without_secrets


@rule(
    "DC508",
    severity="error",
    since="0.1",
    fix="unsafe",
    lessons=["L21", "L27"],
    bad=[
        Bad(
            "services:\n  web:\n    image: web:1\n    healthcheck:\n"
            '      test: ["«CMD»", "curl -f http://localhost/ || exit 1"]\n',
            fixed="services:\n  web:\n    image: web:1\n    healthcheck:\n"
            '      test: ["CMD-SHELL", "curl -f http://localhost/ || exit 1"]\n',
        ),
        Bad(
            "services:\n  web:\n    image: web:1\n    healthcheck:\n"
            '      test: [CMD, curl, -f, http://localhost/, «"||"», exit, "1"]\n'
        ),
    ],
    good=[
        'services:\n  web:\n    image: web:1\n    healthcheck: {test: ["CMD-SHELL", "curl localhost || exit 1"]}\n',
        'services:\n  web:\n    image: web:1\n    healthcheck: {test: ["CMD", "sh", "-c", "curl x || exit 1"]}\n',
        'services:\n  db:\n    image: mysql:8\n    healthcheck:\n      test: ["CMD", "mysql", "-e", "SELECT 1 || 0"]\n',
    ],
)
def healthcheck_needs_shell(service: Service) -> Problems:
    """A healthcheck is written for a shell, and none reads it.

    Behind `CMD` the words are the program and its arguments as they stand: `||` is an argument, and a whole line in
    one word is looked for as a program of that name. The check fails each time. `CMD-SHELL` with one text goes to a
    shell.

    https://docs.docker.com/reference/compose-file/services/#healthcheck
    """
    test = service.healthcheck.test if service.healthcheck else None
    if test is None or test.form != "list" or len(test.words) < 2 or test.words[0].resolved != "CMD":
        return
    first, words = test.words[0], test.words[1:]
    line = words[0].resolved
    if len(words) == 1 and line and re.search(r"\S\s+\S", line) and not line.startswith("/ "):
        yield Problem(
            first,
            f"the container looks for a program called `{without_secrets(line.splitlines()[0])[:60]}`, blanks and all, "
            "and finds none. Write `CMD-SHELL` to have a shell read the line",
            fix=Fix("Write `CMD-SHELL`", [Edit(first, "CMD-SHELL")], "unsafe") if first.span.text == "CMD" else None,
        )
        return
    for word in words:
        if word.resolved in ("||", "&&", "|", ";"):
            yield Problem(
                word.node,
                f"no shell reads this, so `{word.resolved}` is an argument like any other. Write the line as one text "
                "behind `CMD-SHELL`",
            )
            return
