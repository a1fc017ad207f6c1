from __future__ import annotations

from dagdock.api import Bad, ComposeFile, Problem, Problems, Related, load_data, rule


@rule(
    "DC108",
    severity="warning",
    since="0.1",
    tags=["reproducible"],
    bad=[
        Bad("services:\n  queue:\n    image: «bitnami/kafka:3.9.0»\n"),
        Bad("services:\n  queue:\n    image: «docker.io/bitnami/redis:7.2-debian-12»\n"),
    ],
    good=[
        "services:\n  queue:\n    image: apache/kafka:3.9.0\n",
        "services:\n  queue:\n    image: bitnamilegacy/kafka:3.9.0\n",
        "services:\n  queue:\n    image: registry.example.com/bitnami/kafka:3.9.0\n",
        "services:\n  queue:\n    image: bitnami/kafka:${KAFKA_VERSION}\n",
    ],
)
def withdrawn_image(file: ComposeFile) -> Problems:
    """An image that was taken off Docker Hub.

    Machines that have pulled it before go on with their copy, all others stop with "manifest unknown". Bitnami
    withdrew the versions of its free images in September 2025. Most lie in `bitnamilegacy` for a time, without any
    updates; makers of the programs often have an image of their own.

    https://github.com/bitnami/containers/issues/83267
    """
    owners: dict[str, str] = load_data("dagdock_rules", "image-tags")["withdrawn"]
    told: dict[str, list[Related]] = {}
    for service in file.services.values():
        image, reference = service.image, service.image_ref
        if image is None or reference is None or service.build or image.span.source is not file.source:
            continue
        owner, _, name = reference.familiar.partition("/")
        tag = reference.tag
        if owner not in owners or not tag or reference.digest or tag == "latest":
            continue
        if str(image.resolved) in told:
            told[str(image.resolved)].append(Related(image, f"`{service.name}` runs it, too"))
            continue
        related = told[str(image.resolved)] = []
        yield Problem(
            image,
            f"`{image.resolved}` is no longer on Docker Hub, so machines that do not have it yet cannot pull it. Look "
            f"for it in `{owners[owner]}/{name}`, which gets no updates, or take an image of another maker",
            related=related,
        )
