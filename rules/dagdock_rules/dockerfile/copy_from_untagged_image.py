from __future__ import annotations

from dagdock.api import Bad, Instruction, Problem, Problems, Project, parse_image, rule

from ._contexts import is_built_beside, is_named_context
from ._stage_names import is_number, named_in


@rule(
    "DF117",
    severity="info",
    since="0.1",
    default=False,
    lessons=["L08"],
    aliases=["hadolint:DL3022", "kics:copy-from-without-from-alias-defined-previously"],
    tags=["reproducible"],
    bad=[Bad("FROM alpine:3.20\nCOPY --from=«nginx» /etc/nginx /etc/nginx\n")],
    good=[
        "FROM alpine:3.20\nCOPY --from=nginx:1.27 /etc/nginx /etc/nginx\n",
        "FROM golang:1.23 AS build\nFROM alpine:3.20\nCOPY --from=build /app /app\n",
    ],
)
def copy_from_untagged_image(instruction: Instruction, project: Project) -> Problems:
    """COPY --from names an image without a version, or a context of the command line.

    `COPY --from=nginx` takes whatever `nginx:latest` is that day. A name that is no stage may also be a context given
    by `docker build --build-context`, which nothing in the file says; so this is for teams that use stages and
    versioned images alone.

    https://docs.docker.com/reference/dockerfile/#copy---from
    """
    file = instruction.dockerfile
    for name, by_index in named_in(instruction):
        image = parse_image(name)
        if (by_index and is_number(name)) or file.stage_named(name, by_index=False) or image is None:
            continue
        if image.tag or image.digest or name == "scratch":
            continue
        if is_named_context(name, file, project) or is_built_beside(name, file, project):
            continue
        yield Problem(
            name,
            f"`{name}` is no stage of this file, so Docker takes the image of that name as it is that day. "
            "Add its version, or name it in a FROM of its own",
        )
