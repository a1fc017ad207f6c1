from __future__ import annotations

from dagdock.api import Bad, ComposeFile, Fix, Problem, Problems, Scalar, rule


@rule(
    "DC809",
    severity="info",
    since="0.1",
    default=False,
    fix="safe",
    tags=["style"],
    bad=[
        Bad(
            'services:\n  web:\n    image: "web:1"\n    hostname: "web"\n    user: «\'1000\'»\n',
            fixed='services:\n  web:\n    image: "web:1"\n    hostname: "web"\n    user: "1000"\n',
        ),
    ],
    good=[
        'services:\n  web:\n    image: "web:1"\n    hostname: "web"\n    command: \'say "hello"\'\n',
    ],
)
def quote_style(file: ComposeFile) -> Problems:
    """A file writes some texts in single and some in double quotes.

    Both mean the same as long as there is no backslash and no quote in them. One kind is easier to read: the one that
    most texts of the file have.

    https://yaml.org/spec/1.2.2/#73-flow-scalar-styles
    """
    plain = [node for node in file.tree.nodes() if isinstance(node, Scalar) and _is_plain(node)]
    single = [node for node in plain if node.style == "single"]
    double = [node for node in plain if node.style == "double"]
    fewer, quote, name = (single, '"', "double") if len(double) >= len(single) else (double, "'", "single")
    if not single or not double:
        return
    for node in fewer:
        yield Problem(
            node.span,
            f"most texts here have {name} quotes",
            fix=Fix.replace(f"Write {name} quotes", node.span, f"{quote}{node.value}{quote}"),
        )


def _is_plain(node: Scalar) -> bool:
    """Whether the text is the same in either kind of quotes."""
    if node.style not in ("single", "double") or node.anchor is not None or node.tag is not None:
        return False
    text = node.span.text
    return text[1:-1] == node.value and "\\" not in text and "\n" not in text and not {"'", '"'} & set(node.value)
