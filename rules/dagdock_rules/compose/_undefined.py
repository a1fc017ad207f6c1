"""Names that services use and the whole model does not define, reported once for each name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from posixpath import basename
from typing import NamedTuple

from dagdock.api import ComposeFile, Edit, Fix, Problem, Project, Related, Service, Span, Text, nearest

from ._edits import declare, is_plain_name
from ._model import Kind, may_be_elsewhere, whole_model


class Undefined(NamedTuple):
    """A name that is not defined, where it is used first, where else, and the defined name that is nearest to it."""

    name: Text
    others: list[tuple[Service, Text]]
    close: str | None
    extends: Span | None = None
    """The `extends` that brings it into the file, where it does not stand there itself."""

    @property
    def related(self) -> list[Related]:
        return [Related(use, f"`{service.name}` uses it, too") for service, use in self.others]

    @property
    def uses(self) -> list[Text]:
        return [self.name, *(use for _, use in self.others)]


def undefined(
    file: ComposeFile, project: Project, kind: Kind, uses: Callable[[Service], Iterable[Text]]
) -> Iterator[Undefined]:
    """The names that services use and that the top-level `kind` lacks; none where the model is not known whole."""
    model = whole_model(file, project)
    if model is None:
        return
    defined = getattr(model, kind)
    found: dict[str, list[tuple[Service, Text]]] = {}
    for service in model.services.values():
        for name in uses(service):
            if name not in defined:
                found.setdefault(name, []).append((service, name))
    siblings = [base.source for base in model.bases if base.source is not file.source]
    strange = [name for name in found if nearest(name, defined) is None]
    if len(strange) > 1 and re.match(r"(?:docker-)?compose\.\w+\.", basename(file.source.path)):
        return  # `compose.tls.yaml` that takes so much from elsewhere is loaded on top of a file from another folder
    for missing, places in found.items():
        if _has_variable(places[0][1]) or any("$" in key for key in defined):
            continue  # who starts it chooses the name; a key with a variable is wrong by itself
        is_told_there = any(places[0][1].span.source is source for source in siblings)
        if not is_told_there and not may_be_elsewhere(file, project, kind, missing):
            yield Undefined(places[0][1], places[1:], nearest(missing, defined), _brought_by(*places[0], file))


def _brought_by(service: Service, name: Text, file: ComposeFile) -> Span | None:
    extends = service.extends
    is_here = extends is None or extends.span.source is not file.source or name.span.source is file.source
    return None if is_here or extends is None else extends.span


def brought_along(missing: Undefined, kind: Kind) -> Problem | None:
    """What is to be said of a name that comes with a service of another file; None for one that stands in this file."""
    if missing.extends is None:
        return None
    what = kind.removesuffix("s")
    return Problem(
        missing.extends,
        f"this brings the {what} `{missing.name}` along, but not its entry under `{kind}`, so Compose refuses this "
        f"file. Define `{missing.name}` under the `{kind}` of this file, too",
        related=[Related(missing.name, "it is used here"), *missing.related],
    )


def _has_variable(name: Text) -> bool:
    """Whether a variable makes up a part of a name: `${TEAM:-a}_data`, not all of it."""
    text = name.span.text
    return text != name and not re.fullmatch(r"\$\w+|\$\{[^{}]*\}", text)


def rename(file: ComposeFile, missing: Undefined) -> Fix | None:
    """Write the nearest name in its place everywhere."""
    close, uses = missing.close, missing.uses
    if close is None or not is_plain_name(close) or any(use.span.source is not file.source for use in uses):
        return None
    edits = {use.span: Edit(use, close) for use in uses if use.span.text == use}
    return Fix(f"Write `{close}`", edits.values(), "unsafe")


def rename_or_declare(file: ComposeFile, kind: Kind, missing: Undefined) -> Fix | None:
    """Write the nearest name, or declare this one under the top-level `kind` where none is near."""
    if missing.close is not None:
        return rename(file, missing)
    if any(use.span.source is not file.source for use in missing.uses):
        return None
    edit = declare(file, kind, missing.name)
    return Fix(f"Declare `{missing.name}` under `{kind}`", [edit], "unsafe") if edit else None
