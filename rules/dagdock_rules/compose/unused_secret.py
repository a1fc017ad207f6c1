from __future__ import annotations

from collections.abc import Iterator

from dagdock.api import Bad, ComposeFile, Mapping, Problem, Problems, Project, Section, Service, rule

from ._unused import take_out, unused, with_section


@rule(
    "DC404",
    severity="info",
    since="0.1",
    fix="unsafe",
    lessons=["L24"],
    bad=[
        Bad(
            "services:\n  db:\n    image: postgres:16\n    secrets: [db]\n"
            "secrets:\n  db:\n    file: ./db.txt\n  «mail»:\n    file: ./mail.txt\n",
            fixed="services:\n  db:\n    image: postgres:16\n    secrets: [db]\nsecrets:\n  db:\n    file: ./db.txt\n",
        ),
        Bad(
            "services:\n  web:\n    image: nginx:1.27\nconfigs:\n  «site»:\n    file: ./site.conf\n",
            fixed="services:\n  web:\n    image: nginx:1.27\n",
        ),
    ],
    good=[
        "services:\n  web:\n    build:\n      context: .\n      secrets: [npm]\nsecrets:\n  npm:\n    file: ./npmrc\n",
    ],
)
def unused_secret(file: ComposeFile, project: Project) -> Problems:
    """A secret or config is declared, and no service is given it.

    A service finds under `/run/secrets` only what its own `secrets` list. Either the list is missing, and the program
    will not find its password, or the entry is left over.

    https://docs.docker.com/compose/how-tos/use-secrets/
    """
    gone = list(unused(file, project, "secrets", _secrets))
    for secret in gone:
        yield Problem(
            secret,
            f"no service lists the secret `{secret.name}`, so no container finds it. List it under `secrets` of the "
            f"service that needs it, or delete the entry{with_section(file, 'secrets', gone)}",
            fix=take_out(file, "secrets", secret),
        )
    gone = list(unused(file, project, "configs", _configs))
    for config in gone:
        yield Problem(
            config,
            f"no service lists the config `{config.name}`, so no container finds it. List it under `configs` of the "
            f"service that needs it, or delete the entry{with_section(file, 'configs', gone)}",
            fix=take_out(file, "configs", config),
        )


def _secrets(service: Service) -> Iterator[str | None]:
    for grant in service.secrets:
        yield str(grant.source) if grant.source is not None else None
    for value in service.build.values("secrets") if service.build else []:
        yield str(value.resolved) if value.resolved is not None else None
    node = service.build.get("secrets") if service.build else None
    for item in getattr(node, "items", []):
        if isinstance(item, Mapping):
            source = Section(item, service.env).value("source")
            yield str(source.resolved) if source and source.resolved is not None else None


def _configs(service: Service) -> Iterator[str | None]:
    for grant in service.configs:
        yield str(grant.source) if grant.source is not None else None
