"""What Compose refuses as it reads a file: keys without a mapping where it wants one, malformed variables."""

from __future__ import annotations

from collections.abc import Iterator

from dagdock.compose.description import table
from dagdock.compose.interpolation import malformed
from dagdock.compose.section import entries_of, is_null
from dagdock.rule import Related
from dagdock.text import Span
from dagdock.yamltree import Fault, Mapping, Node, Scalar, Sequence, Tree, follow


class ShapeFault(Fault):
    """A place where a file is not what Compose takes.

    Kinds: `unknown-key`, `wrong-type`, `invalid-value`, `missing-key`, `double-item`, `unset-variable` and, for a port
    or mount that cannot be read without its variable, `unset-entry`. `node` is what is wrong, `instead` what was
    probably meant, if that can be told: the right key, or the value as it has to be written; for a variable its name.
    """

    __slots__ = ("instead", "node")

    def __init__(
        self,
        kind: str,
        span: Span,
        message: str,
        node: Node,
        instead: str | None = None,
        related: tuple[Related, ...] = (),
    ) -> None:
        super().__init__(kind, span, message, related)
        self.node = node
        self.instead = instead


def faults_of(tree: Tree, root: Mapping | None) -> list[Fault]:
    """All faults of one file, in order."""
    found = [*tree.faults, *_variables(tree)]
    if not any(fault.kind == "syntax" for fault in tree.faults):  # behind one, nothing is as it was meant
        found += _shape(tree, root)
    return sorted(found, key=lambda fault: fault.span.start)


def _shape(tree: Tree, root: Mapping | None) -> Iterator[Fault]:
    for document in tree.documents:
        top = document.root
        if top is not None and not isinstance(follow(top), Mapping) and not is_null(top):
            yield Fault("not-mapping", top.span, "a Compose file holds keys like `services:` at its top")
    services = entries_of(root).get("services")
    if services is None:
        return
    if not isinstance(follow(services.value), Mapping):
        yield Fault("not-mapping", services.span, "`services` must hold the services by their names")
    for entry in entries_of(services.value).values():
        if not isinstance(follow(entry.value), Mapping):
            what = "is empty" if is_null(follow(entry.value)) else "holds no keys"
            message = f"the service `{entry.name}` {what}; Compose wants keys like `image:` below its name"
            if entry.name in table("service").keys:
                message = f"`{entry.name}` stands where services do; indent it deeper, into the service that it is for"
            yield Fault("not-mapping", entry.name.span, message)


def _variables(tree: Tree) -> Iterator[Fault]:
    if "${" not in tree.source.text:
        return
    waiting: list[Node] = [document.root for document in tree.documents if document.root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Sequence):
            waiting += node.items
        elif isinstance(node, Mapping):
            waiting += [entry.value for entry in node.entries]  # Compose fills in no keys
        elif isinstance(node, Scalar) and "${" in node.value:
            for piece in malformed(node.mapped()):
                yield Fault("interpolation", piece.span, _why(piece))


def _why(piece: str) -> str:
    """What is wrong with a `${…}`, and what would be right."""
    inside = piece[2:].removesuffix("}")
    name = inside[: next((at for at, sign in enumerate(inside) if not (sign.isalnum() or sign == "_")), len(inside))]
    rest = inside[len(name) :]
    if not piece.endswith("}") and "}" not in piece:
        return f"the brace of `{piece.splitlines()[0]}` is never closed"
    if "\n" in piece:
        return "a `${…}` must close on the line that it opens on"
    escape = "; to hand it to a shell in the container, write `$${`"
    if not name or name[0].isdigit() or not name.isascii():
        return f"`{piece}` names no variable; a name begins with a letter or `_`{escape}"
    if rest in ("'", '"'):
        return f"the quote in `{piece}` does not belong there; write `${{{name}}}`"
    if rest.startswith(":") and rest[1:2] not in ("-", "?", "+"):
        return f"`{piece}` is nothing that Compose can fill in; a default is written `${{{name}:-{rest[1:]}}}`"
    return f"`{piece}` is nothing that Compose can fill in: behind the name it knows `:-`, `:?` and `:+`{escape}"
