from __future__ import annotations

from dagdock.api import Bad, Healthcheck, Problem, Problems, Stage, rule


@rule(
    "DF612",
    severity="info",
    since="0.1",
    default=False,
    lessons=["L11"],
    aliases=["hadolint:DL3057", "trivy:DS-0026", "checkov:CKV_DOCKER_2", "kics:healthcheck-instruction-missing"],
    bad=[Bad('«FROM nginx:1.27»\nEXPOSE 80\nCMD ["nginx", "-g", "daemon off;"]\n')],
    good=[
        'FROM nginx:1.27\nHEALTHCHECK CMD ["curl", "-f", "http://localhost/"]\n',
        "FROM alpine:3.20 AS base\nHEALTHCHECK NONE\nFROM base\n",
    ],
)
def missing_healthcheck(stage: Stage) -> Problems:
    """The image does not say how to find out whether its program works.

    Docker, Compose and Swarm then know only whether the process is there, and not whether it answers. Kubernetes does
    not look at HEALTHCHECK, and a job that ends needs none, so this is for teams that run services with Docker itself.
    Only the final image counts.

    https://docs.docker.com/reference/dockerfile/#healthcheck
    """
    if stage.is_final and stage.from_instruction and stage.last(Healthcheck) is None:
        yield Problem(
            stage.from_instruction,
            "nothing tells Docker whether the program of this image still answers. Add a HEALTHCHECK, or "
            "`HEALTHCHECK NONE` where none is wanted",
        )
