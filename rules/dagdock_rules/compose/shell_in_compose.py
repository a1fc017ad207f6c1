from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Project, Service, Severity, rule

SEVERITIES: dict[str, Severity] = {"error": "error", "warning": "warning", "info": "info", "style": "info"}
# Compose fills in `${V}` before the shell sees it: what ShellCheck says about such a variable may not hold.
ABOUT_VARIABLES = ("SC2154", "SC2016", "SC2086", "SC2046")


@rule(
    "DC514",
    severity="warning",
    since="0.1",
    default=False,
    tags=["shell"],
    aliases=["shellcheck:SC*"],
    bad=[
        Bad("services:\n  web:\n    image: web:1\n    healthcheck:\n      test: [CMD-SHELL, '«cd /srv»; ./check']\n"),
    ],
    good=[
        "services:\n  web:\n    image: web:1\n    healthcheck:\n"
        "      test: [CMD-SHELL, 'test -f /srv/web.pid || exit 1']\n",
    ],
)
def shell_in_compose(service: Service, project: Project, *, shellcheck: str = "auto") -> Problems:
    """ShellCheck, where it is installed, has a remark on the shell in a command or healthcheck.

    What stands behind `sh -c` or in a healthcheck is a script as any other. Its remarks keep their own codes, such as
    SC2164. Remarks about variables are left out: Compose fills in `${…}` before the shell sees it.

    https://www.shellcheck.net/wiki/
    """
    for remark in project.service_remarks(service, shellcheck):
        if remark.code in ABOUT_VARIABLES or remark.span.source is not service.file.source:
            continue
        yield Problem(
            remark.span,
            remark.message,
            severity=SEVERITIES[remark.level],
            aliases=[f"shellcheck:{remark.code}"],
            code=remark.code,
        )
