from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Section, Service, rule

from ._secrets import gives_secret_away, written_text


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
    ],
    good=[
        "services:\n  web:\n    image: web:1\n    labels:\n      backup.password: ${BACKUP_PASSWORD:?}\n"
        "      traefik.http.routers.web.tls: 'true'\n      com.example.token-file: /run/secrets/token\n",
    ],
)
def secret_in_label(service: Service) -> Problems:
    """A password, token or key stands in a label.

    Labels are in this file, and they are shown to everyone who may ask Docker about the container: `docker inspect`,
    and each program that holds its socket. Hand the secret over in another way, or fill it in from `.env`.

    https://docs.docker.com/compose/how-tos/use-secrets/
    """
    deploy = service.deploy
    of_build = Section(service.build.node, service.env) if service.build else None
    labels = [*service.labels, *(deploy.settings("labels") if deploy else ())]
    for setting in [*labels, *(of_build.settings("labels") if of_build else ())]:
        name = setting.name.rpartition(".")[2]
        if setting.value and gives_secret_away(name, written_text(setting.value)):
            yield Problem(
                setting.value,
                f"the value of `{setting.name}` is known to everyone who can read this file or ask Docker about the "
                "container. Put it in `.env`, keep that out of git, and name the variable here",
            )
