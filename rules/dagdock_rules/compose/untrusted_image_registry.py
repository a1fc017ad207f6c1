from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Project, Service, rule

from ..registries import untrusted
from ._model import as_run

CONFIG = 'trusted-registries = ["docker.io", "ghcr.io/acme"]\n'


@rule(
    "DC107",
    severity="error",
    since="0.1",
    security=6.0,
    lessons=["L17", "L28"],
    tags=["security"],
    bad=[
        Bad(
            {
                "dagdock.toml": CONFIG,
                "compose.yaml": "services:\n  db:\n    image: «quay.io/someone/postgres:16.3»\n",
            }
        ),
    ],
    good=[
        {
            "dagdock.toml": CONFIG,
            "compose.yaml": "services:\n  db:\n    image: postgres:16.3\n  app:\n    image: ghcr.io/acme/app:1\n",
        },
        {
            "dagdock.toml": CONFIG,
            "compose.yaml": "services:\n  app:\n    build: .\n    image: registry.example.com/app:1\n",
        },
        "services:\n  db:\n    image: quay.io/someone/postgres:16.3\n",
    ],
)
def untrusted_image_registry(service: Service, project: Project, *, trusted_registries: list[str] = []) -> Problems:
    """A service runs an image from a registry that is not among the trusted ones.

    A container sees the networks, volumes and secrets that its service is given, so many teams say where images may
    come from. The list `trusted-registries` of the configuration says it: names of registries, where `*` at either end
    stands for anything, or a registry with a folder such as `ghcr.io/acme`. An image without a registry is from
    `docker.io`. Without that list the rule says nothing, and nothing is said of images that the file builds itself.

    https://docs.docker.com/docker-hub/image-library/trusted-content/
    """
    reference = service.image_ref
    if not trusted_registries or not service.image or reference is None or as_run(service, project).build:
        return
    built = [each.image_ref.name for each in service.file.services.values() if each.build and each.image_ref]
    said = untrusted(str(reference), trusted_registries)
    if said and reference.name not in built:
        yield Problem(service.image, said)
