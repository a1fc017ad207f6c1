from __future__ import annotations

from collections.abc import Iterator
from posixpath import normpath

from dagdock.api import Bad, ComposeFile, Problem, Problems, Project, Related, Service, Text, VolumeMount, rule

from ._model import as_run


@rule(
    "DC029",
    severity="error",
    since="0.1",
    precision="high",
    tags=["volumes"],
    bad=[
        Bad("services:\n  web:\n    image: nginx:1.27\n    tmpfs: [/tmp]\n    volumes: ['./tmp:«/tmp»']\n"),
        Bad("services:\n  web:\n    image: nginx:1.27\n    volumes:\n      - ./one:/srv\n      - ./two:«/srv»\n"),
    ],
    good=[
        "services:\n  web:\n    image: nginx:1.27\n    tmpfs: [/tmp]\n    volumes: ['./tmp:/tmp/a', './b:${TARGET}']\n",
        {
            "compose.yaml": "services:\n  web:\n    image: nginx:1.27\n    volumes: ['./site:/srv']\n",
            "compose.override.yaml": "services:\n  web:\n    volumes: ['./dev:/srv']\n",
        },
    ],
)
def duplicate_mount_target(file: ComposeFile, project: Project) -> Problems:
    """Two mounts of a service have the same place in the container.

    Where one of them is a `tmpfs`, Compose refuses the file; of two `volumes` it drops the first one without a word.
    An override that mounts something else in the same place is what overrides are for.

    https://docs.docker.com/reference/compose-file/services/#volumes
    """
    told: set[int] = set()
    for service in file.services.values():
        for target, other, message, severe in _doubles(as_run(service, project)):
            if target.span.source is file.source is other.span.source and target.span.start not in told:
                told.add(target.span.start)
                related = [Related(other, "the other one is here")]
                yield Problem(target, message, related=related, severity="error" if severe else "warning")


def _doubles(service: Service) -> Iterator[tuple[Text, Text, str, bool]]:
    found: dict[str, Text] = {}
    texts: set[str] = set()
    for value in service.values("tmpfs"):
        if value.resolved:
            target = value.filled.piece(0, len(value.resolved.partition(":")[0]))
            if target in found and value.resolved.partition("=")[0] not in texts:  # equal ones count as one
                yield (
                    target,
                    found[target],
                    f"`{target}` is a `tmpfs` twice, so Compose refuses the file. Take one out",
                    True,
                )
            found[target] = target
            texts.add(value.resolved.partition("=")[0])
    mounts: dict[str, VolumeMount] = {}
    for mount in service.volumes:
        if not mount.target or not mount.written_target:
            continue
        place, target = normpath(mount.target), mount.written_target
        if place in found:
            yield (
                target,
                found[place],
                f"`{mount.target}` is a `tmpfs`, too, so Compose refuses the file. Take one of the two out",
                True,
            )
        elif (
            place in mounts
            and (other := mounts[place].written_target)
            and str(mounts[place].source) != str(mount.source)
        ):
            message = f"`{mount.target}` is mounted twice; Compose drops the first one without a word. Take one out"
            yield target, other, message, False
        mounts[place] = mount
