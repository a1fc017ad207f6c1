from __future__ import annotations

import re
from posixpath import basename

from dagdock.api import Bad, Problem, Problems, Service, rule

# `<YOUR_LICENSE_KEY>` and `<your key>`, not `<in.txt >out.txt`.
_PLACEHOLDER = r"<[A-Za-z](?:[\w -]*\w)?>(?!\s*[\w/.])"


@rule(
    "DC502",
    severity="error",
    since="0.1",
    precision="very-high",
    lessons=["L10"],
    bad=[
        Bad("services:\n  web:\n    image: node:22-slim\n    command: cd /app «&& npm start»\n"),
        Bad("services:\n  job:\n    image: alpine:3.20\n    entrypoint: /run.sh «> /var/log/run.log»\n"),
    ],
    good=[
        'services:\n  web:\n    image: node:22-slim\n    command: sh -c "cd /app && npm start"\n',
        'services:\n  web:\n    image: node:22-slim\n    command: ["sh", "-c", "cd /app && npm start"]\n',
        "services:\n  web:\n    image: node:22-slim\n    command: npm start -- '--filter=a|b' ;\n",
    ],
)
def command_cut_at_operator(service: Service) -> Problems:
    """A command given as one text loses everything from the first `&&`, `;`, `|`, `<` or `>` on.

    Compose splits the text into words as a shell would, but it is no shell: at the first sign that only a shell
    understands it stops, and drops the rest without a word. Of `cd /app && npm start` only `cd /app` is run, and the
    container ends at once. Start a shell yourself: `sh -c "cd /app && npm start"`.

    https://docs.docker.com/reference/compose-file/services/#command
    """
    for key, command in (("command", service.command), ("entrypoint", service.entrypoint)):
        if command and command.cut and command.cut.strip("; &\t\n"):
            if re.match(_PLACEHOLDER, command.cut):
                yield Problem(
                    command.cut,
                    "put your own value here, in quotes: Compose drops a word in `<…>` without a word",
                    severity="warning",
                )
                continue
            if key == "command" and _is_shell(service):
                remedy = 'The `-c` of `entrypoint` takes one text: make it the one item of a list, `command: ["…"]`'
            else:
                remedy = f'Start one yourself: `{key}: sh -c "…"`'
            yield Problem(
                command.cut,
                f"Compose drops this part of `{key}` without a word, since no shell reads it. {remedy}",
            )


def _is_shell(service: Service) -> bool:
    """Whether `entrypoint` hands the command to a shell."""
    words = [word.resolved or "" for word in service.entrypoint.words] if service.entrypoint else []
    return len(words) > 1 and basename(words[0]) in ("sh", "bash", "ash", "dash") and words[-1].endswith("c")
