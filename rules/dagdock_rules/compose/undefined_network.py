from __future__ import annotations

from dagdock.api import Bad, ComposeFile, Problem, Problems, Project, rule

from ._undefined import brought_along, rename_or_declare, undefined


@rule(
    "DC011",
    severity="error",
    since="0.1",
    precision="very-high",
    fix="unsafe",
    tags=["references"],
    bad=[
        Bad(
            "services:\n  web:\n    image: nginx:1.27\n    networks:\n      - «frontend»\n",
            fixed="services:\n  web:\n    image: nginx:1.27\n    networks:\n      - frontend\n\n"
            "networks:\n  frontend:\n",
        ),
        Bad(
            "services:\n  web:\n    image: nginx:1.27\n    networks: [«fronted»]\nnetworks:\n  frontend:\n",
            fixed="services:\n  web:\n    image: nginx:1.27\n    networks: [frontend]\nnetworks:\n  frontend:\n",
        ),
    ],
    good=[
        "services:\n  web:\n    image: nginx:1.27\n    networks: [default]\n",
        {
            "compose.yaml": "services:\n  web:\n    image: nginx:1.27\n    networks: [frontend]\n",
            "compose.override.yaml": "networks:\n  frontend:\n",
        },
        {"compose.yaml": "services:\n  web:\n    networks: [frontend]\n"},
    ],
)
def undefined_network(file: ComposeFile, project: Project) -> Problems:
    """A service joins a network that the file does not define.

    Compose refuses to start anything. Every network but `default` needs an entry under the top-level `networks`; an
    empty one (`frontend:`) is enough, and `external: true` below it takes a network that exists already.

    https://docs.docker.com/reference/compose-file/networks/
    """
    for missing in undefined(
        file,
        project,
        "networks",
        lambda service: [joined.name for joined in service.networks if joined.name and joined.name != "default"],
    ):
        if problem := brought_along(missing, "networks"):
            yield problem
            continue
        remedy = f"Did you mean `{missing.close}`?" if missing.close else f"Add `{missing.name}:` there"
        yield Problem(
            missing.name,
            f"the network `{missing.name}` has no entry under the top-level `networks`, so Compose refuses the file. "
            + remedy,
            related=missing.related,
            fix=rename_or_declare(file, "networks", missing),
        )
