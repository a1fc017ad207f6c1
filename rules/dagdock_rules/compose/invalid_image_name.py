from __future__ import annotations

import re

from dagdock.api import Bad, Problem, Problems, Service, Value, rule


@rule(
    "DC105",
    severity="error",
    since="0.1",
    precision="very-high",
    lessons=["L28"],
    bad=[
        Bad("services:\n  web:\n    image: «Shop/Web:1.4»\n"),
        Bad("services:\n  web:\n    image: «https://registry.example.com/shop/web:1.4»\n"),
        Bad('services:\n  web:\n    image: "«nginx: 1.27»"\n'),
    ],
    good=[
        "services:\n  web:\n    image: registry.example.com:5000/shop/web:1.4-RC1\n",
        "services:\n  web:\n    image: ${REGISTRY}/Web\n",
    ],
)
def invalid_image_name(service: Service) -> Problems:
    """An image's name that Docker cannot read.

    Compose takes any text; pulling or building it then fails ("invalid reference format"). A name is
    `registry/name:tag`: small letters in front of the colon, no blanks, no `https://`.

    https://docs.docker.com/reference/compose-file/services/#image
    """
    image = service.image
    if image is not None and image.resolved and service.image_ref is None:
        if re.search(r"__[A-Z][A-Z0-9_]*__|%[A-Z][A-Z0-9_]*%|@[A-Z][A-Z0-9_]*@", image.resolved):
            return  # filled in by a program that makes the real file from this one
        yield Problem(image, f"Docker cannot read this name: {_fault(image)}")


def _fault(image: Value) -> str:
    text = str(image.resolved)
    if placeholder := re.search(r"<[\w .-]+>", text):
        return f"put a name of yours in place of `{placeholder.group()}`"
    if "://" in text:
        return "leave out everything up to `://`"
    if any(sign.isspace() for sign in text):
        return "there is a blank in it"
    if text.endswith((":", "@")):
        return f"nothing stands behind the `{text[-1]}`"
    name = text.partition("@")[0]
    repository = name.rpartition(":")[0] if ":" in name.rpartition("/")[2] else name
    if repository != repository.lower():
        return f"in front of the tag only small letters may stand: `{repository.lower()}`"
    return "it must be `registry/name:tag`"
