from __future__ import annotations

from dagdock.api import Bad, ComposeFile, Problem, Problems, Project, Service, remembered, rule

from ._model import as_run


@rule(
    "DC106",
    severity="info",
    since="0.1",
    default=False,
    precision="very-high",
    lessons=["L28"],
    aliases=["compose-lint:CL-0019"],
    tags=["hardening", "reproducible"],
    bad=[Bad("services:\n  web:\n    image: «nginx:1.27»\n")],
    good=[
        "services:\n  web:\n    image: nginx:1.27@sha256:" + "0123456789abcdef" * 4 + "\n",
        "services:\n  web:\n    build: .\n    image: shop:1\n  b:\n    image: ${IMAGE}\n",
    ],
)
def image_without_digest(service: Service, project: Project) -> Problems:
    """An image is named by its tag alone.

    A tag can be given to another image, by its maker or by whoever takes over the account. A digest names one image
    for ever (`nginx:1.27@sha256:…`); tools like Renovate keep it up to date.

    https://docs.docker.com/reference/cli/docker/image/pull/#pull-an-image-by-digest-immutable-identifier
    """
    reference, running = service.image_ref, as_run(service, project)
    built = _built(service.file)
    if service.image and reference and not reference.digest and not running.build and reference.name not in built:
        yield Problem(service.image, f"`{reference}` can be another image tomorrow. Add the digest: `@sha256:…`")


@remembered
def _built(file: ComposeFile) -> set[str]:
    """The names of the images that the file's services are built as."""
    return {service.image_ref.name for service in file.services.values() if service.build and service.image_ref}
