from __future__ import annotations

from dagdock.api import Bad, ComposeFile, Fix, Problem, Problems, ShapeFault, rule

from ._shape import faults_of


@rule(
    "DC022",
    severity="error",
    since="0.1",
    precision="very-high",
    fix="safe",
    tags=["syntax"],
    bad=[
        Bad(
            "services:\n  web:\n    image: nginx:1.27\n    depends_on:\n      - db\n      - «db»\n"
            "  db:\n    image: postgres:16\n",
            fixed="services:\n  web:\n    image: nginx:1.27\n    depends_on:\n      - db\n"
            "  db:\n    image: postgres:16\n",
        ),
        Bad("services:\n  web:\n    image: nginx:1.27\n    security_opt: [label=disable, «label=disable»]\n"),
    ],
    good=["services:\n  web:\n    image: nginx:1.27\n    cap_add: [CHOWN, CHOWN]\n    dns: ['${ONE}', '${TWO}']\n"],
)
def duplicate_list_item(file: ComposeFile) -> Problems:
    """The same item stands twice in a list that takes each only once.

    Compose refuses such a file. Take one of them out.

    https://docs.docker.com/reference/compose-file/services/#depends_on
    """
    for fault in faults_of(file, "double-item"):
        yield Problem(fault, fault.message, related=fault.related, fix=_drop(fault))


def _drop(fault: ShapeFault) -> Fix | None:
    """Delete the line, where nothing else stands on it."""
    fix = Fix.delete_lines("Delete the second one", fault)
    line = fix.edits[0].span.text.strip()
    return fix if line.startswith("-") and line[1:].strip().strip("'\"") == fault.span.text else None
