from __future__ import annotations

from dagdock.api import Bad, Dockerfile, Edit, Fault, Fix, Problem, Problems, Span, rule

from ._faults import is_template
from ._stage_names import is_number, named_from, stage_names


@rule(
    "DF021",
    severity="error",
    since="0.1",
    fix="unsafe",
    precision="very-high",
    tags=["syntax"],
    bad=[
        Bad(
            "ARG TAG=1.27\nFROM alpine:3.20\nCOPY --from=«nginx:$TAG» /etc/nginx /etc/nginx\n",
            fixed="ARG TAG=1.27\nFROM nginx:$TAG AS nginx\nFROM alpine:3.20\nCOPY --from=nginx /etc/nginx /etc/nginx\n",
        ),
    ],
    good=[
        "ARG TAG=1.27\nFROM nginx:$TAG AS web\nFROM alpine:3.20\nCOPY --from=web /etc/nginx /etc/nginx\n",
    ],
)
def variable_in_copy_from(file: Dockerfile) -> Problems:
    """A variable stands in `COPY --from` or in `from=` of a mount.

    Docker does not replace variables there and refuses the file. Give the image a stage of its own, `FROM image:$TAG AS
    tools`, and copy from `tools`.

    https://docs.docker.com/reference/dockerfile/#copy---from
    """
    for fault in file.faults_of("variable-in-copy-from"):
        if not is_template(fault):
            yield Problem(fault, fault.message, fix=_fix(file, fault))


def _fix(file: Dockerfile, fault: Fault) -> Fix | None:
    """A stage for the image above the one that takes from it, where FROM knows all of its variables."""
    image = fault.span.text
    stage = fault.instruction.stage if fault.instruction else None
    variables = _variables(image)
    if stage is None or stage.from_instruction is None or not variables or not variables <= file.global_scope.names():
        return None
    if any(is_number(name) for each in file.stages for name in named_from(each)):
        return None  # a new stage would change which one a number means
    if sum(other.span.text == image for other in file.faults_of(fault.kind)) > 1:
        return None  # one stage would do for all of them
    name = _name(image, {str(taken).lower() for taken in stage_names(file)})
    if name is None:
        return None
    start = stage.from_instruction.span
    keyword = ("FROM", "AS") if start.text.startswith("F") else ("from", "as")
    line = f"{keyword[0]} {image} {keyword[1]} {name}{start.source.newline}"
    edits = [Edit(Span(start.source, start.start, start.start), line), Edit(fault.span, name)]
    return Fix(f"Give the image a stage, `{name}`", edits, "unsafe")


def _variables(image: str) -> set[str]:
    """The variables in a plain reference; empty where there is anything else that has a meaning."""
    import re

    names = re.findall(r"\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))", image)
    rest = re.sub(r"\$(?:\{[A-Za-z_]\w*\}|[A-Za-z_]\w*)", "", image)
    return set() if re.search(r"[$\\\s\"'`{}]", rest) else {one or other for one, other in names}


def _name(image: str, taken: set[str]) -> str | None:
    """A name for the stage of an image: that of its repository."""
    import re

    last = re.sub(r"[:@].*", "", image.rpartition("/")[2]).lower()
    return last if re.fullmatch(r"[a-z][a-z0-9._-]*", last) and last not in taken else None
