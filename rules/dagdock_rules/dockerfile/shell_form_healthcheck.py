from __future__ import annotations

from dagdock.api import Bad, Healthcheck, Problem, Problems, rule


@rule(
    "DF611",
    severity="info",
    since="0.1",
    default=False,
    lessons=["L11"],
    aliases=["hadolint:DL3025"],
    bad=[Bad("FROM nginx:1.27\n«HEALTHCHECK CMD curl -f http://localhost/»\n")],
    good=['FROM nginx:1.27\nHEALTHCHECK CMD ["curl", "-f", "http://localhost/"]\n'],
)
def shell_form_healthcheck(check: Healthcheck) -> Problems:
    """A HEALTHCHECK is written as a shell line.

    Docker does not mind: a check ends by itself and gets no signals, and `|| exit 1` needs the shell. This is for
    teams that write every command in exec form, or whose image has no shell.

    https://docs.docker.com/reference/dockerfile/#healthcheck
    """
    if check.shell_text and check.shell_text.text.strip() and not check.json_fault:
        yield Problem(check, "this check runs through a shell. Write its command as a JSON list of words")
