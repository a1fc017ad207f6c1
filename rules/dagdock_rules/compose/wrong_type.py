from __future__ import annotations

from dagdock.api import Bad, ComposeFile, Fix, Mapping, Problem, Problems, ShapeFault, rule

from ._shape import faults_of, is_plain


@rule(
    "DC019",
    severity="error",
    since="0.1",
    lessons=["L27"],
    precision="very-high",
    fix="safe",
    aliases=["dclint:invalid-schema"],
    tags=["syntax"],
    bad=[
        Bad(
            "services:\n  web:\n    image: nginx:1.27\n    user: «1000»\n",
            fixed='services:\n  web:\n    image: nginx:1.27\n    user: "1000"\n',
        ),
        Bad(
            "services:\n  web:\n    image: nginx:1.27\n    environment:\n      - «MODE: fast»\n",
            fixed="services:\n  web:\n    image: nginx:1.27\n    environment:\n      - MODE=fast\n",
        ),
        Bad("services:\n  web:\n    image: nginx:1.27\n    ports: «8080:80»\n"),
    ],
    good=[
        "services:\n  web:\n    image: nginx:1.27\n    user: '1000'\n    environment:\n      LEVEL: 3\n"
        "    ports: [8080, '8081:81']\n    init: yes\n    stop_grace_period: 10s\n",
        "services:\n  web:\n    image: nginx:1.27\n    user: ${USER_ID}\n    privileged: ${ROOT:-false}\n",
    ],
)
def wrong_type(file: ComposeFile) -> Problems:
    """A value is of another kind than Compose wants there: a number for text, a text for a list.

    Compose refuses the whole file. A key with nothing behind it is such a value, too. YAML makes `1000` a number,
    `true` a truth value and `a: b` a mapping; what is meant as text needs quotes where it looks like one of these.

    https://docs.docker.com/reference/compose-file/
    """
    for fault in faults_of(file, "wrong-type"):
        yield Problem(fault, fault.message, related=fault.related, fix=_fix(fault))


def _fix(fault: ShapeFault) -> Fix | None:
    instead = fault.instead
    if instead is None:
        return None
    if is_plain(fault):
        return Fix.replace("Put it in quotes", fault, instead)
    text = fault.span.text
    if isinstance(fault.node, Mapping) and _is_one_line(text) and not fault.node.flow:
        return Fix.replace(f"Write `{instead}`", fault, instead)
    return None


def _is_one_line(text: str) -> bool:
    """Whether a pair can be written as one plain text: no quotes, comments, anchors or line ends in it."""
    return not any(sign in text for sign in "\n\r\"'#&*!|>{}[],") and ": " not in text.partition(": ")[2]
