from __future__ import annotations

from collections.abc import Iterator

from dagdock.api import (
    Bad,
    ComposeFile,
    Problem,
    Problems,
    Project,
    Scalar,
    Section,
    Sequence,
    Service,
    Text,
    Value,
    rule,
)

from ._undefined import brought_along, rename, undefined


@rule(
    "DC013",
    severity="error",
    since="0.1",
    precision="very-high",
    fix="unsafe",
    lessons=["L24"],
    tags=["references"],
    bad=[
        Bad(
            "services:\n  db:\n    image: postgres:16\n    secrets: [«db_passwort»]\n"
            "secrets:\n  db_password:\n    file: ./db_password.txt\n",
            fixed="services:\n  db:\n    image: postgres:16\n    secrets: [db_password]\n"
            "secrets:\n  db_password:\n    file: ./db_password.txt\n",
        ),
        Bad("services:\n  web:\n    build:\n      context: .\n      secrets:\n        - source: «npm_token»\n"),
    ],
    good=[
        "services:\n  db:\n    image: postgres:16\n    secrets:\n      - source: db\n        target: password\n"
        "secrets:\n  db:\n    external: true\n",
    ],
)
def undefined_secret(file: ComposeFile, project: Project) -> Problems:
    """A service or its build uses a secret that the file does not define.

    Compose refuses to start anything. A secret needs an entry under the top-level `secrets` that says where its value
    comes from: `file: ./path`, `environment: VARIABLE`, or `external: true`.

    https://docs.docker.com/reference/compose-file/secrets/
    """
    for missing in undefined(file, project, "secrets", _used):
        if problem := brought_along(missing, "secrets"):
            yield problem
            continue
        remedy = (
            f"Did you mean `{missing.close}`?" if missing.close else "Add it there with its `file` or `environment`"
        )
        yield Problem(
            missing.name,
            f"the secret `{missing.name}` has no entry under the top-level `secrets`, so Compose refuses the file. "
            + remedy,
            related=missing.related,
            fix=rename(file, missing),
        )


def _used(service: Service) -> Iterator[Text]:
    for grant in service.secrets:
        if grant.source:
            yield grant.source
    build = service.build
    node = build.get("secrets") if build else None
    for item in node.items if isinstance(node, Sequence) else ():
        name = Value(item, service.env) if isinstance(item, Scalar) else Section(item, service.env).value("source")
        if name and name.resolved:
            yield name.resolved
