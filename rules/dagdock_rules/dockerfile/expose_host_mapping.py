from __future__ import annotations

from dagdock.api import Bad, Expose, Fix, Problem, Problems, rule

from ._ports import is_mapping


@rule(
    "DF616",
    severity="error",
    since="0.1",
    precision="very-high",
    fix="safe",
    lessons=["L12"],
    aliases=["buildkit:ExposeInvalidFormat"],
    bad=[
        Bad("FROM nginx:1.27\nEXPOSE «8080:80»\n", fixed="FROM nginx:1.27\nEXPOSE 80\n"),
        Bad("FROM nginx:1.27\nEXPOSE «127.0.0.1:80:80/tcp»\n", fixed="FROM nginx:1.27\nEXPOSE 80/tcp\n"),
    ],
    good=["FROM nginx:1.27\nEXPOSE 80 443\n"],
)
def expose_host_mapping(expose: Expose) -> Problems:
    """EXPOSE names a port of the host.

    An image cannot say which port of the machine it will be reached at: EXPOSE only documents the ports inside the
    container, and the part for the host is dropped; Docker is going to refuse it. The mapping belongs to
    `docker run -p 8080:80` or to `ports` in a Compose file.

    https://docs.docker.com/reference/build-checks/expose-invalid-format/
    """
    for word in expose.words:
        text = word.literal
        if text is not None and is_mapping(text):
            inside = text.rpartition(":")[2]
            yield Problem(
                word,
                f"`{text}` maps a port of the host, which EXPOSE cannot do: only `{inside}` counts. Write that, and "
                "the mapping in `docker run -p` or the Compose file",
                fix=Fix.replace(f"Write `{inside}`", word, inside),
            )
