from __future__ import annotations

from dagdock.api import Bad, ComposeFile, Problem, Problems, rule

from ._shape import faults_of


@rule(
    "DC021",
    severity="error",
    since="0.1",
    precision="very-high",
    aliases=["dclint:invalid-schema"],
    tags=["syntax"],
    bad=[
        Bad(
            "services:\n  web:\n    image: nginx:1.27\n    depends_on:\n      «db»: {restart: true}\n"
            "  db:\n    image: postgres:16\n"
        ),
        Bad("services:\n  web:\n    image: nginx:1.27\n    volumes:\n      - «source: ./site»\n        target: /srv\n"),
    ],
    good=[
        "services:\n  web:\n    image: nginx:1.27\n    depends_on:\n      db: {condition: service_started}\n"
        "    volumes:\n      - type: bind\n        source: ./site\n        target: /srv\n"
        "  db:\n    image: postgres:16\n",
        {
            "compose.yaml": "services:\n  web:\n    image: nginx:1.27\n    depends_on:\n"
            "      db: {condition: service_started}\n  db:\n    image: postgres:16\n",
            "compose.override.yaml": "services:\n  web:\n    depends_on:\n      db: {restart: true}\n",
        },
    ],
)
def missing_required_key(file: ComposeFile) -> Problems:
    """The long form of an entry lacks a key that it cannot do without.

    Compose refuses the whole file. An entry of `depends_on` needs its `condition`, a volume its `type` and `target`,
    a port its `target`, a reserved device its `capabilities`. The short form needs none of that.

    https://docs.docker.com/reference/compose-file/services/#long-syntax-1
    """
    for fault in faults_of(file, "missing-key"):
        yield Problem(fault, fault.message)
