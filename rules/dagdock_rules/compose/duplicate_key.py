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
    if not any(fault.kind == "duplicate-key" for fault in file.faults):
        return
    doubles = {entry.name.span: same for same in _doubles(file) for entry in same[1:]}
    for fault in file.faults:
        if fault.kind == "duplicate-key" and fault.span in doubles:
            same = doubles[fault.span]
            entry = next(entry for entry in same if entry.name.span == fault.span)
            if entry.is_merge:
                message = "a second `<<` in one mapping; write one `<<` with a list: `<<: [*one, *other]`"
                yield Problem(fault.span, message, related=[Related(same[0].name, "the first one is here")])
            else:
                yield Problem(fault.span, fault.message, related=fault.related, fix=_drop(same, entry))


def _doubles(file: ComposeFile) -> Iterator[list[Entry]]:
    """The entries of one mapping that have the same key, where there are several."""
    for node in file.tree.nodes():
        if isinstance(node, Mapping):
            by_name: dict[str, list[Entry]] = {}
            for entry in node.entries:
                by_name.setdefault(entry.name, []).append(entry)
            yield from (same for same in by_name.values() if len(same) > 1)


def _drop(same: list[Entry], entry: Entry) -> Fix | None:
    """Delete a later one where all say the same, word for word, and no comment would go with it."""
    texts = {Span(one.span.source, one.key.end, one.span.end).text for one in same}
    if len(texts) > 1 or any(sign in text for text in texts for sign in "&*"):
        return None
    fix = Fix.delete_lines("Delete the second one", entry)
    return fix if fix.edits[0].span.text.strip() == entry.span.text.strip() else None
