from __future__ import annotations

import re

from dagdock.api import Bad, ComposeFile, Edit, Fix, Mapping, Problem, Problems, Project, Scalar, Source, Span, rule

from ._model import as_run, is_extended, whole_model


@rule(
    "DC001",
    severity="error",
    since="0.1",
    precision="very-high",
    fix="unsafe",
    aliases=["dclint:invalid-yaml", "dclint:invalid-schema"],
    tags=["syntax"],
    bad=[
        Bad(
            "services:\n«\t»web:\n\t\timage: nginx:1.27\n",
            fixed="services:\n  web:\n    image: nginx:1.27\n",
        ),
        Bad("services:\n  web:\n    «image:nginx:1.27»\n    ports: []\n"),
        Bad("services:\n  web:\n    image: nginx:1.27\n  «db»:\n"),
    ],
    good=[
        "services:\n  web:\n    image: nginx:1.27\n    command: \"echo 'a: b'\"\n",
        "services: {web: {image: 'nginx:1.27'}}\n",
        {"compose.yaml": "services:\n  web:\n", "compose.override.yaml": "services:\n  web:\n    image: nginx:1.27\n"},
    ],
)
def yaml_syntax(file: ComposeFile, project: Project) -> Problems:
    """The file is no valid YAML, or not built as Compose wants it, so Compose refuses it.

    Compose stops here and starts nothing at all. YAML knows what belongs together by its indentation, which must be
    made of spaces, and a colon ends a key only where a space or the end of the line follows. A text that looks like
    something else (`a: b`, `*`, `@`, `%`) needs quotes.

    https://docs.docker.com/reference/compose-file/
    https://yaml.org/spec/1.2.2/#chapter-2-language-overview
    """
    for fault in file.faults:
        if fault.kind == "syntax":
            fix = _indent_with_spaces(file.source, fault.span)
            yield Problem(fault.span, fault.message, related=fault.related, fix=fix, aliases=["dclint:invalid-yaml"])
        elif fault.kind == "not-mapping" and not _is_filled_elsewhere(file, project, fault.span):
            yield Problem(fault.span, fault.message, related=fault.related, aliases=["dclint:invalid-schema"])


def _is_filled_elsewhere(file: ComposeFile, project: Project, span: Span) -> bool:
    """Whether what is wrong is an empty service that a file loaded together with this one may fill in."""
    service = file.services.get(span.text)
    if service is None or service.node is None or not isinstance(service.node, Scalar) or service.node.value:
        return False
    return (
        whole_model(file, project) is None
        or isinstance(as_run(service, project).node, Mapping)
        or is_extended(file, project)
    )


def _indent_with_spaces(source: Source, span: Span) -> Fix | None:
    """Two spaces for each tab, in a file that indents with tabs alone (elsewhere a tab's width is anyone's guess)."""
    if not span.text.startswith("\t"):
        return None
    found = list(re.finditer(r"^[ \t]+(?=\S)", source.text, re.MULTILINE))
    if any(" " in match.group() for match in found):
        return None
    edits = [Edit(Span(source, *match.span()), "  " * len(match.group())) for match in found]
    return Fix("Indent with spaces", edits, "unsafe")
