from __future__ import annotations

from dagdock.api import Bad, ComposeFile, Problem, Problems, rule

from ._entries import broken_in


@rule(
    "DC025",
    severity="error",
    since="0.1",
    precision="very-high",
    tags=["syntax"],
    bad=[
        Bad("services:\n  web:\n    image: nginx:1.27\n    volumes:\n      - «:/srv»\n"),
        Bad("services:\n  web:\n    image: nginx:1.27\n    volumes: ['«./a:/b:ro:z»']\n"),
    ],
    good=[
        "services:\n  web:\n    image: nginx:1.27\n    volumes: ['./site:/srv:ro,z', 'C:\\site:/b', /data]\n",
        "services:\n  web:\n    image: nginx:1.27\n    volumes: ['${SITE:-./site}:/srv', '${ALL}']\n",
    ],
)
def invalid_volume_mount(file: ComposeFile) -> Problems:
    """An entry of `volumes` that Compose cannot read.

    Compose refuses the whole file. The short form is `[source:]target[:options]`; none of the parts may be empty, and
    the options stand together, with commas between them. Where only a variable makes a part empty, it is a warning:
    `${DATA:?}` says what is missing.

    https://docs.docker.com/reference/compose-file/services/#volumes
    """
    for mount in broken_in(file, lambda service: service.volumes):
        if mount.emptied_by is None:
            yield Problem(mount, f"Compose refuses this volume: {mount.error}")
            continue
        name = mount.emptied_by
        yield Problem(
            mount,
            f"without a value for `{name}` a part of this volume is empty, and Compose refuses the file. Write "
            f"`${{{name}:?}}` to be told so, or a path as its default: `${{{name}:-./…}}`",
            severity="error" if name in file.env else "warning",
        )
