from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Project, Stage, rule

from ._contexts import is_built_beside, is_named_context


@rule(
    "DF128",
    severity="info",
    since="0.1",
    default=False,
    lessons=["L08"],
    aliases=["hadolint:DL3006", "trivy:DS-0001", "checkov:CKV_DOCKER_7", "kics:image-version-not-explicit"],
    tags=["reproducible"],
    bad=[Bad({"spark.Dockerfile": "FROM debian:12\n", "worker.Dockerfile": "FROM «spark»\n"})],
    good=[{"spark.Dockerfile": "FROM debian:12\n", "worker.Dockerfile": "FROM spark:3\n"}, "FROM debian\n"],
)
def untagged_own_image(stage: Stage, project: Project) -> Problems:
    """An image of the project itself is taken as a base without a version.

    It is built beside this one, and whoever builds both has the newest in any case. For teams that build them at
    different times or on different machines; `untagged-base-image` speaks of the images of others.

    https://docs.docker.com/build/building/best-practices/#pin-base-image-versions
    """
    word, name = stage.image_word, stage.base
    if word is None or not name or stage.is_scratch or stage.parent or word.variables:
        return
    if stage.image is None:
        is_own = not any(sign in name for sign in ":@{")  # `REPLACE-ME`, which a script fills in
    else:
        untagged = stage.image.tag is None and stage.image.digest is None
        file = stage.dockerfile
        is_own = untagged and (is_named_context(name, file, project) or is_built_beside(name, file, project))
    if is_own:
        yield Problem(word, f"`{name}` is taken without a version. Give it one, and name it here")
