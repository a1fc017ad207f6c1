from __future__ import annotations

from collections.abc import Iterator

from dagdock.api import Bad, ComposeFile, Entry, Fix, Mapping, Problem, Problems, Related, Span, rule


@rule(
    "DC002",
    severity="error",
    since="0.1",
    precision="very-high",
    fix="safe",
    aliases=["dclint:invalid-yaml"],
    tags=["syntax"],
    bad=[
        Bad(
            "services:\n  web:\n    image: nginx:1.27\n    restart: always\n    «image»: nginx:1.27\n",
            fixed="services:\n  web:\n    image: nginx:1.27\n    restart: always\n",
        ),
        Bad("services:\n  web:\n    image: nginx:1.27\n  «web»:\n    image: httpd:2.4\n"),
    ],
    good=[
        "services:\n  web:\n    image: nginx:1.27\n  api:\n    image: nginx:1.27\n",
        "x-base: &base\n  image: nginx:1.27\nservices:\n  web:\n    <<: *base\n    image: httpd:2.4\n",
    ],
)
def duplicate_key(file: ComposeFile) -> Problems:
    """The same key stands twice in one mapping.

    Compose refuses such a file. Tools that do not refuse it take the last value and drop the first one without a
    word, so what you read at the top is not what runs. Keep one of the two, or give the second its own name.

    https://yaml.org/spec/1.2.2/#3213-node-comparison
    """
    written = {entry.name.span: (first, entry) for first, entry in _doubles(file)}
    for fault in file.faults:
        if fault.kind == "duplicate-key" and fault.span in written:
            first, entry = written[fault.span]
            if entry.is_merge:
                message = "a second `<<` in one mapping; write one `<<` with a list: `<<: [*one, *other]`"
                yield Problem(fault.span, message, related=[Related(first.name, "the first one is here")])
            else:
                yield Problem(fault.span, fault.message, related=fault.related, fix=_drop(file, first, entry))


def _doubles(file: ComposeFile) -> Iterator[tuple[Entry, Entry]]:
    """Every entry whose key stands further up in the same mapping, behind the first one of that key."""
    for node in file.tree.nodes():
        if isinstance(node, Mapping):
            first: dict[str, Entry] = {}
            for entry in node.entries:
                if first.setdefault(entry.name, entry) is not entry:
                    yield first[entry.name], entry


def _drop(file: ComposeFile, first: Entry, entry: Entry) -> Fix | None:
    """Delete the later one where both say the same, word for word, and no comment would go with it."""
    one, other = (Span(file.source, found.key.end, found.span.end) for found in (first, entry))
    if one.text != other.text or any(sign in one.text for sign in "&*"):
        return None
    fix = Fix.delete_lines("Delete the second one", entry)
    lines = fix.edits[0].span
    alone = lines.text.strip() == entry.span.text.strip()
    return fix if alone else None
