from __future__ import annotations

import re

from dagdock.api import Bad, Located, Problem, Problems, Project, Section, Service, rule

from ..secrets import is_password_name, is_secret_name
from ._handed import handed_in_value
from ._secrets import gives_secret_away, is_to_stay, written_text

# What htpasswd makes of a password by default, as a proxy takes it: made of MD5 or SHA-1, it is tried out in no time.
HASH = r"(?:^|[\s,'\"])[\w.@-]+:(?:\$apr1\$[\w./]{2,8}\$[\w./]{22}|\{SHA\}[\w+/]{27}=)"


@rule(
    "DC406",
    severity="warning",
    since="0.1",
    security=6.0,
    lessons=["L24"],
    tags=["security"],
    bad=[
        Bad("services:\n  web:\n    image: web:1\n    labels:\n      backup.password: «hunter2»\n"),
        Bad("services:\n  web:\n    image: web:1\n    labels:\n      - com.example.api-token=«8d5f2c61b7aa4e9d90c3»\n"),
        Bad(
            "services:\n  web:\n    image: web:1\n    labels:\n"
            "      traefik.http.middlewares.a.basicauth.users: «admin:$$apr1$$H6uskkkW$$IgXLP6ewTrSuBkTrqE8wj/»\n"
        ),
    ],
    good=[
        "services:\n  web:\n    image: web:1\n    labels:\n      backup.password: ${BACKUP_PASSWORD:?}\n"
        "      traefik.http.routers.web.tls: 'true'\n      com.example.token-file: /run/secrets/token\n",
    ],
)
def secret_in_label(service: Service, project: Project) -> Problems:
    """A password, token or key stands in a label.

    Labels are in this file, and they are shown to everyone who may ask Docker about the container: `docker inspect`,
    and each program that holds its socket. Hand the secret over in another way, or fill it in from `.env`. A hash of
    MD5 or SHA-1 (`$apr1$`, `{SHA}`) hides a password no better; one of bcrypt (`htpasswd -B`) is left alone.

    https://docs.docker.com/compose/how-tos/use-secrets/
    """
    deploy = service.deploy
    of_build = Section(service.build.node, service.env) if service.build else None
    labels = [*service.labels, *(deploy.settings("labels") if deploy else ())]
    for setting in [*labels, *(of_build.settings("labels") if of_build else ())]:
        if setting.value is None:
            continue
        name = setting.name.rpartition(".")[2]
        if _names_secret(written_text(setting.value)):
            continue
        if gives_secret_away(name, written_text(setting.value)):
            yield _problem(setting.value, f"the value of `{setting.name}`")
            continue
        for what, place in handed_in_value(setting.value, service.file):
            yield _problem(place, f"this {'password' if is_password_name(what) else 'secret'} in `{setting.name}`")
        hashed = re.search(HASH, written_text(setting.value)) if is_to_stay(service.file, project) else None
        if hashed:
            yield Problem(
                setting.value,
                "everyone who can read this file can try millions of passwords a second on this hash. Make one with "
                "`htpasswd -B`, or keep it in a file that the service mounts",
                severity="info",
            )


def _names_secret(text: str) -> bool:
    """Whether it is only what a secret is called, for a program that looks it up: `shop_db_password`."""
    return bool(re.fullmatch(r"[a-z]+(?:[_-][a-z]+){2,}", text)) and is_secret_name(text)


def _problem(place: Located, what: str) -> Problem:
    return Problem(
        place,
        f"{what} is known to everyone who can read this file or ask Docker about the container. Put it in `.env`, "
        "keep that out of git, and name the variable here",
    )
